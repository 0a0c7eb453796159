//! The push contact method: what the service worker of a phone is told, the request that carries it to the browser's push service, and what an
//! answer means. Sources: RFC 8030 (the request), 8291 (encryption), 8292 (who sends).
//!
//! Is not a transport, and draws no randomness: both are `delivery`'s.

pub mod encryption;
pub mod vapid;

use super::{
    Answer, HttpRequest, Outcome, Wrong,
    links::press_url,
    small::{Room, Small, asks, button, opens},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use encryption::PLAIN_BYTES_MAX;
use nightbell_domain::{
    org::Urgency,
    paging::{Message, MessageKind},
};
use serde::Serialize;

/// How long a push service keeps a page for a phone that is off, in seconds: an hour later somebody else has it.
const PAGE_LIFETIME_S: u32 = 60 * 60;
/// The same for what asks nobody to act.
const NEWS_LIFETIME_S: u32 = 12 * 60 * 60;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// All that fits.
    Full,
    /// What a service takes that takes less than the standard asks of it.
    Short,
}

/// What the service worker reads; `static/sw.js` is the other side of it.
#[derive(Serialize)]
struct Payload<'a> {
    kind: &'static str,
    title: String,
    body: String,
    /// The page of a woken person: opens without signing in.
    url: &'a str,
    /// Does in one press what is asked: acknowledges, or says that its owner is still on it; absent when nobody is asked to act.
    #[serde(skip_serializing_if = "Option::is_none")]
    ack: Option<String>,
    /// What stands on the button for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    button: Option<&'static str>,
    /// Proves in one press that this phone rings; in a message with a code alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// With a sound, and until somebody looks.
    rings: bool,
    /// Of the page: a repeat, and its end, replace what lies there already.
    tag: String,
    urgency: &'static str,
    sent_at: String,
}

/// The text for the service worker, JSON of at most [`PLAIN_BYTES_MAX`] bytes.
pub fn payload(message: &Message, length: Length) -> Vec<u8> {
    let rooms: &[(usize, usize)] = match length {
        Length::Full => &[(200, 1_200), (120, 300), (80, 0)],
        Length::Short => &[(80, 0)],
    };
    let mut text = Vec::new();
    for (title, body) in rooms {
        text = within(message, Room { title: *title, body: *body });
        if text.len() <= PLAIN_BYTES_MAX {
            break;
        }
    }
    text
}

fn within(message: &Message, room: Room) -> Vec<u8> {
    let small = Small::of(message, room);
    let ack = press_url(message.kind, local(&message.ack_url, &message.public_url));
    let payload = Payload {
        kind: message.kind.word(),
        body: small.text(),
        title: small.title,
        url: local(opens(message), &message.public_url),
        button: ack.is_some().then(|| button(message.kind)),
        ack,
        code: (message.kind == MessageKind::Code).then(|| code(&message.title)),
        rings: asks(message.kind) && message.urgency == Urgency::High || message.kind == MessageKind::Code,
        tag: message.page.to_string(),
        urgency: message.urgency.word(),
        sent_at: message.sent_at.to_string(),
    };
    serde_json::to_vec(&payload).expect("a struct of strings serialises")
}

/// The digits that a message with a code ends its title with.
fn code(title: &str) -> String {
    title.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default().to_owned()
}

/// A path of ours: a phone may know this server by another name than the public one.
fn local<'a>(url: &'a str, public_url: &str) -> &'a str {
    url.strip_prefix(public_url).filter(|path| path.starts_with('/')).unwrap_or(url)
}

/// The request to the push service, `body` encrypted. `authorization` is [`vapid::SenderKey::authorization`]'s.
pub fn request(endpoint: &str, message: &Message, authorization: String, body: Vec<u8>) -> HttpRequest {
    // A code is good for minutes, and somebody waits for it.
    let short_lived = asks(message.kind) || message.kind == MessageKind::Code;
    let lifetime_s = if short_lived { PAGE_LIFETIME_S } else { NEWS_LIFETIME_S };
    let urgency = if short_lived && message.urgency == Urgency::High { "high" } else { "normal" };
    // What waits for a phone that is off is replaced by what came of it since: at most 32 characters, 22 of them used.
    let topic = URL_SAFE_NO_PAD.encode(message.page.uuid().as_bytes());
    HttpRequest::post(endpoint, "application/octet-stream", body)
        .header("content-encoding", "aes128gcm")
        .header("ttl", lifetime_s.to_string())
        .header("urgency", urgency)
        .header("topic", topic)
        .header("authorization", authorization)
}

/// What a push service's answer means.
pub fn classify(answer: &Answer) -> Outcome {
    let detail = format!("HTTP {}", answer.status);
    match answer.status {
        404 | 410 => Outcome::gone(format!(
            "{detail}: the browser has ended this subscription; set the phone up again under Settings, Reach"
        )),
        // Not the phone's fault: it stays set up.
        400 | 401 | 403 => Outcome::wrong_provider(format!(
            "{detail}: the push service does not take our signature; look at [push] contact and server.public_url, and whether the data was \
             restored from another installation, whose phones are not ours"
        )),
        413 => Outcome::wrong_provider(format!("{detail}: the push service does not even take the shortest message")),
        _ => answer.by_status(Wrong::Provider, Wrong::Provider),
    }
}

#[cfg(test)]
mod tests;

//! The ntfy contact method: the JSON of a message, the request that carries it, and what an answer means. Source: the publishing API of ntfy
//! (docs.ntfy.sh/publish).

use super::{
    Answer, HttpRequest, Outcome, Wrong,
    links::press_url,
    small::{Room, Small, asks, button, opens},
};
use nightbell_domain::{
    org::Urgency,
    paging::{Message, MessageKind},
};
use serde::Serialize;

/// A longer message becomes an attachment, which no lock screen shows: everything fits in here, in bytes.
pub const BODY_BYTES_MAX: usize = 4_095;

/// Rings until somebody looks.
const LOUD: u8 = 5;
/// An ordinary notification.
const ORDINARY: u8 = 3;

#[derive(Serialize)]
struct Publish<'a> {
    topic: &'a str,
    title: String,
    message: String,
    priority: u8,
    tags: [&'static str; 1],
    click: &'a str,
    actions: Vec<Action<'a>>,
}

#[derive(Serialize)]
struct Action<'a> {
    action: &'static str,
    label: &'static str,
    url: std::borrow::Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    clear: bool,
}

/// The JSON of a message, at most [`BODY_BYTES_MAX`] bytes.
pub fn body(topic: &str, message: &Message) -> Vec<u8> {
    let rooms = [(200, 1_500), (120, 300), (80, 0)];
    let mut text = Vec::new();
    for (title, body) in rooms {
        text = within(topic, message, Room { title, body });
        if text.len() <= BODY_BYTES_MAX {
            break;
        }
    }
    text
}

fn within(topic: &str, message: &Message, room: Room) -> Vec<u8> {
    let small = Small::of(message, room);
    let open = opens(message);
    let view = Action { action: "view", label: "Open", url: open.into(), method: None, clear: false };
    let press = press_url(message.kind, &message.ack_url).map(|url| Action {
        action: "http",
        label: button(message.kind),
        url: url.into(),
        method: Some("POST"),
        clear: true,
    });
    let publish = Publish {
        topic,
        message: small.text(),
        title: small.title,
        priority: if asks(message.kind) && message.urgency == Urgency::High { LOUD } else { ORDINARY },
        tags: [tag(message.kind)],
        click: open,
        actions: press.into_iter().chain([view]).collect(),
    };
    serde_json::to_vec(&publish).expect("a struct of strings serialises")
}

/// The picture before the title.
fn tag(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Page => "rotating_light",
        MessageKind::Resolved => "white_check_mark",
        MessageKind::Cancelled => "no_bell",
        MessageKind::Notice => "information_source",
        MessageKind::StillOn => "question",
        MessageKind::Code => "key",
    }
}

/// The request to the server at `base_url`; `authorization` is the header's value, for servers that want one.
pub fn request(base_url: &str, topic: &str, message: &Message, authorization: Option<&str>) -> HttpRequest {
    let url = format!("{}/", base_url.trim_end_matches('/'));
    let request = HttpRequest::post(url, "application/json; charset=utf-8", body(topic, message));
    match authorization {
        Some(value) => request.header("authorization", value),
        None => request,
    }
}

/// What an answer means.
pub fn classify(answer: &Answer) -> Outcome {
    let json = answer.json();
    let said = json["error"].as_str().unwrap_or_default();
    let outcome = match answer.status {
        200..=299 => Outcome::accepted(json["id"].as_str().map(str::to_owned), format!("HTTP {}", answer.status)),
        401 | 403 => Outcome::wrong_provider(format!(
            "HTTP {}: the server does not let us write to this topic; look at [ntfy] token, or user and password",
            answer.status
        )),
        413 => Outcome::wrong_provider("HTTP 413: the server takes no message of 4 KiB"),
        _ => answer.by_status(Wrong::Provider, Wrong::Address),
    };
    match outcome {
        Outcome::Accepted { .. } => outcome,
        failed if said.is_empty() => failed,
        failed => failed.told(|detail| format!("{detail}: {said}")),
    }
}

#[cfg(test)]
mod tests;

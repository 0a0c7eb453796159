//! The Discord contact method: a direct message of the installation's bot, and what Discord's answers mean. Source: the REST API v10
//! (discord.com/developers/docs).
//!
//! Two requests: the channel of the two is opened (it is always the same one), then written to. A copy of a message is the same message to
//! Discord: its nonce is made from the notification.

use super::{
    Answer, HttpRequest, Outcome, Wrong,
    chat::{Chat, RUNBOOK, fenced, markdown, markdown_link, markdown_url},
    granted,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use nightbell_domain::{paging::Message, signal::cut};
use serde_json::{Value, json};

/// Who Discord demands to hear from.
const USER_AGENT: &str = concat!("DiscordBot (https://nightbell.example.com, ", env!("CARGO_PKG_VERSION"), ")");
/// What a backslash takes the meaning from.
const MARKS: &str = "\\*_~`|<>[]()#";
/// Longest text beside the embed, description of an embed, and value of a field, in characters. All of an embed is below 6,000.
const CONTENT_CHARS_MAX: usize = 2_000;
const DESCRIPTION_CHARS_MAX: usize = 2_800;
const FIELD_CHARS_MAX: usize = 1_024;

/// Opens the channel of the bot and this user. `url` is that of `/users/@me/channels`.
pub fn open(url: &str, token: &str, user: &str) -> HttpRequest {
    authorised(HttpRequest::json(url, &json!({ "recipient_id": user })), token)
}

/// The channel that was opened.
///
/// # Errors
/// Why there is none.
pub fn opened(answer: &Answer) -> Result<String, Outcome> {
    let json = answer.json();
    if !(200..300).contains(&answer.status) {
        // The only thing in this request that can be wrong by itself is the user.
        return Err(match json["code"].as_u64() {
            Some(50_035) => Outcome::wrong_address(said(answer, &json)),
            _ => refused(answer, &json),
        });
    }
    let id = json["id"].as_str().filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()));
    id.map(str::to_owned).ok_or_else(|| Outcome::deferred("Discord opened no channel that can be read", None))
}

/// The message. `url` is that of `/channels/{id}/messages`.
pub fn request(url: &str, token: &str, message: &Message) -> HttpRequest {
    let chat = Chat::of(message);
    let body = json!({
        "content": content(&chat),
        "embeds": [embed(&chat)],
        "allowed_mentions": { "parse": [] },
        "nonce": URL_SAFE_NO_PAD.encode(message.id.uuid().as_bytes()),
        "enforce_nonce": true,
    });
    authorised(HttpRequest::json(url, &body), token)
}

fn authorised(request: HttpRequest, token: &str) -> HttpRequest {
    request.header("authorization", format!("Bot {token}")).header("user-agent", USER_AGENT)
}

/// What a lock screen shows.
fn content(chat: &Chat) -> String {
    let mut lines = vec![format!("**{}**", markdown(&chat.heading, MARKS))];
    lines.extend(chat.next.as_deref().map(|next| markdown(next, MARKS)));
    let text = lines.join("\n");
    // Cut to the line, so that no mark is left without its other half.
    if text.chars().count() <= CONTENT_CHARS_MAX { text } else { lines.swap_remove(0) }
}

fn embed(chat: &Chat) -> Value {
    let mut parts = vec![markdown(&chat.greeting, MARKS)];
    parts.extend(chat.links.iter().map(|(words, url)| markdown_link(words, url, MARKS)));
    let mut description = parts.join("\n");
    let mut take = |part: String| {
        if description.chars().count() + part.chars().count() <= DESCRIPTION_CHARS_MAX {
            description.push_str(&part);
        }
    };
    if !chat.also.is_empty() {
        take("\n**In the same message:**".to_owned());
        chat.also.iter().for_each(|line| take(format!("\n• {}", markdown(line, MARKS))));
    }
    if !chat.details.is_empty() {
        take(format!("\n{}", fenced(&chat.details)));
    }
    let field = |(name, value): &(&str, String)| {
        let value = if *name == RUNBOOK { markdown_url(value, MARKS) } else { markdown(value, MARKS) };
        json!({ "name": name, "value": cut(&value, FIELD_CHARS_MAX), "inline": false })
    };
    json!({
        "description": description,
        "color": chat.tone.rgb(),
        "fields": chat.rows.iter().map(field).collect::<Vec<_>>(),
        "footer": { "text": chat.footer },
    })
}

/// What an answer to the message means.
pub fn classify(answer: &Answer) -> Outcome {
    let json = answer.json();
    match (answer.status, json["id"].as_str()) {
        (200..=299, Some(id)) => Outcome::accepted(Some(id.to_owned()), "Discord took it"),
        (200..=299, None) => Outcome::unknown("Discord may or may not have taken it: its answer cannot be read"),
        _ => refused(answer, &json),
    }
}

fn refused(answer: &Answer, json: &Value) -> Outcome {
    let detail = said(answer, json);
    match (answer.status, json["code"].as_u64()) {
        // Cannot message this user; no server in common; unknown user, channel, recipient.
        (_, Some(50_007 | 50_278 | 10_003 | 10_013 | 50_033)) => Outcome::wrong_address(detail),
        // Direct messages are opened too fast.
        (_, Some(40_003)) => Outcome::deferred(detail, wait(answer, json)),
        (429, _) => Outcome::deferred(detail, wait(answer, json)),
        (401, _) => Outcome::wrong_provider(format!("{detail}: look at [discord] token")),
        _ => answer.by_status(Wrong::Provider, Wrong::Provider).told(|_| detail),
    }
}

/// Discord says it in seconds with a fraction.
fn wait(answer: &Answer, json: &Value) -> Option<SignedDuration> {
    let precise = json["retry_after"].as_f64().and_then(|secs| SignedDuration::try_from_secs_f64(secs).ok());
    precise.or(answer.retry_after).map(granted)
}

fn said(answer: &Answer, json: &Value) -> String {
    let mut said = format!("Discord: HTTP {}", answer.status);
    if let Some(code) = json["code"].as_u64() {
        said.push_str(&format!(" {code}"));
    }
    if let Some(message) = json["message"].as_str() {
        said.push_str(&format!(" {message}"));
    }
    said
}

#[cfg(test)]
mod tests;

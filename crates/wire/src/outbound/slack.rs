//! The Slack contact method: a direct message of the installation's app, and what Slack's answers mean. Source: the Web API's
//! `chat.postMessage` and Block Kit (docs.slack.dev).
//!
//! What comes from outside stands in plain text objects, in which nothing is markup; the text that notifications and screen readers use is
//! escaped as Slack asks.

use super::{Answer, HttpRequest, Outcome, Wrong, chat::Chat};
use nightbell_domain::{paging::Message, signal::cut};
use serde_json::{Value, json};

/// Longest header block, plain text section, and address of a button, in characters: Slack refuses the whole message for more.
const HEADER_CHARS_MAX: usize = 150;
const SECTION_CHARS_MAX: usize = 2_900;
const URL_CHARS_MAX: usize = 3_000;
/// A section takes ten fields: five names and their values.
const ROWS_PER_SECTION: usize = 5;
/// Longest text beside the blocks, in characters (Slack cuts at 40,000, and shows less).
const TEXT_CHARS_MAX: usize = 3_500;

/// The message to a member: posting to a member's id opens the direct message. `url` is that of `chat.postMessage`.
pub fn request(url: &str, token: &str, member: &str, message: &Message) -> HttpRequest {
    let chat = Chat::of(message);
    let body = json!({
        "channel": member,
        "text": text(&chat),
        "mrkdwn": false,
        "unfurl_links": false,
        "unfurl_media": false,
        "blocks": blocks(&chat),
        "metadata": {
            "event_type": "nightbell_message",
            "event_payload": {
                "notification": message.id.to_string(),
                "page": message.page.to_string(),
                "kind": message.kind.word(),
                "repeat": message.repeat,
            },
        },
    });
    HttpRequest::json(url, &body).bearer(token)
}

/// What a lock screen shows and a screen reader reads.
fn text(chat: &Chat) -> String {
    let mut lines = vec![chat.heading.clone(), chat.greeting.clone()];
    lines.extend(chat.rows.iter().map(|(name, value)| format!("{name}: {value}")));
    lines.extend(chat.next.clone());
    lines.extend(chat.links.iter().map(|(words, url)| format!("{words}: {url}")));
    escaped(&cut(&lines.join("\n"), TEXT_CHARS_MAX))
}

fn blocks(chat: &Chat) -> Vec<Value> {
    let mut blocks = vec![
        json!({ "type": "header", "text": plain(&cut(&chat.heading, HEADER_CHARS_MAX)) }),
        json!({ "type": "section", "text": plain(&chat.greeting) }),
        json!({ "type": "actions", "elements": buttons(chat) }),
    ];
    blocks.extend(chat.next.iter().map(|next| json!({ "type": "section", "text": plain(next) })));
    for rows in chat.rows.chunks(ROWS_PER_SECTION) {
        let pair =
            |(name, value): &(&str, String)| [json!({ "type": "mrkdwn", "text": format!("*{name}*") }), plain(value)];
        let fields: Vec<Value> = rows.iter().flat_map(pair).collect();
        blocks.push(json!({ "type": "section", "fields": fields }));
    }
    if !chat.also.is_empty() {
        let lines: String = chat.also.iter().map(|line| format!("\n• {line}")).collect();
        blocks.push(json!({ "type": "section", "text": plain(&format!("In the same message:{lines}")) }));
    }
    if !chat.details.is_empty() {
        let text = json!({ "type": "text", "text": chat.details.join("\n") });
        let block = json!({ "type": "rich_text_preformatted", "elements": [text] });
        blocks.push(json!({ "type": "rich_text", "elements": [block] }));
    }
    blocks.push(json!({ "type": "context", "elements": [plain(&chat.footer)] }));
    blocks
}

fn buttons(chat: &Chat) -> Vec<Value> {
    let button = |(n, (words, url)): (usize, &(&str, String))| {
        let mut button = json!({
            "type": "button",
            "text": plain(words),
            "action_id": format!("open-{n}"),
            "url": cut(url, URL_CHARS_MAX),
        });
        if n == 0 && chat.links.len() > 1 {
            button["style"] = "primary".into();
        }
        button
    };
    chat.links.iter().enumerate().map(button).collect()
}

/// Text in which nothing is markup.
fn plain(text: &str) -> Value {
    json!({ "type": "plain_text", "text": cut(text, SECTION_CHARS_MAX), "emoji": false })
}

/// The three characters that Slack's own markup is made of.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What an answer means. Slack says "no" with 200.
pub fn classify(answer: &Answer) -> Outcome {
    if answer.status != 200 {
        return answer.by_status(Wrong::Provider, Wrong::Provider).told(|detail| format!("Slack: {detail}"));
    }
    let json = answer.json();
    let error = json["error"].as_str().unwrap_or_default();
    match json["ok"].as_bool() {
        Some(true) => Outcome::accepted(json["ts"].as_str().map(str::to_owned), "Slack took it"),
        Some(false) => refused(answer, error, json["needed"].as_str()),
        None => Outcome::unknown("Slack may or may not have taken it: its answer cannot be read"),
    }
}

fn refused(answer: &Answer, error: &str, needed: Option<&str>) -> Outcome {
    let detail = format!("Slack: {error}");
    match error {
        "channel_not_found" | "user_not_found" | "users_not_found" | "user_not_visible" | "user_disabled"
        | "user_deleted" | "cannot_dm_bot" | "is_archived" | "not_in_channel" => Outcome::wrong_address(detail),
        "ratelimited"
        | "rate_limited"
        | "message_limit_exceeded"
        | "fatal_error"
        | "internal_error"
        | "service_unavailable"
        | "request_timeout"
        | "team_added_to_org" => Outcome::deferred(detail, answer.retry_after.map(super::granted)),
        "missing_scope" => {
            Outcome::wrong_provider(format!("{detail} ({}): give the app that scope", needed.unwrap_or("chat:write")))
        }
        "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive" => {
            Outcome::wrong_provider(format!("{detail}: look at [slack] token"))
        }
        // Whatever else it says, it says about the app or about what we send.
        _ => Outcome::wrong_provider(detail),
    }
}

#[cfg(test)]
mod tests;

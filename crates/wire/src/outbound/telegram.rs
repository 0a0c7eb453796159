//! The Telegram contact method: the messages of the bot, what its answers mean, and what Telegram tells us. Source: the Bot API
//! (core.telegram.org/bots/api).

pub mod reference;
pub mod update;

use super::{
    Answer, HttpRequest, Outcome, Wrong, granted,
    small::{Room, Small, asks, button, opens},
};
use jiff::SignedDuration;
use nightbell_domain::{
    org::Urgency,
    paging::{Message, MessageKind},
};
use reference::{Asked, BotKey};
use serde_json::{Value, json};

/// Where bots are served when nobody runs a server of their own.
pub const BASE_URL: &str = "https://api.telegram.org";
/// What fits into 4,096 characters with every mark escaped and the lines around it.
const ROOM: Room = Room { title: 300, body: 2_000 };

/// Whether the message has a button that opens it: Telegram takes no address that is not on the internet, and refuses the whole message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// A button.
    Button,
    /// The bare address, in the text.
    Text,
}

/// The chat as Telegram counts it.
fn chat_id(chat: &str) -> Value {
    chat.parse::<i64>().map_or_else(|_| Value::from(chat), Value::from)
}

/// Whether a chat is of several people: a group, a channel. What is written there is for all of them to read, so that nothing in it may act as one
/// of them.
pub fn is_group(chat: &str) -> bool {
    chat.starts_with(['-', '@'])
}

/// `sendMessage` for a message: the button carries a reference that only this bot could make for this chat. A group is told, and asked for nothing:
/// what it can open wants a sign-in.
pub fn send(base_url: &str, bot: &BotKey, chat: &str, message: &Message, link: Link) -> HttpRequest {
    let small = Small::of(message, ROOM);
    let group = is_group(chat);
    let open = if group { &message.url } else { opens(message) };
    let asked = match message.kind {
        MessageKind::Page => Some(Asked::Acknowledge),
        MessageKind::StillOn => Some(Asked::StillOn),
        _ => None,
    };
    let mut text = format!("<b>{}</b>\n{}", escaped(&small.title), escaped(&small.text()));
    let mut row = Vec::new();
    if let Some(asked) = asked.filter(|_| !group) {
        row.push(json!({ "text": button(message.kind), "callback_data": bot.reference(asked, message.page, chat) }));
    }
    match link {
        Link::Button => row.push(json!({ "text": "Open", "url": open })),
        Link::Text => text.push_str(&format!("\n{}", escaped(open))),
    }
    let mut body = json!({
        "chat_id": chat_id(chat),
        "text": text,
        "parse_mode": "HTML",
        "disable_notification": !(asks(message.kind) || message.kind == MessageKind::Code) || message.urgency == Urgency::Low,
        "link_preview_options": { "is_disabled": true },
    });
    if !row.is_empty() {
        body["reply_markup"] = json!({ "inline_keyboard": [row] });
    }
    call(base_url, bot, "sendMessage", &body)
}

/// The message that was pressed says what came of it, and loses its buttons.
pub fn edit(base_url: &str, bot: &BotKey, chat: i64, message_id: i64, text: &str) -> HttpRequest {
    let body = json!({
        "chat_id": chat,
        "message_id": message_id,
        "text": escaped(text),
        "parse_mode": "HTML",
        "link_preview_options": { "is_disabled": true },
    });
    call(base_url, bot, "editMessageText", &body)
}

/// What the person who pressed reads at the top of the chat; without it the button spins.
pub fn answer_press(base_url: &str, bot: &BotKey, query: &str, text: &str, alert: bool) -> HttpRequest {
    let text: String = text.chars().take(ANSWER_CHARS_MAX).collect();
    let body = json!({ "callback_query_id": query, "text": text, "show_alert": alert });
    call(base_url, bot, "answerCallbackQuery", &body)
}

/// Telegram's limit for it.
const ANSWER_CHARS_MAX: usize = 200;

/// A plain message.
pub fn say(base_url: &str, bot: &BotKey, chat: i64, text: &str) -> HttpRequest {
    call(base_url, bot, "sendMessage", &json!({ "chat_id": chat, "text": text }))
}

/// Tells Telegram where to call us.
pub fn set_webhook(base_url: &str, bot: &BotKey, url: &str, secret: &str) -> HttpRequest {
    let body = json!({ "url": url, "secret_token": secret, "allowed_updates": ["message", "callback_query"] });
    call(base_url, bot, "setWebhook", &body)
}

fn call(base_url: &str, bot: &BotKey, method: &str, body: &Value) -> HttpRequest {
    HttpRequest::json(format!("{}/bot{}/{method}", base_url.trim_end_matches('/'), bot.token()), body)
}

/// For the HTML mode.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What an answer means, and what to do with the message at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// That is what came of it.
    Is(Outcome),
    /// The group became another chat: send it there.
    Moved(String),
    /// The button's address is not one for Telegram: send it as text.
    NoButton,
}

/// Reads an answer.
pub fn classify(answer: &Answer) -> Verdict {
    let json = answer.json();
    let said = json["description"].as_str().unwrap_or_default();
    let low = said.to_ascii_lowercase();
    if let Some(chat) = json["parameters"]["migrate_to_chat_id"].as_i64() {
        return Verdict::Moved(chat.to_string());
    }
    if answer.status == 400 && (low.contains("button_url_invalid") || low.contains("wrong http url")) {
        return Verdict::NoButton;
    }
    let gone = ["chat not found", "user not found", "peer_id_invalid", "chat_id is empty"];
    let outcome = match answer.status {
        200..=299 if json["ok"] == true => {
            let id = json["result"]["message_id"].as_i64().map(|id| id.to_string());
            return Verdict::Is(Outcome::accepted(id, format!("HTTP {}", answer.status)));
        }
        200..=299 => Outcome::unknown(format!("HTTP {}: not an answer of Telegram", answer.status)),
        400 if gone.iter().any(|words| low.contains(words)) => Outcome::wrong_address(
            "HTTP 400: the bot knows no such chat; write /start to it there and take the number it tells",
        ),
        // "bot was blocked by the user", "user is deactivated", "bot was kicked", "bot can't initiate conversation".
        403 => Outcome::wrong_address("HTTP 403: the bot may not write there; unblock it, or write /start to it"),
        401 | 404 => Outcome::wrong_provider(format!("HTTP {}: no such bot; look at [telegram] token", answer.status)),
        429 => {
            let asked = json["parameters"]["retry_after"].as_i64().map(SignedDuration::from_secs);
            Outcome::deferred("HTTP 429", asked.or(answer.retry_after).map(granted))
        }
        _ => answer.by_status(Wrong::Provider, Wrong::Provider),
    };
    Verdict::Is(if said.is_empty() { outcome } else { outcome.told(|detail| format!("{detail}: {said}")) })
}

#[cfg(test)]
mod tests;

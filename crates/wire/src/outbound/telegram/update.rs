//! What Telegram tells the bot (an `Update` of the Bot API): of it all, a press of one of our buttons, and a greeting.

use serde::Deserialize;

/// One update, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// A button was pressed.
    Press(Press),
    /// Somebody wrote `/start` (or `/id`, or `/help`): they want to know the chat's number. That of a group begins with `-`.
    Greeting {
        /// The chat.
        chat: i64,
    },
    /// Anything else.
    Other,
}

/// A press of a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// To answer it by.
    pub query: String,
    /// The account of whoever pressed: the number of their own chat with the bot.
    pub by: i64,
    /// Where the button is.
    pub chat: i64,
    /// The message it is on.
    pub message_id: i64,
    /// What the message said, without its marks.
    pub text: String,
    /// What the button carries.
    pub data: String,
}

#[derive(Deserialize)]
struct Raw {
    callback_query: Option<RawPress>,
    message: Option<RawMessage>,
}

#[derive(Deserialize)]
struct RawPress {
    id: String,
    from: RawFrom,
    message: Option<RawMessage>,
    #[serde(default)]
    data: String,
}

#[derive(Deserialize)]
struct RawFrom {
    id: i64,
}

#[derive(Deserialize)]
struct RawMessage {
    message_id: i64,
    chat: RawChat,
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct RawChat {
    id: i64,
}

impl Update {
    /// Reads a call's body. `None` when it is no update at all.
    pub fn read(body: &[u8]) -> Option<Self> {
        let raw: Raw = serde_json::from_slice(body).ok()?;
        Some(match (raw.callback_query, raw.message) {
            (Some(RawPress { id, from, message: Some(message), data }), _) => Self::Press(Press {
                query: id,
                by: from.id,
                chat: message.chat.id,
                message_id: message.message_id,
                text: message.text,
                data,
            }),
            (None, Some(message)) if is_greeting(&message.text) => Self::Greeting { chat: message.chat.id },
            _ => Self::Other,
        })
    }
}

/// `/start`, `/start@our_bot`, `/start something`.
fn is_greeting(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let command = first.split('@').next().unwrap_or_default();
    matches!(command, "/start" | "/id" | "/help")
}

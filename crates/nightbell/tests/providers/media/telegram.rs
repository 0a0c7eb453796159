//! Telegram's Bot API.

use super::{
    Heard, LEFT_ALONE_S, Medium,
    Misfortune::{self, Busy, Garbage, Refused, WrongAddress},
    a_page, json, link, members, numbered, same, text,
};
use crate::web::Request;

const TOKEN: &str = "123456:hunter2-telegram";
const CHAT: &str = "77000";

pub fn settings(base: &str) -> Vec<(&'static str, String)> {
    vec![("NIGHTBELL_TELEGRAM__TOKEN", TOKEN.to_owned()), ("NIGHTBELL_TELEGRAM__BASE_URL", format!("{base}/telegram"))]
}

pub const TELEGRAM: Medium = Medium {
    word: "telegram",
    below: "telegram",
    contact: |_, n| format!("address: \"{CHAT}{n}\""),
    hear,
    take: |_, _, _| json(200, r#"{"ok":true,"result":{"message_id":5}}"#),
    refuse: |misfortune, _| match misfortune {
        WrongAddress => Some(json(400, r#"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#)),
        Refused => Some(json(401, r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#)),
        _ => None,
    },
    busy: || {
        let parameters = format!(r#"{{"retry_after":{LEFT_ALONE_S}}}"#);
        json(
            429,
            &format!(r#"{{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{parameters}}}"#),
        )
    },
    garbage: a_page,
    told,
    loud: &[Refused],
    late: [true, true],
};

fn told(misfortune: Misfortune) -> &'static str {
    match misfortune {
        WrongAddress => "Bad Request: chat not found",
        Refused => "look at [telegram] token",
        Busy => "HTTP 429: Too Many Requests",
        Garbage => "not an answer of Telegram",
        _ => "HTTP 200",
    }
}

fn hear(request: &Request, path: &str) -> Result<Heard, String> {
    same("the method", &request.method, "POST")?;
    let body = request.json();
    let method = path.strip_prefix(&format!("/bot{TOKEN}/")).ok_or("no such bot")?;
    if method == "setWebhook" {
        return Ok(Heard::Asked(None));
    }
    same("the call", method, "sendMessage")?;
    let optional = ["parse_mode", "disable_notification", "link_preview_options", "reply_markup"];
    members(&body, &["chat_id", "text"], &optional)?;
    let said = text(&body["text"], 4_096)?;
    for button in body["reply_markup"]["inline_keyboard"][0].as_array().into_iter().flatten() {
        members(button, &["text"], &["url", "callback_data"])?;
        match &button["callback_data"] {
            data if data.is_null() => link(&button["url"])?,
            data => text(data, 64).map(drop)?,
        }
    }
    let chat = body["chat_id"].as_i64().ok_or("a chat is a number")?;
    Ok(Heard::Message {
        person: numbered(&chat.to_string(), CHAT)?,
        repeat: Some(said.contains("This may be a second copy")),
        pages: said.starts_with("<b>Alert "),
    })
}

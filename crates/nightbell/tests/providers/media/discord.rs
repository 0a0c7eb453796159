//! Discord's direct messages: a channel is opened, then written to.

use super::{
    Heard, LEFT_ALONE_S, Medium,
    Misfortune::{self, Busy, Garbage, Refused, WrongAddress},
    a_page, json, members, numbered, same, text,
};
use crate::web::{Reply, Request};

const TOKEN: &str = "hunter2-discord";
const USER: &str = "8035111022467";
const CHANNEL: &str = "3196741501156";

pub fn settings(base: &str) -> Vec<(&'static str, String)> {
    vec![
        ("NIGHTBELL_DISCORD__TOKEN", TOKEN.to_owned()),
        ("NIGHTBELL_DISCORD__BASE_URL", format!("{base}/discord/api/v10")),
    ]
}

pub const DISCORD: Medium = Medium {
    word: "discord",
    below: "discord",
    contact: |_, n| format!("address: \"{USER}{n}\""),
    hear,
    take,
    refuse: |misfortune, heard| match (misfortune, heard) {
        (WrongAddress, Heard::Message { .. }) => {
            Some(json(403, r#"{"message":"Cannot send messages to this user","code":50007}"#))
        }
        (Refused, Heard::Asked(_)) => Some(json(401, r#"{"message":"401: Unauthorized","code":0}"#)),
        _ => None,
    },
    busy: || {
        let body =
            format!(r#"{{"message":"You are being rate limited.","retry_after":{LEFT_ALONE_S}.0,"global":false}}"#);
        json(429, &body)
    },
    garbage: a_page,
    told,
    loud: &[Refused],
    late: [true, false],
};

fn told(misfortune: Misfortune) -> &'static str {
    match misfortune {
        WrongAddress => "Discord: HTTP 403 50007 Cannot send messages to this user",
        Refused => "Discord: HTTP 401 0 401: Unauthorized: look at [discord] token",
        Busy => "Discord: HTTP 429 You are being rate limited.",
        Garbage => "its answer cannot be read",
        _ => "Discord took it",
    }
}

fn hear(request: &Request, path: &str) -> Result<Heard, String> {
    same("the method", &request.method, "POST")?;
    same("who calls", request.header("authorization"), &format!("Bot {TOKEN}"))?;
    let agent = request.header("user-agent");
    if !agent.starts_with("DiscordBot (http") {
        return Err(format!("such a user agent is blocked: {agent}"));
    }
    let body = request.json();
    if path == "/api/v10/users/@me/channels" {
        members(&body, &["recipient_id"], &[])?;
        return Ok(Heard::Asked(Some(numbered(text(&body["recipient_id"], 20)?, USER)?)));
    }
    let channel = path.strip_prefix("/api/v10/channels/").and_then(|rest| rest.strip_suffix("/messages"));
    let person = numbered(channel.ok_or("no such path")?, CHANNEL)?;
    members(&body, &["content"], &["embeds", "allowed_mentions", "nonce", "enforce_nonce"])?;
    let pages = text(&body["content"], 2_000)?.starts_with("**\\[ALERT\\] ");
    text(&body["nonce"], 25)?;
    same("who may be mentioned", &body["allowed_mentions"].to_string(), r#"{"parse":[]}"#)?;
    let embed = &body["embeds"][0];
    members(embed, &["description"], &["title", "color", "fields", "footer"])?;
    text(&embed["description"], 4_096)?;
    let footer = text(&embed["footer"]["text"], 2_048)?;
    for field in embed["fields"].as_array().into_iter().flatten() {
        members(field, &["name", "value"], &["inline"])?;
        text(&field["name"], 256)?;
        text(&field["value"], 1_024)?;
    }
    if embed.to_string().chars().count() > 6_000 || body["enforce_nonce"] != true {
        return Err(format!("too much, or it could come twice: {body}"));
    }
    Ok(Heard::Message { person, repeat: Some(footer.contains("It may be a second copy")), pages })
}

fn take(_: &Request, _: &str, heard: Heard) -> Reply {
    match heard {
        Heard::Asked(Some(person)) => json(200, &format!(r#"{{"id":"{CHANNEL}{person}","type":1,"recipients":[]}}"#)),
        _ => json(200, r#"{"id":"1162701","channel_id":"3196741501156"}"#),
    }
}

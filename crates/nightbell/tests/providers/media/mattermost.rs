//! Mattermost's API v4: who is who, the channel of two, the post.

use super::{
    Heard, Medium,
    Misfortune::{self, Busy, Garbage, Refused, WrongAddress},
    a_page, busy_by_header, json, members, numbered, same, text,
};
use crate::web::{Reply, Request};

const TOKEN: &str = "hunter2-mattermost";
const NAME: &str = "mmperson";
const ID: &str = "mmid";
const CHANNEL: &str = "mmchannel";

pub fn settings(base: &str) -> Vec<(&'static str, String)> {
    vec![
        ("NIGHTBELL_MATTERMOST__TOKEN", TOKEN.to_owned()),
        ("NIGHTBELL_MATTERMOST__BASE_URL", format!("{base}/mattermost/")),
    ]
}

pub const MATTERMOST: Medium = Medium {
    word: "mattermost",
    below: "mattermost",
    contact: |_, n| format!("address: \"@{NAME}{n}\""),
    hear,
    take,
    refuse: |misfortune, heard| match (misfortune, heard) {
        (WrongAddress, Heard::Asked(_)) => Some(json(
            404,
            r#"{"id":"app.user.missing_account.const","message":"Unable to find the user.","status_code":404}"#,
        )),
        (Refused, Heard::Asked(_)) => Some(json(
            401,
            r#"{"id":"api.context.session_expired.app_error","message":"Invalid or expired session","status_code":401}"#,
        )),
        _ => None,
    },
    busy: || busy_by_header("limit exceeded"),
    garbage: a_page,
    told,
    loud: &[Refused],
    late: [false, false],
};

fn told(misfortune: Misfortune) -> &'static str {
    match misfortune {
        WrongAddress => "Mattermost: HTTP 404 Unable to find the user.",
        Refused => "Mattermost: HTTP 401 Invalid or expired session: look at [mattermost] token",
        Busy => "Mattermost: HTTP 429",
        Garbage => "its answer cannot be read",
        _ => "Mattermost took it",
    }
}

fn hear(request: &Request, path: &str) -> Result<Heard, String> {
    same("who calls", request.header("authorization"), &format!("Bearer {TOKEN}"))?;
    let body = request.json();
    match (request.method.as_str(), path) {
        ("GET", "/api/v4/users/me") => Ok(Heard::Asked(None)),
        ("GET", path) => {
            let name = path.strip_prefix("/api/v4/users/username/").ok_or("no such path")?;
            Ok(Heard::Asked(Some(numbered(name, NAME)?)))
        }
        ("POST", "/api/v4/channels/direct") => {
            same("the bot", body[0].as_str().unwrap_or_default(), "b0t")?;
            if body.as_array().is_none_or(|two| two.len() != 2) {
                return Err(format!("a direct channel is of two: {body}"));
            }
            Ok(Heard::Asked(Some(numbered(text(&body[1], 26)?, ID)?)))
        }
        ("POST", "/api/v4/posts") => {
            members(&body, &["channel_id", "message"], &["pending_post_id", "props"])?;
            let pages = text(&body["message"], 16_383)?.starts_with("**\\[ALERT\\] ");
            text(&body["pending_post_id"], 64)?;
            let attachment = &body["props"]["attachments"][0];
            members(attachment, &["fallback", "color", "text", "fields", "footer"], &[])?;
            for field in attachment["fields"].as_array().into_iter().flatten() {
                members(field, &["title", "value", "short"], &[])?;
            }
            let footer = text(&attachment["footer"], 300)?;
            let person = numbered(text(&body["channel_id"], 26)?, CHANNEL)?;
            Ok(Heard::Message { person, repeat: Some(footer.contains("It may be a second copy")), pages })
        }
        _ => Err("no such path".to_owned()),
    }
}

fn take(request: &Request, path: &str, heard: Heard) -> Reply {
    match heard {
        Heard::Asked(None) => json(200, r#"{"id":"b0t","username":"nightbell","is_bot":true}"#),
        Heard::Asked(Some(person)) if request.method == "GET" => {
            json(200, &format!(r#"{{"id":"{ID}{person}","username":"{NAME}{person}","delete_at":0}}"#))
        }
        Heard::Asked(Some(person)) => json(201, &format!(r#"{{"id":"{CHANNEL}{person}","type":"D"}}"#)),
        Heard::Message { .. } => json(201, &format!(r#"{{"id":"p0st","channel_id":"x","path":"{path}"}}"#)),
    }
}

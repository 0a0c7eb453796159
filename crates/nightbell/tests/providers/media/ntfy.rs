//! An ntfy server that wants a token.

use super::{
    Heard, Medium,
    Misfortune::{self, Busy, Garbage, Refused, WrongAddress},
    busy_by_header, json, link, members, not_http, numbered, same, text,
};
use crate::web::Request;

const TOKEN: &str = "tk_hunter2ntfy";
const TOPIC: &str = "topic-of-";

pub fn settings(base: &str) -> Vec<(&'static str, String)> {
    vec![("NIGHTBELL_NTFY__TOKEN", TOKEN.to_owned()), ("NIGHTBELL_NTFY__BASE_URL", format!("{base}/ntfy"))]
}

pub const NTFY: Medium = Medium {
    word: "ntfy",
    below: "ntfy",
    contact: |_, n| format!("address: {TOPIC}{n}"),
    hear,
    take: |_, _, _| json(200, r#"{"id":"hwQ2YpKdmg","time":1795409400,"event":"message","topic":"t"}"#),
    refuse: |misfortune, _| match misfortune {
        WrongAddress => Some(json(400, r#"{"code":40009,"http":400,"error":"invalid request: topic invalid"}"#)),
        Refused => Some(json(401, r#"{"code":40101,"http":401,"error":"unauthorized"}"#)),
        _ => None,
    },
    busy: || busy_by_header(r#"{"code":42901,"http":429,"error":"limit reached"}"#),
    garbage: not_http,
    told,
    loud: &[Refused],
    late: [true, true],
};

fn told(misfortune: Misfortune) -> &'static str {
    match misfortune {
        WrongAddress => "HTTP 400: invalid request: topic invalid",
        Refused => "look at [ntfy] token",
        Busy => "HTTP 429: limit reached",
        Garbage => "the connection was lost before an answer",
        _ => "HTTP 200",
    }
}

fn hear(request: &Request, path: &str) -> Result<Heard, String> {
    same("the method", &format!("{} {path}", request.method), "POST /")?;
    same("who calls", request.header("authorization"), &format!("Bearer {TOKEN}"))?;
    let body = request.json();
    members(&body, &["topic", "title", "message", "priority", "tags", "click", "actions"], &[])?;
    if request.body.len() > 4_096 || !(1..=5).contains(&body["priority"].as_u64().unwrap_or(0)) {
        return Err(format!("too long, or no such priority: {body}"));
    }
    link(&body["click"])?;
    let actions = body["actions"].as_array().ok_or("no actions")?;
    if actions.len() > 3 {
        return Err(format!("{} actions", actions.len()));
    }
    for action in actions {
        members(action, &["action", "label", "url"], &["method", "clear"])?;
        link(&action["url"])?;
    }
    let pages = text(&body["title"], 250)?.starts_with("Alert ");
    let repeat = text(&body["message"], 4_096)?.contains("This may be a second copy");
    Ok(Heard::Message { person: numbered(text(&body["topic"], 64)?, TOPIC)?, repeat: Some(repeat), pages })
}

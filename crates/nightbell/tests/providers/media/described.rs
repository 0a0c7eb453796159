//! A provider of calls that nobody wrote a room for: the settings describe its request, and its answers are statuses.

use super::{
    Heard, Medium,
    Misfortune::{self, Busy, Drops, Garbage, Refused, WrongAddress},
    busy_by_header, json, members, not_http, numbered, same, text,
};
use crate::web::Request;

const NUMBER: &str = "+155522200";
const KEY: &str = "Bearer hunter2-described";
const BODY: &str = r#"{"to": {{ number }}, "say": {{ text }}, "ref": {{ id }}, "what": {{ kind }}}"#;

pub fn settings(base: &str) -> Vec<(&'static str, String)> {
    vec![
        ("NIGHTBELL_VOICE__PROVIDERS", "http".to_owned()),
        ("NIGHTBELL_VOICE_HTTP__URL", format!("{base}/described/calls")),
        ("NIGHTBELL_VOICE_HTTP__HEADERS", format!("Content-Type: application/json, Authorization: {KEY}")),
        ("NIGHTBELL_VOICE_HTTP__BODY", BODY.to_owned()),
    ]
}

pub const DESCRIBED: Medium = Medium {
    word: "voice",
    below: "described",
    contact: |_, n| format!("address: \"{NUMBER}{n}\""),
    hear,
    take: |_, _, _| json(201, r#"{"id":"call-1"}"#),
    refuse: |misfortune, _| match misfortune {
        WrongAddress => Some(json(422, r#"{"error":"no such number"}"#)),
        Refused => Some(json(401, r#"{"error":"who are you?"}"#)),
        _ => None,
    },
    busy: || busy_by_header(""),
    garbage: not_http,
    told,
    // Nobody can know what such a provider's refusal is about: it may be the settings.
    loud: &[WrongAddress, Refused],
    late: [true, true],
};

fn told(misfortune: Misfortune) -> &'static str {
    match misfortune {
        WrongAddress => "http: HTTP 422",
        Refused => "http: HTTP 401",
        Busy => "http: HTTP 429",
        Garbage | Drops => "the connection was lost before an answer",
        _ => "http: HTTP 201",
    }
}

fn hear(request: &Request, path: &str) -> Result<Heard, String> {
    same("the method", &format!("{} {path}", request.method), "POST /calls")?;
    same("who calls", request.header("authorization"), KEY)?;
    same("the type", request.header("content-type"), "application/json")?;
    let body = request.json();
    members(&body, &["to", "say", "ref", "what"], &[])?;
    let said = text(&body["say"], 1_000)?;
    if said.contains("http") {
        return Err(format!("nobody can read an address out: {said}"));
    }
    let pages = text(&body["what"], 20)? == "page";
    // It describes no field for it.
    Ok(Heard::Message { person: numbered(text(&body["to"], 16)?, NUMBER)?, repeat: None, pages })
}

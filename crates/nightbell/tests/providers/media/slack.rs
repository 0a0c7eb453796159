//! Slack's `chat.postMessage`, as strict as Block Kit.

use super::{
    Heard, Medium,
    Misfortune::{self, Busy, Garbage, Refused, WrongAddress},
    a_page, busy_by_header, json, link, members, numbered, same, text,
};
use crate::web::Request;
use serde_json::Value;

const TOKEN: &str = "xoxb-hunter2-slack";
const MEMBER: &str = "U0CASE";

pub fn settings(base: &str) -> Vec<(&'static str, String)> {
    vec![("NIGHTBELL_SLACK__TOKEN", TOKEN.to_owned()), ("NIGHTBELL_SLACK__BASE_URL", format!("{base}/slack/api"))]
}

pub const SLACK: Medium = Medium {
    word: "slack",
    below: "slack",
    contact: |_, n| format!("address: {MEMBER}{n}"),
    hear,
    take: |_, _, _| {
        json(200, r#"{"ok":true,"channel":"D024BE91L","ts":"1795409400.000100","message":{"type":"message"}}"#)
    },
    refuse: |misfortune, _| match misfortune {
        WrongAddress => Some(json(200, r#"{"ok":false,"error":"channel_not_found"}"#)),
        Refused => Some(json(200, r#"{"ok":false,"error":"invalid_auth"}"#)),
        _ => None,
    },
    busy: || busy_by_header(r#"{"ok":false,"error":"ratelimited"}"#),
    garbage: a_page,
    told,
    loud: &[Refused],
    late: [true, true],
};

fn told(misfortune: Misfortune) -> &'static str {
    match misfortune {
        WrongAddress => "Slack: channel_not_found",
        Refused => "Slack: invalid_auth: look at [slack] token",
        Busy => "Slack: HTTP 429",
        Garbage => "its answer cannot be read",
        _ => "Slack took it",
    }
}

fn hear(request: &Request, path: &str) -> Result<Heard, String> {
    same("the method", &format!("{} {path}", request.method), "POST /api/chat.postMessage")?;
    same("who calls", request.header("authorization"), &format!("Bearer {TOKEN}"))?;
    same("the type", request.header("content-type"), "application/json; charset=utf-8")?;
    let body = request.json();
    members(&body, &["channel", "text"], &["blocks", "mrkdwn", "unfurl_links", "unfurl_media", "metadata"])?;
    text(&body["text"], 4_000)?;
    let blocks = body["blocks"].as_array().ok_or("no blocks")?;
    if blocks.is_empty() || blocks.len() > 50 {
        return Err(format!("{} blocks", blocks.len()));
    }
    blocks.iter().try_for_each(block)?;
    let metadata = &body["metadata"];
    members(metadata, &["event_type", "event_payload"], &[])?;
    text(&metadata["event_type"], 100)?;
    let repeat = metadata["event_payload"]["repeat"].as_bool().ok_or("no repeat")?;
    Ok(Heard::Message {
        person: numbered(text(&body["channel"], 20)?, MEMBER)?,
        repeat: Some(repeat),
        pages: metadata["event_payload"]["kind"] == "page",
    })
}

fn block(block: &Value) -> Result<(), String> {
    let elements = |json: &Value| json["elements"].as_array().cloned().unwrap_or_default();
    match block["type"].as_str() {
        Some("header") => {
            members(block, &["type", "text"], &["block_id"])?;
            same("a header's text", block["text"]["type"].as_str().unwrap_or_default(), "plain_text")?;
            text_object(&block["text"], 150)
        }
        Some("section") => {
            members(block, &["type"], &["text", "fields", "block_id"])?;
            let fields = block["fields"].as_array().cloned().unwrap_or_default();
            if block["text"].is_null() == fields.is_empty() || fields.len() > 10 {
                return Err(format!("a section is a text or ten fields: {block}"));
            }
            fields.iter().try_for_each(|field| text_object(field, 2_000))?;
            if fields.is_empty() { text_object(&block["text"], 3_000) } else { Ok(()) }
        }
        Some("actions") => {
            members(block, &["type", "elements"], &["block_id"])?;
            elements(block).iter().try_for_each(button)
        }
        Some("context") => {
            members(block, &["type", "elements"], &["block_id"])?;
            elements(block).iter().try_for_each(|one| text_object(one, 3_000))
        }
        Some("rich_text") => {
            members(block, &["type", "elements"], &["block_id"])?;
            elements(block).iter().try_for_each(|part| {
                members(part, &["type", "elements"], &["border"])?;
                same("a part", part["type"].as_str().unwrap_or_default(), "rich_text_preformatted")?;
                elements(part).iter().try_for_each(|run| members(run, &["type", "text"], &["style"]))
            })
        }
        _ => Err(format!("not a block: {block}")),
    }
}

fn button(button: &Value) -> Result<(), String> {
    members(button, &["type", "text", "action_id", "url"], &["style", "value"])?;
    same("an element", button["type"].as_str().unwrap_or_default(), "button")?;
    text_object(&button["text"], 75)?;
    text(&button["url"], 3_000)?;
    link(&button["url"])
}

fn text_object(object: &Value, chars_max: usize) -> Result<(), String> {
    match object["type"].as_str() {
        Some("plain_text") => members(object, &["type", "text"], &["emoji"])?,
        Some("mrkdwn") => members(object, &["type", "text"], &["verbatim"])?,
        _ => return Err(format!("not a text object: {object}")),
    }
    text(&object["text"], chars_max).map(drop)
}

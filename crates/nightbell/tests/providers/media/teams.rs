//! A Teams workflow: takes a card, answers 202 with nothing.

use super::{
    Heard, Medium,
    Misfortune::{self, Busy, Garbage, Refused, WrongAddress},
    busy_by_header, json, link, members, not_http, numbered, same, text,
};
use crate::web::{Reply, Request};

/// Teams drops what is larger, in bytes.
const CARD_BYTES_MAX: usize = 28 * 1024;

pub const TEAMS: Medium = Medium {
    word: "teams",
    below: "teams",
    contact: |base, n| format!("url: \"{base}/teams/hunter2-workflow{n}\""),
    hear,
    take: |_, _, _| Reply::status(202),
    refuse: |misfortune, _| match misfortune {
        WrongAddress => Some(json(404, r#"{"error":{"code":"WorkflowNotFound","message":"The workflow is gone."}}"#)),
        Refused => Some(json(
            401,
            r#"{"error":{"code":"DirectApiAuthorizationRequired","message":"The signature is wrong."}}"#,
        )),
        _ => None,
    },
    busy: || busy_by_header(""),
    garbage: not_http,
    told,
    // The address is the person's own, and the only credential there is.
    loud: &[],
    late: [true, true],
};

fn told(misfortune: Misfortune) -> &'static str {
    match misfortune {
        WrongAddress => "Teams: HTTP 404 The workflow is gone.",
        Refused => "Teams: HTTP 401 The signature is wrong.",
        Busy => "Teams: HTTP 429",
        Garbage => "the connection was lost before an answer",
        _ => "Teams: HTTP 202",
    }
}

fn hear(request: &Request, path: &str) -> Result<Heard, String> {
    same("the method", &request.method, "POST")?;
    let body = request.json();
    members(&body, &["type", "attachments"], &[])?;
    if request.body.len() > CARD_BYTES_MAX {
        return Err(format!("{} bytes", request.body.len()));
    }
    let attachment = &body["attachments"][0];
    members(attachment, &["contentType", "content"], &["contentUrl"])?;
    same("the type", text(&attachment["contentType"], 60)?, "application/vnd.microsoft.card.adaptive")?;
    let card = &attachment["content"];
    members(card, &["$schema", "type", "version", "body", "actions"], &["fallbackText", "msteams"])?;
    same("the version", text(&card["version"], 5)?, "1.4")?;
    for part in card["body"].as_array().ok_or("no body")? {
        members(part, &["type", "inlines"], &[])?;
        same("a part", text(&part["type"], 40)?, "RichTextBlock")?;
        for run in part["inlines"].as_array().ok_or("no runs")? {
            members(run, &["type", "text"], &["weight", "size", "color", "isSubtle", "fontType"])?;
            text(&run["text"], 4_000)?;
        }
    }
    for action in card["actions"].as_array().ok_or("no actions")? {
        members(action, &["type", "title", "url"], &[])?;
        same("an action", text(&action["type"], 40)?, "Action.OpenUrl")?;
        link(&action["url"])?;
    }
    let pages = text(&card["fallbackText"], 300)?.starts_with("[ALERT] ");
    let repeat = card["body"].to_string().contains("It may be a second copy");
    Ok(Heard::Message { person: numbered(path, "/hunter2-workflow")?, repeat: Some(repeat), pages })
}

//! The Microsoft Teams contact method: a workflow ("When a Teams webhook request is received") that posts a card, and what its answers mean.
//! Source: Adaptive Cards 1.4 and the workflows' own limits (learn.microsoft.com).
//!
//! The address belongs to the person: whatever the workflow refuses, its address is wrong. Text from outside stands in text runs, in which nothing
//! is Markdown.

use super::{
    Answer, HttpRequest, Outcome, Wrong,
    chat::{Chat, Tone},
};
use nightbell_domain::paging::Message;
use serde_json::{Value, json};

/// Largest request, in bytes: Teams drops cards of more than 28 KB.
pub const BODY_BYTES_MAX: usize = 26 * 1024;
/// Parts that stay, whatever the size: the heading, whom it speaks to, what happens next. The rest goes from the end until it fits.
const PARTS_MIN: usize = 3;

/// The card. `url` is the workflow's.
pub fn request(url: &str, message: &Message) -> HttpRequest {
    let chat = Chat::of(message);
    let mut parts = parts(&chat);
    let mut request = HttpRequest::json(url, &card(&chat, &parts));
    while request.body.len() > BODY_BYTES_MAX && parts.len() > PARTS_MIN {
        parts.pop();
        request = HttpRequest::json(url, &card(&chat, &parts));
    }
    request
}

fn card(chat: &Chat, parts: &[Value]) -> Value {
    let action = |(words, url): &(&str, String)| json!({ "type": "Action.OpenUrl", "title": words, "url": url });
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "fallbackText": chat.heading,
                "body": parts,
                "actions": chat.links.iter().map(action).collect::<Vec<_>>(),
                "msteams": { "width": "full" },
            },
        }],
    })
}

/// From the most to the least important.
fn parts(chat: &Chat) -> Vec<Value> {
    let colour = match chat.tone {
        Tone::Alarm => "Attention",
        Tone::Warning => "Warning",
        Tone::Good => "Good",
        Tone::Plain => "Default",
    };
    let mut heading = run(&chat.heading);
    heading["weight"] = "Bolder".into();
    heading["size"] = "Large".into();
    heading["color"] = colour.into();
    let mut parts = vec![block(vec![heading]), block(vec![run(&chat.greeting)])];
    parts.extend(chat.next.iter().map(|next| block(vec![run(next)])));
    parts.push(small(&chat.footer));
    parts.extend(chat.rows.iter().map(|(name, value)| block(vec![bold(&format!("{name}: ")), run(value)])));
    if !chat.also.is_empty() {
        parts.push(block(vec![bold("In the same message:")]));
        parts.extend(chat.also.iter().map(|line| block(vec![run(&format!("• {line}"))])));
    }
    parts.extend(chat.details.iter().map(|line| {
        let mut line = run(line);
        line["fontType"] = "Monospace".into();
        block(vec![line])
    }));
    parts
}

/// Text in which nothing is markup. An empty run would be refused.
fn run(text: &str) -> Value {
    let text = if text.is_empty() { " " } else { text };
    json!({ "type": "TextRun", "text": text })
}

fn bold(text: &str) -> Value {
    let mut run = run(text);
    run["weight"] = "Bolder".into();
    run
}

fn small(text: &str) -> Value {
    let mut run = run(text);
    run["size"] = "Small".into();
    run["isSubtle"] = true.into();
    block(vec![run])
}

fn block(runs: Vec<Value>) -> Value {
    json!({ "type": "RichTextBlock", "inlines": runs })
}

/// What an answer means: any 2xx is an acceptance; what the workflow makes of it afterwards nobody is told.
pub fn classify(answer: &Answer) -> Outcome {
    let outcome = answer.by_status(Wrong::Address, Wrong::Address);
    outcome.told(|detail| match answer.json()["error"]["message"].as_str() {
        Some(message) => format!("Teams: {detail} {message}"),
        None => format!("Teams: {detail}"),
    })
}

#[cfg(test)]
mod tests;

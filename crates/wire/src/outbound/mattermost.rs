//! The Mattermost contact method: a direct message of the installation's bot, and what the server's answers mean. Source: the REST API v4
//! (developers.mattermost.com/api-documentation) and the server's own code for `pending_post_id`.
//!
//! Four requests: who the bot is, who the person is, their channel, the post. A copy within half a minute is the same post to the server: the
//! notification is its `pending_post_id`.

use super::{
    Answer, HttpRequest, Outcome, Wrong,
    chat::{Chat, RUNBOOK, fenced, markdown, markdown_link, markdown_url},
};
use nightbell_domain::paging::Message;
use serde_json::{Value, json};

/// What a backslash takes the meaning from.
const MARKS: &str = "\\*_~`|<>[]()#!{}";
/// Longest post and attachment, in characters (16,383 is the server's).
const POST_CHARS_MAX: usize = 12_000;
/// How long the server's ids are.
const ID_CHARS: usize = 26;

/// Asks who somebody is: the bot at `/api/v4/users/me`, anybody else at [`path_of`].
pub fn who(url: &str, token: &str) -> HttpRequest {
    HttpRequest::get(url).bearer(token)
}

/// The path, below the server's address, of a person by id or by the name behind the `@`; nothing when it can be neither.
pub fn path_of(user: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    if user.len() == ID_CHARS && user.bytes().all(plain) {
        return Some(format!("/api/v4/users/{user}"));
    }
    let user = user.to_ascii_lowercase();
    let name = (1..=64).contains(&user.len()) && user.bytes().all(|b| plain(b) || matches!(b, b'.' | b'-' | b'_'));
    // Dots alone would be another path.
    (name && user.bytes().any(plain)).then(|| format!("/api/v4/users/username/{user}"))
}

/// The bot's id.
///
/// # Errors
/// Why the server does not tell it.
pub fn bot(answer: &Answer) -> Result<String, Outcome> {
    id(answer, Wrong::Provider)
}

/// The person's id.
///
/// # Errors
/// Why the server does not tell it, or that the person left.
pub fn person(answer: &Answer) -> Result<String, Outcome> {
    if answer.status == 404 {
        return Err(Outcome::wrong_address(format!("{}: no such user", said(answer))));
    }
    let id = id(answer, Wrong::Address)?;
    match answer.json()["delete_at"].as_i64() {
        None | Some(0) => Ok(id),
        Some(_) => Err(Outcome::wrong_address("Mattermost: the user is deactivated")),
    }
}

/// Opens the channel of the two. `url` is that of `/api/v4/channels/direct`.
pub fn open(url: &str, token: &str, bot: &str, person: &str) -> HttpRequest {
    HttpRequest::json(url, &json!([bot, person])).bearer(token)
}

/// The channel that was opened.
///
/// # Errors
/// Why there is none.
pub fn opened(answer: &Answer) -> Result<String, Outcome> {
    id(answer, Wrong::Provider)
}

/// The post. `url` is that of `/api/v4/posts`.
pub fn request(url: &str, token: &str, channel: &str, message: &Message) -> HttpRequest {
    let chat = Chat::of(message);
    let body = json!({
        "channel_id": channel,
        "message": text(&chat),
        "pending_post_id": message.id.to_string(),
        "props": {
            "attachments": [attachment(&chat)],
            "nightbell_notification": message.id.to_string(),
        },
    });
    HttpRequest::json(url, &body).bearer(token)
}

/// What a lock screen shows.
fn text(chat: &Chat) -> String {
    let mut lines = vec![format!("**{}**", markdown(&chat.heading, MARKS))];
    lines.extend(chat.next.as_deref().map(|next| markdown(next, MARKS)));
    lines.push(chat.links.iter().map(|(words, url)| markdown_link(words, url, MARKS)).collect::<Vec<_>>().join(" · "));
    lines.join("\n")
}

fn attachment(chat: &Chat) -> Value {
    let mut text = markdown(&chat.greeting, MARKS);
    let mut take = |part: String| {
        if text.chars().count() + part.chars().count() <= POST_CHARS_MAX {
            text.push_str(&part);
        }
    };
    if !chat.also.is_empty() {
        take("\n\n**In the same message:**\n".to_owned());
        chat.also.iter().for_each(|line| take(format!("\n- {}", markdown(line, MARKS))));
    }
    if !chat.details.is_empty() {
        take(format!("\n\n{}", fenced(&chat.details)));
    }
    let field = |(name, value): &(&str, String)| {
        let value = if *name == RUNBOOK { markdown_url(value, MARKS) } else { markdown(value, MARKS) };
        json!({ "title": name, "value": value, "short": false })
    };
    json!({
        "fallback": chat.heading,
        "color": format!("#{:06x}", chat.tone.rgb()),
        "text": text,
        "fields": chat.rows.iter().map(field).collect::<Vec<_>>(),
        "footer": chat.footer,
    })
}

/// What an answer to the post means.
pub fn classify(answer: &Answer) -> Outcome {
    match (answer.status, answer.json()["id"].as_str()) {
        (200..=299, Some(id)) => Outcome::accepted(Some(id.to_owned()), "Mattermost took it"),
        (200..=299, None) => Outcome::unknown("Mattermost may or may not have taken it: its answer cannot be read"),
        _ => refused(answer, Wrong::Provider),
    }
}

/// The id in an answer that must have one.
fn id(answer: &Answer, wrong: Wrong) -> Result<String, Outcome> {
    if !(200..300).contains(&answer.status) {
        return Err(refused(answer, wrong));
    }
    let json = answer.json();
    let id =
        json["id"].as_str().filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    id.map(str::to_owned).ok_or_else(|| {
        Outcome::deferred("Mattermost: an answer that cannot be read; is [mattermost] base_url the server's?", None)
    })
}

fn refused(answer: &Answer, wrong: Wrong) -> Outcome {
    let said = said(answer);
    match answer.json()["id"].as_str() {
        // A post to somebody who left.
        Some("api.post.create_post.can_not_post_to_deleted.error") => Outcome::wrong_address(said),
        _ if answer.status == 401 => Outcome::wrong_provider(format!("{said}: look at [mattermost] token")),
        _ => answer.by_status(Wrong::Provider, wrong).told(|_| said),
    }
}

fn said(answer: &Answer) -> String {
    match answer.json()["message"].as_str() {
        Some(message) => format!("Mattermost: HTTP {} {message}", answer.status),
        None => format!("Mattermost: HTTP {}", answer.status),
    }
}

#[cfg(test)]
mod tests;

//! The mail contact method: a mail, described. Setting it on the wire (encoding, SMTP) is `delivery`'s work.
//!
//! Everything an alert says is hostile here: it can neither start a header, nor pass for one of our own lines in the text, nor
//! become markup in the HTML twin.

mod html;
pub mod subscriber;
mod text;
pub(in crate::outbound) mod when;

use super::facts::{Facts, tag, together};
use nightbell_domain::{
    paging::{Message, MessageKind},
    signal::cut,
    text::clean::one_line,
};

/// Longest subject, in characters.
pub const SUBJECT_CHARS_MAX: usize = 200;

/// A mail, described. One recipient; every header value is one line without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailMessage {
    /// Shown name.
    pub to_name: String,
    /// Address, as the person gave it.
    pub to_address: String,
    /// Subject, not encoded.
    pub subject: String,
    /// `text/plain` part; lines end in `\n`.
    pub text: String,
    /// `text/html` part, saying the same.
    pub html: String,
    /// Further headers: name and value, not encoded.
    pub headers: Vec<(&'static str, String)>,
    /// `Message-ID`, with angle brackets.
    pub message_id: String,
    /// `In-Reply-To`: the thread's root, which is never itself sent.
    pub in_reply_to: String,
    /// `References`.
    pub references: String,
}

/// The mail of a message.
pub fn page_mail(message: &Message, to_address: &str) -> MailMessage {
    let host = host(&message.public_url);
    let thread = format!("<{}@{host}>", message.page);
    let mut headers = vec![
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("X-Auto-Response-Suppress", "All".to_owned()),
        ("X-Nightbell-Page", message.page.to_string()),
        ("X-Nightbell-Notification", message.id.to_string()),
        ("X-Nightbell-Urgency", message.urgency.word().to_owned()),
    ];
    if message.kind == MessageKind::Page && message.urgency == nightbell_domain::org::Urgency::High {
        headers.push(("Importance", "high".to_owned()));
    }
    let facts = Facts::of(message);
    MailMessage {
        to_name: one_line(&message.user_name),
        to_address: one_line(to_address),
        subject: cut(&format!("{} {}{}", tag(message.kind), together(message), facts.title), SUBJECT_CHARS_MAX),
        text: text::render(&facts),
        html: html::render(&facts),
        headers,
        message_id: format!("<{}@{host}>", message.id),
        in_reply_to: thread.clone(),
        references: thread,
    }
}

/// The host of a URL, fit for the right side of a message id.
fn host(public_url: &str) -> String {
    let rest = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let fits = !host.is_empty()
        && host.len() <= 253
        && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    if fits { host } else { "nightbell.invalid".to_owned() }
}

#[cfg(test)]
mod tests;

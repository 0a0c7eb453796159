//! The mail contact method: a mail, described. Setting it on the wire (encoding, SMTP) is `delivery`'s work.
//!
//! Everything an alert says is hostile here: it can neither start a header, nor pass for one of our own lines in the text, nor
//! become markup in the HTML twin.

mod html;
pub mod subscriber;
mod text;
mod when;

use nightbell_domain::{
    paging::{AlsoTold, Message, MessageKind},
    signal::cut,
    text::clean::one_line,
};

/// Longest subject, in characters.
pub const SUBJECT_CHARS_MAX: usize = 200;
/// Longest title of another page in a mail that tells of many, in characters.
const ALSO_CHARS_MAX: usize = 160;
/// Longest alert text in a mail, in characters; the rest is one press away.
const DETAILS_CHARS_MAX: usize = 4_000;

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

/// `12 pages: `, when the message tells of many: a lock screen shows the first words.
fn together(message: &Message) -> String {
    match message.also.count {
        0 => String::new(),
        others => format!("{} pages: ", others.saturating_add(1)),
    }
}

fn tag(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Page => "[ALERT]",
        MessageKind::Resolved => "[RESOLVED]",
        MessageKind::Cancelled => "[CANCELLED]",
        MessageKind::Notice => "[NOTICE]",
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

/// What the mail says, ready to print: both parts say exactly this. Lines are single lines; details are lines of the alert's own.
struct Facts {
    greeting: String,
    title: String,
    /// What else the message tells of, one line each, and how many more there are.
    also: Vec<String>,
    /// Name and value, in the order shown.
    rows: Vec<(&'static str, String)>,
    runbook_url: Option<String>,
    /// The page's link, when there is something to press.
    ack_url: Option<String>,
    url: String,
    /// What happens if the reader does nothing.
    next: Option<String>,
    details: Vec<String>,
    footer: String,
}

impl Facts {
    fn of(message: &Message) -> Self {
        let name = one_line(&message.user_name);
        let paged = message.kind == MessageKind::Page;
        let greeting = match message.kind {
            MessageKind::Page if message.also.count > 0 => format!(
                "{name}, you are being paged for {} things at once. The worst and oldest comes first.",
                message.also.count.saturating_add(1)
            ),
            MessageKind::Page => format!("{name}, you are being paged."),
            MessageKind::Resolved if message.also.count > 0 => format!(
                "{name}, {} things you were paged for are over. There is nothing left to do for them.",
                message.also.count.saturating_add(1)
            ),
            MessageKind::Resolved => format!("{name}, what you were paged for is over. There is nothing left to do."),
            MessageKind::Cancelled => {
                format!("{name}, what you were paged for was called off. There is nothing left to do.")
            }
            MessageKind::Notice => format!("{name}, this is for your information. Nobody is being paged for it."),
        };
        let title = one_line(&message.title);
        Self {
            greeting,
            title: if title.is_empty() { "(no title)".to_owned() } else { title },
            also: also(message),
            rows: rows(message),
            runbook_url: message.runbook_url.as_deref().map(one_line),
            ack_url: paged.then(|| one_line(&message.ack_url)),
            url: one_line(&message.url),
            next: paged.then(|| next(message)),
            details: details(message),
            footer: footer(message),
        }
    }
}

fn rows(message: &Message) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if let Some((id, name)) = &message.service {
        rows.push(("What broke", format!("{} ({id})", one_line(name))));
    }
    if let Some(alert) = &message.alert {
        let ago = nightbell_domain::text::duration::human_duration(
            message.sent_at.duration_since(alert.started_at).max(jiff::SignedDuration::ZERO),
        );
        let since = when::both(alert.started_at, &message.time_zone);
        rows.push(("Since", if message.kind == MessageKind::Page { format!("{since}, {ago} ago") } else { since }));
        let mut bad = format!("{}, {} urgency", one_line(&alert.severity), message.urgency.word());
        if alert.event_count > 1 {
            bad.push_str(&format!(", reported {} times", alert.event_count));
        }
        rows.push(("How bad", bad));
        if !alert.source.trim().is_empty() {
            rows.push(("Source", one_line(&alert.source)));
        }
    } else {
        rows.push(("How bad", format!("{} urgency", message.urgency.word())));
    }
    if let Some(incident) = &message.incident {
        let line = format!("{} {}: {}", incident.severity, incident.slug, incident.status);
        rows.push(("Incident", one_line(&line)));
    }
    rows
}

/// One line for each other page by name, then what is only counted.
fn also(message: &Message) -> Vec<String> {
    let line = |told: &AlsoTold| {
        let at = when::clock(told.started_at, &message.time_zone);
        let service = told.service.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
        one_line(&format!("{at} {}{service}", cut(&told.title, ALSO_CHARS_MAX)))
    };
    let mut lines: Vec<String> = message.also.listed.iter().map(line).collect();
    let unnamed = message.also.count.saturating_sub(lines.len() as u64);
    if unnamed > 0 {
        lines.push(format!("and {unnamed} more: {}", one_line(&format!("{}/alerts", message.public_url))));
    }
    lines
}

fn next(message: &Message) -> String {
    match &message.next {
        Some(step) => format!("{} will be called at {}.", one_line(&step.who), when::both(step.at, &message.time_zone)),
        None => "nobody else is next in line. This is yours until you acknowledge it.".to_owned(),
    }
}

fn details(message: &Message) -> Vec<String> {
    let body = cut(&message.body, DETAILS_CHARS_MAX);
    let mut lines: Vec<String> = body.trim_matches('\n').trim_end().lines().map(keep_indent).collect();
    let labels = message.alert.iter().flat_map(|alert| &alert.labels);
    let labels: Vec<String> = labels.map(|(name, value)| one_line(&format!("{name} = {}", cut(value, 200)))).collect();
    if !lines.is_empty() && !labels.is_empty() {
        lines.push(String::new());
    }
    lines.extend(labels);
    lines
}

/// One line made harmless, its indentation kept: stack traces and YAML stay readable.
fn keep_indent(line: &str) -> String {
    let spaces = line.chars().take_while(|c| *c == ' ').take(40).count();
    format!("{}{}", " ".repeat(spaces), one_line(line))
}

fn footer(message: &Message) -> String {
    let sent = when::both(message.sent_at, &message.time_zone);
    let repeat = if message.repeat { " It may be a second copy: whether the first one left is not known." } else { "" };
    format!("Sent by Nightbell at {sent}, attempt {}.{repeat}", message.attempt)
}

#[cfg(test)]
mod tests;

//! What a message says to a person, in words: the same for a mail and for every chat, which only set it. Every value is one line without control
//! characters, so that nothing an alert says can start a line of ours; markup is the medium's own matter.

use super::{mail::when, small::button};
use nightbell_domain::{
    paging::{AlsoTold, Message, MessageKind},
    signal::cut,
    text::clean::one_line,
};

/// Longest title of another page in a message that tells of many, in characters.
const ALSO_CHARS_MAX: usize = 160;
/// Longest alert text, in characters; the rest is one press away.
const DETAILS_CHARS_MAX: usize = 4_000;

/// `12 pages: `, when the message tells of many: a lock screen shows the first words.
pub(super) fn together(message: &Message) -> String {
    match message.also.count {
        0 => String::new(),
        others => format!("{} pages: ", others.saturating_add(1)),
    }
}

/// What a subject begins with.
pub(super) fn tag(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Page => "[ALERT]",
        MessageKind::Resolved => "[RESOLVED]",
        MessageKind::Cancelled => "[CANCELLED]",
        MessageKind::Notice => "[NOTICE]",
        MessageKind::StillOn => "[STILL ON IT?]",
        MessageKind::Code => "[CODE]",
    }
}

/// What a message says, ready to print. Lines are single lines; details are lines of the alert's own.
pub(super) struct Facts {
    pub(super) greeting: String,
    pub(super) title: String,
    /// What else the message tells of, one line each, and how many more there are.
    pub(super) also: Vec<String>,
    /// Name and value, in the order shown.
    pub(super) rows: Vec<(&'static str, String)>,
    pub(super) runbook_url: Option<String>,
    /// The page's link, when there is something to press.
    pub(super) ack_url: Option<String>,
    /// What is pressed behind it.
    pub(super) button: &'static str,
    /// What leads there.
    pub(super) opens: &'static str,
    pub(super) url: String,
    /// What happens if the reader does nothing.
    pub(super) next: Option<String>,
    pub(super) details: Vec<String>,
    pub(super) footer: String,
}

impl Facts {
    /// Of a message.
    pub(super) fn of(message: &Message) -> Self {
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
            MessageKind::StillOn => format!("{name}, are you still on it? It rings again soon if nobody says so."),
            MessageKind::Code => format!("{name}, this code proves that Nightbell reaches you by this address."),
        };
        let title = one_line(&message.title);
        Self {
            greeting,
            title: if title.is_empty() { "(no title)".to_owned() } else { title },
            also: also(message),
            rows: rows(message),
            runbook_url: message.runbook_url.as_deref().map(one_line),
            ack_url: (paged || message.kind == MessageKind::StillOn).then(|| one_line(&message.ack_url)),
            button: button(message.kind),
            opens: if message.kind == MessageKind::StillOn { "Open: I am still on it" } else { "Open and acknowledge" },
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

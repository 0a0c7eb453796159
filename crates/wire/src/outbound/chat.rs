//! What the chats share: the words of a message in the room a chat has, and how text from outside stays text in Markdown.
//!
//! Every line comes from [`Facts`] and is a single line already; what is left is markup, which each chat has its own kind of.

use super::facts::{Facts, tag, together};
use nightbell_domain::{
    org::Urgency,
    paging::{Message, MessageKind},
    signal::cut,
};

/// Longest title, in characters: a phone shows less.
const TITLE_CHARS_MAX: usize = 200;
/// Longest value of a row, in characters.
const VALUE_CHARS_MAX: usize = 200;
/// Longest address that is not ours, in characters.
const URL_CHARS_MAX: usize = 500;
/// Longest sentence of ours, with a person's name in it, and longest line of another page, in characters.
const LINE_CHARS_MAX: usize = 400;
/// Most of the alert's own text: lines, and characters of all of them. The rest is one press away.
const DETAIL_LINES_MAX: usize = 20;
const DETAILS_CHARS_MAX: usize = 1_200;
/// The name of the row whose value is an address.
pub(super) const RUNBOOK: &str = "Runbook";
/// The one to everything there is.
pub(super) const EVERYTHING: &str = "Everything about it";

/// How a message looks at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Somebody has to act, now.
    Alarm,
    /// Somebody has to act.
    Warning,
    /// It is over.
    Good,
    /// To be known.
    Plain,
}

impl Tone {
    /// As `#rrggbb`.
    pub(super) fn rgb(self) -> u32 {
        match self {
            Self::Alarm => 0x00c8_1e1e,
            Self::Warning => 0x00b4_5309,
            Self::Good => 0x0015_803d,
            Self::Plain => 0x0047_5569,
        }
    }
}

/// A message in the words of a chat: single lines, none of them escaped.
pub(super) struct Chat {
    /// `[ALERT] 12 pages: Checkout error rate above 5 %`.
    pub(super) heading: String,
    pub(super) tone: Tone,
    /// Whom it speaks to, and what is asked of them.
    pub(super) greeting: String,
    /// Name and value; the runbook is the last.
    pub(super) rows: Vec<(&'static str, String)>,
    /// What else it tells of, a line each.
    pub(super) also: Vec<String>,
    /// What happens if the reader does nothing.
    pub(super) next: Option<String>,
    /// The beginning of the alert's own text.
    pub(super) details: Vec<String>,
    /// What can be opened: the words and the address. The first is what is asked of the reader.
    pub(super) links: Vec<(&'static str, String)>,
    /// When it was sent, and whether it may be a second copy.
    pub(super) footer: String,
}

impl Chat {
    /// Of a message.
    pub(super) fn of(message: &Message) -> Self {
        let facts = Facts::of(message);
        let heading = format!("{} {}{}", tag(message.kind), together(message), facts.title);
        let short = |(name, value): (&'static str, String)| (name, cut(&value, VALUE_CHARS_MAX));
        let mut rows: Vec<_> = facts.rows.into_iter().map(short).collect();
        // One that is cut ends in a mark that is in no address, and is shown as text.
        let runbook = facts.runbook_url.map_or_else(|| "none is linked".to_owned(), |url| cut(&url, URL_CHARS_MAX));
        rows.push((RUNBOOK, runbook));
        let acknowledge = facts.ack_url.map(|url| (facts.opens, url));
        Self {
            heading: cut(&heading, TITLE_CHARS_MAX),
            tone: tone(message),
            greeting: cut(&facts.greeting, LINE_CHARS_MAX),
            rows,
            also: facts.also.iter().map(|line| cut(line, LINE_CHARS_MAX)).collect(),
            next: facts.next.map(|next| cut(&format!("If you do nothing: {next}"), LINE_CHARS_MAX)),
            details: beginning(facts.details),
            links: acknowledge.into_iter().chain([(EVERYTHING, facts.url)]).collect(),
            footer: facts.footer,
        }
    }
}

fn tone(message: &Message) -> Tone {
    match (message.kind, message.urgency) {
        (MessageKind::Page, Urgency::High) => Tone::Alarm,
        (MessageKind::Page, Urgency::Low) | (MessageKind::StillOn, _) => Tone::Warning,
        (MessageKind::Resolved, _) => Tone::Good,
        _ => Tone::Plain,
    }
}

/// As much as a chat has room for; says so when there is more.
fn beginning(details: Vec<String>) -> Vec<String> {
    let (whole, mut room, mut kept) = (details.len(), DETAILS_CHARS_MAX, Vec::new());
    for line in details.into_iter().take(DETAIL_LINES_MAX) {
        if room < 2 {
            break;
        }
        let line = cut(&line, room);
        room = room.saturating_sub(line.chars().count() + 1);
        kept.push(line);
    }
    if kept.len() < whole {
        kept.push("…".to_owned());
    }
    kept
}

/// Text that Markdown shows as it is written: no emphasis, heading, list, quote, link, tag, mention or emoji. `marks` are the characters of the
/// dialect that a backslash in front takes the meaning from.
pub(super) fn markdown(text: &str, marks: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let numbered = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let list = numbered.len() < text.len() && numbered.starts_with(['.', ')']);
    let point = text.len() - numbered.len();
    for (at, c) in text.char_indices() {
        let begins_a_block = (at == 0 && matches!(c, '-' | '+')) || (list && at == point);
        if begins_a_block || marks.contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    unaddressed(&out)
}

/// A mention of everybody is one only without a gap.
fn unaddressed(text: &str) -> String {
    let mut parts = text.split('@');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let start = part.to_ascii_lowercase();
        let everybody = ["everyone", "here", "channel", "all"].iter().any(|all| start.starts_with(all));
        out.push_str(if everybody { "@\u{200B}" } else { "@" });
        out.push_str(part);
    }
    out
}

/// A block of text as it is, for the inside of a fence: a back quote could close it.
pub(super) fn fenced(lines: &[String]) -> String {
    format!("```\n{}\n```", unaddressed(&lines.join("\n").replace('`', "'")))
}

/// An address as a link of its own, when every part of it is plain; else as text.
pub(super) fn markdown_url(url: &str, marks: &str) -> String {
    let web = url.starts_with("https://") || url.starts_with("http://");
    if web && is_plain(url) { format!("<{url}>") } else { markdown(url, marks) }
}

/// `[words](address)`. Our own addresses are plain; one that is not, because of how the installation is set up, is shown beside the words.
pub(super) fn markdown_link(words: &str, url: &str, marks: &str) -> String {
    if is_plain(url) { format!("[{words}]({url})") } else { format!("{words}: {}", markdown(url, marks)) }
}

/// Nothing in it ends a link of any dialect.
fn is_plain(url: &str) -> bool {
    url.bytes().all(|b| {
        b.is_ascii_graphic()
            && !matches!(b, b'<' | b'>' | b'(' | b')' | b'[' | b']' | b'\\' | b'`' | b'"' | b'|' | b'*')
    })
}

#[cfg(test)]
mod tests;

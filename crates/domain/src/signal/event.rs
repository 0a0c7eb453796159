//! An event: one message from a monitoring tool, in Nightbell's words. The wire formats make it, within the limits; the raw request is kept beside.

use crate::{limits, record::Instant};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the tool says happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventAction {
    /// It is broken (still, or now).
    Trigger,
    /// Somebody there has seen it.
    Acknowledge,
    /// It is well again.
    Resolve,
}

/// How bad the tool thinks it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertSeverity {
    /// For the record.
    Info,
    /// Not broken yet.
    Warning,
    /// Broken.
    Error,
    /// Broken, and it hurts.
    Critical,
}

impl AlertSeverity {
    /// The word in files, CEL and pages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }

    /// Reads the word, with the synonyms tools use; anything else is an error somebody should look at.
    pub fn from_word(word: &str) -> Self {
        let is = |words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
        if is(&["critical", "page", "high", "fatal", "emergency", "sev1", "p1"]) {
            Self::Critical
        } else if is(&["warning", "warn", "medium", "sev3", "p3"]) {
            Self::Warning
        } else if is(&["info", "information", "notice", "none", "low", "debug"]) {
            Self::Info
        } else {
            Self::Error
        }
    }
}

/// A link the tool sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// `http` or `https` only; others are not kept.
    pub href: String,
    /// What to show; the address when empty.
    pub text: String,
}

/// One message from a monitoring tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What happened.
    pub action: EventAction,
    /// Names the alert on its integration. `None` on a trigger: a new alert, with a key of our making.
    pub dedup_key: Option<String>,
    /// One line. May be empty on acknowledge and resolve.
    pub title: String,
    /// Anything longer, as plain text.
    pub body: String,
    /// How bad.
    pub severity: AlertSeverity,
    /// Which host, job or tool.
    pub source: String,
    /// Labels, for routes and people.
    pub labels: BTreeMap<String, String>,
    /// Links.
    pub links: Vec<Link>,
    /// The runbook the alert names itself.
    pub runbook_url: Option<String>,
    /// When the trouble began, where the tool says so. A trigger whose begin is not later than that of a resolved alert is a late copy.
    pub started_at: Option<Instant>,
}

/// What is said: everything of an event or an alert that people and routes look at. Two that are equal say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words<'a> {
    /// One line.
    pub title: &'a str,
    /// Details.
    pub body: &'a str,
    /// How bad.
    pub severity: AlertSeverity,
    /// Which host, job or tool.
    pub source: &'a str,
    /// Labels.
    pub labels: &'a BTreeMap<String, String>,
    /// Links.
    pub links: &'a [Link],
    /// The runbook named.
    pub runbook_url: Option<&'a str>,
}

/// Cuts text to a number of characters, marking the cut with an ellipsis, and drops control characters except line breaks and tabs.
pub fn cut(text: &str, chars_max: usize) -> String {
    let clean = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let mut kept: String = text.chars().filter(clean).take(chars_max + 1).collect();
    if kept.chars().count() > chars_max {
        kept = kept.chars().take(chars_max - 1).collect();
        kept.push('…');
    }
    kept
}

/// The same text when [`cut`] would change nothing about it, which is nearly always; else what it makes of it.
pub fn within(text: String, chars_max: usize) -> String {
    let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    if text.len() <= chars_max && text.bytes().all(plain) { text } else { cut(&text, chars_max) }
}

impl Event {
    /// What it says.
    pub fn words(&self) -> Words<'_> {
        Words {
            title: &self.title,
            body: &self.body,
            severity: self.severity,
            source: &self.source,
            labels: &self.labels,
            links: &self.links,
            runbook_url: self.runbook_url.as_deref(),
        }
    }

    /// The same event within the limits: over-long text is cut, surplus labels and links are left out, unsafe links dropped.
    pub fn bounded(mut self) -> Self {
        let title = if self.title.contains('\n') { self.title.replace('\n', " ") } else { self.title };
        self.title = within(title, limits::TITLE_CHARS_MAX);
        self.body = within(self.body, limits::BODY_CHARS_MAX);
        self.source = within(self.source, limits::LABEL_CHARS_MAX);
        let label = |text| within(text, limits::LABEL_CHARS_MAX);
        self.labels = self.labels.into_iter().take(limits::LABELS_MAX).map(|(k, v)| (label(k), label(v))).collect();
        self.links.retain(|link| is_web_link(&link.href));
        self.links.truncate(limits::LINKS_MAX);
        self.links.iter_mut().for_each(|link| link.text = label(std::mem::take(&mut link.text)));
        self.runbook_url = self.runbook_url.filter(|url| is_web_link(url));
        self
    }
}

fn is_web_link(href: &str) -> bool {
    (href.starts_with("https://") || href.starts_with("http://"))
        && href.len() <= 2_048
        && !href.chars().any(|c| c.is_control() || c.is_whitespace())
}

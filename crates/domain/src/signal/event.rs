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
        match word.to_ascii_lowercase().as_str() {
            "critical" | "page" | "high" | "fatal" | "emergency" | "sev1" | "p1" => Self::Critical,
            "warning" | "warn" | "medium" | "sev3" | "p3" => Self::Warning,
            "info" | "information" | "notice" | "none" | "low" | "debug" => Self::Info,
            _ => Self::Error,
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

impl Event {
    /// The same event within the limits: over-long text is cut, surplus labels and links are left out, unsafe links dropped.
    pub fn bounded(mut self) -> Self {
        self.title = cut(&self.title.replace('\n', " "), limits::TITLE_CHARS_MAX);
        self.body = cut(&self.body, limits::BODY_CHARS_MAX);
        self.source = cut(&self.source, limits::LABEL_CHARS_MAX);
        self.labels = std::mem::take(&mut self.labels)
            .into_iter()
            .take(limits::LABELS_MAX)
            .map(|(k, v)| (cut(&k, limits::LABEL_CHARS_MAX), cut(&v, limits::LABEL_CHARS_MAX)))
            .collect();
        self.links.retain(|link| is_web_link(&link.href));
        self.links.truncate(limits::LINKS_MAX);
        self.links.iter_mut().for_each(|link| link.text = cut(&link.text, limits::LABEL_CHARS_MAX));
        self.runbook_url = self.runbook_url.filter(|url| is_web_link(url));
        self
    }
}

fn is_web_link(href: &str) -> bool {
    (href.starts_with("https://") || href.starts_with("http://"))
        && href.len() <= 2_048
        && !href.chars().any(|c| c.is_control() || c.is_whitespace())
}

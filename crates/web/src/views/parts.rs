//! The small parts every page shares: fields, tags, people, links, choices.
//!
//! Is: ready-to-print values and the one mapping from a domain word to its tone and glyph.
//! Is not: domain vocabulary itself; the words arrive as text. Callers: views and the handlers that fill them.

use askama::Template;
use askama::filters::HtmlSafe;
use std::fmt;

/// One form field as it is shown again: what was typed, and what was wrong with it.
#[derive(Clone, Default)]
pub struct Field {
    /// What the person typed, kept exactly.
    pub value: String,
    /// What is wrong and how to right it; printed beside the field.
    pub error: Option<String>,
}

impl Field {
    /// A field holding `value`, with nothing wrong.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), error: None }
    }

    /// A field holding `value` that was refused because of `error`.
    #[must_use]
    pub fn refused(value: impl Into<String>, error: impl Into<String>) -> Self {
        Self { value: value.into(), error: Some(error.into()) }
    }
}

/// One entry of a select, radio group or checkbox list.
#[derive(Clone)]
pub struct Choice {
    /// Posted value.
    pub value: String,
    /// What people read.
    pub label: String,
    /// One more line under the label; may be empty.
    pub hint: String,
    /// Whether it is chosen now.
    pub selected: bool,
}

impl Choice {
    /// An entry without a hint.
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>, selected: bool) -> Self {
        Self { value: value.into(), label: label.into(), hint: String::new(), selected }
    }

    /// The same entry with one more line under its label.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// How loud something is. Never the only carrier of meaning: a word or glyph stands beside it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to say.
    Plain,
    /// Kept, good, over.
    Ok,
    /// A clock is running.
    Due,
    /// A human must act now.
    Act,
    /// A human must act now, and it is the loudest thing on the screen (SEV1).
    Loud,
    /// The one accent.
    Accent,
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Ok => "ok",
            Self::Due => "due",
            Self::Act => "act",
            Self::Loud => "loud",
            Self::Accent => "accent",
        })
    }
}

/// A word in a pill, with a glyph so that colour is never alone. Prints itself: `{{ tag }}`.
#[derive(Clone, Template)]
#[template(
    ext = "html",
    source = r#"<span class="tag {{ tone }}">{% if !glyph.is_empty() %}<span aria-hidden="true">{{ glyph }}</span> {% endif %}{{ text }}</span>"#
)]
pub struct Tag {
    /// How loud.
    pub tone: Tone,
    /// One character that says the same as the tone; may be empty.
    pub glyph: &'static str,
    /// The word.
    pub text: String,
}

// `Tag` prints through its own template, which has escaped `text` already.
impl HtmlSafe for Tag {}

impl Tag {
    /// A tag of any tone.
    #[must_use]
    pub fn new(tone: Tone, glyph: &'static str, text: impl Into<String>) -> Self {
        Self { tone, glyph, text: text.into() }
    }

    /// A quiet word.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(Tone::Plain, "", text)
    }

    /// `SEV1`, `SEV2`, …: the first is loud.
    #[must_use]
    pub fn severity(word: &str) -> Self {
        let word = word.to_uppercase();
        match word.as_str() {
            "SEV1" => Self::new(Tone::Loud, "▲", word),
            "SEV2" => Self::new(Tone::Act, "▲", word),
            _ => Self::new(Tone::Plain, "△", word),
        }
    }

    /// `high` or `low` urgency.
    #[must_use]
    pub fn urgency(word: &str) -> Self {
        if word.eq_ignore_ascii_case("high") {
            Self::new(Tone::Act, "▲", "High urgency")
        } else {
            Self::new(Tone::Plain, "△", "Low urgency")
        }
    }

    /// Any state word of the domain (incident status, alert state, page state, rule state, delivery outcome, postmortem
    /// state), in the one tone and glyph that word has everywhere. An unknown word is shown plainly.
    #[must_use]
    pub fn state(word: &str) -> Self {
        let key = word.to_lowercase();
        let (tone, glyph) = match key.as_str() {
            "investigating" | "firing" | "ringing" | "exhausted" | "breached" | "failed" | "rejected" | "overdue"
            | "failed-permanent" | "expired" | "gap" => (Tone::Act, "▲"),
            "identified" | "due" | "deferred" | "unknown" | "sending" | "failed-temporary" | "snoozed" | "draft"
            | "tried" | "offered" | "next" => (Tone::Due, "◐"),
            "monitoring" | "review" => (Tone::Accent, "●"),
            "resolved" | "closed" | "acknowledged" | "met" | "accepted" | "delivered" | "confirmed" | "published"
            | "done" | "ended" | "worked" | "reachable" => (Tone::Ok, "✓"),
            "suppressed" | "cancelled" | "waived" | "revoked" => (Tone::Plain, "–"),
            "open" => (Tone::Plain, "○"),
            _ => (Tone::Plain, ""),
        };
        let words = word.replace('-', " ");
        let mut letters = words.chars();
        let text: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        Self::new(tone, glyph, text)
    }
}

/// A person as shown: name, handle, and the letters in the round face.
#[derive(Clone, Default)]
pub struct Person {
    /// Full name.
    pub name: String,
    /// Without the `@`.
    pub handle: String,
    /// One or two letters.
    pub initials: String,
}

impl Person {
    /// A person with initials taken from the name (first letters of the first and last word).
    #[must_use]
    pub fn new(name: impl Into<String>, handle: impl Into<String>) -> Self {
        let name = name.into();
        let initials = initials(&name);
        Self { name, handle: handle.into(), initials }
    }
}

/// First letters of the first and last word, upper case; `?` for an empty name.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|w| w.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    let letters: String = first.into_iter().chain(last).flat_map(char::to_uppercase).collect();
    if letters.is_empty() { "?".to_owned() } else { letters }
}

/// A link inside Nightbell.
#[derive(Clone)]
pub struct Link {
    /// A path of this server, beginning with `/`.
    pub href: String,
    /// What people read.
    pub text: String,
}

impl Link {
    /// A link to `href` reading `text`.
    #[must_use]
    pub fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self { href: href.into(), text: text.into() }
    }
}

/// A link that leaves Nightbell. Its address came from outside, so only `http` and `https` are ever printed.
#[derive(Clone)]
pub struct ExternalLink {
    href: String,
    text: String,
}

impl ExternalLink {
    /// `None` when `href` is not an `http(s)` address (a `javascript:` address from an alert must not become a link).
    #[must_use]
    pub fn new(href: &str, text: impl Into<String>) -> Option<Self> {
        let url = url::Url::parse(href).ok()?;
        matches!(url.scheme(), "http" | "https").then(|| Self { href: url.into(), text: text.into() })
    }

    /// The checked address.
    #[must_use]
    pub fn href(&self) -> &str {
        &self.href
    }

    /// What people read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// One way to narrow a list: a plain link.
#[derive(Clone)]
pub struct Filter {
    /// The same page with another query.
    pub href: String,
    /// What it shows.
    pub label: String,
    /// How many; empty when not counted.
    pub count: String,
    /// Whether this one is in force.
    pub current: bool,
}

/// What a list says when there is nothing in it, and what to do next.
#[derive(Clone, Template)]
#[template(path = "parts/empty.html")]
pub struct Empty {
    /// What is so, in one sentence.
    pub text: String,
    /// What to do next, if anything.
    pub next: Option<Link>,
}

// `Empty` prints through its own template, which has escaped everything already.
impl HtmlSafe for Empty {}

impl Empty {
    /// An empty state with a next step.
    #[must_use]
    pub fn new(text: impl Into<String>, href: impl Into<String>, next: impl Into<String>) -> Self {
        Self { text: text.into(), next: Some(Link::new(href, next)) }
    }
}

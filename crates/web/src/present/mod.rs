//! Presenters: domain values and a pair of [`Eyes`] in, view structs of ready-to-print values out.
//!
//! Is: pure functions; every word a page says about a domain value is chosen here. Is not: a place that reads the store, the clock or a
//! request, or that decides anything. Callers: the handlers in `pages`.

pub mod actions;
pub mod alert;
pub mod alerts;
pub mod coverage;
pub mod declare;
pub mod explain;
pub mod eyes;
pub mod home;
pub mod incidents;
pub mod oncall;
pub mod postmortem;
pub mod reach;
pub mod room;
pub mod services;
pub mod settings;
pub mod typed;
pub mod update;
pub mod woken;

pub use eyes::Eyes;

use crate::views::{Tag, Tone};
use nightbell_engine::domain::{org::Urgency, text::clean::one_line};

/// A name that came from outside, on one line.
pub(crate) fn line(text: &str) -> String {
    one_line(text)
}

/// The first letter as a capital.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// A sentence: a capital first, a full stop last.
pub(crate) fn sentence(text: &str) -> String {
    let text = capital(text.trim());
    if text.is_empty() || text.ends_with(['.', '!', '?', '…']) { text } else { format!("{text}.") }
}

/// `1 event`, `37 events`.
pub(crate) fn count(n: u64, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// How loudly something asks.
pub(crate) fn urgency(urgency: Urgency) -> Tag {
    Tag::urgency(urgency.word())
}

/// How loudly something asked: red only while somebody must still act.
pub(crate) fn urgency_of(urgency: Urgency, over: bool) -> Tag {
    let tag = self::urgency(urgency);
    if over { Tag::plain(tag.text) } else { tag }
}

/// A severity in capitals, as people say it.
pub(crate) fn severity(id: &nightbell_engine::domain::ids::SeverityId) -> Tag {
    Tag::severity(id.as_str())
}

/// A quiet tag for something that is over and was missed: shown, never punished.
pub(crate) fn missed(text: &str) -> Tag {
    Tag::new(Tone::Due, "◐", text)
}

#[cfg(test)]
mod tests;

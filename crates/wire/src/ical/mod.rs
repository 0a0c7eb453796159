//! iCalendar (RFC 5545), both ways: feeds that calendar programs subscribe to, and files of theirs that are read in.
//!
//! Pure: [`Feed`] to text, text to [`Occurrence`]s with the line of every mistake. Recurrences are expanded by the `rrule` crate, on plain
//! civil days, and become instants by the rules of RFC 5545: a time that comes twice means its first, one that never comes is read with the
//! offset before. Slower than daily or daily only: the crate is wrong by an hour on the nights on which clocks change.
//! Not here: who an event is about (the engine knows handles), tokens, files, clocks.

mod budget;
mod feed;
mod lines;
mod read;
mod recur;
mod rule;
mod stamp;
mod zone;

pub use budget::STEPS_MAX;
pub use feed::{Entry, Feed, feed};
pub use read::{Calendar, Event, read};
pub use recur::{Occurrence, expand};

/// The largest calendar read, in bytes.
pub const BYTES_MAX: usize = 2 * 1024 * 1024;
/// The most events read of one calendar.
pub const EVENTS_MAX: usize = 5_000;
/// The most times one event may come in what is looked at, and all together.
pub const TIMES_MAX: usize = 10_000;

/// What is wrong in a calendar, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("line {line}: {message}")]
pub struct Mistake {
    /// From 1, of the file as it was sent.
    pub line: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Mistake {
    fn at(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

#[cfg(test)]
mod tests;

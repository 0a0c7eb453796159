//! One action item as a line: `- [ ] @alice: add integration test for retry path (P0, 1 week)`.
//!
//! Owner, priority and due are required, always; a line without one of them is a problem that names what is missing.

use crate::text::clean::markdown_line;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// How pressing an action item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ItemPriority {
    /// Before anything else.
    P0,
    /// Next.
    P1,
    /// Planned.
    P2,
    /// When there is room.
    P3,
}

impl fmt::Display for ItemPriority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ItemPriority::P0 => "P0",
            ItemPriority::P1 => "P1",
            ItemPriority::P2 => "P2",
            ItemPriority::P3 => "P3",
        })
    }
}

impl FromStr for ItemPriority {
    type Err = String;

    fn from_str(text: &str) -> Result<ItemPriority, String> {
        match text.trim().to_ascii_uppercase().as_str() {
            "P0" => Ok(ItemPriority::P0),
            "P1" => Ok(ItemPriority::P1),
            "P2" => Ok(ItemPriority::P2),
            "P3" => Ok(ItemPriority::P3),
            _ => Err(format!("{text:?} is not a priority; write P0, P1, P2 or P3")),
        }
    }
}

/// What a due time is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueUnit {
    /// Calendar days.
    Day,
    /// Monday to Friday without holidays; the team's calendar counts them.
    BusinessDay,
    /// Seven days.
    Week,
    /// Calendar months.
    Month,
}

/// A due time in words: `1 week`, `3 business days`, `2026-05-16`. The caller turns it into a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueWords {
    /// So many units after the item was made.
    After {
        /// How many; at least one.
        count: u16,
        /// Of what.
        unit: DueUnit,
    },
    /// On that day.
    On(Date),
}

impl FromStr for DueWords {
    type Err = String;

    fn from_str(text: &str) -> Result<DueWords, String> {
        let fail = || {
            format!(
                "{:?} is not a due time; write for example 1 week, 3 business days or 2026-05-16",
                text.chars().take(40).collect::<String>()
            )
        };
        let text = text.trim().to_lowercase();
        let text = text.strip_prefix("due ").unwrap_or(&text).trim();
        if let Ok(date) = text.parse::<Date>() {
            return Ok(DueWords::On(date));
        }
        let (digits, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
        let count: u16 = digits.parse().map_err(|_| fail())?;
        let unit = match unit.trim() {
            "d" | "day" | "days" => DueUnit::Day,
            "business day" | "business days" | "working day" | "working days" => DueUnit::BusinessDay,
            "w" | "week" | "weeks" => DueUnit::Week,
            "month" | "months" => DueUnit::Month,
            _ => return Err(fail()),
        };
        if count == 0 { Err(fail()) } else { Ok(DueWords::After { count, unit }) }
    }
}

impl fmt::Display for DueWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DueWords::On(date) => write!(f, "{date}"),
            DueWords::After { count, unit } => {
                let unit = match unit {
                    DueUnit::Day => "day",
                    DueUnit::BusinessDay => "business day",
                    DueUnit::Week => "week",
                    DueUnit::Month => "month",
                };
                write!(f, "{count} {unit}{}", if *count == 1 { "" } else { "s" })
            }
        }
    }
}

/// An action item with all it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemLine {
    /// Handle of the owner, without `@`.
    pub owner: String,
    /// What is to be done; Markdown on one line.
    pub text: String,
    /// How pressing.
    pub priority: ItemPriority,
    /// Until when.
    pub due: DueWords,
    /// Whether the box is ticked.
    pub done: bool,
}

/// What an action item lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingPart {
    /// `@owner:` at the start.
    Owner,
    /// What is to be done.
    Text,
    /// `P0` to `P3` in the last parentheses.
    Priority,
    /// `1 week` or a date in the last parentheses.
    Due,
}

impl MissingPart {
    /// The part in words.
    pub fn label(self) -> &'static str {
        match self {
            MissingPart::Owner => "an owner",
            MissingPart::Text => "a text",
            MissingPart::Priority => "a priority",
            MissingPart::Due => "a due date",
        }
    }
}

/// Why a line is not an action item yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the action item lacks {}; write `- [ ] @owner: text (P1, 2 weeks)`", words(.missing))]
pub struct ItemProblem {
    /// The line as written, without bullet and box.
    pub written: String,
    /// What it lacks, in the order of the line.
    pub missing: Vec<MissingPart>,
}

fn words(missing: &[MissingPart]) -> String {
    missing.iter().map(|part| part.label()).collect::<Vec<_>>().join(" and ")
}

impl ItemLine {
    /// The line as it stands in the document. Owner and text cannot break out of it.
    pub fn to_markdown(&self) -> String {
        let owner: String = self.owner.chars().filter(|c| is_handle_char(*c)).collect();
        let done = if self.done { 'x' } else { ' ' };
        format!("- [{done}] @{owner}: {} ({}, {})", markdown_line(&self.text), self.priority, self.due)
    }

    /// Reads a line, or `None` when it is not a list item at all.
    ///
    /// # Errors
    /// The inner result names everything that is missing.
    pub fn parse(line: &str) -> Option<Result<ItemLine, ItemProblem>> {
        let item = line.trim().strip_prefix(['-', '*', '+'])?;
        if !item.is_empty() && !item.starts_with([' ', '\t']) {
            return None;
        }
        let (done, written) = strip_box(item.trim());
        let (owner, rest) = split_owner(written);
        let (text, priority, due) = split_tail(rest);
        match (owner, priority, due) {
            (Some(owner), Some(priority), Some(due)) if !text.is_empty() => {
                Some(Ok(ItemLine { owner: owner.to_string(), text: text.to_string(), priority, due, done }))
            }
            _ => {
                let lacks = [
                    (MissingPart::Owner, owner.is_none()),
                    (MissingPart::Text, text.is_empty()),
                    (MissingPart::Priority, priority.is_none()),
                    (MissingPart::Due, due.is_none()),
                ];
                let missing = lacks.into_iter().filter(|(_, is_missing)| *is_missing).map(|(part, _)| part).collect();
                Some(Err(ItemProblem { written: written.to_string(), missing }))
            }
        }
    }
}

fn is_handle_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '-')
}

fn strip_box(item: &str) -> (bool, &str) {
    for (mark, done) in [("[ ]", false), ("[]", false), ("[x]", true), ("[X]", true)] {
        if let Some(rest) = item.strip_prefix(mark) {
            return (done, rest.trim());
        }
    }
    (false, item)
}

/// `@alice: text` or `@alice text`.
fn split_owner(written: &str) -> (Option<&str>, &str) {
    let Some(after) = written.strip_prefix('@') else { return (None, written) };
    let end = after.find(|c: char| !is_handle_char(c)).unwrap_or(after.len());
    let (handle, rest) = after.split_at(end);
    let handle = handle.trim_end_matches(['.', '-']);
    (Some(handle).filter(|handle| !handle.is_empty()), rest.trim_start().trim_start_matches(':').trim())
}

/// The last parentheses, if they hold priority or due time; otherwise they belong to the text.
fn split_tail(rest: &str) -> (&str, Option<ItemPriority>, Option<DueWords>) {
    let whole = rest.trim_end_matches(['.', ' ']);
    let Some(open) = whole.strip_suffix(')').and_then(|inner| inner.rfind('(')) else { return (rest, None, None) };
    let parts = whole[open + 1..whole.len() - 1].split(',');
    let (mut priority, mut due) = (None, None);
    for part in parts {
        priority = priority.or(part.parse::<ItemPriority>().ok());
        due = due.or(part.parse::<DueWords>().ok());
    }
    if priority.is_none() && due.is_none() {
        return (rest, None, None);
    }
    (whole[..open].trim_end(), priority, due)
}

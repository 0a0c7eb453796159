//! The room's update, exactly as the playbook writes it:
//!
//! ```text
//! [09:42 UTC] 30% of checkouts failing. Investigating Stripe webhook errors.
//!             Suspected rate limit. Mitigation: switching to retry queue.
//!             ETA next update: 09:55.
//! ```
//!
//! Plain text for a fixed-width room. Mail and the public page have their own renderings; the wording check is in `voice`.

use super::clean::one_line;
use jiff::{Timestamp, tz::TimeZone};

/// Columns of `[09:42 UTC] `, which every further line is indented by.
const INDENT: usize = 12;
/// Columns after which a line is broken at the next word.
const WIDTH: usize = 80;

/// What a room update says.
#[derive(Clone, Copy, Debug)]
pub struct RoomUpdate<'a> {
    /// When it was said.
    pub at: Timestamp,
    /// Impact and what is being done; line breaks of the author are kept.
    pub text: &'a str,
    /// What is being tried, without the word "Mitigation".
    pub mitigation: Option<&'a str>,
    /// When the next update is due; `None` for the last one (resolved).
    pub next_update_at: Option<Timestamp>,
}

/// The update as lines of plain text, without a final line break.
pub fn format_room_update(update: &RoomUpdate<'_>) -> String {
    let mut paragraphs: Vec<String> = update.text.lines().map(one_line).filter(|line| !line.is_empty()).collect();
    if let Some(mitigation) = update.mitigation.map(one_line).filter(|text| !text.is_empty()) {
        let sentence = as_sentence(&format!("Mitigation: {mitigation}"));
        match paragraphs.last_mut() {
            Some(last) => *last = format!("{} {sentence}", as_sentence(last)),
            None => paragraphs.push(sentence),
        }
    }
    let mut lines: Vec<String> = paragraphs.iter().flat_map(|paragraph| wrap(paragraph, WIDTH - INDENT)).collect();
    if let Some(next) = update.next_update_at {
        lines.push(next_update_line(update.at, next));
    }
    let at = update.at.to_zoned(TimeZone::UTC).strftime("[%H:%M UTC] ").to_string();
    let indent = " ".repeat(INDENT);
    (at + &lines.join(&format!("\n{indent}"))).trim_end().to_string()
}

/// `ETA next update: 09:55.`, with the day when it is not the day of the update itself (UTC).
pub fn next_update_line(at: Timestamp, next: Timestamp) -> String {
    let (at, next) = (at.to_zoned(TimeZone::UTC), next.to_zoned(TimeZone::UTC));
    if at.date() == next.date() {
        return format!("ETA next update: {}.", next.strftime("%H:%M"));
    }
    format!("ETA next update: {}.", next.strftime("%H:%M UTC, %a %-d %b"))
}

/// The text with a full stop, unless it already ends in punctuation.
fn as_sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?', '…', ':', '。']) { text.to_string() } else { format!("{text}.") }
}

/// Words filled into lines of at most `width` characters; a longer word (a link) stands alone, uncut.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut used = 0;
    for word in text.split(' ') {
        let len = word.chars().count();
        match lines.last_mut() {
            Some(line) if used + 1 + len <= width => {
                line.push(' ');
                line.push_str(word);
                used += 1 + len;
            }
            _ => {
                lines.push(word.to_string());
                used = len;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests;

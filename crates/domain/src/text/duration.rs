//! Durations as people write them: `30s 5m 2h 1d 1w` in configuration and API, "4 min" and "1 h 12 min" in views,
//! "30 min" and "2 weeks" in prose.
//!
//! A day is 24 hours and a week 7 days here, always; calendar days live in the calendar crate. Anyone may call these.

use jiff::SignedDuration;

/// Seconds in one unit, longest first, with the letter we print.
const UNITS: [(i64, &str); 5] = [(604_800, "w"), (86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];

/// The longest duration accepted: ten years. Anything longer is a slip of the hand, and would overflow dates.
pub const DURATION_S_MAX: i64 = 10 * 366 * 86_400;

/// Why a text is not a duration. The message says what was wrong and shows a good one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{input:?} is not a duration: {problem}; write a number and s, m, h, d or w, for example 30s, 5m, 2h, 1h30m or 1d"
)]
pub struct DurationError {
    /// What was written (at most 40 characters of it).
    pub input: String,
    /// What is wrong with it.
    pub problem: DurationProblem,
}

/// What is wrong with a duration text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationProblem {
    /// Nothing was written.
    #[error("it is empty")]
    Empty,
    /// A unit without a number before it.
    #[error("there is no number before {0:?}")]
    NoNumber(String),
    /// A number without a unit after it.
    #[error("the number {0} has no unit")]
    NoUnit(String),
    /// A unit nobody knows.
    #[error("the unit {0:?} is unknown")]
    UnknownUnit(String),
    /// Below zero.
    #[error("it may not be negative")]
    Negative,
    /// More than [`DURATION_S_MAX`].
    #[error("it is longer than ten years")]
    TooLong,
}

/// Reads `30s`, `5m`, `2h`, `1d`, `1w`, `1500ms` or a sequence such as `1h30m`. Spaces between parts are fine.
///
/// # Errors
/// [`DurationError`] for anything else, among them a bare number.
pub fn parse_duration(text: &str) -> Result<SignedDuration, DurationError> {
    parse_with(text, unit_millis)
}

/// Reads a duration as written in prose: everything [`parse_duration`] reads, and `30 min`, `2 hours`, `1 week`.
///
/// # Errors
/// [`DurationError`] for anything else.
pub fn parse_prose_duration(text: &str) -> Result<SignedDuration, DurationError> {
    parse_with(text, |unit| unit_millis(unit).or_else(|| prose_unit_millis(unit)))
}

fn parse_with(text: &str, unit_of: impl Fn(&str) -> Option<i64>) -> Result<SignedDuration, DurationError> {
    let fail = |problem| DurationError { input: text.chars().take(40).collect(), problem };
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(fail(DurationProblem::Empty));
    }
    if rest.starts_with(['-', '−']) {
        return Err(fail(DurationProblem::Negative));
    }
    let mut total_ms: i64 = 0;
    while !rest.is_empty() {
        let (digits, after) = rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count());
        let after = after.trim_start();
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c.is_whitespace()).unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_end);
        if digits.is_empty() {
            return Err(fail(DurationProblem::NoNumber(unit.chars().take(20).collect())));
        }
        if unit.is_empty() {
            return Err(fail(DurationProblem::NoUnit(digits.chars().take(20).collect())));
        }
        let unit_ms =
            unit_of(unit).ok_or_else(|| fail(DurationProblem::UnknownUnit(unit.chars().take(20).collect())))?;
        total_ms = digits
            .parse::<i64>()
            .ok()
            .and_then(|count| count.checked_mul(unit_ms))
            .and_then(|part| total_ms.checked_add(part))
            .filter(|&ms| ms / 1000 <= DURATION_S_MAX)
            .ok_or_else(|| fail(DurationProblem::TooLong))?;
        rest = next.trim_start();
    }
    Ok(SignedDuration::from_millis(total_ms))
}

fn unit_millis(unit: &str) -> Option<i64> {
    if unit == "ms" {
        return Some(1);
    }
    UNITS.iter().find(|(_, letter)| *letter == unit).map(|(seconds, _)| seconds * 1000)
}

fn prose_unit_millis(unit: &str) -> Option<i64> {
    let unit = unit.trim_end_matches(['.', ',']).to_ascii_lowercase();
    let seconds = match unit.as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => 86_400,
        "w" | "week" | "weeks" => 604_800,
        _ => return None,
    };
    Some(seconds * 1000)
}

/// Prints the shortest text that [`parse_duration`] reads back: the largest unit that divides it, `ms` below a second.
///
/// A negative duration (never valid input) is printed with a minus sign; parts under a millisecond are cut off.
pub fn print_duration(duration: SignedDuration) -> String {
    let sign = if duration.is_negative() { "-" } else { "" };
    let length = duration.abs();
    if length.subsec_millis() != 0 {
        return format!("{sign}{}ms", length.as_millis());
    }
    let seconds = length.as_secs();
    if seconds == 0 {
        return "0s".to_string();
    }
    let exact = UNITS.iter().find(|(unit, _)| seconds % unit == 0);
    let (unit, letter) = exact.copied().unwrap_or((1, "s"));
    format!("{sign}{}{letter}", seconds / unit)
}

/// A duration for eyes: "45 s", "4 min", "1 h 12 min", "2 days", "1 day 3 h". At most two units, rounded down.
pub fn human_duration(duration: SignedDuration) -> String {
    let sign = if duration.as_secs() < 0 { "-" } else { "" };
    let seconds = duration.as_secs().saturating_abs();
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3_600, seconds % 3_600 / 60);
    let day_word = if days == 1 { "day" } else { "days" };
    let text = match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, m) => format!("{m} min"),
        (0, h, 0) => format!("{h} h"),
        (0, h, m) => format!("{h} h {m} min"),
        (d, 0, _) => format!("{d} {day_word}"),
        (d, h, _) => format!("{d} {day_word} {h} h"),
    };
    format!("{sign}{text}")
}

/// A duration in full words, for documents: "32 minutes", "1 hour 12 minutes", "2 days 3 hours". Rounded down.
pub fn spelled_duration(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().saturating_abs();
    let parts = [(seconds / 86_400, "day"), (seconds % 86_400 / 3_600, "hour"), (seconds % 3_600 / 60, "minute")];
    let words: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .take(2)
        .map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    if words.is_empty() { "less than a minute".to_string() } else { words.join(" ") }
}

/// For `#[serde(with = "duration_text")]`: a duration stored and sent as `5m`.
pub mod duration_text {
    use jiff::SignedDuration;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the duration as text.
    pub fn serialize<S: Serializer>(duration: &SignedDuration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::print_duration(*duration))
    }

    /// Reads the duration from text; the error names what was wrong.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SignedDuration, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::parse_duration(&text).map_err(D::Error::custom)
    }
}

/// For `#[serde(with = "optional_duration_text")]`: the same where there may be none; give it `default` and `skip_serializing_if` as well.
pub mod optional_duration_text {
    use jiff::SignedDuration;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Text(#[serde(with = "super::duration_text")] SignedDuration);

    /// Writes the duration as text, or null.
    pub fn serialize<S: Serializer>(duration: &Option<SignedDuration>, serializer: S) -> Result<S::Ok, S::Error> {
        duration.map(Text).serialize(serializer)
    }

    /// Reads what [`serialize`] wrote.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SignedDuration>, D::Error> {
        Ok(Option::<Text>::deserialize(deserializer)?.map(|text| text.0))
    }
}

#[cfg(test)]
mod tests;

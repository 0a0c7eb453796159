//! Instants as people read them: the reader's zone, UTC beside it, relative words, running clocks.
//!
//! Is: pure formatting of a given instant against a given `now` and zone; the script keeps the relative forms ticking from
//! the `datetime` attribute. Is not: a clock; nothing here asks what time it is. Callers: the handlers that fill the views.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// One instant, in every form a page may print.
#[derive(Clone)]
pub struct When {
    /// RFC 3339 UTC, for the `datetime` attribute and the script.
    pub iso: String,
    /// `09:42` in the reader's zone; with the date when it is not the reader's today.
    pub clock: String,
    /// `09:42` in UTC; with the date when it is not UTC's today.
    pub utc: String,
    /// `09:42` in the reader's zone, without a date: under a heading that names the day.
    pub time: String,
    /// `09:42` in UTC, without a date.
    pub utc_time: String,
    /// `4 min ago`, `in 2 h`.
    pub ago: String,
    /// `Sat 2 May 2026, 09:42:10 UTC`, and the reader's zone when it differs.
    pub full: String,
}

impl When {
    /// Formats `at` as seen at `now` by a reader in `zone`.
    #[must_use]
    pub fn new(at: Timestamp, now: Timestamp, zone: &TimeZone) -> Self {
        let utc_full = at.strftime("%a %-d %b %Y, %H:%M:%S UTC").to_string();
        let local = at.to_zoned(zone.clone());
        let same = local.offset().seconds() == 0;
        let full = if same {
            utc_full
        } else {
            let name = zone.iana_name().unwrap_or("local");
            format!("{utc_full} · {} {name}", local.strftime("%a %-d %b, %H:%M:%S"))
        };
        Self {
            iso: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            clock: clock(at, now, zone),
            utc: clock(at, now, &TimeZone::UTC),
            time: local.strftime("%H:%M").to_string(),
            utc_time: at.strftime("%H:%M").to_string(),
            ago: ago(at, now),
            full,
        }
    }
}

/// A clock that runs on the page: towards a promise, or since something began.
#[derive(Clone)]
pub struct Clock {
    /// RFC 3339 UTC of the instant it counts to or from.
    pub iso: String,
    /// `4:12`, `1:04:12`, `3 d 4 h`; past a promise `+3:00`.
    pub text: String,
    /// The instant in full, for the title.
    pub full: String,
    /// A promise whose instant has passed.
    pub overdue: bool,
}

impl Clock {
    /// Counts down to `to`, then up with a `+`.
    #[must_use]
    pub fn until(to: Timestamp, now: Timestamp, zone: &TimeZone) -> Self {
        let When { iso, full, .. } = When::new(to, now, zone);
        let left = to.duration_since(now);
        let overdue = left < SignedDuration::ZERO;
        let text = if overdue { format!("+{}", span(-left)) } else { span(left) };
        Self { iso, text, full, overdue }
    }

    /// Counts up from `from`.
    #[must_use]
    pub fn since(from: Timestamp, now: Timestamp, zone: &TimeZone) -> Self {
        let When { iso, full, .. } = When::new(from, now, zone);
        let gone = now.duration_since(from).max(SignedDuration::ZERO);
        Self { iso, text: span(gone), full, overdue: false }
    }
}

fn clock(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned(zone.clone());
    let now = now.to_zoned(zone.clone());
    let form = if at.date() == now.date() {
        "%H:%M"
    } else if at.year() == now.year() {
        "%-d %b %H:%M"
    } else {
        "%-d %b %Y %H:%M"
    };
    at.strftime(form).to_string()
}

/// `4 min ago` or `in 4 min`; the script prints the same words.
#[must_use]
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let gone = now.duration_since(at);
    let words = rough(gone.as_secs().unsigned_abs());
    if words.is_empty() {
        "just now".to_owned()
    } else if gone > SignedDuration::ZERO {
        format!("{words} ago")
    } else {
        format!("in {words}")
    }
}

/// `32 min`, `3 h`, `2 d`: the largest fitting unit; empty below five seconds.
#[must_use]
pub fn rough(seconds: u64) -> String {
    match seconds {
        0..5 => String::new(),
        5..60 => format!("{seconds} s"),
        60..5_400 => format!("{} min", seconds / 60),
        5_400..172_800 => format!("{} h", (seconds + 1_800) / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// `4:12`, `1:04:12`, from two days on `3 d 4 h`; the script prints the same.
#[must_use]
pub fn span(length: SignedDuration) -> String {
    let seconds = length.as_secs().unsigned_abs();
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours >= 48 {
        format!("{} d {} h", hours / 24, hours % 24)
    } else if hours > 0 {
        format!("{hours}:{minutes:02}:{rest:02}")
    } else {
        format!("{minutes}:{rest:02}")
    }
}

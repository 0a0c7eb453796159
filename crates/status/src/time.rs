//! Times and durations as words. UTC always; the date whenever it is not today; beside it the time of the page's own zone.
//!
//! Nothing here is relative to the reader's clock ("4 min ago"): the bytes may be read long after they were made.

use jiff::{
    civil::Date,
    fmt::rfc2822,
    tz::{TimeZone, TimeZoneDatabase},
};
use nightbell_public::Instant;

/// A moment ready to print.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// For the `datetime` attribute.
    pub(crate) iso: String,
    /// For people: `09:51 UTC`, `30 April, 09:51 UTC` or `30 April 2025, 09:51 UTC`.
    pub(crate) text: String,
    /// The same in the page's zone, `11:51 CEST`; empty when that is UTC or unknown.
    pub(crate) local: String,
}

/// From one moment to another, ready to print.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    /// Its begin.
    pub(crate) start: Moment,
    /// Its end; without the date where that is the same.
    pub(crate) end: Moment,
    /// Both in the page's zone; empty when that is UTC or unknown.
    pub(crate) local: String,
}

/// The reader's frame: what today is, and the page's own zone.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    now: Instant,
    zone: Option<TimeZone>,
    /// False where the bytes may be read on another day than they were made: then every time carries its date.
    has_today: bool,
}

impl Clock {
    /// A frame at `now` for bytes read at once; the zone is looked up in the bundled database, an unknown one is left out.
    pub(crate) fn live(now: Instant, time_zone: &str) -> Clock {
        let zone = TimeZoneDatabase::bundled().get(time_zone).ok();
        Clock { now, zone, has_today: true }
    }

    /// A frame at `now` for bytes that are kept: files and feeds. Nothing in them is today.
    pub(crate) fn kept(now: Instant, time_zone: &str) -> Clock {
        Clock { has_today: false, ..Clock::live(now, time_zone) }
    }

    /// The moment itself.
    pub(crate) fn now(&self) -> Instant {
        self.now
    }

    /// Today's UTC date.
    pub(crate) fn today(&self) -> Date {
        date(self.now)
    }

    /// A moment as words.
    pub(crate) fn moment(&self, at: Instant) -> Moment {
        let pattern = match (self.has_today, self.is_today(date(at)), self.is_this_year(date(at))) {
            (true, true, _) => "%H:%M UTC",
            (true, false, true) => "%-d %B, %H:%M UTC",
            (true, false, false) | (false, _, _) => "%-d %B %Y, %H:%M UTC",
        };
        Moment { iso: iso_seconds(at), text: at.strftime(pattern).to_string(), local: self.local(at) }
    }

    /// A moment with its full date, wherever it is read.
    pub(crate) fn dated(&self, at: Instant) -> Moment {
        Clock { has_today: false, ..self.clone() }.moment(at)
    }

    /// From one moment to another; the date and the zone are said once where once is enough.
    pub(crate) fn range(&self, from: Instant, to: Instant) -> Range {
        let (start, mut end) = (self.moment(from), self.moment(to));
        if date(from) == date(to) {
            end.text = to.strftime("%H:%M UTC").to_string();
        }
        let mut local = start.local.clone();
        if let Some(zone) = self.zone.as_ref().filter(|_| !local.is_empty()) {
            let (there, then) = (from.to_zoned(zone.clone()), to.to_zoned(zone.clone()));
            let last =
                if there.date() == then.date() { then.strftime("%H:%M %Z").to_string() } else { end.local.clone() };
            local = format!("{local} to {last}");
        }
        Range { start, end, local }
    }

    /// A day as words: `Today, 2 May`, `Friday, 1 May`, `Friday, 2 May 2025`.
    pub(crate) fn day(&self, day: Date) -> String {
        let pattern = match (self.has_today, self.is_today(day), self.is_this_year(day)) {
            (true, true, _) => "Today, %-d %B",
            (true, false, true) => "%A, %-d %B",
            (true, false, false) | (false, _, _) => "%A, %-d %B %Y",
        };
        day.strftime(pattern).to_string()
    }

    /// A day in a word or two: `today`, `2 May`.
    pub(crate) fn short_day(&self, day: Date) -> String {
        if self.has_today && self.is_today(day) { "today".into() } else { day.strftime("%-d %B").to_string() }
    }

    fn is_today(&self, day: Date) -> bool {
        day == self.today()
    }

    fn is_this_year(&self, day: Date) -> bool {
        day.year() == self.today().year()
    }

    fn local(&self, at: Instant) -> String {
        let Some(zone) = &self.zone else { return String::new() };
        let there = at.to_zoned(zone.clone());
        if there.offset().seconds() == 0 {
            return String::new();
        }
        let pattern = if there.date() == date(at) { "%H:%M %Z" } else { "%-d %B, %H:%M %Z" };
        there.strftime(pattern).to_string()
    }
}

/// The UTC date of an instant.
pub(crate) fn date(at: Instant) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// `2026-05-02T09:51:00Z`
pub(crate) fn iso_seconds(at: Instant) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2026-05-02T09:51:00.000Z`, as Statuspage writes it.
pub(crate) fn iso_millis(at: Instant) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// `Sat, 2 May 2026 09:51:00 +0000`, for RSS; years RFC 2822 cannot write become its epoch.
pub(crate) fn rfc2822(at: Instant) -> String {
    rfc2822::to_string(&at.to_zoned(TimeZone::UTC)).unwrap_or_else(|_| "Thu, 1 Jan 1970 00:00:00 +0000".into())
}

/// A length of time in at most two units: `under a minute`, `42 min`, `3 h 5 min`, `2 days 4 h`.
pub(crate) fn length_words(seconds: i64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let with_rest = |whole: String, rest: i64, unit: &str| {
        if rest == 0 { whole } else { format!("{whole} {rest} {unit}") }
    };
    match (days, hours, minutes) {
        (..=0, ..=0, ..=0) => "under a minute".into(),
        (..=0, ..=0, minutes) => format!("{minutes} min"),
        (..=0, hours, minutes) => with_rest(format!("{hours} h"), minutes % 60, "min"),
        (1, hours, _) => with_rest("1 day".into(), hours % 24, "h"),
        (days, hours, _) => with_rest(format!("{days} days"), hours % 24, "h"),
    }
}

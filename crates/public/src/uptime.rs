//! Uptime: from the changes of a component's status to its days and its percentage.
//!
//! A major outage counts in full, a partial outage counts three tenths (the weights of Statuspage, so that moving here
//! does not move anybody's figures); degraded performance and announced maintenance count nothing. The figure is rounded down: only a
//! component that was never out shows 100 %.

use jiff::{SignedDuration, ToSpan, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{ComponentStatus, Instant};

#[cfg(test)]
mod tests;

/// How many UTC days a page looks back, today included.
pub const HISTORY_DAYS: usize = 90;

/// Tenths of a second of downtime that one second of major outage counts for.
const MAJOR_WEIGHT_TENTHS: u64 = 10;
/// Tenths of a second of downtime that one second of partial outage counts for.
const PARTIAL_WEIGHT_TENTHS: u64 = 3;
/// 100 % in basis points.
const FULL_BASIS_POINTS: u64 = 10_000;

/// From `at` on, the component has this status, until its next change. A component's first change is its birth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusChange {
    /// Public id of the component.
    pub component: String,
    /// When the change took effect.
    pub at: Instant,
    /// What it changed to.
    pub status: ComponentStatus,
}

/// One UTC day of one component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The UTC date.
    pub date: Date,
    /// The worst status that held for any part of the day; `None` when nothing is known of that day.
    pub worst: Option<ComponentStatus>,
    /// Seconds of partial outage.
    pub partial_seconds: u32,
    /// Seconds of major outage.
    pub major_seconds: u32,
    /// Seconds of the day the component was on the page and in the past; uptime is a share of these.
    pub measured_seconds: u32,
}

impl Day {
    /// A day of which nothing is known.
    fn unknown(date: Date) -> Day {
        Day { date, worst: None, partial_seconds: 0, major_seconds: 0, measured_seconds: 0 }
    }

    /// Takes in that `status` held for `seconds` of this day.
    fn add(&mut self, status: ComponentStatus, seconds: u32) {
        self.worst = self.worst.max(Some(status));
        self.measured_seconds = self.measured_seconds.saturating_add(seconds);
        match status {
            ComponentStatus::MajorOutage => self.major_seconds = self.major_seconds.saturating_add(seconds),
            ComponentStatus::PartialOutage => self.partial_seconds = self.partial_seconds.saturating_add(seconds),
            ComponentStatus::Operational | ComponentStatus::UnderMaintenance | ComponentStatus::DegradedPerformance => {
            }
        }
    }
}

/// The last [`HISTORY_DAYS`] UTC days of `component` as of `now`, oldest first, today last (and only measured up to `now`).
///
/// `changes` may be in any order and may hold other components; of two changes at the same instant the later in the slice wins.
/// Changes after `now` have not happened yet. Nothing is known before the first change.
pub fn history(component: &str, changes: &[StatusChange], now: Instant) -> Vec<Day> {
    let mut own: Vec<&StatusChange> =
        changes.iter().filter(|change| change.component == component && change.at <= now).collect();
    own.sort_by_key(|change| change.at);
    days_back_from(now).map(|date| day(date, &own, now)).collect()
}

/// Uptime over these days in basis points (10000 = 100 %), rounded down; `None` when nothing was measured.
pub fn uptime_basis_points(history: &[Day]) -> Option<u16> {
    let sum = |seconds: fn(&Day) -> u32| history.iter().map(|day| u64::from(seconds(day))).sum::<u64>();
    let measured_tenths = sum(|day| day.measured_seconds) * 10;
    if measured_tenths == 0 {
        return None;
    }
    let down_tenths =
        sum(|day| day.major_seconds) * MAJOR_WEIGHT_TENTHS + sum(|day| day.partial_seconds) * PARTIAL_WEIGHT_TENTHS;
    let up_tenths = measured_tenths.saturating_sub(down_tenths);
    u16::try_from(up_tenths * FULL_BASIS_POINTS / measured_tenths).ok()
}

/// The dates shown, oldest first.
fn days_back_from(now: Instant) -> impl Iterator<Item = Date> {
    let today = now.to_zoned(TimeZone::UTC).date();
    (0..HISTORY_DAYS as i64).rev().map(move |back| today.saturating_sub(back.days()))
}

/// One day of one component; `own` is sorted by time and holds nothing after `now`.
fn day(date: Date, own: &[&StatusChange], now: Instant) -> Day {
    let mut day = Day::unknown(date);
    let (Ok(start), Ok(next)) = (midnight(date), date.tomorrow().and_then(midnight)) else {
        return day; // the ends of the calendar, thousands of years away
    };
    let end = next.min(now);
    for (index, change) in own.iter().enumerate() {
        let until = own.get(index + 1).map_or(end, |following| following.at.min(end));
        let from = change.at.max(start);
        if from < until {
            day.add(change.status, seconds_between(from, until));
        }
    }
    day
}

/// The instant a UTC day begins.
fn midnight(date: Date) -> Result<Instant, jiff::Error> {
    TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0))
}

/// Whole seconds between two instants of one day, at least one, so that even a blink leaves a mark.
fn seconds_between(from: Instant, until: Instant) -> u32 {
    let span: SignedDuration = until.duration_since(from);
    u32::try_from(span.as_secs()).unwrap_or(0).max(1)
}

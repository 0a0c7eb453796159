//! Which minutes of the civil week a layer covers.
//!
//! All hours of a layer merged into one set, so that hours that touch make no edge and hours that
//! fill the week are known as "always". Civil time only; [`crate::local`] makes instants of its edges.

use jiff::SignedDuration;
use jiff::civil::DateTime;

use crate::model::{Hours, Weekday};

const MINUTES_PER_DAY: u16 = 24 * 60;
const MINUTES_PER_WEEK: u16 = 7 * MINUTES_PER_DAY;

/// Sorted, disjoint half-open spans, in minutes since Monday 00:00. One over the end of the week
/// is kept as two.
pub(crate) struct Week {
    spans: Vec<(u16, u16)>,
}

impl Week {
    /// No hours at all mean always.
    pub(crate) fn of(hours: &[Hours]) -> Self {
        if hours.is_empty() {
            return Self { spans: vec![(0, MINUTES_PER_WEEK)] };
        }
        let mut raw = Vec::new();
        for entry in hours {
            for (begin, length) in pieces(entry) {
                let end = begin + length;
                raw.push((begin, end.min(MINUTES_PER_WEEK)));
                if end > MINUTES_PER_WEEK {
                    raw.push((0, end - MINUTES_PER_WEEK));
                }
            }
        }
        raw.sort_unstable();
        let mut spans: Vec<(u16, u16)> = Vec::with_capacity(raw.len());
        for (begin, end) in raw {
            match spans.last_mut() {
                Some(last) if begin <= last.1 => last.1 = last.1.max(end),
                _ => spans.push((begin, end)),
            }
        }
        Self { spans }
    }

    pub(crate) fn is_always(&self) -> bool {
        self.spans == [(0, MINUTES_PER_WEEK)]
    }

    pub(crate) fn is_never(&self) -> bool {
        self.spans.is_empty()
    }

    pub(crate) fn contains(&self, at: DateTime) -> bool {
        let minute = minute_of_week(at);
        self.spans.iter().any(|(begin, end)| *begin <= minute && minute < *end)
    }

    /// The next civil time, after `at`, at which a span begins or ends; `None` if there is none
    /// or it lies beyond all dates.
    pub(crate) fn next_edge(&self, at: DateTime) -> Option<DateTime> {
        if self.is_always() {
            return None;
        }
        let minute = minute_of_week(at);
        let edges = self.spans.iter().flat_map(|(begin, end)| [*begin, *end]);
        let edge = edges
            .clone()
            .find(|edge| *edge > minute)
            .or_else(|| edges.clone().next().map(|first| first + MINUTES_PER_WEEK))?;
        let days_ahead = i64::from(edge / MINUTES_PER_DAY) - i64::from(minute / MINUTES_PER_DAY);
        let day = at.date().checked_add(SignedDuration::from_hours(24 * days_ahead)).ok()?;
        let (hour, minute) = (edge % MINUTES_PER_DAY / 60, edge % 60);
        Some(day.at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0))
    }
}

/// Begin, in minutes since Monday 00:00, and length of each piece that hours are made of. Hours that say half a
/// range and half days have none.
fn pieces(hours: &Hours) -> Vec<(u16, u16)> {
    let (from, to) = (hours.from.time.minute_of_day(), hours.to.time.minute_of_day());
    let minute = |day: Weekday, time: u16| (day as u16 * MINUTES_PER_DAY + time) % MINUTES_PER_WEEK;
    match (hours.from.weekday, hours.to.weekday) {
        (None, None) => {
            let length = if to <= from { to + MINUTES_PER_DAY - from } else { to - from };
            hours.days.iter().map(|day| (minute(*day, from), length)).collect()
        }
        (Some(first), Some(last)) => {
            let (begin, end) = (minute(first, from), minute(last, to));
            let length = if end <= begin { end + MINUTES_PER_WEEK - begin } else { end - begin };
            vec![(begin, length)]
        }
        _ => Vec::new(),
    }
}

fn minute_of_week(at: DateTime) -> u16 {
    let day = u16::from(at.date().weekday().to_monday_zero_offset().unsigned_abs());
    day * MINUTES_PER_DAY + u16::from(at.hour().unsigned_abs()) * 60 + u16::from(at.minute().unsigned_abs())
}

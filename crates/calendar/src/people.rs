//! What a calendar must know of the people in it: where they live, when they are away.
//!
//! For load and holidays, which are counted where the person is and not where the schedule is. Given by the
//! caller; no user of Nightbell is known here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::model::{Member, Shift};
use crate::{Instant, holidays, local};

/// Somebody who takes turns.
#[derive(Clone, Debug)]
pub struct Person {
    /// The zone the person lives in.
    pub zone: TimeZone,
    /// The days that are holidays for the person.
    pub holidays: BTreeSet<Date>,
    /// Spans in which the person cannot be on call, half-open.
    pub away: Vec<(Instant, Instant)>,
}

/// Everybody known, by handle. Who is not in it lives in UTC, has no holidays and is never away.
pub type People = BTreeMap<Member, Person>;

impl Default for Person {
    fn default() -> Self {
        Self { zone: TimeZone::UTC, holidays: BTreeSet::new(), away: Vec::new() }
    }
}

impl Person {
    /// Somebody in a zone with the public holidays of a country, if that is in the data.
    #[must_use]
    pub fn new(zone: TimeZone, country: Option<&str>) -> Self {
        let holidays = country.and_then(holidays::all).cloned().unwrap_or_default();
        Self { zone, holidays, away: Vec::new() }
    }

    /// Whether the person is away at some instant of `[from, to)`.
    #[must_use]
    pub fn is_away(&self, from: Instant, to: Instant) -> bool {
        self.away.iter().any(|(begin, end)| *begin < to && from < *end)
    }

    /// The civil days of the person that `[from, to)` touches, and the day before them; with their edges.
    pub(crate) fn days(&self, from: Instant, to: Instant) -> impl Iterator<Item = Day> {
        let first = local::civil(&self.zone, from).date();
        let days = (-1..).map_while(move |later: i64| first.checked_add(later.days()).ok());
        days.map_while(|date| Day::of(&self.zone, date)).take_while(move |day| day.begin < to)
    }
}

/// A civil day of a person, as instants.
pub(crate) struct Day {
    pub(crate) date: Date,
    /// 00:00, inclusive.
    pub(crate) begin: Instant,
    /// 24:00, exclusive.
    pub(crate) end: Instant,
    /// The night that begins on it: 22:00 to 06:00.
    pub(crate) night: (Instant, Instant),
}

impl Day {
    fn of(zone: &TimeZone, date: Date) -> Option<Self> {
        let tomorrow = date.tomorrow().ok()?;
        let at = |date: Date, hour| local::instant(zone, date.at(hour, 0, 0, 0)).ok();
        let night = (at(date, 22)?, at(tomorrow, 6)?);
        Some(Self { date, begin: at(date, 0)?, end: at(tomorrow, 0)?, night })
    }

    pub(crate) fn is_weekend(&self) -> bool {
        matches!(self.date.weekday(), Weekday::Saturday | Weekday::Sunday)
    }
}

/// A part of a shift that falls on a holiday of somebody on call: reason to offer a swap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidayMet {
    /// Whose holiday it is.
    pub member: Member,
    /// The holiday, where the person lives.
    pub day: Date,
    /// Begin of the duty on that day, inclusive.
    pub from: Instant,
    /// End of the duty on that day, exclusive.
    pub to: Instant,
}

/// Where shifts meet holidays of those on call in them, in order of shift, person and day.
#[must_use]
pub fn holidays_met(shifts: &[Shift], people: &People) -> Vec<HolidayMet> {
    let mut met = Vec::new();
    for shift in shifts {
        for member in shift.everyone() {
            let Some(person) = people.get(member).filter(|person| !person.holidays.is_empty()) else { continue };
            for day in person.days(shift.from, shift.to) {
                let (from, to) = (day.begin.max(shift.from), day.end.min(shift.to));
                if from < to && person.holidays.contains(&day.date) {
                    met.push(HolidayMet { member: member.clone(), day: day.date, from, to });
                }
            }
        }
    }
    met
}

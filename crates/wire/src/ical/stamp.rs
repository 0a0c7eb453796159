//! Dates and times as a calendar writes them, and what they mean in a zone.

use super::{Mistake, lines::Line};
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::{TimeZone, TimeZoneDatabase},
};
use std::sync::OnceLock;

/// First and last year that a calendar may name.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2200;

/// A date or time as written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stamp {
    /// A whole day.
    Day(Date),
    /// On the universal time line.
    Exact(Timestamp),
    /// Wall time of a zone.
    Wall(DateTime, TimeZone),
}

/// A zone by its IANA name, of the data that is compiled in.
pub(super) fn zone(name: &str) -> Option<TimeZone> {
    static BUNDLED: OnceLock<TimeZoneDatabase> = OnceLock::new();
    BUNDLED.get_or_init(TimeZoneDatabase::bundled).get(name).ok()
}

/// Wall time as an instant, by the rule of RFC 5545.
pub(super) fn instant(zone: &TimeZone, at: DateTime) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(at).compatible().ok()
}

impl Stamp {
    /// The wall time it shows in its own zone; a day begins at midnight.
    pub(super) fn civil(&self) -> DateTime {
        match self {
            Self::Day(day) => day.to_datetime(Time::midnight()),
            Self::Exact(at) => TimeZone::UTC.to_datetime(*at),
            Self::Wall(at, _) => *at,
        }
    }

    /// The zone it repeats in: that of days is the reader's.
    pub(super) fn zone(&self, of_days: &TimeZone) -> TimeZone {
        match self {
            Self::Day(_) => of_days.clone(),
            Self::Exact(_) => TimeZone::UTC,
            Self::Wall(_, zone) => zone.clone(),
        }
    }

    /// When it is.
    pub(super) fn instant(&self, of_days: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Exact(at) => Some(*at),
            _ => instant(&self.zone(of_days), self.civil()),
        }
    }
}

/// The stamps of a line: one for DTSTART, several for EXDATE. `named` finds a zone that the calendar itself describes.
pub(super) fn all(
    line: &Line,
    floating: &TimeZone,
    named: &dyn Fn(&str) -> Option<TimeZone>,
) -> Result<Vec<Stamp>, Mistake> {
    let zone = match line.parameter("TZID") {
        None => floating.clone(),
        Some(name) => named(name).ok_or_else(|| {
            let shown: String = name.chars().take(60).collect();
            Mistake::at(line.number, format!("{shown:?} is not a time zone; write an IANA name like Europe/Berlin"))
        })?,
    };
    let of_days = line.parameter("VALUE").is_some_and(|value| value.eq_ignore_ascii_case("DATE"));
    line.value.split(',').map(|text| one(line.number, text.trim(), of_days, &zone)).collect()
}

fn one(number: usize, text: &str, of_days: bool, zone: &TimeZone) -> Result<Stamp, Mistake> {
    let shown: String = text.chars().take(40).collect();
    let wrong = || {
        Mistake::at(
            number,
            format!("{shown:?} is no date and time; write 20260501, 20260501T090000 or 20260501T070000Z"),
        )
    };
    let (day, time) = text.split_once('T').map_or((text, None), |(day, time)| (day, Some(time)));
    let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(day, 8) {
        return Err(wrong());
    }
    let number_of = |text: &str| text.parse::<i16>().map_err(|_| wrong());
    let small = |text: &str| text.parse::<i8>().map_err(|_| wrong());
    let date = Date::new(number_of(&day[..4])?, small(&day[4..6])?, small(&day[6..])?).map_err(|_| wrong())?;
    if !YEARS.contains(&date.year()) {
        let message =
            format!("the year {} is not looked at; only {} to {} are", date.year(), YEARS.start(), YEARS.end());
        return Err(Mistake::at(number, message));
    }
    let Some(time) = time.filter(|_| !of_days) else { return Ok(Stamp::Day(date)) };
    let (time, utc) = time.strip_suffix('Z').map_or((time, false), |time| (time, true));
    if !digits(time, 6) {
        return Err(wrong());
    }
    // A leap second is the last second of its minute.
    let second = small(&time[4..])?.min(59);
    let time = Time::new(small(&time[..2])?, small(&time[2..4])?, second, 0).map_err(|_| wrong())?;
    let civil = date.to_datetime(time);
    if utc {
        return instant(&TimeZone::UTC, civil).map(Stamp::Exact).ok_or_else(wrong);
    }
    Ok(Stamp::Wall(civil, zone.clone()))
}

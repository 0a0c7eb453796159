//! The times an event comes, with its recurrence, exceptions and the single times that were moved.

use super::{
    Mistake, TIMES_MAX,
    read::{Calendar, Event, Lasts},
    stamp::{Stamp, instant},
};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use rrule::RRuleSet;
use std::collections::BTreeSet;

/// Recurrences looked at from the first on, those before what is asked for too: the most the library counts.
const COUNTED_MAX: u16 = u16::MAX;
/// Parts of a rule that are understood, beside FREQ.
const PARTS: [&str; 10] =
    ["INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"];

/// One time an event comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// Inclusive.
    pub from: Timestamp,
    /// Exclusive; after `from`.
    pub to: Timestamp,
    /// Which event of the calendar, from 0.
    pub event: usize,
}

/// Every time of every event that meets `[from, to)`, in order of their begin. Whole days are days of `of_days`.
///
/// # Errors
/// A rule that is not understood or repeats more often than daily, or comes too many times, with its line.
pub fn expand(
    calendar: &Calendar,
    of_days: &TimeZone,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Occurrence>, Mistake> {
    let mut found: Vec<Occurrence> = Vec::new();
    for (n, event) in calendar.events.iter().enumerate() {
        if event.cancelled {
            continue;
        }
        let moved = moved(calendar, event, of_days);
        for begin in begins(event, of_days, to)? {
            let Some(begins_at) = begin.instant(of_days) else { continue };
            if moved.contains(&begins_at) {
                continue;
            }
            let Some(ends_at) = end(event, &begin, begins_at, of_days) else { continue };
            if begins_at < to && from < ends_at {
                found.push(Occurrence { from: begins_at, to: ends_at, event: n });
                if found.len() > TIMES_MAX {
                    let message = format!("comes more than {TIMES_MAX} times with the others; import a shorter time");
                    return Err(Mistake::at(event.line, message));
                }
            }
        }
    }
    found.sort_by_key(|one| (one.from, one.event));
    Ok(found)
}

/// Times of a repeating event that another event of the same id stands in for.
fn moved(calendar: &Calendar, event: &Event, of_days: &TimeZone) -> BTreeSet<Timestamp> {
    if event.uid.is_empty() || event.instead_of.is_some() {
        return BTreeSet::new();
    }
    let others = calendar.events.iter().filter(|other| other.uid == event.uid);
    others.filter_map(|other| other.instead_of.as_ref()?.instant(of_days)).collect()
}

fn end(event: &Event, begin: &Stamp, begins_at: Timestamp, of_days: &TimeZone) -> Option<Timestamp> {
    match &event.lasts {
        Lasts::Exact(elapsed) => begins_at.checked_add(*elapsed).ok(),
        Lasts::Wall(shown) => {
            let civil = begin.civil().checked_add(*shown).ok()?;
            instant(&begin.zone(of_days), civil).filter(|end| *end > begins_at)
        }
    }
}

/// The begins of an event up to an instant.
fn begins(event: &Event, of_days: &TimeZone, to: Timestamp) -> Result<Vec<Stamp>, Mistake> {
    let mut all = match &event.rule {
        None => vec![event.start.clone()],
        Some((line, rule)) => {
            let zone = event.start.zone(of_days);
            let times = repeat(*line, rule, event.start.civil(), &zone, to)?;
            times.into_iter().map(|civil| like(&event.start, civil)).collect()
        }
    };
    all.extend(event.besides.iter().cloned());
    let left_out = |begin: &Stamp| {
        event.without.iter().any(|without| match without {
            // A whole day that is left out takes every time of that day with it.
            Stamp::Day(day) => begin.civil().date() == *day,
            exact => exact.instant(of_days) == begin.instant(of_days),
        })
    };
    all.retain(|begin| !left_out(begin));
    let mut seen = BTreeSet::new();
    all.retain(|begin| begin.instant(of_days).is_some_and(|at| seen.insert(at)));
    Ok(all)
}

fn like(start: &Stamp, civil: DateTime) -> Stamp {
    match start {
        Stamp::Day(_) => Stamp::Day(civil.date()),
        Stamp::Exact(_) => instant(&TimeZone::UTC, civil).map_or_else(|| start.clone(), Stamp::Exact),
        Stamp::Wall(_, zone) => Stamp::Wall(civil, zone.clone()),
    }
}

/// A rule's civil times up to an instant. The library is asked on a time line without changes of the clock: what it gets wrong about those nights
/// it is never asked.
fn repeat(line: usize, rule: &str, start: DateTime, zone: &TimeZone, to: Timestamp) -> Result<Vec<DateTime>, Mistake> {
    let rule = understood(line, rule, zone)?;
    let wrong = |e: &dyn std::fmt::Display| Mistake::at(line, format!("RRULE:{rule} cannot be repeated: {e}"));
    let set = |start: DateTime, rule: &str| {
        let text = format!("DTSTART:{}Z\n{rule}", start.strftime("%Y%m%dT%H%M%S"));
        text.parse::<RRuleSet>().map_err(|e| wrong(&e))
    };
    // A day more: the zone's own time is at most that far from the time line the rule was put on.
    let last = to.checked_add(SignedDuration::from_hours(24)).map_err(|e| wrong(&e))?;
    let last = *set(TimeZone::UTC.to_datetime(last), "RRULE:FREQ=DAILY;COUNT=1")?.get_dt_start();
    let found = set(start, &format!("RRULE:{rule}"))?.before(last).all(COUNTED_MAX);
    if found.limited {
        let message = format!(
            "RRULE:{rule} comes more than {COUNTED_MAX} times, or never again; begin it later, or end it with UNTIL or COUNT"
        );
        return Err(Mistake::at(line, message));
    }
    if found.dates.is_empty() && instant(zone, start).is_some_and(|begin| begin < to) {
        return Err(wrong(&"it comes at no time, not even when it begins"));
    }
    let civil = found.dates.iter().filter_map(|at| Timestamp::from_second(at.timestamp()).ok());
    Ok(civil.map(|at| TimeZone::UTC.to_datetime(at)).collect())
}

/// The rule without what is not understood, its end on the time line of the others.
fn understood(line: usize, rule: &str, zone: &TimeZone) -> Result<String, Mistake> {
    let mut parts = Vec::new();
    for part in rule.trim().trim_end_matches(';').split(';') {
        let wrong = || {
            Mistake::at(line, format!("{:?} is no part of a recurrence like FREQ=WEEKLY", super::lines::unescape(part)))
        };
        let (name, value) = part.split_once('=').ok_or_else(wrong)?;
        let (name, value) = (name.trim().to_ascii_uppercase(), value.trim().to_ascii_uppercase());
        if value.len() > 400 {
            return Err(wrong());
        }
        match name.as_str() {
            "FREQ" => match value.as_str() {
                "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY" => parts.push(format!("FREQ={value}")),
                "HOURLY" | "MINUTELY" | "SECONDLY" => {
                    let message = format!(
                        "FREQ={value} is not read: turns of hours across a change of the clock mean something else to every program. \
                         Write the turns into the schedule itself (every: 12h), or as one daily event for each turn"
                    );
                    return Err(Mistake::at(line, message));
                }
                _ => {
                    return Err(Mistake::at(
                        line,
                        format!("{value:?} is no frequency; DAILY, WEEKLY, MONTHLY and YEARLY are"),
                    ));
                }
            },
            "UNTIL" => parts.push(format!("UNTIL={}", until(line, &value, zone)?)),
            known if PARTS.contains(&known) => parts.push(format!("{name}={value}")),
            _ => {
                return Err(Mistake::at(
                    line,
                    format!("{name} in a recurrence is not read; give each time an event of its own"),
                ));
            }
        }
    }
    if !parts.iter().any(|part| part.starts_with("FREQ=")) {
        return Err(Mistake::at(line, "a recurrence without FREQ"));
    }
    Ok(parts.join(";"))
}

/// The last begin, as the wall clock of the event shows it. A day means all of that day.
fn until(line: usize, value: &str, zone: &TimeZone) -> Result<String, Mistake> {
    let wrong = || Mistake::at(line, format!("UNTIL={value} is no date and time"));
    let parse = |text: &str| DateTime::strptime("%Y%m%dT%H%M%S", text).map_err(|_| wrong());
    let civil = if let Some(utc) = value.strip_suffix('Z') {
        let at = instant(&TimeZone::UTC, parse(utc)?).ok_or_else(wrong)?;
        zone.to_datetime(at)
    } else if value.contains('T') {
        parse(value)?
    } else {
        let day = Date::strptime("%Y%m%d", value).map_err(|_| wrong())?;
        day.to_datetime(Time::constant(23, 59, 59, 0))
    };
    Ok(format!("{}Z", civil.strftime("%Y%m%dT%H%M%S")))
}

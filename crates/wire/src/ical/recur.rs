//! The times an event comes, with its recurrence, exceptions and the single times that were moved.

use super::{
    Mistake, TIMES_MAX,
    budget::Budget,
    read::{Calendar, Event, Lasts},
    rule::Rule,
    stamp::{Stamp, instant},
};
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet};

/// How much earlier than asked for a recurrence is looked at, beside the length of the event: a zone's own time, and a change of its clock.
const EARLIER: SignedDuration = SignedDuration::from_hours(48);

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
/// A rule that is not understood or repeats more often than daily, or comes too many times, with its line; one at which the
/// [budget](super::STEPS_MAX) of the whole calendar is used up.
pub fn expand(
    calendar: &Calendar,
    of_days: &TimeZone,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Occurrence>, Mistake> {
    let mut found: Vec<Occurrence> = Vec::new();
    let mut budget = Budget::whole();
    let moved = moved(calendar, of_days);
    for (n, event) in calendar.events.iter().enumerate() {
        if event.cancelled {
            continue;
        }
        budget.turn_to(event);
        let moved = moved.get(event.uid.as_str()).filter(|_| event.instead_of.is_none());
        for begin in begins(event, of_days, (from, to), &mut budget)? {
            let Some(begins_at) = begin.instant(of_days) else { continue };
            if moved.is_some_and(|moved| moved.contains(&begins_at)) {
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

/// By id, the times of a repeating event that another event of the same id stands in for.
fn moved<'a>(calendar: &'a Calendar, of_days: &TimeZone) -> BTreeMap<&'a str, BTreeSet<Timestamp>> {
    let mut found: BTreeMap<&str, BTreeSet<Timestamp>> = BTreeMap::new();
    for event in calendar.events.iter().filter(|event| !event.uid.is_empty()) {
        if let Some(at) = event.instead_of.as_ref().and_then(|at| at.instant(of_days)) {
            found.entry(&event.uid).or_default().insert(at);
        }
    }
    found
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

/// The begins of an event that may matter to a span, and others before it.
fn begins<'a>(
    event: &'a Event,
    of_days: &TimeZone,
    (from, to): (Timestamp, Timestamp),
    budget: &mut Budget<'a>,
) -> Result<Vec<Stamp>, Mistake> {
    let dates = 1 + event.besides.len() + event.without.len();
    budget.spend(u64::try_from(dates).unwrap_or(u64::MAX))?;
    let mut all = match &event.rule {
        None => vec![event.start.clone()],
        Some((line, rule)) => {
            let zone = event.start.zone(of_days);
            let (Lasts::Wall(lasts) | Lasts::Exact(lasts)) = &event.lasts;
            let since = from.checked_sub(*lasts).and_then(|at| at.checked_sub(EARLIER)).unwrap_or(Timestamp::MIN);
            let since = TimeZone::UTC.to_datetime(since);
            let times = Rule::read(*line, rule, &zone)?.times(event.start.civil(), (since, to), budget)?;
            times.into_iter().map(|civil| like(&event.start, civil)).collect()
        }
    };
    all.extend(event.besides.iter().cloned());
    // A whole day that is left out takes every time of that day with it.
    let (mut days, mut instants) = (BTreeSet::new(), BTreeSet::new());
    for without in &event.without {
        match without {
            Stamp::Day(day) => drop(days.insert(*day)),
            exact => instants.extend(exact.instant(of_days)),
        }
    }
    let mut seen = BTreeSet::new();
    all.retain(|begin| {
        let is_new = |at: Timestamp| !instants.contains(&at) && seen.insert(at);
        !days.contains(&begin.civil().date()) && begin.instant(of_days).is_some_and(is_new)
    });
    Ok(all)
}

fn like(start: &Stamp, civil: DateTime) -> Stamp {
    match start {
        Stamp::Day(_) => Stamp::Day(civil.date()),
        Stamp::Exact(_) => instant(&TimeZone::UTC, civil).map_or_else(|| start.clone(), Stamp::Exact),
        Stamp::Wall(_, zone) => Stamp::Wall(civil, zone.clone()),
    }
}

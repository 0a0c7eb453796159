//! When people are away: said by themselves, or read from their calendar. Why is not kept.

use crate::{Fault, Unit};
use jiff::SignedDuration;
use nightbell_domain::{
    access::{Permit, Read},
    ids::{AbsenceId, UserId},
    record::Instant,
    refusal::Refusal,
};
use nightbell_store::{
    Tx,
    calendars::{self as store, Absence},
};
use nightbell_wire::ical;

/// How far ahead a calendar is read.
const AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);
/// Busy times that count: a meeting keeps nobody from being on call, a day does.
const AWAY_FROM: SignedDuration = SignedDuration::from_hours(8);
/// Absences of one person that are kept.
const KEPT_MAX: usize = 1_000;
/// Characters of a source's name.
const SOURCE_CHARS_MAX: usize = 100;
/// Absences of everybody that are looked at.
const LOOKED_AT_MAX: u32 = 10_000;

/// Notes that the person is away.
///
/// # Errors
/// A span that ends before it begins, or lies in the past.
pub fn say_absence(unit: &mut Unit<'_>, by: &Permit<Read>, from: Instant, to: Instant) -> Result<Absence, Fault> {
    if to <= from || to <= unit.now {
        return Err(Refusal::invalid("to", "That ends before it begins, or is over.").into());
    }
    note(unit, by.user(), "said", from, to)
}

fn note(unit: &mut Unit<'_>, user: &UserId, source: &str, from: Instant, to: Instant) -> Result<Absence, Fault> {
    let absence = Absence {
        id: unit.ids().make::<AbsenceId>(),
        user: user.clone(),
        source: source.to_owned(),
        from,
        to,
        noted_at: unit.now,
    };
    store::add_absence(unit.tx, &absence)?;
    Ok(absence)
}

/// Reads the person's calendar: whole days and long busy times from now on are absences. What the same calendar said before is forgotten.
/// Answers how many were found.
///
/// # Errors
/// A mistake in the calendar, with its line; nothing is changed then.
pub fn read_absences(unit: &mut Unit<'_>, by: &Permit<Read>, source: &str, text: &str) -> Result<usize, Fault> {
    let source: String = source.trim().chars().filter(|c| !c.is_control()).take(SOURCE_CHARS_MAX).collect();
    if source.is_empty() || source == "said" {
        return Err(Refusal::invalid("name", "Give the calendar a name, by which it is read again.").into());
    }
    let zone = unit.directory.org.users.get(by.user()).map(|user| user.time_zone.clone()).unwrap_or_default();
    let zone = nightbell_calendar::local::zone(&zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let wrong = |mistake: ical::Mistake| Refusal::invalid("ics", mistake.to_string());
    let calendar = ical::read(text, &zone).map_err(wrong)?;
    let (from, to) = (unit.now, unit.now.checked_add(AHEAD).unwrap_or(unit.now));
    let mut spans: Vec<(Instant, Instant)> = ical::expand(&calendar, &zone, from, to)
        .map_err(wrong)?
        .into_iter()
        .filter(|one| calendar.events[one.event].busy && one.to.duration_since(one.from) >= AWAY_FROM)
        .map(|one| (one.from, one.to))
        .collect();
    spans.dedup();
    if spans.len() > KEPT_MAX {
        let why = format!("That are more than {KEPT_MAX} absences; read a calendar that has only them in it.");
        return Err(Refusal::invalid("ics", why).into());
    }
    store::forget_absences(unit.tx, by.user(), &source)?;
    for (from, to) in &spans {
        note(unit, by.user(), &source, *from, *to)?;
    }
    Ok(spans.len())
}

/// Who is away in `[from, to)`: of one person, or of everybody.
///
/// # Errors
/// The store's.
pub fn absences(tx: &mut dyn Tx, of: Option<&UserId>, from: Instant, to: Instant) -> Result<Vec<Absence>, Fault> {
    let mut found = store::absences(tx, from, to, LOOKED_AT_MAX)?;
    found.retain(|one| of.is_none_or(|user| one.user == *user));
    found.sort_by(|a, b| (a.from, &a.user).cmp(&(b.from, &b.user)));
    Ok(found)
}

/// Forgets one of the person's own absences.
///
/// # Errors
/// There is no such absence.
pub fn forget_absence(unit: &mut Unit<'_>, by: &Permit<Read>, id: AbsenceId) -> Result<(), Fault> {
    if store::forget_absence(unit.tx, id, by.user())? {
        return Ok(());
    }
    Err(Refusal::not_found("absence", id).into())
}

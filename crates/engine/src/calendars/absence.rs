//! When people are away: said by themselves, or read from their calendar. Why is not kept.

use crate::{Directory, Fault, Unit};
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
/// Absences of one person that are kept, those that are over aside.
pub const ABSENCES_MAX: usize = 500;
/// The source of what somebody said themselves.
const SAID: &str = "said";
/// Characters of a source's name.
const SOURCE_CHARS_MAX: usize = 100;

/// Notes that the person is away.
///
/// # Errors
/// A span that ends before it begins, or lies in the past; too many absences of that person.
pub fn say_absence(unit: &mut Unit<'_>, by: &Permit<Read>, from: Instant, to: Instant) -> Result<Absence, Fault> {
    if to <= from || to <= unit.now {
        return Err(Refusal::invalid("to", "That ends before it begins, or is over.").into());
    }
    room(unit, by.user(), 1)?;
    note(unit, by.user(), SAID, from, to)
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

/// A person's calendar as absences: read and repeated, not yet stored. Made outside the writer, which never waits for what somebody sent.
#[derive(Debug, Clone)]
pub struct Busy {
    source: String,
    spans: Vec<(Instant, Instant)>,
}

impl Busy {
    /// About how many bytes it holds, for the desk.
    pub fn bytes(&self) -> usize {
        self.source.len() + self.spans.len() * (size_of::<Absence>() + self.source.len())
    }
}

/// Reads the person's calendar: whole days and long busy times from now on are absences. Takes as long as the calendar is large; asks nothing of
/// the store.
///
/// # Errors
/// A mistake in the calendar, with its line; no name; too many absences.
pub fn read_absences(
    directory: &Directory,
    user: &UserId,
    source: &str,
    text: &str,
    now: Instant,
) -> Result<Busy, Refusal> {
    let source: String = source.trim().chars().filter(|c| !c.is_control()).take(SOURCE_CHARS_MAX).collect();
    if source.is_empty() || source == SAID {
        return Err(Refusal::invalid("name", "Give the calendar a name, by which it is read again."));
    }
    let zone = directory.org.users.get(user).map(|user| user.time_zone.clone()).unwrap_or_default();
    let zone = nightbell_calendar::local::zone(&zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let wrong = |mistake: ical::Mistake| Refusal::invalid("ics", mistake.to_string());
    let calendar = ical::read(text, &zone).map_err(wrong)?;
    let to = now.checked_add(AHEAD).unwrap_or(now);
    let mut spans: Vec<(Instant, Instant)> = ical::expand(&calendar, &zone, now, to)
        .map_err(wrong)?
        .into_iter()
        .filter(|one| calendar.events[one.event].busy && one.to.duration_since(one.from) >= AWAY_FROM)
        .map(|one| (one.from, one.to))
        .collect();
    spans.sort_unstable();
    spans.dedup();
    if spans.len() > ABSENCES_MAX {
        let why = format!("That are more than {ABSENCES_MAX} absences; read a calendar that has only them in it.");
        return Err(Refusal::invalid("ics", why));
    }
    Ok(Busy { source, spans })
}

/// Notes what was read. What the same calendar said before is forgotten. Answers how many absences are noted.
///
/// # Errors
/// Too many absences with those noted already; nothing is changed then.
pub fn note_absences(unit: &mut Unit<'_>, by: &Permit<Read>, read: &Busy) -> Result<usize, Fault> {
    store::forget_absences(unit.tx, by.user(), &read.source)?;
    let spans: Vec<_> = read.spans.iter().filter(|(_, to)| *to > unit.now).collect();
    room(unit, by.user(), spans.len())?;
    for (from, to) in &spans {
        note(unit, by.user(), &read.source, *from, *to)?;
    }
    Ok(spans.len())
}

/// There is room for so many more absences of a person.
fn room(unit: &mut Unit<'_>, user: &UserId, more: usize) -> Result<(), Fault> {
    let kept = usize::try_from(store::count_absences(unit.tx, user, unit.now)?).unwrap_or(usize::MAX);
    if kept.saturating_add(more) <= ABSENCES_MAX {
        return Ok(());
    }
    let why = format!(
        "At most {ABSENCES_MAX} absences of one person are kept, and {kept} are noted: forget some that you do not need, or read a calendar that has only them in it."
    );
    Err(Refusal::conflict("too-many-absences", why).into())
}

/// Who is away in `[from, to)`: one person.
///
/// # Errors
/// The store's.
pub fn absences_of(tx: &mut dyn Tx, user: &UserId, from: Instant, to: Instant) -> Result<Vec<Absence>, Fault> {
    let mut found = store::absences_of(tx, user, from, to, ABSENCES_MAX as u32)?;
    found.sort_by_key(|one| (one.from, one.id));
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

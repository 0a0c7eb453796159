//! The slow, obvious twin: who is on call, straight from the definition.
//!
//! It shares no code with the fast path (only the data types), looks at one instant at a time,
//! and counts turns one by one from the begin of the rotation. It is the oracle of the property
//! tests and of the simulator. Nothing that serves people calls it.
//!
//! The definition rests on one idea. A wall clock may jump ahead and may be set back; a civil time
//! *has come* once the clock has shown it or a later time. Everything else is "has the begin come,
//! and has the end not come yet".

use jiff::civil::{DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, ToSpan};

use crate::model::{Backup, Hours, Layer, Member, RotationUnit, Schedule, Shift, ShiftSource, Weekday};
use crate::{CalendarError, Instant};

/// The people on call at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Who is called first.
    pub primary: Member,
    /// Who stands behind.
    pub backup: Option<Member>,
    /// What put the primary there.
    pub source: ShiftSource,
}

/// Who is on call at an instant; `None` in a gap.
///
/// # Errors
/// Unknown zone, or a start of hourly turns that cannot be counted.
pub fn who(schedule: &Schedule, at: Instant) -> Result<Option<Who>, CalendarError> {
    let zone = TimeZoneDatabase::bundled()
        .get(&schedule.time_zone)
        .map_err(|_| CalendarError::UnknownTimeZone(schedule.time_zone.clone()))?;
    who_in(&zone, schedule, at)
}

/// The shifts of `[from, to)`, found by asking at `from` and then once a minute.
///
/// # Errors
/// As [`who`].
pub fn shifts(schedule: &Schedule, from: Instant, to: Instant) -> Result<Vec<Shift>, CalendarError> {
    let mut found: Vec<Shift> = Vec::new();
    let mut at = from;
    while at < to {
        let end = at.checked_add(1.minute()).unwrap_or(to).min(to);
        if let Some(who) = who(schedule, at)? {
            match found.last_mut() {
                Some(last)
                    if last.to == at
                        && last.primary == who.primary
                        && last.backup == who.backup
                        && last.source == who.source =>
                {
                    last.to = end;
                }
                _ => found.push(Shift {
                    from: at,
                    to: end,
                    primary: who.primary,
                    backup: who.backup,
                    source: who.source,
                }),
            }
        }
        at = end;
    }
    Ok(found)
}

fn who_in(zone: &TimeZone, schedule: &Schedule, at: Instant) -> Result<Option<Who>, CalendarError> {
    let clock = WallClock::read(zone, at);
    let mut scheduled = None;
    for layer in &schedule.layers {
        if layer.members.is_empty() || !clock.has_come(layer.starts) {
            continue;
        }
        if !layer.hours.is_empty() && !layer.hours.iter().any(|hours| in_hours(hours, &clock)) {
            continue;
        }
        let turn = turns_completed(layer, zone, at, &clock)?;
        scheduled = Some(in_turn(layer, turn, schedule.backup));
    }
    let mut answer = scheduled.clone();
    for entry in &schedule.overrides {
        if clock.has_come(entry.from) && !clock.has_come(entry.to) {
            answer = Some(stand_in(scheduled.clone(), &entry.user));
        }
    }
    Ok(answer)
}

/// What a wall clock shows, and how far it has ever come.
struct WallClock {
    shows: DateTime,
    /// Before it was last set back, it had shown every time before this one.
    reached: Option<DateTime>,
}

impl WallClock {
    fn read(zone: &TimeZone, at: Instant) -> Self {
        let two_days = SignedDuration::from_hours(48);
        let reached = zone
            .preceding(at.checked_add(1.nanosecond()).unwrap_or(at))
            .map(|step| step.timestamp())
            .take_while(|step| at.duration_since(*step) <= two_days)
            .filter_map(|step| {
                let just_before = step.checked_sub(1.nanosecond()).ok()?;
                Some(zone.to_offset(just_before).to_datetime(step))
            })
            .max();
        Self { shows: zone.to_datetime(at), reached }
    }

    fn has_come(&self, civil: DateTime) -> bool {
        self.shows >= civil || self.reached.is_some_and(|reached| reached > civil)
    }
}

fn in_hours(hours: &Hours, clock: &WallClock) -> bool {
    let today = clock.shows.date();
    (-3..=3).any(|offset: i64| {
        let Ok(day) = today.checked_add(offset.days()) else {
            return false;
        };
        let end_day_offset: i64 = if hours.to <= hours.from { 1 } else { 0 };
        let (Some(begin), Some(end)) =
            (minute_of(day, 0, hours.from.minute_of_day()), minute_of(day, end_day_offset, hours.to.minute_of_day()))
        else {
            return false;
        };
        hours.days.contains(&Weekday::from(day.weekday())) && clock.has_come(begin) && !clock.has_come(end)
    })
}

fn minute_of(day: jiff::civil::Date, days_later: i64, minute: u16) -> Option<DateTime> {
    day.to_datetime(Time::midnight()).checked_add(days_later.days()).ok()?.checked_add(i64::from(minute).minutes()).ok()
}

/// Counts the turns that have ended, one by one.
fn turns_completed(layer: &Layer, zone: &TimeZone, at: Instant, clock: &WallClock) -> Result<usize, CalendarError> {
    let count = i64::from(layer.every.count);
    if count == 0 {
        return Ok(0);
    }
    let mut turns = 0;
    if layer.every.unit == RotationUnit::Hour {
        let mut begin = first_instant(zone, layer.starts)?;
        while let Ok(next) = begin.checked_add(count.hours())
            && next <= at
        {
            begin = next;
            turns += 1;
        }
        return Ok(turns);
    }
    let days = if layer.every.unit == RotationUnit::Week { count * 7 } else { count };
    let mut begin = layer.starts;
    while let Ok(next) = begin.checked_add(days.days())
        && clock.has_come(next)
    {
        begin = next;
        turns += 1;
    }
    Ok(turns)
}

/// The first instant by which a civil time has come, found by halving a span of four days.
fn first_instant(zone: &TimeZone, civil: DateTime) -> Result<Instant, CalendarError> {
    let out_of_range = |_| CalendarError::OutOfRange(civil);
    let as_if_utc = TimeZone::UTC.to_timestamp(civil).map_err(out_of_range)?;
    let mut not_yet = as_if_utc.checked_sub(48.hours()).map_err(out_of_range)?;
    let mut come = as_if_utc.checked_add(48.hours()).map_err(out_of_range)?;
    while come.duration_since(not_yet) > SignedDuration::from_nanos(1) {
        let half = come.duration_since(not_yet) / 2;
        let middle = not_yet.checked_add(half).map_err(out_of_range)?;
        if WallClock::read(zone, middle).has_come(civil) {
            come = middle;
        } else {
            not_yet = middle;
        }
    }
    Ok(come)
}

fn in_turn(layer: &Layer, turn: usize, backup: Backup) -> Who {
    let mut round: Vec<Member> = layer.members.clone();
    round.rotate_left(turn % layer.members.len());
    let primary = round.remove(0);
    round.retain(|member| *member != primary);
    let backup = match backup {
        Backup::NextInRotation => round.first().cloned(),
        Backup::None => None,
    };
    Who { primary, backup, source: ShiftSource::Layer(layer.name.clone()) }
}

fn stand_in(scheduled: Option<Who>, user: &Member) -> Who {
    match scheduled {
        Some(who) if who.primary == *user => who,
        Some(who) if who.backup.as_ref() == Some(user) => {
            Who { primary: user.clone(), backup: Some(who.primary), source: ShiftSource::Override }
        }
        Some(who) => Who { primary: user.clone(), backup: who.backup, source: ShiftSource::Override },
        None => Who { primary: user.clone(), backup: None, source: ShiftSource::Override },
    }
}

//! The slow, obvious twin: who is on call, straight from the definition.
//!
//! It shares no code with the fast path (only the data types), looks at one instant at a time,
//! and counts turns one by one from the begin of the rotation. It is the oracle of the property
//! tests and of the simulator. Nothing that serves people calls it.
//!
//! The definition rests on one idea. A wall clock may jump ahead and may be set back; a civil time
//! *has come* once the clock has shown it or a later time. Everything else is "has the begin come,
//! and has the end not come yet".

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, ToSpan};

use crate::model::{
    Backup, Edge, Gap, HolidayRule, Holidays, Hours, Layer, Member, Override, OverrideKind, RotationUnit, Schedule,
    Shift, ShiftSource, Weekday,
};
use crate::{CalendarError, Instant, Rota, Version, holidays};

/// The people on call at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Who is called first.
    pub primary: Member,
    /// Who is rung together with them.
    pub also: Vec<Member>,
    /// Who stands behind.
    pub backup: Option<Member>,
    /// Who gets a copy.
    pub shadows: Vec<Member>,
    /// What put the primary there.
    pub source: ShiftSource,
}

/// What is true of one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Somebody is on call.
    On(Who),
    /// Nobody is; whether a layer says so.
    Gap {
        /// As in [`Gap`].
        declared: bool,
    },
}

/// Who is on call at an instant; `None` in a gap.
///
/// # Errors
/// Unknown zone, or a start of hourly turns that cannot be counted.
pub fn who(schedule: &Schedule, at: Instant) -> Result<Option<Who>, CalendarError> {
    who_of(&Rota::of(schedule.clone()), at)
}

/// The same of a rota.
///
/// # Errors
/// As [`who`].
pub fn who_of(rota: &Rota, at: Instant) -> Result<Option<Who>, CalendarError> {
    Ok(match answer(rota, at)? {
        Answer::On(who) => Some(who),
        Answer::Gap { .. } => None,
    })
}

/// What is true of an instant.
///
/// # Errors
/// As [`who`].
pub fn answer(rota: &Rota, at: Instant) -> Result<Answer, CalendarError> {
    answer_at(rota, &zones(rota)?, at)
}

/// The zone of each version.
fn zones(rota: &Rota) -> Result<Vec<TimeZone>, CalendarError> {
    let bundled = TimeZoneDatabase::bundled();
    let name = |version: &Version| version.schedule.time_zone.clone();
    let zone = |version| bundled.get(&name(version)).map_err(|_| CalendarError::UnknownTimeZone(name(version)));
    rota.versions.iter().map(zone).collect()
}

fn answer_at(rota: &Rota, zones: &[TimeZone], at: Instant) -> Result<Answer, CalendarError> {
    let versions = || rota.versions.iter().zip(zones);
    // Of those that have begun the latest; before any of them the earliest.
    let in_force = versions().filter(|(version, _)| version.from.is_none_or(|from| from <= at));
    let latest = in_force.max_by_key(|(version, _)| version.from);
    let Some((version, zone)) = latest.or_else(|| versions().min_by_key(|(version, _)| version.from)) else {
        return Ok(Answer::Gap { declared: false });
    };
    let overrides: Vec<&Override> = version.schedule.overrides.iter().chain(&rota.overrides).collect();
    answer_in(zone, &version.schedule, &overrides, at)
}

/// The shifts of `[from, to)`, found by asking at `from` and then once a minute.
///
/// # Errors
/// As [`who`].
pub fn shifts(schedule: &Schedule, from: Instant, to: Instant) -> Result<Vec<Shift>, CalendarError> {
    let mut found: Vec<Shift> = Vec::new();
    for (begin, end, answer) in minutes(&Rota::of(schedule.clone()), from, to)? {
        let Answer::On(Who { primary, also, backup, shadows, source }) = answer else { continue };
        let shift = Shift { from: begin, to: end, primary, also, backup, shadows, source };
        match found.last_mut() {
            Some(last) if last.to == begin && last.is_like(&shift) => last.to = end,
            _ => found.push(shift),
        }
    }
    Ok(found)
}

/// The gaps of `[from, to)`, found the same way.
///
/// # Errors
/// As [`who`].
pub fn gaps(rota: &Rota, from: Instant, to: Instant) -> Result<Vec<Gap>, CalendarError> {
    let mut found: Vec<Gap> = Vec::new();
    for (begin, end, answer) in minutes(rota, from, to)? {
        let Answer::Gap { declared } = answer else { continue };
        match found.last_mut() {
            Some(last) if last.to == begin && last.declared == declared => last.to = end,
            _ => found.push(Gap { from: begin, to: end, declared }),
        }
    }
    Ok(found)
}

fn minutes(rota: &Rota, from: Instant, to: Instant) -> Result<Vec<(Instant, Instant, Answer)>, CalendarError> {
    let zones = zones(rota)?;
    let mut found = Vec::new();
    let mut at = from;
    while at < to {
        let end = at.checked_add(1.minute()).unwrap_or(to).min(to);
        found.push((at, end, answer_at(rota, &zones, at)?));
        at = end;
    }
    Ok(found)
}

/// The slot that has it, and how the round goes on after it.
struct Scheduled<'a> {
    layer: &'a Layer,
    turn: usize,
}

fn answer_in(
    zone: &TimeZone,
    schedule: &Schedule,
    overrides: &[&Override],
    at: Instant,
) -> Result<Answer, CalendarError> {
    let clock = WallClock::read(zone, at);
    let mut scheduled = None;
    let mut declared = false;
    for layer in &schedule.layers {
        if layer.members.is_empty() || !clock.has_come(layer.starts) || !is_open(layer, &clock) {
            continue;
        }
        let turn = turns_completed(layer, zone, at, &clock)? % layer.members.len();
        if layer.members[turn].members.is_empty() {
            declared = true;
        } else {
            scheduled = Some(Scheduled { layer, turn });
        }
    }
    let covering: Vec<&Override> = overrides
        .iter()
        .copied()
        .filter(|entry| clock.is_past(entry.from, at) && !clock.is_past(entry.to, at))
        .collect();
    Ok(match crew(scheduled.as_ref(), schedule.backup, &covering) {
        Some(who) => Answer::On(who),
        None => Answer::Gap { declared },
    })
}

fn is_open(layer: &Layer, clock: &WallClock) -> bool {
    let in_hours = layer.hours.is_empty() || layer.hours.iter().any(|hours| in_hours(hours, clock));
    in_hours && layer.holidays.as_ref().is_none_or(|said| (said.on == HolidayRule::Only) == on_holiday(said, clock))
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

    fn is_past(&self, edge: Edge, now: Instant) -> bool {
        match edge {
            Edge::Wall(civil) => self.has_come(civil),
            Edge::Exact(at) => at <= now,
        }
    }
}

fn in_hours(hours: &Hours, clock: &WallClock) -> bool {
    let today = clock.shows.date();
    (-11..=3).any(|offset: i64| {
        let Ok(day) = today.checked_add(offset.days()) else { return false };
        let Some((begin, end)) = span_of_day(hours, day) else { return false };
        clock.has_come(begin) && !clock.has_come(end)
    })
}

/// The span of hours that begins on a day, if one does.
fn span_of_day(hours: &Hours, day: Date) -> Option<(DateTime, DateTime)> {
    let named = match (hours.from.weekday, hours.to.weekday) {
        (None, None) => hours.days.contains(&Weekday::from(day.weekday())),
        (Some(first), Some(_)) => first == Weekday::from(day.weekday()),
        _ => false,
    };
    if !named {
        return None;
    }
    let begin = minute_of(day, 0, hours.from.time.minute_of_day())?;
    let end = match hours.to.weekday {
        None => {
            let next_day = hours.to.time <= hours.from.time;
            minute_of(day, i64::from(next_day), hours.to.time.minute_of_day())?
        }
        // The first time of that name after the begin.
        Some(last) => (0..=9).find_map(|later| {
            let that_day = day.checked_add(later.days()).ok()?;
            let end = minute_of(day, later, hours.to.time.minute_of_day())?;
            (Weekday::from(that_day.weekday()) == last && end > begin).then_some(end)
        })?,
    };
    Some((begin, end))
}

fn on_holiday(said: &Holidays, clock: &WallClock) -> bool {
    let today = clock.shows.date();
    (-3..=3).any(|offset: i64| {
        let Ok(day) = today.checked_add(offset.days()) else { return false };
        let (Some(begin), Some(end)) = (minute_of(day, 0, 0), minute_of(day, 1, 0)) else { return false };
        if !clock.has_come(begin) || clock.has_come(end) {
            return false;
        }
        let public = said.country.as_deref().and_then(|code| holidays::for_country(code, day.year()..=day.year()));
        said.days.contains(&day) || public.is_some_and(|days| days.contains(&day))
    })
}

fn minute_of(day: Date, days_later: i64, minute: u16) -> Option<DateTime> {
    let minutes = SignedDuration::from_mins(days_later * 24 * 60 + i64::from(minute));
    day.to_datetime(Time::midnight()).checked_add(minutes).ok()
}

/// Counts the turns that have ended, one by one.
fn turns_completed(layer: &Layer, zone: &TimeZone, at: Instant, clock: &WallClock) -> Result<usize, CalendarError> {
    let lengths = layer.every.lengths();
    if lengths.iter().any(|length| length.count == 0) {
        return Ok(0);
    }
    let mut turns = 0;
    let mut units = 0_i64;
    let begins = if lengths[0].unit == RotationUnit::Hour { Some(first_instant(zone, layer.starts)?) } else { None };
    loop {
        let length = lengths[turns % lengths.len()];
        units += i64::from(length.count) * if length.unit == RotationUnit::Week { 7 } else { 1 };
        let ended = match (length.unit, begins) {
            (RotationUnit::Hour, Some(begins)) => begins.checked_add(units.hours()).is_ok_and(|end| end <= at),
            (RotationUnit::Month, _) => layer.starts.checked_add(units.months()).is_ok_and(|end| clock.has_come(end)),
            _ => layer.starts.checked_add(units.days()).is_ok_and(|end| clock.has_come(end)),
        };
        if !ended {
            return Ok(turns);
        }
        turns += 1;
    }
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

/// Those on call, in the order in which they are thought of.
struct Crew<'a> {
    /// The first is the primary.
    on: Vec<&'a Member>,
    backup: Option<&'a Member>,
    source: ShiftSource,
    /// Everybody of the round, from the slot that has the turn on, again and again.
    round: Vec<&'a Member>,
}

impl<'a> Crew<'a> {
    fn of(scheduled: &Scheduled<'a>, backup: Backup) -> Self {
        let slots = &scheduled.layer.members;
        let mut round = Vec::new();
        for step in 0..slots.len() {
            round.extend(&slots[(scheduled.turn + step) % slots.len()].members);
        }
        let mut crew = Self {
            on: slots[scheduled.turn].members.iter().collect(),
            backup: None,
            source: ShiftSource::Layer(scheduled.layer.name.as_str().into()),
            round: if backup == Backup::None { Vec::new() } else { round },
        };
        crew.backup = crew.next_behind(&[]);
        crew
    }

    fn next_behind(&self, but: &[&Member]) -> Option<&'a Member> {
        self.round.iter().copied().find(|member| !self.on.contains(member) && !but.contains(member))
    }

    fn alone(user: &'a Member) -> Self {
        Self { on: vec![user], backup: None, source: ShiftSource::Override, round: Vec::new() }
    }

    fn take_all(&mut self, user: &'a Member) {
        if self.on == [user] {
            return;
        }
        if self.backup == Some(user) {
            self.backup = Some(self.on[0]);
        }
        self.on = vec![user];
        self.source = ShiftSource::Override;
    }

    /// `beside` stand there by other overrides than replacing ones, after the place is taken; `took` says that it was taken there too.
    fn take_place(&mut self, user: &'a Member, place: &'a Member, beside: &[&Member], took: bool) {
        let position = self.on.iter().position(|member| *member == place);
        let already = self.on.contains(&user);
        match position {
            _ if user == place => return,
            None if self.backup == Some(place) => {
                let skip: Vec<&Member> = beside.iter().copied().chain([place]).collect();
                self.backup = if already || beside.contains(&user) { self.next_behind(&skip) } else { Some(user) };
                return;
            }
            None => {}
            Some(position) => {
                if already && position > 0 {
                    self.on.remove(position);
                } else {
                    self.on.retain(|member| *member != user);
                    let position = self.on.iter().position(|member| *member == place).unwrap_or(0);
                    self.on[position] = user;
                }
                if position == 0 {
                    self.source = ShiftSource::Override;
                }
            }
        }
        if self.backup == Some(user) && (took || position.is_some()) {
            self.backup = Some(place);
        }
    }
}

/// Who stands for the person of an override after those before `until` took places: the one who took it, or who took it from that one.
fn stands_for<'a>(covering: &[&'a Override], index: usize, until: usize) -> &'a Member {
    let takers = covering[index + 1..until].iter().filter(|entry| entry.kind == OverrideKind::Replace);
    takers.fold(
        &covering[index].user,
        |who, taker| if taker.instead_of.as_ref() == Some(who) { &taker.user } else { who },
    )
}

fn crew(scheduled: Option<&Scheduled<'_>>, backup: Backup, covering: &[&Override]) -> Option<Who> {
    let mut crew = scheduled.map(|scheduled| Crew::of(scheduled, backup));
    let is_whole = |entry: &Override| entry.kind == OverrideKind::Replace && entry.instead_of.is_none();
    let last_whole = (0..covering.len()).rev().find(|index| is_whole(covering[*index]));
    for (index, entry) in covering.iter().enumerate() {
        if Some(index) == last_whole {
            match &mut crew {
                Some(crew) => crew.take_all(&entry.user),
                None => crew = Some(Crew::alone(&entry.user)),
            }
        }
        if let (Some(crew), OverrideKind::Replace, Some(place)) = (&mut crew, entry.kind, &entry.instead_of)
            && last_whole.is_none_or(|last| index > last)
        {
            let beside = |until| -> Vec<&Member> {
                let others = [OverrideKind::Add, OverrideKind::ReverseShadow];
                let before = (0..index).filter(|earlier| others.contains(&covering[*earlier].kind));
                before.map(|earlier| stands_for(covering, earlier, until)).collect()
            };
            crew.take_place(&entry.user, place, &beside(index + 1), beside(index).contains(&place));
        }
    }
    let in_the_end = |kind| {
        let all = (0..covering.len()).filter(move |index| covering[*index].kind == kind);
        all.map(|index| stands_for(covering, index, covering.len()))
    };
    for user in in_the_end(OverrideKind::Add) {
        let crew = crew.get_or_insert_with(|| Crew::alone(user));
        if !crew.on.contains(&user) {
            crew.on.push(user);
        }
    }
    let mut crew = crew?;
    for user in in_the_end(OverrideKind::ReverseShadow) {
        if crew.on[0] != user {
            crew.on.retain(|member| *member != user);
            crew.on.insert(0, user);
            crew.source = ShiftSource::Override;
        }
    }
    let mut shadows: Vec<Member> = Vec::new();
    for entry in covering.iter().filter(|entry| entry.kind == OverrideKind::Shadow) {
        if !crew.on.contains(&&entry.user) && !shadows.contains(&entry.user) {
            shadows.push(entry.user.clone());
        }
    }
    if crew.backup.is_some_and(|backup| crew.on.contains(&backup)) {
        crew.backup = crew.next_behind(&[]);
    }
    let mut on = crew.on.into_iter().cloned();
    Some(Who { primary: on.next()?, also: on.collect(), backup: crew.backup.cloned(), shadows, source: crew.source })
}

//! On call: each schedule now, its shifts of the next weeks, its gaps. Who is on call is the rota's answer alone (INV-10); this file and those
//! beside it only word it: [`lanes`] (the weeks), [`turns`] (one's own, and the forms), [`plan`] (the form of a plan), [`load`].

pub mod lanes;
pub mod load;
pub mod plan;
pub mod policy;
pub mod turns;

use super::{Eyes, count, line};
use crate::views::{
    Choice, Empty, Field, Person, Shell,
    oncall::{OncallPage, ScheduleCard, ShiftRow},
};
use jiff::{SignedDuration, Timestamp};
use nightbell_calendar::{Gap, Member, Rota, Shift, ShiftSource};
use nightbell_engine::{
    domain::{
        ids::{ScheduleId, ServiceId, UserId},
        org::{CoverReason, Organisation, Schedule, Target},
    },
    proof::Hole,
    views,
};

/// How far ahead shifts are listed.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 28);
/// How far ahead gaps are looked for.
const GAPS_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 56);
/// How far around the listed span a shift's true begin and end are looked for.
const AROUND: SignedDuration = SignedDuration::from_hours(24 * 31);

/// Fills `/oncall`.
pub fn page(eyes: &Eyes<'_>, shell: Shell, holes: &[Hole]) -> OncallPage {
    let first = eyes.org.services.keys().next().cloned();
    let (asked, own) = views::requests_of(eyes.org, &eyes.me, eyes.now);
    let is_open = |(_, request): &&views::OnSchedule| request.is_open(eyes.now);
    let empty = if eyes.may_manage() {
        Empty::new("No schedule yet: only administrators are woken.", "/oncall/new", "Make one")
    } else {
        Empty { text: "No schedule yet: only administrators are woken. A manager can make one.".to_owned(), next: None }
    };
    let (holes, more_holes) = policy::holes(eyes, holes.iter().collect());
    OncallPage {
        shell,
        holes,
        more_holes,
        mine: turns::next(eyes),
        asked_count: asked.len(),
        own_count: own.iter().filter(is_open).count(),
        may_create: eyes.may_manage(),
        schedules: eyes.org.schedules.values().map(|schedule| card(eyes, schedule)).collect(),
        empty,
        services: services(eyes, first.as_ref()),
        at: Field::new(typed_instant(eyes, eyes.now)),
    }
}

/// The services to choose from.
pub fn services(eyes: &Eyes<'_>, chosen: Option<&ServiceId>) -> Vec<Choice> {
    let choice = |id: &ServiceId, name: &str| Choice::new(id.as_str(), line(name), Some(id) == chosen);
    eyes.org.services.values().map(|service| choice(&service.id, &service.name)).collect()
}

/// An instant as a `datetime-local` field holds it, in the reader's zone.
pub fn typed_instant(eyes: &Eyes<'_>, at: Timestamp) -> String {
    at.to_zoned(eyes.zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// Whether a policy or a response role counts on the schedule: only then is a gap a trouble.
pub fn is_relied_on(org: &Organisation, schedule: &str) -> bool {
    let steps = org
        .policies
        .values()
        .flat_map(|policy| policy.steps.iter().flat_map(|step| &step.notify).chain(&policy.last_resort));
    let roles = &org.response;
    let roles = [&roles.commander, &roles.ops, &roles.comms, &roles.scribe, &roles.execs].into_iter().flatten();
    steps.chain(roles).any(|target| match target {
        Target::Schedule(id) | Target::Backup(id) | Target::Next(id) => id.as_str() == schedule,
        Target::User(_) | Target::Team(_) | Target::Policy(_) => false,
    })
}

/// A schedule as it stands now.
pub(crate) fn card(eyes: &Eyes<'_>, schedule: &Schedule) -> ScheduleCard {
    let id = schedule.id.to_string();
    let blank = ScheduleCard {
        name: id.clone(),
        note: note(eyes, schedule),
        relied_on: is_relied_on(eyes.org, &id),
        id,
        primary: None,
        also: Vec::new(),
        backup: None,
        until: None,
        gaps: String::new(),
        next: String::new(),
        call: String::new(),
        may_take: false,
        may_give_back: false,
    };
    match look(eyes, schedule, blank) {
        Ok(card) => card,
        Err((blank, e)) => {
            let gaps = format!("this schedule cannot be read, so it reaches nobody: {e}");
            ScheduleCard { gaps, relied_on: true, ..*blank }
        }
    }
}

fn look(
    eyes: &Eyes<'_>,
    schedule: &Schedule,
    blank: ScheduleCard,
) -> Result<ScheduleCard, (Box<ScheduleCard>, String)> {
    let read = || -> Result<_, String> {
        let rota = eyes.org.rota(&schedule.id)?;
        let words = |e: nightbell_calendar::CalendarError| e.to_string();
        let now = rota.on_call(eyes.now).map_err(words)?;
        let missing = rota.gaps(eyes.now, ahead(eyes.now, GAPS_AHEAD)).map_err(words)?;
        let then = now.until.map(|until| rota.on_call(until)).transpose().map_err(words)?;
        Ok((now, missing, then))
    };
    let (now, missing, then) = match read() {
        Ok(read) => read,
        Err(e) => return Err((Box::new(blank), e)),
    };
    let is_me = now.primary.as_ref().is_some_and(|member| member.as_str() == eyes.me.as_str());
    let may = eyes.may_respond();
    let missing: Vec<Gap> = missing.into_iter().filter(|gap| !gap.declared).collect();
    let next = then.and_then(|then| then.primary).filter(|next| Some(next) != now.primary.as_ref());
    Ok(ScheduleCard {
        next: next.map_or_else(String::new, |next| format!("Then {}.", person(eyes, &next).name)),
        call: now.primary.as_ref().filter(|_| may && !is_me).map_or_else(String::new, |m| person(eyes, m).name),
        may_take: may && !is_me,
        may_give_back: may && is_me && has_taken(eyes, &schedule.id),
        primary: now.primary.as_ref().map(|member| person(eyes, member)),
        also: now.also.iter().map(|member| person(eyes, member)).collect(),
        backup: now.backup.as_ref().map(|member| person(eyes, member)),
        until: now.until.map(|until| eyes.when(until)),
        gaps: gap_words(eyes, &missing),
        ..blank
    })
}

/// `Payments · Europe/Berlin`.
pub(crate) fn note(eyes: &Eyes<'_>, schedule: &Schedule) -> String {
    let zone = &schedule.calendar.time_zone;
    let team =
        schedule.team.as_ref().map(|id| eyes.org.teams.get(id).map_or_else(|| id.to_string(), |team| line(&team.name)));
    team.map_or_else(|| zone.clone(), |team| format!("{team} · {zone}"))
}

/// Whether the reader's take-over runs.
fn has_taken(eyes: &Eyes<'_>, schedule: &ScheduleId) -> bool {
    eyes.org.covers.get(schedule).is_some_and(|cover| {
        cover.spans.iter().any(|span| {
            span.reason == CoverReason::TakeOver && span.span.user.as_str() == eyes.me.as_str() && span.to() > eyes.now
        })
    })
}

/// The shifts and gaps of the next weeks as words.
pub(crate) fn shift_rows(eyes: &Eyes<'_>, rota: &Rota) -> Vec<ShiftRow> {
    let listed = rota.shifts(back(eyes.now, AROUND), ahead(eyes.now, AHEAD + AROUND));
    listed.map_or_else(|_| Vec::new(), |listed| rows(eyes, &listed))
}

pub(crate) fn ahead(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

pub(crate) fn back(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}

pub(crate) fn person(eyes: &Eyes<'_>, member: &Member) -> Person {
    match member.as_str().parse::<UserId>() {
        Ok(user) => eyes.person_or_you(&user),
        Err(_) => Person::new(member.as_str(), ""),
    }
}

/// The shifts that touch the listed span, with the gaps between them.
fn rows(eyes: &Eyes<'_>, shifts: &[Shift]) -> Vec<ShiftRow> {
    let end = ahead(eyes.now, AHEAD);
    let mut rows = Vec::new();
    let mut covered_to = eyes.now;
    for shift in shifts.iter().filter(|shift| shift.to > eyes.now && shift.from < end) {
        if covered_to < shift.from {
            rows.push(gap_row(eyes, covered_to, shift.from));
        }
        rows.push(row(eyes, shift));
        covered_to = shift.to;
    }
    if covered_to < end {
        rows.push(gap_row(eyes, covered_to, end));
    }
    rows
}

fn row(eyes: &Eyes<'_>, shift: &Shift) -> ShiftRow {
    let mark = match shift.source {
        ShiftSource::Override => "override",
        ShiftSource::Layer(_) => "",
    };
    ShiftRow {
        from: eyes.when(shift.from),
        to: eyes.when(shift.to),
        length: length(shift.from, shift.to),
        primary: person(eyes, &shift.primary).name,
        backup: shift.backup.as_ref().map_or(String::new(), |member| person(eyes, member).name),
        mark: mark.to_owned(),
        gap: false,
        now: shift.from <= eyes.now,
    }
}

fn gap_row(eyes: &Eyes<'_>, from: Timestamp, to: Timestamp) -> ShiftRow {
    ShiftRow {
        from: eyes.when(from),
        to: eyes.when(to),
        length: length(from, to),
        primary: String::new(),
        backup: String::new(),
        mark: String::new(),
        gap: true,
        now: from <= eyes.now,
    }
}

/// `7 days`, `12 hours`, `30 minutes`: the largest unit that fits twice, rounded.
pub(crate) fn length(from: Timestamp, to: Timestamp) -> String {
    let minutes = to.duration_since(from).as_mins().unsigned_abs();
    match minutes {
        0..120 => count(minutes, "minute"),
        120..2_880 => count((minutes + 30) / 60, "hour"),
        _ => count((minutes + 720) / 1_440, "day"),
    }
}

fn gap_words(eyes: &Eyes<'_>, gaps: &[Gap]) -> String {
    let Some(Gap { from, to, .. }) = gaps.first() else { return String::new() };
    let number = count(u64::try_from(gaps.len()).unwrap_or(u64::MAX), "gap");
    let first = if *from <= eyes.now {
        "now".to_owned()
    } else {
        format!("on {}", from.to_zoned(eyes.zone.clone()).strftime("%a %-d %b %H:%M"))
    };
    let which = if gaps.len() == 1 { first } else { format!("the first {first}") };
    format!("{number} in the next 8 weeks, {which} for {}.", length(*from, *to))
}

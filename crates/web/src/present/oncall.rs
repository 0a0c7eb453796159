//! On call: each schedule now, its shifts of the next weeks, its gaps. Who is on call is the calendar's answer alone (INV-10); this file
//! only words it.

use super::{Eyes, count, line};
use crate::views::{
    Choice, Empty, Field, Person, Shell,
    oncall::{OncallPage, ScheduleCard, ShiftRow},
};
use jiff::{SignedDuration, Timestamp};
use nightbell_calendar::{CalendarError, Member, Shift, ShiftSource, gaps, on_call, shifts};
use nightbell_engine::domain::{
    ids::{ServiceId, UserId},
    org::{Organisation, Schedule, Target},
};

/// How far ahead shifts are listed.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 28);
/// How far ahead gaps are looked for.
const GAPS_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 56);
/// How far around the listed span a shift's true begin and end are looked for.
const AROUND: SignedDuration = SignedDuration::from_hours(24 * 31);

/// Fills `/oncall`.
pub fn page(eyes: &Eyes<'_>, shell: Shell) -> OncallPage {
    let first = eyes.org.services.keys().next().cloned();
    OncallPage {
        shell,
        schedules: eyes.org.schedules.values().map(|schedule| card(eyes, schedule)).collect(),
        empty: Empty::new(
            "No schedule yet: only administrators are woken. Describe one in the organisation files and apply them.",
            "/settings",
            "See the organisation",
        ),
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
        Target::Schedule(id) | Target::Backup(id) => id.as_str() == schedule,
        Target::User(_) | Target::Team(_) | Target::Policy(_) => false,
    })
}

fn card(eyes: &Eyes<'_>, schedule: &Schedule) -> ScheduleCard {
    let calendar = &schedule.calendar;
    let team =
        schedule.team.as_ref().map(|id| eyes.org.teams.get(id).map_or_else(|| id.to_string(), |team| line(&team.name)));
    let note = team.map_or_else(|| calendar.time_zone.clone(), |team| format!("{team} · {}", calendar.time_zone));
    let read = || -> Result<_, CalendarError> {
        let listed = shifts(calendar, back(eyes.now, AROUND), ahead(eyes.now, AHEAD + AROUND))?;
        let missing = gaps(calendar, eyes.now, ahead(eyes.now, GAPS_AHEAD))?;
        Ok((on_call(calendar, eyes.now)?, rows(eyes, &listed), gap_words(eyes, &missing)))
    };
    let id = schedule.id.to_string();
    let name = id.clone();
    let relied_on = is_relied_on(eyes.org, &id);
    match read() {
        Ok((now, shifts, gaps)) => ScheduleCard {
            id,
            name,
            note,
            primary: now.primary.as_ref().map(|member| person(eyes, member)),
            backup: now.backup.as_ref().map(|member| person(eyes, member)),
            until: now.until.map(|until| eyes.when(until)),
            shifts,
            gaps,
            relied_on,
        },
        Err(e) => {
            let gaps = format!("this schedule cannot be read, so it reaches nobody: {e}");
            let (primary, backup, until) = (None, None, None);
            ScheduleCard { id, name, note, primary, backup, until, shifts: Vec::new(), gaps, relied_on: true }
        }
    }
}

fn ahead(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn back(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}

fn person(eyes: &Eyes<'_>, member: &Member) -> Person {
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
fn length(from: Timestamp, to: Timestamp) -> String {
    let minutes = to.duration_since(from).as_mins().unsigned_abs();
    match minutes {
        0..120 => count(minutes, "minute"),
        120..2_880 => count((minutes + 30) / 60, "hour"),
        _ => count((minutes + 720) / 1_440, "day"),
    }
}

fn gap_words(eyes: &Eyes<'_>, gaps: &[(Timestamp, Timestamp)]) -> String {
    let Some((from, to)) = gaps.first() else { return String::new() };
    let number = count(u64::try_from(gaps.len()).unwrap_or(u64::MAX), "gap");
    let first = if *from <= eyes.now {
        "now".to_owned()
    } else {
        format!("on {}", from.to_zoned(eyes.zone.clone()).strftime("%a %-d %b %H:%M"))
    };
    let which = if gaps.len() == 1 { first } else { format!("the first {first}") };
    format!("{number} in the next 8 weeks, {which} for {}.", length(*from, *to))
}

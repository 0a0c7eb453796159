//! The reconciler of turns: whoever comes is told at the hand-off, and a day before the first turn of a run; requests that nobody took run out,
//! and who asked is warned before. How far it has looked is kept in the store, and so is whom it told of what, both in the transaction that owes
//! the message: never twice, never lost over a restart. A damaged schedule holds up no other.

use super::{change, say};
use crate::{Fault, Unit};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::{ScheduleId, UserId},
    org::{Organisation, Target},
    record::Instant,
};
use nightbell_store::{meta, response, signal};
use std::collections::{BTreeMap, BTreeSet};

/// Since when hand-offs must be looked at again.
const CURSOR: &str = "handoff";
/// A server that was away so long tells nobody of what happened before.
const LOOK_BACK_MAX: SignedDuration = SignedDuration::from_hours(24 * 7);
/// How far the mark may lag behind.
const MARK_LAGS_MAX: SignedDuration = SignedDuration::from_mins(10);
/// Whom it told is remembered so long: longer than it ever looks back.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 9);
/// Before the first turn of a run its holder is reminded.
const REMIND_BEFORE: SignedDuration = SignedDuration::from_hours(24);
/// Turns that follow within this are one run: five nights are one.
const RUN: SignedDuration = SignedDuration::from_hours(24);
/// How far a turn's ends are looked for.
const TURN_MAX: SignedDuration = SignedDuration::from_hours(24 * 92);
/// Open alerts and incidents that are counted.
const OPEN_MAX: u32 = 500;

/// Looks at every schedule; answers how many messages were owed. Idempotent.
///
/// # Errors
/// The store's.
pub fn handoff(unit: &mut Unit<'_>) -> Result<usize, Fault> {
    let now = unit.now;
    let kept = meta::get(unit.tx, CURSOR)?.and_then(|text| text.parse::<Instant>().ok());
    // A first start tells nobody of what was before it; a clock that was ahead must not keep it silent.
    let after = kept.unwrap_or(now).min(now).max(back(now, LOOK_BACK_MAX));
    let directory = unit.directory.clone();
    let mut told = 0;
    for schedule in directory.org.schedules.keys() {
        told += unit.apart("schedule", schedule, |unit| look(unit, schedule, after))?.unwrap_or(0);
    }
    // What was told is remembered by itself, so a mark that lags costs a second look and saves a write twice a minute.
    if kept.is_none_or(|kept| kept > now || now.duration_since(kept) >= MARK_LAGS_MAX) {
        meta::set(unit.tx, CURSOR, &now.to_string())?;
    }
    Ok(told)
}

fn look(unit: &mut Unit<'_>, schedule: &ScheduleId, after: Instant) -> Result<usize, Fault> {
    let directory = unit.directory.clone();
    let org = &directory.org;
    let asked = requests(unit, org, schedule, after)?;
    // A moment later than what was looked at before: spans are half-open, and this one is open at its begin.
    let begin = ahead(after, SignedDuration::from_nanos(1));
    let end = ahead(unit.now, REMIND_BEFORE + SignedDuration::from_nanos(1));
    let Some(handoffs) = org.rota(schedule).ok().and_then(|rota| rota.handoffs(begin, end).ok()) else {
        return Ok(asked);
    };
    let mut told = asked;
    for (at, member) in handoffs.iter().flat_map(|handoff| handoff.comes.iter().map(|member| (handoff.at, member))) {
        let Ok(user) = member.as_str().parse::<UserId>() else { continue };
        if at <= unit.now {
            told += usize::from(comes(unit, org, schedule, &user, at)?);
        } else if at > ahead(after, REMIND_BEFORE) {
            told += usize::from(remind(unit, org, schedule, &user, at)?);
        }
    }
    Ok(told)
}

/// "You are on call for payments until …"
fn comes(
    unit: &mut Unit<'_>,
    org: &Organisation,
    schedule: &ScheduleId,
    user: &UserId,
    at: Instant,
) -> Result<bool, Fault> {
    let turn = org.turns_on(schedule, user, at, ahead(at, TURN_MAX)).into_iter().find(|turn| turn.seat.is_on_call());
    // It may be over by now: the server was away.
    let Some(turn) = turn.filter(|turn| turn.from == at && turn.to > unit.now) else { return Ok(false) };
    if !once(unit, schedule, &format!("on {user} {at}"))? {
        return Ok(false);
    }
    // Whoever took it over knows.
    let own = org.covers.get(schedule).is_some_and(|cover| {
        cover.spans.iter().any(|span| span.at == at && span.from() == at && span.by.user() == Some(user))
    });
    if own {
        return Ok(false);
    }
    let title = format!("You are on call for {schedule} until {}", say::moment(org, user, turn.to));
    let mut body = open(unit, org, schedule)?;
    if let Some((by, text)) = note(org, schedule, at) {
        body = format!("{body}\nNote from {}: {text}", say::name(org, &by));
    }
    say::tell_other(unit, user, &say::house(), &title, &body, &say::page_of(schedule))?;
    Ok(true)
}

fn remind(
    unit: &mut Unit<'_>,
    org: &Organisation,
    schedule: &ScheduleId,
    user: &UserId,
    at: Instant,
) -> Result<bool, Fault> {
    let lately = org.turns_on(schedule, user, back(at, RUN), at);
    if lately.iter().any(|turn| turn.seat.is_on_call()) || !once(unit, schedule, &format!("soon {user} {at}"))? {
        return Ok(false);
    }
    let turn = org.turns_on(schedule, user, at, ahead(at, TURN_MAX)).into_iter().next();
    let until = turn.map_or(at, |turn| turn.to);
    let title = format!("On call for {schedule} tomorrow: {}", say::span(org, user, (at, until)));
    let body = "Can you be reached then? Test your phone, or ask somebody to take it.";
    say::tell_other(unit, user, &say::house(), &title, body, "/oncall/me")?;
    Ok(true)
}

/// `Open: 2 alerts, 1 incident.`, of what leads to the schedule.
fn open(unit: &mut Unit<'_>, org: &Organisation, schedule: &ScheduleId) -> Result<String, Fault> {
    let leads = |target: &Target| matches!(target, Target::Schedule(id) | Target::Backup(id) | Target::Next(id) if id == schedule);
    let policies: BTreeSet<_> = org
        .policies
        .values()
        .filter(|policy| policy.steps.iter().flat_map(|step| &step.notify).chain(&policy.last_resort).any(leads))
        .map(|policy| &policy.id)
        .collect();
    let ours = |service: Option<&nightbell_domain::ids::ServiceId>| {
        let policy = service.and_then(|id| org.services.get(id)).and_then(|service| service.policy.as_ref());
        policy.is_some_and(|policy| policies.contains(policy))
    };
    let alerts = signal::open(unit.tx, OPEN_MAX)?.iter().filter(|alert| ours(alert.service.as_ref())).count();
    let incidents = response::open(unit.tx, OPEN_MAX)?.iter().filter(|incident| incident.resolved_at.is_none()).count();
    let words = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
    Ok(match (alerts, incidents) {
        (0, 0) => "Nothing is open.".to_owned(),
        _ => format!("Open: {}, {}.", words(alerts, "alert"), words(incidents, "incident")),
    })
}

/// What whoever leaves at that instant wrote in their turn, the newest.
fn note(org: &Organisation, schedule: &ScheduleId, at: Instant) -> Option<(UserId, String)> {
    let cover = org.covers.get(schedule)?;
    let shifts = org.rota(schedule).ok()?.shifts(back(at, TURN_MAX), at).ok()?;
    let leaving = shifts.last().filter(|shift| shift.to == at)?.primary.clone();
    let since = shifts.iter().rev().take_while(|shift| shift.primary == leaving).last()?.from;
    let written = cover.notes.iter().rev().find(|note| note.at >= since && note.at <= at)?;
    Some((written.by.clone(), written.text.clone()))
}

/// Requests run out; who asked is warned before.
fn requests(unit: &mut Unit<'_>, org: &Organisation, schedule: &ScheduleId, after: Instant) -> Result<usize, Fault> {
    let now = unit.now;
    let Some(cover) = org.covers.get(schedule) else { return Ok(0) };
    let mut told = 0;
    for found in cover.unanswered(after, now) {
        let request = found.request;
        let hours = found.before.as_hours();
        if !once(unit, schedule, &format!("unanswered {hours} {}", request.id))? {
            continue;
        }
        let when = say::span(org, &request.user, (request.from, request.to));
        let title = format!("Nobody has taken {schedule} yet: it begins in {hours} h");
        let body = format!("{when}. It is yours until somebody takes it. Ask somebody by name, or the team.");
        say::tell_other(unit, &request.user, &say::house(), &title, &body, "/oncall/me")?;
        told += 1;
    }
    if cover
        .requests
        .iter()
        .any(|request| request.from <= now && request.status == nightbell_domain::org::RequestStatus::Open)
    {
        for request in change(unit, schedule, &say::house(), |cover| Ok(cover.expire(now)))? {
            let when = say::span(org, &request.user, (request.from, request.to));
            let title = format!("Nobody took {schedule}: it is yours");
            say::tell_other(unit, &request.user, &say::house(), &title, &format!("{when}."), "/oncall/me")?;
            told += 1;
        }
    }
    Ok(told)
}

/// True the first time: what was told of a schedule lately is kept beside it, and forgotten once nothing looks back that far.
fn once(unit: &mut Unit<'_>, schedule: &ScheduleId, what: &str) -> Result<bool, Fault> {
    let key = format!("{CURSOR}:{schedule}");
    // Damage in it may cost a second message, never the first.
    let known = meta::get(unit.tx, &key)?.and_then(|text| serde_json::from_str(&text).ok());
    let mut known: BTreeMap<String, Instant> = known.unwrap_or_default();
    if known.contains_key(what) {
        return Ok(false);
    }
    let since = back(unit.now, REMEMBERED);
    known.retain(|_, at| *at >= since);
    known.insert(what.to_owned(), unit.now);
    let text = serde_json::to_string(&known).map_err(|e| nightbell_store::StoreError::Corrupt(e.to_string()))?;
    meta::set(unit.tx, &key, &text)?;
    Ok(true)
}

fn ahead(at: Instant, by: SignedDuration) -> Instant {
    at.checked_add(by).unwrap_or(Instant::MAX)
}

fn back(at: Instant, by: SignedDuration) -> Instant {
    at.checked_sub(by).unwrap_or(Instant::MIN)
}

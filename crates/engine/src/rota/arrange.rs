//! Overrides, take-overs, undoing them, and the note to whoever comes next.

use super::{arranges, change, known, not_yours, person_known, say, stated};
use crate::{Fault, Unit};
use jiff::SignedDuration;
use nightbell_calendar::{Override, OverrideKind};
use nightbell_domain::{
    access::{Permit, Respond},
    ids::{ScheduleId, UserId},
    org::{Begin, CoverReason, CoverSpan, HandoffNote, Organisation},
    record::{Actor, Instant},
    refusal::Refusal,
};
use nightbell_store::paging as store;
use std::collections::BTreeSet;

/// Forms hold whole minutes, and people need some: a span that begins a little in the past begins now.
const TYPING: SignedDuration = SignedDuration::from_mins(5);
/// Longest note, in characters.
const NOTE_CHARS_MAX: usize = 2_000;
/// Waiting pages looked at for "these go on ringing".
const RINGING_MAX: u32 = 500;

/// Somebody takes, joins or watches a span.
#[derive(Debug, Clone)]
pub struct Arrange {
    /// Of which schedule.
    pub schedule: ScheduleId,
    /// Who.
    pub user: UserId,
    /// What they do there.
    pub kind: OverrideKind,
    /// Inclusive; not in the past.
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
    /// Whose place they take, when others are on call as well.
    pub instead_of: Option<UserId>,
    /// Why, for people.
    pub note: String,
    /// Why it is done although nothing reaches them.
    pub although: Option<String>,
}

/// What was arranged.
#[derive(Debug, Clone)]
pub struct Arranged {
    /// The span.
    pub span: CoverSpan,
    /// What speaks against it, though nothing forbids it.
    pub misgivings: Vec<String>,
}

/// What a take-over did.
#[derive(Debug, Clone)]
pub struct TakenOver {
    /// The spans, in order: one, unless others are on call as well and stay.
    pub spans: Vec<CoverSpan>,
    /// Until when the taker has it.
    pub until: Instant,
    /// Who was on call.
    pub from: Option<UserId>,
    /// Pages that ring for them now: those go on until somebody acknowledges; the next step rings whoever has taken over.
    pub ringing: usize,
}

/// Puts somebody into a span.
///
/// # Errors
/// No right to arrange for others; a span in the past; nobody of that name, or nothing reaches them and no reason is given; the place of
/// somebody who has none.
pub fn add_override(unit: &mut Unit<'_>, by: &Permit<Respond>, input: Arrange) -> Result<Arranged, Fault> {
    let (org, now, actor) = (unit.directory.clone(), unit.now, by.actor());
    let org = &org.org;
    known(org, &input.schedule)?;
    person_known(org, "user", &input.user)?;
    if *by.user() != input.user && !arranges(org, &input.schedule, by) {
        return Err(not_yours("You may not put somebody else on call.").into());
    }
    if let Some(other) = &input.instead_of {
        person_known(org, "instead_of", other)?;
        if input.kind != OverrideKind::Replace {
            return Err(Refusal::invalid("instead_of", "Only somebody who replaces takes a place.").into());
        }
    }
    let from = if input.from < now && now.duration_since(input.from) <= TYPING { now } else { input.from };
    if let Some(other) = &input.instead_of {
        org.has_place(&input.schedule, other, (from, input.to))?;
    }
    let counts = matches!(input.kind, OverrideKind::Replace | OverrideKind::Add);
    let needed: &[UserId] = if counts { std::slice::from_ref(&input.user) } else { &[] };
    let although = stated(org, needed, input.although.as_deref(), (&actor, now))?;
    let misgivings = if counts { org.misgivings(&input.schedule, &input.user, from, input.to) } else { Vec::new() };
    let note = note(&input.note)?;
    let span = Override {
        instead_of: input.instead_of.as_ref().map(|other| other.as_str().into()),
        note,
        ..Override::new(input.user.as_str(), from, input.to).kind(input.kind)
    };
    let reason = if counts { CoverReason::Override } else { CoverReason::Shadow };
    let span = CoverSpan { id: unit.ids().public_slug(), span, reason, by: actor.clone(), at: now, deal: None };
    let agreed = span.clone();
    change(unit, &input.schedule, &actor, |cover| {
        cover.although.extend(although);
        cover.agree(vec![agreed], now)
    })?;
    tell_of(unit, org, &input.schedule, std::slice::from_ref(&span), &actor)?;
    Ok(Arranged { span, misgivings })
}

/// Those whom new spans of one person concern, beside their author: who is put there, and everybody who would have been.
fn tell_of(
    unit: &mut Unit<'_>,
    before: &Organisation,
    schedule: &ScheduleId,
    spans: &[CoverSpan],
    actor: &Actor,
) -> Result<(), Fault> {
    let (Some(first), Some(last)) = (spans.first(), spans.last()) else { return Ok(()) };
    let page = say::page_of(schedule);
    let by = say::who(before, actor);
    let user: Option<UserId> = first.span.user.as_str().parse().ok();
    let times = (first.from(), last.to());
    let role = match first.span.kind {
        OverrideKind::Replace => "on call",
        OverrideKind::Add => "on call as well",
        OverrideKind::Shadow => "shadowing",
        OverrideKind::ReverseShadow => "called first, with whoever is on call behind you,",
    };
    let note = first.span.note.clone().unwrap_or_default();
    if let Some(user) = &user {
        let when = say::span(before, user, times);
        let title = format!("You are {role} for {schedule} from {when}");
        say::tell_other(unit, user, actor, &title, &format!("{by} arranged it. {note}"), &page)?;
    }
    let name = user.as_ref().map_or_else(String::new, |user| say::name(before, user));
    for was in relieved(before, schedule, spans).iter().filter(|was| Some(*was) != user.as_ref()) {
        let title = format!("You are free: {name} has {schedule}");
        let body = format!("From {}. {by} arranged it. {note}", say::span(before, was, times));
        say::tell_other(unit, was, actor, &title, &body, &page)?;
    }
    Ok(())
}

/// Whom spans relieve: whose place is taken, or whoever is on call in what is taken whole.
fn relieved(before: &Organisation, schedule: &ScheduleId, spans: &[CoverSpan]) -> BTreeSet<UserId> {
    let rota = before.rota(schedule).ok();
    let mut found = BTreeSet::new();
    for span in spans.iter().filter(|span| span.span.kind == OverrideKind::Replace) {
        let shifts = rota.as_ref().and_then(|rota| rota.shifts(span.from(), span.to()).ok()).unwrap_or_default();
        let on_call = shifts.iter().flat_map(nightbell_calendar::Shift::everyone);
        let gone = on_call.filter(|member| span.span.instead_of.as_ref().is_none_or(|place| place == *member));
        found.extend(gone.filter_map(|member| member.as_str().parse::<UserId>().ok()));
    }
    found
}

/// "I take over now": called first instead of whoever is, until whoever is on call would have handed over, or all of the way to a given time.
///
/// # Errors
/// On call already; nothing reaches the caller; nobody would hand over, so an end must be given; an end too far ahead.
pub fn take_over(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    schedule: &ScheduleId,
    until: Option<Instant>,
) -> Result<TakenOver, Fault> {
    let (directory, now, actor) = (unit.directory.clone(), unit.now, by.actor());
    let org = &directory.org;
    known(org, schedule)?;
    let readable = |e: String| Refusal::conflict("unreadable", format!("This schedule cannot be read: {e}."));
    let found = org.on_call(schedule, now).map_err(readable)?;
    if found.primary.as_ref().is_some_and(|member| member.as_str() == by.user().as_str()) {
        return Err(Refusal::conflict("on-call-already", "You are on call already.").into());
    }
    if !org.is_reachable(by.user()) {
        return Err(Refusal::conflict(
            "unreachable",
            "No proved method reaches you, so nobody would be called. Have one proved under Settings first.",
        )
        .into());
    }
    let until = match until {
        Some(until) => until,
        None => Begin::AfterCurrentShift.instant(&org.rota(schedule).map_err(readable)?, now)?,
    };
    if until <= now {
        return Err(Refusal::invalid("until", "Nobody would take it back from you: say until when you have it.").into());
    }
    let taken = org.instead_of_whoever(schedule, by.user(), (now, until))?;
    let was: Option<UserId> = found.primary.as_ref().and_then(|member| member.as_str().parse().ok());
    // Given back together.
    let deal = (taken.len() > 1).then(|| unit.ids().public_slug());
    let mut spans = Vec::with_capacity(taken.len());
    for span in taken {
        let (id, reason, deal) = (unit.ids().public_slug(), CoverReason::TakeOver, deal.clone());
        spans.push(CoverSpan { id, span, reason, by: actor.clone(), at: now, deal });
    }
    let agreed = spans.clone();
    change(unit, schedule, &actor, |cover| cover.agree(agreed, now))?;
    tell_of(unit, org, schedule, &spans, &actor)?;
    let ringing = was.as_ref().map_or(Ok(0), |was| ringing_for(unit, was))?;
    Ok(TakenOver { spans, until, from: was, ringing })
}

fn ringing_for(unit: &mut Unit<'_>, user: &UserId) -> Result<usize, Fault> {
    let waiting = store::open(unit.tx, RINGING_MAX)?.into_iter().filter(nightbell_domain::paging::Page::is_waiting);
    Ok(waiting.filter(|page| page.rings.iter().flat_map(|ring| &ring.rung).any(|rung| rung.user == *user)).count())
}

/// Gives back what the caller took over and still has.
///
/// # Errors
/// There is nothing of the kind.
pub fn give_back(unit: &mut Unit<'_>, by: &Permit<Respond>, schedule: &ScheduleId) -> Result<Vec<CoverSpan>, Fault> {
    let now = unit.now;
    // A take-over begins as it is said, and some of its stretches later.
    let runs = |span: &&CoverSpan| {
        span.reason == CoverReason::TakeOver && span.span.user.as_str() == by.user().as_str() && span.to() > now
    };
    let cover = unit.directory.org.covers.get(schedule);
    let id = cover.and_then(|cover| cover.spans.iter().rev().find(runs)).map(|span| span.id.clone());
    let id = id.ok_or_else(|| Refusal::conflict("nothing-taken", "You have taken nothing over here."))?;
    undo(unit, by, schedule, &id)
}

/// Undoes a span, and what came with it.
///
/// # Errors
/// Not theirs; over; a deal that has begun.
pub fn undo(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    schedule: &ScheduleId,
    id: &str,
) -> Result<Vec<CoverSpan>, Fault> {
    let (directory, now, actor) = (unit.directory.clone(), unit.now, by.actor());
    let org = &directory.org;
    known(org, schedule)?;
    let is_me = |user: &str| user == by.user().as_str();
    let concerned = |span: &CoverSpan| {
        is_me(span.span.user.as_str())
            || span.by.user() == Some(by.user())
            || span.span.instead_of.as_ref().is_some_and(|other| is_me(other.as_str()))
    };
    let cover = org.covers.get(schedule).ok_or_else(|| Refusal::not_found("agreed span", id))?;
    let deal = cover.span(id)?.deal.as_ref();
    let party = cover.requests.iter().any(|request| Some(&request.id) == deal && request.user == *by.user());
    if !arranges(org, schedule, by) && !concerned(cover.span(id)?) && !party {
        return Err(not_yours("Others agreed on that.").into());
    }
    let asker = cover.requests.iter().find(|request| Some(&request.id) == deal).map(|request| request.user.clone());
    let undone = change(unit, schedule, &actor, |cover| cover.undo(id, &actor, now))?;
    let mut told: Vec<UserId> = undone.iter().filter_map(|span| span.span.user.as_str().parse().ok()).collect();
    told.extend(asker);
    told.sort();
    told.dedup();
    for user in told {
        let times = undone.first().map(|span| (span.from(), span.to())).unwrap_or((now, now));
        let title = format!("Undone: the change on {schedule}, {}", say::span(org, &user, times));
        let body = format!("{} undid it; the plan holds again.", say::who(org, &actor));
        say::tell_other(unit, &user, &actor, &title, &body, &say::page_of(schedule))?;
    }
    Ok(undone)
}

/// A note to whoever comes next: shown on the schedule's page and in the notice of the hand-off.
///
/// # Errors
/// Empty or too long; the caller neither is on call nor arranges.
pub fn leave_note(unit: &mut Unit<'_>, by: &Permit<Respond>, schedule: &ScheduleId, text: &str) -> Result<(), Fault> {
    let (directory, now, actor) = (unit.directory.clone(), unit.now, by.actor());
    known(&directory.org, schedule)?;
    let on_call = directory.org.on_call(schedule, now).ok();
    let serves = on_call.is_some_and(|found| found.everyone().any(|member| member.as_str() == by.user().as_str()));
    if !serves && !arranges(&directory.org, schedule, by) {
        return Err(not_yours("Whoever is on call leaves the note.").into());
    }
    let text = note(text)?.ok_or_else(|| Refusal::invalid("note", "Write what whoever comes next should know."))?;
    let written = HandoffNote { by: by.user().clone(), at: now, text };
    change(unit, schedule, &actor, |cover| {
        cover.notes.push(written);
        Ok(())
    })
}

/// A line for people; `None` when there is none.
pub(super) fn note(text: &str) -> Result<Option<String>, Refusal> {
    let text = text.trim();
    if text.chars().count() > NOTE_CHARS_MAX {
        return Err(Refusal::invalid("note", format!("At most {NOTE_CHARS_MAX} characters.")));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

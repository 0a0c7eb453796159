//! Requests and swaps: ask, take, say no, take back.

use super::{arrange::note, arranges, change, known, not_yours, person_known, say, stated};
use crate::{Fault, Unit};
use nightbell_domain::{
    access::{Permit, Respond},
    ids::{ScheduleId, UserId},
    org::{CoverRequest, CoverSpan, Organisation, RequestStatus},
    record::Instant,
    refusal::Refusal,
};
use std::collections::BTreeSet;

/// Somebody asks.
#[derive(Debug, Clone)]
pub struct Ask {
    /// On which schedule.
    pub schedule: ScheduleId,
    /// Whose span it is.
    pub user: UserId,
    /// Inclusive.
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
    /// Who is asked; everybody of the schedule and its team when nobody is named.
    pub asked: Option<UserId>,
    /// A span of the one who is asked, taken in return.
    pub in_return: Option<(Instant, Instant)>,
    /// A line to read.
    pub note: String,
}

/// What taking a request did.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The request as it stands.
    pub request: CoverRequest,
    /// The spans that hold from now on.
    pub spans: Vec<CoverSpan>,
    /// What speaks against it, though nothing forbade it.
    pub misgivings: Vec<String>,
}

/// Everybody who may be asked on a schedule: whoever has turns in its plans, and the team.
pub fn everybody(org: &Organisation, schedule: &ScheduleId) -> BTreeSet<UserId> {
    let mut all = BTreeSet::new();
    let Some(found) = org.schedules.get(schedule) else { return all };
    let later = org.covers.get(schedule).map(|cover| cover.staged.as_slice()).unwrap_or_default();
    for plan in std::iter::once(&found.calendar).chain(later.iter().map(|staged| &staged.calendar)) {
        let slots = plan.layers.iter().flat_map(|layer| &layer.members).flat_map(|slot| &slot.members);
        all.extend(slots.filter_map(|member| member.as_str().parse::<UserId>().ok()));
    }
    all.extend(found.team.as_ref().and_then(|team| org.teams.get(team)).into_iter().flat_map(|t| t.members.clone()));
    all.retain(|user| org.users.contains_key(user));
    all
}

/// Asks for somebody to take a span, for oneself or for somebody else.
///
/// # Errors
/// No right to ask for others; not on call in that span; a span in the past; asked for already.
pub fn ask(unit: &mut Unit<'_>, by: &Permit<Respond>, input: Ask) -> Result<CoverRequest, Fault> {
    let (directory, now, actor) = (unit.directory.clone(), unit.now, by.actor());
    let org = &directory.org;
    known(org, &input.schedule)?;
    person_known(org, "user", &input.user)?;
    if *by.user() != input.user && !arranges(org, &input.schedule, by) {
        return Err(not_yours("You may not ask for somebody else.").into());
    }
    if let Some(asked) = &input.asked {
        person_known(org, "asked", asked)?;
    }
    // A turn that runs is asked for from now on.
    let from = if input.from < now { now } else { input.from };
    let request = CoverRequest {
        id: unit.ids().public_slug(),
        user: input.user.clone(),
        from: if from == now { step_ahead(now) } else { from },
        to: input.to,
        asked: input.asked.clone(),
        in_return: input.in_return,
        note: note(&input.note)?.unwrap_or_default(),
        by: actor.clone(),
        at: now,
        status: RequestStatus::Open,
    };
    let kept = request.clone();
    change(unit, &input.schedule, &actor, |cover| {
        cover.ask(kept.clone())?;
        if !org.holds(&input.schedule, &kept.user, kept.from, kept.to) {
            return Err(Refusal::invalid("from", format!("@{} is not on call through all of that span.", kept.user)));
        }
        match (&kept.asked, kept.in_return) {
            (Some(asked), Some((from, to))) if !org.holds(&input.schedule, asked, from, to) => Err(Refusal::invalid(
                "in_return",
                format!("@{asked} is not on call through all of the span in return."),
            )),
            _ => Ok(()),
        }
    })?;
    tell_asked(unit, org, &input.schedule, &request)?;
    Ok(request)
}

/// Whoever asks for the turn that runs needs a moment to be answered: the request then begins in a quarter of an hour.
fn step_ahead(now: Instant) -> Instant {
    now.checked_add(jiff::SignedDuration::from_mins(15)).unwrap_or(now)
}

fn tell_asked(
    unit: &mut Unit<'_>,
    org: &Organisation,
    schedule: &ScheduleId,
    request: &CoverRequest,
) -> Result<(), Fault> {
    let asked = match &request.asked {
        Some(user) => BTreeSet::from([user.clone()]),
        None => everybody(org, schedule),
    };
    let asker = say::name(org, &request.user);
    for user in asked.iter().filter(|user| request.is_put_to(user)) {
        let when = say::span(org, user, (request.from, request.to));
        let title = match request.in_return {
            Some(_) => format!("Swap? {asker} asks you to take {schedule}, {when}"),
            None => format!("Can you take {schedule}, {when}? {asker} asks"),
        };
        let back = request.in_return.map(|back| format!("You would be free {}. ", say::span(org, user, back)));
        let body = format!("{}{}", back.unwrap_or_default(), request.note);
        say::tell_other(unit, user, &request.by, &title, body.trim(), "/oncall/me")?;
    }
    Ok(())
}

/// Takes a request, for oneself or (managers, the team) for somebody else. The first one wins.
///
/// # Errors
/// Taken, over or not theirs; on call then already; the rota would not say so afterwards; nothing reaches them and no reason is given.
pub fn accept(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    schedule: &ScheduleId,
    id: &str,
    taker: Option<UserId>,
    although: Option<&str>,
) -> Result<Taken, Fault> {
    let (directory, now, actor) = (unit.directory.clone(), unit.now, by.actor());
    let org = &directory.org;
    known(org, schedule)?;
    let taker = taker.unwrap_or_else(|| by.user().clone());
    person_known(org, "user", &taker)?;
    if taker != *by.user() && !arranges(org, schedule, by) {
        return Err(not_yours("You may not take it for somebody else.").into());
    }
    let cover = org.covers.get(schedule).ok_or_else(|| Refusal::not_found("request", id))?;
    let request = cover.request(id)?.clone();
    let mut agreed = None;
    change(unit, schedule, &actor, |cover| {
        let open = request.is_open(now) && request.is_put_to(&taker);
        if open {
            fits(org, schedule, &request, &taker)?;
        }
        let although = if open { stated(org, std::slice::from_ref(&taker), although, (&actor, now))? } else { None };
        let places = |request: &CoverRequest| {
            let mut taken = vec![org.in_place_of(schedule, (&taker, &request.user), (request.from, request.to))?];
            if let Some(back) = request.in_return {
                taken.push(org.in_place_of(schedule, (&request.user, &taker), back)?);
            }
            Ok(taken)
        };
        let reason = although.as_ref().map(|although| although.reason.clone());
        let spans = cover.accept(id, &taker, (&actor, now), places, reason)?;
        cover.although.extend(although);
        agreed = Some((spans, cover.request(id)?.clone()));
        Ok(())
    })?;
    let (spans, request) = agreed.ok_or_else(|| Refusal::not_found("request", id))?;
    tell_taken(unit, org, schedule, &request, &taker, by)?;
    let misgivings = org.misgivings(schedule, &taker, request.from, request.to);
    Ok(Taken { request, spans, misgivings })
}

/// The span is still what it was when it was asked for, and whoever takes it is free on this schedule.
fn fits(org: &Organisation, schedule: &ScheduleId, request: &CoverRequest, taker: &UserId) -> Result<(), Refusal> {
    let gone = |who: &UserId| {
        Refusal::conflict("changed", format!("@{who} no longer has that span: the plan has changed. Ask anew."))
    };
    if !org.holds(schedule, &request.user, request.from, request.to) {
        return Err(gone(&request.user));
    }
    if request.in_return.is_some_and(|(from, to)| !org.holds(schedule, taker, from, to)) {
        return Err(gone(taker));
    }
    let busy = org.turns_on(schedule, taker, request.from, request.to).into_iter().find(|turn| turn.seat.is_on_call());
    match busy {
        Some(_) => Err(Refusal::conflict("busy", format!("@{taker} is on call on {schedule} then already."))),
        None => Ok(()),
    }
}

fn tell_taken(
    unit: &mut Unit<'_>,
    org: &Organisation,
    schedule: &ScheduleId,
    request: &CoverRequest,
    taker: &UserId,
    by: &Permit<Respond>,
) -> Result<(), Fault> {
    let name = say::name(org, taker);
    let mut told = BTreeSet::from([request.user.clone(), taker.clone()]);
    told.extend(request.by.user().cloned());
    for user in told {
        let when = say::span(org, &user, (request.from, request.to));
        let title = format!("{name} takes {schedule}, {when}");
        let back = request
            .in_return
            .map(|back| format!("In return {} takes {}.", say::name(org, &request.user), say::span(org, &user, back)));
        say::tell_other(unit, &user, &by.actor(), &title, &back.unwrap_or_default(), &say::page_of(schedule))?;
    }
    Ok(())
}

/// Says no to what one was asked for by name.
///
/// # Errors
/// Somebody else was asked, or it is over.
pub fn decline(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    schedule: &ScheduleId,
    id: &str,
) -> Result<CoverRequest, Fault> {
    let (directory, now, actor) = (unit.directory.clone(), unit.now, by.actor());
    let request = change(unit, schedule, &actor, |cover| cover.decline(id, by.user(), now))?;
    let org = &directory.org;
    let when = say::span(org, &request.user, (request.from, request.to));
    let title = format!("{} cannot take {schedule}, {when}", say::name(org, by.user()));
    say::tell_other(
        unit,
        &request.user,
        &actor,
        &title,
        "It is still yours. Ask somebody else, or everybody.",
        "/oncall/me",
    )?;
    Ok(request)
}

/// Takes a request back: whose it is, who asked, or whoever arranges.
///
/// # Errors
/// Not theirs; answered already, or over.
pub fn withdraw(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    schedule: &ScheduleId,
    id: &str,
) -> Result<CoverRequest, Fault> {
    let (directory, now, actor) = (unit.directory.clone(), unit.now, by.actor());
    known(&directory.org, schedule)?;
    let cover = directory.org.covers.get(schedule).ok_or_else(|| Refusal::not_found("request", id))?;
    let request = cover.request(id)?;
    let own = request.user == *by.user() || request.by.user() == Some(by.user());
    if !own && !arranges(&directory.org, schedule, by) {
        return Err(not_yours("It is somebody else's request.").into());
    }
    let request = change(unit, schedule, &actor, |cover| cover.withdraw(id, &actor, now))?;
    if let Some(asked) = &request.asked {
        let when = say::span(&directory.org, asked, (request.from, request.to));
        let title = format!("No longer needed: {schedule}, {when}");
        say::tell_other(unit, asked, &actor, &title, "The request was taken back.", "/oncall/me")?;
    }
    Ok(request)
}

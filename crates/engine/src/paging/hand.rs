//! People pass a page on or put it off: "not mine", hand over to a policy or person, snooze, still on it, raise. Is not: taking or ending it
//! (`act`).

use super::{
    LinkHolder,
    act::{cancel_queued, load, subject_follows, taken},
    escalate::advance,
    start::in_turn,
};
use crate::{Fault, Unit};
use nightbell_domain::{
    access::{Permit, Respond},
    ids::PageId,
    org::{Target, Urgency},
    paging::{Page, PageEvent, PolicySnapshot, Rank, Subject},
    record::{Actor, Instant},
    refusal::Refusal,
    signal::Alert,
};
use nightbell_store::paging as store;

fn holder_of(holder: &LinkHolder) -> Actor {
    Actor::User(holder.user().clone())
}

/// "Not mine": whoever is next rings now.
pub fn hand_over(unit: &mut Unit<'_>, by: &Permit<Respond>, id: PageId) -> Result<Page, Fault> {
    pass_on(unit, id, &by.actor())
}

/// "Not mine", from the link in a message.
pub fn hand_over_by_link(unit: &mut Unit<'_>, holder: &LinkHolder) -> Result<Page, Fault> {
    pass_on(unit, holder.page(), &holder_of(holder))
}

pub(super) fn pass_on(unit: &mut Unit<'_>, id: PageId, actor: &Actor) -> Result<Page, Fault> {
    let page = load(unit, id)?;
    let events = page.hand_over(unit.now)?;
    let page = unit.commit(page, events, actor)?;
    advance(unit, page)
}

/// Hands a page to another policy or person, from the first step, with a reason; one that somebody has acknowledged too.
pub fn hand_to(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    id: PageId,
    to: &Target,
    reason: &str,
) -> Result<Page, Fault> {
    give(unit, id, &by.actor(), to, reason)
}

/// The same from the link in a message.
pub fn hand_to_by_link(unit: &mut Unit<'_>, holder: &LinkHolder, to: &Target, reason: &str) -> Result<Page, Fault> {
    give(unit, holder.page(), &holder_of(holder), to, reason)
}

fn give(unit: &mut Unit<'_>, id: PageId, actor: &Actor, to: &Target, reason: &str) -> Result<Page, Fault> {
    let page = load(unit, id)?;
    let directory = unit.directory.clone();
    let org = &directory.org;
    let policy = match to {
        Target::Policy(policy) => {
            let found = org.policies.get(policy).ok_or_else(|| Refusal::not_found("policy", policy))?;
            PolicySnapshot::of(org, found)
        }
        _ => {
            let reached = org.reach(to, unit.now);
            let people = reached.map_err(|why| Refusal::invalid("to", format!("Nobody would be reached: {why}.")))?;
            let can = |user| org.person(user).is_some_and(|person| !person.ladder(page.urgency).is_empty());
            if !people.iter().any(|person| can(&person.user)) {
                let why = format!("Nobody of {to} has a verified contact method; choose somebody else.");
                return Err(Refusal::invalid("to", why).into());
            }
            // A person has no time-out of their own: whoever forgets it is reminded as before.
            PolicySnapshot { ack_timeout: page.policy.ack_timeout, ..PolicySnapshot::direct(vec![to.clone()]) }
        }
    };
    let policy = knowing(unit, &page, policy)?;
    let events = page.hand_to(to.clone(), policy, reason, unit.now)?;
    let mut given = Vec::with_capacity(events.len());
    for event in events {
        given.push(match event {
            PageEvent::HandedTo { to, reason, policy, cycle, next_due_at } => {
                PageEvent::HandedTo { to, reason, policy: in_turn(unit, policy)?, cycle, next_due_at }
            }
            other => other,
        });
    }
    let page = unit.commit(page, given, actor)?;
    cancel_queued(unit, &page, &format!("handed over to {to} by {actor}"), None)?;
    rings_again(unit, &page)?;
    advance(unit, page)
}

/// With what the conditions of its steps are asked of: the alert as it is now.
fn knowing(unit: &mut Unit<'_>, page: &Page, policy: PolicySnapshot) -> Result<PolicySnapshot, Fault> {
    let Subject::Alert { alert } = &page.subject else { return Ok(policy) };
    let alert = unit.load::<Alert>(alert)?;
    Ok(match alert {
        Some(alert) => policy.knowing(&alert.labels, alert.severity),
        None => policy,
    })
}

/// A page that somebody had rings again: nobody has its alert any more, so that whoever takes it next, a tool too, takes both.
pub(super) fn rings_again(unit: &mut Unit<'_>, page: &Page) -> Result<(), Fault> {
    let Subject::Alert { alert } = &page.subject else { return Ok(()) };
    let Some(alert) = unit.load::<Alert>(alert)? else { return Ok(()) };
    let events = alert.fires_again();
    if events.is_empty() {
        return Ok(());
    }
    crate::signal::record(unit, alert, events, &Actor::system("escalate")).map(drop)
}

/// Puts a page off: it is acknowledged until then, and rings again if it is not over.
pub fn snooze(unit: &mut Unit<'_>, by: &Permit<Respond>, id: PageId, until: Instant) -> Result<Page, Fault> {
    put_off(unit, id, &by.actor(), by.via().word(), until)
}

/// The same from the link in a message.
pub fn snooze_by_link(unit: &mut Unit<'_>, holder: &LinkHolder, until: Instant) -> Result<Page, Fault> {
    put_off(unit, holder.page(), &holder_of(holder), "link", until)
}

/// Puts off every page of a subject that is not over.
pub(crate) fn snooze_for(
    unit: &mut Unit<'_>,
    subject: &str,
    actor: &Actor,
    via: &str,
    until: Instant,
) -> Result<usize, Fault> {
    let open: Vec<PageId> =
        store::of_subject(unit.tx, subject)?.iter().filter(|page| !page.is_ended()).map(|page| page.id).collect();
    for id in &open {
        put_off(unit, *id, actor, via, until)?;
    }
    Ok(open.len())
}

fn put_off(unit: &mut Unit<'_>, id: PageId, actor: &Actor, via: &str, until: Instant) -> Result<Page, Fault> {
    let page = load(unit, id)?;
    let until = nightbell_domain::record::to_microsecond(until);
    let events = page.snooze(actor, via, until, unit.now)?;
    let rang = page.is_waiting();
    let page = taken(unit, page, events, actor)?;
    if rang { subject_follows(unit, page, actor) } else { Ok(page) }
}

/// "Still on it": the acknowledgement is good for its whole time again.
pub fn prolong(unit: &mut Unit<'_>, by: &Permit<Respond>, id: PageId) -> Result<Page, Fault> {
    keep(unit, id, &by.actor())
}

/// The same from the link in a message.
pub fn prolong_by_link(unit: &mut Unit<'_>, holder: &LinkHolder) -> Result<Page, Fault> {
    keep(unit, holder.page(), &holder_of(holder))
}

pub(super) fn keep(unit: &mut Unit<'_>, id: PageId, actor: &Actor) -> Result<Page, Fault> {
    let page = load(unit, id)?;
    let events = page.prolong(unit.now)?;
    let page = unit.commit(page, events, actor)?;
    cancel_queued(unit, &page, &format!("{actor} is still on it"), None)?;
    Ok(page)
}

/// Makes a page of low urgency urgent: one that is held rings at once.
pub fn raise(unit: &mut Unit<'_>, by: &Permit<Respond>, id: PageId) -> Result<Page, Fault> {
    let page = load(unit, id)?;
    let why = format!("raised by @{}", by.user());
    louder(unit, page, &why, Rank::THIRD, &by.actor())
}

/// The same for every page of a subject that became worse.
pub(crate) fn raise_for(unit: &mut Unit<'_>, subject: &str, why: &str, rank: Rank, actor: &Actor) -> Result<(), Fault> {
    for page in store::of_subject(unit.tx, subject)?.into_iter().filter(|page| page.urgency == Urgency::Low) {
        louder(unit, page, why, rank, actor)?;
    }
    Ok(())
}

fn louder(unit: &mut Unit<'_>, page: Page, why: &str, rank: Rank, actor: &Actor) -> Result<Page, Fault> {
    let events = page.raise(why, rank, unit.now);
    let again = matches!(events.first(), Some(PageEvent::Raised { cycle: Some(_), .. }));
    let page = unit.commit(page, events, actor)?;
    if again {
        // What waits for the end of somebody's quiet hours, or is a gentle method, is owed anew as what it is now.
        cancel_queued(unit, &page, why, None)?;
        rings_again(unit, &page)?;
    }
    advance(unit, page)
}

/// An alert says something else: what is asked of it by the pages that ring for it is asked of that.
pub(crate) fn learn_for(unit: &mut Unit<'_>, alert: &Alert, actor: &Actor) -> Result<(), Fault> {
    for page in store::of_subject(unit.tx, &alert.id.to_string())? {
        let events = page.learn(&alert.labels, alert.severity);
        if !events.is_empty() {
            unit.commit(page, events, actor)?;
        }
    }
    Ok(())
}

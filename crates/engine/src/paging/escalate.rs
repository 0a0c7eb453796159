//! The `escalate` reconciler: pages whose alarm rang take their next step. Idempotent; no input but the clock.

use super::{bundle, due, wake};
use crate::{Fault, Unit};
use nightbell_domain::{
    ids::{PageId, UserId},
    paging::{MessageKind, Owed, Page, PageEvent, Rung, Subject, owed},
    record::{Actor, Aggregate, Recorded},
};
use nightbell_store::paging as store;

/// Most pages advanced in one unit of work.
const PAGES_MAX: u32 = 200;

/// Advances every due page, then wakes those whose acknowledgement runs out: the most severe first, in each rank the most overdue (INV-15).
/// Answers how many were due.
pub fn escalate(unit: &mut Unit<'_>) -> Result<usize, Fault> {
    let (_, ringing) = due::each(unit, "page", PAGES_MAX, store::due_pages, advance_one)?;
    let (_, woken) = due::each(unit, "page", PAGES_MAX, store::due_wakes, wake::one)?;
    Ok(ringing + woken)
}

fn advance_one(unit: &mut Unit<'_>, id: PageId) -> Result<(), Fault> {
    let page = unit.load::<Page>(id)?.ok_or_else(|| Fault::missing("page", id))?;
    advance(unit, page).map(drop)
}

/// Takes every step of a page that is due now and owes its notifications.
pub fn advance(unit: &mut Unit<'_>, page: Page) -> Result<Page, Fault> {
    let directory = unit.directory.clone();
    let events = page.advance(&directory.org, unit.now);
    let rings = rings(&page, &events);
    let copies = copies(&events);
    let page = unit.commit(page, events, &Actor::system("escalate"))?;
    ring_all(unit, &page, rings)?;
    tell_copies(unit, &page, copies)?;
    if page.is_ended() && matches!(page.subject, Subject::Proof { .. }) {
        crate::people::unanswered(unit, &page)?;
    }
    Ok(page)
}

/// Begins a page and takes every step that is due at once, in one write.
pub(super) fn begin(unit: &mut Unit<'_>, started: PageEvent, actor: &Actor) -> Result<Page, Fault> {
    let first = Recorded { seq: 1, at: unit.now, actor: actor.clone(), event: started.clone() };
    let page = Page::evolve(None, &first).ok_or_else(|| Fault::missing("page", "(new)"))?;
    let events = page.advance(&unit.directory.org, unit.now);
    let rings = rings(&page, &events);
    let copies = copies(&events);
    let house = Actor::system("escalate");
    let events = events.into_iter().map(|event| (event, house.clone()));
    let page = unit.create_by(std::iter::once((started, actor.clone())).chain(events).collect())?;
    ring_all(unit, &page, rings)?;
    tell_copies(unit, &page, copies)?;
    Ok(page)
}

/// Repeat, step, whom.
type RingOf = ((u32, u32), Vec<Rung>);

/// What rings by these events.
fn rings(page: &Page, events: &[PageEvent]) -> Vec<RingOf> {
    let last = page.policy.end();
    let ring = |event: &PageEvent| match event {
        PageEvent::StepRang { cycle, step, rung, .. } => Some(((*cycle, *step), rung.clone())),
        PageEvent::LastResortRang { cycle, rung, .. } => Some(((*cycle, last), rung.clone())),
        _ => None,
    };
    events.iter().filter_map(ring).collect()
}

/// Who gets a copy by these events.
fn copies(events: &[PageEvent]) -> Vec<RingOf> {
    let of = |event: &PageEvent| match event {
        PageEvent::StepRang { cycle, step, copies, .. } => Some(((*cycle, *step), copies.clone())),
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

/// A copy goes out once, by the person's first method: nobody counts on them, and nothing follows from it.
fn tell_copies(unit: &mut Unit<'_>, page: &Page, copies: Vec<RingOf>) -> Result<(), Fault> {
    for (place, watching) in copies {
        for person in watching {
            tell_first(unit, page, MessageKind::Notice, place, &person.user)?;
        }
    }
    Ok(())
}

/// One message to a person, by the first method of their ladder.
pub(super) fn tell_first(
    unit: &mut Unit<'_>,
    page: &Page,
    kind: MessageKind,
    place: (u32, u32),
    user: &UserId,
) -> Result<(), Fault> {
    let directory = unit.directory.clone();
    match owed(&directory.org, page, user, unit.now).into_iter().min_by_key(|owed| owed.due_at) {
        Some(first) => {
            // Now rather than at its place in the ladder; but what could wait waits for the end of quiet hours, as the page itself does.
            let due_at = if first.waits.is_some() { first.due_at } else { unit.now };
            bundle::owe(unit, page, kind, place, Owed { due_at, ..first })
        }
        None => Ok(()),
    }
}

fn ring_all(unit: &mut Unit<'_>, page: &Page, rings: Vec<RingOf>) -> Result<(), Fault> {
    for (place, rung) in rings {
        for person in rung {
            ring(unit, page, place, &person)?;
        }
    }
    Ok(())
}

/// Owes one person their ladder of notifications for one step.
fn ring(unit: &mut Unit<'_>, page: &Page, place: (u32, u32), person: &Rung) -> Result<(), Fault> {
    let directory = unit.directory.clone();
    for owed in owed(&directory.org, page, &person.user, unit.now) {
        bundle::owe(unit, page, MessageKind::Page, place, owed)?;
    }
    Ok(())
}

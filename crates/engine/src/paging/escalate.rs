//! The `escalate` reconciler: pages whose alarm rang take their next step. Idempotent; no input but the clock.

use super::{bundle, due};
use crate::{Fault, Unit};
use nightbell_domain::{
    ids::PageId,
    paging::{MessageKind, Page, PageEvent, Rung, owed},
    record::{Actor, Aggregate, Recorded},
};
use nightbell_store::paging as store;

/// Most pages advanced in one unit of work.
const PAGES_MAX: u32 = 200;

/// Advances every due page: the most severe first, in each rank the most overdue (INV-15). Answers how many were due.
pub fn escalate(unit: &mut Unit<'_>) -> Result<usize, Fault> {
    due::each(unit, "page", PAGES_MAX, store::due_pages, advance_one).map(|(_, count)| count)
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
    let page = unit.commit(page, events, &Actor::system("escalate"))?;
    ring_all(unit, &page, rings)?;
    Ok(page)
}

/// Begins a page and takes every step that is due at once, in one write.
pub(super) fn begin(unit: &mut Unit<'_>, started: PageEvent, actor: &Actor) -> Result<Page, Fault> {
    let first = Recorded { seq: 1, at: unit.now, actor: actor.clone(), event: started.clone() };
    let page = Page::evolve(None, &first).ok_or_else(|| Fault::missing("page", "(new)"))?;
    let events = page.advance(&unit.directory.org, unit.now);
    let rings = rings(&page, &events);
    let house = Actor::system("escalate");
    let events = events.into_iter().map(|event| (event, house.clone()));
    let page = unit.create_by(std::iter::once((started, actor.clone())).chain(events).collect())?;
    ring_all(unit, &page, rings)?;
    Ok(page)
}

/// Repeat, step, whom.
type RingOf = ((u32, u32), Vec<Rung>);

/// What rings by these events.
fn rings(page: &Page, events: &[PageEvent]) -> Vec<RingOf> {
    let last = u32::try_from(page.policy.steps.len()).unwrap_or(u32::MAX);
    let ring = |event: &PageEvent| match event {
        PageEvent::StepRang { cycle, step, rung, .. } => Some(((*cycle, *step), rung.clone())),
        PageEvent::LastResortRang { cycle, rung, .. } => Some(((*cycle, last), rung.clone())),
        _ => None,
    };
    events.iter().filter_map(ring).collect()
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

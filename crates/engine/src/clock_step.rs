//! The wall clock was set back, or was ahead before this server started (INV-13): alarms that were armed by a clock that was ahead are armed
//! anew, so that what rings does not stand still until the clock shows that time again.
//!
//! Moved are waits: the next step of a page, a message's own place in its ladder, a retry, a lease, a bundle, a heartbeat that is waited for, a
//! mail to a reader.
//! Not moved is what people were told or told others as a time of day: a promised update, the deadlines of an incident, a postmortem's day, a
//! shift. Finds its work in the store, a slice at a time; doing it again moves nothing. Called by the pump: at its start, and when it sees the
//! wall clock fall behind the monotonic one. Absent from here: clocks, and any other decision about what waits.

use crate::{Fault, Unit, heartbeat};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::PageId,
    paging::{NotificationStatus, Page, Rank, clock_step, later},
    record::{Actor, Instant},
};
use nightbell_store::{
    StoreError, Tx,
    clock_step::{self as store, Place, Waiting},
    journal, paging,
};
use std::collections::BTreeSet;

/// Most alarms looked at in one unit of work.
const LOOKED_AT_MAX: u32 = 500;

/// How far a look at everything that waits has come. The default is its beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    list: usize,
    after: Option<Place>,
}

/// What one slice did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// Where to go on; `None` when everything was looked at.
    pub next: Option<Progress>,
    /// Pages and heartbeats of which something was armed anew.
    pub moved: usize,
}

type List = fn(&mut dyn Tx, Rank, &Place, u32) -> Result<Vec<Waiting>, StoreError>;

/// What waits on pages, rank by rank: the most severe first.
fn lists() -> impl Iterator<Item = (List, Rank)> {
    let both: [List; 2] = [store::pages, store::messages];
    both.into_iter().flat_map(|list| Rank::ALL.into_iter().map(move |rank| (list, rank)))
}

/// Looks at the next slice of what waits, and arms anew what was armed by a clock that was ahead. `by`: how far the clock was set back, when
/// somebody was there to see it.
///
/// # Errors
/// The store's. One damaged page is left out, the others go on.
pub fn stepped_back(unit: &mut Unit<'_>, by: Option<SignedDuration>, from: &Progress) -> Result<Slice, Fault> {
    // Whatever is due by now needs nobody's help.
    let begin = Place { due_at: unit.now, id: String::new() };
    let mut after = from.after.clone().unwrap_or_else(|| begin.clone());
    let (mut room, mut moved) = (LOOKED_AT_MAX, 0);
    for (n, (list, rank)) in lists().enumerate().skip(from.list) {
        let found = list(unit.tx, rank, &after, room)?;
        for page in suspects(&found, unit.now) {
            let done = unit.apart("page", page, |unit| put_right(unit, page, by))?;
            moved += usize::from(done == Some(true));
        }
        let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
        if let Some(last) = found.into_iter().last().filter(|_| count >= room) {
            return Ok(Slice { next: Some(Progress { list: n, after: Some(last.place) }), moved });
        }
        room -= count;
        after = begin.clone();
    }
    let ahead_of = later(unit.now, clock_step::TOLERANCE);
    moved += heartbeat::heard_ahead(unit, ahead_of)?;
    nightbell_store::subscriber::bring_forward(unit.tx, unit.now, ahead_of)?;
    Ok(Slice { next: None, moved })
}

/// Whose alarm may have been armed after now.
fn suspects(found: &[Waiting], now: Instant) -> BTreeSet<PageId> {
    let ahead = |waiting: &&Waiting| waiting.armed_by.is_some_and(|at| at > later(now, clock_step::TOLERANCE));
    found.iter().filter(ahead).map(|waiting| waiting.page).collect()
}

/// One page and its messages. True when something was armed anew.
fn put_right(unit: &mut Unit<'_>, id: PageId, by: Option<SignedDuration>) -> Result<bool, Fault> {
    let page = unit.load::<Page>(id)?.ok_or_else(|| Fault::missing("page", id))?;
    let history = journal::stream::<Page>(unit.tx, &id.to_string())?;
    let waits = |status| matches!(status, NotificationStatus::Queued | NotificationStatus::Sending);
    let mut messages = paging::of_page(unit.tx, id)?;
    messages.retain(|n| waits(n.status));
    let Some(rearmed) = clock_step::put_right(&page, &history, &messages, unit.now, by) else { return Ok(false) };
    unit.commit(page, vec![rearmed.event], &Actor::system("clock"))?;
    for (before, after) in &rearmed.messages {
        paging::save(unit.tx, before, after)?;
    }
    Ok(true)
}

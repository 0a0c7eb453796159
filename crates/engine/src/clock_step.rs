//! The wall clock was set back, or was ahead before this server started (INV-13): alarms that were armed by a clock that was ahead are armed
//! anew, so that what rings does not stand still until the clock shows that time again.
//!
//! Moved are waits: the next step of a page, a message's own place in its ladder, a retry, a lease, a bundle, a heartbeat that is waited for, a
//! mail to a reader.
//! Not moved is what people were told or told others as a time of day: a promised update, the deadlines of an incident, a postmortem's day, a
//! shift. Finds its work in the store, a slice at a time, each a unit of work of its own: what is damaged or cannot be read now holds up and undoes
//! nothing else. Doing it again moves nothing. Called by the pump: at its start, and when it sees the
//! wall clock fall behind the monotonic one. Absent from here: clocks, and any other decision about what waits.

use crate::{Fault, Unit, heartbeat};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::PageId,
    paging::{NotificationStatus, Page, Rank, clock_step, later},
    record::{Actor, Aggregate},
};
use nightbell_store::{
    StoreError, Tx,
    clock_step::{self as store, Piece, Place},
    journal, paging, subscriber,
};
use std::collections::BTreeSet;

/// Most alarms looked at in one unit of work.
const LOOKED_AT_MAX: u32 = 200;
/// After so many events of suspects' streams a unit of work looks at no further suspect.
const EVENTS_READ_MAX: u64 = 4_000;
/// Most mails to readers that are brought forward in one unit of work.
const MAILS_MAX: u32 = 500;

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

type List = fn(&mut dyn Tx, Rank, &Place, u32) -> Result<Piece, StoreError>;

/// What waits on pages, rank by rank: the most severe first.
fn lists() -> Vec<(List, Rank)> {
    let all: [List; 3] = [store::pages, store::wakes, store::messages];
    all.into_iter().flat_map(|list| Rank::ALL.into_iter().map(move |rank| (list, rank))).collect()
}

/// Looks at the next slice of what waits, and arms anew what was armed by a clock that was ahead. `by`: how far the clock was set back, when
/// somebody was there to see it, and no other server armed anything by another clock.
///
/// # Errors
/// The store's. What is damaged is left out, the others go on.
pub fn stepped_back(unit: &mut Unit<'_>, by: Option<SignedDuration>, from: &Progress) -> Result<Slice, Fault> {
    let lists = lists();
    if from.list < lists.len() {
        return pages_and_messages(unit, by, from, &lists);
    }
    let ahead_of = later(unit.now, clock_step::TOLERANCE);
    if from.list == lists.len() {
        let moved = unit.apart("clock", "heartbeats", |unit| heartbeat::heard_ahead(unit, ahead_of))?;
        return Ok(Slice { next: Some(Progress { list: from.list + 1, after: None }), moved: moved.unwrap_or(0) });
    }
    let forward = |unit: &mut Unit<'_>| Ok(subscriber::bring_forward(unit.tx, unit.now, ahead_of, MAILS_MAX)?);
    let mails = unit.apart("clock", "mails to subscribers", forward)?;
    // What was brought forward is not found again.
    let more = mails.is_some_and(|mails| mails >= u64::from(MAILS_MAX));
    Ok(Slice { next: more.then(|| from.clone()), moved: 0 })
}

fn pages_and_messages(
    unit: &mut Unit<'_>,
    by: Option<SignedDuration>,
    from: &Progress,
    lists: &[(List, Rank)],
) -> Result<Slice, Fault> {
    // Whatever is due by now needs nobody's help.
    let begin = Place::before(unit.now);
    let mut after = from.after.clone().unwrap_or_else(|| begin.clone());
    let (mut room, mut moved, mut events_left) = (LOOKED_AT_MAX, 0, EVENTS_READ_MAX);
    for (n, (list, rank)) in lists.iter().enumerate().skip(from.list) {
        let next = |place| Some(Progress { list: n, after: Some(place) });
        let found = list(unit.tx, *rank, &after, room)?;
        let mut looked_at = BTreeSet::new();
        for waiting in &found.sound {
            let ahead = waiting.armed_by.is_some_and(|at| at > later(unit.now, clock_step::TOLERANCE));
            if ahead && !looked_at.contains(&waiting.page) {
                if events_left == 0 {
                    return Ok(Slice { next: next(after), moved });
                }
                let done = unit.apart("page", waiting.page, |unit| put_right(unit, waiting.page, by))?;
                moved += usize::from(done.is_some_and(|done| done.moved));
                events_left = events_left.saturating_sub(done.map_or(1, |done| done.events));
                looked_at.insert(waiting.page);
            }
            after = waiting.place.clone();
        }
        if let Some(last) = found.last.filter(|_| found.count >= room) {
            return Ok(Slice { next: next(last), moved });
        }
        room -= found.count;
        after = begin.clone();
    }
    Ok(Slice { next: Some(Progress { list: lists.len(), after: None }), moved })
}

/// A suspect that was looked at.
#[derive(Debug, Clone, Copy)]
struct Looked {
    /// Something was armed anew.
    moved: bool,
    /// How many events were read for it.
    events: u64,
}

/// One page and its messages.
fn put_right(unit: &mut Unit<'_>, id: PageId, by: Option<SignedDuration>) -> Result<Looked, Fault> {
    let page = unit.load::<Page>(id)?.ok_or_else(|| Fault::missing("page", id))?;
    let events = page.version();
    let history = journal::stream::<Page>(unit.tx, &id.to_string())?;
    let waits = |status| matches!(status, NotificationStatus::Queued | NotificationStatus::Sending);
    let mut messages = paging::of_page(unit.tx, id)?;
    messages.retain(|n| waits(n.status));
    let Some(rearmed) = clock_step::put_right(&page, &history, &messages, unit.now, by) else {
        return Ok(Looked { moved: false, events });
    };
    unit.commit(page, vec![rearmed.event], &Actor::system("clock"))?;
    for (before, after) in &rearmed.messages {
        paging::save(unit.tx, before, after)?;
    }
    Ok(Looked { moved: true, events })
}

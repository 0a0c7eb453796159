//! Heartbeats: beats are noted, and the `heartbeat` reconciler turns one that did not come into an alert, through the same door as every other
//! signal. Is not: what an absence amounts to (`domain::signal::heartbeat`). Callers: the ingest address, the pump, `apply`.

use crate::{Directory, Fault, Unit, signal};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::IntegrationId,
    org::{Organisation, Rhythm},
    record::Instant,
    refusal::Refusal,
    signal::{
        Event,
        heartbeat::{Judged, absent, back, judge, rearmed},
    },
};
use nightbell_store::heartbeat as store;

/// Most heartbeats looked at in one unit of work.
const HEARTBEATS_MAX: u32 = 100;
/// Beats that follow closer are one: a program in a loop must not cost a write each.
const BEAT_APART: SignedDuration = SignedDuration::from_secs(1);

fn rhythm(directory: &Directory, id: &IntegrationId) -> Option<Rhythm> {
    directory.integration(id).and_then(|integration| integration.rhythm)
}

/// "I am alive." The first one begins the watch; one after an absence resolves its alert.
///
/// # Errors
/// A refusal when the integration is no heartbeat; the store's.
pub fn beat(unit: &mut Unit<'_>, id: &IntegrationId) -> Result<(), Fault> {
    let rhythm = rhythm(&unit.directory, id).ok_or_else(|| Refusal::not_found("heartbeat", id))?;
    let before = store::one(unit.tx, id)?;
    let beating = before.as_ref().filter(|before| before.next_due_at.is_some());
    let apart = beating.map(|before| unit.now.duration_since(before.seen_at));
    if apart.is_some_and(|apart| !apart.is_negative() && apart < BEAT_APART) {
        return Ok(());
    }
    store::heard(unit.tx, id, unit.now, rhythm.missed_at(unit.now))?;
    if before.is_some() && beating.is_none() {
        take_in(unit, id, back(id))?;
    }
    Ok(())
}

/// The reconciler: heartbeats whose alarm rang. Answers how many were looked at.
///
/// # Errors
/// The store's.
pub fn heartbeat(unit: &mut Unit<'_>) -> Result<usize, Fault> {
    let due = store::due(unit.tx, unit.now, HEARTBEATS_MAX)?;
    for id in &due {
        unit.apart("heartbeat", id, |unit| look(unit, id))?;
    }
    Ok(due.len())
}

fn look(unit: &mut Unit<'_>, id: &IntegrationId) -> Result<(), Fault> {
    let Some(rhythm) = rhythm(&unit.directory, id) else { return gone(unit, id) };
    let Some(heard) = store::one(unit.tx, id)? else { return Ok(()) };
    let Some(due_at) = heard.next_due_at.filter(|at| *at <= unit.now) else { return Ok(()) };
    match judge(&rhythm, heard.seen_at, due_at, unit.now) {
        Judged::Awaited { next_due_at } => Ok(store::wait(unit.tx, id, next_due_at)?),
        Judged::Absent if store::missed(unit.tx, id)? => {
            take_in(unit, id, absent(id, &rhythm, heard.seen_at, unit.now))
        }
        Judged::Absent => Ok(()),
    }
}

/// The clock was set back: a beat that was heard by a clock that was ahead counts as heard now, or its absence would not be seen for as long as
/// the clock was ahead. Answers how many.
pub(crate) fn heard_ahead(unit: &mut Unit<'_>, of: Instant) -> Result<usize, Fault> {
    let mut count = 0;
    for heard in store::all(unit.tx)?.into_iter().filter(|heard| heard.seen_at > of && heard.next_due_at.is_some()) {
        if let Some(rhythm) = rhythm(&unit.directory, &heard.integration) {
            store::heard(unit.tx, &heard.integration, unit.now, rhythm.missed_at(unit.now))?;
            count += 1;
        }
    }
    Ok(count)
}

/// The organisation changed: what beats in another rhythm is looked at by it, what is gone is forgotten and its alert resolved.
pub(crate) fn follow(unit: &mut Unit<'_>, before: &Organisation, after: &Organisation) -> Result<(), Fault> {
    let rhythm =
        |org: &Organisation, id: &IntegrationId| org.integrations.get(id).and_then(|integration| integration.rhythm);
    for heard in store::all(unit.tx)? {
        let (old, new) = (rhythm(before, &heard.integration), rhythm(after, &heard.integration));
        match new {
            None => gone(unit, &heard.integration)?,
            Some(rhythm) if new != old && heard.next_due_at.is_some() => {
                store::wait(unit.tx, &heard.integration, rearmed(&rhythm, heard.seen_at, unit.now))?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn gone(unit: &mut Unit<'_>, id: &IntegrationId) -> Result<(), Fault> {
    let missed = store::one(unit.tx, id)?.is_some_and(|heard| heard.next_due_at.is_none());
    store::forget(unit.tx, id)?;
    if missed { take_in(unit, id, back(id)) } else { Ok(()) }
}

/// Through the door of every signal, kept with its outcome like any request.
fn take_in(unit: &mut Unit<'_>, id: &IntegrationId, event: Event) -> Result<(), Fault> {
    let inbound = signal::Inbound {
        integration: id.clone(),
        content_type: "text/plain".to_owned(),
        body: event.title.clone().into_bytes(),
        events: vec![event],
        notes: Vec::new(),
    };
    signal::ingest(unit, &inbound).map(drop)
}

/// When each heartbeat was last heard, and when it is missed; for pages.
///
/// # Errors
/// The store's.
pub fn heard(tx: &mut dyn nightbell_store::Tx) -> Result<Vec<(IntegrationId, Instant)>, Fault> {
    Ok(store::all(tx)?.into_iter().map(|heard| (heard.integration, heard.seen_at)).collect())
}

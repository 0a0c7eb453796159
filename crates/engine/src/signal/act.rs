//! People acknowledge and resolve alerts; the pages that ring for them follow in the same unit of work.

use crate::{Fault, Unit, paging};
use nightbell_domain::{
    access::{Permit, Respond},
    ids::AlertId,
    record::{Actor, Instant},
    refusal::Refusal,
    signal::{Alert, AlertEvent},
};
use nightbell_store::signal as store;

fn load(unit: &mut Unit<'_>, id: AlertId) -> Result<Alert, Fault> {
    Ok(unit.load::<Alert>(id)?.ok_or_else(|| Refusal::not_found("alert", id))?)
}

/// Records what happens to an alert, after the repeats that were only counted until then: whoever reads the stream later misses none.
pub(crate) fn record(
    unit: &mut Unit<'_>,
    alert: Alert,
    mut events: Vec<AlertEvent>,
    actor: &Actor,
) -> Result<Alert, Fault> {
    if !events.is_empty()
        && let Some(repeats) = store::take_repeats(unit.tx, alert.id)?
    {
        events.insert(0, repeats.event());
    }
    unit.commit(alert, events, actor)
}

/// Takes an alert: its pages stop ringing.
pub fn acknowledge(unit: &mut Unit<'_>, by: &Permit<Respond>, id: AlertId) -> Result<Alert, Fault> {
    let alert = load(unit, id)?;
    let events = alert.acknowledge()?;
    if !paging::acknowledge_for(unit, &id.to_string(), &by.actor(), by.via().word())? {
        // Everybody must: the alert is taken when the last of them has.
        return Ok(alert);
    }
    record(unit, alert, events, &by.actor())
}

/// Puts an alert off: its pages ring again then, unless it is over.
pub fn snooze(unit: &mut Unit<'_>, by: &Permit<Respond>, id: AlertId, until: Instant) -> Result<Alert, Fault> {
    load(unit, id)?;
    if paging::snooze_for(unit, &id.to_string(), &by.actor(), by.via().word(), until)? == 0 {
        return Err(Refusal::conflict(
            "alert-rings-nobody",
            "No page of this alert is open, so there is nothing to put off.",
        )
        .into());
    }
    load(unit, id)
}

/// Ends an alert: its pages end, whoever was paged is told once.
pub fn resolve(unit: &mut Unit<'_>, by: &Permit<Respond>, id: AlertId) -> Result<Alert, Fault> {
    resolve_as(unit, id, &by.actor())
}

/// The same for whoever was called for it and says so by telephone.
pub(crate) fn resolve_as(unit: &mut Unit<'_>, id: AlertId, actor: &Actor) -> Result<Alert, Fault> {
    let alert = load(unit, id)?;
    let reason = format!("resolved by {actor}");
    let events = alert.resolve(&reason)?;
    let alert = record(unit, alert, events, actor)?;
    paging::end_for(unit, &id.to_string(), &reason, actor)?;
    Ok(alert)
}

//! People acknowledge and resolve alerts; the pages that ring for them follow in the same unit of work.

use crate::{Fault, Unit, paging};
use nightbell_domain::{
    access::{Permit, Respond},
    ids::AlertId,
    record::Actor,
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
    let alert = record(unit, alert, events, &by.actor())?;
    paging::acknowledge_for(unit, &id.to_string(), &by.actor(), by.via().word())?;
    Ok(alert)
}

/// Ends an alert: its pages end, whoever was paged is told once.
pub fn resolve(unit: &mut Unit<'_>, by: &Permit<Respond>, id: AlertId) -> Result<Alert, Fault> {
    let alert = load(unit, id)?;
    let reason = format!("resolved by @{}", by.user());
    let events = alert.resolve(&reason)?;
    let alert = record(unit, alert, events, &by.actor())?;
    paging::end_for(unit, &id.to_string(), &reason, &by.actor())?;
    Ok(alert)
}

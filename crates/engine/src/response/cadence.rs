//! The `cadence` reconciler: incidents whose playbook clocks rang. Nags the room, marks breaches, pages people; level-triggered and idempotent.

use super::change::record;
use crate::{Fault, Unit};
use nightbell_domain::{ids::IncidentId, record::Actor, response::Incident};

/// Most incidents looked at in one unit of work.
const INCIDENTS_MAX: u32 = 100;

/// Does everything that became due. Answers how many incidents were looked at.
pub fn cadence(unit: &mut Unit<'_>) -> Result<usize, Fault> {
    let due = nightbell_store::response::due(unit.tx, unit.now, INCIDENTS_MAX)?;
    for id in &due {
        unit.apart("incident", id, |unit| ring(unit, *id))?;
    }
    Ok(due.len())
}

fn ring(unit: &mut Unit<'_>, id: IncidentId) -> Result<(), Fault> {
    let incident = unit.load::<Incident>(id)?.ok_or_else(|| Fault::missing("incident", id))?;
    let events = incident.tick(unit.now);
    record(unit, incident, events, &Actor::system("playbook")).map(drop)
}

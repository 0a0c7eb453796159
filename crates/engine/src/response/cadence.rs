//! The `cadence` reconciler: incidents whose playbook clocks rang. Nags the room, marks breaches, pages people; level-triggered and idempotent.

use super::change::record;
use crate::{Fault, Unit};
use nightbell_domain::{record::Actor, response::Incident};

/// Most incidents looked at in one unit of work.
const INCIDENTS_MAX: u32 = 100;

/// Does everything that became due. Answers how many incidents were looked at.
pub fn cadence(unit: &mut Unit<'_>) -> Result<usize, Fault> {
    let due = nightbell_store::response::due(unit.tx, unit.now, INCIDENTS_MAX)?;
    for id in &due {
        let Some(incident) = unit.load_sound::<Incident>(id)? else { continue };
        let events = incident.tick(unit.now);
        record(unit, incident, events, &Actor::system("playbook"))?;
    }
    Ok(due.len())
}

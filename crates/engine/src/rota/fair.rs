//! Fair turns, proposed: who should take the next turns of a layer, by what everybody has carried on all schedules and by who is away. A proposal
//! is slots like any others; whoever likes it stages the plan. Is not: a rule that runs (docs/schedules.md says why), nor how load is weighed
//! (`nightbell_calendar::fair`).

use super::known as schedule_known;
use crate::{Fault, proof::Known, views};
use jiff::SignedDuration;
use nightbell_calendar::{
    Member, Schedule as Calendar,
    fair::{self, Load, Proposal},
};
use nightbell_domain::{
    ids::ScheduleId,
    org::{Begin, Organisation},
    record::Instant,
    refusal::Refusal,
};
use nightbell_store::Tx;
use std::collections::BTreeMap;

/// How far back load counts: what was carried long ago is forgiven.
pub const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(24 * 7 * 13);

/// Who would take the next `turns` turns of a layer, from the first that begins when the change does.
///
/// # Errors
/// The plan cannot be read, has no such layer, or its turns never end; the change would begin in the past; the store's.
pub fn propose(
    tx: &mut dyn Tx,
    org: &Organisation,
    known: &Known,
    (schedule, calendar): (Option<&ScheduleId>, &Calendar),
    (layer, turns): (usize, usize),
    (begin, now): (Begin, Instant),
) -> Result<Proposal, Fault> {
    let unreadable = |e: String| Refusal::invalid("calendar", format!("{e}."));
    let from = match schedule {
        None => now,
        Some(id) => {
            schedule_known(org, id)?;
            begin.instant(&org.rota(id).map_err(unreadable)?, now)?
        }
    };
    let back = now.checked_sub(LOOKED_BACK).unwrap_or(Instant::MIN);
    // What comes until the change begins is carried by then, too.
    let carried = views::load(tx, org, None, back, from.max(now))?;
    let load = carried.people.into_iter().map(|one| (Member::from(one.user.as_str()), one.load));
    let so_far: BTreeMap<Member, Load> = load.collect();
    let mut people = views::people(org);
    for away in &known.absences {
        if let Some(person) = people.get_mut(&Member::from(away.user.as_str())) {
            person.away.push((away.from, away.to));
        }
    }
    let proposed = fair::propose(calendar, layer, (from, turns), &so_far, &people);
    let proposed = proposed.map_err(|e| unreadable(e.to_string()))?;
    proposed.ok_or_else(|| {
        Refusal::conflict("no-turns", "There is nothing to spread: the layer has nobody, or its turns never end.")
            .into()
    })
}

//! Which obligations the state of the incident meets now. Called after every decision, so that "met" stands in the timeline
//! directly below what met it.

use super::{Obligation, RuleId};
use crate::{
    record::Instant,
    response::{Incident, IncidentEvent},
};

/// Whether the incident as it stands does what the rule asks.
pub(super) fn holds(incident: &Incident, obligation: &Obligation) -> bool {
    match obligation.rule {
        RuleId::IcNamed => incident.roles.commander.is_some(),
        RuleId::RolesFilled => incident.row.roles.iter().all(|role| !incident.roles.holders(*role).is_empty()),
        RuleId::RoomOpen => true,
        RuleId::UpdateCadence => incident.last_update_at.is_some_and(|last| last > obligation.owed_at),
        RuleId::PublicNotice | RuleId::HonestWords => incident.public.is_some(),
        RuleId::MitigateFirst => incident.mitigations.iter().any(|mitigation| !mitigation.tried.is_empty()),
        RuleId::RunbookLinked => incident.runbook.is_some(),
        RuleId::PostmortemOnTime | RuleId::ItemsOwned => incident.postmortem_published_at.is_some(),
    }
}

/// The rules that `incident` meets and that are not recorded as met yet. An obligation whose time passed while nobody read its
/// clock is recorded as breached first.
pub fn settle(incident: &Incident, now: Instant) -> Vec<IncidentEvent> {
    let mut events = Vec::new();
    for obligation in incident.obligations.iter().filter(|o| o.is_owed() && holds(incident, o)) {
        let rule = obligation.rule;
        let breach = passed(obligation, now);
        let late = obligation.breached_at.is_some() || breach.is_some();
        events.extend(breach);
        let measured_s = u64::try_from(now.duration_since(obligation.owed_at).as_secs()).unwrap_or(0);
        events.push(IncidentEvent::RuleMet { rule, measured_s, late });
    }
    events
}

/// The breach of an obligation whose time has passed unrecorded. Exactly in time is in time.
pub(in crate::response) fn passed(obligation: &Obligation, now: Instant) -> Option<IncidentEvent> {
    let due_at =
        obligation.due_at.filter(|due| *due < now && obligation.breached_at.is_none() && obligation.is_owed())?;
    Some(IncidentEvent::RuleBreached { rule: obligation.rule, due_at })
}

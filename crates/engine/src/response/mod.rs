//! The response: incidents declared and changed, with everything a change brings about in the same unit of work: pages started and ended,
//! the public page told, the postmortem drafted. The `cadence` reconciler keeps the playbook's clocks.

mod by_link;
mod cadence;
mod change;
mod command;
mod declare;
mod preview;
mod publish;
mod summon;

pub use by_link::{MitigationReport, declare_by_link, report_mitigation_by_link};
pub use cadence::cadence;
pub(crate) use change::record;
pub use change::{
    Resolution, accept_role, cancel, change_severity, close, decline_role, judge_mitigation, offer_role, post_update,
    publish, refute, release_role, resolve, revise, set_status, take_role, try_mitigation, waive, write,
};
pub use command::{call, command, target_named};
pub use declare::{Declare, declare, declare_for_alert, link_alert};
pub use preview::{Draft, Preview, PublicPreview, preview};
pub use publish::{PublicComponent, PublicWords, Wording, default_components, preview_findings};

use crate::{Fault, Unit};
use nightbell_domain::{
    ids::IncidentId,
    paging::Page,
    record::Actor,
    refusal::Refusal,
    response::{Act, Incident, IncidentEvent, RoleKind},
    signal::Alert,
};

/// The incident of a slug (`inc-…`, with or without `#`) or an id.
pub fn find(unit: &mut Unit<'_>, name: &str) -> Result<Incident, Fault> {
    let name = name.trim().trim_start_matches('#');
    let by_slug = nightbell_store::response::by_slug(unit.tx, name)?;
    let found = match (by_slug, name.parse::<IncidentId>()) {
        (Some(incident), _) => Some(incident),
        (None, Ok(id)) => unit.load::<Incident>(id)?,
        (None, Err(_)) => None,
    };
    Ok(found.ok_or_else(|| Refusal::not_found("incident", name))?)
}

/// A page of an incident was answered. Whoever answers a page for an empty seat is offered the seat; accepting stays their own act.
pub(crate) fn page_acknowledged(unit: &mut Unit<'_>, id: IncidentId, page: &Page, actor: &Actor) -> Result<(), Fault> {
    let incident = unit.load::<Incident>(id)?.ok_or_else(|| Fault::missing("incident", id))?;
    let Some(user) = actor.user().cloned() else { return Ok(()) };
    let mut events = incident.page_acknowledged(page.id, user.clone());
    if let Some(role) = summon::wanted_role(page) {
        let empty = role == RoleKind::Ops || incident.roles.holders(role).is_empty();
        if empty && !incident.status.is_final() {
            let system = Actor::system("roles");
            // Held or offered already is no reason to fail the acknowledgement.
            events.extend(incident.offer_role(Act::new(&system, unit.now), role, &user, true).unwrap_or_default());
        }
    }
    change::record(unit, incident, events, actor).map(drop)
}

/// An alert of an incident was taken: its room hears it.
pub(crate) fn alert_acknowledged(
    unit: &mut Unit<'_>,
    id: IncidentId,
    alert: &Alert,
    actor: &Actor,
) -> Result<(), Fault> {
    let incident = unit.load::<Incident>(id)?.ok_or_else(|| Fault::missing("incident", id))?;
    let events = match (alert.page, actor.user()) {
        (Some(page), Some(user)) => incident.page_acknowledged(page, user.clone()),
        _ => Vec::<IncidentEvent>::new(),
    };
    change::record(unit, incident, events, actor).map(drop)
}

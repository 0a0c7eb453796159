//! What the bearer of a `/p/{token}` link may do beside acknowledging: declare an incident from that page's own alert, and report
//! mitigations in that page's own incident. Nothing else: a link opens one page, not the installation.
//! Callers: the handlers under `/p/{token}`.

use super::{change::change, declare};
use crate::{Fault, Unit, paging::LinkHolder};
use nightbell_domain::{
    ids::{IncidentId, SeverityId},
    paging::{Page, Subject},
    record::Actor,
    refusal::Refusal,
    response::Incident,
    signal::Alert,
};

/// What is reported about a mitigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MitigationReport {
    /// It is being tried.
    Tried,
    /// It helped.
    Worked,
    /// It did not help.
    Failed,
}

impl MitigationReport {
    /// Reads the posted word.
    ///
    /// # Errors
    /// Invalid for any other word.
    pub fn from_word(word: &str) -> Result<Self, Refusal> {
        match word {
            "tried" => Ok(Self::Tried),
            "worked" => Ok(Self::Worked),
            "failed" => Ok(Self::Failed),
            _ => Err(Refusal::invalid("outcome", "Say tried, worked or failed.")),
        }
    }
}

/// Declares an incident from the alert of the holder's page, as the holder.
///
/// # Errors
/// Conflict when the page rings for something else than an alert, or the alert belongs to an incident already.
pub fn declare_by_link(
    unit: &mut Unit<'_>,
    holder: &LinkHolder,
    title: &str,
    severity: SeverityId,
) -> Result<Incident, Fault> {
    let actor = acting(unit, holder)?;
    let Subject::Alert { alert } = page_of(unit, holder)?.subject else {
        return Err(Refusal::conflict(
            "no-alert",
            "This page does not ring for an alert. Sign in to declare an incident.",
        )
        .into());
    };
    let input = declare::Declare {
        title: title.to_owned(),
        severity: Some(severity),
        alert: Some(alert),
        ..Default::default()
    };
    declare::declare_as(unit, &actor, input)
}

/// Reports a mitigation in the incident of the holder's page, as the holder.
///
/// # Errors
/// Conflict when the page has no incident; otherwise what [`super::try_mitigation`] and [`super::judge_mitigation`] refuse.
pub fn report_mitigation_by_link(
    unit: &mut Unit<'_>,
    holder: &LinkHolder,
    key: &str,
    report: MitigationReport,
) -> Result<Incident, Fault> {
    let actor = acting(unit, holder)?;
    let incident = incident_of(unit, holder)?.ok_or_else(|| {
        Refusal::conflict("no-incident", "There is no incident to report it in yet. Declare one first.")
    })?;
    change(unit, &incident.to_string(), &actor, |i, act| match report {
        MitigationReport::Tried => i.try_mitigation(act, key),
        MitigationReport::Worked => i.judge_mitigation(act, key, true),
        MitigationReport::Failed => i.judge_mitigation(act, key, false),
    })
}

/// The holder, as long as the account exists: a link outlives neither its page nor its person.
fn acting(unit: &Unit<'_>, holder: &LinkHolder) -> Result<Actor, Refusal> {
    if unit.directory.org.users.contains_key(holder.user()) {
        return Ok(Actor::User(holder.user().clone()));
    }
    Err(Refusal::not_found("page behind this link;", "the account it was sent to no longer exists"))
}

fn page_of(unit: &mut Unit<'_>, holder: &LinkHolder) -> Result<Page, Fault> {
    Ok(unit.load::<Page>(holder.page())?.ok_or_else(|| Refusal::not_found("page", holder.page()))?)
}

fn incident_of(unit: &mut Unit<'_>, holder: &LinkHolder) -> Result<Option<IncidentId>, Fault> {
    match page_of(unit, holder)?.subject {
        Subject::Alert { alert } => Ok(unit.load::<Alert>(alert)?.and_then(|alert| alert.incident)),
        Subject::Incident { incident, .. } => Ok(Some(incident)),
        Subject::Person | Subject::Canary | Subject::Proof { .. } => Ok(None),
    }
}

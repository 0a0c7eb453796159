//! Every change of an incident goes through [`record`]: the events are committed, and what they bring about follows in the same unit of work.

use super::{
    find,
    publish::{Prepared, PublicWords, Wording, publish_event},
    summon,
};
use crate::{Fault, Unit, learning};
use nightbell_domain::{
    access::{Manage, Permit, Respond},
    ids::{SeverityId, UserId},
    record::{Actor, Instant},
    refusal::Refusal,
    response::{Act, EntryKind, Incident, IncidentEvent, IncidentStatus, RoleKind, RuleId, SeverityInput, UpdateInput},
};

/// Commits events and lets everything follow: pages, the public page, the postmortem.
pub(crate) fn record(
    unit: &mut Unit<'_>,
    incident: Incident,
    events: Vec<IncidentEvent>,
    actor: &Actor,
) -> Result<Incident, Fault> {
    let consequences = events.clone();
    let mut incident = unit.commit(incident, events, actor)?;
    for event in consequences {
        incident = follow(unit, incident, event, actor)?;
    }
    Ok(incident)
}

fn follow(unit: &mut Unit<'_>, incident: Incident, event: IncidentEvent, actor: &Actor) -> Result<Incident, Fault> {
    match event {
        IncidentEvent::RulePaged { rule, who } => return summon::by_rule(unit, incident, rule, who),
        IncidentEvent::RuleMet { rule, .. } | IncidentEvent::RuleWaived { rule, .. } => {
            summon::dismiss(unit, &incident, actor, |purpose| purpose == rule.word(), "cancelled: it is done")?;
        }
        IncidentEvent::RoleTaken { role, user } | IncidentEvent::RoleAccepted { role, user } => {
            summon::dismiss(
                unit,
                &incident,
                actor,
                summon::serves_role(role),
                &format!("cancelled: @{user} is {role}"),
            )?;
        }
        IncidentEvent::Published { .. } => publish_event(unit, &incident, &event)?,
        IncidentEvent::Resolved { postmortem_due_at } => {
            summon::dismiss(unit, &incident, actor, |_| true, &format!("resolved: {} is over", incident.slug))?;
            if postmortem_due_at.is_some() {
                return learning::draft_for(unit, incident, actor).map(|(incident, _)| incident);
            }
        }
        IncidentEvent::Cancelled { reason } => {
            summon::dismiss(unit, &incident, actor, |_| true, &format!("cancelled: {reason}"))?;
        }
        _ => {}
    }
    Ok(incident)
}

/// Loads, decides, records: what nearly every change is.
pub(super) fn change(
    unit: &mut Unit<'_>,
    name: &str,
    actor: &Actor,
    decide: impl FnOnce(&Incident, Act<'_>) -> Result<Vec<IncidentEvent>, Refusal>,
) -> Result<Incident, Fault> {
    let incident = find(unit, name)?;
    let events = decide(&incident, Act::new(actor, unit.now))?;
    record(unit, incident, events, actor)
}

/// Writes a note, decision, hypothesis, …
pub fn write(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    entry: EntryKind,
    text: &str,
) -> Result<Incident, Fault> {
    change(unit, incident, &by.actor(), |i, _| i.write(entry, text))
}

/// Edits an entry of one's own; the first text stays in the stream.
pub fn revise(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    seq: u64,
    text: &str,
) -> Result<Incident, Fault> {
    let found = find(unit, incident)?;
    let events = nightbell_store::journal::stream::<Incident>(unit.tx, &found.id.to_string())?;
    let original =
        events.into_iter().find(|e| e.seq == seq).ok_or_else(|| Refusal::not_found("timeline entry", seq))?;
    change(unit, incident, &by.actor(), |i, act| i.revise(act, &original, text, by.is_admin()))
}

/// A hypothesis turned out wrong.
pub fn refute(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    seq: u64,
    reason: &str,
) -> Result<Incident, Fault> {
    change(unit, incident, &by.actor(), |i, _| i.refute(seq, reason))
}

fn known_user(unit: &Unit<'_>, user: &UserId) -> Result<(), Refusal> {
    if unit.directory.org.users.contains_key(user) {
        Ok(())
    } else {
        Err(Refusal::invalid("user", format!("There is no user @{user}.")))
    }
}

/// Offers a seat.
pub fn offer_role(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    role: RoleKind,
    to: &UserId,
) -> Result<Incident, Fault> {
    known_user(unit, to)?;
    change(unit, incident, &by.actor(), |i, act| i.offer_role(act, role, to, by.is_admin()))
}

/// Accepts an offered seat.
pub fn accept_role(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    role: RoleKind,
) -> Result<Incident, Fault> {
    change(unit, incident, &by.actor(), |i, act| i.accept_role(act, role, by.user()))
}

/// Declines an offered seat.
pub fn decline_role(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    role: RoleKind,
) -> Result<Incident, Fault> {
    change(unit, incident, &by.actor(), |i, _| i.decline_role(role, by.user()))
}

/// Takes an empty seat.
pub fn take_role(unit: &mut Unit<'_>, by: &Permit<Respond>, incident: &str, role: RoleKind) -> Result<Incident, Fault> {
    change(unit, incident, &by.actor(), |i, act| i.take_role(act, role, by.user()))
}

/// Leaves a seat.
pub fn release_role(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    role: RoleKind,
) -> Result<Incident, Fault> {
    change(unit, incident, &by.actor(), |i, _| i.release_role(role, by.user()))
}

/// Changes the severity; what is owed is computed anew.
pub fn change_severity(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    to: &SeverityId,
    reason: Option<&str>,
) -> Result<Incident, Fault> {
    let directory = unit.directory.clone();
    let found = find(unit, incident)?;
    let due = found
        .resolved_at
        .and_then(|at| directory.org.severities.get(to).and_then(|row| due_at(&directory.org, &found, row, at)));
    change(unit, incident, &by.actor(), |i, act| {
        let input = SeverityInput {
            table: &directory.org.severities,
            to,
            reason,
            is_admin: by.is_admin(),
            postmortem_due_at: due,
        };
        i.change_severity(act, input)
    })
}

/// Another status word.
pub fn set_status(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    to: IncidentStatus,
    reason: Option<&str>,
) -> Result<Incident, Fault> {
    change(unit, incident, &by.actor(), |i, act| i.set_status(act, to, reason))
}

/// A mitigation is tried.
pub fn try_mitigation(unit: &mut Unit<'_>, by: &Permit<Respond>, incident: &str, key: &str) -> Result<Incident, Fault> {
    change(unit, incident, &by.actor(), |i, act| i.try_mitigation(act, key))
}

/// Whether it worked.
pub fn judge_mitigation(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    key: &str,
    worked: bool,
) -> Result<Incident, Fault> {
    change(unit, incident, &by.actor(), |i, act| i.judge_mitigation(act, key, worked))
}

/// Posts an update to the room and, when `public` is given, to the public page.
pub fn post_update(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    update: &UpdateInput<'_>,
    public: Option<&PublicWords>,
) -> Result<Incident, Fault> {
    let directory = unit.directory.clone();
    let wording = Wording::of(&directory.org);
    let found = find(unit, incident)?;
    let prepared = public.map(|words| Prepared::new(unit, &found, words)).transpose()?;
    change(unit, incident, &by.actor(), |i, act| {
        let public = prepared.as_ref().map(|p| p.input(&wording));
        i.post_update(act, &UpdateInput { public, ..update.clone() })
    })
}

/// Publishes without a room update: "bring it up to date".
pub fn publish(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    words: &PublicWords,
) -> Result<Incident, Fault> {
    let directory = unit.directory.clone();
    let wording = Wording::of(&directory.org);
    let found = find(unit, incident)?;
    let prepared = Prepared::new(unit, &found, words)?;
    change(unit, incident, &by.actor(), |i, act| i.publish(act, &prepared.input(&wording)))
}

/// How an incident is resolved.
#[derive(Debug, Clone, Default)]
pub struct Resolution {
    /// The final update for the room.
    pub text: String,
    /// The final public words, when the public is told.
    pub public: Option<PublicWords>,
}

/// Resolves with a final update; the postmortem is drafted and its due date set when one is owed.
pub fn resolve(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    resolution: &Resolution,
) -> Result<Incident, Fault> {
    let directory = unit.directory.clone();
    let wording = Wording::of(&directory.org);
    let found = find(unit, incident)?;
    let due = due_at(&directory.org, &found, &found.row, unit.now);
    let prepared = resolution.public.as_ref().map(|words| Prepared::new(unit, &found, words)).transpose()?;
    change(unit, incident, &by.actor(), |i, act| {
        let public = prepared.as_ref().map(|p| p.input(&wording));
        i.resolve(act, &UpdateInput { text: &resolution.text, public, ..UpdateInput::default() }, due)
    })
}

/// The end of the last business day on which the postmortem is in time, in the owning team's calendar.
fn due_at(
    org: &nightbell_domain::org::Organisation,
    incident: &Incident,
    row: &nightbell_domain::org::Severity,
    resolved_at: Instant,
) -> Option<Instant> {
    let days = row.postmortem_business_days?;
    Some(learning::business_calendar(org, incident.service.as_ref(), resolved_at).due(resolved_at, days))
}

/// Nothing is owed any more.
pub fn close(unit: &mut Unit<'_>, by: &Permit<Respond>, incident: &str) -> Result<Incident, Fault> {
    change(unit, incident, &by.actor(), |i, _| i.close())
}

/// A false alarm: kept, and whoever was paged is told.
pub fn cancel(unit: &mut Unit<'_>, by: &Permit<Respond>, incident: &str, reason: &str) -> Result<Incident, Fault> {
    change(unit, incident, &by.actor(), |i, _| i.cancel(reason))
}

/// A rule is not insisted on, with a reason. The commander may, and managers.
pub fn waive(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    manager: Option<&Permit<Manage>>,
    incident: &str,
    rule: RuleId,
    reason: &str,
) -> Result<Incident, Fault> {
    let found = find(unit, incident)?;
    let commands = found.roles.commander.as_ref() == Some(by.user());
    if !commands && manager.is_none() {
        return Err(Refusal::forbidden(
            "Only the commander of this incident, or a manager, may waive a playbook rule.",
        )
        .into());
    }
    let incident = change(unit, incident, &by.actor(), |i, _| i.waive(rule, reason))?;
    if rule == RuleId::PostmortemOnTime {
        learning::waive_for(unit, &incident, reason, &by.actor())?;
    }
    Ok(incident)
}

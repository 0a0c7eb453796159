//! What a severity owes: the contract at declaration, and the contract anew when the severity changes.

use super::{Obligation, ObligationState, RuleId, settle};
use crate::{org::Severity, record::Instant, response::Incident};
use jiff::SignedDuration;

/// The time a severity gives for a rule that runs while the incident is open.
pub(crate) fn limit(rule: RuleId, row: &Severity) -> Option<SignedDuration> {
    match rule {
        RuleId::IcNamed => row.commander_within,
        RuleId::RolesFilled => row.roles_within.filter(|_| !row.roles.is_empty()),
        RuleId::UpdateCadence => row.update_every,
        RuleId::PublicNotice => row.public_within,
        RuleId::RoomOpen
        | RuleId::HonestWords
        | RuleId::MitigateFirst
        | RuleId::RunbookLinked
        | RuleId::PostmortemOnTime
        | RuleId::ItemsOwned => None,
    }
}

fn applies(rule: RuleId, row: &Severity) -> bool {
    match rule {
        RuleId::RoomOpen | RuleId::HonestWords | RuleId::MitigateFirst | RuleId::RunbookLinked => true,
        RuleId::PostmortemOnTime | RuleId::ItemsOwned => row.postmortem_business_days.is_some(),
        RuleId::IcNamed | RuleId::RolesFilled | RuleId::UpdateCadence | RuleId::PublicNotice => {
            limit(rule, row).is_some()
        }
    }
}

/// `at` plus a limit; an absurd limit runs no clock rather than overflowing.
pub(crate) fn due(at: Instant, limit: Option<SignedDuration>) -> Option<Instant> {
    limit.and_then(|limit| at.checked_add(limit).ok())
}

/// What an incident of this severity owes from its declaration on, in the order shown. The room is built in: met at once.
pub fn contract(row: &Severity, declared_at: Instant) -> Vec<Obligation> {
    let owed = RuleId::ALL.into_iter().filter(|rule| applies(*rule, row));
    owed.map(|rule| {
        let mut obligation = Obligation::new(rule, declared_at, due(declared_at, limit(rule, row)));
        if rule == RuleId::RoomOpen {
            obligation.state = ObligationState::Met { at: declared_at, measured_s: 0 };
        }
        obligation
    })
    .collect()
}

/// What is owed after the severity became `row` at `now`. Nothing that was ever owed leaves the list: it is lifted, with the reason.
///
/// `raised` counts new limits from now and never gives a running clock more time; lowering never takes time away.
/// `postmortem_due_at` is for an incident that is resolved already.
pub fn recontract(
    incident: &Incident,
    row: &Severity,
    raised: bool,
    now: Instant,
    postmortem_due_at: Option<Instant>,
) -> Vec<Obligation> {
    let after = Incident { row: row.clone(), ..incident.clone() };
    let mut list = incident.obligations.clone();
    for obligation in &mut list {
        // A promise that was made is kept, whatever the severity asks for.
        let promised = obligation.rule == RuleId::UpdateCadence && incident.promise.is_some();
        if applies(obligation.rule, row) {
            adjust(&after, obligation, raised, now);
        } else if obligation.is_owed() && !promised {
            obligation.state = ObligationState::Lifted { at: now, reason: format!("not owed at {}", row.id) };
        }
    }
    let open = incident.status.is_open();
    for rule in RuleId::ALL.into_iter().filter(|rule| applies(*rule, row)) {
        let known = list.iter().any(|obligation| obligation.rule == rule);
        // An incident that is over owes no commander any more, whatever its severity turns out to have been.
        if !known && (open || rule.outlives_resolution()) {
            list.push(Obligation::new(rule, now, due(now, limit(rule, row))));
        }
    }
    if !open {
        for obligation in list.iter_mut().filter(|o| o.rule == RuleId::PostmortemOnTime && o.is_owed()) {
            obligation.due_at = obligation.due_at.or(postmortem_due_at);
        }
    }
    list.sort_by_key(|obligation| RuleId::ALL.iter().position(|rule| *rule == obligation.rule));
    list
}

/// Fits one obligation that still applies to the new row (already in `after`).
fn adjust(after: &Incident, obligation: &mut Obligation, raised: bool, now: Instant) {
    let limit = limit(obligation.rule, &after.row);
    let open = after.status.is_open();
    match &obligation.state {
        ObligationState::Lifted { .. } if open || obligation.rule.outlives_resolution() => {
            obligation.arm(now, due(now, limit))
        }
        // The lower severity was content with fewer roles, or with no further update.
        ObligationState::Met { .. } if open && wants_more(after, obligation) => obligation.arm(now, due(now, limit)),
        ObligationState::Owed if open && limit.is_some() => {
            let promised = obligation.rule == RuleId::UpdateCadence && after.promise.is_some();
            let candidate = if raised { due(now, limit) } else { due(obligation.owed_at, limit) };
            obligation.due_at = match (obligation.due_at, candidate) {
                (Some(old), Some(new)) if raised => Some(old.min(new)),
                (Some(old), Some(_)) if promised => Some(old),
                (Some(old), Some(new)) => Some(old.max(new)),
                (old, new) => old.or(new),
            };
        }
        ObligationState::Owed
        | ObligationState::Met { .. }
        | ObligationState::Waived { .. }
        | ObligationState::Lifted { .. } => {}
    }
}

/// Whether what was met once is not enough for the row in force.
fn wants_more(after: &Incident, obligation: &Obligation) -> bool {
    match obligation.rule {
        RuleId::IcNamed | RuleId::RolesFilled => !settle::holds(after, obligation),
        RuleId::UpdateCadence => true,
        _ => false,
    }
}

//! The clocks of the contract: remind the room first, then show the breach and page, then page the next one.
//!
//! Every step that is due and not recorded is done, in the order of its time; recorded steps are never done again. So a late
//! tick catches up, and a second one does nothing.

use super::{Obligation, RuleId, WhoToPage};
use crate::{
    record::Instant,
    response::{Incident, IncidentEvent, IncidentStatus},
};
use jiff::SignedDuration;

/// How long before a promised update the room is reminded, at most.
const CADENCE_NAG_LEAD: SignedDuration = SignedDuration::from_mins(2);
/// How long before its due time the room is reminded of the postmortem, at most.
const POSTMORTEM_NAG_LEAD: SignedDuration = SignedDuration::from_hours(24);

/// From the end of the due day, which is a midnight, to nine in the morning: a late postmortem is asked for by day, and with low urgency.
const MORNING_AFTER_MIN: i64 = 9 * 60;

/// Who is paged, and how many minutes after the due time. Items without an owner are refused, so nothing can be late there.
fn ladder(rule: RuleId) -> &'static [(i64, WhoToPage)] {
    match rule {
        RuleId::IcNamed => &[(0, WhoToPage::CommanderOnCall), (0, WhoToPage::Backup)],
        RuleId::RolesFilled => &[(0, WhoToPage::Commander), (6, WhoToPage::Backup)],
        RuleId::UpdateCadence | RuleId::PublicNotice => {
            &[(0, WhoToPage::Comms), (3, WhoToPage::Commander), (6, WhoToPage::Backup)]
        }
        RuleId::PostmortemOnTime => &[(MORNING_AFTER_MIN, WhoToPage::Commander)],
        RuleId::RoomOpen | RuleId::HonestWords | RuleId::MitigateFirst | RuleId::RunbookLinked | RuleId::ItemsOwned => {
            &[]
        }
    }
}

/// When the room is reminded: never before half of the time is over.
pub fn nags_at(obligation: &Obligation) -> Option<Instant> {
    let due = obligation.due_at?;
    let half = due.duration_since(obligation.owed_at) / 2;
    let lead = match obligation.rule {
        RuleId::UpdateCadence => CADENCE_NAG_LEAD.min(half),
        RuleId::PostmortemOnTime => POSTMORTEM_NAG_LEAD.min(half),
        _ => half,
    };
    let nag = due.checked_sub(lead.max(SignedDuration::ZERO)).unwrap_or(due);
    Some(crate::record::to_microsecond(nag))
}

/// Whether the obligation's clock runs, given where the incident stands.
pub(super) fn runs(incident: &Incident, obligation: &Obligation) -> bool {
    obligation.is_owed()
        && match incident.status {
            IncidentStatus::Investigating | IncidentStatus::Identified | IncidentStatus::Monitoring => {
                obligation.rule.runs_while_open()
            }
            IncidentStatus::Resolved => obligation.rule == RuleId::PostmortemOnTime,
            IncidentStatus::Closed | IncidentStatus::Cancelled => false,
        }
}

/// The steps of one obligation that are not recorded yet, each with its time, in order.
fn steps(obligation: &Obligation) -> Vec<(Instant, IncidentEvent)> {
    let rule = obligation.rule;
    let Some(due_at) = obligation.due_at else { return Vec::new() };
    let mut steps = Vec::new();
    if obligation.breached_at.is_none() {
        if let Some(nag) = nags_at(obligation).filter(|_| obligation.nagged_at.is_none()) {
            steps.push((nag, IncidentEvent::RuleNagged { rule, due_at }));
        }
        steps.push((due_at, IncidentEvent::RuleBreached { rule, due_at }));
    }
    for (minutes, who) in ladder(rule) {
        let at = due_at.checked_add(SignedDuration::from_mins(*minutes)).unwrap_or(due_at);
        if obligation.paged.iter().all(|paged| paged.who != *who) {
            steps.push((at, IncidentEvent::RulePaged { rule, who: *who }));
        }
    }
    steps
}

fn all_steps(incident: &Incident) -> impl Iterator<Item = (Instant, IncidentEvent)> + '_ {
    incident.obligations.iter().filter(|o| runs(incident, o)).flat_map(steps)
}

/// When [`Incident::tick`] has something to do; `None` when no clock runs.
pub fn next_due_at(incident: &Incident) -> Option<Instant> {
    all_steps(incident).map(|(at, _)| at).min()
}

impl Incident {
    /// What the clocks ask for by `now`: reminders, breaches and pages, in the order in which they became due. Empty when nothing is due.
    pub fn tick(&self, now: Instant) -> Vec<IncidentEvent> {
        let mut due: Vec<_> = all_steps(self).filter(|(at, _)| *at <= now).collect();
        // Stable: at one instant a breach stays before the pages it causes.
        due.sort_by_key(|(at, _)| *at);
        due.into_iter().map(|(_, event)| event).collect()
    }
}

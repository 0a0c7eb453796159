//! The first version of a postmortem, from what the incident's timeline says happened. Candidates, not judgements: people rewrite it.

use super::document::{Draft, DraftImpact};
use crate::{
    record::{Instant, Recorded},
    response::{
        Adherence, EntryKind, Incident, IncidentEvent, IncidentStatus, RuleId, RuleLine, Standing,
        playbook::{adherence, spoken},
        timeline::{LineKind, describe, short},
    },
    text::clean::one_line,
};
use jiff::tz::TimeZone;
use nightbell_public::NoticeStatus;
use std::collections::BTreeMap;

/// The postmortem of an incident as Markdown, in the playbook's headings. `root_cause_label` is the organisation's word for the
/// cause section; `now` stands in for the end while the incident is open.
pub fn draft_from_incident(
    incident: &Incident,
    events: &[Recorded<IncidentEvent>],
    root_cause_label: &str,
    now: Instant,
) -> String {
    let adherence = adherence(incident, now);
    let draft = Draft {
        title: incident.title.clone(),
        date: incident.declared_at.to_zoned(TimeZone::UTC).date(),
        impact: impact(incident, events, now),
        timeline: timeline_of(events),
        root_cause_label: root_cause_label.to_owned(),
        root_cause: causes(incident),
        went_well: went_well(incident, events, &adherence),
        didnt: didnt(incident, &adherence),
        items: Vec::new(),
    };
    draft.to_markdown()
}

fn impact(incident: &Incident, events: &[Recorded<IncidentEvent>], now: Instant) -> DraftImpact {
    let end = incident.resolved_at.unwrap_or(now);
    let mut facts = Vec::new();
    // What was said about the impact while it lasted; the first words are the nearest to what customers felt.
    let updates = events.iter().filter_map(|recorded| match &recorded.event {
        IncidentEvent::UpdatePosted { text, status, .. } if *status != IncidentStatus::Resolved => Some(one_line(text)),
        _ => None,
    });
    facts.extend(updates.take(3));
    if let Some(service) = &incident.service {
        facts.push(format!(
            "Service: {service}, {} ({}).",
            incident.severity.as_str().to_uppercase(),
            incident.row.impact
        ));
    }
    // What was degraded, and how much, only people can say.
    DraftImpact { duration: end.duration_since(incident.began_at), affected: String::new(), facts }
}

/// What belongs into the document: not every reminder and every offer, and nobody's name (the system, not the person).
fn timeline_of(events: &[Recorded<IncidentEvent>]) -> Vec<(Instant, String)> {
    let revised: BTreeMap<u64, &str> = events
        .iter()
        .filter_map(|recorded| match &recorded.event {
            IncidentEvent::EntryRevised { seq, text } => Some((*seq, text.as_str())),
            _ => None,
        })
        .collect();
    let mut lines: Vec<(Instant, String)> = events
        .iter()
        .filter_map(|recorded| {
            let line = describe(recorded);
            let text = told(recorded, revised.get(&recorded.seq).copied())?;
            Some((line.at, text))
        })
        .collect();
    // An alert began before the incident was declared from it. Stable: what was recorded together stays in its order.
    lines.sort_by_key(|(at, _)| *at);
    lines
}

fn told(recorded: &Recorded<IncidentEvent>, revised: Option<&str>) -> Option<String> {
    use IncidentEvent as E;
    Some(match &recorded.event {
        E::AlertLinked { title, .. } => format!("alert: {title}"),
        E::Declared { severity, .. } => format!("declared {}", severity.id.as_str().to_uppercase()),
        E::RoleTaken { role, .. } | E::RoleAccepted { role, .. } => format!("{role} named"),
        E::Entry { entry: EntryKind::Hypothesis, text } => format!("hypothesis: {}", one_line(revised.unwrap_or(text))),
        E::Entry { entry: EntryKind::Decision, text } => format!("decision: {}", one_line(revised.unwrap_or(text))),
        E::Entry { entry: EntryKind::Action, text } => format!("action: {}", one_line(revised.unwrap_or(text))),
        E::HypothesisRefuted { reason, .. } => format!("hypothesis refuted: {}", one_line(reason)),
        E::MitigationTried { title, .. } => format!("mitigation tried: {title}"),
        E::MitigationJudged { title, worked: true, .. } => format!("mitigation worked: {title}"),
        E::MitigationJudged { title, .. } => format!("mitigation did not help: {title}"),
        E::UpdatePosted { .. } => format!("update: {}", short(recorded)),
        E::Published { status, .. } => format!("public notice: {}", status.label().to_lowercase()),
        E::StatusChanged { to, .. } => format!("status: {to}"),
        E::SeverityChanged { to, .. } => format!("severity: {}", to.id.as_str().to_uppercase()),
        E::Resolved { .. } => "recovery confirmed".to_owned(),
        E::Entry { .. }
        | E::EntryRevised { .. }
        | E::RoleOffered { .. }
        | E::RoleDeclined { .. }
        | E::RoleReleased { .. }
        | E::PageStarted { .. }
        | E::PageAcknowledged { .. }
        | E::RuleMet { .. }
        | E::RuleNagged { .. }
        | E::RulePaged { .. }
        | E::RuleBreached { .. }
        | E::RuleWaived { .. }
        | E::Closed
        | E::Cancelled { .. }
        | E::PostmortemDrafted { .. }
        | E::PostmortemPublished { .. } => return None,
    })
}

/// The hypotheses nobody refuted: the newest is where the thought ended.
fn causes(incident: &Incident) -> String {
    let standing = incident.hypotheses.iter().rev().filter(|hypothesis| hypothesis.refuted.is_none());
    standing.take(1).map(|hypothesis| format!("Hypothesis during the incident: {}", hypothesis.text)).collect()
}

fn went_well(incident: &Incident, events: &[Recorded<IncidentEvent>], adherence: &Adherence) -> Vec<String> {
    let mut lines = Vec::new();
    let alert = events.iter().find(|recorded| describe(recorded).kind == LineKind::Alert);
    if let Some(alert) = alert {
        let after = alert.at.duration_since(incident.began_at).as_secs();
        lines.push(format!(
            "The alert led to an incident {} after it fired.",
            spoken(u64::try_from(after).unwrap_or(0))
        ));
    }
    let worked =
        incident.mitigations.iter().filter(|state| state.tried.last().is_some_and(|last| last.worked == Some(true)));
    lines.extend(worked.map(|state| format!("Mitigation worked: {}.", state.mitigation.title)));
    lines.extend(adherence.lines.iter().filter(|line| line.standing == Standing::Met).filter_map(kept));
    lines
}

/// A kept rule as a sentence; `None` for those that are not worth one.
fn kept(line: &RuleLine) -> Option<String> {
    let took = spoken(line.measured_s?);
    match line.rule {
        RuleId::IcNamed => Some(format!("Commander named after {took}.")),
        RuleId::RolesFilled => Some(format!("All roles filled after {took}.")),
        RuleId::PublicNotice => Some(format!("Public notice after {took}.")),
        RuleId::MitigateFirst => Some(format!("First mitigation tried after {took}.")),
        RuleId::UpdateCadence => Some(format!("Every update came as promised ({}).", line.detail)),
        RuleId::RunbookLinked => Some("A runbook was at hand.".to_owned()),
        RuleId::RoomOpen | RuleId::HonestWords | RuleId::PostmortemOnTime | RuleId::ItemsOwned => None,
    }
}

fn didnt(incident: &Incident, adherence: &Adherence) -> Vec<String> {
    let missed = adherence.lines.iter().filter(|line| matches!(line.standing, Standing::Breached | Standing::MetLate));
    let mut lines: Vec<String> = missed.filter_map(missed_sentence).collect();
    let failed =
        incident.mitigations.iter().filter(|state| state.tried.last().is_some_and(|last| last.worked == Some(false)));
    lines.extend(failed.map(|state| format!("Mitigation did not help: {}.", state.mitigation.title)));
    if incident.public.as_ref().is_some_and(|public| public.status != NoticeStatus::Resolved)
        && incident.resolved_at.is_some()
    {
        lines.push("The public page was not told that it is over.".to_owned());
    }
    lines
}

fn missed_sentence(line: &RuleLine) -> Option<String> {
    let took = line.measured_s.filter(|_| line.standing == Standing::MetLate).map(spoken);
    let sentence =
        |late: &str, never: &str| took.as_ref().map_or_else(|| never.to_owned(), |took| format!("{late} {took}."));
    match line.rule {
        RuleId::IcNamed => Some(sentence("Commander named only after", "No commander was named in time.")),
        RuleId::RolesFilled => Some(sentence("Roles filled only after", "Not all roles were filled in time.")),
        RuleId::PublicNotice => Some(sentence("Public notice only after", "The public page did not speak in time.")),
        RuleId::UpdateCadence => Some(match line.detail.as_str() {
            "" => "The promised update did not come in time.".to_owned(),
            detail => format!("Not every update came as promised ({detail})."),
        }),
        RuleId::RunbookLinked => Some("No runbook was at hand.".to_owned()),
        RuleId::RoomOpen
        | RuleId::HonestWords
        | RuleId::MitigateFirst
        | RuleId::PostmortemOnTime
        | RuleId::ItemsOwned => None,
    }
}

#[cfg(test)]
#[path = "from_incident_tests.rs"]
mod tests;

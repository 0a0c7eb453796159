//! Declaring: the first decision. Anyone signed in may declare; so may a route.

use super::{Act, Incident, IncidentEvent, Mitigation, act, playbook};
use crate::{
    ids::{AlertId, IncidentId, RunbookId, ServiceId},
    limits::INCIDENT_TITLE_CHARS_MAX,
    org::{Severity, SeverityAnswers},
    record::{Aggregate, Instant, Recorded},
    refusal::Refusal,
    text::clean::one_line,
};

/// The alert an incident is declared from.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstAlert {
    /// Which.
    pub id: AlertId,
    /// Its title.
    pub title: String,
    /// When the trouble began, as the alert says.
    pub started_at: Instant,
}

/// What declaring needs to know. Ids and the slug come from the caller, who can see which are taken.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclareInput {
    /// Id.
    pub id: IncidentId,
    /// From [`crate::text::slug::incident_slug`].
    pub slug: String,
    /// One line.
    pub title: String,
    /// The row chosen or proposed.
    pub severity: Severity,
    /// The answers, when the questions were asked.
    pub answers: Option<SeverityAnswers>,
    /// Why this severity; the row's impact when empty.
    pub why: String,
    /// What is broken.
    pub service: Option<ServiceId>,
    /// The runbook shown beside.
    pub runbook: Option<RunbookId>,
    /// What can be tried at once: the runbook's quick mitigations; later ones with a key seen before are left out.
    pub mitigations: Vec<Mitigation>,
    /// The alert it is declared from.
    pub alert: Option<FirstAlert>,
}

/// Declares an incident.
///
/// # Errors
/// Invalid without a title, or with one too long.
pub fn declare(act: Act<'_>, input: DeclareInput) -> Result<Vec<IncidentEvent>, Refusal> {
    let title = one_line(&input.title);
    if title.is_empty() {
        return Err(Refusal::invalid("title", "Say in a few words what is broken: \"Checkout down\"."));
    }
    let chars = title.chars().count();
    if chars > INCIDENT_TITLE_CHARS_MAX {
        let message = format!(
            "The title has {chars} characters; at most {INCIDENT_TITLE_CHARS_MAX} fit. Details go into the first note."
        );
        return Err(Refusal::invalid("title", message));
    }
    let why = one_line(&input.why);
    let why = if why.is_empty() { input.severity.impact.clone() } else { why };
    let mut mitigations: Vec<Mitigation> = Vec::new();
    for mitigation in input.mitigations {
        if mitigations.iter().all(|known| known.key != mitigation.key) {
            mitigations.push(mitigation);
        }
    }
    let mut events = vec![IncidentEvent::Declared {
        id: input.id,
        slug: input.slug,
        title,
        obligations: playbook::contract(&input.severity, act.at),
        severity: Box::new(input.severity),
        answers: input.answers,
        why,
        service: input.service,
        runbook: input.runbook,
        mitigations,
    }];
    let first = Recorded { seq: 1, at: act.at, actor: act.by.clone(), event: events[0].clone() };
    if let Some(alert) = input.alert {
        let started_at = crate::record::to_microsecond(alert.started_at).min(act.at);
        events.push(IncidentEvent::AlertLinked {
            alert: alert.id,
            title: one_line(&alert.title),
            started_at,
            runbook: None,
            mitigations: Vec::new(),
        });
    }
    if let Some(declared) = Incident::evolve(None, &first) {
        events.splice(1.., declared.with_rules_met(act, events[1..].to_vec()));
    }
    Ok(events)
}

impl Incident {
    /// An alert belongs to this incident. Linking it again changes nothing. `runbook` and `mitigations` are those of the alert's
    /// service; only what is not listed yet is added.
    ///
    /// # Errors
    /// Conflict when the incident is over.
    pub fn link_alert(
        &self,
        act: Act<'_>,
        alert: &FirstAlert,
        runbook: Option<RunbookId>,
        mitigations: &[Mitigation],
    ) -> Result<Vec<IncidentEvent>, Refusal> {
        self.must_not_be_over()?;
        if self.alerts.contains(&alert.id) {
            return Ok(Vec::new());
        }
        let mut new: Vec<Mitigation> = Vec::new();
        for mitigation in mitigations {
            let listed = self.mitigations.iter().any(|known| known.mitigation.key == mitigation.key);
            if !listed && new.iter().all(|known| known.key != mitigation.key) {
                new.push(mitigation.clone());
            }
        }
        let linked = IncidentEvent::AlertLinked {
            alert: alert.id,
            title: one_line(&alert.title),
            started_at: crate::record::to_microsecond(alert.started_at).min(act.at),
            runbook: runbook.filter(|_| self.runbook.is_none()),
            mitigations: new,
        };
        Ok(self.with_rules_met(act, vec![linked]))
    }

    /// A page for this incident began. `to` says whom in words, `why` says what asked for it. Recording it again changes nothing.
    pub fn page_started(&self, page: crate::ids::PageId, to: &str, why: &str) -> Vec<IncidentEvent> {
        if self.pages.contains(&page) {
            return Vec::new();
        }
        vec![IncidentEvent::PageStarted { page, to: act::brief(to), why: act::brief(why) }]
    }

    /// A page of this incident was answered.
    pub fn page_acknowledged(&self, page: crate::ids::PageId, by: crate::ids::UserId) -> Vec<IncidentEvent> {
        if self.pages.contains(&page) { vec![IncidentEvent::PageAcknowledged { page, by }] } else { Vec::new() }
    }
}

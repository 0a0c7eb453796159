//! Declaring: by a person or by a route. The room opens, the severity's people are paged, the runbook's mitigations are laid out.

use super::{change::record, summon};
use crate::{Fault, Unit};
use nightbell_domain::{
    access::{Permit, Respond},
    ids::{AlertId, IncidentId, RunbookId, ServiceId, SeverityId},
    org::{Organisation, SeverityAnswers},
    record::Actor,
    refusal::Refusal,
    response::{self, Act, DeclareInput, FirstAlert, Incident, Mitigation, mitigations_of},
    signal::{Alert, AlertEvent},
    text::{runbook::parse_runbook, slug},
};
use std::cell::RefCell;

/// What a person says when declaring.
#[derive(Debug, Clone, Default)]
pub struct Declare {
    /// What is broken, in a few words; from the alert when empty.
    pub title: String,
    /// A chosen severity; else the answers propose one.
    pub severity: Option<SeverityId>,
    /// Answers to the plain questions.
    pub answers: Option<SeverityAnswers>,
    /// What is broken.
    pub service: Option<ServiceId>,
    /// The alert it comes from.
    pub alert: Option<AlertId>,
}

/// A person declares.
pub fn declare(unit: &mut Unit<'_>, by: &Permit<Respond>, input: Declare) -> Result<Incident, Fault> {
    declare_as(unit, &by.actor(), input)
}

/// Declares as somebody whose right to do so was checked before.
pub(super) fn declare_as(unit: &mut Unit<'_>, actor: &Actor, input: Declare) -> Result<Incident, Fault> {
    let alert = match input.alert {
        Some(id) => Some(unit.load::<Alert>(id)?.ok_or_else(|| Refusal::not_found("alert", id))?),
        None => None,
    };
    if let Some(known) = alert.as_ref().and_then(|a| a.incident) {
        let incident = unit.load::<Incident>(known)?.ok_or_else(|| Fault::missing("incident", known))?;
        let message = format!("This alert belongs to {} already; join it there.", incident.slug);
        return Err(Refusal::conflict("already-declared", message).into());
    }
    open(unit, actor, input, alert)
}

/// A route declares for an alert it lets through.
pub fn declare_for_alert(
    unit: &mut Unit<'_>,
    alert: Alert,
    severity: SeverityId,
    actor: &Actor,
) -> Result<Incident, Fault> {
    let input = Declare { severity: Some(severity), ..Declare::default() };
    open(unit, actor, input, Some(alert))
}

fn open(unit: &mut Unit<'_>, actor: &Actor, input: Declare, alert: Option<Alert>) -> Result<Incident, Fault> {
    let directory = unit.directory.clone();
    let org = &directory.org;
    let title = if input.title.trim().is_empty() {
        alert.as_ref().map_or(String::new(), |a| a.title.clone())
    } else {
        input.title
    };
    let title: String = title.chars().take(nightbell_domain::limits::INCIDENT_TITLE_CHARS_MAX).collect();
    let service = input.service.or_else(|| alert.as_ref().and_then(|a| a.service.clone()));
    if let Some(service) = service.as_ref().filter(|id| !org.services.contains_key(*id)) {
        return Err(Refusal::invalid("service", format!("There is no service {service}.")).into());
    }
    let (severity, why) = match &input.severity {
        Some(id) => {
            let row = org
                .severities
                .get(id)
                .ok_or_else(|| Refusal::invalid("severity", format!("There is no severity {id}.")))?;
            (row, String::new())
        }
        None => {
            let (row, why) = org.severities.propose(input.answers.unwrap_or_default());
            (row, why.to_owned())
        }
    };
    let (runbook, mitigations) = first_aid(org, service.as_ref());
    let date = unit.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let slug = free_slug(unit, date, &title)?;
    let first = alert.as_ref().map(|a| FirstAlert { id: a.id, title: a.title.clone(), started_at: a.started_at });
    let id: IncidentId = unit.ids().make();
    let input = DeclareInput {
        id,
        slug,
        title,
        severity: severity.clone(),
        answers: input.answers,
        why,
        service,
        runbook,
        mitigations,
        alert: first,
    };
    let events = response::declare(Act::new(actor, unit.now), input)?;
    let mut incident: Incident = unit.create(events, actor)?;
    let ringing = alert.as_ref().is_some_and(|a| a.page.is_some());
    if let Some(alert) = alert {
        incident = adopt(unit, incident, alert, actor)?;
    }
    summon::at_declaration(unit, incident, actor, ringing)
}

/// The first slug of the title that no incident has. A store that cannot answer fails the declaration, not the name.
fn free_slug(unit: &mut Unit<'_>, date: jiff::civil::Date, title: &str) -> Result<String, Fault> {
    let looked_up = RefCell::new((&mut *unit.tx, None));
    let slug = slug::incident_slug(date, title, |slug| {
        let (tx, failed) = &mut *looked_up.borrow_mut();
        nightbell_store::response::is_taken(*tx, slug).unwrap_or_else(|e| {
            *failed = Some(e);
            false
        })
    });
    match looked_up.into_inner().1 {
        Some(e) => Err(e.into()),
        None => Ok(slug),
    }
}

/// The alert and the incident know each other from now on; the alert's page appears in the room.
fn adopt(unit: &mut Unit<'_>, incident: Incident, alert: Alert, actor: &Actor) -> Result<Incident, Fault> {
    let page = alert.page;
    let title = alert.title.clone();
    unit.commit(alert, vec![AlertEvent::Linked { incident: incident.id }], actor)?;
    let Some(page) = page else { return Ok(incident) };
    let Some(page) = unit.load::<nightbell_domain::paging::Page>(page)? else { return Ok(incident) };
    let mut events = incident.page_started(page.id, &summon::rung_words(&page), &title);
    if let nightbell_domain::paging::PageStatus::Acknowledged { by: Actor::User(user), .. } = &page.status {
        events.push(response::IncidentEvent::PageAcknowledged { page: page.id, by: user.clone() });
    }
    record(unit, incident, events, actor)
}

/// Links another alert to an open incident.
pub fn link_alert(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    incident: &str,
    alert: AlertId,
) -> Result<Incident, Fault> {
    let incident = super::find(unit, incident)?;
    let alert = unit.load::<Alert>(alert)?.ok_or_else(|| Refusal::not_found("alert", alert))?;
    if alert.incident.is_some_and(|other| other != incident.id) {
        return Err(Refusal::conflict("already-linked", "This alert belongs to another incident already.").into());
    }
    let directory = unit.directory.clone();
    let (runbook, mitigations) = first_aid(&directory.org, alert.service.as_ref());
    let first = FirstAlert { id: alert.id, title: alert.title.clone(), started_at: alert.started_at };
    let actor = by.actor();
    let events = incident.link_alert(Act::new(&actor, unit.now), &first, runbook, &mitigations)?;
    if events.is_empty() {
        return Ok(incident);
    }
    let incident = record(unit, incident, events, &actor)?;
    adopt(unit, incident, alert, &actor)
}

/// The service's first readable runbook, and what all its runbooks can try at once.
fn first_aid(org: &Organisation, service: Option<&ServiceId>) -> (Option<RunbookId>, Vec<Mitigation>) {
    let Some(service) = service.and_then(|id| org.services.get(id)) else { return (None, Vec::new()) };
    let mut first = None;
    let mut mitigations = Vec::new();
    for source in org.runbooks_of(service) {
        let Ok((runbook, _)) = parse_runbook(&source.markdown) else { continue };
        first.get_or_insert_with(|| source.id.clone());
        mitigations.extend(mitigations_of(&source.id, &runbook));
    }
    (first, mitigations)
}

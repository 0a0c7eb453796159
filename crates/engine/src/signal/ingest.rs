//! Ingest: each event ends in exactly one recorded outcome (INV-01), and the raw request is kept beside.

use crate::{Fault, Unit, paging, response};
use nightbell_domain::{
    ids::{AlertId, IntegrationId, RequestId},
    org::RouteOutcome,
    paging::{PageStart, PolicySnapshot, Rank, Subject},
    record::Actor,
    signal::{self, Alert, AlertEvent, AlertFacts, Event, Ingested, route::Routing},
};
use nightbell_store::signal as store;

/// A parsed inbound request.
#[derive(Debug, Clone)]
pub struct Inbound {
    /// Where it came in.
    pub integration: IntegrationId,
    /// As sent.
    pub content_type: String,
    /// As sent, bounded.
    pub body: Vec<u8>,
    /// What it says.
    pub events: Vec<Event>,
    /// Why something in the request made no event, or less of one: kept with it (INV-01: a recorded reason).
    pub notes: Vec<String>,
}

/// What became of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventOutcome {
    /// The key it belongs to, made when it had none.
    pub dedup_key: String,
    /// The alert it made or met.
    pub alert: Option<AlertId>,
    /// One line: what happened and why.
    pub reason: String,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The kept request.
    pub request: RequestId,
    /// One for each event.
    pub outcomes: Vec<EventOutcome>,
}

/// Takes a request in. Everything it means is in the same transaction: alerts, pages, the first notifications owed.
pub fn ingest(unit: &mut Unit<'_>, inbound: &Inbound) -> Result<Receipt, Fault> {
    let mut outcomes = Vec::with_capacity(inbound.events.len());
    for event in &inbound.events {
        // A source whose clock runs ahead must not silence its own later events: nothing began after now.
        let event = Event { started_at: event.started_at.map(|at| at.min(unit.now)), ..event.clone() };
        outcomes.push(one(unit, &inbound.integration, &event)?);
    }
    let request = unit.ids().make();
    store::keep_raw(
        unit.tx,
        &store::RawRequest {
            id: request,
            integration: inbound.integration.to_string(),
            received_at: unit.now,
            content_type: inbound.content_type.clone(),
            body: inbound.body.clone(),
            outcome: in_words(&outcomes, &inbound.notes),
        },
    )?;
    Ok(Receipt { request, outcomes })
}

/// A line for each event, then what was noted about the request as a whole.
fn in_words(outcomes: &[EventOutcome], notes: &[String]) -> String {
    let mut lines: Vec<_> = outcomes.iter().map(|o| format!("{}: {}", o.dedup_key, o.reason)).collect();
    if lines.is_empty() {
        lines.push("recorded; it holds no alert".to_owned());
    }
    lines.extend(notes.iter().map(|note| format!("note: {note}")));
    lines.join("\n")
}

fn one(unit: &mut Unit<'_>, integration: &IntegrationId, event: &Event) -> Result<EventOutcome, Fault> {
    let key = event.dedup_key.clone().unwrap_or_else(|| unit.ids().make::<RequestId>().uuid().to_string());
    let (open, last) = store::by_key(unit.tx, integration, &key)?;
    let (alert, reason) = match signal::ingest(open.as_ref(), last.as_ref(), event) {
        Ingested::Nothing(reason) => (open.map(|a| a.id), reason.to_owned()),
        Ingested::New => fresh(unit, integration, &key, event)?,
        Ingested::Open(events) => match open {
            Some(alert) => (Some(alert.id), known(unit, integration, alert, events)?),
            None => (None, "no open alert has this key".to_owned()),
        },
    };
    Ok(EventOutcome { dedup_key: key, alert, reason })
}

/// A new alert: routed, stored, and rung for.
fn fresh(
    unit: &mut Unit<'_>,
    integration: &IntegrationId,
    key: &str,
    event: &Event,
) -> Result<(Option<AlertId>, String), Fault> {
    let directory = unit.directory.clone();
    let facts = AlertFacts {
        title: &event.title,
        severity: event.severity,
        source: &event.source,
        labels: &event.labels,
        service: directory.integration(integration).and_then(|i| i.service.as_ref()),
        integration: integration.as_str(),
    };
    let routing = directory.routes.decide(&facts);
    if routing.outcome == RouteOutcome::Drop {
        return Ok((None, format!("dropped by {}", routing.reason)));
    }
    let id = unit.ids().make();
    let actor = Actor::Integration(integration.clone());
    let triggered = AlertEvent::Triggered {
        id,
        integration: integration.clone(),
        dedup_key: key.to_owned(),
        event: Box::new(event.clone()),
        routing: routing.clone(),
    };
    let mut alert: Alert = unit.create(vec![triggered], &actor)?;
    let reason = match routing.outcome {
        RouteOutcome::Page => {
            let page = paging::start(unit, start_for(unit, &alert), &actor)?;
            alert = unit.commit(alert, vec![AlertEvent::Paged { page: page.id }], &actor)?;
            format!("paged by {}", routing.reason)
        }
        RouteOutcome::Notify => {
            paging::notice(unit, start_for(unit, &alert), &actor)?;
            format!("told, nobody woken, by {}", routing.reason)
        }
        RouteOutcome::Record | RouteOutcome::Drop => format!("recorded only, by {}", routing.reason),
    };
    if let Some(severity) = &routing.declare {
        response::declare_for_alert(unit, alert, severity.clone(), &actor)?;
    }
    Ok((Some(id), reason))
}

/// The page an alert asks for: its service's policy, or the administrators when nothing says whom.
pub(crate) fn start_for(unit: &Unit<'_>, alert: &Alert) -> PageStart {
    let subject = Subject::Alert { alert: alert.id };
    let start = page_start(&unit.directory.org, &alert.routing, subject, &alert.title, &alert.body);
    PageStart { rank: Rank::of_alert(alert.routing.urgency, alert.severity), ..start }
}

/// The same, before there is an alert: for `explain`.
pub(crate) fn page_start(
    org: &nightbell_domain::org::Organisation,
    routing: &Routing,
    subject: Subject,
    title: &str,
    body: &str,
) -> PageStart {
    let service = routing.service.as_ref().and_then(|id| org.services.get(id));
    let policy = service.and_then(|s| s.policy.as_ref()).and_then(|id| org.policies.get(id));
    let why = match (service, policy) {
        (_, Some(policy)) => format!("{}; policy {}", routing.reason, policy.id),
        (Some(service), None) => {
            format!("{}; service {} has no policy, so the last resort is rung", routing.reason, service.id)
        }
        (None, None) => format!("{}; no service is named, so the last resort is rung", routing.reason),
    };
    PageStart {
        subject,
        title: title.to_owned(),
        body: body.to_owned(),
        service: routing.service.clone(),
        urgency: routing.urgency,
        policy: policy.map(PolicySnapshot::from).unwrap_or_default(),
        why,
        rank: Rank::default(),
    }
}

/// An event for an alert that is open.
fn known(
    unit: &mut Unit<'_>,
    integration: &IntegrationId,
    alert: Alert,
    events: Vec<AlertEvent>,
) -> Result<String, Fault> {
    let actor = Actor::Integration(integration.clone());
    let last = events.last().cloned();
    let alert = unit.commit(alert, events, &actor)?;
    match last {
        Some(AlertEvent::Acknowledged) => {
            paging::acknowledge_for(unit, &alert.id.to_string(), &actor, integration.as_str())?;
            Ok("acknowledged at the source".to_owned())
        }
        Some(AlertEvent::Resolved { reason }) => {
            paging::end_for(unit, &alert.id.to_string(), &format!("resolved: {reason}"), &actor)?;
            Ok("resolved at the source".to_owned())
        }
        _ => Ok(format!("deduplicated into {} ({} events)", alert.id, alert.event_count)),
    }
}

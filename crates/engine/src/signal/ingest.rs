//! Ingest: each event ends in exactly one recorded outcome (INV-01), and the raw request is kept beside.

use super::act::record;
use crate::{Fault, Unit, paging, response};
use nightbell_domain::{
    ids::{AlertId, IntegrationId, RequestId},
    org::{RouteOutcome, Urgency},
    paging::{PageStart, PolicySnapshot, Rank, Subject},
    record::Actor,
    signal::{self, Alert, AlertEvent, AlertFacts, Event, EventAction, Ingested, Repeats, route::Routing},
};
use nightbell_store::signal::{self as store, Open};
use std::borrow::Cow;

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
    /// The kept request; `None` when it was not kept, because it said nothing but what its alerts say already (ADR 0021).
    pub request: Option<RequestId>,
    /// One for each event.
    pub outcomes: Vec<EventOutcome>,
}

/// Takes a request in. Everything it means is in the same transaction: alerts, pages, the first notifications owed.
pub fn ingest(unit: &mut Unit<'_>, inbound: &Inbound) -> Result<Receipt, Fault> {
    let mut outcomes = Vec::with_capacity(inbound.events.len());
    let mut again_events = 0;
    for event in &inbound.events {
        // A source whose clock runs ahead must not silence its own later events: nothing began after now.
        let event = match event.started_at {
            Some(at) if at > unit.now => Cow::Owned(Event { started_at: Some(unit.now), ..event.clone() }),
            _ => Cow::Borrowed(event),
        };
        let (outcome, counted) = one(unit, &inbound.integration, &event)?;
        again_events += usize::from(counted);
        outcomes.push(outcome);
    }
    // What was said before in the same words is kept already.
    let nothing_new = again_events > 0 && again_events == outcomes.len() && inbound.notes.is_empty();
    let request = if nothing_new { None } else { Some(keep(unit, inbound, &outcomes)?) };
    Ok(Receipt { request, outcomes })
}

fn keep(unit: &mut Unit<'_>, inbound: &Inbound, outcomes: &[EventOutcome]) -> Result<RequestId, Fault> {
    let id = unit.ids().make();
    let raw = store::RawRequest {
        id,
        integration: inbound.integration.to_string(),
        received_at: unit.now,
        content_type: inbound.content_type.clone(),
        body: inbound.body.clone(),
        outcome: in_words(outcomes, &inbound.notes),
    };
    store::keep_raw(unit.tx, raw)?;
    Ok(id)
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

/// What became of one event; and whether it said nothing new and was only counted.
fn one(unit: &mut Unit<'_>, integration: &IntegrationId, event: &Event) -> Result<(EventOutcome, bool), Fault> {
    let key = event.dedup_key.clone().unwrap_or_else(|| unit.ids().make::<RequestId>().uuid().to_string());
    let met = match event.action {
        EventAction::Trigger => store::open_says(unit.tx, integration, &key, event)?,
        EventAction::Acknowledge | EventAction::Resolve => Open::Other,
    };
    let (open, last) = match met {
        Open::Says(alert) => return again(unit, key, alert),
        Open::None => (None, store::last_by_key(unit.tx, integration, &key)?),
        Open::Other => store::by_key(unit.tx, integration, &key)?,
    };
    // Our own clock was set back since then: what began in the future is no measure of what is late (INV-13).
    let last = last.filter(|last| last.started_at <= unit.now);
    let (alert, reason) = match (signal::ingest(open.as_ref(), last.as_ref(), event), open) {
        (Ingested::Again, Some(alert)) => return again(unit, key, alert.id),
        (Ingested::Nothing(reason), open) => (open.map(|a| a.id), reason.to_owned()),
        (Ingested::New, _) => fresh(unit, integration, &key, event)?,
        (Ingested::Open(events), Some(alert)) => (Some(alert.id), known(unit, integration, alert, events)?),
        (Ingested::Open(_) | Ingested::Again, None) => (None, "no open alert has this key".to_owned()),
    };
    Ok((EventOutcome { dedup_key: key, alert, reason }, false))
}

/// An event that says nothing new is counted.
fn again(unit: &mut Unit<'_>, dedup_key: String, alert: AlertId) -> Result<(EventOutcome, bool), Fault> {
    unit.tx.count_repeats(alert, Repeats { events: 1, last_at: unit.now })?;
    let reason = format!("deduplicated into {alert}; it says nothing new");
    Ok((EventOutcome { dedup_key, alert: Some(alert), reason }, true))
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
    let mut events = vec![AlertEvent::Triggered {
        id,
        integration: integration.clone(),
        dedup_key: key.to_owned(),
        event: Box::new(event.clone()),
        routing: routing.clone(),
    }];
    let start = |unit: &Unit<'_>| {
        let start = page_start(&unit.directory.org, &routing, Subject::Alert { alert: id }, &event.title, &event.body);
        let policy = start.policy.clone().knowing(&event.labels, event.severity);
        PageStart { rank: Rank::of_alert(routing.urgency, event.severity), policy, ..start }
    };
    let reason = match routing.outcome {
        RouteOutcome::Page => {
            let page = paging::start(unit, start(unit), &actor)?;
            // Known before the alert is written: one row, one write.
            events.push(AlertEvent::Paged { page: page.id });
            format!("paged by {}", routing.reason)
        }
        RouteOutcome::Notify => {
            paging::notice(unit, start(unit), &actor)?;
            format!("told, nobody woken, by {}", routing.reason)
        }
        RouteOutcome::Record | RouteOutcome::Drop => format!("recorded only, by {}", routing.reason),
    };
    let alert: Alert = unit.create(events, &actor)?;
    if let Some(severity) = &routing.declare {
        response::declare_for_alert(unit, alert, severity.clone(), &actor)?;
    }
    Ok((Some(id), reason))
}

/// The page an alert asks for: its service's policy, or the administrators when nothing says whom. For `explain` too, before there is an alert.
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
        policy: policy.map(|policy| PolicySnapshot::of(org, policy)).unwrap_or_default(),
        why,
        rank: Rank::default(),
    }
}

/// What was of low urgency, and the routes would page urgently as it is now, rings as such: a page that is held until the morning is no more.
fn raise_when_worse(unit: &mut Unit<'_>, alert: &Alert, event: &Event, actor: &Actor) -> Result<(), Fault> {
    if alert.routing.outcome != RouteOutcome::Page || alert.routing.urgency == Urgency::High {
        return Ok(());
    }
    let directory = unit.directory.clone();
    let facts = AlertFacts {
        title: &event.title,
        severity: event.severity,
        source: &event.source,
        labels: &event.labels,
        service: directory.integration(&alert.integration).and_then(|i| i.service.as_ref()),
        integration: alert.integration.as_str(),
    };
    let routing = directory.routes.decide(&facts);
    if routing.outcome != RouteOutcome::Page || routing.urgency != Urgency::High {
        return Ok(());
    }
    let rank = Rank::of_alert(routing.urgency, event.severity);
    let why = format!("it became worse: {}", routing.reason);
    paging::raise_for(unit, &alert.id.to_string(), &why, rank, actor)
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
    let alert = match last {
        // Counted once more with every word that changes; told in full when it ends.
        Some(AlertEvent::Repeated { ref event }) => {
            let before = alert.severity;
            let alert = unit.commit(alert, events, &actor)?;
            if alert.severity != before {
                paging::learn_for(unit, &alert, &actor)?;
            }
            raise_when_worse(unit, &alert, event, &actor)?;
            alert
        }
        _ => record(unit, alert, events, &actor)?,
    };
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

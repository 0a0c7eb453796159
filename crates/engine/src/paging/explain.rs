//! `explain`: who would hear what, when, by which method and why, if an alert came and nobody acknowledged.

use crate::{Fault, signal::page_start};
use nightbell_domain::{
    ids::{PolicyId, ServiceId},
    org::{Organisation, RouteOutcome, Urgency},
    paging::{Off, PlanLine, Subject, plan, plan_without},
    record::Instant,
    refusal::Refusal,
    signal::{AlertFacts, AlertSeverity, Event, route::Routing},
};
use nightbell_store::{Tx, paging as store};
use serde::Serialize;
use std::collections::BTreeMap;

/// What to explain.
#[derive(Debug, Clone)]
pub enum ExplainSubject {
    /// A high-urgency alert on a service.
    Service(ServiceId),
    /// A low-urgency alert on a service: what may wait, waits.
    LowOnService(ServiceId),
    /// A given event on an integration's service.
    Alert {
        /// The event.
        event: Box<Event>,
        /// The integration's handle.
        integration: String,
        /// The integration's service.
        service: Option<ServiceId>,
    },
}

/// The whole plan.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// When the alert is supposed to come.
    pub at: Instant,
    /// What the routes decide.
    pub routing: Routing,
    /// One line for each message, and for each reason nobody hears.
    pub lines: Vec<PlanLine>,
}

/// How many pages each policy has started that asks whose turn it is.
pub type Turns = BTreeMap<PolicyId, u64>;

/// Turns as they stand: whose it is when the next page comes.
///
/// # Errors
/// The store's.
pub fn turns(tx: &mut dyn Tx) -> Result<Turns, Fault> {
    Ok(store::turns(tx)?)
}

/// Explains, by running what would run.
///
/// # Errors
/// There is no such service.
pub fn explain(
    directory: &crate::Directory,
    turns: &Turns,
    subject: &ExplainSubject,
    at: Instant,
) -> Result<Explanation, Refusal> {
    explain_without(directory, turns, subject, at, &Off::default())
}

/// The same when some people's phones are off: their attempts fail and fall back as they would.
///
/// # Errors
/// There is no such service or person.
pub fn explain_without(
    directory: &crate::Directory,
    turns: &Turns,
    subject: &ExplainSubject,
    at: Instant,
    off: &Off,
) -> Result<Explanation, Refusal> {
    if let Some(unknown) = off.users().find(|user| !directory.org.users.contains_key(*user)) {
        return Err(Refusal::not_found("user", unknown));
    }
    let org: &Organisation = &directory.org;
    let (routing, title) = match subject {
        ExplainSubject::Service(service) | ExplainSubject::LowOnService(service) => {
            let low = matches!(subject, ExplainSubject::LowOnService(_));
            let urgency = if low { Urgency::Low } else { Urgency::High };
            if !org.services.contains_key(service) {
                return Err(Refusal::not_found("service", service));
            }
            let routing = Routing {
                outcome: RouteOutcome::Page,
                urgency,
                service: Some(service.clone()),
                declare: None,
                reason: format!("asked for: a {}-urgency page", urgency.word()),
            };
            (routing, format!("an alert on {service}"))
        }
        ExplainSubject::Alert { event, integration, service } => {
            let facts = AlertFacts {
                title: &event.title,
                severity: event.severity.max(AlertSeverity::Info),
                source: &event.source,
                labels: &event.labels,
                service: service.as_ref(),
                integration,
            };
            (directory.routes.decide(&facts), event.title.clone())
        }
    };
    let lines = if routing.outcome == RouteOutcome::Page {
        let mut start = page_start(org, &routing, Subject::Person, &title, "");
        if let ExplainSubject::Alert { event, .. } = subject {
            start.policy = start.policy.knowing(&event.labels, event.severity);
        }
        start.policy.turn = start.policy.policy.as_ref().and_then(|id| turns.get(id)).copied().unwrap_or(0);
        if off.is_empty() { plan(org, start, at) } else { plan_without(org, start, at, off) }
    } else {
        Vec::new()
    };
    Ok(Explanation { at, routing, lines })
}

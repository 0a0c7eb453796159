//! `explain`: who would hear what, when, by which method and why, if an alert came and nobody acknowledged.

use crate::signal::page_start;
use nightbell_domain::{
    ids::ServiceId,
    org::{Organisation, RouteOutcome, Urgency},
    paging::{PlanLine, Subject, plan},
    record::Instant,
    refusal::Refusal,
    signal::{AlertFacts, AlertSeverity, Event, route::Routing},
};
use serde::Serialize;

/// What to explain.
#[derive(Debug, Clone)]
pub enum ExplainSubject {
    /// A high-urgency alert on a service.
    Service(ServiceId),
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

/// Explains, by running what would run.
pub fn explain(directory: &crate::Directory, subject: &ExplainSubject, at: Instant) -> Result<Explanation, Refusal> {
    let org: &Organisation = &directory.org;
    let (routing, title) = match subject {
        ExplainSubject::Service(service) => {
            if !org.services.contains_key(service) {
                return Err(Refusal::not_found("service", service));
            }
            let routing = Routing {
                outcome: RouteOutcome::Page,
                urgency: Urgency::High,
                service: Some(service.clone()),
                declare: None,
                reason: "asked for: a high-urgency page".to_owned(),
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
        plan(org, page_start(org, &routing, Subject::Person, &title, ""), at)
    } else {
        Vec::new()
    };
    Ok(Explanation { at, routing, lines })
}

//! An alert: what all events with one dedup key on one integration amount to, `firing → acknowledged → resolved`.
//! Decides what an event means for it (INV-09: late, duplicate or reordered events never reopen a newer state).

use super::{AlertSeverity, Event, EventAction, Link, Words, route::Routing};
use crate::{
    ids::{AlertId, IncidentId, IntegrationId, PageId, ServiceId},
    record::{Actor, Aggregate, Instant, Recorded},
    refusal::Refusal,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where an alert stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum AlertStatus {
    /// Nobody has said "I have it".
    Firing,
    /// Somebody has it.
    Acknowledged {
        /// Who.
        by: Actor,
        /// When.
        at: Instant,
    },
    /// It is over. Never reopened: the next trigger makes a new alert.
    Resolved {
        /// Who said so.
        by: Actor,
        /// When.
        at: Instant,
    },
}

impl AlertStatus {
    /// The word in lists, filters and the database.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Resolved { .. } => "resolved",
        }
    }
}

/// An alert as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Id.
    pub id: AlertId,
    /// Where it came in.
    pub integration: IntegrationId,
    /// What it is about.
    pub service: Option<ServiceId>,
    /// Names it on its integration while it is open.
    pub dedup_key: String,
    /// One line.
    pub title: String,
    /// Details.
    pub body: String,
    /// How bad the tool thinks it is.
    pub severity: AlertSeverity,
    /// Which host, job or tool.
    pub source: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Links.
    pub links: Vec<Link>,
    /// The runbook it names itself.
    pub runbook_url: Option<String>,
    /// When the trouble began, as the tool says; else when we heard.
    pub started_at: Instant,
    /// When the last event came.
    pub last_at: Instant,
    /// How many events it amounts to.
    pub event_count: u64,
    /// Where it stands.
    pub status: AlertStatus,
    /// What the routes decided, and why.
    pub routing: Routing,
    /// The page that rings for it.
    pub page: Option<PageId>,
    /// The incident it belongs to.
    pub incident: Option<IncidentId>,
    /// How many events of its stream it folds.
    pub version: u64,
}

/// What routes may look at.
#[derive(Debug, Clone, Copy)]
pub struct AlertFacts<'a> {
    /// Title.
    pub title: &'a str,
    /// Severity.
    pub severity: AlertSeverity,
    /// Source.
    pub source: &'a str,
    /// Labels.
    pub labels: &'a BTreeMap<String, String>,
    /// The integration's service.
    pub service: Option<&'a ServiceId>,
    /// The integration's handle.
    pub integration: &'a str,
}

/// What can happen to an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AlertEvent {
    /// The first event.
    Triggered {
        /// Id.
        id: AlertId,
        /// Where it came in.
        integration: IntegrationId,
        /// Key, given or made.
        dedup_key: String,
        /// What came.
        event: Box<Event>,
        /// What the routes decided.
        routing: Routing,
    },
    /// Another trigger with the same key: counted, newest text kept, nobody paged again. Or a resolve that overtook its trigger: counted.
    Repeated {
        /// What came.
        event: Box<Event>,
    },
    /// It was said again in the same words, so often, since its stream told so last (ADR 0021).
    Counted {
        /// How often.
        events: u64,
        /// When the last one came.
        last_at: Instant,
    },
    /// A page rings for it.
    Paged {
        /// Which.
        page: PageId,
    },
    /// Somebody has it.
    Acknowledged,
    /// Nobody has it any more: a page that somebody had rings again.
    FiresAgain,
    /// It is over.
    Resolved {
        /// Why: "the source said so", "resolved by hand".
        reason: String,
    },
    /// It belongs to an incident.
    Linked {
        /// Which.
        incident: IncidentId,
    },
}

/// How often an alert was said again in the same words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeats {
    /// How often.
    pub events: u64,
    /// When the last one came.
    pub last_at: Instant,
}

impl Repeats {
    /// As its stream tells it.
    pub fn event(self) -> AlertEvent {
        AlertEvent::Counted { events: self.events, last_at: self.last_at }
    }
}

/// What an event amounts to, before anything is stored.
#[derive(Debug, Clone, PartialEq)]
pub enum Ingested {
    /// A new alert: the caller routes it and makes its id.
    New,
    /// Events for the open alert.
    Open(Vec<AlertEvent>),
    /// The open alert, in the same words: it is only counted.
    Again,
    /// Nothing changes; the reason is kept with the raw request (INV-01).
    Nothing(&'static str),
}

/// Decides what an event means. `open` is the open alert with that key; `last` is the newest resolved one.
pub fn ingest(open: Option<&Alert>, last: Option<&Alert>, event: &Event) -> Ingested {
    match (event.action, open) {
        (EventAction::Trigger, Some(alert)) => match event.started_at {
            Some(at) if at < alert.started_at => Ingested::Nothing("older than the open alert: a late copy"),
            _ if alert.says(event) => Ingested::Again,
            _ => Ingested::Open(vec![AlertEvent::Repeated { event: Box::new(event.clone()) }]),
        },
        (EventAction::Trigger, None) => match (event.started_at, last) {
            // The same begin again after a person ended it: the source still fires. An earlier one is late whoever ended the newer.
            (Some(at), Some(last)) if at < last.started_at || (at == last.started_at && last.resolved_at_source()) => {
                Ingested::Nothing("a late copy of an alert that is resolved already")
            }
            _ => Ingested::New,
        },
        (EventAction::Acknowledge, Some(alert)) => match (&alert.status, event.started_at) {
            (_, Some(at)) if at < alert.started_at => {
                Ingested::Nothing("the acknowledgement belongs to an earlier, already resolved alert")
            }
            (AlertStatus::Firing, _) => Ingested::Open(vec![AlertEvent::Acknowledged]),
            _ => Ingested::Nothing("acknowledged already"),
        },
        (EventAction::Resolve, Some(alert)) => match event.started_at {
            Some(at) if at < alert.started_at => {
                Ingested::Nothing("the resolve belongs to an earlier, already resolved alert")
            }
            // The later begin is kept, so that the trigger this resolve overtook is known for a late copy.
            Some(at) if at > alert.started_at => Ingested::Open(vec![
                AlertEvent::Repeated { event: Box::new(event.clone()) },
                AlertEvent::Resolved { reason: "the source said so".to_owned() },
            ]),
            _ => Ingested::Open(vec![AlertEvent::Resolved { reason: "the source said so".to_owned() }]),
        },
        (EventAction::Acknowledge | EventAction::Resolve, None) => Ingested::Nothing("no open alert has this key"),
    }
}

impl Alert {
    /// Whether it is still open.
    pub fn is_open(&self) -> bool {
        !matches!(self.status, AlertStatus::Resolved { .. })
    }

    /// What it says.
    pub fn words(&self) -> Words<'_> {
        Words {
            title: &self.title,
            body: &self.body,
            severity: self.severity,
            source: &self.source,
            labels: &self.labels,
            links: &self.links,
            runbook_url: self.runbook_url.as_deref(),
        }
    }

    /// Whether a trigger tells nothing that the alert does not tell already.
    fn says(&self, event: &Event) -> bool {
        event.started_at.is_none_or(|at| at <= self.started_at) && self.words() == event.words()
    }

    /// As people should see it: with the repeats that its stream does not tell yet.
    #[must_use]
    pub fn counting(mut self, repeats: Repeats) -> Self {
        self.event_count = self.event_count.saturating_add(repeats.events);
        self.last_at = self.last_at.max(repeats.last_at);
        self
    }

    /// Whether the source itself ended it. An alert that a person ended while the source still fires makes a new one when it is sent again.
    fn resolved_at_source(&self) -> bool {
        matches!(&self.status, AlertStatus::Resolved { by: Actor::Integration(_), .. })
    }

    /// A person takes it.
    pub fn acknowledge(&self) -> Result<Vec<AlertEvent>, Refusal> {
        match &self.status {
            AlertStatus::Firing => Ok(vec![AlertEvent::Acknowledged]),
            AlertStatus::Acknowledged { .. } => Ok(Vec::new()),
            AlertStatus::Resolved { .. } => Err(Refusal::conflict(
                "alert-resolved",
                "This alert is resolved already; there is nothing left to acknowledge.",
            )),
        }
    }

    /// Whoever had it does not any more.
    pub fn fires_again(&self) -> Vec<AlertEvent> {
        if matches!(self.status, AlertStatus::Acknowledged { .. }) { vec![AlertEvent::FiresAgain] } else { Vec::new() }
    }

    /// A person ends it.
    pub fn resolve(&self, reason: &str) -> Result<Vec<AlertEvent>, Refusal> {
        if self.is_open() { Ok(vec![AlertEvent::Resolved { reason: reason.to_owned() }]) } else { Ok(Vec::new()) }
    }

    fn begin(event: &Recorded<AlertEvent>) -> Option<Self> {
        let AlertEvent::Triggered { id, integration, dedup_key, event: first, routing } = &event.event else {
            return None;
        };
        Some(Self {
            id: *id,
            integration: integration.clone(),
            service: routing.service.clone(),
            dedup_key: dedup_key.clone(),
            title: first.title.clone(),
            body: first.body.clone(),
            severity: first.severity,
            source: first.source.clone(),
            labels: first.labels.clone(),
            links: first.links.clone(),
            runbook_url: first.runbook_url.clone(),
            started_at: first.started_at.unwrap_or(event.at),
            last_at: event.at,
            event_count: 1,
            status: AlertStatus::Firing,
            routing: routing.clone(),
            page: None,
            incident: None,
            version: event.seq,
        })
    }
}

impl Aggregate for Alert {
    type Event = AlertEvent;
    const KIND: &'static str = "alert";

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn evolve(state: Option<Self>, event: &Recorded<AlertEvent>) -> Option<Self> {
        let Some(mut alert) = state else { return Self::begin(event) };
        match &event.event {
            AlertEvent::Triggered { .. } => return None,
            AlertEvent::Repeated { event: again } => {
                alert.event_count += 1;
                alert.last_at = event.at;
                alert.started_at = again.started_at.unwrap_or(alert.started_at).max(alert.started_at);
                if again.action == EventAction::Trigger {
                    alert.severity = again.severity;
                }
                if again.action == EventAction::Trigger && !again.title.is_empty() {
                    alert.title.clone_from(&again.title);
                    alert.body.clone_from(&again.body);
                }
            }
            AlertEvent::Counted { events, last_at } => {
                alert = alert.counting(Repeats { events: *events, last_at: *last_at });
            }
            AlertEvent::Paged { page } => alert.page = Some(*page),
            AlertEvent::Acknowledged => {
                alert.status = AlertStatus::Acknowledged { by: event.actor.clone(), at: event.at }
            }
            AlertEvent::FiresAgain => alert.status = AlertStatus::Firing,
            AlertEvent::Resolved { .. } => {
                alert.status = AlertStatus::Resolved { by: event.actor.clone(), at: event.at }
            }
            AlertEvent::Linked { incident } => alert.incident = Some(*incident),
        }
        alert.version = event.seq;
        Some(alert)
    }

    fn event_kind(event: &AlertEvent) -> &'static str {
        match event {
            AlertEvent::Triggered { .. } => "triggered",
            AlertEvent::Repeated { .. } => "repeated",
            AlertEvent::Counted { .. } => "counted",
            AlertEvent::Paged { .. } => "paged",
            AlertEvent::Acknowledged => "acknowledged",
            AlertEvent::FiresAgain => "fires-again",
            AlertEvent::Resolved { .. } => "resolved",
            AlertEvent::Linked { .. } => "linked",
        }
    }
}

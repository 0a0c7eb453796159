//! Tests of signals, by theme. What they share: times in minutes, events, and a desk that keeps alerts the way the engine does.

mod bounded;
mod ingest;
mod routes;
mod stored;

use super::{Alert, AlertEvent, AlertSeverity, Event, EventAction, Ingested, Repeats, ingest, route::Routing};
use crate::{
    ids::AlertId,
    org::{RouteOutcome, Urgency},
    record::{Actor, Aggregate, Instant, Recorded, fold},
};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// Minutes after 03:00 on 2 May 2026.
fn at(minutes: i64) -> Instant {
    let begin: Instant = "2026-05-02T03:00:00Z".parse().unwrap();
    begin + SignedDuration::from_mins(minutes)
}

fn event(action: EventAction, began_min: Option<i64>) -> Event {
    Event {
        action,
        dedup_key: Some("db1/disk".to_owned()),
        title: "db1 disk 97%".to_owned(),
        body: String::new(),
        severity: AlertSeverity::Critical,
        source: "db1".to_owned(),
        labels: BTreeMap::from([("team".to_owned(), "payments".to_owned())]),
        links: Vec::new(),
        runbook_url: None,
        started_at: began_min.map(at),
    }
}

fn routing() -> Routing {
    Routing {
        outcome: RouteOutcome::Page,
        urgency: Urgency::High,
        service: Some("checkout".parse().unwrap()),
        declare: None,
        reason: "no route matched".to_owned(),
    }
}

fn alert_id(n: u128) -> AlertId {
    AlertId::from(uuid::Uuid::from_u128(n))
}

fn source() -> Actor {
    Actor::Integration("prometheus".parse().unwrap())
}

fn triggered(id: u128, key: &str, event: &Event) -> AlertEvent {
    AlertEvent::Triggered {
        id: alert_id(id),
        integration: "prometheus".parse().unwrap(),
        dedup_key: key.to_owned(),
        event: Box::new(event.clone()),
        routing: routing(),
    }
}

/// Numbers events from 1, one minute apart.
fn stream(events: Vec<AlertEvent>) -> Vec<Recorded<AlertEvent>> {
    (1..).zip(events).map(|(seq, event)| Recorded { seq, at: at(seq.cast_signed()), actor: source(), event }).collect()
}

/// Alerts by integration and key, as the engine keeps them: events in, alerts and pages out.
#[derive(Default)]
struct Desk {
    made: u128,
    clock_min: i64,
    alerts: BTreeMap<(String, String), Vec<Alert>>,
    history: BTreeMap<AlertId, Vec<Recorded<AlertEvent>>>,
}

impl Desk {
    fn of(&self, integration: &str, key: &str) -> &[Alert] {
        self.alerts.get(&(integration.to_owned(), key.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// What became of the event, in one word each.
    fn take(&mut self, integration: &str, event: &Event) -> String {
        self.clock_min += 1;
        let key = event.dedup_key.clone().unwrap_or_else(|| format!("made-{}", self.made));
        let known = self.alerts.entry((integration.to_owned(), key.clone())).or_default();
        let open = known.iter().find(|a| a.is_open());
        let last = known.iter().rev().find(|a| !a.is_open());
        let decided = ingest(open, last, event);
        let word = describe(&decided);
        let (mut alert, events) = match decided {
            Ingested::Nothing(_) => return word,
            Ingested::New => {
                self.made += 1;
                (None, vec![triggered(self.made, &key, event)])
            }
            Ingested::Open(events) => (known.pop(), events),
            Ingested::Again => (known.pop(), vec![Repeats { events: 1, last_at: at(self.clock_min) }.event()]),
        };
        for event in events {
            let seq = alert.as_ref().map_or(0, Alert::version) + 1;
            let recorded = Recorded { seq, at: at(self.clock_min), actor: source(), event };
            alert = Alert::evolve(alert, &recorded);
            let id = alert.as_ref().expect("every decided event fits").id;
            self.history.entry(id).or_default().push(recorded);
        }
        known.extend(alert);
        word
    }

    fn assert_folds(&self) {
        for alert in self.alerts.values().flatten() {
            assert_eq!(fold::<Alert>(&self.history[&alert.id]), Ok(Some(alert.clone())));
        }
    }
}

fn describe(decided: &Ingested) -> String {
    match decided {
        Ingested::New => "new".to_owned(),
        Ingested::Again => "again".to_owned(),
        Ingested::Nothing(reason) => format!("nothing: {reason}"),
        Ingested::Open(events) => events.iter().map(Alert::event_kind).collect::<Vec<_>>().join("+"),
    }
}

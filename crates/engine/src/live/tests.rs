//! Which pages are told to look again, for every kind of line in the journal.

use super::{Happening, after, head};
use crate::{Engine, Unit, paging, response, signal};
use nightbell_domain::{
    access::{Caller, Permit, Respond, Via},
    ids::Entropy,
    org::{AccessRole, Urgency},
    record::{Actor, Instant},
};
use nightbell_store::{Sqlite, config};
use nightbell_wire::{
    inbound::generic,
    org_files::{self, SourceFile},
};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use std::collections::BTreeSet;

struct Seeded(ChaCha8Rng);

impl Entropy for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

const ORGANISATION: &str = r#"
version: 1
users:
  - { id: ada, name: Ada, email: ada@example.com, role: admin, time_zone: UTC, contacts: [ { id: mail, kind: email, address: ada@example.com, verified: true } ] }
policies:
  - { id: all, steps: [ { after: 0s, notify: ["user:ada"] } ], repeat: 0, last_resort: ["user:ada"] }
services:
  - { id: checkout, name: Checkout, policy: all }
integrations:
  - { id: tool, kind: generic, service: checkout, key: "key" }
"#;

fn begin() -> Instant {
    "2026-05-02T03:07:00Z".parse().expect("an instant")
}

fn engine() -> Engine {
    let database = Sqlite::in_memory().expect("a database");
    let mut engine =
        Engine::open(Box::new(database), Box::new(Seeded(ChaCha8Rng::seed_from_u64(5))), "https://nightbell.test")
            .expect("opens");
    let files = [SourceFile { path: "nightbell.yaml", content: ORGANISATION }];
    let parsed = org_files::parse(&files, &mut |_| "key".to_owned()).unwrap_or_else(|e| panic!("{e:?}"));
    let store = |unit: &mut Unit<'_>| {
        for object in &parsed.objects {
            config::put(unit.tx, object, false, unit.now, &Actor::system("test"))?;
        }
        unit.reload = true;
        Ok(())
    };
    engine.execute(begin(), store).expect("stored");
    engine
}

fn ada() -> Permit<Respond> {
    Caller::new("ada".parse().expect("a handle"), AccessRole::Admin, Via::Page).permit().expect("a responder")
}

/// The topics of everything after a position, together.
fn topics(engine: &mut Engine, position: u64) -> BTreeSet<String> {
    let found: Vec<Happening> = engine.read(|tx| Ok(after(tx, position, 1_000)?)).expect("read");
    assert!(!found.is_empty());
    found.into_iter().flat_map(|happening| happening.topics).collect()
}

fn now_at(engine: &mut Engine) -> u64 {
    engine.read(|tx| Ok(head(tx)?)).expect("read")
}

fn named(topics: &[&str]) -> BTreeSet<String> {
    topics.iter().map(|topic| (*topic).to_owned()).collect()
}

#[test]
fn each_line_tells_the_pages_it_shows_on() {
    let mut engine = engine();
    let parsed = generic::parse(br#"{"title":"checkout is down","status":"firing","dedup_key":"k"}"#, None)
        .unwrap_or_else(|_| panic!("parses"));
    let inbound = signal::Inbound {
        integration: "tool".parse().expect("a handle"),
        content_type: "application/json".to_owned(),
        body: Vec::new(),
        events: parsed.events,
        notes: parsed.notes,
    };
    let receipt = engine.execute(begin(), |unit| signal::ingest(unit, &inbound)).expect("taken");
    let alert = receipt.outcomes[0].alert.expect("an alert");
    let page = engine.read(|tx| Ok(nightbell_store::paging::of_subject(tx, &alert.to_string())?)).expect("read")[0].id;
    let (alert_topic, page_topic) = (format!("alert:{alert}"), format!("page:{page}"));
    assert_eq!(topics(&mut engine, 0), named(&["home", "alerts", &alert_topic, &page_topic]), "an alert and its page");

    let seen = now_at(&mut engine);
    let input = response::Declare {
        severity: Some("sev2".parse().expect("a severity")),
        alert: Some(alert),
        ..response::Declare::default()
    };
    let incident = engine.execute(begin(), |unit| response::declare(unit, &ada(), input.clone())).expect("declared");
    let declared = topics(&mut engine, seen);
    let room = format!("incident:{}", incident.slug);
    for topic in ["home", "incidents", "alerts", &room, &alert_topic, &page_topic] {
        assert!(declared.contains(topic), "{topic} in {declared:?}");
    }

    let seen = now_at(&mut engine);
    engine.execute(begin(), |unit| paging::acknowledge(unit, &ada(), page)).expect("taken");
    let taken = topics(&mut engine, seen);
    for topic in [&room, &alert_topic, &page_topic] {
        assert!(taken.contains(topic), "{topic} in {taken:?}");
    }

    let seen = now_at(&mut engine);
    let resolution = |unit: &mut Unit<'_>| {
        let incident = response::find(unit, &incident.slug)?;
        crate::learning::draft_for(unit, incident, &Actor::system("test"))
    };
    engine.execute(begin(), resolution).expect("drafted");
    let drafted = topics(&mut engine, seen);
    for topic in ["postmortems", &room] {
        assert!(drafted.contains(topic), "{topic} in {drafted:?}");
    }
}

#[test]
fn a_call_between_people_concerns_its_page_alone() {
    let mut engine = engine();
    let target = ["user:ada".parse().expect("a target")];
    let page = engine
        .execute(begin(), |unit| paging::page_people(unit, &ada(), &target, "come", Urgency::High))
        .expect("called");
    assert_eq!(topics(&mut engine, 0), named(&["home", &format!("page:{}", page.id)]));
    let all: Vec<Happening> = engine.read(|tx| Ok(after(tx, 0, 1)?)).expect("read");
    assert_eq!(all.iter().map(|h| h.position).collect::<Vec<_>>(), [1], "no more than asked for");
}

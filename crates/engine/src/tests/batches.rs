//! Many requests in one transaction, as the writer takes them, on each database: the same comes of them, though PostgreSQL asks ahead what SQLite
//! asks one by one.

use super::world::{ORGANISATION, World};
use crate::{
    Fault, Unit,
    engine::{Asks, Job},
    signal::{self, Inbound},
};
use nightbell_domain::{
    refusal::Refusal,
    signal::{AlertSeverity, Event, EventAction},
};
use nightbell_store::{
    Database, Postgres, Sqlite, Verdict,
    journal::{self, JournalLine},
    meta,
    testing::postgres_database,
};
use std::sync::mpsc::{Receiver, Sender, channel};

use EventAction::{Acknowledge, Resolve, Trigger};

/// What comes in: to which key, in which words. An empty key is refused after it has written.
const REQUESTS: [(EventAction, &str, &str); 14] = [
    (Trigger, "db-1", "it is down"),
    (Trigger, "db-1", "it is down"),
    (Trigger, "db-2", "it is down"),
    (Trigger, "db-1", "it is down, still"),
    (Trigger, "db-1", "it is down, still"),
    (Acknowledge, "db-2", ""),
    (Resolve, "db-1", ""),
    (Resolve, "db-1", ""),
    (Trigger, "db-1", "it is down, still"),
    (Trigger, "db \"3\" \u{1f514}", "it is down"),
    (Trigger, "db \"3\" \u{1f514}", "it is down"),
    (Resolve, "nobody's", ""),
    (Resolve, "db-1", ""),
    (Trigger, "db-1", "it is down"),
];

struct Request {
    inbound: Inbound,
    asks: Asks,
    reason: String,
    answer: Sender<String>,
}

impl Job for Request {
    fn run(&mut self, unit: &mut Unit<'_>) -> Verdict {
        let done = signal::ingest(unit, &self.inbound).and_then(|receipt| {
            self.reason = receipt.outcomes.iter().map(|outcome| outcome.reason.as_str()).collect();
            if self.inbound.events[0].dedup_key.as_deref() == Some("") {
                meta::set(unit.tx, "undone", "1")?;
                return Err(Refusal::conflict("no", "not this one").into());
            }
            unit.settled(())
        });
        if let Err(error) = &done {
            self.reason = error.to_string();
        }
        if done.is_ok() { Verdict::Keep } else { Verdict::Undo }
    }

    fn asks(&self) -> Option<&Asks> {
        Some(&self.asks)
    }

    fn finish(self: Box<Self>, durable: Result<(), Fault>) {
        durable.expect("stored");
        self.answer.send(self.reason).expect("the test listens");
    }
}

fn request((action, key, title): (EventAction, &str, &str), answer: &Sender<String>) -> Box<dyn Job> {
    let event = Event {
        action,
        dedup_key: Some(key.to_owned()),
        title: title.to_owned(),
        body: String::new(),
        severity: AlertSeverity::Critical,
        source: "test".to_owned(),
        labels: [("severity".to_owned(), "critical".to_owned())].into(),
        links: Vec::new(),
        runbook_url: None,
        started_at: None,
    };
    let inbound = Inbound {
        integration: "prometheus".parse().expect("a handle"),
        content_type: "application/json".to_owned(),
        body: b"{}".to_vec(),
        events: vec![event],
        notes: Vec::new(),
    };
    let asks = Asks { integration: inbound.integration.clone(), keys: vec![key.to_owned()] };
    Box::new(Request { inbound, asks, reason: String::new(), answer: answer.clone() })
}

/// All of it, in as few transactions as the engine makes; then once more, with one in the middle that must be undone alone.
fn taken_in(database: Box<dyn Database>) -> (Vec<String>, Vec<JournalLine>) {
    let mut world = World::over(database, ORGANISATION);
    let (answer, answers): (Sender<String>, Receiver<String>) = channel();
    let again = REQUESTS[..5].iter().chain([&(Trigger, "", "it is down")]).chain(&REQUESTS[5..]);
    for round in [REQUESTS.to_vec(), again.copied().collect()] {
        let mut waiting =
            round.into_iter().map(|given| request(given, &answer)).collect::<Vec<_>>().into_iter().peekable();
        while waiting.peek().is_some() {
            let batch = world.engine.execute_batch(world.now, &mut || waiting.next());
            batch.durable.expect("stored");
            batch.jobs.into_iter().for_each(|job| job.finish(Ok(())));
        }
    }
    let mut lines = world.engine.read(|tx| Ok(journal::after(tx, 0, 10_000)?)).expect("readable");
    for line in &mut lines {
        // Drawn and given up with what is undone.
        line.position = 0;
    }
    world.tick();
    world.sent();
    (answers.try_iter().collect(), lines)
}

#[test]
fn the_same_comes_of_a_batch_on_both_databases() {
    let made = postgres_database();
    let (answers, lines) = taken_in(Box::new(Sqlite::in_memory().expect("a database")));
    let (asked_ahead, asked_ahead_lines) = taken_in(Box::new(Postgres::open(made.url()).expect("a database")));
    assert_eq!(answers.len(), 2 * REQUESTS.len() + 1);
    assert!(answers.iter().any(|reason| reason.contains("it says nothing new")), "{answers:?}");
    assert!(answers.iter().any(|reason| reason.contains("not this one")), "{answers:?}");
    assert_eq!(answers, asked_ahead);
    assert_eq!(lines, asked_ahead_lines, "every event, to the hash");
}

//! Repeats in the same words (ADR 0021): counted durably, told once, paging nobody again.

use super::world::{World, at};
use crate::{signal, views};
use nightbell_domain::{
    record::Aggregate,
    signal::{Alert, AlertEvent, Event, EventAction},
};
use nightbell_store::{journal, signal as store};

fn kept(world: &mut World) -> usize {
    world.act(|unit| Ok(store::raw(unit.tx, "~", 100)?.len()))
}

fn shown(world: &mut World, key: &str) -> (u64, String) {
    world.act(|unit| {
        let listed = store::open(unit.tx, 10)?;
        let alert = listed.iter().find(|alert| alert.dedup_key == key).expect("it is open").clone();
        let directory = unit.directory.clone();
        let one = views::alert(unit.tx, &directory, unit.settings, alert.id, unit.now)?.alert;
        assert_eq!((one.event_count, one.last_at), (alert.event_count, alert.last_at), "list and page agree");
        Ok((alert.event_count, alert.last_at.to_string()))
    })
}

fn kinds(world: &mut World, alert: &Alert) -> Vec<&'static str> {
    let key = alert.id.to_string();
    let stream = world.act(|unit| Ok(journal::stream::<Alert>(unit.tx, &key)?));
    stream.iter().map(|recorded| Alert::event_kind(&recorded.event)).collect()
}

#[test]
fn inv_01_repeats_in_the_same_words_are_counted_and_nothing_else_is_written() {
    let mut world = World::new();
    let first = world.trigger("db-1");
    let (before, length) = (kept(&mut world), kinds(&mut world, &first).len());
    for second in 1..=100 {
        world.now = at(second);
        let again = world.trigger("db-1");
        assert_eq!((again.id, again.version), (first.id, first.version), "neither row nor stream moved");
    }
    assert_eq!(kept(&mut world), before, "the words are kept once");
    assert_eq!(kinds(&mut world, &first).len(), length);
    assert_eq!(shown(&mut world, "db-1"), (101, at(100).to_string()));
    world.tick();
    world.sent();
    let pages: std::collections::BTreeSet<_> = world.ledger.iter().map(|sent| sent.page).collect();
    assert_eq!(pages.len(), 1, "nobody is paged again");
}

#[test]
fn what_was_counted_is_told_when_the_alert_ends() {
    let mut world = World::new();
    let first = world.trigger("db-1");
    for second in 1..=3 {
        world.now = at(second);
        world.trigger("db-1");
    }
    world.now = at(9);
    world.event(EventAction::Resolve, "db-1", &[], None);
    assert_eq!(kinds(&mut world, &first), ["triggered", "paged", "counted", "resolved"]);
    let (ended, left) = world.act(|unit| {
        let ended = unit.load::<Alert>(first.id)?.expect("stored");
        Ok((ended, store::repeats(unit.tx, first.id)?))
    });
    assert_eq!((ended.event_count, left), (4, None), "taken where it was counted");
    world.tick();
    world.sent();
}

#[test]
fn inv_01_a_word_that_differs_is_kept_and_told() {
    let mut world = World::new();
    world.trigger("db-1");
    let before = kept(&mut world);
    let inbound = |title: &str, twice: bool| {
        let event = Event {
            action: EventAction::Trigger,
            dedup_key: Some("db-1".to_owned()),
            title: title.to_owned(),
            ..world_event()
        };
        signal::Inbound {
            integration: "prometheus".parse().expect("a handle"),
            content_type: "application/json".to_owned(),
            body: title.as_bytes().to_vec(),
            events: if twice { vec![event.clone(), event] } else { vec![event] },
            notes: Vec::new(),
        }
    };
    let told = world.act(|unit| signal::ingest(unit, &inbound("worse than before", false)));
    assert!(told.request.is_some());
    assert_eq!(kept(&mut world), before + 1);
    let twice = world.act(|unit| signal::ingest(unit, &inbound("worse than before", true)));
    assert_eq!((twice.request, twice.outcomes.len()), (None, 2), "each event has its reason, none is kept twice");
    assert!(twice.outcomes.iter().all(|outcome| outcome.reason.contains("it says nothing new")));
    let alert = world.act(|unit| Ok(store::open(unit.tx, 10)?)).remove(0);
    assert_eq!(alert.event_count, 4);
    let last = world.act(|unit| Ok(journal::stream::<Alert>(unit.tx, &alert.id.to_string())?)).pop().expect("a stream");
    assert!(matches!(last.event, AlertEvent::Repeated { .. }));
    world.tick();
    world.sent();
}

fn world_event() -> Event {
    Event {
        action: EventAction::Trigger,
        dedup_key: None,
        title: String::new(),
        body: String::new(),
        severity: nightbell_domain::signal::AlertSeverity::Critical,
        source: "test".to_owned(),
        labels: [("severity".to_owned(), "critical".to_owned())].into(),
        links: Vec::new(),
        runbook_url: None,
        started_at: None,
    }
}

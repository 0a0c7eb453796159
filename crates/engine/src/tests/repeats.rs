//! Repeats in the same words (ADR 0021): counted durably, told once, paging nobody again.

use super::world::{World, at};
use crate::{Fault, Unit, engine::Job, signal, views};
use nightbell_domain::{
    record::Aggregate,
    signal::{Alert, AlertEvent, Event, EventAction},
};
use nightbell_store::{Verdict, journal, signal as store};

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

/// One unit of work of a batch.
struct Does<F>(F);

impl<F: FnMut(&mut Unit<'_>) -> Result<(), Fault> + Send> Job for Does<F> {
    fn run(&mut self, unit: &mut Unit<'_>) -> Verdict {
        if (self.0)(unit).is_ok() { Verdict::Keep } else { Verdict::Undo }
    }

    fn finish(self: Box<Self>, durable: Result<(), Fault>) {
        durable.expect("stored");
    }
}

fn batch(world: &mut World, jobs: Vec<Box<dyn Job>>) -> bool {
    let mut jobs = jobs.into_iter();
    let batch = world.engine.execute_batch(world.now, &mut || jobs.next());
    batch.durable.expect("stored");
    batch.apart
}

fn says_again(key: &'static str, times: usize) -> Box<dyn Job> {
    Box::new(Does(move |unit: &mut Unit<'_>| {
        let event = Event {
            action: EventAction::Trigger,
            dedup_key: Some(key.to_owned()),
            title: format!("{key} is down"),
            ..world_event()
        };
        let inbound = signal::Inbound {
            integration: "prometheus".parse().expect("a handle"),
            content_type: "application/json".to_owned(),
            body: Vec::new(),
            events: vec![event; times],
            notes: Vec::new(),
        };
        signal::ingest(unit, &inbound).map(drop)
    }))
}

/// Repeats of many units of work are one write; whoever asks, in between or afterwards, is told of all that stay.
#[test]
fn inv_01_what_many_units_of_one_transaction_count_is_seen_by_each_and_undone_with_its_part() {
    for refused in [false, true] {
        let mut world = World::new();
        let (first, other) = (world.trigger("db-1"), world.trigger("db-2"));
        world.now = at(5);
        let counted = |expected: u64| {
            Box::new(Does(move |unit: &mut Unit<'_>| {
                let found = store::repeats(unit.tx, first.id)?.map(|repeats| repeats.events);
                assert_eq!(found, Some(expected));
                Ok(())
            })) as Box<dyn Job>
        };
        let in_parts = Box::new(Does(|unit: &mut Unit<'_>| {
            let (undone, kept) = (says_again("db-1", 7), says_again("db-1", 1));
            for (mut job, keeps) in [(undone, false), (kept, true)] {
                let done = unit.together(|unit| {
                    assert_eq!(job.run(unit), Verdict::Keep);
                    if keeps { Ok(()) } else { Err(Fault::missing("alert", "nothing")) }
                })?;
                assert_eq!(done.is_some(), keeps);
            }
            Ok(())
        }));
        let refuses = Box::new(Does(move |unit: &mut Unit<'_>| {
            says_again("db-2", 3).run(unit);
            if refused { Err(Fault::missing("alert", "nothing")) } else { Ok(()) }
        }));
        let jobs = vec![says_again("db-1", 1), says_again("db-1", 2), counted(3), in_parts, counted(4), refuses];
        assert_eq!(batch(&mut world, jobs), refused, "what was undone after it had counted is undone");
        assert_eq!(shown(&mut world, "db-1"), (5, at(5).to_string()));
        assert_eq!(shown(&mut world, "db-2").0, if refused { 1 } else { 4 });
        world.now = at(9);
        let ends = Box::new(Does(|unit: &mut Unit<'_>| {
            let event = Event { action: EventAction::Resolve, dedup_key: Some("db-1".to_owned()), ..world_event() };
            let inbound = signal::Inbound {
                integration: "prometheus".parse().expect("a handle"),
                content_type: String::new(),
                body: Vec::new(),
                events: vec![event],
                notes: Vec::new(),
            };
            signal::ingest(unit, &inbound).map(drop)
        }));
        assert!(!batch(&mut world, vec![says_again("db-1", 1), ends]));
        let ended = world.act(|unit| unit.load::<Alert>(first.id)).expect("stored");
        assert_eq!((ended.event_count, ended.is_open()), (6, false), "its stream tells all of them");
        assert_eq!(kinds(&mut world, &first), ["triggered", "paged", "counted", "resolved"]);
        assert!(world.act(|unit| unit.load::<Alert>(other.id)).expect("stored").is_open());
        world.tick();
        world.sent();
    }
}

//! Heartbeats through the whole engine: an absence is an alert that pages, a return resolves it, and nobody is woken by Nightbell's own sleep.

use super::{World, world};
use crate::heartbeat::beat;
use nightbell_domain::ids::IntegrationId;
use nightbell_store::{heartbeat as store, signal};
use world::{ORGANISATION, at};

/// Expected every 5 min, waited for 1 min more.
fn with(line: &str) -> String {
    ORGANISATION.replacen("integrations:\n", &format!("integrations:\n{line}"), 1)
}

const BACKUP: &str = "  - { id: backup, kind: heartbeat, service: checkout, every: 5m, key: beat }\n";

fn backup() -> IntegrationId {
    "backup".parse().expect("a handle")
}

fn beats(world: &mut World, second: i64) {
    world.run_until(second);
    world.act(|unit| beat(unit, &backup()));
}

fn titles(world: &mut World) -> Vec<String> {
    world.act(|unit| Ok(signal::open(unit.tx, 10)?)).into_iter().map(|alert| alert.title).collect()
}

#[test]
fn never_seen_yet_is_not_expired() {
    let mut world = World::of(&with(BACKUP));
    world.run_until(86_400);
    assert_eq!(titles(&mut world), Vec::<String>::new());
}

#[test]
fn an_absence_pages_and_a_return_resolves() {
    let mut world = World::of(&with(BACKUP));
    beats(&mut world, 0);
    beats(&mut world, 300);
    world.run_until(659);
    assert_eq!(world.sent(), Vec::<String>::new());
    world.run_until(660);
    assert_eq!(titles(&mut world), ["No heartbeat from backup for 6 min"]);
    assert_eq!(world.sent(), ["11:00 page alice/hook"]);
    beats(&mut world, 700);
    world.tick();
    assert_eq!(world.sent(), ["11:40 resolved alice/hook"]);
    assert_eq!(titles(&mut world), Vec::<String>::new());
    // It can be missed again: another alert, not a late copy of the first.
    world.run_until(1_060);
    assert_eq!(world.sent(), ["17:40 page alice/hook"]);
    let raw = world.act(|unit| Ok(signal::raw(unit.tx, "~", 10)?));
    assert_eq!(raw.len(), 3, "what happened is kept, each beat is not");
    beats(&mut world, 1_070);
    world.tick();
    assert_eq!(world.sent(), ["17:50 resolved alice/hook"]);
}

#[test]
fn inv_14_nobody_is_woken_for_what_was_sent_while_nightbell_was_down() {
    let mut world = World::of(&with(BACKUP));
    beats(&mut world, 0);
    // Nothing ran for an hour; the reconciler finds an alarm that is long over.
    world.now = at(3_600);
    world.tick();
    assert_eq!(world.sent(), Vec::<String>::new());
    world.run_until(3_600 + 359);
    assert_eq!(world.sent(), Vec::<String>::new());
    world.run_until(3_600 + 360);
    assert_eq!(titles(&mut world), ["No heartbeat from backup for 1 h 6 min"]);
    assert_eq!(world.sent(), ["66:00 page alice/hook"]);
    beats(&mut world, 4_000);
    world.tick();
    assert_eq!(world.sent(), ["66:40 resolved alice/hook"]);
}

#[test]
fn a_beat_in_a_loop_is_one_write_a_second() {
    let mut world = World::of(&with(BACKUP));
    beats(&mut world, 0);
    world.now = at(0) + jiff::SignedDuration::from_millis(999);
    world.act(|unit| beat(unit, &backup()));
    let seen = |world: &mut World| world.act(|unit| Ok(store::one(unit.tx, &backup())?)).expect("heard").seen_at;
    assert_eq!(seen(&mut world), at(0));
    world.now = at(1);
    world.act(|unit| beat(unit, &backup()));
    assert_eq!(seen(&mut world), at(1));
}

#[test]
fn a_changed_rhythm_counts_from_the_last_beat_and_a_removed_heartbeat_is_forgotten() {
    let slow = BACKUP.replace("every: 5m", "every: 1h");
    let mut world = World::of(&with(BACKUP));
    beats(&mut world, 0);
    world.apply(&with(&slow), false).expect("stored").expect("sound");
    world.run_until(3_659);
    assert_eq!(world.sent(), Vec::<String>::new(), "the slower rhythm holds");
    world.run_until(3_660);
    assert_eq!(world.sent(), ["61:00 page alice/hook"]);
    world.apply(ORGANISATION, true).expect("stored").expect("sound");
    world.tick();
    assert_eq!(world.sent(), ["61:00 resolved alice/hook"]);
    assert_eq!(world.act(|unit| Ok(store::all(unit.tx)?)), Vec::new());
}

#[test]
fn what_is_no_heartbeat_does_not_beat() {
    let mut world = World::new();
    let prometheus = "prometheus".parse().expect("a handle");
    let refusal = super::refused(world.unit(|unit| beat(unit, &prometheus)));
    assert_eq!(refusal.code, "not-found");
}

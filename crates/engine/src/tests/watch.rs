//! What the watch sees of the whole engine: nothing while it runs, everything that waits when it does not.

use super::World;
use crate::watch::{LATE_AFTER, acknowledged, alarms, late};
use jiff::SignedDuration;
use nightbell_store::{journal, learning, paging, response};

/// What is late after standing still for that long: kind and how many.
fn late_after(world: &mut World, still: SignedDuration) -> Vec<(String, u64)> {
    world.now += still;
    let now = world.now;
    let found = world.engine.read(|tx| Ok(late(tx, now, LATE_AFTER)?)).expect("readable");
    found.into_iter().map(|late| (late.kind, late.count)).collect()
}

#[test]
fn inv_03_what_is_thirty_seconds_late_is_seen_whatever_it_is() {
    let mut world = World::new();
    world.event(nightbell_domain::signal::EventAction::Trigger, "db", &[("route", "declare")], None);
    let due = world.engine.read(|tx| Ok(paging::next_due(tx)?)).expect("readable").expect("something waits");
    // Only what is 30 s late is late: one microsecond less is in time.
    world.now = due;
    let almost = LATE_AFTER - SignedDuration::from_micros(1);
    assert_eq!(late_after(&mut world, almost), []);
    assert!(!late_after(&mut world, SignedDuration::from_micros(1)).is_empty());
    let all = late_after(&mut world, SignedDuration::from_hours(24));
    let kinds: Vec<_> = all.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["page", "notification", "incident"], "{all:?}");
    // The counts are those of the due scans.
    let now = world.now - LATE_AFTER;
    let due = world.act(|unit| {
        let pages = paging::due_pages(unit.tx, now, 1_000)?.len();
        let notifications = paging::due_notification_ids(unit.tx, now, 1_000)?.len();
        let incidents = response::due(unit.tx, now, 1_000)?.len();
        Ok((pages, notifications, incidents, learning::due(unit.tx, now, 1_000)?.len()))
    });
    let count = |n: usize| all[n].1 as usize;
    assert_eq!(due, (count(0), count(1), count(2), 0));
    world.tick();
    assert_eq!(late_after(&mut world, SignedDuration::ZERO), [], "looked at, and everything has its next alarm");
    let now = world.now;
    let waiting = world.engine.read(|tx| Ok(alarms(tx, now, LATE_AFTER)?)).expect("readable");
    assert!(waiting.iter().any(|of| of.kind == "page" && of.waiting > 0 && of.overdue == 0), "{waiting:?}");
    assert!(!world.sent().is_empty());
}

#[test]
fn acknowledgements_are_told_once_with_how_long_they_took() {
    let mut world = World::new();
    let (begin, _) = world.engine.read(|tx| Ok(acknowledged(tx, None)?)).expect("readable");
    let alert = world.trigger("db");
    world.run_until(90);
    let permit = world.permit("alice");
    world.act(|unit| crate::paging::acknowledge(unit, &permit, alert.page.expect("paged")));
    let (place, took) = world.engine.read(|tx| Ok(acknowledged(tx, Some(begin))?)).expect("readable");
    assert_eq!(took, [SignedDuration::from_secs(90)]);
    assert_eq!(
        place,
        world.engine.read(|tx| Ok(journal::head(tx)?)).expect("readable"),
        "all of it was walked through"
    );
    assert_eq!(world.engine.read(|tx| Ok(acknowledged(tx, Some(place))?)).expect("readable"), (place, Vec::new()));
    world.trigger("db2");
    let (later, none) = world.engine.read(|tx| Ok(acknowledged(tx, Some(place))?)).expect("readable");
    assert!(none.is_empty() && later > place, "what nobody took is not walked through again");
    world.sent();
}

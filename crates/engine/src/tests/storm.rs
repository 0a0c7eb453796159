//! Storms and backlogs: a few messages instead of a thousand (INV-08), the worst first (INV-15), and nothing dropped.

use super::{Answer::*, World, world::ORGANISATION, world::at};
use crate::paging::{self, LinkHolder};
use nightbell_domain::{
    ids::PageId,
    paging::{MessageKind, NotificationStatus, Page},
    signal::{AlertSeverity, EventAction},
};

/// Triggers an alert for each key at the world's time; answers their pages.
fn trigger(world: &mut World, keys: std::ops::Range<u32>) -> Vec<PageId> {
    keys.map(|n| world.trigger(&format!("db-{n}")).page.expect("it pages")).collect()
}

/// One page in the middle of a bundle cannot be read: it is left out and told loudly, the message goes out all the same.
#[test]
fn damage_in_what_goes_along_silences_nobody() {
    let mut world = World::new();
    let pages = trigger(&mut world, 0..4);
    super::recovery::damage::<Page>(&mut world, &pages[2].to_string());
    world.tick();
    assert_eq!(world.sent(), ["0:00 page alice/hook +3"]);
    assert_eq!(world.messages[0].also.listed.len(), 2);
    assert_eq!(world.attempts(pages[3]), ["accepted"]);
    super::recovery::damage_is_found(world);
}

/// How the attempts of each page ended, once each.
fn outcomes(world: &mut World, pages: &[PageId]) -> Vec<Vec<String>> {
    let mut all: Vec<_> = pages.iter().map(|page| world.attempts(*page)).collect();
    all.sort();
    all.dedup();
    all
}

#[test]
fn inv_08_the_first_goes_at_once_and_the_others_in_one_message_a_minute_later() {
    let mut world = World::new();
    let first = trigger(&mut world, 0..1);
    world.tick();
    assert_eq!(world.sent(), ["0:00 page alice/hook"]);
    world.now = at(10);
    let others = trigger(&mut world, 1..40);
    world.now = at(11);
    let last = trigger(&mut world, 40..41);
    world.run_until(59);
    assert_eq!(world.sent(), Vec::<String>::new(), "one rings for her already");
    world.run_until(4 * 60);
    assert_eq!(
        world.sent(),
        ["1:00 page alice/hook +39", "1:00 page alice/mail", "2:00 page alice/mail +39"],
        "each contact method has its own minute"
    );
    assert_eq!(outcomes(&mut world, &first), [["accepted", "accepted"]]);
    assert_eq!(outcomes(&mut world, &others), [["accepted", "accepted"]], "each keeps its own record");
    let bundled = world.messages.iter().find(|message| message.also.count > 0).expect("a bundle");
    assert_eq!((bundled.also.count, bundled.also.listed.len()), (39, 20));
    assert!(bundled.also.listed.iter().all(|told| told.page != last[0]), "by severity, then age");
}

#[test]
fn inv_08_many_at_once_are_one_message_at_once() {
    let mut world = World::new();
    let pages = trigger(&mut world, 0..130);
    world.run_until(2 * 60);
    assert_eq!(world.sent(), ["0:00 page alice/hook +129", "1:00 page alice/mail +129"]);
    assert_eq!(outcomes(&mut world, &pages), [["accepted", "accepted"]]);
}

#[test]
fn inv_08_after_an_acknowledgement_the_next_is_a_first_one_again() {
    let mut world = World::new();
    let page = trigger(&mut world, 0..1)[0];
    world.tick();
    world.now = at(5);
    let alice = world.permit("alice");
    world.act(|unit| paging::acknowledge(unit, &alice, page));
    world.now = at(10);
    trigger(&mut world, 1..2);
    world.run_until(59);
    assert_eq!(world.sent(), ["0:00 page alice/hook", "0:10 page alice/hook"]);
}

#[test]
fn inv_08_something_worse_is_not_held_back() {
    let mut world = World::new();
    world.event_of(AlertSeverity::Warning, EventAction::Trigger, "slow");
    world.tick();
    world.now = at(10);
    world.event_of(AlertSeverity::Warning, EventAction::Trigger, "slower");
    world.run_until(20);
    assert_eq!(world.sent(), ["0:00 page alice/hook"]);
    world.trigger("down");
    world.run_until(59);
    assert_eq!(world.sent(), ["0:20 page alice/hook +1"], "and takes along what waited");
}

#[test]
fn inv_13_a_clock_that_is_set_back_holds_nobody_back() {
    let mut world = World::new();
    trigger(&mut world, 0..1);
    world.run_until(3);
    world.now = at(-3600);
    trigger(&mut world, 1..2);
    world.tick();
    assert_eq!(world.sent(), ["-60:00 page alice/hook", "0:00 page alice/hook"]);
}

/// Held back again and again is held back too long: each time another page rings the same method just before.
#[test]
fn inv_08_what_failed_once_goes_along_with_whatever_rings_next() {
    let mut world = World::new();
    world.script("alice/hook", &[Defer]);
    let held = trigger(&mut world, 0..1)[0];
    world.tick();
    world.now = at(3);
    trigger(&mut world, 1..2);
    world.run_until(10);
    assert_eq!(world.sent(), ["0:00 page alice/hook", "0:05 page alice/hook +1"]);
    assert_eq!(world.attempts(held), ["failed-temporary", "accepted"]);
}

#[test]
fn inv_05_what_was_acknowledged_does_not_go_along() {
    let mut world = World::new();
    trigger(&mut world, 0..1);
    world.tick();
    world.now = at(10);
    let taken = trigger(&mut world, 1..4)[1];
    let alice = world.permit("alice");
    world.act(|unit| paging::acknowledge(unit, &alice, taken));
    world.run_until(61);
    assert_eq!(world.sent(), ["0:00 page alice/hook", "1:00 page alice/hook +1", "1:00 page alice/mail"]);
    assert_eq!(world.attempts(taken), Vec::<String>::new());
    assert!(world.notifications(taken).iter().all(|n| n.status == NotificationStatus::Cancelled));
}

#[test]
fn inv_07_a_message_that_fails_fails_for_all_that_went_along() {
    let mut world = World::new();
    world.script("alice/hook", &[Reject; 100]);
    let pages = trigger(&mut world, 0..30);
    world.run_until(50);
    let sent = world.sent();
    assert_eq!(sent[0], "0:00 page alice/hook +29");
    assert_eq!(sent[1], "0:00 page alice/mail", "her next method at once, for whom it failed first");
    assert!(sent.len() <= 3, "{sent:?}");
    world.run_until(4 * 60);
    assert_eq!(outcomes(&mut world, &pages), [["failed-permanent", "accepted"]]);
    world.sent();
}

#[test]
fn inv_06_a_sender_lost_with_a_bundle_repeats_all_of_it_in_a_few_messages() {
    let mut world = World::new();
    world.script("alice/hook", &[Lost]);
    let pages = trigger(&mut world, 0..80);
    world.run_until(50);
    let sent = world.sent();
    assert_eq!(sent[0], "0:00 page alice/hook +79");
    assert!(
        sent.len() <= 3 && sent[1..].iter().all(|line| line.starts_with("0:45 page alice/hook repeat")),
        "{sent:?}"
    );
    assert_eq!(outcomes(&mut world, &pages), [["unknown", "accepted"]]);
}

#[test]
fn a_method_that_is_down_is_tried_at_its_own_pace_however_many_wait() {
    let mut world = World::new();
    world.script("alice/hook", &[Defer; 1000]);
    world.script("alice/mail", &[Defer; 1000]);
    for second in 0..30 {
        world.run_until(second);
        trigger(&mut world, 100 * second as u32..100 * second as u32 + 5);
    }
    world.run_until(60);
    let sent = world.sent();
    assert!(sent.len() <= 40, "{} attempts: {sent:?}", sent.len());
}

#[test]
fn inv_09_the_end_of_a_storm_is_told_in_a_few_messages() {
    let mut world = World::new();
    let pages = trigger(&mut world, 0..50);
    world.run_until(10);
    for n in 0..50 {
        world.resolve(&format!("db-{n}"));
        world.tick();
    }
    world.run_until(5 * 60);
    assert_eq!(world.sent(), ["0:00 page alice/hook +49", "0:10 resolved alice/hook", "1:10 resolved alice/hook +48"]);
    for page in pages {
        let told = world.notifications(page).into_iter().filter(|n| n.kind == MessageKind::Resolved).count();
        assert_eq!(told, 1);
    }
}

#[test]
fn a_storm_is_taken_with_one_press() {
    let mut world = World::new();
    let pages = trigger(&mut world, 0..30);
    world.tick();
    world.now = at(30);
    let later = trigger(&mut world, 30..31)[0];
    let token = world.ledger[0].ack_token.clone();
    let now = world.now;
    let taken = world.act(|unit| {
        let holder = LinkHolder::check(unit.settings, &token, now)?;
        paging::acknowledge_all_by_link(unit, &holder, 20)
    });
    assert_eq!(taken, 20, "there is more");
    let taken = world.act(|unit| {
        let holder = LinkHolder::check(unit.settings, &token, now)?;
        paging::acknowledge_all_by_link(unit, &holder, 20)
    });
    assert!(taken < 20, "nothing is left");
    assert!(pages.iter().all(|page| !world.page(*page).is_waiting()));
    assert!(world.page(later).is_waiting(), "she was told of it in another message");
    world.run_until(90);
    assert_eq!(world.sent(), ["0:00 page alice/hook +29", "1:00 page alice/hook", "1:30 page alice/mail"]);
}

#[test]
fn inv_15_after_a_long_silence_the_worst_goes_first_then_the_oldest() {
    let mut world = World::new();
    for (second, severity) in [(0, AlertSeverity::Warning), (10, AlertSeverity::Critical), (20, AlertSeverity::Error)] {
        world.now = at(second);
        world.event_of(severity, EventAction::Trigger, &format!("{severity:?}"));
    }
    world.now = at(25);
    world.trigger("closed meanwhile");
    world.now = at(30);
    world.trigger("critical, younger");
    world.now = at(6 * 3600);
    world.resolve("closed meanwhile");
    world.tick();
    assert_eq!(
        world.sent(),
        ["360:00 page alice/hook +3", "360:00 page alice/mail +3", "360:00 page bob/mail +3"],
        "one message instead of four for each of the two who are called now"
    );
    let first = &world.messages[0];
    assert_eq!(first.title, "Critical is down");
    let others: Vec<&str> = first.also.listed.iter().map(|told| told.title.as_str()).collect();
    assert_eq!(others, ["critical, younger is down", "Error is down", "Warning is down"]);
    let due = world.act(|unit| Ok(nightbell_store::paging::due_pages(unit.tx, at(7 * 3600), 10)?));
    let titles: Vec<String> = due.into_iter().map(|id| world.page(id)).map(|page: Page| page.title).collect();
    let expected = ["Critical is down", "critical, younger is down", "Error is down", "Warning is down"];
    assert_eq!(titles, expected);
}

#[test]
fn a_press_gets_past_what_others_must_acknowledge_too() {
    let mut world = World::of(&ORGANISATION.replacen(
        "notify: [\"schedule:",
        "acknowledge: all, notify: [\"user:bob\", \"schedule:",
        1,
    ));
    let pages = trigger(&mut world, 0..30);
    world.tick();
    assert_eq!(world.sent(), ["0:00 page alice/hook +29", "0:00 page bob/mail +29"]);
    let token = world.ledger.iter().find(|m| m.line.contains("alice")).expect("she was told").ack_token.clone();
    let now = world.now;
    let press = |world: &mut World| {
        world.act(|unit| {
            let holder = LinkHolder::check(unit.settings, &token, now)?;
            paging::acknowledge_all_by_link(unit, &holder, 10)
        })
    };
    assert_eq!([press(&mut world), press(&mut world), press(&mut world)], [10, 10, 9]);
    let alice = "alice".parse().expect("a handle");
    let mut open = |page: &PageId| world.page(*page).is_waiting() && world.page(*page).has_answered(&alice);
    assert!(pages.iter().all(&mut open), "each is hers no more, and waits for bob");
}

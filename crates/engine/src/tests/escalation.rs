//! From the alert to the person: steps, repeats, last resort, acknowledging, handing over, resolving.

use super::{World, refused, user, world::at};
use crate::{paging, signal};
use nightbell_domain::{
    org::{Target, Urgency},
    paging::PageStatus,
    signal::{AlertStatus, EventAction},
};

/// The whole of the policy: two steps, one repeat, then the last resort again and again.
#[test]
fn inv_04_steps_then_repeats_then_last_resort_again_and_again() {
    let mut world = World::new();
    let alert = world.trigger("db");
    world.run_until(41 * 60);
    assert_eq!(
        world.sent(),
        [
            "0:00 page alice/hook",
            "1:00 page alice/mail",
            "5:00 page bob/mail",
            "10:00 page alice/hook",
            "11:00 page alice/mail",
            "15:00 page bob/mail",
            "20:00 page carol/mail",
            "30:00 page carol/mail",
            "40:00 page carol/mail",
        ]
    );
    let page = world.page(alert.page.expect("it pages"));
    assert_eq!(page.status, PageStatus::Exhausted { since: at(20 * 60) });
    assert!(page.rings.windows(2).all(|w| (w[0].cycle, w[0].step) < (w[1].cycle, w[1].step)), "never backwards");
}

#[test]
fn inv_03_a_page_has_an_alarm_exactly_while_it_waits() {
    let mut world = World::new();
    let alert = world.trigger("db");
    let page = alert.page.expect("it pages");
    assert_eq!(world.page(page).next_due_at, Some(at(5 * 60)));
    world.run_until(21 * 60);
    assert_eq!(world.page(page).next_due_at, Some(at(30 * 60)), "exhausted still waits");
    let carol = world.permit("carol");
    world.act(|unit| paging::acknowledge(unit, &carol, page));
    assert_eq!(world.page(page).next_due_at, None);
    assert_eq!(world.sent().len(), 7);
}

#[test]
fn inv_05_an_acknowledgement_stops_everything_at_once() {
    let mut world = World::new();
    let alert = world.trigger("db");
    world.tick();
    assert_eq!(world.sent(), ["0:00 page alice/hook"]);
    world.now = at(40);
    let alice = world.permit("alice");
    let page = world.act(|unit| paging::acknowledge(unit, &alice, alert.page.expect("it pages")));
    assert!(matches!(page.status, PageStatus::Acknowledged { .. }));
    world.run_until(3 * 3600);
    assert_eq!(world.sent(), Vec::<String>::new());
    let after = world.act(|unit| unit.load::<nightbell_domain::signal::Alert>(alert.id)).expect("stored");
    assert!(matches!(after.status, AlertStatus::Acknowledged { .. }), "the alert follows its page");
    let mail = world.notifications(page.id).into_iter().find(|n| n.medium == "email").expect("owed at 1:00");
    assert_eq!(mail.reason.as_deref(), Some("acknowledged by @alice"));
}

#[test]
fn inv_05_an_acknowledgement_between_claim_and_settle_lets_that_one_end_and_no_other_begin() {
    let mut world = World::new();
    let alert = world.trigger("db");
    let page = alert.page.expect("it pages");
    let work = world.hand_out();
    assert_eq!(world.sent(), ["0:00 page alice/hook"]);
    let alice = world.permit("alice");
    world.act(|unit| paging::acknowledge(unit, &alice, page));
    world.now = at(3);
    let deferred = nightbell_domain::paging::Report::Deferred { detail: "busy".to_owned(), retry_after: None };
    world.settle(&work[0].0, deferred);
    world.run_until(3600);
    assert_eq!(world.sent(), Vec::<String>::new(), "its retry is cancelled when it comes up");
    let hook = world.notifications(page).into_iter().find(|n| n.medium == "webhook").expect("owed");
    assert_eq!(hook.reason.as_deref(), Some("the page is acknowledged"));
    assert_eq!(world.attempts(page), ["failed-temporary"]);
}

#[test]
fn acknowledging_twice_and_from_another_place_changes_nothing() {
    let mut world = World::new();
    let page = world.trigger("db").page.expect("it pages");
    let (alice, bob) = (world.permit("alice"), world.permit("bob"));
    let first = world.act(|unit| paging::acknowledge(unit, &alice, page));
    world.now = at(60);
    let second = world.act(|unit| paging::acknowledge(unit, &bob, page));
    assert_eq!(first, second);
    world.resolve("db");
    let refusal = refused(world.unit(|unit| paging::acknowledge(unit, &alice, page)));
    assert_eq!(refusal.code, "page-ended");
}

#[test]
fn handing_over_rings_whoever_is_next_at_once() {
    let mut world = World::new();
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(10);
    let alice = world.permit("alice");
    world.act(|unit| paging::hand_over(unit, &alice, page));
    world.run_until(30);
    assert_eq!(world.sent(), ["0:00 page alice/hook", "0:10 page bob/mail"]);
    let bob = world.permit("bob");
    world.act(|unit| paging::acknowledge(unit, &bob, page));
    assert_eq!(refused(world.unit(|unit| paging::hand_over(unit, &bob, page))).code, "page-not-ringing");
    world.run_until(3600);
}

#[test]
fn inv_09_resolve_tells_each_paged_person_once() {
    let mut world = World::new();
    let alert = world.trigger("db");
    world.run_until(5 * 60 + 1);
    assert_eq!(world.sent(), ["0:00 page alice/hook", "1:00 page alice/mail", "5:00 page bob/mail"]);
    world.resolve("db");
    world.resolve("db");
    let bob = world.permit("bob");
    let again = world.act(|unit| signal::resolve(unit, &bob, alert.id));
    assert!(!again.is_open());
    world.run_until(3600);
    assert_eq!(world.sent(), ["5:01 resolved alice/hook", "5:01 resolved bob/mail"]);
}

#[test]
fn inv_09_resolve_before_anything_was_sent_tells_nobody() {
    let mut world = World::new();
    world.trigger("db");
    world.resolve("db");
    world.run_until(3600);
}

#[test]
fn inv_09_late_and_reordered_events_never_reopen_a_newer_state() {
    let mut world = World::new();
    let begun = Some(at(-60));
    let critical = [("severity", "critical")];
    let first = world.event(EventAction::Trigger, "db", &critical, begun);
    world.event(EventAction::Resolve, "db", &[], begun);
    let late = world.event(EventAction::Trigger, "db", &critical, begun);
    assert_eq!((late.alert, late.reason.as_str()), (None, "a late copy of an alert that is resolved already"));
    let newer = world.event(EventAction::Trigger, "db", &critical, Some(at(0)));
    assert_ne!(newer.alert, first.alert);
    let old = world.event(EventAction::Resolve, "db", &[], begun);
    assert_eq!(old.reason, "the resolve belongs to an earlier, already resolved alert");
    assert!(world.alert(&newer).is_open());
    world.run_until(1);
    assert_eq!(world.sent(), ["0:00 page alice/hook"]);
}

/// (the begin of the copy that comes after a person ended the newer alert, whether it makes a new one)
#[test]
fn inv_09_after_a_person_ended_it_only_what_still_fires_comes_back() {
    for (begin, fires) in [(-60, false), (0, true), (10, true)] {
        let mut world = World::new();
        let critical = [("severity", "critical")];
        world.event(EventAction::Trigger, "db", &critical, Some(at(-60)));
        world.event(EventAction::Resolve, "db", &[], Some(at(-60)));
        let newer = world.event(EventAction::Trigger, "db", &critical, Some(at(0)));
        let alice = world.permit("alice");
        let id = newer.alert.expect("a new alert");
        world.act(|unit| signal::resolve(unit, &alice, id));
        world.now = at(30);
        let copy = world.event(EventAction::Trigger, "db", &critical, Some(at(begin)));
        assert_eq!(copy.alert.is_some(), fires, "{begin}: {}", copy.reason);
        world.tick();
        assert_eq!(world.sent().len(), usize::from(fires), "{begin}");
    }
}

#[test]
fn repeats_of_an_open_alert_never_page_again() {
    let mut world = World::new();
    let alert = world.trigger("db");
    for second in 1..30 {
        world.now = at(second);
        let outcome = world.event(EventAction::Trigger, "db", &[("severity", "critical")], None);
        assert_eq!(outcome.alert, Some(alert.id));
        assert!(outcome.reason.starts_with("deduplicated into"), "{}", outcome.reason);
    }
    world.tick();
    assert_eq!(world.sent(), ["0:29 page alice/hook"]);
}

#[test]
fn inv_08_in_a_storm_nobodys_first_page_waits_and_none_is_dropped() {
    let mut world = World::new();
    let alerts: Vec<_> = (0..150).map(|n| world.trigger(&format!("host-{n}"))).collect();
    world.event_on("loose", EventAction::Trigger, "other", &[("severity", "critical")], None);
    world.tick();
    assert_eq!(
        world.sent(),
        ["0:00 page alice/hook +149", "0:00 page carol/mail"],
        "somebody else's flood delays no one"
    );
    let pages: std::collections::BTreeSet<_> = alerts.iter().filter_map(|alert| alert.page).collect();
    assert_eq!(pages.len(), 150, "each keeps its own record");
}

#[test]
fn the_source_may_acknowledge_too() {
    let mut world = World::new();
    world.trigger("db");
    world.tick();
    let outcome = world.event(EventAction::Acknowledge, "db", &[], None);
    assert_eq!(outcome.reason, "acknowledged at the source");
    world.run_until(3600);
    assert_eq!(world.sent(), ["0:00 page alice/hook"]);
}

#[test]
fn a_person_calls_another_directly() {
    let mut world = World::new();
    let alice = world.permit("alice");
    let page = world
        .act(|unit| paging::page_people(unit, &alice, &[Target::User(user("erin"))], "I need the keys", Urgency::High));
    assert_eq!(page.title, "I need the keys");
    world.tick();
    assert_eq!(world.sent(), ["0:00 page erin/mail"]);
    let erin = world.permit("erin");
    let answered = world.act(|unit| paging::acknowledge(unit, &erin, page.id));
    assert!(answered.is_ended(), "a call is over when it is answered");
    let nobody =
        world.unit(|unit| paging::page_people(unit, &alice, &[Target::User(user("nemo"))], "hello", Urgency::High));
    assert_eq!(refused(nobody).field.as_deref(), Some("who"));
    let silent =
        world.unit(|unit| paging::page_people(unit, &alice, &[Target::User(user("erin"))], "  ", Urgency::High));
    assert_eq!(refused(silent).field.as_deref(), Some("message"));
}

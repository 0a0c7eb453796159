//! Escalation as people need it, through the whole engine: whose turn it is, who must acknowledge, what waits, what rings again.

use super::{World, refused, world::ORGANISATION, world::at};
use crate::{paging, signal, watch};
use nightbell_domain::{
    ids::{NotificationId, PageId},
    org::{Target, Urgency},
    paging::{PageEvent, PageStatus},
    record::{Instant, Recorded},
    signal::{Alert, AlertStatus, EventAction},
};
use nightbell_store::{clock_step, journal, paging as store};

/// The example with another policy for the checkout.
fn world(policy: &str) -> World {
    let (before, rest) = ORGANISATION.split_once("policies:\n").expect("the example has policies");
    let (_, after) = rest.split_once("services:\n").expect("and services");
    let low = "  - { when: 'labels.severity == \"minor\"', do: page, urgency: low }\n";
    let after = after.replacen("routes:\n", &format!("routes:\n{low}"), 1);
    World::of(&format!("{before}policies:\n{policy}services:\n{after}"))
}

fn events(world: &mut World, page: PageId) -> Vec<Recorded<PageEvent>> {
    world.act(|unit| Ok(journal::stream::<nightbell_domain::paging::Page>(unit.tx, &page.to_string())?))
}

const ONE: &str = "  - { id: payments, team: payments, steps: [ { after: 0s, notify: [\"user:bob\"] } ], last_resort: [\"user:carol\"]";

#[test]
fn turns_are_counted_for_each_page_and_explain_says_whose_is_next() {
    let mut world = world(
        "  - { id: payments, steps: [ { after: 0s, notify: [\"user:bob\", \"user:erin\", \"user:frank\"], round_robin: true } ], last_resort: [\"user:carol\"] }\n",
    );
    let carol = world.permit("carol");
    for (n, (key, expected)) in [("a", "bob"), ("b", "erin"), ("c", "frank"), ("d", "bob")].into_iter().enumerate() {
        let minute = 2 * n;
        world.now = at(60 * i64::try_from(minute).expect("small"));
        let directory = world.engine.directory();
        let turns = world.act(|unit| paging::turns(unit.tx));
        let service = paging::ExplainSubject::Service("checkout".parse().expect("a handle"));
        let plan = paging::explain(&directory, &turns, &service, world.now).expect("explained");
        assert_eq!(plan.lines[0].user.as_ref().map(|user| user.as_str()), Some(expected), "{key}");
        let page = world.trigger(key).page.expect("it pages");
        world.tick();
        assert_eq!(world.sent(), [format!("{minute}:00 page {expected}/mail")]);
        world.act(|unit| paging::acknowledge(unit, &carol, page));
        world.tick();
        assert_eq!(world.sent(), [format!("{minute}:00 notice {expected}/mail")], "they are told who took it over");
    }
}

#[test]
fn everybody_must_acknowledge_and_whoever_has_is_left_alone() {
    let mut world = world(
        "  - { id: payments, steps: [ { after: 0s, notify: [\"user:alice\", \"user:bob\"], acknowledge: all } ], repeat: 1, last_resort: [\"user:carol\"] }\n",
    );
    let alert = world.trigger("db");
    let page = alert.page.expect("it pages");
    world.tick();
    let (alice, bob) = (world.permit("alice"), world.permit("bob"));
    world.now = at(10);
    let half = world.act(|unit| paging::acknowledge(unit, &alice, page));
    assert_eq!((half.is_waiting(), half.answered()), (true, Some((1, 2))));
    let follows = |world: &mut World| world.act(|unit| unit.load::<Alert>(alert.id)).expect("stored").status;
    assert_eq!(follows(&mut world), AlertStatus::Firing, "nobody has the alert yet");
    world.run_until(310);
    assert_eq!(
        world.sent(),
        ["0:00 page alice/hook", "0:00 page bob/mail", "5:00 page bob/mail"],
        "alice's mail at 1:00 is not owed any more, and the repeat rings bob alone"
    );
    let whole = world.act(|unit| signal::acknowledge(unit, &bob, alert.id));
    assert!(matches!(whole.status, AlertStatus::Acknowledged { .. }));
    assert!(!world.page(page).is_waiting());
    world.run_until(3_600);
}

#[test]
fn inv_03_an_acknowledgement_that_runs_out_has_its_alarm_asks_and_rings_again_in_a_new_cycle() {
    let mut world = world(&format!("{ONE}, ack_timeout: 30m }}\n"));
    let page = world.trigger("db").page.expect("it pages");
    world.tick();
    let bob = world.permit("bob");
    world.now = at(60);
    let taken = world.act(|unit| paging::acknowledge(unit, &bob, page));
    assert_eq!((taken.next_due_at, taken.wake_at()), (None, Some(at(26 * 60))), "always a next alarm");
    assert_eq!(world.act(|unit| Ok(store::next_due(unit.tx)?)), Some(at(26 * 60)));
    world.run_until(27 * 60);
    assert_eq!(world.sent(), ["0:00 page bob/mail", "26:00 still-on bob/mail"]);
    world.act(|unit| paging::prolong(unit, &bob, page));
    world.run_until(57 * 60);
    assert_eq!(world.sent(), ["52:00 still-on bob/mail", "57:00 page bob/mail"], "asked again, then rung again");
    let again = world.page(page);
    assert_eq!((again.begun_cycle, again.is_waiting()), (1, true));
    world.act(|unit| paging::acknowledge(unit, &bob, page));
    world.resolve("db");
    world.run_until(6 * 3_600);
    assert_eq!(world.sent(), ["57:00 resolved bob/mail"], "what is over never rings again");
    assert_eq!(world.page(page).wake_at(), None);
}

#[test]
fn inv_03_the_watch_sees_an_acknowledged_page_that_nobody_looks_at() {
    let mut world = world(&format!("{ONE}, ack_timeout: 30m }}\n"));
    let page = world.trigger("db").page.expect("it pages");
    world.tick();
    let bob = world.permit("bob");
    world.act(|unit| paging::acknowledge(unit, &bob, page));
    world.now = at(40 * 60);
    let now = world.now;
    let late = world.act(|unit| Ok(watch::late(unit.tx, now, watch::LATE_AFTER)?));
    assert_eq!(watch::in_words(&late), "1 acknowledged page since 2026-05-12T01:25:00Z");
    let waits = clock_step::Place::before(Instant::MIN);
    let rank = world.page(page).rank;
    let found = world.act(|unit| Ok(clock_step::wakes(unit.tx, rank, &waits, 10)?));
    assert_eq!(found.count, 1, "a clock that was ahead is put right here too");
    world.resolve("db");
    world.tick();
    assert_eq!(world.sent(), ["0:00 page bob/mail", "40:00 resolved bob/mail"]);
}

#[test]
fn a_snoozed_alert_rings_again_then_unless_it_is_over() {
    for over in [false, true] {
        let mut world = world(&format!("{ONE} }}\n"));
        let alert = world.trigger("db");
        let page = alert.page.expect("it pages");
        world.tick();
        let bob = world.permit("bob");
        world.act(|unit| signal::snooze(unit, &bob, alert.id, at(3_600)));
        assert!(matches!(world.page(page).status, PageStatus::Acknowledged { .. }));
        if over {
            world.resolve("db");
        }
        world.run_until(3_601);
        let last = if over { "0:00 resolved bob/mail" } else { "60:00 page bob/mail" };
        assert_eq!(world.sent(), ["0:00 page bob/mail", last]);
        if over {
            let no = refused(world.unit(|unit| signal::snooze(unit, &bob, alert.id, at(7_200))));
            assert_eq!(no.code, "alert-rings-nobody");
        }
    }
}

#[test]
fn low_urgency_waits_for_the_morning_and_rings_at_once_when_the_alert_becomes_worse() {
    let mut world = world(&format!("{ONE}, hold_low: {{ until: \"08:00\" }} }}\n"));
    let minor =
        |world: &mut World, severity: &str| world.event(EventAction::Trigger, "db", &[("severity", severity)], None);
    let outcome = minor(&mut world, "minor");
    let page = world.alert(&outcome).page.expect("it pages");
    assert_eq!(world.page(page).urgency, Urgency::Low);
    world.run_until(3_600);
    assert_eq!(world.sent(), Vec::<String>::new(), "it is three in the morning in Berlin");
    minor(&mut world, "critical");
    world.tick();
    assert_eq!(world.sent(), ["60:00 page bob/mail"]);
    assert_eq!(world.page(page).urgency, Urgency::High);
    let carol = world.permit("carol");
    world.act(|unit| paging::acknowledge(unit, &carol, page));
    let told = minor(&mut world, "minor");
    assert!(told.reason.starts_with("deduplicated"), "{}", told.reason);
    world.tick();
    assert_eq!(world.sent(), ["60:00 notice bob/mail"]);
    let held = world.event(EventAction::Trigger, "disk", &[("severity", "minor")], None);
    let held = world.alert(&held).page.expect("it pages");
    let alice = world.permit("alice");
    world.act(|unit| paging::raise(unit, &alice, held));
    world.tick();
    assert_eq!(world.sent(), ["60:00 page bob/mail"]);
    let third = world.event(EventAction::Trigger, "fan", &[("severity", "minor")], None);
    let third = world.alert(&third).page.expect("it pages");
    let bob = world.permit("bob");
    world.act(|unit| paging::acknowledge(unit, &bob, held));
    world.run_until(5 * 3_600);
    assert_eq!(world.sent(), ["300:00 page bob/mail"], "08:00 in Berlin");
    world.act(|unit| paging::acknowledge(unit, &bob, third));
}

#[test]
fn a_page_is_handed_to_a_person_or_a_policy_with_a_reason() {
    let mut world =
        world(&format!("{ONE} }}\n  - {{ id: database, steps: [ {{ after: 1m, notify: [\"user:frank\"] }} ] }}\n"));
    let page = world.trigger("db").page.expect("it pages");
    world.tick();
    let bob = world.permit("bob");
    let to = |text: &str| text.parse::<Target>().expect("a target");
    world.act(|unit| paging::acknowledge(unit, &bob, page));
    for (target, code) in [("policy:gone", "not-found"), ("user:gone", "invalid"), ("schedule:gone", "invalid")] {
        let no = refused(world.unit(|unit| paging::hand_to(unit, &bob, page, &to(target), "not ours")));
        assert_eq!(no.code, code, "{target}");
    }
    world.act(|unit| paging::hand_to(unit, &bob, page, &to("policy:database"), "it is the database"));
    world.run_until(70);
    let frank = world.permit("frank");
    world.act(|unit| paging::hand_to(unit, &frank, page, &to("user:erin"), "she knows it"));
    world.run_until(80);
    assert_eq!(world.sent(), ["0:00 page bob/mail", "1:00 page frank/mail", "1:10 page erin/mail"]);
    let reasons: Vec<_> = events(&mut world, page)
        .into_iter()
        .filter_map(|e| {
            if let PageEvent::HandedTo { to, reason, .. } = e.event { Some(format!("{to}: {reason}")) } else { None }
        })
        .collect();
    assert_eq!(reasons, ["policy:database: it is the database", "user:erin: she knows it"]);
    let erin = world.permit("erin");
    world.act(|unit| paging::acknowledge(unit, &erin, page));
}

#[test]
fn a_skipped_step_is_logged_and_shadows_get_a_copy() {
    let watched = "  - { id: payments, team: payments, steps: [ { after: 0s, notify: [\"user:erin\"], when: { labels: { env: prod } } }, { after: 9m, notify: [\"user:bob\"] } ], last_resort: [\"user:carol\"] }\n";
    let mut world = world(watched);
    let page = world.trigger("db").page.expect("it pages");
    world.tick();
    assert_eq!(world.sent(), ["0:00 page bob/mail"], "a step that is skipped takes no time");
    let skipped = events(&mut world, page).into_iter().find_map(|e| match e.event {
        PageEvent::StepSkipped { step, why, .. } => Some((step, why)),
        _ => None,
    });
    assert_eq!(skipped, Some((0, "only when label env is prod, and it has none".to_owned())));
    let outcome = world.event(EventAction::Trigger, "web", &[("severity", "critical"), ("env", "prod")], None);
    let second = world.alert(&outcome).page.expect("it pages");
    world.tick();
    assert_eq!(world.sent(), ["0:00 page erin/mail"]);
    let erin = world.permit("erin");
    world.act(|unit| paging::acknowledge(unit, &erin, second));
    let bob = world.permit("bob");
    world.act(|unit| paging::acknowledge(unit, &bob, page));
}

#[test]
fn inv_05_a_retry_of_somebody_who_has_acknowledged_is_cancelled_while_it_rings_on_for_others() {
    let mut world = world(
        "  - { id: payments, steps: [ { after: 0s, notify: [\"user:erin\", \"user:bob\"], acknowledge: all } ], last_resort: [\"user:carol\"] }\n",
    );
    let page = world.trigger("db").page.expect("it pages");
    let work = world.hand_out();
    assert_eq!(world.sent(), ["0:00 page bob/mail", "0:00 page erin/mail"]);
    let (erin, bob) = (world.permit("erin"), world.permit("bob"));
    world.act(|unit| paging::acknowledge(unit, &erin, page));
    let deferred = || nightbell_domain::paging::Report::Deferred { detail: "busy".to_owned(), retry_after: None };
    world.now = at(2);
    for (sent, _) in &work {
        world.settle(sent, deferred());
    }
    world.run_until(60);
    assert_eq!(world.sent(), ["0:07 page bob/mail"], "erin has said so");
    let hers: Option<NotificationId> =
        world.notifications(page).iter().find(|n| n.user.as_str() == "erin" && n.reason.is_some()).map(|n| n.id);
    assert!(hers.is_some());
    world.act(|unit| paging::acknowledge(unit, &bob, page));
}

/// A policy of two people, for pages that may ring again.
const TWO: &str = "  - { id: payments, team: payments, steps: [ { after: 0s, notify: [\"user:bob\"] }, { after: 5m, notify: [\"user:carol\"] } ], last_resort: [\"user:carol\"] }\n";

#[test]
fn what_becomes_urgent_rings_whoever_has_it_or_put_it_off_and_a_tool_can_take_it_again() {
    let mut world = world(TWO);
    let severity =
        |world: &mut World, said: &str, key: &str| world.event(EventAction::Trigger, key, &[("severity", said)], None);
    let bob = world.permit("bob");
    for (n, key) in [(0, "taken"), (1, "put off")] {
        world.now = at(n * 3_600);
        let outcome = severity(&mut world, "minor", key);
        let alert = world.alert(&outcome);
        let page = alert.page.expect("it pages");
        world.tick();
        assert_eq!(world.sent(), [format!("{}:00 page bob/mail", n * 60)]);
        if n == 0 {
            world.act(|unit| paging::acknowledge(unit, &bob, page));
        } else {
            world.act(|unit| paging::snooze(unit, &bob, page, at(40_000)));
        }
        world.now = at(n * 3_600 + 120);
        severity(&mut world, "critical", key);
        world.tick();
        assert_eq!(world.sent(), [format!("{}:00 page bob/mail", n * 60 + 2)], "{key}");
        let status = world.act(|unit| unit.load::<Alert>(alert.id)).expect("stored").status;
        assert_eq!(status, AlertStatus::Firing, "nobody has it any more");
        let acknowledged = world.event(EventAction::Acknowledge, key, &[], None);
        assert_eq!(acknowledged.reason, "acknowledged at the source");
        assert!(!world.page(page).is_waiting());
        world.resolve(key);
        world.tick();
        world.sent();
    }
}

#[test]
fn whoever_gets_a_page_by_name_is_reminded_as_the_policy_says() {
    let mut world = world(&format!("{ONE}, ack_timeout: 30m }}\n"));
    let page = world.trigger("db").page.expect("it pages");
    world.tick();
    let (bob, carol) = (world.permit("bob"), world.permit("carol"));
    let to: Target = "user:carol".parse().expect("a target");
    world.act(|unit| paging::hand_to(unit, &bob, page, &to, "she knows it"));
    let taken = world.act(|unit| paging::acknowledge(unit, &carol, page));
    assert_eq!(taken.wake_at(), Some(at(25 * 60)), "she is asked before it rings again");
    world.sent();
}

//! Every event ends in exactly one recorded outcome (INV-01), whatever the routes say.

use super::World;
use crate::signal::{Inbound, ingest};
use nightbell_domain::{
    record::Instant,
    signal::{AlertSeverity, Event, EventAction},
};
use nightbell_store::signal as store;

/// (where, labels, the reason recorded, whether there is an alert, what is sent)
#[test]
fn inv_01_every_event_has_one_recorded_outcome() {
    type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str, bool, &'static [&'static str]);
    const CRITICAL: (&str, &str) = ("severity", "critical");
    let cases: [Case; 6] = [
        ("prometheus", &[CRITICAL], "paged by route 4", true, &["0:00 page alice/hook"]),
        ("prometheus", &[("severity", "info")], "recorded only, by route 5", true, &[]),
        ("prometheus", &[("route", "drop")], "dropped by route 3", false, &[]),
        ("prometheus", &[("route", "notify")], "told, nobody woken, by route 2", true, &["0:00 notice alice/mail"]),
        ("prometheus", &[("severity", "odd")], "paged by no route matched", true, &["0:00 page alice/hook"]),
        ("loose", &[CRITICAL], "paged by route 4", true, &["0:00 page carol/mail"]),
    ];
    for (integration, labels, reason, stored, sent) in cases {
        let mut world = World::new();
        let outcome = world.event_on(integration, EventAction::Trigger, "db", labels, None);
        assert!(outcome.reason.starts_with(reason), "{labels:?}: {}", outcome.reason);
        assert_eq!(outcome.alert.is_some(), stored, "{labels:?}");
        let raw = world.act(|unit| Ok(store::raw(unit.tx, "~", 10)?));
        assert_eq!(raw.len(), 1, "the request is kept");
        assert_eq!(raw[0].outcome, format!("db: {}", outcome.reason));
        world.tick();
        assert_eq!(world.sent(), sent, "{integration} {labels:?}");
    }
}

/// (events, notes, what is kept as the outcome)
#[test]
fn inv_01_what_made_no_event_leaves_its_reason() {
    let trigger = || vec![event("db", EventAction::Trigger)];
    let left_out = || vec!["3 more alerts were left out by the sender".to_owned()];
    let cases = [
        (Vec::new(), Vec::new(), "recorded; it holds no alert"),
        (Vec::new(), vec!["the array is empty".to_owned()], "recorded; it holds no alert\nnote: the array is empty"),
        (trigger(), left_out(), "\nnote: 3 more alerts were left out by the sender"),
    ];
    for (events, notes, expected) in cases {
        let mut world = World::new();
        let inbound = Inbound { notes, ..inbound(events) };
        world.act(|unit| ingest(unit, &inbound));
        let raw = world.act(|unit| Ok(store::raw(unit.tx, "~", 10)?));
        assert!(raw[0].outcome.ends_with(expected), "{:?}", raw[0].outcome);
        world.tick();
        world.sent();
    }
}

#[test]
fn an_alert_without_a_service_rings_the_administrators() {
    let mut world = World::new();
    let outcome = world.event_on("loose", EventAction::Trigger, "db", &[("severity", "critical")], None);
    let page = world.alert(&outcome).page.expect("it pages");
    assert!(
        world.page(page).why.ends_with("no service is named, so the last resort is rung"),
        "{}",
        world.page(page).why
    );
    world.run_until(11 * 60);
    assert_eq!(world.sent(), ["0:00 page carol/mail", "10:00 page carol/mail"]);
}

#[test]
fn a_low_urgency_alert_uses_the_calm_methods() {
    let mut world = World::new();
    let event = Event { severity: AlertSeverity::Warning, ..event("slow", EventAction::Trigger) };
    let inbound = inbound(vec![event]);
    world.act(|unit| ingest(unit, &inbound));
    world.run_until(60);
    assert_eq!(world.sent(), ["0:00 page alice/mail"]);
}

#[test]
fn inv_02_a_refused_unit_leaves_no_trace() {
    let mut world = World::new();
    let inbound = inbound(vec![event("db", EventAction::Trigger)]);
    let result = world.unit(|unit| {
        ingest(unit, &inbound)?;
        Err::<(), _>(nightbell_store::StoreError::Unavailable("disk full".to_owned()).into())
    });
    assert!(result.is_err());
    let kept = world.act(|unit| Ok((store::open(unit.tx, 10)?.len(), store::raw(unit.tx, "~", 10)?.len())));
    assert_eq!(kept, (0, 0));
    world.run_until(3600);
}

#[test]
fn many_events_of_one_request_are_judged_one_by_one() {
    let mut world = World::new();
    let inbound = inbound(vec![
        event("a", EventAction::Trigger),
        event("b", EventAction::Trigger),
        event("a", EventAction::Trigger),
        event("b", EventAction::Resolve),
        event("c", EventAction::Resolve),
    ]);
    let receipt = world.act(|unit| ingest(unit, &inbound));
    let reasons: Vec<&str> = receipt.outcomes.iter().map(|o| o.reason.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(reasons, ["paged", "paged", "deduplicated", "resolved", "no"]);
    world.tick();
    assert_eq!(world.sent(), ["0:00 page alice/hook"], "b was over before anything was sent");
}

#[test]
fn a_source_whose_clock_runs_ahead_does_not_silence_its_own_next_alert() {
    let mut world = World::new();
    let ahead: Option<Instant> = Some(super::world::at(3600));
    world.event(EventAction::Trigger, "db", &[("severity", "critical")], ahead);
    world.event(EventAction::Resolve, "db", &[], ahead);
    world.now = super::world::at(60);
    let next = world.event(EventAction::Trigger, "db", &[("severity", "critical")], Some(world.now));
    assert!(next.alert.is_some(), "{}", next.reason);
    world.tick();
    assert_eq!(world.sent(), ["1:00 page alice/hook"]);
}

fn event(key: &str, action: EventAction) -> Event {
    Event {
        action,
        dedup_key: Some(key.to_owned()),
        title: format!("{key} is down"),
        body: String::new(),
        severity: AlertSeverity::Critical,
        source: "test".to_owned(),
        labels: Default::default(),
        links: Vec::new(),
        runbook_url: None,
        started_at: None,
    }
}

fn inbound(events: Vec<Event>) -> Inbound {
    Inbound {
        integration: "prometheus".parse().expect("a handle"),
        content_type: "application/json".to_owned(),
        body: b"{}".to_vec(),
        events,
        notes: Vec::new(),
    }
}

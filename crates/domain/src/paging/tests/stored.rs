//! The stored form of page events and states: frozen. A change here breaks every journal that exists; add a field with a default instead.

use super::{Run, at, example, policy, snapshot};
use crate::{
    ids::{AlertId, IncidentId, NotificationId, PageId},
    org::Urgency,
    paging::{
        AttemptOutcome, Notification, NotificationStatus, Page, PageEvent, PageStatus, PolicySnapshot, Rank, Rung,
        Subject,
    },
    record::{Actor, Aggregate, Recorded, fold},
};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;

fn check_form<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, expected: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), expected);
    assert_eq!(&serde_json::from_str::<T>(expected).unwrap(), value);
}

fn check(event: &PageEvent, expected: &str) {
    check_form(event, expected);
    assert_eq!(serde_json::to_value(event).unwrap()["kind"], Page::event_kind(event));
}

fn rung() -> Vec<Rung> {
    vec![Rung { user: "bob".parse().unwrap(), why: "named in the policy".to_owned() }]
}

#[test]
fn page_events_are_stored_like_this() {
    check(
        &PageEvent::Started {
            id: PageId::from(uuid::Uuid::from_u128(7)),
            subject: Subject::Alert { alert: AlertId::from(uuid::Uuid::from_u128(1)) },
            title: "Checkout is down".to_owned(),
            body: "30% fail".to_owned(),
            service: Some("checkout".parse().unwrap()),
            urgency: Urgency::High,
            policy: snapshot(policy(
                &[("0s", "schedule:payments-primary"), ("5m", "user:bob team:payments")],
                2,
                "policy:board",
            )),
            why: "route 1: true".to_owned(),
            next_due_at: at(0),
            rank: Rank::SECOND,
            held_until: None,
        },
        concat!(
            r#"{"kind":"started","id":"page_00000000000000000000000000000007","subject":{"is":"alert","alert":"alert_00000000000000000000000000000001"},"#,
            r#""title":"Checkout is down","body":"30% fail","service":"checkout","urgency":"high","policy":{"policy":"payments","#,
            r#""steps":[{"after":"0s","notify":["schedule:payments-primary"]},{"after":"5m","notify":["user:bob","team:payments"]}],"#,
            r#""repeat":2,"last_resort":["policy:board"]},"why":"route 1: true","next_due_at":"2026-05-12T01:00:00Z","rank":1}"#
        ),
    );
    let place = (vec!["user:mute: @mute has no verified contact method".to_owned()], at(300));
    check(
        &PageEvent::StepRang {
            cycle: 0,
            step: 1,
            rung: rung(),
            silent: place.0.clone(),
            all: false,
            copies: Vec::new(),
            next_cycle: 1,
            next_step: 0,
            next_due_at: place.1,
        },
        concat!(
            r#"{"kind":"step-rang","cycle":0,"step":1,"rung":[{"user":"bob","why":"named in the policy"}],"#,
            r#""silent":["user:mute: @mute has no verified contact method"],"next_cycle":1,"next_step":0,"next_due_at":"2026-05-12T01:05:00Z"}"#
        ),
    );
    check(
        &PageEvent::StepEmpty {
            cycle: 0,
            step: 1,
            silent: Vec::new(),
            next_cycle: 0,
            next_step: 2,
            next_due_at: place.1,
        },
        r#"{"kind":"step-empty","cycle":0,"step":1,"silent":[],"next_cycle":0,"next_step":2,"next_due_at":"2026-05-12T01:05:00Z"}"#,
    );
    check(
        &PageEvent::LastResortRang { cycle: 2, rung: rung(), silent: Vec::new(), next_due_at: place.1 },
        concat!(
            r#"{"kind":"last-resort-rang","cycle":2,"rung":[{"user":"bob","why":"named in the policy"}],"silent":[],"#,
            r#""next_due_at":"2026-05-12T01:05:00Z"}"#
        ),
    );
    check(
        &PageEvent::HandedOver { next_due_at: at(60) },
        r#"{"kind":"handed-over","next_due_at":"2026-05-12T01:01:00Z"}"#,
    );
    check(
        &PageEvent::Unreachable { user: "bob".parse().unwrap(), next_due_at: at(60) },
        r#"{"kind":"unreachable","user":"bob","next_due_at":"2026-05-12T01:01:00Z"}"#,
    );
    check(
        &PageEvent::Rescheduled {
            next_due_at: Some(at(60)),
            rings_again_at: None,
            messages: vec![NotificationId::from(uuid::Uuid::from_u128(9))],
            why: "the clock was set back by 6 h".to_owned(),
        },
        concat!(
            r#"{"kind":"rescheduled","next_due_at":"2026-05-12T01:01:00Z","messages":["ntf_00000000000000000000000000000009"],"#,
            r#""why":"the clock was set back by 6 h"}"#
        ),
    );
    check(&PageEvent::taken("link"), r#"{"kind":"acknowledged","via":"link"}"#);
    check(
        &PageEvent::Ended { reason: "resolved: by hand".to_owned() },
        r#"{"kind":"ended","reason":"resolved: by hand"}"#,
    );
}

#[test]
fn attempts_are_stored_like_this() {
    let attempted = |outcome: AttemptOutcome, expected: &str| {
        let event = PageEvent::Attempted {
            notification: NotificationId::from(uuid::Uuid::from_u128(9)),
            user: "bob".parse().unwrap(),
            contact: "mail".parse().unwrap(),
            medium: "email".to_owned(),
            attempt: 1,
            outcome,
        };
        let start = r#"{"kind":"attempted","notification":"ntf_00000000000000000000000000000009","user":"bob","contact":"mail","medium":"email","#;
        check(&event, &format!(r#"{start}"attempt":1,"outcome":{expected}}}"#));
    };
    let detail = || "250 OK".to_owned();
    attempted(
        AttemptOutcome::Accepted { detail: detail(), provider_id: Some("q1".to_owned()) },
        r#"{"is":"accepted","detail":"250 OK","provider_id":"q1"}"#,
    );
    attempted(
        AttemptOutcome::FailedTemporary { detail: detail(), retry_at: at(5) },
        r#"{"is":"failed-temporary","detail":"250 OK","retry_at":"2026-05-12T01:00:05Z"}"#,
    );
    attempted(AttemptOutcome::FailedPermanent { detail: detail() }, r#"{"is":"failed-permanent","detail":"250 OK"}"#);
    attempted(AttemptOutcome::Unknown { detail: detail() }, r#"{"is":"unknown","detail":"250 OK"}"#);
}

#[test]
fn states_are_stored_like_this() {
    check_form(&Subject::Person, r#"{"is":"person"}"#);
    check_form(&Subject::Canary, r#"{"is":"canary"}"#);
    check_form(
        &Subject::Incident { incident: IncidentId::from(uuid::Uuid::from_u128(3)), purpose: "ic-named".to_owned() },
        r#"{"is":"incident","incident":"inc_00000000000000000000000000000003","purpose":"ic-named"}"#,
    );
    check_form(&PageStatus::Ringing, r#"{"is":"ringing"}"#);
    check_form(&PageStatus::Exhausted { since: at(0) }, r#"{"is":"exhausted","since":"2026-05-12T01:00:00Z"}"#);
    check_form(
        &PageStatus::Acknowledged { by: Actor::User("bob".parse().unwrap()), at: at(0) },
        r#"{"is":"acknowledged","by":{"kind":"user","id":"bob"},"at":"2026-05-12T01:00:00Z"}"#,
    );
    check_form(
        &PageStatus::Ended { reason: "cancelled".to_owned(), at: at(0) },
        r#"{"is":"ended","reason":"cancelled","at":"2026-05-12T01:00:00Z"}"#,
    );
    check_form(&PolicySnapshot::default(), r#"{"policy":null,"steps":[],"repeat":0,"last_resort":[]}"#);
    check_form(&NotificationStatus::Queued, r#""queued""#);
}

#[test]
fn a_page_and_its_notifications_survive_being_stored() {
    let mut run =
        Run::begin(example(), snapshot(policy(&[("0s", "user:alice"), ("5m", "user:nemo")], 1, "user:carol")), at(0));
    run.play(3_600);
    run.record(at(3_700), Actor::User("carol".parse().unwrap()), PageEvent::taken("link"));
    run.assert_sound();
    let stored = serde_json::to_string(&run.page).unwrap();
    assert_eq!(serde_json::from_str::<Page>(&stored).unwrap(), run.page);
    let history = serde_json::to_string(&run.history).unwrap();
    let read: Vec<Recorded<PageEvent>> = serde_json::from_str(&history).unwrap();
    assert_eq!(fold::<Page>(&read), Ok(Some(run.page)));
    let notification = Notification {
        id: NotificationId::from(uuid::Uuid::from_u128(9)),
        page: PageId::from(uuid::Uuid::from_u128(7)),
        kind: crate::paging::MessageKind::Page,
        cycle: 0,
        step: 0,
        user: "alice".parse().unwrap(),
        contact: "mail".parse().unwrap(),
        medium: "email".to_owned(),
        due_at: at(0),
        status: NotificationStatus::Sending,
        attempts: 1,
        repeat: false,
        next_due_at: Some(at(45)),
        reason: None,
        rank: Rank::FIRST,
        begun_at: Some(at(0)),
        sent_with: None,
    };
    check_form(
        &notification,
        concat!(
            r#"{"id":"ntf_00000000000000000000000000000009","page":"page_00000000000000000000000000000007","kind":"page","cycle":0,"step":0,"#,
            r#""user":"alice","contact":"mail","medium":"email","due_at":"2026-05-12T01:00:00Z","status":"sending","attempts":1,"repeat":false,"#,
            r#""next_due_at":"2026-05-12T01:00:45Z","reason":null,"rank":0,"begun_at":"2026-05-12T01:00:00Z","sent_with":null}"#
        ),
    );
}

/// What was written before ranks existed still reads, and goes after what is known to be worse.
#[test]
fn pages_from_before_ranks_have_one() {
    let run = Run::begin(example(), snapshot(policy(&[], 0, "")), at(0));
    let mut page = serde_json::to_value(&run.page).unwrap();
    assert_eq!(page.as_object_mut().unwrap().remove("rank"), Some(serde_json::json!(0)));
    assert_eq!(serde_json::from_value::<Page>(page).unwrap().rank, Rank::THIRD);
    let mut started = serde_json::to_value(&run.history[0].event).unwrap();
    assert_eq!(started.as_object_mut().unwrap().remove("rank"), Some(serde_json::json!(0)));
    let PageEvent::Started { rank, .. } = serde_json::from_value(started).unwrap() else { panic!("a page starts") };
    assert_eq!(rank, Rank::default());
}

#[test]
fn history_that_does_not_fit_names_its_place() {
    let run = Run::begin(example(), snapshot(policy(&[], 0, "")), at(0));
    let first = run.history[0].clone();
    let again = Recorded { seq: 2, ..first.clone() };
    let ended = Recorded { event: PageEvent::Ended { reason: String::new() }, ..first.clone() };
    let check = |events: &[Recorded<PageEvent>], expected: Result<bool, u64>| {
        assert_eq!(fold::<Page>(events).map(|page| page.is_some()), expected)
    };
    check(&[], Ok(false));
    check(std::slice::from_ref(&first), Ok(true));
    check(&[first, again], Err(2));
    check(&[ended], Err(1));
}

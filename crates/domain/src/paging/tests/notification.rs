//! Notifications: what a ring owes, and what each end of an attempt means (INV-05, INV-06, INV-07).

use super::{Run, at, example, policy, put, snapshot};
use crate::{
    ids::{NotificationId, PageId},
    limits,
    org::{Organisation, Urgency},
    paging::{MessageKind, Notification, NotificationStatus, PageEvent, Report, owed},
    record::Actor,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

fn notification(status: NotificationStatus) -> Notification {
    let open = matches!(status, NotificationStatus::Queued | NotificationStatus::Sending);
    Notification {
        id: NotificationId::from(uuid::Uuid::from_u128(9)),
        page: PageId::from(uuid::Uuid::from_u128(7)),
        kind: MessageKind::Page,
        cycle: 0,
        step: 0,
        user: "alice".parse().unwrap(),
        contact: "mail".parse().unwrap(),
        medium: "email".to_owned(),
        due_at: at(0),
        status,
        attempts: u32::from(status != NotificationStatus::Queued),
        repeat: false,
        next_due_at: open.then(|| at(45)),
        reason: None,
        rank: crate::paging::Rank::FIRST,
        begun_at: (status == NotificationStatus::Sending).then(|| at(0)),
        sent_with: None,
    }
}

const ALL: [NotificationStatus; 5] = [
    NotificationStatus::Queued,
    NotificationStatus::Sending,
    NotificationStatus::Accepted,
    NotificationStatus::Failed,
    NotificationStatus::Cancelled,
];

fn report(word: &str) -> Report {
    let detail = "what was said".to_owned();
    match word.split_once(' ') {
        Some((_, seconds)) => {
            Report::Deferred { detail, retry_after: Some(SignedDuration::from_secs(seconds.parse().unwrap())) }
        }
        None => match word {
            "accepted" => Report::Accepted { detail, provider_id: None },
            "deferred" => Report::Deferred { detail, retry_after: None },
            "rejected" => Report::Rejected { detail },
            "unknown" => Report::Unknown { detail },
            other => panic!("no such report: {other}"),
        },
    }
}

#[test]
fn inv_07_every_attempt_ends_in_a_recorded_outcome() {
    use NotificationStatus::{Accepted, Cancelled, Failed, Queued, Sending};
    // Reported 100 s after the beginning: status before, report → status, outcome, next look, fall back by, repeat.
    let check =
        |before, word: &str, after, outcome: &str, next_s: Option<i64>, fall_back_s: Option<i64>, repeat: bool| {
            let settled = notification(before).settle(report(word), at(100));
            let then = &settled.notification;
            assert_eq!(
                (then.status, settled.outcome.word(), settled.outcome.detail()),
                (after, outcome, "what was said"),
                "{before:?} {word}"
            );
            assert_eq!(
                (then.next_due_at, settled.fall_back_by, then.repeat),
                (next_s.map(at), fall_back_s.map(at), repeat),
                "{before:?} {word}"
            );
        };
    for (open, fall_back) in [(Sending, Some(100)), (Queued, Some(120))] {
        let second = Some(105);
        check(open, "accepted", Accepted, "accepted", None, None, false);
        check(open, "rejected", Failed, "failed-permanent", None, Some(100), false);
        check(open, "deferred", Queued, "failed-temporary", second, fall_back, false);
        check(open, "deferred 1", Queued, "failed-temporary", second, fall_back, false);
        check(open, "deferred 60", Queued, "failed-temporary", Some(160), fall_back, false);
        check(open, "deferred 86400", Queued, "failed-temporary", Some(400), fall_back, false);
        check(open, "unknown", Queued, "unknown", second, fall_back, true);
    }
    for over in [Accepted, Failed, Cancelled] {
        check(over, "accepted", Accepted, "accepted", None, None, false);
        check(over, "rejected", over, "failed-permanent", None, None, false);
        check(over, "deferred", over, "failed-permanent", None, None, false);
        check(over, "unknown", over, "unknown", None, None, false);
    }
}

#[test]
fn inv_07_an_attempt_that_took_long_to_fail_costs_the_next_method_nothing() {
    // Begun at 0, so its lease ends at 45: reported after so many seconds → the next method is wanted by then.
    for (reported, fall_back) in [(0, 20), (1, 20), (15, 20), (20, 20), (25, 25), (44, 44)] {
        for word in ["deferred", "unknown"] {
            let settled = notification(NotificationStatus::Sending).settle(report(word), at(reported));
            assert_eq!(settled.fall_back_by, Some(at(fall_back)), "{word} after {reported} s");
        }
    }
}

#[test]
fn inv_07_13_an_attempt_during_which_the_clock_was_set_back_holds_up_no_next_method() {
    // Begun at 0; reported when the clock shows so many seconds.
    for (reported, fall_back) in [(-1, 19), (-10, 10), (-6 * 3_600, -6 * 3_600 + 20)] {
        for word in ["deferred", "unknown"] {
            let settled = notification(NotificationStatus::Sending).settle(report(word), at(reported));
            assert_eq!(settled.fall_back_by, Some(at(fall_back)), "{word} at {reported} s");
        }
    }
}

#[test]
fn inv_07_nothing_stays_sending() {
    let mut cases = 0;
    for status in ALL {
        for word in ["accepted", "rejected", "deferred", "deferred 60", "unknown"] {
            let then = notification(status).settle(report(word), at(100)).notification;
            assert_ne!(then.status, NotificationStatus::Sending, "{status:?} {word}");
            assert_eq!(then.next_due_at.is_some(), then.status == NotificationStatus::Queued, "{status:?} {word}");
            cases += 1;
        }
    }
    assert_eq!(cases, 25);
}

#[test]
fn inv_06_an_attempt_that_may_be_a_second_copy_is_marked() {
    let check = |name: &str, before: Notification, attempts: u32, repeat: bool| {
        let begun = before.begin(at(50));
        assert_eq!(
            (begun.status, begun.attempts, begun.repeat),
            (NotificationStatus::Sending, attempts, repeat),
            "{name}"
        );
        assert_eq!(begun.next_due_at, Some(at(50) + limits::SENDING_LEASE), "{name}");
        assert_eq!(begun.id, before.id, "{name}: the receiver can tell a second copy by its id");
    };
    let queued = notification(NotificationStatus::Queued);
    let sending = queued.begin(at(0));
    check("first attempt", queued.clone(), 1, false);
    check("the sender was lost", sending.clone(), 2, true);
    check("deferred: it surely did not arrive", sending.settle(report("deferred"), at(1)).notification, 2, false);
    let unknown = sending.settle(report("unknown"), at(1)).notification;
    check("unknown: it may have arrived", unknown.clone(), 2, true);
    check(
        "still marked after a later deferral",
        unknown.begin(at(2)).settle(report("deferred"), at(3)).notification,
        3,
        true,
    );
}

#[test]
fn retries_slow_down_and_never_stop() {
    let check = |attempts: u32, seconds: i64| {
        assert_eq!(limits::retry_after(attempts), SignedDuration::from_secs(seconds), "{attempts}")
    };
    for (attempts, seconds) in [(0, 5), (1, 5), (2, 10), (3, 20), (4, 40), (5, 80), (6, 120), (7, 120), (u32::MAX, 120)]
    {
        check(attempts, seconds);
    }
}

#[test]
fn cancelling_keeps_the_reason() {
    for status in ALL {
        let cancelled = notification(status).cancel("the page is acknowledged");
        assert_eq!((cancelled.status, cancelled.next_due_at), (NotificationStatus::Cancelled, None));
        assert_eq!(cancelled.reason.as_deref(), Some("the page is acknowledged"));
    }
    let failed = notification(NotificationStatus::Sending).settle(report("rejected"), at(1)).notification;
    assert_eq!(failed.reason.as_deref(), Some("what was said"));
}

#[test]
fn inv_05_a_taken_page_sends_no_further_page() {
    let check = |event: Option<PageEvent>, kind: MessageKind, wanted: Result<(), &str>| {
        let mut run = Run::begin(example(), snapshot(policy(&[("0s", "user:alice")], 0, "")), at(0));
        if let Some(event) = event {
            run.record(at(1), Actor::User("alice".parse().unwrap()), event);
        }
        let asked = Notification { kind, ..notification(NotificationStatus::Queued) };
        assert_eq!(asked.still_wanted(&run.page), wanted.map_err(str::to_owned), "{kind:?}");
    };
    let acknowledged = || Some(PageEvent::taken("link"));
    let ended = || Some(PageEvent::Ended { reason: "resolved".to_owned() });
    check(None, MessageKind::Page, Ok(()));
    check(acknowledged(), MessageKind::Page, Err("the page is acknowledged"));
    check(ended(), MessageKind::Page, Err("the page is ended"));
    for kind in [MessageKind::Resolved, MessageKind::Cancelled, MessageKind::Notice] {
        check(ended(), kind, Ok(()));
        check(acknowledged(), kind, Ok(()));
    }
}

/// Contacts as `id` or `id!` (not verified); rules as `after via`.
fn owed_by(contacts: &str, high: &str, low: &str, urgency: Urgency) -> String {
    let contacts: Vec<Value> = contacts
        .split_whitespace()
        .map(|id| json!({ "id": id.trim_end_matches('!'), "kind": "webhook", "url": "http://127.0.0.1/", "verified": !id.ends_with('!') }))
        .collect();
    let rules = |text: &str| -> Vec<Value> {
        text.split(", ")
            .filter_map(|rule| rule.split_once(' '))
            .map(|(after, via)| json!({ "after": after, "via": via }))
            .collect()
    };
    let mut org = Organisation::default();
    let rules = json!({ "high": rules(high), "low": rules(low) });
    put(
        &mut org,
        "user",
        json!({ "id": "bob", "name": "Bob", "email": "bob@example.com", "role": "responder", "time_zone": "UTC", "contacts": contacts, "rules": rules }),
    );
    let mut page = Run::begin(org.clone(), snapshot(policy(&[], 0, "")), at(0)).page;
    page.urgency = urgency;
    let all = owed(&org, &page, &"bob".parse().unwrap(), at(60));
    assert!(all.iter().all(|o| o.medium == "webhook" && o.user.as_str() == "bob"));
    all.iter().map(|o| format!("{} {}", super::clock(o.due_at), o.contact)).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_ring_owes_the_persons_ladder() {
    let check = |contacts: &str, high: &str, low: &str, at_high: &str, at_low: &str| {
        assert_eq!(owed_by(contacts, high, low, Urgency::High), at_high, "{contacts} / {high}");
        assert_eq!(owed_by(contacts, high, low, Urgency::Low), at_low, "{contacts} / {low}");
    };
    check("hook mail", "0s hook, 1m mail", "0s mail", "1:00 hook, 2:00 mail", "1:00 mail");
    check("hook mail", "5m mail, 30s hook", "", "1:30 hook, 6:00 mail", "1:00 hook, 1:00 mail");
    // Not verified: not used; when no rule can be used the default ladder is.
    check("hook! mail", "0s hook, 1m mail", "0s hook", "2:00 mail", "1:00 mail");
    check("hook! mail", "0s hook", "", "1:00 mail", "1:00 mail");
    check("hook mail", "", "0s gone", "1:00 hook, 1:00 mail", "1:00 hook, 1:00 mail");
    check("hook! mail!", "0s hook", "", "", "");
    check("", "", "", "", "");
    // A method named twice is used at its first time.
    check("hook mail", "2m hook, 0s hook, 1m mail", "0s mail, 0s mail", "1:00 hook, 2:00 mail", "1:00 mail");
}

#[test]
fn nobody_is_owed_nothing() {
    let org = example();
    let page = Run::begin(org.clone(), snapshot(policy(&[], 0, "")), at(0)).page;
    assert_eq!(owed(&org, &page, &"nemo".parse().unwrap(), at(0)), Vec::new());
    assert_eq!(owed(&org, &page, &"mute".parse().unwrap(), at(0)), Vec::new());
}

#[test]
fn words_are_read_back() {
    for status in ALL {
        assert_eq!(NotificationStatus::from_word(status.word()), Some(status));
    }
    for kind in
        [MessageKind::Page, MessageKind::Resolved, MessageKind::Cancelled, MessageKind::Notice, MessageKind::Code]
    {
        assert_eq!(MessageKind::from_word(kind.word()), Some(kind));
    }
    assert_eq!((NotificationStatus::from_word("sent"), MessageKind::from_word("")), (None, None));
}

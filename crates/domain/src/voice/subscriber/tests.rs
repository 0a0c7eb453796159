use super::*;

fn at(seconds: i64) -> Instant {
    Instant::from_second(1_777_716_000 + seconds).expect("an instant")
}

fn mail(attempts: u32) -> SubscriberMail {
    SubscriberMail {
        subscriber: "sub_00000000000000000000000000000001".parse().expect("an id"),
        about: "u1".to_owned(),
        recipient: "r".to_owned(),
        kind: MailKind::Update,
        notice: "n1".to_owned(),
        status: MailStatus::Sending,
        attempts,
        folded: 0,
        owed_at: at(0),
        begun_at: Some(at(0)),
        next_due_at: Some(at(45)),
        reason: None,
    }
}

fn subscriber(state: SubscriberState) -> Subscriber {
    Subscriber {
        id: "sub_00000000000000000000000000000001".parse().expect("an id"),
        page: "main".parse().expect("a handle"),
        recipient: "r".to_owned(),
        email: Some("ann@example.com".to_owned()),
        state: SubscriberState::Pending,
        rejections: 0,
        changed_at: at(0),
    }
    .turned(state, at(0))
}

fn report(word: &str) -> Report {
    let detail = "as told".to_owned();
    match word {
        "accepted" => Report::Accepted { detail, provider_id: None },
        "rejected" => Report::Rejected { detail },
        "deferred" => Report::Deferred { detail, retry_after: None },
        "unknown" => Report::Unknown { detail },
        other => panic!("no outcome is {other:?}"),
    }
}

#[test]
fn addresses_are_addresses() {
    let cases = [
        (" Ann.Ex+status@Example.COM ", Some("Ann.Ex+status@example.com")),
        ("ann@bücher.example", Some("ann@bücher.example")),
        ("ann@localhost", None),
        ("ann", None),
        ("@example.com", None),
        ("ann@", None),
        ("a b@example.com", None),
        ("ann@exa mple.com", None),
        ("ann@example..com", None),
        ("ann@-example.com", None),
        (".ann@example.com", None),
        ("a..b@example.com", None),
        ("ann@example.com, bob@example.com", None),
        ("ann@evil.test>\r\nBcc: all@example.com", None),
        ("Ann <ann@example.com>", None),
    ];
    for (typed, expected) in cases {
        assert_eq!(address(typed).as_deref(), expected, "{typed:?}");
    }
    assert_eq!(address(&format!("{}@example.com", "a".repeat(65))), None);
    assert_eq!(address(&format!("a@{}.com", "b".repeat(200))), None);
}

#[test]
fn inv_20_only_what_certainly_did_not_arrive_is_tried_again() {
    // (attempts, report, status, minutes until the next)
    let cases = [
        (1, "accepted", MailStatus::Accepted, None),
        (1, "rejected", MailStatus::Failed, None),
        (1, "unknown", MailStatus::Failed, None),
        (1, "deferred", MailStatus::Queued, Some(1)),
        (2, "deferred", MailStatus::Queued, Some(2)),
        (5, "deferred", MailStatus::Queued, Some(16)),
        (SUBSCRIBER_MAIL_ATTEMPTS_MAX, "deferred", MailStatus::Failed, None),
    ];
    for (attempts, word, status, minutes) in cases {
        let after = mail(attempts).settle(&report(word), at(60));
        let next = minutes.map(|minutes| at(60) + SignedDuration::from_mins(minutes));
        assert_eq!((after.status, after.next_due_at), (status, next), "{attempts} {word}");
        assert!(after.reason.is_some());
    }
    let wish = Report::Deferred { detail: String::new(), retry_after: Some(SignedDuration::from_hours(90)) };
    assert_eq!(mail(1).settle(&wish, at(0)).next_due_at, Some(at(3_600)), "a server's wish has its limits");
}

#[test]
fn inv_20_the_ceiling_has_room_again_when_enough_is_an_hour_old() {
    let most = i64::from(SUBSCRIBER_MAILS_PER_HOUR_MAX);
    let begun = |count: i64| (0..count).map(|n| at(n * 60)).collect::<Vec<_>>();
    assert_eq!(ceiling(&[]), Ok(()));
    assert_eq!(ceiling(&begun(most - 1)), Ok(()));
    assert_eq!(ceiling(&begun(most)), Err(at(3_600)));
    assert_eq!(ceiling(&begun(most + 2)), Err(at(3_600 + 120)));
}

#[test]
fn who_wants_which_mail() {
    use SubscriberState::{Broken, Confirmed, Pending, Unsubscribed};
    for (state, question, update) in
        [(Pending, true, false), (Confirmed, false, true), (Unsubscribed, false, false), (Broken, false, false)]
    {
        let subscriber = subscriber(state);
        assert_eq!(subscriber.wants(MailKind::Confirm).is_ok(), question, "{state:?}");
        assert_eq!(subscriber.wants(MailKind::Update).is_ok(), update, "{state:?}");
        assert_eq!(subscriber.email.is_some(), question || update, "an address nobody needs is forgotten: {state:?}");
    }
}

#[test]
fn an_address_is_broken_after_refusals_in_a_row_while_others_arrive() {
    let mut ann = subscriber(SubscriberState::Confirmed);
    for _ in 0..20 {
        ann = ann.heard_of(&report("rejected"), false, at(1));
    }
    assert_eq!((ann.state, ann.rejections), (SubscriberState::Confirmed, 0), "the mail server refuses everybody");
    for word in ["rejected", "rejected", "accepted", "rejected", "deferred", "unknown", "rejected"] {
        ann = ann.heard_of(&report(word), true, at(1));
        assert_eq!(ann.state, SubscriberState::Confirmed, "{word}");
    }
    ann = ann.heard_of(&report("rejected"), true, at(2));
    assert_eq!((ann.state, ann.email.as_deref(), ann.changed_at), (SubscriberState::Broken, None, at(2)));
}

//! What the schema itself refuses, whoever asks.

use crate::{
    Database, StoreError, Tx, Value,
    paging::{begin_attempt, owe},
    tests::samples::{
        alert_id, at, commit, declared, drafted, handle, incident_id, new_alert, new_incident, new_page,
        new_postmortem, notification, notification_id, owe as must_owe, page_id, read, started, triggered, try_commit,
        verify, write,
    },
};
use nightbell_domain::{
    ids::ActionItemId,
    learning::{ActionItem, NewActionItem, Postmortem},
    paging::{Notification, NotificationStatus, Page},
    response::Incident,
    signal::{Alert, AlertEvent},
};

fn assert_conflict<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::Conflict(_))), "{result:?}");
}

pub fn open_alert_key_is_unique_until_resolved(db: &mut dyn Database) {
    let first = new_alert(db, 1, "cpu");
    assert_conflict(try_commit::<Alert>(db, None, &triggered(2, "cpu"), 1));
    assert_eq!(verify::<Alert>(db, &alert_id(2).to_string()), Ok(0), "the refused one left no event");
    new_alert(db, 3, "disk");
    let acknowledged = commit(db, Some(&first), &[AlertEvent::Acknowledged], 2);
    assert_conflict(try_commit::<Alert>(db, None, &triggered(4, "cpu"), 3));
    commit(db, Some(&acknowledged), &[AlertEvent::Resolved { reason: "by hand".to_owned() }], 4);
    new_alert(db, 5, "cpu");
}

pub fn incident_slug_is_unique(db: &mut dyn Database) {
    commit::<Incident>(db, None, &declared(1, "inc-2026-05-02-checkout-down", 0), 0);
    assert_conflict(try_commit::<Incident>(db, None, &declared(2, "inc-2026-05-02-checkout-down", 1), 1));
    commit::<Incident>(db, None, &declared(2, "inc-2026-05-02-checkout-down-2", 1), 1);
}

pub fn incident_has_one_postmortem(db: &mut dyn Database) {
    new_incident(db, 1, 0);
    new_incident(db, 2, 0);
    new_postmortem(db, 1, 1, 0);
    assert_conflict(try_commit::<Postmortem>(db, None, &drafted(2, 1, 0), 1));
    new_postmortem(db, 2, 2, 0);
}

pub fn inv_03_page_waits_exactly_with_an_alarm(db: &mut dyn Database) {
    let insert = |db: &mut dyn Database, n: u32, status: &str, due: Option<i64>| {
        let values: [Value; 3] = [page_id(n).to_string().into(), status.into(), due.into()];
        let sql =
            "INSERT INTO page (id, version, status, subject, next_due_at, body) VALUES ($1, 1, $2, 'x', $3, '{}')";
        write(db, |tx| tx.run(sql, &values)).is_ok()
    };
    let cases = [
        ("ringing", Some(1), true),
        ("ringing", None, false),
        ("exhausted", Some(1), true),
        ("exhausted", None, false),
        ("acknowledged", None, true),
        ("acknowledged", Some(1), false),
        ("ended", None, true),
        ("ended", Some(1), false),
    ];
    for (n, (status, due, taken)) in (1..).zip(cases) {
        assert_eq!(insert(db, n, status, due), taken, "{status} with alarm {due:?}");
    }
    let silenced = "UPDATE page SET next_due_at = NULL WHERE status = 'ringing'";
    assert!(write(db, |tx| tx.run(silenced, &[])).is_err(), "an alarm cannot be taken away");
}

pub fn inv_06_notification_is_owed_once(db: &mut dyn Database) {
    new_page(db, 1, 0);
    new_page(db, 2, 0);
    let first = notification(1, 1, 0);
    let owed = |db: &mut dyn Database, n: &Notification| {
        write(db, |tx| owe(tx, n)).expect("storable");
        read(db, |tx| crate::paging::notification(tx, n.id)).is_some()
    };
    assert!(owed(db, &first));
    let again = Notification { id: notification_id(2), due_at: at(60), next_due_at: Some(at(60)), ..first.clone() };
    assert!(!owed(db, &again));
    assert_eq!(read(db, |tx| crate::paging::of_page(tx, page_id(1))), std::slice::from_ref(&first), "the first stands");
    let others = [
        Notification { id: notification_id(3), page: page_id(2), ..first.clone() },
        Notification { id: notification_id(4), kind: nightbell_domain::paging::MessageKind::Resolved, ..first.clone() },
        Notification { id: notification_id(5), cycle: 1, ..first.clone() },
        Notification { id: notification_id(6), step: 2, ..first.clone() },
        Notification { id: notification_id(7), user: handle("bob"), ..first.clone() },
        Notification { id: notification_id(8), contact: handle("hook"), ..first.clone() },
    ];
    for other in &others {
        assert!(owed(db, other), "{other:?} is another one");
    }
    let same_id = Notification { cycle: 9, ..first };
    assert_conflict(write(db, |tx| owe(tx, &same_id)));
}

pub fn inv_07_notification_waits_exactly_with_an_alarm(db: &mut dyn Database) {
    new_page(db, 1, 0);
    let cases = [
        (NotificationStatus::Queued, true),
        (NotificationStatus::Sending, true),
        (NotificationStatus::Accepted, false),
        (NotificationStatus::Failed, false),
        (NotificationStatus::Cancelled, false),
    ];
    for (n, (status, waits)) in (1..).zip(cases) {
        for with_alarm in [true, false] {
            let id = n * 2 + u32::from(with_alarm);
            let one = Notification { status, next_due_at: with_alarm.then(|| at(5)), ..notification(id, 1, 0) };
            assert_eq!(write(db, |tx| owe(tx, &one)).is_ok(), waits == with_alarm, "{status:?}, alarm: {with_alarm}");
        }
    }
}

pub fn inv_07_attempt_ends_exactly_with_an_outcome(db: &mut dyn Database) {
    new_page(db, 1, 0);
    must_owe(db, &notification(1, 1, 0));
    let cases = [
        (None, None, true),
        (Some(1_i64), Some("accepted"), true),
        (Some(1), None, false),
        (None, Some("accepted"), false),
    ];
    for (n, (ended, outcome, taken)) in (1_u32..).zip(cases) {
        let values: [Value; 4] = [notification_id(1).to_string().into(), n.into(), ended.into(), outcome.into()];
        let sql = "INSERT INTO attempt (notification, n, begun_at, ended_at, outcome) VALUES ($1, $2, 0, $3, $4)";
        assert_eq!(write(db, |tx| tx.run(sql, &values)).is_ok(), taken, "ended {ended:?}, outcome {outcome:?}");
    }
}

pub fn attempt_begins_once(db: &mut dyn Database) {
    new_page(db, 1, 0);
    must_owe(db, &notification(1, 1, 0));
    write(db, |tx| begin_attempt(tx, notification_id(1), 1, at(0))).expect("begun");
    assert_conflict(write(db, |tx| begin_attempt(tx, notification_id(1), 1, at(1))));
    write(db, |tx| begin_attempt(tx, notification_id(1), 2, at(1))).expect("begun");
}

pub fn what_does_not_exist_is_not_referred_to(db: &mut dyn Database) {
    let orphan = |db: &mut dyn Database, work: &dyn Fn(&mut dyn Tx) -> Result<(), StoreError>| write(db, work).is_err();
    assert!(orphan(db, &|tx| owe(tx, &notification(1, 9, 0))), "a notification of no page");
    assert!(orphan(db, &|tx| begin_attempt(tx, notification_id(9), 1, at(0))), "an attempt of no notification");
    assert!(try_commit::<Postmortem>(db, None, &drafted(1, 9, 0), 0).is_err(), "a postmortem of no incident");
    let new = NewActionItem {
        text: "Alert on queue depth".to_owned(),
        owner: Some(handle("alice")),
        due_on: Some(jiff::civil::date(2026, 5, 9)),
        priority: Some(nightbell_domain::learning::document::ItemPriority::P1),
    };
    let id: ActionItemId = crate::tests::samples::id(ActionItemId::PREFIX, 1);
    let item = ActionItem::new(id, incident_id(9), None, new, at(0)).expect("an item");
    assert!(orphan(db, &|tx| crate::learning::add_item(tx, &item)), "an action item of no incident");
    let page: Page = commit(db, None, &started(1, 1, 0), 0);
    must_owe(db, &notification(1, 1, 0));
    let values: [Value; 1] = [page.id.to_string().into()];
    assert!(
        write(db, |tx| tx.run("DELETE FROM page WHERE id = $1", &values)).is_err(),
        "a page that owes is not removed"
    );
}

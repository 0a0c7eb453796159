//! Raw requests and the lists of alerts.

use crate::{
    Database,
    signal::{self, RawRequest},
    tests::samples::{alert_id, at, commit, handle, id, new_alert, read, write},
};
use nightbell_domain::{
    ids::RequestId,
    signal::{Alert, AlertEvent},
};

pub fn raw_requests_are_kept_as_sent_newest_first(db: &mut dyn Database) {
    let requests: Vec<RawRequest> = (1..=3)
        .map(|n| RawRequest {
            id: id(RequestId::PREFIX, n),
            integration: "uptime".to_owned(),
            received_at: at(i64::from(n)),
            content_type: "application/x-www-form-urlencoded".to_owned(),
            body: vec![0, 0xff, 0xc3, 0x28, n as u8],
            outcome: format!("alert {n}\n"),
        })
        .collect();
    for request in &requests {
        write(db, |tx| signal::keep_raw(tx, request.clone())).expect("kept");
    }
    let list = |db: &mut dyn Database, before: &str, max: u32| read(db, |tx| signal::raw(tx, before, max));
    let newest_first: Vec<RawRequest> = requests.iter().rev().cloned().collect();
    assert_eq!(list(db, "~", 10), newest_first);
    assert_eq!(list(db, "~", 2), newest_first[..2]);
    assert_eq!(list(db, &requests[1].id.to_string(), 10), requests[..1]);
}

fn resolve(db: &mut dyn Database, alert: &Alert) -> Alert {
    commit(db, Some(alert), &[AlertEvent::Resolved { reason: "by hand".to_owned() }], 5)
}

pub fn alert_is_found_by_its_key(db: &mut dyn Database) {
    let find = |db: &mut dyn Database, key: &str| read(db, |tx| signal::by_key(tx, &handle("uptime"), key));
    assert_eq!(find(db, "cpu"), (None, None));
    let first = new_alert(db, 1, "cpu");
    assert_eq!(find(db, "cpu"), (Some(first.clone()), None));
    let first = resolve(db, &first);
    assert_eq!(find(db, "cpu"), (None, Some(first)));
    let second = new_alert(db, 2, "cpu");
    assert_eq!(find(db, "cpu"), (Some(second.clone()), None), "the open one");
    let second = resolve(db, &second);
    assert_eq!(find(db, "cpu"), (None, Some(second)), "the newest resolved one");
    assert_eq!(find(db, "CPU"), (None, None), "keys are exact");
    assert_eq!(read(db, |tx| signal::by_key(tx, &handle("other"), "cpu")), (None, None), "a key is its integration's");
}

pub fn alerts_are_listed_newest_first(db: &mut dyn Database) {
    let alerts: Vec<Alert> = [2, 1, 3].map(|n| new_alert(db, n, &format!("key-{n}"))).into();
    resolve(db, &alerts[0]);
    let ids = |alerts: Vec<Alert>| alerts.iter().map(|a| a.id).collect::<Vec<_>>();
    assert_eq!(ids(read(db, |tx| signal::open(tx, 10))), [alert_id(3), alert_id(1)]);
    assert_eq!(ids(read(db, |tx| signal::open(tx, 1))), [alert_id(3)]);
    assert_eq!(ids(read(db, |tx| signal::list(tx, "~", 10))), [alert_id(3), alert_id(2), alert_id(1)]);
    assert_eq!(ids(read(db, |tx| signal::list(tx, &alert_id(3).to_string(), 1))), [alert_id(2)]);
}

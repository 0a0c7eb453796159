//! Raw requests and the lists of alerts.

use crate::{
    Database, Stored as _, journal,
    signal::{self, RawRequest},
    tests::samples::{alert_id, alice, at, commit, handle, id, new_alert, read, triggered, verify, write},
};
use nightbell_domain::{
    ids::RequestId,
    record::{Aggregate as _, Recorded},
    signal::{Alert, AlertEvent, AlertSeverity, Event, Ingested, Link, ingest},
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

/// Every way in which an event can say something else than the sample's alert.
fn other_words(first: &Event) -> Vec<(&'static str, Event)> {
    let link = |href: &str| Link { href: href.to_owned(), text: String::new() };
    let labels = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    vec![
        ("title", Event { title: "Something else".to_owned(), ..first.clone() }),
        ("body", Event { body: "More".to_owned(), ..first.clone() }),
        ("title and body, joined alike", Event { title: String::new(), body: first.title.clone(), ..first.clone() }),
        ("severity", Event { severity: AlertSeverity::Info, ..first.clone() }),
        ("source", Event { source: "elsewhere".to_owned(), ..first.clone() }),
        ("a label", Event { labels: labels(&[("a", "bc")]), ..first.clone() }),
        ("a label, joined alike", Event { labels: labels(&[("ab", "c")]), ..first.clone() }),
        ("two labels", Event { labels: labels(&[("a", "b"), ("c", "")]), ..first.clone() }),
        ("a link", Event { links: vec![link("https://a.test/")], ..first.clone() }),
        ("two links", Event { links: vec![link("https://a.test/"), link("https://b.test/")], ..first.clone() }),
        ("a runbook", Event { runbook_url: Some("https://a.test/".to_owned()), ..first.clone() }),
        ("an earlier begin", Event { started_at: Some(at(-60)), ..first.clone() }),
        ("a later begin", Event { started_at: Some(at(60)), ..first.clone() }),
    ]
}

/// What is looked up beside the row is what the domain decides from the alert itself.
pub fn what_an_open_alert_says_is_known_without_reading_it(db: &mut dyn Database) {
    let uptime = handle("uptime");
    let met = |db: &mut dyn Database, event: &Event| read(db, |tx| signal::open_says(tx, &uptime, "cpu", event));
    let mut alert = new_alert(db, 1, "cpu");
    let triggers = triggered(1, "cpu");
    let [AlertEvent::Triggered { event: first, .. }] = triggers.as_slice() else { panic!("one event") };
    let first = Event { started_at: None, ..(**first).clone() };
    let same_begin = Event { started_at: Some(alert.started_at), ..first.clone() };
    let mut said = vec![("the same", first.clone()), ("the same, begun then", same_begin)];
    said.extend(other_words(&first));
    for round in 1..=said.len() {
        for (what, event) in &said {
            let again = ingest(Some(&alert), None, event) == Ingested::Again;
            let expected = if again { signal::Open::Says(alert.id) } else { signal::Open::Other };
            assert_eq!(met(db, event), expected, "{what}, in round {round}");
        }
        let known = said.iter().filter(|(_, event)| matches!(met(db, event), signal::Open::Says(_))).count();
        assert!((1..=3).contains(&known), "one says it, and who says the same of a begin: {known} in round {round}");
        let next = said[round % said.len()].1.clone();
        alert = commit(db, Some(&alert), &[AlertEvent::Repeated { event: Box::new(next) }], round as i64);
    }
    write(db, |tx| tx.run("UPDATE alert SET said = NULL, began_at = NULL", &[]).map(drop)).expect("as before V8");
    assert_eq!(met(db, &first), signal::Open::Other, "not known, so it is read");
    alert = resolve(db, &alert);
    assert_eq!(met(db, &first), signal::Open::None);
    let last = read(db, |tx| signal::last_by_key(tx, &uptime, "cpu"));
    assert_eq!(last, Some(alert));
}

/// How the version before there were digests changes an alert.
const UPDATE_WITHOUT_DIGEST: &str = "UPDATE alert SET version = $2, integration = $3, dedup_key = $4, status = $5, service = $6, last_at = $7, \
         body = $8 WHERE id = $1 AND version = $9";

/// Said again in other words, through a server of that version.
fn said_to_an_older_server(db: &mut dyn Database, before: &Alert, event: &Event, second: i64) -> Alert {
    let event = AlertEvent::Repeated { event: Box::new(event.clone()) };
    let recorded = Recorded { seq: before.version + 1, at: at(second), actor: alice(), event };
    let after = Alert::evolve(Some(before.clone()), &recorded).expect("a state");
    let mut values = after.values(serde_json::to_string(&after).expect("JSON"));
    values.drain(7..9);
    values.push(before.version.into());
    let changed = write(db, |tx| {
        let changed = tx.run(UPDATE_WITHOUT_DIGEST, &values)?;
        journal::append::<Alert>(tx, &after.key(), std::slice::from_ref(&recorded)).map(|()| changed)
    });
    assert_eq!(changed, Ok(1));
    after
}

/// In a rolling upgrade servers of both versions write: what the digest was about is not what the alert says any more.
pub fn inv_01_what_an_older_server_changed_is_told_by_the_alert_itself(db: &mut dyn Database) {
    let uptime = handle("uptime");
    let keys = [(&uptime, "cpu"), (&uptime, "none")];
    let met = |db: &mut dyn Database, event: &Event| {
        let alone = read(db, |tx| signal::open_says(tx, &uptime, "cpu", event));
        let ahead = write(db, |tx| tx.ask_ahead(&keys).and_then(|()| signal::open_says(tx, &uptime, "cpu", event)));
        assert_eq!(ahead, Ok(alone));
        alone
    };
    let mut alert = new_alert(db, 1, "cpu");
    let triggers = triggered(1, "cpu");
    let [AlertEvent::Triggered { event: first, .. }] = triggers.as_slice() else { panic!("one event") };
    for (n, (what, words)) in (1..).zip(other_words(first)) {
        assert_eq!(met(db, first), signal::Open::Says(alert.id), "{what}");
        alert = said_to_an_older_server(db, &alert, &words, 2 * n);
        for event in [&**first, &words] {
            assert_eq!(met(db, event), signal::Open::Other, "{what}: {event:?}");
        }
        assert_eq!(verify::<Alert>(db, &alert.key()), Ok(alert.version as usize), "{what}");
        // Here again, in the old words: known from now on.
        alert = commit(db, Some(&alert), &[AlertEvent::Repeated { event: first.clone() }], 2 * n + 1);
    }
    assert_eq!(verify::<Alert>(db, &alert.key()), Ok(alert.version as usize));
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

//! INV-18: who changes history behind the store's back is found, and the other streams go on.

use crate::{
    Database, StoreError, journal, learning, paging, response, signal,
    tests::samples::{
        alert_id, commit, incident_id, new_alert, new_incident, new_page, new_postmortem, page_id, postmortem_id, read,
        try_read, verify, write,
    },
};
use nightbell_domain::{
    record::Aggregate,
    signal::{Alert, AlertEvent},
};

/// An alert with four events.
fn history(db: &mut dyn Database, n: u32) -> Alert {
    let alert = new_alert(db, n, &format!("key-{n}"));
    let page = crate::tests::samples::page_id(n);
    let alert = commit(db, Some(&alert), &[AlertEvent::Paged { page }, AlertEvent::Acknowledged], 1);
    commit(db, Some(&alert), &[AlertEvent::Resolved { reason: "by hand".to_owned() }], 2)
}

/// Statements with `$1` for the id of the stream, and part of what verification must say.
const ALTERATIONS: &[(&str, &[&str])] = &[
    (
        "event 4 was altered",
        &["UPDATE event SET body = REPLACE(body, 'by hand', 'by magic') WHERE stream_id = $1 AND seq = 4"],
    ),
    ("event 1 was altered", &["UPDATE event SET at = at - 1 WHERE stream_id = $1 AND seq = 1"]),
    (
        "event 3 was altered",
        &["UPDATE event SET actor = REPLACE(actor, 'alice', 'mallory') WHERE stream_id = $1 AND seq = 3"],
    ),
    ("event 2 was altered", &["UPDATE event SET kind = 'acknowledged' WHERE stream_id = $1 AND seq = 2"]),
    (
        "event 2 was altered",
        &[
            "UPDATE event SET hash = (SELECT hash FROM event WHERE stream_id = $1 AND seq = 1) WHERE stream_id = $1 AND seq = 2",
        ],
    ),
    ("event 1 is missing", &["DELETE FROM event WHERE stream_id = $1 AND seq = 1"]),
    ("event 2 is missing", &["DELETE FROM event WHERE stream_id = $1 AND seq = 2"]),
    ("differs from the fold", &["DELETE FROM event WHERE stream_id = $1 AND seq = 4"]),
    ("differs from the fold", &["DELETE FROM event WHERE stream_id = $1"]),
    (
        "event 2 was altered",
        &[
            "DELETE FROM event WHERE stream_id = $1 AND seq = 2",
            "UPDATE event SET seq = seq - 1 WHERE stream_id = $1 AND seq = 3",
        ],
    ),
    (
        "event 2 was altered",
        &[
            "UPDATE event SET seq = 99 WHERE stream_id = $1 AND seq = 2",
            "UPDATE event SET seq = 2 WHERE stream_id = $1 AND seq = 3",
            "UPDATE event SET seq = 3 WHERE stream_id = $1 AND seq = 99",
        ],
    ),
    (
        "event 3 lies before its predecessor",
        &["UPDATE event SET position = 1000000 + position WHERE stream_id = $1 AND seq = 2"],
    ),
    (
        "event 5 was altered",
        &["INSERT INTO event (stream_kind, stream_id, seq, at, actor, kind, body, hash) \
           SELECT stream_kind, stream_id, 5, at, actor, kind, body, hash FROM event WHERE stream_id = $1 AND seq = 4"],
    ),
    ("differs from the fold", &["UPDATE alert SET body = REPLACE(body, 'Checkout', 'Nothing') WHERE id = $1"]),
    ("differs from the fold", &["DELETE FROM alert WHERE id = $1"]),
    ("columns of its row differ", &["UPDATE alert SET status = 'firing' WHERE id = $1"]),
    ("columns of its row differ", &["UPDATE alert SET version = 3 WHERE id = $1"]),
    ("columns of its row differ", &["UPDATE alert SET service = NULL WHERE id = $1"]),
    ("columns of its row differ", &["UPDATE alert SET began_at = began_at + 1 WHERE id = $1"]),
];

pub fn inv_18_every_alteration_is_found(db: &mut dyn Database) {
    let bystander = history(db, 1_000);
    for (n, (finding, statements)) in (1..).zip(ALTERATIONS) {
        let alert = history(db, n);
        assert_eq!(verify::<Alert>(db, &alert.key()), Ok(4), "untouched at first");
        for sql in *statements {
            let touched = write(db, |tx| tx.run(sql, &[alert.key().into()])).expect("altered");
            assert!(touched > 0, "{sql} did nothing");
        }
        let said = verify::<Alert>(db, &alert.key()).expect_err(&format!("{statements:?} was not found"));
        assert!(said.contains(finding), "{statements:?}: {said}");
        assert!(said.contains(&alert.key()), "the finding names the stream: {said}");
        assert_eq!(verify::<Alert>(db, &bystander.key()), Ok(4), "the neighbour is fine");
    }
}

/// A digest of other words, under the version of its row: whoever says those would be told that they say nothing new.
pub fn inv_18_an_altered_digest_is_found(db: &mut dyn Database) {
    let alert = history(db, 1);
    let sql = "SELECT said FROM alert WHERE id = $1";
    let rows = read(db, |tx| tx.rows(sql, &[alert.key().into()]));
    let said = rows[0].blob(0).expect("a digest").to_vec();
    for n in 8..said.len() {
        let mut altered = said.clone();
        altered[n] ^= 1;
        let sql = "UPDATE alert SET said = $2 WHERE id = $1";
        write(db, |tx| tx.run(sql, &[alert.key().into(), altered.clone().into()])).expect("altered");
        let found = verify::<Alert>(db, &alert.key()).expect_err("found");
        assert!(found.contains("columns of its row differ"), "{found}");
    }
}

/// Replaces an event and gives it the hash that fits: the next one betrays it.
pub fn inv_18_unchained_repair_is_found(db: &mut dyn Database) {
    let alert = history(db, 1);
    let lines = read(db, |tx| journal::raw_stream(tx, Alert::KIND, &alert.key()));
    let mut forged = lines[1].clone();
    forged.at += 1;
    let hash = forged.expected_hash(&lines[0].hash);
    let sql = "UPDATE event SET at = $2, hash = $3 WHERE stream_id = $1 AND seq = 2";
    write(db, |tx| tx.run(sql, &[alert.key().into(), forged.at.into(), hash.clone().into()])).expect("altered");
    let said = verify::<Alert>(db, &alert.key()).expect_err("found");
    assert!(said.contains("event 3 was altered"), "{said}");
}

pub fn undecodable_event_is_loud_for_its_stream_alone(db: &mut dyn Database) {
    let (damaged, fine) = (history(db, 1), history(db, 2));
    let lines = read(db, |tx| journal::raw_stream(tx, Alert::KIND, &damaged.key()));
    let mut line = lines[3].clone();
    line.body = r#"{"kind":"of-a-later-version"}"#.to_owned();
    let hash = line.expected_hash(&lines[2].hash);
    let sql = "UPDATE event SET body = $2, hash = $3 WHERE stream_id = $1 AND seq = 4";
    write(db, |tx| tx.run(sql, &[damaged.key().into(), line.body.clone().into(), hash.clone().into()]))
        .expect("altered");

    let stream = try_read(db, |tx| journal::stream::<Alert>(tx, &damaged.key()));
    let Err(StoreError::Corrupt(said)) = stream else { panic!("{stream:?}") };
    assert!(said.contains(&damaged.key()) && said.contains("event 4"), "{said}");
    let said = verify::<Alert>(db, &damaged.key()).expect_err("found");
    assert!(said.contains("of-a-later-version"), "{said}");

    assert_eq!(read(db, |tx| crate::load::<Alert>(tx, &damaged.key())), Some(damaged), "decisions go on from the row");
    assert_eq!(read(db, |tx| journal::stream::<Alert>(tx, &fine.key())).len(), 4);
    assert_eq!(verify::<Alert>(db, &fine.key()), Ok(4));
    assert_eq!(read(db, |tx| journal::after(tx, 0, 100)).len(), 8, "it is still there, undecoded");
}

pub fn undecodable_row_is_loud_for_its_stream_alone(db: &mut dyn Database) {
    let (damaged, fine) = (history(db, 1), history(db, 2));
    let sql = "UPDATE alert SET body = '{' WHERE id = $1";
    write(db, |tx| tx.run(sql, &[alert_id(1).to_string().into()])).expect("altered");
    let row = try_read(db, |tx| crate::load::<Alert>(tx, &damaged.key()));
    assert!(matches!(row, Err(StoreError::Corrupt(_))), "{row:?}");
    assert!(verify::<Alert>(db, &damaged.key()).is_err(), "an answer, so that the caller goes on");
    assert_eq!(verify::<Alert>(db, &fine.key()), Ok(4));
}

/// A row that cannot be understood is loud where it is asked for by name, and hides nobody else in a list.
pub fn damaged_row_hides_no_other_in_lists(db: &mut dyn Database) {
    for n in [1, 2, 3] {
        new_alert(db, n, &format!("key-{n}"));
        new_page(db, n, 0);
        new_incident(db, n, 0);
        new_postmortem(db, n, n, 1_000);
    }
    for (sql, id) in [
        ("UPDATE alert SET body = '{}' WHERE id = $1", alert_id(2).to_string()),
        ("UPDATE page SET body = '{}' WHERE id = $1", page_id(2).to_string()),
        ("UPDATE incident SET body = '{}' WHERE id = $1", incident_id(2).to_string()),
        ("UPDATE postmortem SET body = '{}' WHERE id = $1", postmortem_id(2).to_string()),
    ] {
        assert_eq!(write(db, |tx| tx.run(sql, &[id.as_str().into()])).expect("altered"), 1);
    }
    assert_eq!(read(db, |tx| signal::open(tx, 10)).len(), 2);
    assert_eq!(read(db, |tx| signal::list(tx, "~", 10)).len(), 2);
    assert_eq!(read(db, |tx| paging::open(tx, 10)).len(), 2);
    assert_eq!(read(db, |tx| paging::of_subject(tx, &alert_id(1).to_string())).len(), 2);
    assert_eq!(read(db, |tx| response::open(tx, 10)).len(), 2);
    assert_eq!(read(db, |tx| response::list(tx, "~", 10)).len(), 2);
    assert_eq!(read(db, |tx| learning::list(tx, 10)).len(), 2);
    let alone = try_read(db, |tx| crate::load::<Alert>(tx, &alert_id(2).to_string()));
    assert!(matches!(alone, Err(StoreError::Corrupt(_))), "{alone:?}");
}

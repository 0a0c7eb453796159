//! What was asked ahead is what would have been answered alone, whatever the transaction has done since.

use super::samples::{alice, at, commit, handle, new_alert, triggered, write};
use crate::{
    Database, Postgres, Row, StoreError, Tx, Verdict, known,
    signal::{LAST_BY_KEY, OPEN_SAYS},
    testing::postgres_database,
};
use nightbell_domain::{
    ids::IntegrationId,
    signal::{Alert, AlertEvent},
};

const KEYS: [&str; 6] = ["open", "over", "again", "none", "\"it's\\ \u{1f514}", "nul\0"];

type Answers = Vec<(Option<Row>, Option<Row>)>;

/// As units of work learn it, and as the database answers.
fn answers(tx: &mut dyn Tx) -> Result<(Answers, Answers), StoreError> {
    let uptime: IntegrationId = handle("uptime");
    let (mut learnt, mut answered) = (Vec::new(), Vec::new());
    for key in KEYS {
        learnt.push((known::open(tx, &uptime, key)?, known::last(tx, &uptime, key)?));
        let values = [uptime.as_str().into(), key.into()];
        answered.push((tx.row(OPEN_SAYS, &values)?, tx.row(LAST_BY_KEY, &values)?));
    }
    Ok((learnt, answered))
}

fn ask_ahead(tx: &mut dyn Tx) -> Result<(), StoreError> {
    let (uptime, other) = (handle("uptime"), handle("other"));
    let keys: Vec<(&IntegrationId, &str)> =
        KEYS.iter().flat_map(|key| [(&uptime, *key), (&other, *key), (&uptime, *key)]).collect();
    tx.ask_ahead(&keys)
}

fn resolved() -> Vec<AlertEvent> {
    vec![AlertEvent::Resolved { reason: "by hand".to_owned() }]
}

/// An alert with each key but "none": open, over twice, and open again.
fn alerts(db: &mut dyn Database) -> Vec<Alert> {
    let of_key = |db: &mut dyn Database, n: u32, key: &str| {
        let first = new_alert(db, n, key);
        let again = matches!(key, "over" | "again");
        if again {
            commit(db, Some(&first), &resolved(), 5);
        }
        let second = if again { new_alert(db, n + 10, key) } else { first };
        if key == "over" { commit(db, Some(&second), &resolved(), 6) } else { second }
    };
    KEYS.iter().zip(1..).filter(|(key, _)| **key != "none").map(|(key, n)| of_key(db, n, key)).collect()
}

#[test]
fn what_is_asked_ahead_is_what_is_answered_alone() {
    let made = postgres_database();
    let mut database = Postgres::open(made.url()).expect("a database");
    alerts(&mut database);
    let (learnt, answered) = write(&mut database, |tx| {
        ask_ahead(tx)?;
        answers(tx)
    })
    .expect("answered");
    assert_eq!(learnt, answered);
    let there = |row: &Option<Row>| row.is_some();
    let seen: Vec<_> = learnt.iter().map(|(open, last)| (there(open), there(last))).collect();
    assert_eq!(seen, [(true, false), (false, true), (true, true), (false, false), (true, false), (true, false)]);
}

#[test]
fn what_the_transaction_writes_is_known_and_what_is_undone_is_not() {
    let made = postgres_database();
    let mut database = Postgres::open(made.url()).expect("a database");
    let open = alerts(&mut database).remove(0);
    let mut seen: Vec<(Answers, Answers)> = Vec::new();
    let mut undone = |tx: &mut dyn Tx| {
        ask_ahead(tx).expect("asked");
        crate::commit::<Alert>(tx, None, triggered(40, "none"), at(7), &alice()).expect("queued");
        crate::commit(tx, Some(open.clone()), resolved(), at(7), &alice()).expect("queued");
        seen.push(answers(tx).expect("answered"));
        Verdict::Undo
    };
    let mut after = Vec::new();
    let mut kept = |tx: &mut dyn Tx| {
        after.push(answers(tx).expect("answered"));
        ask_ahead(tx).expect("asked");
        after.push(answers(tx).expect("answered"));
        Verdict::Keep
    };
    database.write(&mut [&mut undone as crate::WriteOp<'_>, &mut kept]).expect("written");
    seen.extend(after);
    let there: Vec<_> =
        seen.iter().map(|(learnt, _)| (learnt[0].0.is_some(), learnt[0].1.is_some(), learnt[3].0.is_some())).collect();
    assert_eq!(there, [(false, true, true), (true, false, false), (true, false, false)]);
    for (learnt, answered) in seen {
        assert_eq!(learnt, answered);
    }
}

/// The lock was free in between: another node may have written.
#[test]
fn a_new_transaction_begins_knowing_nothing() {
    let made = postgres_database();
    let mut database = Postgres::open(made.url()).expect("a database");
    let mut other = Postgres::open(made.url()).expect("a database");
    write(&mut database, ask_ahead).expect("asked");
    alerts(&mut other);
    let (learnt, answered) = write(&mut database, answers).expect("answered");
    assert_eq!(learnt, answered);
    assert!(learnt[0].0.is_some());
}

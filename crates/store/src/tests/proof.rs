//! The proof in slices finds what the proof of one stream finds, and what no stream shows.

use crate::{
    Database, Sqlite, StoreError, Tx, Value,
    proof::{self, Provable, Slice},
    tests::samples::{alert_id, new_alert, new_incident, new_page, new_postmortem, notification, owe, read, write},
};
use nightbell_domain::{learning::Postmortem, paging::Page, response::Incident, signal::Alert};

/// The union of all slices, with how many there were.
fn whole(
    db: &mut dyn Database,
    mut step: impl FnMut(&mut dyn Tx, &[String]) -> Result<Slice, StoreError>,
) -> (usize, Slice) {
    let (mut slices, mut sum, mut after) = (0, Slice::default(), Vec::new());
    loop {
        let slice = read(db, |tx| step(tx, &after));
        slices += 1;
        sum.things += slice.things;
        sum.parts += slice.parts;
        sum.findings.extend(slice.findings);
        match slice.next {
            Some(next) => {
                assert!(next > after, "{next:?} does not go on from {after:?}");
                after = next;
            }
            None => return (slices, sum),
        }
    }
}

fn key(after: &[String], n: usize) -> &str {
    after.get(n).map_or("", String::as_str)
}

fn streams<A: Provable>(db: &mut dyn Database) -> (usize, Slice) {
    whole(db, |tx, after| proof::streams::<A>(tx, key(after, 0)))
}

#[test]
fn rows_are_read_as_they_are_loaded() {
    fn check<A: Provable>() {
        let columns = |sql: &str| sql.split(" WHERE ").next().map(str::to_owned);
        assert_eq!(columns(A::ROWS_AFTER), columns(A::LOAD), "{}", A::KIND);
    }
    check::<Alert>();
    check::<Page>();
    check::<Incident>();
    check::<Postmortem>();
}

fn inv_18_slices_cover_every_stream_and_every_row_once(mut make: impl FnMut() -> Box<dyn Database>) {
    let mut db = make();
    let db = db.as_mut();
    for n in 1..=450 {
        new_alert(db, n, &format!("key-{n}"));
    }
    new_page(db, 1, 0);
    new_incident(db, 1, 0);
    new_postmortem(db, 1, 1, 0);
    let (slices, sum) = streams::<Alert>(db);
    assert!(slices >= 3, "{slices}");
    assert_eq!((sum.things, sum.findings), (450, Vec::new()));
    assert_eq!(sum.parts, 450 * crate::tests::samples::triggered(1, "cpu").len());
    assert_eq!(streams::<Page>(db).1.things, 1);
    assert_eq!(streams::<Incident>(db).1.things, 1);
    assert_eq!(streams::<Postmortem>(db).1.things, 1);

    // Streams without rows, rows without streams, each among whole slices of the other.
    let streamless = "DELETE FROM event WHERE stream_kind = 'alert' AND stream_id > $1";
    let rowless = "DELETE FROM alert WHERE id <= $1";
    write(db, |tx| tx.run(streamless, &[alert_id(230).to_string().into()])).expect("altered");
    write(db, |tx| tx.run(rowless, &[alert_id(10).to_string().into()])).expect("altered");
    let (_, sum) = streams::<Alert>(db);
    assert_eq!(sum.things, 450);
    let said = |part: &str| sum.findings.iter().filter(|finding| finding.contains(part)).count();
    assert_eq!((said("there are none"), said("there is no row")), (220, 10), "{:?}", sum.findings.first());
}

#[test]
fn inv_18_what_cannot_be_read_is_named_and_hides_nothing() {
    let mut db = Sqlite::in_memory().expect("a database");
    for n in 1..=3 {
        new_alert(&mut db, n, &format!("key-{n}"));
    }
    let sql = "UPDATE event SET actor = CAST(x'ff41' AS TEXT) WHERE stream_id = $1 AND seq = 1";
    write(&mut db, |tx| tx.run(sql, &[alert_id(2).to_string().into()])).expect("altered");
    let (_, sum) = streams::<Alert>(&mut db);
    assert_eq!((sum.things, sum.findings.len()), (3, 1), "{:?}", sum.findings);
    assert!(sum.findings[0].contains(&alert_id(2).to_string()), "{:?}", sum.findings);
}

/// A statement on the notification of page 1 and what the proof must say.
const TAMPERED: &[(&str, &str)] = &[
    ("INSERT INTO attempt (notification, n, begun_at) VALUES ($1, 1, 0)", "counts 0 attempts, the delivery log 1"),
    ("UPDATE notification SET attempts = 2 WHERE id = $1", "counts 2 attempts, the delivery log 0"),
    ("UPDATE notification SET status = 'sending' WHERE id = $1", "these attempts have no outcome"),
    ("UPDATE notification SET status = 'accepted', next_due_at = NULL WHERE id = $1", "nothing was ever sent"),
    ("UPDATE notification SET status = 'cancelled', next_due_at = NULL WHERE id = $1", "for no reason"),
    (
        "UPDATE page SET status = 'ended', next_due_at = NULL WHERE id = (SELECT page FROM notification WHERE id = $1)",
        "still owed, though its page is ended",
    ),
];

fn inv_07_notifications_that_contradict_their_log_are_found(mut make: impl FnMut() -> Box<dyn Database>) {
    for (sql, finding) in TAMPERED {
        let mut db = make();
        let db = db.as_mut();
        for n in 1..=2 {
            new_page(db, n, 0);
            owe(db, &notification(n, n, 0));
        }
        let owed = |db: &mut dyn Database| whole(db, |tx, after| proof::owed(tx, key(after, 0))).1;
        assert_eq!((owed(db).things, owed(db).findings), (2, Vec::new()));
        let id = notification(1, 1, 0).id.to_string();
        assert_eq!(write(db, |tx| tx.run(sql, &[id.as_str().into()])).expect("altered"), 1, "{sql}");
        let found = owed(db).findings;
        assert!(found.len() == 1 && found[0].contains(finding) && found[0].contains(&id), "{sql}: {found:?}");
    }
}

fn inv_12_an_object_equals_its_newest_revision(mut make: impl FnMut() -> Box<dyn Database>) {
    let mut db = make();
    let db = db.as_mut();
    let insert = "INSERT INTO config (kind, id, version, managed, body) VALUES ($1, $2, $3, 0, $4)";
    let revise = "INSERT INTO config_revision (kind, id, version, at, actor, body) VALUES ($1, $2, $3, 0, 'a', $4)";
    write(db, |tx| {
        for n in 0..205 {
            let values = |version: i64| -> [Value; 4] {
                ["team".into(), format!("team-{n:03}").into(), version.into(), format!("body {version}").into()]
            };
            tx.run(revise, &values(1))?;
            tx.run(revise, &values(2))?;
            tx.run(insert, &values(2))?;
        }
        Ok(())
    })
    .expect("written");
    let objects = |db: &mut dyn Database| whole(db, |tx, after| proof::objects(tx, (key(after, 0), key(after, 1))));
    let (slices, sum) = objects(db);
    assert_eq!((slices, sum.things, sum.findings), (2, 205, Vec::new()));
    for (sql, id) in [
        ("UPDATE config SET body = 'another' WHERE id = $1", "team-003"),
        ("UPDATE config SET version = 1 WHERE id = $1", "team-100"),
        ("DELETE FROM config_revision WHERE id = $1", "team-204"),
    ] {
        write(db, |tx| tx.run(sql, &[id.into()])).expect("altered");
    }
    let named: Vec<String> = objects(db).1.findings;
    assert_eq!(named.len(), 3, "{named:?}");
    assert!(["team-003", "team-100", "team-204"].iter().zip(&named).all(|(id, line)| line.contains(id)), "{named:?}");
}

macro_rules! on_both {
    ($($case:ident)*) => {
        mod in_memory {
            $(#[test]
            fn $case() {
                super::$case(|| Box::new(crate::Sqlite::in_memory().expect("a database")));
            })*
        }
        mod on_postgresql {
            $(#[test]
            fn $case() {
                let mut made = Vec::new();
                super::$case(|| {
                    let one = crate::testing::postgres_database();
                    let database = crate::Postgres::open(one.url()).expect("a database");
                    made.push(one);
                    Box::new(database)
                });
                assert!(!made.is_empty());
            })*
        }
    };
}

on_both! {
    inv_18_slices_cover_every_stream_and_every_row_once
    inv_07_notifications_that_contradict_their_log_are_found
    inv_12_an_object_equals_its_newest_revision
}

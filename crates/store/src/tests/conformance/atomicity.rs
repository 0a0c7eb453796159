//! A batch is one durable transaction; each operation in it stands or falls alone.

use crate::{
    Database, StoreError, Tx, Verdict, WriteOp, meta,
    tests::samples::{alert_id, alice, at, number, page_id, read, started, triggered, write},
};
use nightbell_domain::{paging::Page, signal::Alert};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn known(db: &mut dyn Database, key: &str) -> Option<String> {
    read(db, |tx| meta::get(tx, key))
}

pub fn undone_operation_leaves_nothing_and_its_neighbours_stay(db: &mut dyn Database) {
    let mut before = |tx: &mut dyn Tx| {
        meta::set(tx, "before", "1").expect("written");
        Verdict::Keep
    };
    let mut undone = |tx: &mut dyn Tx| {
        meta::set(tx, "undone", "1").expect("written");
        meta::set(tx, "before", "2").expect("written");
        Verdict::Undo
    };
    let mut after = |tx: &mut dyn Tx| {
        meta::set(tx, "after", "1").expect("written");
        Verdict::Keep
    };
    let mut batch: [WriteOp<'_>; 3] = [&mut before, &mut undone, &mut after];
    db.write(&mut batch).expect("committed");
    assert_eq!(known(db, "before").as_deref(), Some("1"));
    assert_eq!(known(db, "undone"), None);
    assert_eq!(known(db, "after").as_deref(), Some("1"));
}

pub fn part_is_undone_alone(db: &mut dyn Database) {
    write(db, |tx| {
        meta::set(tx, "before", "1")?;
        crate::begin_part(tx)?;
        meta::set(tx, "kept", "1")?;
        crate::keep_part(tx)?;
        crate::begin_part(tx)?;
        meta::set(tx, "undone", "1")?;
        meta::set(tx, "before", "2")?;
        crate::undo_part(tx)?;
        meta::set(tx, "after", "1")
    })
    .expect("committed");
    let found = ["before", "kept", "undone", "after"].map(|key| known(db, key));
    let one = Some("1".to_owned());
    assert_eq!(found, [one.clone(), one.clone(), None, one]);
}

pub fn undone_commit_leaves_neither_row_nor_event(db: &mut dyn Database) {
    let mut undone = |tx: &mut dyn Tx| {
        crate::commit::<Alert>(tx, None, triggered(1, "cpu"), at(0), &alice()).expect("committed");
        crate::commit::<Page>(tx, None, started(1, 1, 0), at(0), &alice()).expect("committed");
        Verdict::Undo
    };
    db.write(&mut [&mut undone]).expect("nothing to keep");
    assert_eq!(read(db, |tx| crate::load::<Alert>(tx, &alert_id(1).to_string())), None);
    assert_eq!(read(db, |tx| crate::load::<Page>(tx, &page_id(1).to_string())), None);
    assert_eq!(number(db, "SELECT COUNT(*) FROM event"), 0);
}

pub fn panicking_operation_is_undone_alone_and_the_writer_lives_on(db: &mut dyn Database) {
    let mut before = |tx: &mut dyn Tx| {
        meta::set(tx, "before", "1").expect("written");
        Verdict::Keep
    };
    let mut panics = |tx: &mut dyn Tx| -> Verdict {
        meta::set(tx, "lost", "1").expect("written");
        panic!("on purpose: a fault of ours in one unit of work");
    };
    let mut after = |tx: &mut dyn Tx| {
        assert_eq!(meta::get(tx, "lost").expect("readable"), None, "the next one does not see it");
        meta::set(tx, "after", "1").expect("written");
        Verdict::Keep
    };
    let mut batch: [WriteOp<'_>; 3] = [&mut before, &mut panics, &mut after];
    db.write(&mut batch).expect("the others are kept");
    assert_eq!(known(db, "before").as_deref(), Some("1"));
    assert_eq!(known(db, "lost"), None);
    assert_eq!(known(db, "after").as_deref(), Some("1"));
    write(db, |tx| meta::set(tx, "next", "1")).expect("the writer lives on");
    assert_eq!(known(db, "next").as_deref(), Some("1"));
}

pub fn failed_operation_is_undone_to_its_first_write(db: &mut dyn Database) {
    let failed = write(db, |tx| {
        meta::set(tx, "first", "1")?;
        tx.run("INSERT INTO meta (key, value) VALUES ($1, $2)", &["first".into(), "again".into()])?;
        Ok(())
    });
    assert!(matches!(failed, Err(StoreError::Conflict(_))), "{failed:?}");
    assert_eq!(known(db, "first"), None);
}

pub fn later_operation_sees_what_was_kept_and_nothing_undone(db: &mut dyn Database) {
    let mut seen = Vec::new();
    let mut kept = |tx: &mut dyn Tx| {
        meta::set(tx, "kept", "1").expect("written");
        Verdict::Keep
    };
    let mut undone = |tx: &mut dyn Tx| {
        meta::set(tx, "undone", "1").expect("written");
        Verdict::Undo
    };
    let mut looks = |tx: &mut dyn Tx| {
        seen = vec![meta::get(tx, "kept").expect("readable"), meta::get(tx, "undone").expect("readable")];
        Verdict::Keep
    };
    let mut batch: [WriteOp<'_>; 3] = [&mut kept, &mut undone, &mut looks];
    db.write(&mut batch).expect("committed");
    assert_eq!(seen, [Some("1".to_owned()), None]);
}

pub fn large_batch_is_one_transaction(db: &mut dyn Database) {
    let mut ops: Vec<_> = (0..600_u32)
        .map(|n| {
            move |tx: &mut dyn Tx| {
                meta::set(tx, &format!("key-{n}"), "1").expect("written");
                if n % 3 == 0 { Verdict::Undo } else { Verdict::Keep }
            }
        })
        .collect();
    let mut batch: Vec<WriteOp<'_>> = ops.iter_mut().map(|op| op as WriteOp<'_>).collect();
    db.write(&mut batch).expect("committed");
    assert_eq!(number(db, "SELECT COUNT(*) FROM meta WHERE key LIKE 'key-%'"), 400);
}

pub fn empty_batch_is_nothing(db: &mut dyn Database) {
    db.write(&mut []).expect("nothing to do");
    write(db, |tx| meta::set(tx, "next", "1")).expect("the writer lives on");
}

/// A reference that is checked only at COMMIT makes it fail: the caller hears it, nothing is kept, the writer lives on.
pub fn failing_commit_keeps_nothing(db: &mut dyn Database, defer_references: &'static str) {
    let mut good = |tx: &mut dyn Tx| {
        meta::set(tx, "good", "1").expect("written");
        Verdict::Keep
    };
    let mut bad = |tx: &mut dyn Tx| {
        tx.run(defer_references, &[]).expect("deferred");
        let attempt = "INSERT INTO attempt (notification, n, begun_at) VALUES ($1, $2, $3)";
        tx.run(attempt, &["nobody".into(), 1_i64.into(), 0_i64.into()]).expect("not checked yet");
        Verdict::Keep
    };
    let mut batch: [WriteOp<'_>; 2] = [&mut good, &mut bad];
    assert!(db.write(&mut batch).is_err());
    assert_eq!(known(db, "good"), None);
    assert_eq!(number(db, "SELECT COUNT(*) FROM attempt"), 0);
    write(db, |tx| meta::set(tx, "next", "1")).expect("the writer lives on");
    assert_eq!(known(db, "next").as_deref(), Some("1"));
}

pub fn panicking_view_leaves_the_database_usable(db: &mut dyn Database) {
    let broken = catch_unwind(AssertUnwindSafe(|| {
        db.read(&mut |tx| {
            meta::get(tx, "any").expect("readable");
            panic!("on purpose: a fault of ours in a view");
        })
    }));
    assert!(broken.is_err());
    write(db, |tx| meta::set(tx, "next", "1")).expect("the writer lives on");
    assert_eq!(known(db, "next").as_deref(), Some("1"));
}

pub fn view_cannot_write(db: &mut dyn Database) {
    let mut refused = Vec::new();
    // Whether such a view ends well is the driver's choice; that it leaves nothing is not.
    let _ = db.read(&mut |tx| {
        refused.push(meta::set(tx, "sneaked", "1").is_err());
        let returning = "INSERT INTO meta (key, value) VALUES ($1, $2) RETURNING key";
        refused.push(tx.rows(returning, &["sneaked".into(), "1".into()]).is_err());
    });
    assert_eq!(refused, [true, true]);
    assert_eq!(known(db, "sneaked"), None);
}

const ADD: &str = "INSERT INTO meta (key, value) VALUES ($1, $2)";
const MOVE: &str = "UPDATE meta SET value = '2' WHERE key = $1";

fn add(tx: &mut dyn Tx, key: &str) -> Result<(), StoreError> {
    tx.queue(ADD, vec![key.into(), "1".into()], None)
}

/// What is queued is seen by whoever asks next, and is there when the batch is.
pub fn queued_statements_keep_their_order(db: &mut dyn Database) {
    let mut seen = None;
    let mut op = |tx: &mut dyn Tx| {
        add(tx, "key").expect("queued");
        tx.queue(MOVE, vec!["key".into()], Some("it moved".to_owned())).expect("queued");
        seen = meta::get(tx, "key").expect("readable");
        for n in 0..600 {
            add(tx, &format!("many-{n}")).expect("queued");
        }
        tx.flush().expect("sent");
        Verdict::Keep
    };
    db.write(&mut [&mut op]).expect("committed");
    assert_eq!(seen.as_deref(), Some("2"));
    assert_eq!(number(db, "SELECT COUNT(*) FROM meta WHERE key LIKE 'many-%'"), 600);
}

/// A statement that is queued and fails.
type Failing = fn(&mut dyn Tx) -> Result<(), StoreError>;

/// A queued statement that fails is told at the latest by `flush`; the operation is undone alone.
pub fn queued_failure_is_told_and_undone_alone(db: &mut dyn Database) {
    write(db, |tx| meta::set(tx, "taken", "1")).expect("written");
    let failures: [(&str, Failing); 2] = [
        ("uniqueness", |tx| add(tx, "taken")),
        ("nothing was touched", |tx| tx.queue(MOVE, vec!["nobody".into()], Some("it moved".to_owned()))),
    ];
    for (what, fail) in failures {
        let mut told = None;
        let mut before = |tx: &mut dyn Tx| {
            meta::set(tx, "before", what).expect("written");
            Verdict::Keep
        };
        let mut failing = |tx: &mut dyn Tx| {
            meta::set(tx, "lost", "1").expect("written");
            told = Some(fail(tx).and_then(|()| add(tx, "lost, too")).and_then(|()| tx.flush()));
            Verdict::Undo
        };
        let mut after = |tx: &mut dyn Tx| {
            meta::set(tx, "after", what).expect("the next operation is not blamed");
            Verdict::Keep
        };
        let mut batch: [WriteOp<'_>; 3] = [&mut before, &mut failing, &mut after];
        db.write(&mut batch).expect("the others are kept");
        assert!(matches!(told, Some(Err(StoreError::Conflict(_)))), "{what}: {told:?}");
        assert_eq!(["before", "after"].map(|key| known(db, key)), [Some(what.to_owned()), Some(what.to_owned())]);
        assert_eq!(["lost", "lost, too"].map(|key| known(db, key)), [None, None], "{what}");
    }
}

/// An operation that says Keep without having waited may have told somebody already: then nothing of the batch is kept.
pub fn queued_failure_after_keep_fails_the_batch(db: &mut dyn Database) {
    write(db, |tx| meta::set(tx, "taken", "1")).expect("written");
    let mut before = |tx: &mut dyn Tx| {
        meta::set(tx, "before", "1").expect("written");
        Verdict::Keep
    };
    let mut told = Ok(());
    let mut hasty = |tx: &mut dyn Tx| {
        told = add(tx, "taken");
        Verdict::Keep
    };
    let written = db.write(&mut [&mut before as WriteOp<'_>, &mut hasty]);
    // A driver that does not queue tells the operation itself.
    assert!(written.is_err() || told.is_err(), "nobody was told");
    assert_eq!(known(db, "before").is_none(), written.is_err(), "all or nothing");
    write(db, |tx| meta::set(tx, "next", "1")).expect("the writer lives on");
}

/// A part whose queued statement fails is undone alone, and nobody before or after it is blamed.
pub fn queued_failure_in_a_part_is_undone_with_it(db: &mut dyn Database) {
    write(db, |tx| meta::set(tx, "taken", "1")).expect("written");
    write(db, |tx| {
        add(tx, "before")?;
        crate::begin_part(tx)?;
        let failed = add(tx, "part").and_then(|()| add(tx, "taken")).and_then(|()| tx.flush());
        assert!(matches!(failed, Err(StoreError::Conflict(_))), "{failed:?}");
        crate::undo_part(tx)?;
        crate::begin_part(tx)?;
        add(tx, "kept")?;
        tx.flush()?;
        crate::keep_part(tx)?;
        add(tx, "after")
    })
    .expect("committed");
    let found = ["before", "part", "kept", "after"].map(|key| known(db, key));
    let one = Some("1".to_owned());
    assert_eq!(found, [one.clone(), None, one.clone(), one]);
}

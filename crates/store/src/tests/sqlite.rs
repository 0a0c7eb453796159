//! What only the SQLite driver does: its version and settings, its readers, its file.

use super::samples::{
    alice, at, commit, damage, new_alert, new_incident, new_page, number, open, read, triggered, try_read, write,
};
use crate::{Database, Sqlite, SqliteReader, StoreError, Tx, Verdict, meta};
use nightbell_domain::{
    record::Aggregate,
    signal::{Alert, AlertEvent},
};
use std::path::Path;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn reader(folder: &Path) -> SqliteReader {
    SqliteReader::open(&folder.join("nightbell.db")).expect("a reader")
}

fn seen<T>(reader: &mut SqliteReader, mut view: impl FnMut(&mut dyn Tx) -> Result<T, StoreError>) -> T {
    let mut answer = None;
    reader.read(&mut |tx| answer = Some(view(tx))).expect("a view");
    answer.expect("the view was run").expect("readable")
}

#[test]
fn sqlite_is_new_enough() {
    assert!(rusqlite::version_number() >= 3_051_003, "SQLite {} can lose committed writes", rusqlite::version());
}

#[test]
fn inv_01_commits_are_flushed_to_disk() {
    let folder = folder();
    for mut database in [open(folder.path()), Sqlite::in_memory().expect("a database")] {
        assert_eq!(number(&mut database, "PRAGMA synchronous"), 2, "FULL");
        assert_eq!(number(&mut database, "PRAGMA foreign_keys"), 1);
        assert_eq!(number(&mut database, "PRAGMA trusted_schema"), 0);
    }
    let connection = rusqlite::Connection::open(folder.path().join("nightbell.db")).expect("a connection");
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).expect("a mode");
    assert_eq!(mode, "wal");
}

#[test]
fn reader_sees_only_what_is_committed() {
    let folder = folder();
    let mut database = open(folder.path());
    let mut reader = reader(folder.path());
    let mut during = Some(String::new());
    let mut op = |tx: &mut dyn Tx| {
        meta::set(tx, "key", "1").expect("written");
        during = seen(&mut reader, |tx| meta::get(tx, "key"));
        Verdict::Keep
    };
    database.write(&mut [&mut op]).expect("committed");
    assert_eq!(during, None, "not committed yet");
    assert_eq!(seen(&mut reader, |tx| meta::get(tx, "key")).as_deref(), Some("1"));
    let mut undone = |tx: &mut dyn Tx| {
        meta::set(tx, "key", "2").expect("written");
        Verdict::Undo
    };
    database.write(&mut [&mut undone]).expect("nothing to keep");
    assert_eq!(seen(&mut reader, |tx| meta::get(tx, "key")).as_deref(), Some("1"));
}

#[test]
fn view_stays_the_same_while_others_write() {
    let folder = folder();
    let mut database = open(folder.path());
    let mut reader = reader(folder.path());
    let (first, second) = seen(&mut reader, |tx| {
        let first = meta::get(tx, "key")?;
        write(&mut database, |tx| meta::set(tx, "key", "1")).expect("a reader does not hold the writer up");
        Ok((first, meta::get(tx, "key")?))
    });
    assert_eq!((first, second), (None, None));
    assert_eq!(seen(&mut reader, |tx| meta::get(tx, "key")).as_deref(), Some("1"), "the next view sees it");
}

#[test]
fn reader_cannot_write() {
    let folder = folder();
    let mut database = open(folder.path());
    let mut reader = reader(folder.path());
    let mut tried = Vec::new();
    reader
        .read(&mut |tx| {
            tried.push(meta::set(tx, "key", "1").is_err());
            tried.push(tx.rows("INSERT INTO meta (key, value) VALUES ('key', '1') RETURNING key", &[]).is_err());
            tried.push(tx.run("DROP TABLE event", &[]).is_err());
        })
        .expect("a view");
    assert_eq!(tried, [true, true, true]);
    assert_eq!(number(&mut database, "SELECT COUNT(*) FROM meta"), 0);
    assert_eq!(number(&mut database, "SELECT COUNT(*) FROM event"), 0);
}

#[test]
fn reader_makes_no_database() {
    let folder = folder();
    let path = folder.path().join("nightbell.db");
    assert!(SqliteReader::open(&path).is_err());
    assert!(!path.exists(), "an empty database would look like an empty installation");
}

#[test]
fn everything_is_there_after_reopening() {
    let folder = folder();
    let mut database = open(folder.path());
    let alert = new_alert(&mut database, 1, "cpu");
    let page = new_page(&mut database, 1, 0);
    let incident = new_incident(&mut database, 1, 0);
    let head = read(&mut database, crate::journal::head);
    drop(database);
    let mut database = open(folder.path());
    assert_eq!(read(&mut database, |tx| crate::load(tx, &alert.key())), Some(alert.clone()));
    assert_eq!(read(&mut database, |tx| crate::load(tx, &page.key())), Some(page));
    assert_eq!(read(&mut database, |tx| crate::load(tx, &incident.key())), Some(incident));
    assert_eq!(read(&mut database, crate::journal::head), head);
    commit(&mut database, Some(&alert), &[AlertEvent::Acknowledged], 1);
    assert!(read(&mut database, crate::journal::head) > head, "positions go on");
    assert_eq!(damage(&mut database), Vec::<String>::new());
}

#[test]
fn inv_14_reopening_migrates_nothing_twice() {
    let folder = folder();
    let history = "SELECT COUNT(*) FROM refinery_schema_history";
    let objects = "SELECT COUNT(*) FROM sqlite_schema";
    let mut database = open(folder.path());
    let first = (number(&mut database, history), number(&mut database, objects));
    let files = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite")).expect("a folder");
    assert_eq!(first.0, files.count() as i64, "every migration once");
    assert!(first.1 > 20, "tables and indexes");
    drop(database);
    for _ in 0..2 {
        let mut database = open(folder.path());
        assert_eq!((number(&mut database, history), number(&mut database, objects)), first);
    }
}

/// A copy of the files is what a crash leaves: before the COMMIT nothing of the batch, after it everything.
#[test]
fn inv_01_crash_keeps_what_was_answered_and_nothing_else() {
    let (folder, before, after) = (folder(), folder(), folder());
    let mut database = open(folder.path());
    write(&mut database, |tx| meta::set(tx, "earlier", "1")).expect("written");
    let mut op = |tx: &mut dyn Tx| {
        let alert = crate::commit::<Alert>(tx, None, triggered(1, "cpu"), at(0), &alice());
        assert!(alert.is_ok());
        copy(folder.path(), before.path());
        Verdict::Keep
    };
    database.write(&mut [&mut op]).expect("committed");
    copy(folder.path(), after.path());
    for (crashed, events) in [(before, 0), (after, 1)] {
        let mut database = open(crashed.path());
        assert_eq!(read(&mut database, |tx| meta::get(tx, "earlier")).as_deref(), Some("1"));
        assert_eq!(number(&mut database, "SELECT COUNT(*) FROM event"), events);
        assert_eq!(number(&mut database, "SELECT COUNT(*) FROM alert"), events);
        assert_eq!(damage(&mut database), Vec::<String>::new());
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        // The -shm file is an index of the -wal file, made anew after a crash.
        if !path.to_string_lossy().ends_with("-shm") {
            std::fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("copied");
        }
    }
}

#[test]
fn what_is_no_database_is_damage() {
    let folder = folder();
    let path = folder.path().join("nightbell.db");
    std::fs::write(&path, "not a database, and longer than the hundred bytes of a header ".repeat(100))
        .expect("written");
    let opened = Sqlite::open(&path).map(drop);
    assert!(matches!(opened, Err(StoreError::Corrupt(_))), "{opened:?}");
    let missing = Sqlite::open(&folder.path().join("no").join("such")).map(drop);
    assert!(matches!(missing, Err(StoreError::Unavailable(_))), "{missing:?}");
}

/// After some errors SQLite rolls the whole transaction back by itself. What the operation does then must not be committed alone.
#[test]
fn inv_16_nothing_is_written_after_the_transaction_is_gone() {
    let mut database = Sqlite::in_memory().expect("a database");
    write(&mut database, |tx| meta::set(tx, "key", "1")).expect("written");
    let mut earlier = |tx: &mut dyn Tx| {
        meta::set(tx, "earlier", "1").expect("written");
        Verdict::Keep
    };
    let mut careless = |tx: &mut dyn Tx| {
        assert!(tx.run("INSERT OR ROLLBACK INTO meta (key, value) VALUES ('key', '2')", &[]).is_err());
        assert!(meta::set(tx, "later", "1").is_err(), "there is no transaction any more");
        Verdict::Keep
    };
    assert!(database.write(&mut [&mut earlier, &mut careless]).is_err(), "nothing is kept, and the caller hears it");
    assert_eq!(number(&mut database, "SELECT COUNT(*) FROM meta"), 1);
    write(&mut database, |tx| meta::set(tx, "next", "1")).expect("the writer lives on");
}

#[test]
fn inv_16_full_database_refuses_and_keeps_what_it_has() {
    let folder = folder();
    let mut database = open(folder.path());
    write(&mut database, |tx| meta::set(tx, "key", "1")).expect("written");
    read(&mut database, |tx| tx.rows("PRAGMA max_page_count = 1", &[]));
    let mebibyte = "x".repeat(1 << 20);
    let full = write(&mut database, |tx| meta::set(tx, "large", &mebibyte));
    assert!(matches!(full, Err(StoreError::Full(_))), "{full:?}");
    assert_eq!(number(&mut database, "SELECT COUNT(*) FROM meta"), 1);
    write(&mut database, |tx| meta::set(tx, "key", "2")).expect("what fits is taken");
    assert_eq!(damage(&mut database), Vec::<String>::new());
}

#[test]
fn text_that_is_not_utf8_is_damage() {
    let mut database = Sqlite::in_memory().expect("a database");
    write(&mut database, |tx| tx.run("INSERT INTO meta (key, value) VALUES ('key', CAST(x'ff41' AS TEXT))", &[]))
        .expect("SQLite does not look");
    let value = try_read(&mut database, |tx| meta::get(tx, "key"));
    assert!(matches!(value, Err(StoreError::Corrupt(_))), "{value:?}");
}

#[test]
fn tables_refuse_values_of_another_kind() {
    let mut database = Sqlite::in_memory().expect("a database");
    let sql = "INSERT INTO notice (id, status_page, started_at, body) VALUES ('n', 'p', 'soon', '{}')";
    assert!(write(&mut database, |tx| tx.run(sql, &[])).is_err());
}

/// A hundred thousand things due at the same moment must not be sorted for each batch of sixty-four.
#[test]
fn what_is_due_is_asked_for_in_the_order_of_its_index() {
    let database = Sqlite::in_memory().expect("opens");
    for sql in [crate::paging::DUE_PAGES, crate::paging::DUE_NOTIFICATION_IDS] {
        let plan = database.plan(sql);
        assert!(plan.contains("USING") && plan.contains("COVERING INDEX") && !plan.contains("TEMP"), "{sql}: {plan}");
    }
}

/// The watch asks every few seconds; five million events that were there before must not be gone through each time.
#[test]
fn what_was_acknowledged_is_walked_through_from_its_place_on() {
    let plan = Sqlite::in_memory().expect("opens").plan(crate::watch::ACKNOWLEDGED);
    assert!(plan.contains("SEARCH taken USING INTEGER PRIMARY KEY") && !plan.contains("TEMP"), "{plan}");
}

//! Backup and restore: the list of tables is the schema's, a copy is what it was made from at one instant, and damage is told.

use crate::{
    Database, Sqlite, SqliteReader, StoreError, Verdict, meta,
    portable::{self, Copied, TABLES},
    tests::samples::{new_alert, new_incident, new_page, number, read, write},
};
use rusqlite::Connection;
use std::path::Path;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Some of everything that has a maker.
fn filled(path: &Path) -> Sqlite {
    let mut database = Sqlite::open(path).expect("opens");
    for n in 1..=40 {
        new_alert(&mut database, n, &format!("key-{n}"));
        new_page(&mut database, n, 0);
        new_incident(&mut database, n, 0);
    }
    write(&mut database, |tx| meta::set(tx, "link_key", "secret")).expect("written");
    database
}

#[test]
fn the_list_of_tables_is_the_schema() {
    let database = Sqlite::in_memory().expect("a database");
    let mut listed: Vec<(String, String)> = Vec::new();
    for table in TABLES {
        let (columns, _) =
            table.page.strip_prefix("SELECT ").and_then(|rest| rest.split_once(" FROM ")).expect("a list");
        listed.push((table.name.to_owned(), columns.to_owned()));
        for sql in [table.page, table.insert, table.count] {
            database.prepares(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
        }
        assert_eq!(table.insert.matches('$').count(), columns.split(", ").count(), "{}", table.insert);
    }
    listed.sort();
    let mut database = database;
    let tables = "SELECT m.name, (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_table_info(m.name) ORDER BY cid)) \
         FROM sqlite_schema m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT IN ('refinery_schema_history', 'node') ORDER BY m.name";
    let rows = read(&mut database, |tx| tx.rows(tables, &[]));
    let stored: Vec<(String, String)> =
        rows.iter().map(|row| (row.text(0).unwrap().to_owned(), row.text(1).unwrap().to_owned())).collect();
    assert_eq!(listed, stored, "add the table or column to portable/tables.rs");
    let keys = "SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk";
    for table in TABLES {
        let key = read(&mut database, |tx| tx.rows(keys, &[table.name.into()]));
        let key: Vec<&str> = key.iter().map(|row| row.text(0).unwrap()).collect();
        assert_eq!(key.len(), table.key.len(), "{}", table.name);
        assert!(table.page.contains(&format!("WHERE ({}) > ", key.join(", "))), "{}: its key is {key:?}", table.name);
    }
}

/// Everything in it, table by table.
fn whole(database: &mut dyn Database) -> Vec<(&'static str, Vec<crate::Row>)> {
    TABLES.iter().map(|table| (table.name, read(database, |tx| portable::rows_of(tx, table)))).collect()
}

#[test]
fn inv_23_rows_and_pages_copy_everything() {
    let folder = folder();
    let path = folder.path().join("nightbell.db");
    let mut source = filled(&path);
    for n in 0..1_200 {
        write(&mut source, |tx| meta::set(tx, &format!("fact {n:04}"), "more than one slice")).expect("written");
    }
    let expected = whole(&mut source);

    let mut rows = Sqlite::open(&folder.path().join("rows.db")).expect("opens");
    let mut reader = SqliteReader::open(&path).expect("opens");
    let mut told = Vec::new();
    reader
        .read(&mut |from| {
            let mut op = |into: &mut dyn crate::Tx| {
                portable::copy_rows(from, into, &mut |copied| told.push(copied.done)).expect("copied");
                Verdict::Keep
            };
            rows.write(&mut [&mut op]).expect("durable");
        })
        .expect("a view");
    assert_eq!(whole(&mut rows), expected);
    assert!(told.is_sorted() && told.len() > TABLES.len(), "told after each slice: {told:?}");
    let again = write(&mut rows, |into| {
        let mut answer = Ok(0);
        reader.read(&mut |from| answer = portable::copy_rows(from, into, &mut |_| {}))?;
        answer
    });
    assert!(matches!(again, Err(StoreError::Conflict(_))), "never onto something: {again:?}");

    let pages = folder.path().join("pages.db");
    portable::copy_pages(&path, &pages, &mut |_| {}).expect("copied");
    portable::seal(&pages, &[("backup", "stamp")]).expect("sealed");
    assert_eq!(portable::damage(&pages).expect("a database"), Vec::<String>::new());
    let beside: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!beside.iter().any(|name| name.to_string_lossy().starts_with("pages.db-")), "{beside:?}");
    let mut pages = Sqlite::open(&pages).expect("opens like any other");
    assert_eq!(read(&mut pages, |tx| meta::get(tx, "backup")).as_deref(), Some("stamp"));
    write(&mut pages, |tx| portable::forget_fact(tx, "backup")).expect("forgotten");
    assert_eq!(whole(&mut pages), expected);
    assert!(read(&mut pages, portable::counts).contains(&("alert", 40)));
    let next = new_alert(&mut pages, 99, "after");
    assert_eq!(next.version, 1, "positions go on after the copied ones");
}

/// Copies a database into an empty one, as backup and restore do.
fn carry(from: &mut dyn Database, into: &mut dyn Database) {
    let mut copied = None;
    from.read(&mut |view| copied = Some(write(into, |tx| portable::copy_rows(view, tx, &mut |_| {})))).expect("a view");
    copied.expect("the view was run").expect("copied");
}

#[test]
fn inv_23_there_and_back_again_is_equal_row_by_row() {
    let folder = folder();
    let mut first = filled(&folder.path().join("first.db"));
    let binary = "INSERT INTO raw_request (id, integration, received_at, content_type, body, outcome) VALUES ($1, 'i', -1, $2, $3, '')";
    let odd = "Zürich \u{1F514} 'quoted' \\ {\"json\": null}\n";
    write(&mut first, |tx| tx.run(binary, &["raw_1".into(), odd.into(), vec![0_u8, 255, 10, 13, 39].into()]))
        .expect("written");
    let made = crate::testing::postgres_database();
    let mut middle = crate::Postgres::open(made.url()).expect("a database");
    let mut last = Sqlite::open(&folder.path().join("last.db")).expect("opens");
    carry(&mut first, &mut middle);
    assert_eq!(whole(&mut middle), whole(&mut first), "SQLite to PostgreSQL");
    let again = middle.read(&mut |_| {}).and_then(|()| {
        let mut answer = Ok(0);
        first.read(&mut |view| answer = write(&mut middle, |tx| portable::copy_rows(view, tx, &mut |_| {})))?;
        answer
    });
    assert!(matches!(again, Err(StoreError::Conflict(_))), "never onto something: {again:?}");
    carry(&mut middle, &mut last);
    assert_eq!(whole(&mut last), whole(&mut first), "and back");
    // Whoever goes on, goes on after the highest position.
    let head = read(&mut first, crate::journal::head);
    for database in [&mut middle as &mut dyn Database, &mut last] {
        new_alert(database, 7_000, "after");
        let line = read(database, |tx| crate::journal::after(tx, head, 10)).pop().expect("one more");
        assert!(line.position > head, "{line:?}");
    }
}

#[test]
fn inv_23_a_page_copy_is_of_one_instant_and_holds_no_writer_up() {
    let folder = folder();
    let path = folder.path().join("nightbell.db");
    let mut source = filled(&path);
    for n in 0..64 {
        write(&mut source, |tx| meta::set(tx, &format!("large {n}"), &"x".repeat(1 << 16))).expect("written");
    }
    let expected = whole(&mut source);
    let copy = folder.path().join("copy.db");
    let mut steps: Vec<Copied> = Vec::new();
    portable::copy_pages(&path, &copy, &mut |copied| {
        steps.push(copied);
        let n = steps.len() as u32;
        new_alert(&mut source, 1_000 + n, &format!("meanwhile-{n}"));
    })
    .expect("copied");
    assert!(steps.len() >= 4, "{steps:?}");
    assert_eq!(number(&mut source, "SELECT COUNT(*) FROM alert"), 40 + steps.len() as i64, "all of them were written");
    portable::seal(&copy, &[]).expect("sealed");
    assert_eq!(whole(&mut Sqlite::open(&copy).expect("opens")), expected, "and none is in the copy");
}

#[test]
fn damage_is_told() {
    let folder = folder();
    let path = folder.path().join("nightbell.db");
    drop(filled(&path));
    portable::seal(&path, &[]).expect("sealed");
    let raw = Connection::open(&path).expect("opens");
    raw.execute_batch(
        "PRAGMA foreign_keys = OFF; DELETE FROM page WHERE id = (SELECT page FROM notification LIMIT 1); \
         INSERT INTO attempt (notification, n, begun_at) VALUES ('gone', 1, 0)",
    )
    .expect("tampered");
    drop(raw);
    let found = portable::damage(&path).expect("still a database");
    assert!(found.iter().any(|line| line.contains("a row of attempt refers to a row of notification")), "{found:?}");

    let mut bytes = std::fs::read(&path).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4_096].fill(0xA5);
    std::fs::write(&path, &bytes).expect("written");
    assert!(portable::damage(&path).map_or(true, |found| !found.is_empty()), "a flipped page is found");
    std::fs::write(&path, b"not a database at all, but long enough to be looked at ".repeat(40)).expect("written");
    assert!(matches!(portable::damage(&path), Err(StoreError::Corrupt(_))));
}

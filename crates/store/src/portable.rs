//! Backup and restore: a Nightbell organisation as one plain SQLite file, whichever database it lives in.
//!
//! Two ways make that file: [`copy_pages`] copies an SQLite database page by page beside its running server; [`copy_rows`] copies every table row by
//! row from any view into any transaction, which is also the way back into PostgreSQL. [`seal`] turns either into a file that stands alone, and
//! [`damage`] is what SQLite itself says about it. Is not: the decision what to copy or replace, names of files, or the journal's proof (the engine's
//! `portable` and `verify`). Callers: the engine's `portable`, the commands `backup` and `restore`.

mod look;
mod tables;

pub use look::{Schema, Standing, postgres, schema, standing};
pub use tables::TABLES;

use crate::{
    sqlite::store_error,
    tx::{Row, StoreError, Tx, Value},
};
use nightbell_domain::record::Instant;
use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};
use std::path::Path;

/// Rows read and written at once: what a copy holds in memory.
const SLICE_ROWS: u32 = 500;
/// Pages of 4 KiB copied between two looks at the clock of the throttle: 1 MiB.
const STEP_PAGES: i32 = 256;
/// Most lines of damage that are told.
const DAMAGE_LINES_MAX: u32 = 20;

pub(crate) const SESSIONS: &str = "SELECT COUNT(*) FROM session WHERE expires_at > $1";
pub(crate) const END_SESSIONS: &str = "DELETE FROM session";
pub(crate) const FORGET_LINKS: &str = "DELETE FROM sign_in_link";
pub(crate) const SCHEMA_VERSION: &str = "SELECT CAST(MAX(version) AS BIGINT) FROM refinery_schema_history";
pub(crate) const FORGET_FACT: &str = "DELETE FROM meta WHERE key = $1";

/// How far a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Pages or rows that were copied.
    pub done: u64,
    /// Of so many, when that is known.
    pub of: Option<u64>,
}

/// How many rows each table has, in the order of [`TABLES`].
///
/// # Errors
/// The store's.
pub fn counts(tx: &mut dyn Tx) -> Result<Vec<(&'static str, u64)>, StoreError> {
    TABLES.iter().map(|table| Ok((table.name, tx.row(table.count, &[])?.map_or(Ok(0), |row| row.count(0))?))).collect()
}

/// Copies every row of every table from a view into a transaction whose tables are empty, parents before children. Answers the number of rows.
/// `progress` is told after each slice, and may rest there.
///
/// # Errors
/// The store's; a target that has rows of the same key already is a conflict.
pub fn copy_rows(from: &mut dyn Tx, into: &mut dyn Tx, progress: &mut dyn FnMut(Copied)) -> Result<u64, StoreError> {
    let mut done = 0;
    for table in TABLES {
        let mut after = table.first();
        loop {
            let mut values = after.clone();
            values.push(SLICE_ROWS.into());
            let rows = from.rows(table.page, &values)?;
            for row in &rows {
                into.queue(table.insert, row.0.clone(), None)?;
            }
            into.flush()?;
            done += rows.len() as u64;
            progress(Copied { done, of: None });
            match rows.last() {
                Some(Row(last)) if rows.len() >= SLICE_ROWS as usize => after = last[..table.key.len()].to_vec(),
                _ => break,
            }
        }
    }
    into.positions_follow()?;
    Ok(done)
}

/// Every row of a table, in the order of its key: for comparing two databases. Reads it whole.
///
/// # Errors
/// The store's.
pub fn rows_of(tx: &mut dyn Tx, table: &tables::Table) -> Result<Vec<Row>, StoreError> {
    let mut values = table.first();
    values.push(i64::from(u32::MAX).into());
    tx.rows(table.page, &values)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(store_error)?;
    connection.execute_batch("PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF;").map_err(store_error)?;
    Ok(connection)
}

/// Copies an SQLite database as it is at one instant, page by page, beside whoever writes it: the copy reads from one snapshot of the write-ahead
/// log, so writers go on and nothing of theirs gets in. Until it ends the log cannot shrink; that is the price. `progress` is told after each
/// mebibyte, and may rest there. The copy is not durable before [`seal`].
///
/// # Errors
/// The store's.
pub fn copy_pages(from: &Path, to: &Path, progress: &mut dyn FnMut(Copied)) -> Result<(), StoreError> {
    // SQLite keeps the -shm file of a database in WAL mode up to date for readers too, so the connection may write; the statements do not.
    let source = open(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    source.execute_batch("PRAGMA query_only = ON; BEGIN; ").map_err(store_error)?;
    // The snapshot is taken by the first read; every step of the backup below stays inside it.
    let _: i64 = source.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(store_error)?;
    let mut target = open(to, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    // A copy that is interrupted is thrown away, so it needs no journal of its own.
    target.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;").map_err(store_error)?;
    let backup = Backup::new(&source, &mut target).map_err(store_error)?;
    loop {
        let step = backup.step(STEP_PAGES).map_err(store_error)?;
        let (pages, left) = (backup.progress().pagecount, backup.progress().remaining);
        progress(Copied { done: u64::try_from(pages - left).unwrap_or(0), of: u64::try_from(pages).ok() });
        match step {
            StepResult::Done => break,
            StepResult::More => {}
            other => return Err(StoreError::Unavailable(format!("the copy was held up: {other:?}"))),
        }
    }
    drop(backup);
    source.execute_batch("ROLLBACK").map_err(store_error)
}

/// Makes a copied database a file that stands alone: no write-ahead log beside it, the given facts in it, everything on disk.
///
/// # Errors
/// The store's.
pub fn seal(path: &Path, facts: &[(&str, &str)]) -> Result<(), StoreError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let mode: String =
        connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0)).map_err(store_error)?;
    if mode != "delete" {
        return Err(StoreError::Unavailable(format!("the copy still has a journal beside it ({mode})")));
    }
    connection.execute_batch("PRAGMA synchronous = FULL").map_err(store_error)?;
    for (key, value) in facts {
        connection.execute(crate::meta::SET, [key, value]).map_err(store_error)?;
    }
    connection.close().map_err(|(_, e)| store_error(e))?;
    let synced = std::fs::File::options().read(true).write(true).open(path).and_then(|file| file.sync_all());
    synced.map_err(|e| StoreError::Unavailable(format!("{}: not on disk: {e}", path.display())))
}

/// What SQLite finds wrong with a database file: pages, indexes, constraints, references. Empty is good. Changes nothing.
///
/// # Errors
/// The store's, when the file is no database at all.
pub fn damage(path: &Path) -> Result<Vec<String>, StoreError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.execute_batch("PRAGMA query_only = ON").map_err(store_error)?;
    let mut found = Vec::new();
    let ask = format!("PRAGMA integrity_check({DAMAGE_LINES_MAX})");
    let mut statement = connection.prepare(&ask).map_err(store_error)?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0)).map_err(store_error)?;
    for line in lines {
        match line.map_err(store_error)? {
            fine if fine == "ok" => {}
            wrong => found.push(wrong),
        }
    }
    let mut statement = connection.prepare("PRAGMA foreign_key_check").map_err(store_error)?;
    let mut rows = statement.query([]).map_err(store_error)?;
    while let Some(row) = rows.next().map_err(store_error)?.filter(|_| found.len() < DAMAGE_LINES_MAX as usize) {
        let (table, parent): (String, String) = (row.get(0).map_err(store_error)?, row.get(2).map_err(store_error)?);
        found.push(format!("a row of {table} refers to a row of {parent} that is not there"));
    }
    Ok(found)
}

/// Whether a database file was made by Nightbell: it has the organisation's and the journal's tables.
///
/// # Errors
/// The store's, when the file is no database at all.
pub fn is_nightbell(path: &Path) -> Result<bool, StoreError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let sql = "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('event', 'config', 'refinery_schema_history')";
    connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|found| found == 3).map_err(store_error)
}

/// A fact in a database file, read without changing anything: no migration, no journal beside it.
///
/// # Errors
/// The store's, when the file is no database, or has no facts.
pub fn fact_of(path: &Path, key: &str) -> Result<Option<String>, StoreError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    match connection.query_row(crate::meta::GET, [key], |row| row.get(0)) {
        Ok(value) => Ok(Some(value)),
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
        Err(e) => Err(store_error(e)),
    }
}

/// How many sessions are valid at an instant.
///
/// # Errors
/// The store's.
pub fn valid_sessions(tx: &mut dyn Tx, now: Instant) -> Result<u64, StoreError> {
    tx.row(SESSIONS, &[now.into()])?.map_or(Ok(0), |row| row.count(0))
}

/// Ends every session and forgets every one-time link; answers how many sessions.
///
/// # Errors
/// The store's.
pub fn end_all_sessions(tx: &mut dyn Tx) -> Result<u64, StoreError> {
    tx.run(FORGET_LINKS, &[])?;
    tx.run(END_SESSIONS, &[])
}

/// Forgets a fact of the installation.
///
/// # Errors
/// The store's.
pub fn forget_fact(tx: &mut dyn Tx, key: &str) -> Result<(), StoreError> {
    tx.run(FORGET_FACT, &[Value::from(key)]).map(drop)
}

//! The SQLite driver: WAL, `synchronous=FULL`, `BEGIN IMMEDIATE`, one writer connection. Readers have connections of their own.

use crate::{
    checkpoint::Checkpoints,
    journal::LastHashes,
    known::KnownAlerts,
    tx::{Database, Row, StoreError, Tx, UNDO_PART, Value, Verdict, WriteOp},
};
use rusqlite::{Connection, ErrorCode, OpenFlags, types::ValueRef};
use std::{collections::HashMap, path::Path, sync::Arc};

/// The oldest SQLite without the WAL-reset race that can lose committed writes.
const SQLITE_VERSION_MIN: i32 = 3_051_003;

mod embedded {
    refinery::embed_migrations!("migrations/sqlite");
}

/// The version of the schema that this binary brings a database to; the same in both kinds.
pub(crate) fn schema_version() -> u64 {
    let runner = embedded::migrations::runner();
    runner.get_migrations().iter().filter_map(|step| u64::try_from(step.version()).ok()).max().unwrap_or(0)
}

/// The one writer.
pub struct Sqlite {
    connection: Connection,
    checkpoints: Option<Checkpoints>,
    memory: Memory,
    places: Places,
}

/// What the writer remembers of what it wrote itself.
#[derive(Default)]
struct Memory {
    /// True whoever else writes.
    last_hashes: LastHashes,
    /// True within one transaction.
    known_alerts: KnownAlerts,
}

impl Memory {
    /// Something was undone, or may have been.
    fn forget(&mut self) {
        self.last_hashes.forget();
        self.known_alerts.forget();
    }
}

fn unavailable(e: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(e.to_string())
}

/// Only uniqueness is a race that somebody else can have won. A CHECK, foreign key or NOT NULL that says no caught a fault of ours.
pub(crate) fn store_error(e: rusqlite::Error) -> StoreError {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID, SQLITE_CONSTRAINT_UNIQUE};
    let unique = [SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID, SQLITE_CONSTRAINT_UNIQUE];
    let extended = e.sqlite_error().map(|error| error.extended_code);
    match e.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) if extended.is_some_and(|code| unique.contains(&code)) => {
            StoreError::Conflict(e.to_string())
        }
        Some(ErrorCode::ConstraintViolation) => StoreError::Corrupt(format!("an invariant refused the write: {e}")),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt(e.to_string()),
        Some(ErrorCode::DiskFull) => StoreError::Full(e.to_string()),
        Some(ErrorCode::SystemIoFailure) => io_error(extended.unwrap_or_default(), e.to_string()),
        _ => StoreError::Unavailable(e.to_string()),
    }
}

/// A write or flush that failed in hardware must never be tried again (INV-01); a full disk shows here too, where the index of the
/// write-ahead log cannot grow.
fn io_error(extended: i32, what: String) -> StoreError {
    use rusqlite::ffi::{
        SQLITE_IOERR_DIR_FSYNC, SQLITE_IOERR_FSYNC, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE,
    };
    match extended {
        SQLITE_IOERR_FSYNC | SQLITE_IOERR_DIR_FSYNC | SQLITE_IOERR_WRITE | SQLITE_IOERR_TRUNCATE => {
            StoreError::Broken(what)
        }
        SQLITE_IOERR_SHMSIZE => StoreError::Full(what),
        _ => StoreError::Unavailable(what),
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        if let Some(mut checkpoints) = self.checkpoints.take() {
            checkpoints.stop(&mut self.connection);
        }
    }
}

/// Plans that do not depend on the values bound: otherwise SQLite plans some statements anew at every run, a fifth of all its work.
fn steady_plans(connection: &Connection) -> Result<(), StoreError> {
    let steady = rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG;
    connection.set_db_config(steady, true).map(drop).map_err(store_error)
}

impl Sqlite {
    /// Opens or creates the database file and brings its schema up to date. Refuses a SQLite with the WAL-reset race.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut opened = Self::prepare(Connection::open(path).map_err(store_error)?)?;
        opened.checkpoints = Some(Checkpoints::start(path, &mut opened.connection)?);
        Ok(opened)
    }

    /// A database that lives as long as the value: for the simulator and for tests.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::prepare(Connection::open_in_memory().map_err(store_error)?)
    }

    fn prepare(mut connection: Connection) -> Result<Self, StoreError> {
        if rusqlite::version_number() < SQLITE_VERSION_MIN {
            return Err(StoreError::Unavailable(format!(
                "SQLite {} can lose committed writes; 3.51.3 or newer is needed",
                rusqlite::version()
            )));
        }
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -8192;",
            )
            .map_err(store_error)?;
        let synchronous: i64 = connection.query_row("PRAGMA synchronous", [], |row| row.get(0)).map_err(store_error)?;
        // 2 is FULL: without it a power cut could take an answered request with it (INV-01).
        if synchronous != 2 {
            return Err(StoreError::Unavailable("SQLite does not accept synchronous=FULL".to_owned()));
        }
        steady_plans(&connection)?;
        connection.set_prepared_statement_cache_capacity(256);
        embedded::migrations::runner().run(&mut connection).map_err(unavailable)?;
        Ok(Self::over(connection))
    }

    fn over(connection: Connection) -> Self {
        Self { connection, checkpoints: None, memory: Memory::default(), places: Places::default() }
    }

    /// A copy in memory of what is committed: the simulator's template, and what a power cut leaves.
    pub fn copy(&self) -> Result<Self, StoreError> {
        let mut connection = Connection::open_in_memory().map_err(store_error)?;
        let copied = rusqlite::backup::Backup::new(&self.connection, &mut connection).and_then(|b| b.step(-1));
        copied.map_err(store_error)?;
        connection.execute_batch("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;").map_err(store_error)?;
        connection.set_prepared_statement_cache_capacity(256);
        Ok(Self::over(connection))
    }

    /// Whether a statement prepares: the test of every SQL constant.
    pub fn prepares(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.prepare(sql).map(drop).map_err(store_error)
    }

    /// How SQLite answers a statement.
    #[cfg(test)]
    pub(crate) fn plan(&self, sql: &str) -> String {
        let mut statement = self.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("prepares");
        let mut rows = statement.raw_query();
        let mut plan = Vec::new();
        while let Some(row) = rows.next().expect("explains") {
            plan.push(row.get::<_, String>(3).expect("a line"));
        }
        plan.join("; ")
    }

    /// One of the transaction's own statements.
    fn control(&self, sql: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute([]))
            .map(drop)
            .map_err(store_error)
    }

    /// Runs an operation. False when what it wrote must be undone.
    fn keeps(&mut self, op: &mut dyn FnMut(&mut dyn Tx) -> Verdict) -> Result<bool, StoreError> {
        let Self { connection, memory, places, .. } = self;
        let mut tx = Statements { connection, places, memory: Some(memory), lost: None };
        let verdict = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| op(&mut tx)));
        let lost = tx.lost.take();
        if self.connection.is_autocommit() {
            return Err(lost.unwrap_or_else(|| unavailable("the transaction was rolled back")));
        }
        // A panicking operation is undone alone; its caller sees that no answer came.
        let keeps = matches!(verdict, Ok(Verdict::Keep));
        if !keeps {
            self.memory.forget();
        }
        Ok(keeps)
    }

    /// One operation of many, undone alone.
    fn one(&mut self, op: &mut dyn FnMut(&mut dyn Tx) -> Verdict) -> Result<(), StoreError> {
        self.control("SAVEPOINT op")?;
        if !self.keeps(op)? {
            self.control("ROLLBACK TO op")?;
        }
        self.control("RELEASE op")
    }

    fn batch(&mut self, batch: &mut [WriteOp<'_>]) -> Result<(), StoreError> {
        if let Some(checkpoints) = &self.checkpoints {
            checkpoints.let_through();
        }
        self.control("BEGIN IMMEDIATE")?;
        self.memory.known_alerts.forget();
        if let [only] = batch {
            // A savepoint copies every page before its first change; where nobody else must stay, the transaction itself is undone.
            if !self.keeps(*only)? {
                return self.control("ROLLBACK");
            }
        } else {
            for op in batch {
                self.one(*op)?;
            }
        }
        self.control("COMMIT")?;
        match self.checkpoints.as_ref().and_then(Checkpoints::flaw) {
            Some(why) => Err(StoreError::Broken(format!("moving the log into the database: {why}"))),
            None => Ok(()),
        }
    }
}

impl Database for Sqlite {
    fn write(&mut self, batch: &mut [WriteOp<'_>]) -> Result<(), StoreError> {
        let done = self.batch(batch);
        if done.is_err() {
            self.memory.forget();
            if !self.connection.is_autocommit() {
                let _ = self.control("ROLLBACK");
            }
        }
        done
    }

    fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
        in_view(&self.connection, &mut self.places, view)
    }
}

/// A read-only connection of its own, beside the writer.
pub struct SqliteReader {
    connection: Connection,
    places: Places,
}

impl SqliteReader {
    /// Opens an existing database for reading.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(store_error)?;
        connection
            .execute_batch("PRAGMA query_only = ON; PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF;")
            .map_err(store_error)?;
        steady_plans(&connection)?;
        connection.set_prepared_statement_cache_capacity(256);
        Ok(Self { connection, places: Places::default() })
    }

    /// A consistent view.
    pub fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
        in_view(&self.connection, &mut self.places, view)
    }
}

fn in_view(connection: &Connection, places: &mut Places, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
    // Ends when it is dropped, also when the view panics: an open transaction would make every later write fail.
    let transaction = connection.unchecked_transaction().map_err(store_error)?;
    view(&mut Statements { connection: &transaction, places, memory: None, lost: None });
    transaction.finish().map_err(store_error)
}

/// Where each value of a statement goes: `$1` is a *named* parameter to SQLite, numbered by first appearance. Looked up once for each
/// text, which is known by where it lies: a static text never changes.
#[derive(Default)]
struct Places(HashMap<(usize, usize), Arc<[usize]>>);

impl Places {
    fn of(&mut self, sql: &'static str, statement: &rusqlite::Statement<'_>) -> Result<Arc<[usize]>, StoreError> {
        let lies_at = (sql.as_ptr().addr(), sql.len());
        if let Some(places) = self.0.get(&lies_at) {
            return Ok(Arc::clone(places));
        }
        let place = |n: usize| {
            let index = statement.parameter_index(&format!("${n}")).map_err(store_error)?;
            index.ok_or_else(|| StoreError::Unavailable(format!("there is no ${n}: {sql}")))
        };
        let places: Arc<[usize]> = (1..=statement.parameter_count()).map(place).collect::<Result<_, _>>()?;
        self.0.insert(lies_at, Arc::clone(&places));
        Ok(places)
    }
}

/// Statements on a connection, prepared once each.
struct Statements<'a> {
    connection: &'a Connection,
    places: &'a mut Places,
    /// The writer's memory; a view has none and may not write.
    memory: Option<&'a mut Memory>,
    /// Why SQLite rolled the transaction back by itself.
    lost: Option<StoreError>,
}

impl Statements<'_> {
    fn bound(&mut self, sql: &'static str, values: &[Value]) -> Result<rusqlite::CachedStatement<'_>, StoreError> {
        // After some errors (disk full) SQLite has rolled the transaction back by itself: what came now would be committed alone.
        if self.connection.is_autocommit() {
            return Err(StoreError::Unavailable("the transaction was rolled back".to_owned()));
        }
        let mut statement = self.connection.prepare_cached(sql).map_err(store_error)?;
        if self.memory.is_none() && !statement.readonly() {
            return Err(StoreError::Unavailable("a view cannot write".to_owned()));
        }
        if statement.parameter_count() != values.len() {
            let (wanted, given) = (statement.parameter_count(), values.len());
            return Err(StoreError::Unavailable(format!("{wanted} values wanted, {given} given: {sql}")));
        }
        let places = self.places.of(sql, &statement)?;
        for (index, value) in places.iter().copied().zip(values) {
            match value {
                Value::Null => statement.raw_bind_parameter(index, rusqlite::types::Null),
                Value::Int(v) => statement.raw_bind_parameter(index, v),
                Value::Text(v) => statement.raw_bind_parameter(index, v),
                Value::Blob(v) => statement.raw_bind_parameter(index, v),
            }
            .map_err(store_error)?;
        }
        Ok(statement)
    }
}

impl Statements<'_> {
    /// After some errors SQLite has rolled the whole transaction back; the first of them is the cause of all that follows.
    fn note<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result
            && self.connection.is_autocommit()
        {
            self.lost.get_or_insert_with(|| error.clone());
        }
        result
    }

    fn run_one(&mut self, sql: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        self.bound(sql, values)?.raw_execute().map(|n| n as u64).map_err(store_error)
    }

    fn rows_of(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.bound(sql, values)?;
        let columns = statement.column_count();
        let mut found = statement.raw_query();
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(store_error)? {
            let mut values = Vec::with_capacity(columns);
            for n in 0..columns {
                values.push(match row.get_ref(n).map_err(store_error)? {
                    ValueRef::Null => Value::Null,
                    ValueRef::Integer(v) => Value::Int(v),
                    ValueRef::Text(v) => match std::str::from_utf8(v) {
                        Ok(text) => Value::Text(text.to_owned()),
                        Err(e) => return Err(StoreError::Corrupt(format!("column {n} is not UTF-8: {e}"))),
                    },
                    ValueRef::Blob(v) => Value::Blob(v.to_vec()),
                    ValueRef::Real(v) => return Err(StoreError::Corrupt(format!("column {n} is the fraction {v}"))),
                });
            }
            rows.push(Row(values));
        }
        Ok(rows)
    }
}

impl Tx for Statements<'_> {
    fn run(&mut self, sql: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        if sql == UNDO_PART
            && let Some(memory) = &mut self.memory
        {
            memory.forget();
        }
        let touched = self.run_one(sql, values);
        self.note(touched)
    }

    fn last_hashes(&mut self) -> Option<&mut LastHashes> {
        self.memory.as_deref_mut().map(|memory| &mut memory.last_hashes)
    }

    fn known_alerts(&mut self) -> Option<&mut KnownAlerts> {
        self.memory.as_deref_mut().map(|memory| &mut memory.known_alerts)
    }

    fn rows(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let rows = self.rows_of(sql, values);
        self.note(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What SQLite says of a disk, and whether the writer may go on.
    #[test]
    fn inv_01_failed_writes_and_flushes_are_told_from_a_full_disk() {
        use rusqlite::ffi;
        let said = |code| store_error(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        for code in
            [ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_DIR_FSYNC, ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_TRUNCATE]
        {
            assert!(matches!(said(code), StoreError::Broken(_)), "{code}: {:?}", said(code));
            assert!(!said(code).may_pass(), "{code}: never tried again");
        }
        for code in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_SHMSIZE] {
            assert!(matches!(said(code), StoreError::Full(_)), "{code}: {:?}", said(code));
        }
        for code in [ffi::SQLITE_BUSY, ffi::SQLITE_READONLY, ffi::SQLITE_IOERR_READ, ffi::SQLITE_CANTOPEN] {
            assert!(matches!(said(code), StoreError::Unavailable(_)), "{code}: {:?}", said(code));
            assert!(said(code).may_pass());
        }
        assert!(matches!(said(ffi::SQLITE_CORRUPT), StoreError::Corrupt(_)));
    }
}

//! The PostgreSQL driver: one connection, one transaction for a batch, one lock before anything is read or written in it.
//! Synchronous outside; the asynchronous client lives on a small runtime inside, driven by whoever calls (ADR 0017). Callers are plain
//! threads or a runtime's blocking threads, never its workers. Is not: a pool (each reader has a connection of its own), and not for a
//! pooler that hands out a connection per transaction, because statements are prepared once per connection.

use crate::tx::{Database, StoreError, Tx, Verdict, WriteOp};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

mod ahead;
mod beside;
mod errors;
mod link;
mod listen;
mod memory;
mod settings;
mod statements;
pub mod testing;
mod upgrade;
mod values;

pub use beside::{PostgresBeside, postgres_clock};
use link::Link;
pub use listen::{Listener, listen};
use settings::Settings;
use statements::Statements;
use upgrade::Patience;

mod embedded {
    refinery::embed_migrations!("migrations/postgres");
}

/// The lock of whoever brings the schema up to date: several nodes may start at once. Advisory, because an empty database has no table to
/// lock; whoever else takes it can delay an upgrade, and nothing that runs (it is not asked for when there is nothing to bring up to date).
const LOCK_OF_MIGRATIONS: i64 = 0x6e69_6768_7463;

const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// The one lock of a database. Whoever holds it writes: positions of the journal are drawn and committed in the same order, so a reader
/// who has seen position n will never see a smaller one appear (LISTEN is a hint, positions are the truth). A lock on a table, because an
/// advisory one could be taken, and paging stopped, by any role that may connect. Whoever only reads (a view, `pg_dump`) is not held up.
const LOCK: &str = "LOCK TABLE meta IN EXCLUSIVE MODE";
/// Who holds it.
const HOLDERS: &str = "SELECT COALESCE(string_agg('process ' || l.pid || ' (' || COALESCE(NULLIF(a.application_name, ''), 'no name') || \
     COALESCE(' from ' || host(a.client_addr), '') || ')', ', '), 'nobody any more') \
     FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid \
     WHERE l.granted AND l.mode <> 'AccessShareLock' AND l.relation = CAST('meta' AS regclass) \
     AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())";
/// What PostgreSQL calls a lock that was not given in time.
const NOT_GIVEN: &str = "(55P03)";
const BEGIN_OP: &str = "SAVEPOINT op";
const KEEP_OP: &str = "RELEASE SAVEPOINT op";
const UNDO_OP: &str = "ROLLBACK TO SAVEPOINT op";
/// A hint for other nodes, only when something was written; told by the server itself, at COMMIT.
const HINT: &str = "SELECT pg_notify('nightbell', '') WHERE pg_current_xact_id_if_assigned() IS NOT NULL";
/// The lock is free for others at COMMIT, not when the disk has written: what they do next is built on what nobody was told yet, and their own
/// flush is ours too, because the log has one order (ADR 0025).
const COMMIT_BEFORE_FLUSH: &str = "SET LOCAL synchronous_commit = off";
const COMMIT: &str = "COMMIT";
/// A transaction of its own, as durable as the session asks: when it is over, everything committed before it is where the operator wants it (the
/// disk, the standbys). It writes a record to the log that means nothing, because PostgreSQL flushes nothing for a transaction that wrote nothing.
const FLUSHED: &str = "SELECT pg_logical_emit_message(true, 'nightbell', '')";
/// Whether we may: the server looks whether the function may be called, and calls nothing.
const MAY_FLUSH: &str = "EXPLAIN SELECT pg_logical_emit_message(true, 'nightbell', '')";
const ROLLBACK: &str = "ROLLBACK";

/// The writer of a PostgreSQL database. Several nodes may each have one: the database lets one of them write at a time.
pub struct Postgres {
    link: Link,
}

impl Postgres {
    /// Connects to `postgres://user:password@host:port/database?sslmode=…` and brings its schema up to date.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be reached, is older than PostgreSQL 13, does not flush what it commits (INV-01), or does not let us ask for it.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let mut link = Link::new(Settings::parse(url, settings::Role::Writer)?)?;
        link.migrate(&embedded::migrations::runner(), &Patience::USUAL)?;
        link.connected()?.run(MAY_FLUSH)?;
        Ok(Self { link })
    }

    /// Whether a statement prepares: the test of every SQL constant.
    ///
    /// # Errors
    /// What the database says against it.
    pub fn prepares(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.link.connected()?.prepare(sql).map(drop)
    }

    /// Begins a transaction that holds the writer's lock. Nothing was done before it, so a lost connection is replaced here once.
    fn begin(&mut self) -> Result<Statements<'_>, StoreError> {
        let begun = self.link.begin(&|tx| {
            tx.ask(BEGIN_WRITE, Vec::new())?;
            tx.ask(LOCK, Vec::new())?;
            tx.begun()
        });
        match begun {
            Ok(()) => Ok(Statements::writing(self.link.connected()?)),
            Err(StoreError::Unavailable(said)) if said.contains(NOT_GIVEN) => Err(self.held(&said)),
            Err(other) => Err(other),
        }
    }

    /// What is said when the writer's lock was not given: nothing was stored, and who held it.
    fn held(&mut self, said: &str) -> StoreError {
        let asked = self.link.connected().and_then(|live| Statements::reading(live).rows(HOLDERS, &[]));
        let holders = asked.as_ref().ok().and_then(|rows| rows.first()?.text(0).ok()).unwrap_or("somebody");
        StoreError::Unavailable(format!(
            "another session holds the writer's lock (table meta) for too long, nothing was stored; it is held by {holders}: {said}"
        ))
    }

    /// One operation; `Err` means that the whole batch must not be kept.
    fn one(tx: &mut Statements<'_>, op: &mut dyn FnMut(&mut dyn Tx) -> Verdict) -> Result<(), StoreError> {
        tx.begin_op()?;
        let verdict = catch_unwind(AssertUnwindSafe(|| op(tx)));
        match verdict {
            // What was queued and fails only now was already reported as done by the operation: nothing may be kept.
            Ok(Verdict::Keep) => tx.flush().and_then(|()| tx.keep_op()),
            // A panicking operation is undone alone; its caller sees that no answer came.
            Ok(Verdict::Undo) | Err(_) => tx.undo_op(),
        }
    }
}

impl Database for Postgres {
    /// See [`Database::write`]. One more answer than SQLite has: when the connection breaks while COMMIT or the flush after it is under way,
    /// `Unavailable` means that the batch may or may not be stored. Who repeats it is safe, because units of work are decided from what is stored.
    /// A batch that wrote nothing is flushed too: what it answers may come from what another node has committed and not flushed yet.
    fn write(&mut self, batch: &mut [WriteOp<'_>]) -> Result<(), StoreError> {
        let mut tx = self.begin()?;
        let mut done = Ok(());
        for op in batch {
            done = Self::one(&mut tx, *op);
            if done.is_err() {
                break;
            }
        }
        let done = done.and_then(|()| {
            for sql in [COMMIT_BEFORE_FLUSH, HINT, COMMIT, FLUSHED] {
                tx.ask(sql, Vec::new())?;
            }
            tx.settle()
        });
        if done.is_err() {
            self.link.abandon(ROLLBACK);
        }
        done
    }

    fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
        in_view(&mut self.link, view)
    }
}

/// A read-only connection of its own, beside the writer.
pub struct PostgresReader {
    link: Link,
}

impl PostgresReader {
    /// Connects for reading. The schema is the writer's business.
    ///
    /// # Errors
    /// See [`Postgres::open`].
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let mut link = Link::new(Settings::parse(url, settings::Role::Reader)?)?;
        link.connected()?;
        Ok(Self { link })
    }

    /// A consistent view. A statement that fails ends it: later ones in the same view fail too.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be asked now.
    pub fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
        in_view(&mut self.link, view)
    }
}

fn in_view(link: &mut Link, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
    link.begin(&|tx| {
        tx.ask(BEGIN_READ, Vec::new())?;
        tx.settle()
    })?;
    let mut tx = Statements::reading(link.connected()?);
    let seen = catch_unwind(AssertUnwindSafe(|| view(&mut tx)));
    // There is nothing to keep, and ROLLBACK also ends a view in which a statement failed.
    let ended = tx.end(ROLLBACK);
    if ended.is_err() {
        link.forget();
    }
    match seen {
        Ok(()) => ended,
        Err(panic) => resume_unwind(panic),
    }
}

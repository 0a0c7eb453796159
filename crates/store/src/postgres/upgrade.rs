//! Brings the schema up to date beside nodes that are at work, and beside whoever reads for long (`pg_dump`, a backup). Is not: the schema
//! itself, which is in `migrations/postgres`. Only a connection of its own comes here, and it is dropped afterwards, with its limits and locks.
//!
//! A change of a table waits for its readers, and everybody else who wants that table waits behind it: so a change never waits for long, but
//! gives up, lets the others go on and tries again. Each has the writer's lock before anything else: no batch is in between that holds one table
//! and wants another.

use super::{
    LOCK, LOCK_OF_MIGRATIONS,
    errors::{store_error, with_causes},
    settings::LOCK_MS_MAX,
};
use crate::tx::StoreError;
use refinery::{Migration, Runner, error::Error as Failure};
use refinery_core::traits::r#async::{AsyncMigrate, AsyncQuery, AsyncTransaction};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use tokio_postgres::{Client, Error, error::SqlState};

/// How long is waited for others.
pub(super) struct Patience {
    /// For any lock of a migration: so long all nodes may stand still at each try. Less than they wait for the writer's lock themselves, and more
    /// than the second after which the server ends its own vacuuming in favour of whoever waits.
    pub(super) lock: Duration,
    /// Between two tries: the others' turn.
    pub(super) rest: Duration,
    /// For another node that brings the schema up to date, and then for all tries together.
    pub(super) within: Duration,
}

impl Patience {
    pub(super) const USUAL: Self =
        Self { lock: Duration::from_secs(2), rest: Duration::from_secs(4), within: Duration::from_secs(600) };
}

const _: () = assert!(
    Patience::USUAL.lock.as_millis() < LOCK_MS_MAX as u128 / 2,
    "whoever waits for the writer's lock is given it in time"
);

/// Whether the writer's lock exists: not in a new database.
const HAS_LOCK: &str = "SELECT to_regclass('meta') IS NOT NULL";

/// Runs every migration that was not run yet, each in a transaction of its own, one node at a time.
///
/// # Errors
/// `Unavailable` when the database refuses, or when others hold its tables all the time.
pub(super) async fn upgrade(client: &mut Client, runner: &Runner, patience: &Patience) -> Result<(), StoreError> {
    let said = |e| store_error(&e);
    client.batch_execute(&limits(patience.within)).await.map_err(said)?;
    if is_up_to_date(client, runner).await {
        return Ok(());
    }
    client.batch_execute(&format!("SELECT pg_advisory_lock({LOCK_OF_MIGRATIONS})")).await.map_err(said)?;
    client.batch_execute(&limits(patience.lock)).await.map_err(said)?;
    let until = Instant::now() + patience.within;
    loop {
        let Err(failure) = runner.run_async(&mut AfterTheWriters(client)).await else { return Ok(()) };
        let now = Instant::now();
        if !is_held_up(&failure) || now >= until {
            return Err(refused(&failure));
        }
        tracing::warn!(error = %with_causes(&failure), "the schema waits for whoever reads its tables (a dump, a backup?); trying again");
        sleep_until(now + patience.rest).await;
    }
}

/// A statement of a migration may take as long as it takes.
fn limits(lock: Duration) -> String {
    format!("SET statement_timeout = 0; SET lock_timeout = {}", lock.as_millis())
}

/// Whether every migration was run, and none differs: then a start needs no lock. Anything else is the runner's to say.
async fn is_up_to_date(client: &mut Client, runner: &Runner) -> bool {
    let applied = runner.get_applied_migrations_async(client).await;
    let mut wanted = runner.get_migrations().clone();
    wanted.sort_by_key(Migration::version);
    applied.is_ok_and(|applied| applied == wanted)
}

/// Whether somebody else was in the way, so that the next try may do.
fn is_held_up(failure: &Failure) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(failure);
    while let Some(error) = cause {
        if let Some(said) = error.downcast_ref::<Error>() {
            return matches!(said.code(), Some(&SqlState::LOCK_NOT_AVAILABLE | &SqlState::T_R_DEADLOCK_DETECTED));
        }
        cause = error.source();
    }
    false
}

fn refused(failure: &Failure) -> StoreError {
    let held = if is_held_up(failure) { " while other sessions (a dump, a backup?) hold its tables" } else { "" };
    StoreError::Unavailable(format!("the schema cannot be brought up to date{held}: {}", with_causes(failure)))
}

/// A connection whose transactions have the writer's lock before anything else.
struct AfterTheWriters<'a>(&'a mut Client);

impl AsyncTransaction for AfterTheWriters<'_> {
    type Error = Error;

    async fn execute<'a, T: Iterator<Item = &'a str> + Send + 'a>(&'a mut self, queries: T) -> Result<usize, Error> {
        let transaction = self.0.transaction().await?;
        if transaction.query_one(HAS_LOCK, &[]).await?.try_get(0)? {
            transaction.batch_execute(LOCK).await?;
        }
        let mut count = 0;
        for query in queries {
            transaction.batch_execute(query).await?;
            count += 1;
        }
        transaction.commit().await?;
        Ok(count)
    }
}

impl AsyncQuery<Vec<Migration>> for AfterTheWriters<'_> {
    async fn query<'a>(&'a mut self, query: &'a str) -> Result<Vec<Migration>, Error> {
        AsyncQuery::query(self.0, query).await
    }
}

impl AsyncMigrate for AfterTheWriters<'_> {}

#[cfg(test)]
mod tests;

//! Small writes beside the writer: signs of life, which must come in time however long the queue before the writer's lock is. They touch no
//! row that anything is decided from but their own, are not flushed (a server that lost power lost its nodes too), and tell nobody.

use super::{
    BEGIN_WRITE, COMMIT, ROLLBACK,
    link::Link,
    settings::{Role, Settings},
    statements::Statements,
};
use crate::tx::{StoreError, Tx};
use nightbell_domain::record::Instant;

/// The one place where SQL asks for the time, in microseconds: to tell a node that its own clock is wrong. Nothing stored comes from it.
const CLOCK: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
const NOT_FLUSHED: &str = "SET LOCAL synchronous_commit = off";

/// A connection of its own for such writes.
pub struct PostgresBeside {
    link: Link,
}

impl PostgresBeside {
    /// Connects. The schema is the writer's business.
    ///
    /// # Errors
    /// See [`super::Postgres::open`].
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let mut link = Link::new(Settings::parse(url, Role::Writer)?)?;
        link.connected()?;
        Ok(Self { link })
    }

    /// One small transaction, without the writer's lock.
    ///
    /// # Errors
    /// The operation's or the database's; nothing was stored then.
    pub fn write(&mut self, op: &mut dyn FnMut(&mut dyn Tx) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.link.begin(&|tx| {
            tx.ask(BEGIN_WRITE, Vec::new())?;
            tx.ask(NOT_FLUSHED, Vec::new())?;
            tx.settle()
        })?;
        let mut tx = Statements::writing(self.link.connected()?);
        let done = op(&mut tx).and_then(|()| tx.flush()).and_then(|()| {
            tx.ask(COMMIT, Vec::new())?;
            tx.settle()
        });
        if done.is_err() {
            self.link.abandon(ROLLBACK);
        }
        done
    }
}

/// What the server's clock says now (ADR 0018): health, never a decision about a page.
///
/// # Errors
/// The database's.
pub fn postgres_clock(tx: &mut dyn Tx) -> Result<Instant, StoreError> {
    let row = tx.row(CLOCK, &[])?;
    row.ok_or_else(|| StoreError::Unavailable("PostgreSQL has no time".to_owned()))?.instant(0)
}

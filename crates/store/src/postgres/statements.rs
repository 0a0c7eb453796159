//! Statements of one transaction, sent together where nobody waits for an answer in between.
//!
//! What is queued is sent, in order, with the next question: one round trip instead of one for each. PostgreSQL refuses everything after a
//! failed statement until the savepoint is rolled back to, so nothing can slip through behind a failure.

use super::{BEGIN_OP, KEEP_OP, UNDO_OP, ahead, errors::store_error, link::Live, memory::Foreseen};
use crate::{
    config,
    journal::LastHashes,
    known::KnownAlerts,
    tx::{BEGIN_PART, KEEP_PART, Row, StoreError, Tx, UNDO_PART, Value},
};
use nightbell_domain::ids::IntegrationId;
use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};
use tokio_postgres::{Client, Error, Statement, types::ToSql};

/// The sequence behind the positions does not see positions that were written by hand.
const POSITIONS_FOLLOW: &str =
    "SELECT setval(pg_get_serial_sequence('event', 'position'), MAX(position)) FROM event HAVING MAX(position) > 0";
/// Most statements on their way at once.
const QUEUED_MAX: usize = 256;

/// A statement that waits to be sent.
struct Queued {
    statement: Statement,
    values: Vec<Value>,
    /// What it means when not exactly one row was touched; nothing when any number will do.
    conflict: Option<String>,
    /// The server's or the transaction's own bookkeeping, which does not fail by itself.
    sure: bool,
    sql: &'static str,
}

/// A transaction.
pub(super) struct Statements<'a> {
    live: &'a mut Live,
    queued: Vec<Queued>,
    /// What went wrong first. Whatever is asked afterwards answers the same, until it is undone.
    failed: Option<StoreError>,
    may_write: bool,
}

/// A request that was sent: with its answer, or waiting for it.
enum Sent<'a, T> {
    Answered(T),
    Waiting(Pin<Box<dyn Future<Output = T> + 'a>>),
}

impl<'a, T> Sent<'a, T> {
    /// Sends now: the client sends at the first poll, so requests go out in the order of these calls.
    async fn new(request: impl Future<Output = T> + 'a) -> Self {
        let mut request: Pin<Box<dyn Future<Output = T> + 'a>> = Box::pin(request);
        let first = poll_fn(|context: &mut Context<'_>| Poll::Ready(request.as_mut().poll(context))).await;
        match first {
            Poll::Ready(answer) => Self::Answered(answer),
            Poll::Pending => Self::Waiting(request),
        }
    }

    async fn answer(self) -> T {
        match self {
            Self::Answered(answer) => answer,
            Self::Waiting(request) => request.await,
        }
    }
}

/// What the caller waits for.
enum Last<'a> {
    Nothing,
    Touched(&'a Statement, &'a [Value]),
    Rows(&'a Statement, &'a [Value]),
}

/// Its answer.
enum Answer {
    Nothing,
    Touched(u64),
    Rows(Vec<tokio_postgres::Row>),
}

fn bound(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

async fn run(client: &Client, statement: &Statement, values: &[Value]) -> Result<u64, Error> {
    client.execute(statement, &bound(values)).await
}

async fn ask(client: &Client, last: Last<'_>) -> Result<Answer, Error> {
    match last {
        Last::Nothing => Ok(Answer::Nothing),
        Last::Touched(statement, values) => run(client, statement, values).await.map(Answer::Touched),
        Last::Rows(statement, values) => client.query(statement, &bound(values)).await.map(Answer::Rows),
    }
}

/// Sends everything, then waits for every answer.
async fn exchange(
    client: &Client,
    queued: &[Queued],
    last: Last<'_>,
) -> (Vec<Result<u64, Error>>, Result<Answer, Error>) {
    let mut sent = Vec::with_capacity(queued.len());
    for item in queued {
        sent.push(Sent::new(run(client, &item.statement, &item.values)).await);
    }
    let last = Sent::new(ask(client, last)).await;
    let mut answers = Vec::with_capacity(sent.len());
    for request in sent {
        answers.push(request.answer().await);
    }
    (answers, last.answer().await)
}

impl<'a> Statements<'a> {
    pub(super) fn writing(live: &'a mut Live) -> Self {
        Self { live, queued: Vec::new(), failed: None, may_write: true }
    }

    pub(super) fn reading(live: &'a mut Live) -> Self {
        Self { may_write: false, ..Self::writing(live) }
    }

    fn statement(&mut self, sql: &'static str, values: usize) -> Result<Statement, StoreError> {
        if !self.live.has_prepared(sql) {
            // Preparing is refused while a failed statement waits to be rolled back, which may be queued.
            self.settle()?;
        }
        let statement = match self.live.prepare(sql) {
            Ok(statement) => statement,
            Err(error) => return Err(self.fail(error)),
        };
        let wanted = statement.params().len();
        if wanted != values {
            let error = StoreError::Unavailable(format!("{wanted} values wanted, {values} given: {sql}"));
            return Err(self.fail(error));
        }
        Ok(statement)
    }

    fn fail(&mut self, error: StoreError) -> StoreError {
        self.failed.get_or_insert(error).clone()
    }

    fn sound(&self) -> Result<(), StoreError> {
        self.failed.clone().map_or(Ok(()), Err)
    }

    /// Queues a statement that does not fail by itself.
    pub(super) fn ask(&mut self, sql: &'static str, values: Vec<Value>) -> Result<(), StoreError> {
        let statement = self.statement(sql, values.len())?;
        self.queued.push(Queued { statement, values, conflict: None, sure: true, sql });
        Ok(())
    }

    /// Sends what is queued and `last`; the first failure in order is the answer.
    fn send(&mut self, last: Last<'_>) -> Result<Answer, StoreError> {
        let queued = std::mem::take(&mut self.queued);
        let (answers, last) = match self.live.wait(exchange(self.live.client(), &queued, last)) {
            Ok(answers) => answers,
            Err(error) => return Err(self.fail(error)),
        };
        for (item, answer) in queued.into_iter().zip(answers) {
            match answer {
                Err(error) => return Err(self.fail(store_error(&error))),
                Ok(touched) => {
                    if let Some(conflict) = item.conflict.filter(|_| touched != 1) {
                        return Err(self.fail(StoreError::Conflict(conflict)));
                    }
                }
            }
        }
        match last {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.fail(store_error(&error))),
        }
    }

    /// A transaction has begun, and holds the lock: what every batch asks first comes with the same answer.
    pub(super) fn begun(&mut self) -> Result<(), StoreError> {
        self.live.memory.begun();
        let (sql, values) = config::VERSION;
        let values = vec![values.into()];
        let rows = self.rows(sql, &values)?;
        self.live.memory.foreseen = Some(Foreseen { sql, values, rows });
        Ok(())
    }

    /// Sends what is queued.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        self.sound()?;
        if self.queued.is_empty() {
            return Ok(());
        }
        self.send(Last::Nothing).map(drop)
    }

    /// Ends the transaction, whatever state it is in.
    pub(super) fn end(&mut self, how: &'static str) -> Result<(), StoreError> {
        self.queued.clear();
        self.failed = None;
        // ROLLBACK cannot be prepared in a transaction that failed.
        let ended = self.live.wait(self.live.client().batch_execute(how))?;
        ended.map_err(|e| store_error(&e))
    }

    pub(super) fn begin_op(&mut self) -> Result<(), StoreError> {
        // What comes back to them when they have failed must have been prepared before.
        for sql in [KEEP_OP, UNDO_OP, KEEP_PART, UNDO_PART] {
            self.statement(sql, 0)?;
        }
        self.ask(BEGIN_OP, Vec::new())
    }

    pub(super) fn keep_op(&mut self) -> Result<(), StoreError> {
        // Nothing was asked since it began: there is nothing to release.
        if self.queued.last().is_some_and(|last| last.sql == BEGIN_OP) {
            self.queued.pop();
            return Ok(());
        }
        self.ask(KEEP_OP, Vec::new())
    }

    pub(super) fn undo_op(&mut self) -> Result<(), StoreError> {
        self.failed = None;
        self.live.memory.undone();
        if let Some(begun) = self.queued.iter().rposition(|item| item.sql == BEGIN_OP) {
            // It was never sent.
            self.queued.truncate(begun);
            return Ok(());
        }
        self.queued.clear();
        self.ask(UNDO_OP, Vec::new())?;
        self.ask(KEEP_OP, Vec::new())
    }

    /// Undoes to the last part's beginning. Whatever was queued belongs to the part, because its beginning sent what came before.
    fn undo_part(&mut self) -> Result<(), StoreError> {
        self.live.memory.undone();
        let queued = std::mem::take(&mut self.queued);
        let undone = self.live.prepare(UNDO_PART).and_then(|statement| {
            let sent = exchange(self.live.client(), &queued, Last::Touched(&statement, &[]));
            let (_, last) = self.live.wait(sent)?;
            last.map_err(|e| store_error(&e))
        });
        match undone {
            Ok(_) => {
                self.failed = None;
                Ok(())
            }
            // Nothing was undone: whatever is asked goes on failing.
            Err(error) => Err(self.fail(error)),
        }
    }

    /// Sends what may still fail, so that nobody else is blamed for it.
    fn settle_unsure(&mut self) -> Result<(), StoreError> {
        self.sound()?;
        if self.queued.iter().all(|item| item.sure) { Ok(()) } else { self.settle() }
    }
}

impl Tx for Statements<'_> {
    fn run(&mut self, sql: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        match sql {
            UNDO_PART => return self.undo_part().map(|()| 0),
            BEGIN_PART | KEEP_PART => {
                self.settle_unsure()?;
                return self.ask(sql, Vec::new()).map(|()| 0);
            }
            _ => self.sound()?,
        }
        self.live.memory.foreseen = None;
        let statement = self.statement(sql, values.len())?;
        match self.send(Last::Touched(&statement, values))? {
            Answer::Touched(touched) => Ok(touched),
            Answer::Nothing | Answer::Rows(_) => Ok(0),
        }
    }

    fn rows(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.sound()?;
        if self.may_write
            && let Some(foreseen) = self.live.memory.foreseen.take_if(|foreseen| foreseen.answers(sql, values))
        {
            return Ok(foreseen.rows);
        }
        let statement = self.statement(sql, values.len())?;
        let Answer::Rows(found) = self.send(Last::Rows(&statement, values))? else { return Ok(Vec::new()) };
        let read = |row: &tokio_postgres::Row| {
            let value = |n| {
                row.try_get::<_, Value>(n).map_err(|e| {
                    StoreError::Corrupt(format!("column {n} cannot be read: {}", super::errors::with_causes(&e)))
                })
            };
            (0..row.len()).map(value).collect::<Result<Vec<_>, _>>().map(Row)
        };
        found.iter().map(read).collect()
    }

    fn queue(&mut self, sql: &'static str, values: Vec<Value>, conflict: Option<String>) -> Result<(), StoreError> {
        self.sound()?;
        if !self.may_write {
            return Err(self.fail(StoreError::Unavailable("a view cannot write".to_owned())));
        }
        self.live.memory.foreseen = None;
        let statement = self.statement(sql, values.len())?;
        self.queued.push(Queued { statement, values, conflict, sure: false, sql });
        if self.queued.len() >= QUEUED_MAX { self.settle() } else { Ok(()) }
    }

    fn last_hashes(&mut self) -> Option<&mut LastHashes> {
        self.may_write.then_some(&mut self.live.memory.last_hashes)
    }

    fn known_alerts(&mut self) -> Option<&mut KnownAlerts> {
        self.may_write.then_some(&mut self.live.memory.alerts)
    }

    fn ahead_max(&self) -> usize {
        if self.may_write { ahead::ALERTS_MAX } else { 1 }
    }

    fn ask_ahead(&mut self, keys: &[(&IntegrationId, &str)]) -> Result<(), StoreError> {
        ahead::ask(self, keys)
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.settle_unsure()
    }

    fn positions_follow(&mut self) -> Result<(), StoreError> {
        self.rows(POSITIONS_FOLLOW, &[]).map(drop)
    }
}

#[cfg(test)]
mod tests;

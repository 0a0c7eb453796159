//! The small synchronous port between SQL text and a database. Two drivers implement it; nothing else talks to a database.

use crate::{journal::LastHashes, known::KnownAlerts, signal};
use nightbell_domain::{
    ids::{AlertId, IntegrationId},
    record::Instant,
    signal::Repeats,
};

/// What can go wrong with storage. Not an outcome of a decision: those are refusals.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed it first, or a uniqueness constraint said no; load again and decide again.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The database cannot be used now: locked, gone, too slow. Nothing was stored; but when the connection to PostgreSQL broke while it
    /// was committing, or waited for the disk, nobody knows: a caller that tries again must be idempotent, as every unit of work is.
    #[error("storage is unavailable: {0}")]
    Unavailable(String),
    /// There is no room for more. Nothing was stored; the same work succeeds once somebody makes room (INV-16).
    #[error("the disk is full: {0}")]
    Full(String),
    /// A write or an fsync failed in hardware: what is on disk is not what the database believes. The process must end and must not try
    /// again, because a second fsync would report success for pages that the first one lost (INV-01).
    #[error("storage is broken: {0}")]
    Broken(String),
    /// What is stored cannot be understood. Loud for that stream; others go on.
    #[error("stored data is damaged: {0}")]
    Corrupt(String),
}

impl StoreError {
    /// Whether the same work may succeed later without anybody changing it.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full(_))
    }
}

/// A bound value or a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// 64-bit integer; booleans are 0 and 1, instants microseconds.
    Int(i64),
    /// Text; JSON documents too.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(value)
    }
}
impl From<Instant> for Value {
    fn from(value: Instant) -> Self {
        Self::Int(micros(value))
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// An instant as stored.
pub fn micros(at: Instant) -> i64 {
    at.as_microsecond()
}

/// A stored instant.
pub fn from_micros(value: i64) -> Result<Instant, StoreError> {
    Instant::from_microsecond(value).map_err(|e| StoreError::Corrupt(format!("{value} is not an instant: {e}")))
}

/// One row of an answer, columns in the order of the SELECT.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    fn wrong(&self, n: usize, wanted: &str) -> StoreError {
        StoreError::Corrupt(format!("column {n} is {:?}, not {wanted}", self.0.get(n)))
    }
    /// A text column.
    pub fn text(&self, n: usize) -> Result<&str, StoreError> {
        if let Some(Value::Text(text)) = self.0.get(n) { Ok(text) } else { Err(self.wrong(n, "text")) }
    }
    /// A text column that may be NULL.
    pub fn text_option(&self, n: usize) -> Result<Option<&str>, StoreError> {
        if let Some(Value::Null) = self.0.get(n) { Ok(None) } else { self.text(n).map(Some) }
    }
    /// An integer column.
    pub fn int(&self, n: usize) -> Result<i64, StoreError> {
        if let Some(Value::Int(value)) = self.0.get(n) { Ok(*value) } else { Err(self.wrong(n, "an integer")) }
    }
    /// A non-negative integer column.
    pub fn count(&self, n: usize) -> Result<u64, StoreError> {
        u64::try_from(self.int(n)?).map_err(|_| self.wrong(n, "a count"))
    }
    /// An instant column.
    pub fn instant(&self, n: usize) -> Result<Instant, StoreError> {
        from_micros(self.int(n)?)
    }
    /// An instant column that may be NULL.
    pub fn instant_option(&self, n: usize) -> Result<Option<Instant>, StoreError> {
        if let Some(Value::Null) = self.0.get(n) { Ok(None) } else { self.instant(n).map(Some) }
    }
    /// A bytes column.
    pub fn blob(&self, n: usize) -> Result<&[u8], StoreError> {
        if let Some(Value::Blob(bytes)) = self.0.get(n) { Ok(bytes) } else { Err(self.wrong(n, "bytes")) }
    }
    /// A JSON document column in its stored form.
    pub fn json<T: serde::de::DeserializeOwned>(&self, n: usize) -> Result<T, StoreError> {
        serde_json::from_str(self.text(n)?).map_err(|e| StoreError::Corrupt(format!("column {n}: {e}")))
    }
    /// A column in an id's or handle's text form.
    pub fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(&self, n: usize) -> Result<T, StoreError> {
        self.text(n)?.parse().map_err(|e| StoreError::Corrupt(format!("column {n}: {e}")))
    }
}

/// The entries of a list. One that cannot be understood is told loudly and left out: it must not hide the others from whoever is called at night,
/// nor keep them from being acted on. By itself, by its id, it is still an error.
pub(crate) fn sound<T>(rows: &[Row], list: &'static str, read: impl Fn(&Row) -> Result<T, StoreError>) -> Vec<T> {
    let entry = |row| match read(row) {
        Ok(entry) => Some(entry),
        Err(error) => {
            tracing::error!(list, %error, "stored data is damaged: left out of a list; run `nightbell verify`");
            None
        }
    };
    rows.iter().filter_map(entry).collect()
}

/// A transaction, or a reader's view.
pub trait Tx {
    /// Runs a statement; answers how many rows it touched.
    fn run(&mut self, sql: &'static str, values: &[Value]) -> Result<u64, StoreError>;
    /// Asks a question.
    fn rows(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError>;

    /// Runs a statement for whose answer nobody waits: a driver may send it with the next one, and what goes wrong with it is told then,
    /// or by [`Tx::flush`]. With `conflict` exactly one row must be touched, else that is the conflict.
    fn queue(&mut self, sql: &'static str, values: Vec<Value>, conflict: Option<String>) -> Result<(), StoreError> {
        let touched = self.run(sql, &values)?;
        conflict.filter(|_| touched != 1).map_or(Ok(()), |conflict| Err(StoreError::Conflict(conflict)))
    }

    /// Waits for what was queued. Who answers somebody, or decides between keeping and undoing, calls this before.
    fn flush(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// After rows were written with journal positions of their own (a restore): whatever is appended next follows the highest of them.
    /// SQLite looks by itself.
    fn positions_follow(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// An alert was said again in the same words: counted, and nothing else is written (ADR 0021). Whoever runs many units of work in one
    /// transaction may gather what they count until something asks for it or the transaction ends.
    fn count_repeats(&mut self, alert: AlertId, repeats: Repeats) -> Result<(), StoreError> {
        self.queue(signal::COUNT_REPEATS, signal::counted(alert, repeats), None)
    }

    /// What the writer remembers of its own journal; nothing where nobody writes.
    fn last_hashes(&mut self) -> Option<&mut LastHashes> {
        None
    }

    /// What this transaction knows already of alerts by their keys; nothing where nobody writes, or where asking costs next to nothing.
    fn known_alerts(&mut self) -> Option<&mut KnownAlerts> {
        None
    }

    /// For how many alerts units of work had better be looked at before the first of them runs, so that what all of them ask first is asked at
    /// once. 1 where a question costs no round trip.
    fn ahead_max(&self) -> usize {
        1
    }

    /// Asks for the alerts with these keys at once, so that they are known when a unit of work asks for each. Advice: a key that cannot be
    /// asked for like that is left to be asked for alone.
    fn ask_ahead(&mut self, _: &[(&IntegrationId, &str)]) -> Result<(), StoreError> {
        Ok(())
    }

    /// The only row, if there is one.
    fn row(&mut self, sql: &'static str, values: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values)?.into_iter().next())
    }
}

pub(crate) const BEGIN_PART: &str = "SAVEPOINT part";
pub(crate) const KEEP_PART: &str = "RELEASE SAVEPOINT part";
pub(crate) const UNDO_PART: &str = "ROLLBACK TO SAVEPOINT part";

/// Begins a part of a transaction that can be undone alone. Ends with [`keep_part`] or [`undo_part`], on every way out.
pub fn begin_part(tx: &mut dyn Tx) -> Result<(), StoreError> {
    tx.run(BEGIN_PART, &[]).map(drop)
}

/// The part's writes stay, as far as the transaction's do.
pub fn keep_part(tx: &mut dyn Tx) -> Result<(), StoreError> {
    tx.run(KEEP_PART, &[]).map(drop)
}

/// The part's writes are undone, alone.
pub fn undo_part(tx: &mut dyn Tx) -> Result<(), StoreError> {
    tx.run(UNDO_PART, &[])?;
    keep_part(tx)
}

/// Whether a statement begins a part or keeps one: what was gathered before it must be written first.
pub fn bounds_part(sql: &'static str) -> bool {
    sql == BEGIN_PART || sql == KEEP_PART
}

/// Whether a statement undoes a part.
pub fn undoes_part(sql: &'static str) -> bool {
    sql == UNDO_PART
}

/// What becomes of one operation in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its writes stay.
    Keep,
    /// Its writes are undone, alone.
    Undo,
}

/// One operation of a batch.
pub type WriteOp<'a> = &'a mut dyn FnMut(&mut dyn Tx) -> Verdict;

/// A database that can be written by its one writer.
pub trait Database: Send {
    /// One durable transaction for the whole batch, each operation undone alone when it says so or panics (its caller sees that
    /// no answer came). An operation whose statement failed must say `Undo`, and one that says `Keep` should have called [`Tx::flush`]:
    /// what fails only after its `Keep` fails the whole batch. `Ok` means every kept write is on disk; `Err` means none is.
    fn write(&mut self, batch: &mut [WriteOp<'_>]) -> Result<(), StoreError>;
    /// A consistent view, outside any batch; what would write is refused. A panic of the view goes on.
    fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError>;
}

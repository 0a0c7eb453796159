//! The journal: every event of every stream, in one total order, append-only and hash-chained per stream (INV-18).

use crate::tx::{Row, StoreError, Tx, Value};
use nightbell_domain::record::{Aggregate, Recorded};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// An event as it lies in the journal, undecoded.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalLine {
    /// Place in the total order.
    pub position: u64,
    /// `alert`, `page`, `incident`, `postmortem`.
    pub stream_kind: String,
    /// The aggregate's id.
    pub stream_id: String,
    /// Place in its stream.
    pub seq: u64,
    /// Microseconds UTC.
    pub at: i64,
    /// JSON.
    pub actor: String,
    /// Event kind.
    pub kind: String,
    /// JSON.
    pub body: String,
    /// SHA-256 of the predecessor's hash and everything above.
    pub hash: Vec<u8>,
}

pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// The hash of an event, given its predecessor's: of its stream's kind and id, its place and time, its actor, kind and body.
fn chained(previous: &[u8], stream: (&str, &str), (seq, at): (u64, i64), said: [&str; 3]) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    let (seq, at) = (seq.to_string(), at.to_string());
    for part in [stream.0, stream.1, &seq, &at, said[0], said[1], said[2]] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_vec()
}

impl JournalLine {
    /// What its hash must be, given its predecessor's. Every part is preceded by its length, so that no two lines can share a text.
    pub fn expected_hash(&self, previous: &[u8]) -> Vec<u8> {
        let Self { stream_kind, stream_id, seq, at, actor, kind, body, .. } = self;
        chained(previous, (stream_kind, stream_id), (*seq, *at), [actor, kind, body])
    }

    pub(crate) fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            position: row.count(0)?,
            stream_kind: row.text(1)?.to_owned(),
            stream_id: row.text(2)?.to_owned(),
            seq: row.count(3)?,
            at: row.int(4)?,
            actor: row.text(5)?.to_owned(),
            kind: row.text(6)?.to_owned(),
            body: row.text(7)?.to_owned(),
            hash: row.blob(8)?.to_vec(),
        })
    }

    /// The event in its domain form.
    pub fn decode<E: serde::de::DeserializeOwned>(&self) -> Result<Recorded<E>, StoreError> {
        let corrupt = |e: serde_json::Error| {
            StoreError::Corrupt(format!("{} {} event {}: {e}", self.stream_kind, self.stream_id, self.seq))
        };
        Ok(Recorded {
            seq: self.seq,
            at: crate::tx::from_micros(self.at)?,
            actor: serde_json::from_str(&self.actor).map_err(corrupt)?,
            event: serde_json::from_str(&self.body).map_err(corrupt)?,
        })
    }
}

/// Appends one event. Its position is drawn by the database; nobody waits for it.
pub(crate) const APPEND: &str = "INSERT INTO event (stream_kind, stream_id, seq, at, actor, kind, body, hash) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
/// The hash an event of a stream must chain to.
pub(crate) const HASH_AT: &str = "SELECT hash FROM event WHERE stream_kind = $1 AND stream_id = $2 AND seq = $3";
/// A whole stream.
pub(crate) const STREAM: &str = "SELECT position, stream_kind, stream_id, seq, at, actor, kind, body, hash FROM event \
     WHERE stream_kind = $1 AND stream_id = $2 ORDER BY seq";
/// The journal after a position.
pub(crate) const AFTER: &str = "SELECT position, stream_kind, stream_id, seq, at, actor, kind, body, hash FROM event \
     WHERE position > $1 ORDER BY position LIMIT $2";
/// The newest position.
pub(crate) const HEAD: &str = "SELECT COALESCE(MAX(position), 0) FROM event";
/// Every stream of a kind.
pub(crate) const STREAMS: &str = "SELECT DISTINCT stream_id FROM event WHERE stream_kind = $1 ORDER BY stream_id";

/// Most streams whose last hash is remembered. A stream in use is found again; one that is not costs a question.
const LAST_HASHES_MAX: usize = 8_192;

/// The last hash of the streams that this writer appended to, so that it need not ask for what it wrote itself. The hash of a place in a
/// stream never changes, so what is remembered stays true whoever else writes; only what is undone must be forgotten.
#[derive(Debug, Default)]
pub struct LastHashes(HashMap<(&'static str, String), (u64, Vec<u8>)>);

impl LastHashes {
    fn at(&self, kind: &'static str, key: &str, seq: u64) -> Option<Vec<u8>> {
        let (known, hash) = self.0.get(&(kind, key.to_owned()))?;
        (*known == seq).then(|| hash.clone())
    }

    fn keep(&mut self, kind: &'static str, key: &str, seq: u64, hash: Vec<u8>) {
        if self.0.len() >= LAST_HASHES_MAX {
            self.0.clear();
        }
        self.0.insert((kind, key.to_owned()), (seq, hash));
    }

    /// Something was undone, or may have been.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }
}

/// The hash that the first new event of a stream chains to.
fn previous_hash(tx: &mut dyn Tx, kind: &'static str, key: &str, seq: u64) -> Result<Vec<u8>, StoreError> {
    if seq == 0 {
        return Ok(GENESIS.to_vec());
    }
    if let Some(known) = tx.last_hashes().and_then(|known| known.at(kind, key, seq)) {
        return Ok(known);
    }
    let found = tx.row(HASH_AT, &[kind.into(), key.into(), seq.into()])?;
    let found = found.ok_or_else(|| StoreError::Corrupt(format!("{kind} {key} has no event {seq}")))?;
    found.blob(0).map(<[u8]>::to_vec)
}

/// Appends the events of one commit to their stream.
pub fn append<A: Aggregate>(tx: &mut dyn Tx, key: &str, events: &[Recorded<A::Event>]) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(()) };
    let mut previous = previous_hash(tx, A::KIND, key, first.seq - 1)?;
    for event in events {
        let encode = |e: serde_json::Error| StoreError::Corrupt(format!("an event cannot be written as JSON: {e}"));
        let (seq, at, kind) = (event.seq, crate::tx::micros(event.at), A::event_kind(&event.event));
        let actor = serde_json::to_string(&event.actor).map_err(encode)?;
        let body = serde_json::to_string(&event.event).map_err(encode)?;
        previous = chained(&previous, (A::KIND, key), (seq, at), [&actor, kind, &body]);
        let values: Vec<Value> = vec![
            A::KIND.into(),
            key.into(),
            seq.into(),
            at.into(),
            actor.into(),
            kind.into(),
            body.into(),
            previous.clone().into(),
        ];
        tx.queue(APPEND, values, None)?;
    }
    if let Some(known) = tx.last_hashes() {
        known.keep(A::KIND, key, last.seq, previous);
    }
    Ok(())
}

/// The newest position; 0 for an empty journal.
pub fn head(tx: &mut dyn Tx) -> Result<u64, StoreError> {
    tx.row(HEAD, &[])?.map_or(Ok(0), |row| row.count(0))
}

/// The lines after a position, oldest first.
pub fn after(tx: &mut dyn Tx, position: u64, lines_max: u32) -> Result<Vec<JournalLine>, StoreError> {
    tx.rows(AFTER, &[position.into(), lines_max.into()])?.iter().map(JournalLine::read).collect()
}

/// A whole stream, decoded.
pub fn stream<A: Aggregate>(tx: &mut dyn Tx, key: &str) -> Result<Vec<Recorded<A::Event>>, StoreError> {
    raw_stream(tx, A::KIND, key)?.iter().map(JournalLine::decode).collect()
}

/// A whole stream, undecoded.
pub fn raw_stream(tx: &mut dyn Tx, kind: &str, key: &str) -> Result<Vec<JournalLine>, StoreError> {
    tx.rows(STREAM, &[kind.into(), key.into()])?.iter().map(JournalLine::read).collect()
}

/// The ids of every stream of a kind.
pub fn streams(tx: &mut dyn Tx, kind: &str) -> Result<Vec<String>, StoreError> {
    tx.rows(STREAMS, &[kind.into()])?.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

/// Proves a stream: contiguous, in order, chained, decodable, and folding to the stored row, columns and body. Answers the number of
/// events or what is wrong; damage is an answer, not an error, so that a caller goes on to the next stream.
pub fn verify<A: crate::Stored>(tx: &mut dyn Tx, key: &str) -> Result<Result<usize, String>, StoreError> {
    let proof = raw_stream(tx, A::KIND, key)
        .and_then(|lines| crate::proof::prove::<A>(&lines, tx.row(A::LOAD, &[key.into()])?.as_ref()));
    let wrong = |what: String| Ok(Err(format!("{} {key}: {what}", A::KIND)));
    match proof {
        Ok(Ok(count)) => Ok(Ok(count)),
        Ok(Err(what)) | Err(StoreError::Corrupt(what)) => wrong(what),
        Err(e) => Err(e),
    }
}

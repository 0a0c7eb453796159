//! The oracle's own fold of every stream, one event at a time: contiguous, chained, decodable, and equal to the row that is stored (INV-18).

use nightbell_engine::domain::{
    ids::PageId,
    learning::Postmortem,
    paging::{Page, PageEvent},
    record::{Aggregate, Recorded},
    response::Incident,
    signal::Alert,
};
use nightbell_store::{StoreError, Stored, Tx, journal::JournalLine};
use std::collections::BTreeMap;

/// What a line was about, for whoever judges it.
pub enum Followed {
    /// A page: as it was before, and what happened to it.
    Page(Box<(Option<Page>, Recorded<PageEvent>)>),
    /// Something else.
    Other,
}

/// One stream so far.
struct Stream<A> {
    state: A,
    hash: Vec<u8>,
}

/// Every stream of a kind.
struct Shelf<A>(BTreeMap<String, Stream<A>>);

impl<A> Default for Shelf<A> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

const GENESIS: [u8; 32] = [0; 32];

impl<A: Stored> Shelf<A> {
    fn take(&mut self, line: &JournalLine) -> Result<(Option<A>, Recorded<A::Event>), String> {
        let wrong = |what: String| format!("INV-18: {} {}: {what}", line.stream_kind, line.stream_id);
        let before = self.0.get(&line.stream_id);
        let expected = before.map_or(0, |stream| stream.state.version()) + 1;
        if line.seq != expected {
            return Err(wrong(format!("a follower of the journal was told event {} instead of {expected}", line.seq)));
        }
        if line.hash != line.expected_hash(before.map_or(&GENESIS, |stream| &stream.hash)) {
            return Err(wrong(format!("the hash of event {} does not match", line.seq)));
        }
        let event: Recorded<A::Event> = line.decode().map_err(|e| wrong(e.to_string()))?;
        let before = before.map(|stream| stream.state.clone());
        let after = A::evolve(before.clone(), &event);
        let state = after.ok_or_else(|| wrong(format!("event {} cannot come at its place", line.seq)))?;
        self.0.insert(line.stream_id.clone(), Stream { state, hash: line.hash.clone() });
        Ok((before, event))
    }

    fn check_row(&self, tx: &mut dyn Tx, id: &str) -> Result<Result<(), String>, StoreError> {
        let Some(stream) = self.0.get(id) else { return Ok(Err(format!("{} {id} has no events", A::KIND))) };
        let Some(row) = tx.row(A::LOAD, &[id.into()])? else { return Ok(Err(format!("{} {id} has no row", A::KIND))) };
        let last = row.0.len().saturating_sub(1);
        let stored: A = row.json(last)?;
        if stored != stream.state {
            return Ok(Err(format!("{} {id}: its row differs from the fold of its events", A::KIND)));
        }
        if stored.values(row.text(last)?.to_owned()) != row.0 {
            return Ok(Err(format!("{} {id}: the columns of its row differ from its body", A::KIND)));
        }
        Ok(Ok(()))
    }
}

/// Every stream.
#[derive(Default)]
pub struct Folds {
    alerts: Shelf<Alert>,
    pages: Shelf<Page>,
    incidents: Shelf<Incident>,
    postmortems: Shelf<Postmortem>,
}

impl Folds {
    /// Folds one more line.
    pub fn take(&mut self, line: &JournalLine) -> Result<Followed, String> {
        match line.stream_kind.as_str() {
            Alert::KIND => self.alerts.take(line).map(|_| Followed::Other),
            Page::KIND => self.pages.take(line).map(|page| Followed::Page(Box::new(page))),
            Incident::KIND => self.incidents.take(line).map(|_| Followed::Other),
            Postmortem::KIND => self.postmortems.take(line).map(|_| Followed::Other),
            other => Err(format!("a stream of unknown kind {other}")),
        }
    }

    /// Whether the row is what the events say.
    pub fn check_row(&self, tx: &mut dyn Tx, kind: &str, id: &str) -> Result<Result<(), String>, StoreError> {
        match kind {
            Alert::KIND => self.alerts.check_row(tx, id),
            Page::KIND => self.pages.check_row(tx, id),
            Incident::KIND => self.incidents.check_row(tx, id),
            Postmortem::KIND => self.postmortems.check_row(tx, id),
            other => Ok(Err(format!("a stream of unknown kind {other}"))),
        }
    }

    /// Every page, as its events say.
    pub fn pages(&self) -> impl Iterator<Item = &Page> {
        self.pages.0.values().map(|stream| &stream.state)
    }

    /// One page.
    pub fn page(&self, id: PageId) -> Option<&Page> {
        self.pages.0.get(&id.to_string()).map(|stream| &stream.state)
    }

    /// One incident.
    pub fn incident(&self, id: &str) -> Option<&Incident> {
        self.incidents.0.get(id).map(|stream| &stream.state)
    }
}

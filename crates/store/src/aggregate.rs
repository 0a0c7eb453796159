//! The commit of one aggregate: events appended and state row written together, under the expected version. The only way in which a
//! streamed row changes.

use crate::{
    journal,
    tx::{Row, StoreError, Tx, Value},
};
use nightbell_domain::record::{Actor, Aggregate, Instant, Recorded, to_microsecond};

/// How an aggregate's row is written and read: literal statements, explicit columns.
pub trait Stored: Aggregate {
    /// Inserts the row. Values: those of [`Stored::values`].
    const INSERT: &'static str;
    /// Updates the row where id is `$1` and the version is the last value.
    const UPDATE: &'static str;
    /// Answers the columns of id `$1`, in the order of [`Stored::values`].
    const LOAD: &'static str;
    /// Values in the order of INSERT; the first two are id and version, the last is the body.
    fn values(&self, body: String) -> Vec<Value>;
    /// The places in [`Stored::values`] that say nothing in this row: a version that did not know them wrote or changed it last. Every write of
    /// ours fills them.
    fn says_nothing_in(&self, _: &Row) -> &'static [usize] {
        &[]
    }
    /// Told of each state as it is written, for what the transaction remembers.
    fn written(&self, _: &mut dyn Tx) {}
}

/// The aggregate, if there is one.
pub fn load<A: Stored>(tx: &mut dyn Tx, key: &str) -> Result<Option<A>, StoreError> {
    tx.row(A::LOAD, &[key.into()])?.as_ref().map(state).transpose()
}

/// The state in a row that [`Stored::LOAD`] answered.
pub(crate) fn state<A: Stored>(row: &Row) -> Result<A, StoreError> {
    row.json(row.0.len().saturating_sub(1))
}

/// Folds `events` onto `before`, appends them and writes the row. Answers the new state.
/// A version that moved meanwhile is a conflict, told now or by [`Tx::flush`]; nothing to record is no write at all.
pub fn commit<A: Stored>(
    tx: &mut dyn Tx,
    before: Option<A>,
    events: Vec<A::Event>,
    at: Instant,
    actor: &Actor,
) -> Result<Option<A>, StoreError> {
    commit_by(tx, before, events.into_iter().map(|event| (event, actor.clone())).collect(), at)
}

/// The same where not all events have the same author: somebody starts what the house then goes on with.
pub fn commit_by<A: Stored>(
    tx: &mut dyn Tx,
    before: Option<A>,
    events: Vec<(A::Event, Actor)>,
    at: Instant,
) -> Result<Option<A>, StoreError> {
    if events.is_empty() {
        return Ok(before);
    }
    let expected = before.as_ref().map_or(0, Aggregate::version);
    let at = to_microsecond(at);
    let recorded: Vec<Recorded<A::Event>> =
        (expected + 1..).zip(events).map(|(seq, (event, actor))| Recorded { seq, at, actor, event }).collect();
    let mut state = before;
    for event in &recorded {
        state = A::evolve(state, event);
        // A decision produced an event that its own fold refuses: a fault of ours, caught before anything is written.
        assert!(state.is_some(), "{} cannot fold {}", A::KIND, A::event_kind(&event.event));
    }
    let Some(after) = state else { return Ok(None) };
    let key = after.key();
    let body = serde_json::to_string(&after)
        .map_err(|e| StoreError::Corrupt(format!("{} {key} cannot be written as JSON: {e}", A::KIND)))?;
    let mut values = after.values(body);
    let moved = Some(format!("{} {key} is not at version {expected} any more", A::KIND));
    if expected == 0 {
        tx.queue(A::INSERT, values, moved)?;
    } else {
        values.push(expected.into());
        tx.queue(A::UPDATE, values, moved)?;
    }
    journal::append::<A>(tx, &key, &recorded)?;
    after.written(tx);
    Ok(Some(after))
}

//! What waits, in the order of its alarms and a piece at a time, with what tells whether it may have been armed by a clock that was ahead
//! (INV-13). Decides nothing: which alarm is armed anew, and when it rings, is `domain::paging::clock_step`'s matter.

use crate::tx::{Row, StoreError, Tx, Value};
use nightbell_domain::{ids::PageId, limits, paging::Rank, record::Instant};

/// Each with the time of the newest event that may have set its alarm.
pub(crate) const PAGES_AFTER: &str = "SELECT id, next_due_at, id, (SELECT e.at FROM event e WHERE e.stream_kind = 'page' AND e.stream_id = page.id \
     AND e.kind <> 'attempted' ORDER BY e.seq DESC LIMIT 1) FROM page \
     WHERE rank = $1 AND next_due_at >= $2 AND (next_due_at > $2 OR id > $3) ORDER BY next_due_at, id LIMIT $4";
/// Each with the latest time of anything that happened to its page, or with its alarm when that is a lease.
pub(crate) const MESSAGES_AFTER: &str = "SELECT id, next_due_at, page, CASE WHEN status = 'sending' THEN next_due_at - $5 ELSE (SELECT MAX(e.at) FROM event e \
     WHERE e.stream_kind = 'page' AND e.stream_id = notification.page) END FROM notification \
     WHERE rank = $1 AND next_due_at >= $2 AND (next_due_at > $2 OR id > $3) ORDER BY next_due_at, id LIMIT $4";

/// A place in the order of alarms: the time of one, and whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The alarm.
    pub due_at: Instant,
    /// The row's id; empty before the first of that time.
    pub id: String,
}

/// Something that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its place.
    pub place: Place,
    /// The page, or the page of the message.
    pub page: PageId,
    /// Its alarm was armed no later than that.
    pub armed_by: Option<Instant>,
}

fn read(row: &Row) -> Result<Waiting, StoreError> {
    let place = Place { due_at: row.instant(1)?, id: row.text(0)?.to_owned() };
    Ok(Waiting { place, page: row.parse(2)?, armed_by: row.instant_option(3)? })
}

/// Pages of a rank that wait beyond a place.
pub fn pages(tx: &mut dyn Tx, rank: Rank, after: &Place, count_max: u32) -> Result<Vec<Waiting>, StoreError> {
    let values: [Value; 4] = [rank.into(), after.due_at.into(), after.id.as_str().into(), count_max.into()];
    tx.rows(PAGES_AFTER, &values)?.iter().map(read).collect()
}

/// Messages of a rank that wait beyond a place.
pub fn messages(tx: &mut dyn Tx, rank: Rank, after: &Place, count_max: u32) -> Result<Vec<Waiting>, StoreError> {
    let lease_us = i64::try_from(limits::SENDING_LEASE.as_micros()).unwrap_or(i64::MAX);
    let values: [Value; 5] =
        [rank.into(), after.due_at.into(), after.id.as_str().into(), count_max.into(), Value::Int(lease_us)];
    tx.rows(MESSAGES_AFTER, &values)?.iter().map(read).collect()
}

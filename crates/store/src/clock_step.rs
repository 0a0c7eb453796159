//! What waits, in the order of its alarms and a piece at a time, with what tells whether it may have been armed by a clock that was ahead
//! (INV-13). Decides nothing: which alarm is armed anew, and when it rings, is `domain::paging::clock_step`'s matter.
//!
//! Of a page's stream the newest 64 events are looked at, however long it is: a message that is tried again for ever leaves hundreds of them a
//! day. What is older was looked at when the clock was set back, or is followed by 64 attempts that a right clock has seen.

use crate::tx::{Row, StoreError, Tx, Value, from_micros, micros, sound};
use jiff::SignedDuration;
use nightbell_domain::{ids::PageId, limits, paging::Rank, record::Instant};

/// Each with the time of the newest event that may have set its alarm; with the latest time of all of them, when none of them may.
pub(crate) const PAGES_AFTER: &str = "SELECT id, next_due_at, id, COALESCE(\
     (SELECT e.at FROM event e WHERE e.stream_kind = 'page' AND e.stream_id = page.id AND e.seq > page.version - 64 \
     AND e.kind <> 'attempted' ORDER BY e.seq DESC LIMIT 1), \
     (SELECT MAX(e.at) FROM event e WHERE e.stream_kind = 'page' AND e.stream_id = page.id AND e.seq > page.version - 64)) FROM page \
     WHERE rank = $1 AND next_due_at >= $2 AND (next_due_at > $2 OR id > $3) ORDER BY next_due_at, id LIMIT $4";
/// Acknowledged pages that wait to ring again, the same way.
pub(crate) const WAKES_AFTER: &str = "SELECT id, wake_at, id, COALESCE(\
     (SELECT e.at FROM event e WHERE e.stream_kind = 'page' AND e.stream_id = page.id AND e.seq > page.version - 64 \
     AND e.kind <> 'attempted' ORDER BY e.seq DESC LIMIT 1), \
     (SELECT MAX(e.at) FROM event e WHERE e.stream_kind = 'page' AND e.stream_id = page.id AND e.seq > page.version - 64)) FROM page \
     WHERE rank = $1 AND wake_at >= $2 AND (wake_at > $2 OR id > $3) ORDER BY wake_at, id LIMIT $4";
/// Each with the latest time of what happened to its page since all its alarms were looked at last, and with how early a lease, a retry or a bundle
/// that ends then began at the earliest: that it was held back to go along with another is told by no event.
pub(crate) const MESSAGES_AFTER: &str = "SELECT id, next_due_at, page, CASE WHEN status = 'sending' THEN next_due_at - $5 WHEN attempts > 0 THEN next_due_at - $6 \
     WHEN next_due_at <> due_at THEN next_due_at - $7 END, CASE WHEN status = 'sending' THEN NULL ELSE (SELECT MAX(e.at) FROM event e \
     WHERE e.stream_kind = 'page' AND e.stream_id = notification.page AND e.seq >= COALESCE(\
     (SELECT r.seq FROM event r WHERE r.stream_kind = 'page' AND r.stream_id = notification.page AND r.kind = 'rescheduled' \
     AND r.seq > (SELECT p.version FROM page p WHERE p.id = notification.page) - 64 ORDER BY r.seq DESC LIMIT 1), \
     (SELECT p.version FROM page p WHERE p.id = notification.page) - 63)) END FROM notification \
     WHERE rank = $1 AND next_due_at >= $2 AND (next_due_at > $2 OR id > $3) ORDER BY next_due_at, id LIMIT $4";

/// A place in the order of alarms: the time of one, and whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Microseconds, as stored: the place of a row that cannot be understood is a place.
    due_at_us: i64,
    id: String,
}

impl Place {
    /// Before the first alarm of an instant.
    pub fn before(at: Instant) -> Self {
        Self { due_at_us: micros(at), id: String::new() }
    }

    fn of(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { due_at_us: row.int(1)?, id: row.text(0)?.to_owned() })
    }
}

/// Something that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its place.
    pub place: Place,
    /// The page, or the page of the message.
    pub page: PageId,
    /// The latest of what tells when its alarm was armed.
    pub armed_by: Option<Instant>,
}

/// What waits beyond a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What can be understood of it; what cannot was told loudly.
    pub sound: Vec<Waiting>,
    /// How many rows there were.
    pub count: u32,
    /// The place of the last of them.
    pub last: Option<Place>,
}

fn read(row: &Row) -> Result<Waiting, StoreError> {
    let place = Place::of(row)?;
    from_micros(place.due_at_us)?;
    let armed_by = (3..row.0.len()).map(|n| row.instant_option(n)).collect::<Result<Vec<_>, _>>()?;
    Ok(Waiting { place, page: row.parse(2)?, armed_by: armed_by.into_iter().max().flatten() })
}

fn piece(rows: &[Row], list: &'static str) -> Result<Piece, StoreError> {
    let last = rows.last().map(Place::of).transpose()?;
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    Ok(Piece { sound: sound(rows, list, read), count, last })
}

/// Pages of a rank that wait beyond a place.
pub fn pages(tx: &mut dyn Tx, rank: Rank, after: &Place, count_max: u32) -> Result<Piece, StoreError> {
    let values: [Value; 4] = [rank.into(), after.due_at_us.into(), after.id.as_str().into(), count_max.into()];
    piece(&tx.rows(PAGES_AFTER, &values)?, "pages that wait")
}

/// Acknowledged pages of a rank that wait to ring again, beyond a place.
pub fn wakes(tx: &mut dyn Tx, rank: Rank, after: &Place, count_max: u32) -> Result<Piece, StoreError> {
    let values: [Value; 4] = [rank.into(), after.due_at_us.into(), after.id.as_str().into(), count_max.into()];
    piece(&tx.rows(WAKES_AFTER, &values)?, "acknowledged pages that wait")
}

/// Messages of a rank that wait beyond a place.
pub fn messages(tx: &mut dyn Tx, rank: Rank, after: &Place, count_max: u32) -> Result<Piece, StoreError> {
    let longest = |wait: SignedDuration| Value::Int(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX));
    let [lease, retry, bundle] = [limits::SENDING_LEASE, limits::RETRY_WITHIN, limits::BUNDLE_WITHIN].map(longest);
    let after_id = after.id.as_str().into();
    let values: [Value; 7] = [rank.into(), after.due_at_us.into(), after_id, count_max.into(), lease, retry, bundle];
    piece(&tx.rows(MESSAGES_AFTER, &values)?, "messages that wait")
}

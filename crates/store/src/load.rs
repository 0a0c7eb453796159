//! What people carried: who was rung, and when. Read for the load view alone; decides nothing.

use crate::tx::{StoreError, Tx};
use nightbell_domain::{
    ids::{NotificationId, PageId, UserId},
    record::Instant,
};

// Ids begin with the time they were made at, so a span of them is a span of time.
pub(crate) const RUNG: &str = "SELECT user_id, page, due_at FROM notification \
     WHERE id >= $1 AND id < $2 AND kind = 'page' AND attempts > 0 ORDER BY id LIMIT $3";

/// One message of a page to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Who.
    pub user: UserId,
    /// For which page.
    pub page: PageId,
    /// When it was due.
    pub at: Instant,
}

/// Everybody who was rung by messages that were made in `[from, to)`, in order of time.
pub fn rung(tx: &mut dyn Tx, from: Instant, to: Instant, count_max: u32) -> Result<Vec<Rung>, StoreError> {
    let values = [first_id(from).into(), first_id(to).into(), i64::from(count_max).into()];
    let read = |row: &crate::Row| Ok(Rung { user: row.parse(0)?, page: row.parse(1)?, at: row.instant(2)? });
    tx.rows(RUNG, &values)?.iter().map(read).collect()
}

/// Sorts before every id that was made at that instant or later.
fn first_id(at: Instant) -> String {
    let millis = u64::try_from(at.as_millisecond()).unwrap_or(0).min((1 << 48) - 1);
    format!("{}_{millis:012x}", NotificationId::PREFIX)
}

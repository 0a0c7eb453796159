//! Canaries: the only pages whose stream may be forgotten, because nothing in it happened to anybody (ADR 0019).

use crate::{
    journal,
    tx::{StoreError, Tx},
};
use nightbell_domain::{ids::PageId, paging::Page};

/// The subject of a canary's page.
pub(crate) const SUBJECT: &str = "canary";

pub(crate) const OF_CANARIES: &str = "SELECT body FROM page WHERE subject = 'canary' ORDER BY id LIMIT $1";
pub(crate) const WAITING: &str =
    "SELECT body FROM page WHERE subject = 'canary' AND status <> 'ended' ORDER BY id LIMIT $1";
pub(crate) const NEWEST_LINE: &str = "SELECT MAX(position) FROM event WHERE stream_kind = 'page' AND stream_id = $1";
pub(crate) const FORGET_ATTEMPTS: &str =
    "DELETE FROM attempt WHERE notification IN (SELECT id FROM notification WHERE page = $1)";
pub(crate) const FORGET_NOTIFICATIONS: &str = "DELETE FROM notification WHERE page = $1";
pub(crate) const FORGET_PAGE: &str = "DELETE FROM page WHERE id = $1 AND subject = 'canary' AND status = 'ended'";
pub(crate) const FORGET_STREAM: &str = "DELETE FROM event WHERE stream_kind = 'page' AND stream_id = $1";

/// Every canary that is kept, oldest first.
pub fn all(tx: &mut dyn Tx, count_max: u32) -> Result<Vec<Page>, StoreError> {
    tx.rows(OF_CANARIES, &[count_max.into()])?.iter().map(|row| row.json(0)).collect()
}

/// Those that have not ended.
pub fn waiting(tx: &mut dyn Tx, count_max: u32) -> Result<Vec<Page>, StoreError> {
    tx.rows(WAITING, &[count_max.into()])?.iter().map(|row| row.json(0)).collect()
}

/// Forgets a canary that ended, with everything it left; false when it must be kept. The newest line of the journal always is: its position says
/// how far this database has been.
pub fn forget(tx: &mut dyn Tx, id: PageId) -> Result<bool, StoreError> {
    let key = [id.to_string().into()];
    let newest = tx.row(NEWEST_LINE, &key)?.map_or(Ok(0), |row| row.count(0))?;
    if newest >= journal::head(tx)? {
        return Ok(false);
    }
    tx.run(FORGET_ATTEMPTS, &key)?;
    tx.run(FORGET_NOTIFICATIONS, &key)?;
    if tx.run(FORGET_PAGE, &key)? != 1 {
        return Err(StoreError::Corrupt(format!("page {id} is no canary that ended, and was to be forgotten")));
    }
    tx.run(FORGET_STREAM, &key)?;
    Ok(true)
}

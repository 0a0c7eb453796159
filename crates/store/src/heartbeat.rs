//! Heartbeats: when each was last heard, and when its absence is an alert. A heartbeat that was never heard has no row.

use crate::tx::{Row, StoreError, Tx, sound};
use nightbell_domain::{ids::IntegrationId, record::Instant};

pub(crate) const HEARD: &str = "INSERT INTO heartbeat (integration, seen_at, status, next_due_at) VALUES ($1, $2, 'beating', $3) \
     ON CONFLICT (integration) DO UPDATE SET seen_at = excluded.seen_at, status = excluded.status, next_due_at = excluded.next_due_at";
pub(crate) const ONE: &str = "SELECT integration, seen_at, next_due_at FROM heartbeat WHERE integration = $1";
pub(crate) const ALL: &str = "SELECT integration, seen_at, next_due_at FROM heartbeat ORDER BY integration";
pub(crate) const DUE: &str = "SELECT integration FROM heartbeat WHERE next_due_at IS NOT NULL AND next_due_at <= $1 \
     ORDER BY next_due_at, integration LIMIT $2";
pub(crate) const AWAIT: &str = "UPDATE heartbeat SET next_due_at = $2 WHERE integration = $1 AND status = 'beating'";
pub(crate) const MISSED: &str =
    "UPDATE heartbeat SET status = 'absent', next_due_at = NULL WHERE integration = $1 AND status = 'beating'";
pub(crate) const FORGET: &str = "DELETE FROM heartbeat WHERE integration = $1";

/// A heartbeat that was heard at least once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Whose.
    pub integration: IntegrationId,
    /// When it was last heard.
    pub seen_at: Instant,
    /// When it is missed; `None`: it is, and an alert says so.
    pub next_due_at: Option<Instant>,
}

fn read(row: &Row) -> Result<Heard, StoreError> {
    Ok(Heard { integration: row.parse(0)?, seen_at: row.instant(1)?, next_due_at: row.instant_option(2)? })
}

/// It was heard; its absence is looked for at `next_due_at`.
pub fn heard(tx: &mut dyn Tx, id: &IntegrationId, at: Instant, next_due_at: Instant) -> Result<(), StoreError> {
    tx.queue(HEARD, vec![id.as_str().into(), at.into(), next_due_at.into()], None)
}

/// One, if it was ever heard.
pub fn one(tx: &mut dyn Tx, id: &IntegrationId) -> Result<Option<Heard>, StoreError> {
    tx.row(ONE, &[id.as_str().into()])?.as_ref().map(read).transpose()
}

/// Every one that was ever heard, by handle; one that is damaged is told and left out.
pub fn all(tx: &mut dyn Tx) -> Result<Vec<Heard>, StoreError> {
    Ok(sound(&tx.rows(ALL, &[])?, "heartbeats", read))
}

/// Whose alarm rang, most overdue first.
pub fn due(tx: &mut dyn Tx, now: Instant, count_max: u32) -> Result<Vec<IntegrationId>, StoreError> {
    tx.rows(DUE, &[now.into(), count_max.into()])?.iter().map(|row| row.parse(0)).collect()
}

/// It is looked for again at another time; nothing happens to one that is missed already.
pub fn wait(tx: &mut dyn Tx, id: &IntegrationId, next_due_at: Instant) -> Result<(), StoreError> {
    tx.queue(AWAIT, vec![id.as_str().into(), next_due_at.into()], None)
}

/// It is missed; true for the one caller that says so first.
pub fn missed(tx: &mut dyn Tx, id: &IntegrationId) -> Result<bool, StoreError> {
    tx.run(MISSED, &[id.as_str().into()]).map(|touched| touched == 1)
}

/// There is no such heartbeat any more.
pub fn forget(tx: &mut dyn Tx, id: &IntegrationId) -> Result<(), StoreError> {
    tx.queue(FORGET, vec![id.as_str().into()], None)
}

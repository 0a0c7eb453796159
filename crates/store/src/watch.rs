//! What the watch looks at: everything that waits with an alarm, counted from the indexes of the alarms alone.

use crate::tx::{StoreError, Tx};
use nightbell_domain::record::Instant;

/// Pages, those that are acknowledged and may ring again, notifications, incidents, postmortems, heartbeats: how many wait, how many since before `$1`, and the earliest alarm.
pub(crate) const ALARMS: &str = "SELECT 'page' AS kind, COUNT(*), COUNT(CASE WHEN next_due_at <= $1 THEN 1 END), MIN(next_due_at) \
       FROM page WHERE next_due_at IS NOT NULL \
     UNION ALL SELECT 'acknowledged page', COUNT(*), COUNT(CASE WHEN wake_at <= $1 THEN 1 END), MIN(wake_at) \
       FROM page WHERE wake_at IS NOT NULL \
     UNION ALL SELECT 'notification', COUNT(*), COUNT(CASE WHEN next_due_at <= $1 THEN 1 END), MIN(next_due_at) \
       FROM notification WHERE next_due_at IS NOT NULL \
     UNION ALL SELECT 'incident', COUNT(*), COUNT(CASE WHEN next_due_at <= $1 THEN 1 END), MIN(next_due_at) \
       FROM incident WHERE next_due_at IS NOT NULL \
     UNION ALL SELECT 'postmortem', COUNT(*), COUNT(CASE WHEN next_due_at <= $1 THEN 1 END), MIN(next_due_at) \
       FROM postmortem WHERE next_due_at IS NOT NULL \
     UNION ALL SELECT 'heartbeat', COUNT(*), COUNT(CASE WHEN next_due_at <= $1 THEN 1 END), MIN(next_due_at) \
       FROM heartbeat WHERE next_due_at IS NOT NULL";

/// The same kinds: how many wait since before `$1`, and since when. Touches nothing but what is overdue, however much waits.
pub(crate) const OVERDUE: &str = "SELECT 'page' AS kind, COUNT(*), MIN(next_due_at) FROM page WHERE rank IN (0, 1, 2, 3, 4) AND next_due_at <= $1 \
     UNION ALL SELECT 'acknowledged page', COUNT(*), MIN(wake_at) FROM page WHERE rank IN (0, 1, 2, 3, 4) AND wake_at <= $1 \
     UNION ALL SELECT 'notification', COUNT(*), MIN(next_due_at) FROM notification WHERE rank IN (0, 1, 2, 3, 4) AND next_due_at <= $1 \
     UNION ALL SELECT 'incident', COUNT(*), MIN(next_due_at) FROM incident WHERE next_due_at IS NOT NULL AND next_due_at <= $1 \
     UNION ALL SELECT 'postmortem', COUNT(*), MIN(next_due_at) FROM postmortem WHERE next_due_at IS NOT NULL AND next_due_at <= $1 \
     UNION ALL SELECT 'heartbeat', COUNT(*), MIN(next_due_at) FROM heartbeat WHERE next_due_at IS NOT NULL AND next_due_at <= $1";

/// Acknowledgements of people's pages after a place in the journal, with the page's first event. The kind of stream is hidden from the planner:
/// it must walk from the place on, not through every page's stream there ever was.
pub(crate) const ACKNOWLEDGED: &str = "SELECT taken.position, began.at, taken.at FROM event taken \
     JOIN event began ON began.stream_kind = 'page' AND began.stream_id = taken.stream_id AND began.seq = 1 \
     JOIN page ON page.id = taken.stream_id AND page.subject NOT IN ('canary', 'proof') \
     WHERE taken.position > $1 AND taken.stream_kind || '' = 'page' AND taken.kind = 'acknowledged' ORDER BY taken.position LIMIT $2";

/// What waits, of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarms {
    /// `page`, `acknowledged page`, `notification`, `incident`, `postmortem`, `heartbeat`.
    pub kind: String,
    /// How many wait.
    pub waiting: u64,
    /// How many should have been looked at before the instant asked for.
    pub overdue: u64,
    /// The earliest alarm.
    pub next_due_at: Option<Instant>,
}

/// What should have been looked at by `before`: kind, how many, and the earliest alarm. Kinds of which nothing is overdue are left out.
pub fn overdue(tx: &mut dyn Tx, before: Instant) -> Result<Vec<(String, u64, Instant)>, StoreError> {
    let rows = tx.rows(OVERDUE, &[before.into()])?;
    let mut late = Vec::new();
    for row in rows {
        if let Some(since) = row.instant_option(2)? {
            late.push((row.text(0)?.to_owned(), row.count(1)?, since));
        }
    }
    Ok(late)
}

/// What waits, kind by kind; overdue is what was due at `before` or earlier.
pub fn alarms(tx: &mut dyn Tx, before: Instant) -> Result<Vec<Alarms>, StoreError> {
    tx.rows(ALARMS, &[before.into()])?
        .iter()
        .map(|row| {
            Ok(Alarms {
                kind: row.text(0)?.to_owned(),
                waiting: row.count(1)?,
                overdue: row.count(2)?,
                next_due_at: row.instant_option(3)?,
            })
        })
        .collect()
}

/// One acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// Its place in the journal.
    pub position: u64,
    /// When the page began.
    pub started_at: Instant,
    /// When somebody took it.
    pub acknowledged_at: Instant,
}

/// Acknowledgements of people's pages after a place in the journal, oldest first.
pub fn acknowledged(tx: &mut dyn Tx, after: u64, count_max: u32) -> Result<Vec<Acknowledged>, StoreError> {
    tx.rows(ACKNOWLEDGED, &[after.into(), count_max.into()])?
        .iter()
        .map(|row| {
            Ok(Acknowledged { position: row.count(0)?, started_at: row.instant(1)?, acknowledged_at: row.instant(2)? })
        })
        .collect()
}

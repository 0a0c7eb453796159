//! What providers tell of messages after they took them: delivered, busy, a key was pressed. Beside `paging`, which keeps the attempts.
//!
//! A report changes no attempt: how that ended is history. Each word is kept once for each attempt, so that a provider that repeats itself, or somebody
//! who replays what it said, changes nothing.

use crate::tx::{Row, StoreError, Tx, Value};
use nightbell_domain::{
    ids::{ContactId, NotificationId, PageId, UserId},
    record::Instant,
};

pub(crate) const ADD: &str = "INSERT INTO delivery_report (notification, attempt, what, detail, failed, at) \
     SELECT notification, n, $3, $4, $5, $6 FROM attempt WHERE notification = $1 AND n = $2 \
     ON CONFLICT (notification, attempt, what) DO NOTHING";
/// Of a notification that went along with another, what was told of that other's message.
pub(crate) const OF_PAGE: &str = "SELECT n.id, r.attempt, r.what, r.detail, r.failed, r.at \
     FROM notification n JOIN delivery_report r ON r.notification = n.id WHERE n.page = $1 \
     UNION ALL \
     SELECT n.id, n.attempts, r.what, r.detail, r.failed, r.at FROM notification n \
     JOIN attempt a ON a.notification = n.sent_with AND a.begun_at = n.begun_at \
     JOIN delivery_report r ON r.notification = a.notification AND r.attempt = a.n WHERE n.page = $1 \
     ORDER BY 6, 1, 3";
pub(crate) const FAILED: &str = "SELECT r.what, r.detail FROM attempt a JOIN delivery_report r ON r.notification = a.notification AND r.attempt = a.n \
     WHERE a.notification = $1 AND a.begun_at = $2 AND r.failed = 1 ORDER BY r.at LIMIT 1";
/// What went along with a message and counts as taken, a few at a time.
pub(crate) const TAKEN_ALONG: &str =
    "SELECT id FROM notification WHERE sent_with = $1 AND begun_at = $2 AND status = 'accepted' LIMIT $3";
/// Messages that were the first of what they told, to a contact method lately.
pub(crate) const LATELY_TOLD: &str = "SELECT id, page FROM notification \
     WHERE user_id = $1 AND contact = $2 AND begun_at > $3 AND sent_with IS NULL AND kind IN ('page', 'still-on') ORDER BY begun_at DESC LIMIT $4";

/// One thing a provider told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    /// Of which notification.
    pub notification: NotificationId,
    /// Of which attempt, 1-based.
    pub attempt: u32,
    /// One word: `delivered`, `busy`, `acknowledged`.
    pub what: String,
    /// The rest of the sentence; may be empty.
    pub detail: String,
    /// Whether it means that the message will not arrive.
    pub failed: bool,
    /// When we were told.
    pub at: Instant,
}

/// Writes a report down. False when that word was known of the attempt already, or there is no such attempt.
pub fn add(tx: &mut dyn Tx, report: &DeliveryReport) -> Result<bool, StoreError> {
    let values: [Value; 6] = [
        report.notification.to_string().into(),
        report.attempt.into(),
        report.what.as_str().into(),
        report.detail.as_str().into(),
        report.failed.into(),
        report.at.into(),
    ];
    tx.run(ADD, &values).map(|touched| touched == 1)
}

fn read(row: &Row) -> Result<DeliveryReport, StoreError> {
    Ok(DeliveryReport {
        notification: row.parse(0)?,
        attempt: u32::try_from(row.count(1)?).map_err(|e| StoreError::Corrupt(e.to_string()))?,
        what: row.text(2)?.to_owned(),
        detail: row.text(3)?.to_owned(),
        failed: row.int(4)? != 0,
        at: row.instant(5)?,
    })
}

/// Everything that was told of the messages of a page, in the order it was told.
pub fn of_page(tx: &mut dyn Tx, page: PageId) -> Result<Vec<DeliveryReport>, StoreError> {
    tx.rows(OF_PAGE, &[page.to_string().into()])?.iter().map(read).collect()
}

/// Why the attempt that began then will not arrive, when that was told: a provider may be faster than the record of its own answer.
pub fn failed(tx: &mut dyn Tx, id: NotificationId, begun_at: Instant) -> Result<Option<(String, String)>, StoreError> {
    let row = tx.row(FAILED, &[id.to_string().into(), begun_at.into()])?;
    row.map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()))).transpose()
}

/// Which notifications went along with the attempt of `leader` that began then, and count as taken; at most `count_max`.
pub fn taken_along(
    tx: &mut dyn Tx,
    leader: NotificationId,
    begun_at: Instant,
    count_max: u32,
) -> Result<Vec<NotificationId>, StoreError> {
    let values: [Value; 3] = [leader.to_string().into(), begun_at.into(), count_max.into()];
    tx.rows(TAKEN_ALONG, &values)?.iter().map(|row| row.parse(0)).collect()
}

/// Messages to a contact method since then that asked for something, by the first page each told of: the newest first, at most `count_max`.
pub fn lately_told(
    tx: &mut dyn Tx,
    (user, contact): (&UserId, &ContactId),
    since: Instant,
    count_max: u32,
) -> Result<Vec<(NotificationId, PageId)>, StoreError> {
    let values: [Value; 4] = [user.as_str().into(), contact.as_str().into(), since.into(), count_max.into()];
    tx.rows(LATELY_TOLD, &values)?.iter().map(|row| Ok((row.parse(0)?, row.parse(1)?))).collect()
}

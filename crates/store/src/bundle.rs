//! Bundles: which message of a person another one goes along with (INV-08). Beside `paging`, which keeps the single notification.
//!
//! While a page rings for a person, a later one is owed to the same contact method only [`BUNDLE_WITHIN`] after the last message; when its time
//! comes, everything that waits for that method goes along in one. What goes along is marked, attempted and settled as if it had been sent alone.
//!
//! [`BUNDLE_WITHIN`]: nightbell_domain::limits::BUNDLE_WITHIN

use crate::tx::{Row, StoreError, Tx, Value};
use nightbell_domain::{
    ids::{ContactId, NotificationId, PageId, UserId},
    paging::{MessageKind, Notification, Page, Rank, Report},
    record::Instant,
};

pub(crate) const LAST_RUNG: &str = "SELECT MAX(CASE WHEN n.status IN ('sending', 'accepted') THEN n.begun_at END), MAX(n.begun_at) \
     FROM notification n JOIN page p ON p.id = n.page \
     WHERE n.user_id = $1 AND n.contact = $2 AND n.begun_at > $3 AND n.begun_at <= $6 AND n.page <> $4 AND n.sent_with IS NULL AND n.kind = 'page' \
     AND n.rank <= $5 AND p.status IN ('ringing', 'exhausted')";
pub(crate) const LAST_TOLD: &str = "SELECT MAX(CASE WHEN status IN ('sending', 'accepted') THEN begun_at END), MAX(begun_at) FROM notification \
     WHERE user_id = $1 AND contact = $2 AND begun_at > $3 AND begun_at <= $6 AND page <> $4 AND sent_with IS NULL AND kind = $5";
/// INV-05: what no longer rings is not taken along; nor does (INV-06) what went along with a message whose end is known: that is its own end,
/// and only has to be written down. That its sender was lost is no end: all of it goes out again together. What waits has an alarm; saying so lets
/// the index of what waits be used, and not every message of all years be looked at for each one that is sent.
pub(crate) const TAKE_PAGES_ALONG: &str = "UPDATE notification SET status = 'sending', attempts = attempts + 1, begun_at = $4, next_due_at = $5, sent_with = $3, \
     repeat = CASE WHEN status = 'sending' THEN 1 ELSE repeat END \
     WHERE user_id = $1 AND contact = $2 AND next_due_at IS NOT NULL AND id <> $3 AND kind = 'page' \
     AND (next_due_at <= $4 OR (status = 'queued' AND due_at <= $4)) \
     AND (status = 'queued' OR (sent_with IS NOT NULL AND NOT EXISTS (SELECT 1 FROM attempt a \
     WHERE a.notification = notification.sent_with AND a.begun_at = notification.begun_at AND a.ended_at IS NOT NULL AND a.detail <> $6))) \
     AND EXISTS (SELECT 1 FROM page p WHERE p.id = notification.page AND p.status IN ('ringing', 'exhausted'))";
pub(crate) const TAKE_OTHERS_ALONG: &str = "UPDATE notification SET status = 'sending', attempts = attempts + 1, begun_at = $4, next_due_at = $5, sent_with = $3, \
     repeat = CASE WHEN status = 'sending' THEN 1 ELSE repeat END \
     WHERE user_id = $1 AND contact = $2 AND next_due_at IS NOT NULL AND id <> $3 AND kind = $6 \
     AND (next_due_at <= $4 OR (status = 'queued' AND due_at <= $4)) \
     AND (status = 'queued' OR (sent_with IS NOT NULL AND NOT EXISTS (SELECT 1 FROM attempt a \
     WHERE a.notification = notification.sent_with AND a.begun_at = notification.begun_at AND a.ended_at IS NOT NULL AND a.detail <> $7)))";
/// What went along with a message whose sender was lost goes along again; what became of it is unknown.
pub(crate) const LOSE_ALONG: &str = "UPDATE attempt SET ended_at = $4, outcome = 'unknown', detail = $6 WHERE ended_at IS NULL AND notification IN \
     (SELECT id FROM notification WHERE user_id = $1 AND contact = $2 AND id <> $3 AND kind = $5 AND status = 'sending' AND sent_with IS NOT NULL \
     AND next_due_at <= $4 AND NOT EXISTS (SELECT 1 FROM attempt a \
     WHERE a.notification = notification.sent_with AND a.begun_at = notification.begun_at AND a.ended_at IS NOT NULL AND a.detail <> $6))";
pub(crate) const BEGIN_ATTEMPTS_ALONG: &str = "INSERT INTO attempt (notification, n, begun_at) \
     SELECT id, attempts, begun_at FROM notification WHERE sent_with = $1 AND begun_at = $2 AND status = 'sending'";
/// Which they are is known before their pages are read: a hundred thousand pages are not sorted for the twenty that are listed.
pub(crate) const ALONG: &str = "SELECT p.body FROM (SELECT page, rank, due_at, id FROM notification WHERE sent_with = $1 AND begun_at = $2 \
     ORDER BY rank, due_at, id LIMIT $3) n JOIN page p ON p.id = n.page ORDER BY n.rank, n.due_at, n.id";
pub(crate) const ALONG_IDS: &str =
    "SELECT id FROM notification WHERE sent_with = $1 AND begun_at = $2 ORDER BY rank, due_at, id";
pub(crate) const TOLD_WITH: &str = "SELECT DISTINCT p.id, p.rank, p.next_due_at FROM notification m \
     JOIN notification n ON (n.id = COALESCE(m.sent_with, m.id) OR n.sent_with = COALESCE(m.sent_with, m.id)) AND n.begun_at = m.begun_at \
     JOIN page p ON p.id = n.page \
     WHERE m.page = $2 AND m.user_id = $1 AND m.kind = 'page' AND n.user_id = $1 AND n.kind = 'page' AND p.next_due_at IS NOT NULL \
     ORDER BY p.rank, p.next_due_at, p.id LIMIT $3 OFFSET $4";
/// Only what has ended: a late report of an attempt that was given up says nothing of the one that is under way.
pub(crate) const WRITE_DOWN_ALONG: &str = "UPDATE notification SET next_due_at = $3, rank = $4 \
     WHERE sent_with = $1 AND begun_at = $2 AND status = 'sending' AND next_due_at > $3 \
     AND EXISTS (SELECT 1 FROM attempt a WHERE a.notification = $1 AND a.begun_at = $2 AND a.ended_at IS NOT NULL)";
pub(crate) const ATTEMPT_AT: &str = "SELECT n, outcome, detail, provider_id FROM attempt WHERE notification = $1 AND begun_at = $2 AND ended_at IS NOT NULL";

/// Pages that still wait for a human and that a message told a person of together with `page`, itself among them: the most severe first, then the
/// oldest. What came in another message is not among them, nor are the first `skip` of them.
pub fn told_with(
    tx: &mut dyn Tx,
    user: &UserId,
    page: PageId,
    skip: u32,
    count_max: u32,
) -> Result<Vec<PageId>, StoreError> {
    let values: [Value; 4] = [user.as_str().into(), page.to_string().into(), count_max.into(), skip.into()];
    tx.rows(TOLD_WITH, &values)?.iter().map(|row| row.parse(0)).collect()
}

/// When messages to a contact method began, within a given span: after its beginning, up to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lately {
    /// The newest that was accepted or is under way.
    pub reached: Option<Instant>,
    /// The newest at all.
    pub tried: Option<Instant>,
}

impl Lately {
    fn read(row: Option<&Row>) -> Result<Self, StoreError> {
        let row = row.ok_or_else(|| StoreError::Unavailable("an aggregate gave no row".to_owned()))?;
        Ok(Self { reached: row.instant_option(0)?, tried: row.instant_option(1)? })
    }
}

/// The newest messages to a contact method whose pages still ring and are at least as severe; those of page `besides` do not count.
pub fn last_rung(
    tx: &mut dyn Tx,
    (user, contact): (&UserId, &ContactId),
    rank: Rank,
    (after, until): (Instant, Instant),
    besides: PageId,
) -> Result<Lately, StoreError> {
    let besides = besides.to_string().into();
    let values: [Value; 6] =
        [user.as_str().into(), contact.as_str().into(), after.into(), besides, rank.into(), until.into()];
    Lately::read(tx.row(LAST_RUNG, &values)?.as_ref())
}

/// The newest messages of a kind to a contact method; those of page `besides` do not count.
pub fn last_told(
    tx: &mut dyn Tx,
    (user, contact): (&UserId, &ContactId),
    kind: MessageKind,
    (after, until): (Instant, Instant),
    besides: PageId,
) -> Result<Lately, StoreError> {
    let besides = besides.to_string().into();
    let values: [Value; 6] =
        [user.as_str().into(), contact.as_str().into(), after.into(), besides, kind.word().into(), until.into()];
    Lately::read(tx.row(LAST_TOLD, &values)?.as_ref())
}

/// Everything of the same kind that waits for the same contact method goes along with `leader`, whose attempt has just begun. Answers how many.
pub fn take_along(tx: &mut dyn Tx, leader: &Notification, lost: &str) -> Result<u64, StoreError> {
    let (Some(begun_at), Some(lease_ends_at)) = (leader.begun_at, leader.next_due_at) else { return Ok(0) };
    let id = leader.id.to_string();
    let whom: [Value; 4] =
        [leader.user.as_str().into(), leader.contact.as_str().into(), id.as_str().into(), begun_at.into()];
    let with = |more: &[Value]| whom.iter().chain(more).cloned().collect::<Vec<_>>();
    tx.run(LOSE_ALONG, &with(&[leader.kind.word().into(), lost.into()]))?;
    let taken = if leader.kind == MessageKind::Page {
        tx.run(TAKE_PAGES_ALONG, &with(&[lease_ends_at.into(), lost.into()]))?
    } else {
        tx.run(TAKE_OTHERS_ALONG, &with(&[lease_ends_at.into(), leader.kind.word().into(), lost.into()]))?
    };
    if taken > 0 {
        tx.run(BEGIN_ATTEMPTS_ALONG, &[id.into(), begun_at.into()])?;
    }
    Ok(taken)
}

/// The pages that went along with an attempt of `leader`: by severity, then age; at most `count_max`. One that cannot be read is not listed: it
/// is counted, and found damaged when its own message is written down; the message that everybody waits for still goes out.
pub fn along(tx: &mut dyn Tx, leader: &Notification, count_max: u32) -> Result<Vec<Page>, StoreError> {
    let values: [Value; 3] = [leader.id.to_string().into(), leader.begun_at.into(), count_max.into()];
    Ok(tx.rows(ALONG, &values)?.iter().filter_map(|row| row.json(0).ok()).collect())
}

/// Which notifications went along with an attempt of `leader`.
pub fn along_ids(tx: &mut dyn Tx, leader: &Notification) -> Result<Vec<NotificationId>, StoreError> {
    let values: [Value; 2] = [leader.id.to_string().into(), leader.begun_at.into()];
    tx.rows(ALONG_IDS, &values)?.iter().map(|row| row.parse(0)).collect()
}

/// An attempt of `leader` that began at `begun_at` has ended: what went along with it can be written down now, after whatever has to be said.
pub fn write_down_along(
    tx: &mut dyn Tx,
    leader: NotificationId,
    begun_at: Instant,
    now: Instant,
) -> Result<u64, StoreError> {
    let values: [Value; 4] = [leader.to_string().into(), begun_at.into(), now.into(), Rank::WRITE_DOWN.into()];
    tx.run(WRITE_DOWN_ALONG, &values)
}

/// How the attempt with which a notification went along ended; `None` while it is under way.
pub fn how_it_ended(tx: &mut dyn Tx, leader: NotificationId, begun_at: Instant) -> Result<Option<Report>, StoreError> {
    let row = tx.row(ATTEMPT_AT, &[leader.to_string().into(), begun_at.into()])?;
    let Some(row) = row else { return Ok(None) };
    let detail = row.text_option(2)?.unwrap_or_default().to_owned();
    let provider_id = row.text_option(3)?.map(str::to_owned);
    let word = row.text(1)?;
    Report::from_word(word, detail, provider_id)
        .map(Some)
        .ok_or_else(|| StoreError::Corrupt(format!("{word:?} is no outcome of an attempt")))
}

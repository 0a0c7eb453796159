//! Pages, notifications, attempts: what is owed to whom by when.

use crate::{
    Stored,
    tx::{Row, StoreError, Tx, Value, sound},
};
use nightbell_domain::{
    ids::{NotificationId, PageId, PolicyId},
    paging::{AttemptOutcome, MessageKind, Notification, NotificationStatus, Page, Rank, Subject},
    record::{Aggregate, Instant},
};
use std::collections::BTreeMap;

/// How a page's subject is indexed.
pub fn subject_key(subject: &Subject) -> String {
    match subject {
        Subject::Alert { alert } => alert.to_string(),
        Subject::Incident { incident, .. } => incident.to_string(),
        Subject::Person => "person".to_owned(),
        Subject::Canary => crate::canary::SUBJECT.to_owned(),
        Subject::Proof { .. } => "proof".to_owned(),
    }
}

impl Stored for Page {
    const INSERT: &'static str = "INSERT INTO page (id, version, status, subject, next_due_at, rank, wake_at, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    const UPDATE: &'static str = "UPDATE page SET version = $2, status = $3, subject = $4, next_due_at = $5, rank = $6, wake_at = $7, body = $8 \
         WHERE id = $1 AND version = $9";
    const LOAD: &'static str =
        "SELECT id, version, status, subject, next_due_at, rank, wake_at, body FROM page WHERE id = $1";

    fn values(&self, body: String) -> Vec<Value> {
        vec![
            self.key().into(),
            self.version.into(),
            self.status.word().into(),
            subject_key(&self.subject).into(),
            self.next_due_at.into(),
            self.rank.into(),
            self.wake_at().into(),
            body.into(),
        ]
    }
}

impl From<Rank> for Value {
    fn from(rank: Rank) -> Self {
        Self::Int(i64::from(rank.number()))
    }
}

pub(crate) const DUE_PAGES: &str =
    "SELECT id FROM page WHERE rank = $3 AND next_due_at <= $1 ORDER BY next_due_at, id LIMIT $2";
/// Acknowledged pages that must be looked at again, and when.
pub(crate) const DUE_WAKES: &str =
    "SELECT id FROM page WHERE rank = $3 AND wake_at <= $1 ORDER BY wake_at, id LIMIT $2";
pub(crate) const TURN: &str = "SELECT pages FROM policy_turn WHERE policy = $1";
pub(crate) const TURNS: &str = "SELECT policy, pages FROM policy_turn";
pub(crate) const TAKE_TURN: &str = "INSERT INTO policy_turn (policy, pages) VALUES ($1, 1) \
     ON CONFLICT (policy) DO UPDATE SET pages = policy_turn.pages + 1";
pub(crate) const OF_SUBJECT: &str = "SELECT body FROM page WHERE subject = $1 ORDER BY id";
pub(crate) const OPEN_PAGES: &str = "SELECT body FROM page WHERE status <> 'ended' AND subject <> 'canary' AND subject <> 'proof' ORDER BY id DESC LIMIT $1";
/// By rank, so that each part is one step into an index however much waits.
pub(crate) const NEXT_DUE: &str = "WITH RECURSIVE ranks (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM ranks WHERE n < 4) \
     SELECT MIN(due) FROM (\
     SELECT (SELECT next_due_at FROM page WHERE rank = ranks.n AND next_due_at IS NOT NULL ORDER BY next_due_at LIMIT 1) AS due FROM ranks \
     UNION ALL \
     SELECT (SELECT wake_at FROM page WHERE rank = ranks.n AND wake_at IS NOT NULL ORDER BY wake_at LIMIT 1) FROM ranks \
     UNION ALL \
     SELECT (SELECT next_due_at FROM notification WHERE rank = ranks.n AND next_due_at IS NOT NULL ORDER BY next_due_at LIMIT 1) FROM ranks \
     UNION ALL SELECT MIN(next_due_at) FROM incident WHERE next_due_at IS NOT NULL \
     UNION ALL SELECT MIN(next_due_at) FROM postmortem WHERE next_due_at IS NOT NULL \
     UNION ALL SELECT MIN(next_due_at) FROM heartbeat WHERE next_due_at IS NOT NULL) AS alarms";
pub(crate) const INSERT_NOTIFICATION: &str = "INSERT INTO notification (id, page, kind, cycle, step, user_id, contact, medium, due_at, status, attempts, repeat, \
     next_due_at, reason, rank, begun_at, sent_with) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
     ON CONFLICT (page, kind, cycle, step, user_id, contact) DO NOTHING";
pub(crate) const UPDATE_NOTIFICATION: &str = "UPDATE notification SET status = $2, attempts = $3, repeat = $4, next_due_at = $5, reason = $6, due_at = $7, \
     rank = $8, begun_at = $9, sent_with = $10 WHERE id = $1 AND status = $11 AND attempts = $12";
pub(crate) const NOTIFICATION: &str = "SELECT id, page, kind, cycle, step, user_id, contact, medium, due_at, status, attempts, repeat, next_due_at, reason, \
     rank, begun_at, sent_with FROM notification WHERE id = $1";
pub(crate) const OF_PAGE: &str = "SELECT id, page, kind, cycle, step, user_id, contact, medium, due_at, status, attempts, repeat, next_due_at, reason, \
     rank, begun_at, sent_with FROM notification WHERE page = $1 ORDER BY due_at, id";
pub(crate) const QUEUED_OF_PAGE: &str = "SELECT id, page, kind, cycle, step, user_id, contact, medium, due_at, status, attempts, repeat, next_due_at, reason, \
     rank, begun_at, sent_with FROM notification WHERE page = $1 AND status = 'queued' ORDER BY due_at, id";
pub(crate) const DUE_NOTIFICATIONS: &str = "SELECT id, page, kind, cycle, step, user_id, contact, medium, due_at, status, attempts, repeat, next_due_at, reason, \
     rank, begun_at, sent_with FROM notification WHERE rank = $3 AND next_due_at <= $1 ORDER BY next_due_at, id LIMIT $2";
pub(crate) const DUE_NOTIFICATION_IDS: &str =
    "SELECT id FROM notification WHERE rank = $3 AND next_due_at <= $1 ORDER BY next_due_at, id LIMIT $2";
pub(crate) const BEGIN_ATTEMPT: &str = "INSERT INTO attempt (notification, n, begun_at) VALUES ($1, $2, $3)";
pub(crate) const END_ATTEMPT: &str = "UPDATE attempt SET ended_at = $3, outcome = $4, detail = $5, provider_id = $6 \
     WHERE notification = $1 AND n = $2 AND ended_at IS NULL";
pub(crate) const ATTEMPTS: &str = "SELECT a.notification, a.n, a.begun_at, a.ended_at, a.outcome, a.detail, a.provider_id \
     FROM attempt a JOIN notification n ON n.id = a.notification WHERE n.page = $1 ORDER BY a.begun_at, a.n";

/// Asks rank after rank until there is enough: the most severe first, in each the oldest (INV-15).
fn by_rank(
    tx: &mut dyn Tx,
    sql: &'static str,
    first: impl Into<Value>,
    count_max: u32,
) -> Result<Vec<Row>, StoreError> {
    let first = first.into();
    let mut rows = Vec::new();
    for rank in Rank::ALL {
        let room = count_max.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        if room == 0 {
            break;
        }
        rows.extend(tx.rows(sql, &[first.clone(), room.into(), rank.into()])?);
    }
    Ok(rows)
}

/// Pages whose alarm rang: the most severe first, in each rank the most overdue (INV-15).
pub fn due_pages(tx: &mut dyn Tx, now: Instant, count_max: u32) -> Result<Vec<PageId>, StoreError> {
    by_rank(tx, DUE_PAGES, now, count_max)?.iter().map(|row| row.parse(0)).collect()
}

/// Acknowledged pages whose acknowledgement runs out, or whose snooze is over: the same order.
pub fn due_wakes(tx: &mut dyn Tx, now: Instant, count_max: u32) -> Result<Vec<PageId>, StoreError> {
    by_rank(tx, DUE_WAKES, now, count_max)?.iter().map(|row| row.parse(0)).collect()
}

/// How many pages a policy has started that asks for turns.
pub fn turn(tx: &mut dyn Tx, policy: &PolicyId) -> Result<u64, StoreError> {
    tx.row(TURN, &[policy.as_str().into()])?.map_or(Ok(0), |row| row.count(0))
}

/// The same of every policy that has started one.
pub fn turns(tx: &mut dyn Tx) -> Result<BTreeMap<PolicyId, u64>, StoreError> {
    tx.rows(TURNS, &[])?.iter().map(|row| Ok((row.parse(0)?, row.count(1)?))).collect()
}

/// A page of a policy begins: answers how many did before, and counts it.
pub fn take_turn(tx: &mut dyn Tx, policy: &PolicyId) -> Result<u64, StoreError> {
    let before = turn(tx, policy)?;
    tx.run(TAKE_TURN, &[policy.as_str().into()])?;
    Ok(before)
}

/// The earliest alarm of anything that waits.
pub fn next_due(tx: &mut dyn Tx) -> Result<Option<Instant>, StoreError> {
    tx.row(NEXT_DUE, &[])?.map_or(Ok(None), |row| row.instant_option(0))
}

/// Every page of an alert or incident, oldest first.
pub fn of_subject(tx: &mut dyn Tx, subject: &str) -> Result<Vec<Page>, StoreError> {
    Ok(sound(&tx.rows(OF_SUBJECT, &[subject.into()])?, "pages of a subject", |row| row.json(0)))
}

/// Pages that are not over, newest first; the one list there is of them, and canaries are not in it.
pub fn open(tx: &mut dyn Tx, count_max: u32) -> Result<Vec<Page>, StoreError> {
    Ok(sound(&tx.rows(OPEN_PAGES, &[count_max.into()])?, "open pages", |row| row.json(0)))
}

fn read_notification(row: &Row) -> Result<Notification, StoreError> {
    let kind = MessageKind::from_word(row.text(2)?);
    let corrupt = || StoreError::Corrupt("a notification of unknown kind or status".to_owned());
    let small = |n: usize| row.count(n).and_then(|v| u32::try_from(v).map_err(|_| corrupt()));
    Ok(Notification {
        id: row.parse(0)?,
        page: row.parse(1)?,
        kind: kind.ok_or_else(corrupt)?,
        cycle: small(3)?,
        step: small(4)?,
        user: row.parse(5)?,
        contact: row.parse(6)?,
        medium: row.text(7)?.to_owned(),
        due_at: row.instant(8)?,
        status: NotificationStatus::from_word(row.text(9)?).ok_or_else(corrupt)?,
        attempts: small(10)?,
        repeat: row.int(11)? != 0,
        next_due_at: row.instant_option(12)?,
        reason: row.text_option(13)?.map(str::to_owned),
        rank: Rank::from_number(row.int(14)?).ok_or_else(corrupt)?,
        begun_at: row.instant_option(15)?,
        sent_with: row.text_option(16)?.map(|_| row.parse(16)).transpose()?,
    })
}

/// Stores a new notification; nothing when the same one is owed already (INV-06).
pub fn owe(tx: &mut dyn Tx, n: &Notification) -> Result<(), StoreError> {
    let values: [Value; 17] = [
        n.id.to_string().into(),
        n.page.to_string().into(),
        n.kind.word().into(),
        n.cycle.into(),
        n.step.into(),
        n.user.as_str().into(),
        n.contact.as_str().into(),
        n.medium.as_str().into(),
        n.due_at.into(),
        n.status.word().into(),
        n.attempts.into(),
        n.repeat.into(),
        n.next_due_at.into(),
        n.reason.as_deref().into(),
        n.rank.into(),
        n.begun_at.into(),
        n.sent_with.map(|id| id.to_string()).into(),
    ];
    tx.queue(INSERT_NOTIFICATION, values.into(), None)
}

/// Writes a notification's next state over the one it was decided from; a conflict when that moved meanwhile.
pub fn save(tx: &mut dyn Tx, before: &Notification, after: &Notification) -> Result<(), StoreError> {
    let values: [Value; 12] = [
        before.id.to_string().into(),
        after.status.word().into(),
        after.attempts.into(),
        after.repeat.into(),
        after.next_due_at.into(),
        after.reason.as_deref().into(),
        after.due_at.into(),
        after.rank.into(),
        after.begun_at.into(),
        after.sent_with.map(|id| id.to_string()).into(),
        before.status.word().into(),
        before.attempts.into(),
    ];
    tx.queue(UPDATE_NOTIFICATION, values.into(), Some(format!("notification {} moved meanwhile", before.id)))
}

/// A notification.
pub fn notification(tx: &mut dyn Tx, id: NotificationId) -> Result<Option<Notification>, StoreError> {
    tx.row(NOTIFICATION, &[id.to_string().into()])?.as_ref().map(read_notification).transpose()
}

/// Every notification of a page, in the order they are due.
pub fn of_page(tx: &mut dyn Tx, page: PageId) -> Result<Vec<Notification>, StoreError> {
    tx.rows(OF_PAGE, &[page.to_string().into()])?.iter().map(read_notification).collect()
}

/// What a page still owes and nobody is sending. A page that rang for weeks has thousands of others.
pub fn queued_of_page(tx: &mut dyn Tx, page: PageId) -> Result<Vec<Notification>, StoreError> {
    tx.rows(QUEUED_OF_PAGE, &[page.to_string().into()])?.iter().map(read_notification).collect()
}

/// Which notifications' time has come, or whose sender's lease ran out: the most severe first, in each rank the most overdue (INV-15). Ids
/// alone: a damaged row must not hide the others.
pub fn due_notification_ids(tx: &mut dyn Tx, now: Instant, count_max: u32) -> Result<Vec<NotificationId>, StoreError> {
    by_rank(tx, DUE_NOTIFICATION_IDS, now, count_max)?.iter().map(|row| row.parse(0)).collect()
}

/// The same with what they say, for whoever looks at the whole; one damaged row fails it.
pub fn due_notifications(tx: &mut dyn Tx, now: Instant, count_max: u32) -> Result<Vec<Notification>, StoreError> {
    by_rank(tx, DUE_NOTIFICATIONS, now, count_max)?.iter().map(read_notification).collect()
}

/// Records that an attempt begins.
pub fn begin_attempt(tx: &mut dyn Tx, id: NotificationId, n: u32, at: Instant) -> Result<(), StoreError> {
    tx.queue(BEGIN_ATTEMPT, vec![id.to_string().into(), n.into(), at.into()], None)
}

/// Records how an attempt ended; false when that was recorded already (a late report changes no history).
pub fn end_attempt(
    tx: &mut dyn Tx,
    id: NotificationId,
    n: u32,
    at: Instant,
    outcome: &AttemptOutcome,
) -> Result<bool, StoreError> {
    let provider =
        if let AttemptOutcome::Accepted { provider_id, .. } = outcome { provider_id.as_deref() } else { None };
    let values: [Value; 6] =
        [id.to_string().into(), n.into(), at.into(), outcome.word().into(), outcome.detail().into(), provider.into()];
    tx.run(END_ATTEMPT, &values).map(|touched| touched == 1)
}

/// One attempt, as the delivery log shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Of which notification.
    pub notification: NotificationId,
    /// 1-based.
    pub n: u32,
    /// When it began.
    pub begun_at: Instant,
    /// When it ended; `None` while it is under way.
    pub ended_at: Option<Instant>,
    /// How.
    pub outcome: Option<String>,
    /// What the provider or transport said.
    pub detail: Option<String>,
    /// The provider's own id.
    pub provider_id: Option<String>,
}

/// The delivery log of a page.
pub fn attempts(tx: &mut dyn Tx, page: PageId) -> Result<Vec<Attempt>, StoreError> {
    tx.rows(ATTEMPTS, &[page.to_string().into()])?
        .iter()
        .map(|row| {
            Ok(Attempt {
                notification: row.parse(0)?,
                n: u32::try_from(row.count(1)?).map_err(|e| StoreError::Corrupt(e.to_string()))?,
                begun_at: row.instant(2)?,
                ended_at: row.instant_option(3)?,
                outcome: row.text_option(4)?.map(str::to_owned),
                detail: row.text_option(5)?.map(str::to_owned),
                provider_id: row.text_option(6)?.map(str::to_owned),
            })
        })
        .collect()
}

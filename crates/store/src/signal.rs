//! Alerts and the raw requests they came from.

use crate::{
    Stored,
    tx::{Row, StoreError, Tx, Value, sound},
};
use nightbell_domain::{
    ids::{AlertId, IntegrationId, RequestId},
    record::{Aggregate, Instant},
    signal::{Alert, Repeats},
};

impl Stored for Alert {
    const INSERT: &'static str = "INSERT INTO alert (id, version, integration, dedup_key, status, service, last_at, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    const UPDATE: &'static str = "UPDATE alert SET version = $2, integration = $3, dedup_key = $4, status = $5, service = $6, last_at = $7, \
         body = $8 WHERE id = $1 AND version = $9";
    const LOAD: &'static str =
        "SELECT id, version, integration, dedup_key, status, service, last_at, body FROM alert WHERE id = $1";

    fn values(&self, body: String) -> Vec<Value> {
        vec![
            self.key().into(),
            self.version.into(),
            self.integration.as_str().into(),
            self.dedup_key.as_str().into(),
            self.status.word().into(),
            self.service.as_ref().map(|s| s.as_str()).into(),
            self.last_at.into(),
            body.into(),
        ]
    }
}

pub(crate) const OPEN_BY_KEY: &str =
    "SELECT body FROM alert WHERE integration = $1 AND dedup_key = $2 AND status <> 'resolved'";
pub(crate) const LAST_BY_KEY: &str =
    "SELECT body FROM alert WHERE integration = $1 AND dedup_key = $2 AND status = 'resolved' ORDER BY id DESC LIMIT 1";
pub(crate) const LIST_OPEN: &str = "SELECT a.body, r.events, r.last_at FROM alert a LEFT JOIN alert_repeat r ON r.alert = a.id \
     WHERE a.status <> 'resolved' ORDER BY a.id DESC LIMIT $1";
pub(crate) const LIST: &str = "SELECT a.body, r.events, r.last_at FROM alert a LEFT JOIN alert_repeat r ON r.alert = a.id \
     WHERE a.id < $1 ORDER BY a.id DESC LIMIT $2";
pub(crate) const COUNT_REPEATS: &str = "INSERT INTO alert_repeat (alert, events, last_at) VALUES ($1, $2, $3) \
     ON CONFLICT (alert) DO UPDATE SET events = alert_repeat.events + excluded.events, last_at = excluded.last_at";
pub(crate) const REPEATS: &str = "SELECT events, last_at FROM alert_repeat WHERE alert = $1";
pub(crate) const TAKE_REPEATS: &str = "DELETE FROM alert_repeat WHERE alert = $1";
pub(crate) const INSERT_RAW: &str = "INSERT INTO raw_request (id, integration, received_at, content_type, body, outcome) VALUES ($1, $2, $3, $4, $5, $6)";
pub(crate) const RAW: &str = "SELECT id, integration, received_at, content_type, body, outcome FROM raw_request WHERE id < $1 ORDER BY id DESC LIMIT $2";
pub(crate) const FORGET_RAW: &str = "DELETE FROM raw_request WHERE id IN (SELECT id FROM raw_request WHERE received_at < $1 ORDER BY received_at LIMIT $2)";

/// The open alert with that key, and the newest resolved one when none is open.
pub fn by_key(
    tx: &mut dyn Tx,
    integration: &IntegrationId,
    key: &str,
) -> Result<(Option<Alert>, Option<Alert>), StoreError> {
    let values = [integration.as_str().into(), key.into()];
    let open: Option<Alert> = tx.row(OPEN_BY_KEY, &values)?.map(|row| row.json(0)).transpose()?;
    let last = if open.is_some() { None } else { tx.row(LAST_BY_KEY, &values)?.map(|row| row.json(0)).transpose()? };
    Ok((open, last))
}

/// Open alerts, newest first, their repeats counted.
pub fn open(tx: &mut dyn Tx, count_max: u32) -> Result<Vec<Alert>, StoreError> {
    Ok(sound(&tx.rows(LIST_OPEN, &[count_max.into()])?, "open alerts", read_counted))
}

/// Alerts before an id (all from the newest: `~`), newest first, their repeats counted.
pub fn list(tx: &mut dyn Tx, before: &str, count_max: u32) -> Result<Vec<Alert>, StoreError> {
    Ok(sound(&tx.rows(LIST, &[before.into(), count_max.into()])?, "alerts", read_counted))
}

fn read_counted(row: &Row) -> Result<Alert, StoreError> {
    let alert: Alert = row.json(0)?;
    let Some(last_at) = row.instant_option(2)? else { return Ok(alert) };
    Ok(alert.counting(Repeats { events: row.count(1)?, last_at }))
}

/// Whether a statement does nothing but count repeats: nothing becomes due by it, nothing moves in the journal.
pub fn only_counts(sql: &'static str) -> bool {
    sql == COUNT_REPEATS
}

/// An alert was said again in the same words: counted, durably, and nothing else is written.
pub fn count_repeats(tx: &mut dyn Tx, alert: AlertId, repeats: Repeats) -> Result<(), StoreError> {
    tx.queue(COUNT_REPEATS, vec![alert.to_string().into(), repeats.events.into(), repeats.last_at.into()], None)
}

/// The repeats of an alert that its journal does not tell yet.
pub fn repeats(tx: &mut dyn Tx, alert: AlertId) -> Result<Option<Repeats>, StoreError> {
    let row = tx.row(REPEATS, &[alert.to_string().into()])?;
    row.map(|row| Ok(Repeats { events: row.count(0)?, last_at: row.instant(1)? })).transpose()
}

/// The same, taken: whoever takes them writes them into the journal, in the same transaction.
pub fn take_repeats(tx: &mut dyn Tx, alert: AlertId) -> Result<Option<Repeats>, StoreError> {
    let found = repeats(tx, alert)?;
    if found.is_some() {
        tx.run(TAKE_REPEATS, &[alert.to_string().into()])?;
    }
    Ok(found)
}

/// A raw inbound request, as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct RawRequest {
    /// Id.
    pub id: RequestId,
    /// Where it came in.
    pub integration: String,
    /// When.
    pub received_at: Instant,
    /// As sent.
    pub content_type: String,
    /// As sent.
    pub body: Vec<u8>,
    /// One line for each of its events: what became of it.
    pub outcome: String,
}

/// Keeps a raw request.
pub fn keep_raw(tx: &mut dyn Tx, raw: RawRequest) -> Result<(), StoreError> {
    let values = vec![
        raw.id.to_string().into(),
        raw.integration.into(),
        raw.received_at.into(),
        raw.content_type.into(),
        raw.body.into(),
        raw.outcome.into(),
    ];
    tx.queue(INSERT_RAW, values, None)
}

/// Forgets raw requests received before an instant, oldest first, at most so many at once. Alerts and their streams stay.
pub fn forget_raw(tx: &mut dyn Tx, before: Instant, count_max: u32) -> Result<u64, StoreError> {
    tx.run(FORGET_RAW, &[before.into(), count_max.into()])
}

/// Raw requests before an id (`~` for the newest), newest first.
pub fn raw(tx: &mut dyn Tx, before: &str, count_max: u32) -> Result<Vec<RawRequest>, StoreError> {
    tx.rows(RAW, &[before.into(), count_max.into()])?
        .iter()
        .map(|row| {
            Ok(RawRequest {
                id: row.parse(0)?,
                integration: row.text(1)?.to_owned(),
                received_at: row.instant(2)?,
                content_type: row.text(3)?.to_owned(),
                body: row.blob(4)?.to_vec(),
                outcome: row.text(5)?.to_owned(),
            })
        })
        .collect()
}

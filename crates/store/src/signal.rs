//! Alerts and the raw requests they came from.

use crate::{
    Stored,
    known::{self, OfKey},
    tx::{Row, StoreError, Tx, Value, sound},
};
use nightbell_domain::{
    ids::{AlertId, IntegrationId, RequestId},
    record::{Aggregate, Instant},
    signal::{Alert, Event, Repeats, Words},
};
use sha2::{Digest, Sha256};

impl Stored for Alert {
    const INSERT: &'static str = "INSERT INTO alert (id, version, integration, dedup_key, status, service, last_at, began_at, said, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    const UPDATE: &'static str = "UPDATE alert SET version = $2, integration = $3, dedup_key = $4, status = $5, service = $6, last_at = $7, \
         began_at = $8, said = $9, body = $10 WHERE id = $1 AND version = $11";
    const LOAD: &'static str = "SELECT id, version, integration, dedup_key, status, service, last_at, began_at, said, body FROM alert WHERE id = $1";

    fn values(&self, body: String) -> Vec<Value> {
        vec![
            self.key().into(),
            self.version.into(),
            self.integration.as_str().into(),
            self.dedup_key.as_str().into(),
            self.status.word().into(),
            self.service.as_ref().map(|s| s.as_str()).into(),
            self.last_at.into(),
            self.started_at.into(),
            said(self.version, &self.words()).into(),
            body.into(),
        ]
    }

    /// `began_at` and `said`, unless they were written with this version of the row.
    fn says_nothing_in(&self, row: &Row) -> &'static [usize] {
        if digest_of(row.0.get(8), self.version).is_some() { &[] } else { &[7, 8] }
    }

    fn written(&self, tx: &mut dyn Tx) {
        let Some(known) = tx.known_alerts() else { return };
        let says = || vec![self.version.into(), said(self.version, &self.words()).into()];
        let open = || Row([vec![self.key().into(), self.started_at.into()], says()].concat());
        // Which of those that are over is the newest is the database's to say.
        let of_key = if self.is_open() { OfKey { open: Some(Some(open())), last: None } } else { OfKey::default() };
        known.learn(&self.integration, &self.dedup_key, of_key);
    }
}

/// The column of that name: the version of the row it was written with, in eight bytes, and the digest of what the alert says. A server of an older
/// version beside this one changes rows and leaves the column as it is; the version then tells that it is about other words.
fn said(version: u64, words: &Words<'_>) -> Vec<u8> {
    [version.to_be_bytes().as_slice(), &digest(words)].concat()
}

/// The digest in a [`said`], if it was written with that version of its row.
fn digest_of(said: Option<&Value>, version: u64) -> Option<&[u8]> {
    let Some(Value::Blob(said)) = said else { return None };
    said.strip_prefix(version.to_be_bytes().as_slice())
}

/// SHA-256 over the words, each part preceded by its length, each list by its count: what is digested comes from outside, and two alerts that
/// say different things must never look alike.
fn digest(words: &Words<'_>) -> Vec<u8> {
    let mut text = Vec::with_capacity(768);
    let count = |text: &mut Vec<u8>, n: usize| text.extend_from_slice(&(n as u64).to_be_bytes());
    let part = |text: &mut Vec<u8>, part: &str| {
        count(text, part.len());
        text.extend_from_slice(part.as_bytes());
    };
    for word in [words.title, words.body, words.severity.word(), words.source] {
        part(&mut text, word);
    }
    count(&mut text, words.labels.len());
    for (name, value) in words.labels {
        part(&mut text, name);
        part(&mut text, value);
    }
    count(&mut text, words.links.len());
    for link in words.links {
        part(&mut text, &link.href);
        part(&mut text, &link.text);
    }
    count(&mut text, usize::from(words.runbook_url.is_some()));
    part(&mut text, words.runbook_url.unwrap_or_default());
    Sha256::digest(&text).to_vec()
}

pub(crate) const OPEN_SAYS: &str =
    "SELECT id, began_at, version, said FROM alert WHERE integration = $1 AND dedup_key = $2 AND status <> 'resolved'";
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

/// What the open alert of a key is to a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// There is none.
    None,
    /// It says these words, and began when the trigger says, if it says so: [`nightbell_domain::signal::Ingested::Again`], known without reading
    /// the alert.
    Says(AlertId),
    /// There is one; whoever wants to know what it says must read it.
    Other,
}

/// What the open alert of a key is to a trigger: one look beside the row, for what is sent again and again.
pub fn open_says(tx: &mut dyn Tx, integration: &IntegrationId, key: &str, event: &Event) -> Result<Open, StoreError> {
    let Some(row) = known::open(tx, integration, key)? else { return Ok(Open::None) };
    // Written or changed last by who knows no digest: told by the alert itself.
    let (Some(began_at), Some(said)) = (row.instant_option(1)?, digest_of(row.0.get(3), row.count(2)?)) else {
        return Ok(Open::Other);
    };
    let began = event.started_at.is_none_or(|at| at == began_at);
    Ok(if began && said == digest(&event.words()) { Open::Says(row.parse(0)?) } else { Open::Other })
}

/// The newest resolved alert with that key.
pub fn last_by_key(tx: &mut dyn Tx, integration: &IntegrationId, key: &str) -> Result<Option<Alert>, StoreError> {
    known::last(tx, integration, key)?.map(|row| row.json(0)).transpose()
}

/// The open alert with that key, and the newest resolved one when none is open.
pub fn by_key(
    tx: &mut dyn Tx,
    integration: &IntegrationId,
    key: &str,
) -> Result<(Option<Alert>, Option<Alert>), StoreError> {
    let values = [integration.as_str().into(), key.into()];
    let open: Option<Alert> = tx.row(OPEN_BY_KEY, &values)?.map(|row| row.json(0)).transpose()?;
    let last = if open.is_some() { None } else { last_by_key(tx, integration, key)? };
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

/// Whether a statement's answer depends on the repeats counted before it: whoever gathers counts ([`Tx::count_repeats`]) writes them first.
pub fn sees_repeats(sql: &'static str) -> bool {
    [LIST_OPEN, LIST, REPEATS, TAKE_REPEATS].contains(&sql)
}

/// The values of [`COUNT_REPEATS`].
pub(crate) fn counted(alert: AlertId, repeats: Repeats) -> Vec<Value> {
    vec![alert.to_string().into(), repeats.events.into(), repeats.last_at.into()]
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

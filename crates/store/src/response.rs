//! Incidents: the rooms and their clocks.

use crate::{
    Stored,
    tx::{StoreError, Tx, Value, sound},
};
use nightbell_domain::{
    ids::IncidentId,
    record::{Aggregate, Instant},
    response::Incident,
};

impl Stored for Incident {
    const INSERT: &'static str = "INSERT INTO incident (id, version, slug, status, severity, declared_at, next_due_at, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    const UPDATE: &'static str = "UPDATE incident SET version = $2, slug = $3, status = $4, severity = $5, declared_at = $6, next_due_at = $7, \
         body = $8 WHERE id = $1 AND version = $9";
    const LOAD: &'static str =
        "SELECT id, version, slug, status, severity, declared_at, next_due_at, body FROM incident WHERE id = $1";

    fn values(&self, body: String) -> Vec<Value> {
        vec![
            self.key().into(),
            self.version.into(),
            self.slug.as_str().into(),
            self.status.word().into(),
            self.severity.as_str().into(),
            self.declared_at.into(),
            self.next_due_at.into(),
            body.into(),
        ]
    }
}

pub(crate) const BY_SLUG: &str = "SELECT body FROM incident WHERE slug = $1";
pub(crate) const TAKEN: &str = "SELECT 1 FROM incident WHERE slug = $1";
pub(crate) const DUE: &str =
    "SELECT id FROM incident WHERE next_due_at IS NOT NULL AND next_due_at <= $1 ORDER BY next_due_at, id LIMIT $2";
pub(crate) const OPEN: &str =
    "SELECT body FROM incident WHERE status NOT IN ('closed', 'cancelled') ORDER BY id DESC LIMIT $1";
pub(crate) const LIST: &str = "SELECT body FROM incident WHERE id < $1 ORDER BY id DESC LIMIT $2";

/// The incident of that slug.
pub fn by_slug(tx: &mut dyn Tx, slug: &str) -> Result<Option<Incident>, StoreError> {
    tx.row(BY_SLUG, &[slug.into()])?.map(|row| row.json(0)).transpose()
}

/// Whether a slug is taken.
pub fn is_taken(tx: &mut dyn Tx, slug: &str) -> Result<bool, StoreError> {
    Ok(tx.row(TAKEN, &[slug.into()])?.is_some())
}

/// Incidents with a clock that rang, most overdue first.
pub fn due(tx: &mut dyn Tx, now: Instant, count_max: u32) -> Result<Vec<IncidentId>, StoreError> {
    tx.rows(DUE, &[now.into(), count_max.into()])?.iter().map(|row| row.parse(0)).collect()
}

/// Incidents that still owe something, newest first.
pub fn open(tx: &mut dyn Tx, count_max: u32) -> Result<Vec<Incident>, StoreError> {
    Ok(sound(&tx.rows(OPEN, &[count_max.into()])?, "open incidents", |row| row.json(0)))
}

/// Incidents before an id (`~` for the newest), newest first.
pub fn list(tx: &mut dyn Tx, before: &str, count_max: u32) -> Result<Vec<Incident>, StoreError> {
    Ok(sound(&tx.rows(LIST, &[before.into(), count_max.into()])?, "incidents", |row| row.json(0)))
}

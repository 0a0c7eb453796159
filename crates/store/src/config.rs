//! Configuration: the current value of every object, and an immutable revision per change.

use crate::{
    meta,
    tx::{Row, StoreError, Tx, Value},
};
use nightbell_domain::{
    org::{ConfigKind, ConfigObject, Organisation},
    record::{Actor, Instant},
};
use std::collections::BTreeSet;

const VERSION_KEY: &str = "org_version";
/// What [`version`] asks, and about what.
pub(crate) const VERSION: (&str, &str) = (meta::GET, VERSION_KEY);

pub(crate) const ALL: &str = "SELECT kind, id, managed, body FROM config ORDER BY kind, id";
pub(crate) const VERSION_OF: &str = "SELECT COALESCE(MAX(version), 0) FROM config_revision WHERE kind = $1 AND id = $2";
pub(crate) const PUT: &str = "INSERT INTO config (kind, id, version, managed, body) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, managed = excluded.managed, body = excluded.body";
pub(crate) const REMOVE: &str = "DELETE FROM config WHERE kind = $1 AND id = $2";
pub(crate) const REVISE: &str =
    "INSERT INTO config_revision (kind, id, version, at, actor, body) VALUES ($1, $2, $3, $4, $5, $6)";

/// Of every object made by then. The first revision of each is version 1, so that nothing is looked for twice.
pub(crate) const AS_OF: &str = "SELECT (SELECT r.body FROM config_revision r WHERE r.kind = f.kind AND r.id = f.id AND r.at <= $1 \
     ORDER BY r.at DESC, r.version DESC LIMIT 1) FROM config_revision f WHERE f.version = 1 AND f.at <= $1";
pub(crate) const REVISED: &str = "SELECT at, body FROM config_revision WHERE kind = $1 AND id = $2 AND at > $3 AND at <= $4 \
     ORDER BY at, version LIMIT $5";
pub(crate) const NEWEST: &str =
    "SELECT version, at FROM config_revision WHERE kind = $1 AND id = $2 ORDER BY version DESC LIMIT 1";

/// The organisation's version: a cache of it is good as long as this has not moved.
pub fn version(tx: &mut dyn Tx) -> Result<u64, StoreError> {
    let text = meta::get(tx, VERSION_KEY)?.unwrap_or_default();
    if text.is_empty() {
        Ok(0)
    } else {
        text.parse().map_err(|e| StoreError::Corrupt(format!("organisation version: {e}")))
    }
}

/// The whole organisation, and which objects are managed by files.
pub fn load(tx: &mut dyn Tx) -> Result<(Organisation, BTreeSet<(ConfigKind, String)>), StoreError> {
    let mut organisation = Organisation { version: version(tx)?, ..Organisation::default() };
    let mut managed = BTreeSet::new();
    for row in tx.rows(ALL, &[])? {
        let object: ConfigObject = row.json(3)?;
        if row.int(2)? != 0 {
            managed.insert((object.kind(), row.text(1)?.to_owned()));
        }
        organisation.put(object);
    }
    Ok((organisation, managed))
}

/// The organisation as it was at an instant (INV-12): of each object the newest revision by then. Its version says nothing.
///
/// # Errors
/// The store's; damage in any object of that time.
pub fn at(tx: &mut dyn Tx, instant: Instant) -> Result<Organisation, StoreError> {
    let mut organisation = Organisation::default();
    for row in tx.rows(AS_OF, &[instant.into()])? {
        // Without a body it had been removed by then.
        if row.text_option(0)?.is_some() {
            organisation.put(row.json(0)?);
        }
    }
    Ok(organisation)
}

/// The revisions of one object in `(after, until]`, oldest first: when, and what it was from then on; `None` once it was removed.
///
/// # Errors
/// The store's; a revision that is damaged.
pub fn revised(
    tx: &mut dyn Tx,
    (kind, id): (ConfigKind, &str),
    (after, until): (Instant, Instant),
    count_max: u32,
) -> Result<Vec<(Instant, Option<ConfigObject>)>, StoreError> {
    let rows = tx.rows(REVISED, &[kind.word().into(), id.into(), after.into(), until.into(), count_max.into()])?;
    let read = |row: &Row| Ok((row.instant(0)?, row.text_option(1)?.map(|_| row.json(1)).transpose()?));
    rows.iter().map(read).collect()
}

/// The newest revision of an object: its number, from 1, and when it was made. `None` when there never was one.
///
/// # Errors
/// The store's.
pub fn newest(tx: &mut dyn Tx, kind: ConfigKind, id: &str) -> Result<Option<(u64, Instant)>, StoreError> {
    let row = tx.row(NEWEST, &[kind.word().into(), id.into()])?;
    row.map(|row| Ok((row.count(0)?, row.instant(1)?))).transpose()
}

fn revise(
    tx: &mut dyn Tx,
    key: (&str, &str),
    body: Option<&str>,
    at: Instant,
    actor: &Actor,
) -> Result<u64, StoreError> {
    let (kind, id) = key;
    let version = tx.row(VERSION_OF, &[kind.into(), id.into()])?.map_or(Ok(0), |row| row.count(0))? + 1;
    let actor = serde_json::to_string(actor).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    let values: [Value; 6] = [kind.into(), id.into(), version.into(), at.into(), actor.into(), body.into()];
    tx.queue(REVISE, values.into(), None)?;
    let next = self::version(tx)? + 1;
    meta::set(tx, VERSION_KEY, &next.to_string())?;
    Ok(version)
}

/// Writes an object and its revision.
pub fn put(
    tx: &mut dyn Tx,
    object: &ConfigObject,
    managed: bool,
    at: Instant,
    actor: &Actor,
) -> Result<(), StoreError> {
    let body = serde_json::to_string(object).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    let (kind, id) = (object.kind().word(), object.id());
    let version = revise(tx, (kind, id), Some(&body), at, actor)?;
    tx.queue(PUT, vec![kind.into(), id.into(), version.into(), managed.into(), body.into()], None)
}

/// Removes an object; its revisions stay.
pub fn remove(tx: &mut dyn Tx, kind: ConfigKind, id: &str, at: Instant, actor: &Actor) -> Result<(), StoreError> {
    revise(tx, (kind.word(), id), None, at, actor)?;
    tx.queue(REMOVE, vec![kind.word().into(), id.into()], None)
}

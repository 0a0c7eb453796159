//! Configuration: the current value of every object, and an immutable revision per change.

use crate::{
    meta,
    tx::{StoreError, Tx, Value},
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

//! Small facts about the installation: its secret keys, the organisation's version.

use crate::tx::{StoreError, Tx};

pub(crate) const GET: &str = "SELECT value FROM meta WHERE key = $1";
pub(crate) const SET: &str =
    "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
pub(crate) const CLAIM: &str = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";

/// A fact, if it is known.
pub fn get(tx: &mut dyn Tx, key: &str) -> Result<Option<String>, StoreError> {
    tx.row(GET, &[key.into()])?.map(|row| row.text(0).map(str::to_owned)).transpose()
}

/// Writes a fact.
pub fn set(tx: &mut dyn Tx, key: &str, value: &str) -> Result<(), StoreError> {
    tx.queue(SET, vec![key.into(), value.into()], None)
}

/// Writes a fact unless it is known already; true for the one caller that wrote it (first-administrator race).
pub fn claim(tx: &mut dyn Tx, key: &str, value: &str) -> Result<bool, StoreError> {
    tx.run(CLAIM, &[key.into(), value.into()]).map(|touched| touched == 1)
}

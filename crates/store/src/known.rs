//! What one transaction of the writer knows of alerts by their keys, so that it need not ask again: one round trip for many requests, and none
//! for the repeats of an alert that the same transaction has just written.
//!
//! True only under the writer's lock: it begins empty with each transaction, and whatever is undone is forgotten. `signal` asks it, and the commit
//! of an alert tells it. Is not a cache of anything beyond that.

use crate::{
    signal::{LAST_BY_KEY, OPEN_SAYS},
    tx::{Row, StoreError, Tx},
};
use nightbell_domain::ids::IntegrationId;
use std::collections::HashMap;

/// What is known of one key: a row, that there is none, or nothing yet.
#[derive(Debug, Default, Clone)]
pub(crate) struct OfKey {
    /// As `signal::OPEN_SAYS` answers.
    pub(crate) open: Option<Option<Row>>,
    /// As `signal::LAST_BY_KEY` answers.
    pub(crate) last: Option<Option<Row>>,
}

/// By integration and key.
#[derive(Debug, Default)]
pub struct KnownAlerts(HashMap<IntegrationId, HashMap<String, OfKey>>);

impl KnownAlerts {
    /// What is known of a key.
    pub(crate) fn of(&self, integration: &IntegrationId, key: &str) -> Option<&OfKey> {
        self.0.get(integration)?.get(key)
    }

    /// From now on that is known of a key, and nothing else.
    pub(crate) fn learn(&mut self, integration: &IntegrationId, key: &str, known: OfKey) {
        match self.0.get_mut(integration) {
            Some(keys) => _ = keys.insert(key.to_owned(), known),
            None => _ = self.0.entry(integration.clone()).or_default().insert(key.to_owned(), known),
        }
    }

    /// Another transaction begins, or something was undone.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }
}

/// As [`OPEN_SAYS`] answers.
pub(crate) fn open(tx: &mut dyn Tx, integration: &IntegrationId, key: &str) -> Result<Option<Row>, StoreError> {
    let known = tx.known_alerts().and_then(|known| known.of(integration, key)?.open.clone());
    known.map_or_else(|| tx.row(OPEN_SAYS, &[integration.as_str().into(), key.into()]), Ok)
}

/// As [`LAST_BY_KEY`] answers.
pub(crate) fn last(tx: &mut dyn Tx, integration: &IntegrationId, key: &str) -> Result<Option<Row>, StoreError> {
    let known = tx.known_alerts().and_then(|known| known.of(integration, key)?.last.clone());
    known.map_or_else(|| tx.row(LAST_BY_KEY, &[integration.as_str().into(), key.into()]), Ok)
}

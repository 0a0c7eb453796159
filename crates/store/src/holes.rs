//! Holes in the coverage ahead of which people were warned: once for each hole and stage. Where the holes are is not here: the engine
//! works that out from the organisation.

use crate::tx::{StoreError, Tx};
use nightbell_domain::record::Instant;

pub(crate) const WARN: &str = "INSERT INTO hole_warning (hole, days, warned_at, forget_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (hole, days) DO NOTHING";
pub(crate) const FORGET: &str = "DELETE FROM hole_warning WHERE forget_at < $1";

/// Notes a warning; true for the one caller that is to give it.
pub fn warn(tx: &mut dyn Tx, hole: &str, days: u32, now: Instant, forget_at: Instant) -> Result<bool, StoreError> {
    tx.run(WARN, &[hole.into(), days.into(), now.into(), forget_at.into()]).map(|touched| touched == 1)
}

/// Forgets warnings of holes that are over.
pub fn forget(tx: &mut dyn Tx, now: Instant) -> Result<u64, StoreError> {
    tx.run(FORGET, &[now.into()])
}

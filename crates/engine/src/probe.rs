//! The probe behind `/readyz`: proves that the store can still be written, not only read. A full disk must not look ready.

use crate::{Fault, Unit};
use jiff::SignedDuration;
use nightbell_store::meta;

const PROVED_AT: &str = "writable_at";

/// At most one write in this time, however often it is asked: the address is open to anybody.
const PROOF_HOLDS: SignedDuration = SignedDuration::from_secs(5);

/// Writes the time of the proof unless a recent one holds.
///
/// # Errors
/// The store's, when nothing can be written.
pub fn prove_writable(unit: &mut Unit<'_>) -> Result<(), Fault> {
    let now = unit.now.as_microsecond();
    let last = meta::get(unit.tx, PROVED_AT)?.and_then(|text| text.parse::<i64>().ok());
    let age = last.map(|last| SignedDuration::from_micros(now.saturating_sub(last)));
    if age.is_none_or(|age| age.is_negative() || age >= PROOF_HOLDS) {
        meta::set(unit.tx, PROVED_AT, &now.to_string())?;
    }
    Ok(())
}

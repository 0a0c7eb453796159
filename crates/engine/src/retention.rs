//! The `retention` reconciler: forgets what is over: sessions that ended, raw requests past their time, canaries, subscribers
//! who never answered and old mails to others. Never alerts, incidents, people's pages or their streams: those are the record.

use crate::{Fault, Unit, canary, subscription};
use jiff::SignedDuration;
use nightbell_domain::limits;
use nightbell_store::{access, people, signal};

/// Most raw requests forgotten in one unit of work, so that paging never waits for it.
const FORGOTTEN_MAX: u32 = 1_000;

/// How long codes are counted, and by what they were.
const CODES_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Forgets; answers how many rows. Idempotent.
pub fn retention(unit: &mut Unit<'_>) -> Result<u64, Fault> {
    let before = |span: SignedDuration| unit.now.checked_sub(span).unwrap_or(unit.now);
    let (idle_since, received_before) = (before(limits::SESSION_IDLE), before(limits::RAW_REQUESTS_KEPT));
    let made_before = before(CODES_KEPT);
    let sessions = access::end_expired(unit.tx, unit.now, idle_since)?;
    let canaries = canary::forget(unit)?;
    let codes = people::forget_codes(unit.tx, made_before)? + people::forget_asked(unit.tx, made_before)?;
    Ok(codes
        + sessions
        + canaries
        + subscription::forget(unit)?
        + signal::forget_raw(unit.tx, received_before, FORGOTTEN_MAX)?)
}

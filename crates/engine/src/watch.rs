//! What the watch looks at: whether the alarm clocks keep time (INV-03), what waits, how long people took. Reads only.
//! Is not: the watch itself (the binary's), nor what follows from a finding. Callers: the binary's watch, `/readyz`, `/metrics`.

use jiff::SignedDuration;
use nightbell_domain::record::Instant;
use nightbell_store::{StoreError, Tx, journal, watch};

pub use nightbell_store::watch::Alarms;

/// An alarm that was not looked at for so long means that nobody looks (INV-03).
pub const LATE_AFTER: SignedDuration = SignedDuration::from_secs(30);

/// Acknowledgements read at once; more are read at the next look.
const READ_MAX: u32 = 1_000;

/// Things of one kind that should have been looked at more than [`LATE_AFTER`] ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// `page`, `notification`, `incident`, `postmortem`, `heartbeat`.
    pub kind: String,
    /// How many.
    pub count: u64,
    /// The earliest alarm among them.
    pub since: Instant,
}

/// What is late by more than `after` ([`LATE_AFTER`], but for a clock that races), kind by kind; empty is health.
///
/// # Errors
/// The store's.
pub fn late(tx: &mut dyn Tx, now: Instant, after: SignedDuration) -> Result<Vec<Late>, StoreError> {
    let found = watch::overdue(tx, now.checked_sub(after).unwrap_or(Instant::MIN))?;
    Ok(found.into_iter().map(|(kind, count, since)| Late { kind, count, since }).collect())
}

/// "2 pages since 2026-05-02T03:07:00Z, 1 incident since …".
pub fn in_words(late: &[Late]) -> String {
    let one = |late: &Late| {
        let plural = if late.count == 1 { "" } else { "s" };
        format!("{} {}{plural} since {}", late.count, late.kind, late.since.strftime("%Y-%m-%dT%H:%M:%SZ"))
    };
    late.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Everything that waits with an alarm, kind by kind, and how much of it is late.
///
/// # Errors
/// The store's.
pub fn alarms(tx: &mut dyn Tx, now: Instant, after: SignedDuration) -> Result<Vec<Alarms>, StoreError> {
    watch::alarms(tx, now.checked_sub(after).unwrap_or(Instant::MIN))
}

/// The pages acknowledged after a place in the journal: from each one's start to its acknowledgement, and the place to go on from. `None` as the
/// place begins at the journal's end.
///
/// # Errors
/// The store's.
pub fn acknowledged(tx: &mut dyn Tx, after: Option<u64>) -> Result<(u64, Vec<SignedDuration>), StoreError> {
    let head = journal::head(tx)?;
    let Some(after) = after else { return Ok((head, Vec::new())) };
    let found = watch::acknowledged(tx, after, READ_MAX)?;
    // Nobody took anything behind the last one that was found: what was walked through is not walked through again.
    let all = found.len() < READ_MAX as usize;
    let place = if all { head } else { found.last().map_or(after, |last| last.position) };
    Ok((place, found.iter().map(|one| one.acknowledged_at.duration_since(one.started_at)).collect()))
}

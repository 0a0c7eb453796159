//! One schedule alone, without versions: shifts of a span, who is on call at an instant, and the gaps.
//!
//! For whoever holds nothing but a schedule; where there may be versions and agreements, ask [`crate::Rota`].
//! Both come through [`Prepared`], which is what makes them agree (INV-10).

use crate::model::{Gap, OnCall, Schedule, Shift};
use crate::{CalendarError, Instant, Prepared};

/// See [`Prepared::shifts`].
///
/// # Errors
/// Unknown zone, a date that cannot be counted, or a span with too many hand-offs.
pub fn shifts(schedule: &Schedule, from: Instant, to: Instant) -> Result<Vec<Shift>, CalendarError> {
    Prepared::of(schedule)?.shifts(from, to)
}

/// See [`Prepared::on_call`].
///
/// # Errors
/// Unknown zone, or a date that cannot be counted.
pub fn on_call(schedule: &Schedule, at: Instant) -> Result<OnCall, CalendarError> {
    Ok(Prepared::of(schedule)?.on_call(at))
}

/// See [`Prepared::gaps`].
///
/// # Errors
/// As [`shifts`].
pub fn gaps(schedule: &Schedule, from: Instant, to: Instant) -> Result<Vec<Gap>, CalendarError> {
    Prepared::of(schedule)?.gaps(from, to)
}

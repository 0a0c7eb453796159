//! From the wall clock to instants and back, by the written rule.
//!
//! The rule: an ambiguous local time means its first occurrence; a skipped one moves forward to
//! the next valid instant. In other words, a civil time begins at the first instant at which the
//! wall clock shows it *or later*. That makes [`instant`] monotone: civil spans that touch become
//! spans of instants that touch, so coverage has no seam at a clock change (INV-11).
//!
//! Zones come from the database compiled into Nightbell, never from the machine, so that every
//! node gives the same answer (INV-10). Nothing here reads a clock.

use std::sync::OnceLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, ToSpan};

use crate::{CalendarError, Instant};

/// No zone's clock was ever set back or forward by more; the largest steps are a day and a little.
const STEP_MAX: SignedDuration = SignedDuration::from_hours(48);

/// The zone of this IANA name, from the database that Nightbell carries.
///
/// # Errors
/// [`CalendarError::UnknownTimeZone`].
pub fn zone(name: &str) -> Result<TimeZone, CalendarError> {
    static BUNDLED: OnceLock<TimeZoneDatabase> = OnceLock::new();
    BUNDLED
        .get_or_init(TimeZoneDatabase::bundled)
        .get(name)
        .map_err(|_| CalendarError::UnknownTimeZone(name.to_owned()))
}

/// The instant at which a civil time begins in a zone, by the written rule.
///
/// # Errors
/// [`CalendarError::OutOfRange`] at the edges of the years -9999 and 9999.
pub fn instant(zone: &TimeZone, at: DateTime) -> Result<Instant, CalendarError> {
    let out_of_range = |_| CalendarError::OutOfRange(at);
    match zone.to_ambiguous_timestamp(at).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(at).map_err(out_of_range),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(at).map_err(out_of_range),
        AmbiguousOffset::Gap { before, after } => {
            // Read with the new offset, a skipped time lies before the step; with the old one, after it.
            let earliest = after.to_timestamp(at).map_err(out_of_range)?;
            let latest = before.to_timestamp(at).map_err(out_of_range)?;
            Ok(gap_end(zone, earliest, latest, after))
        }
    }
}

/// The instant of the step to offset `after` in `(earliest, latest]`.
fn gap_end(zone: &TimeZone, earliest: Instant, latest: Instant, after: Offset) -> Instant {
    zone.following(earliest)
        .take_while(|step| step.timestamp() <= latest)
        .find(|step| step.offset() == after)
        .map_or(latest, |step| step.timestamp())
}

/// The latest civil time that has begun in a zone at an instant.
///
/// This is the wall clock, except that it never goes back: while a repeated hour runs for the
/// second time it stays a nanosecond before the end of that hour. [`instant`] and this function fit
/// together: `instant(c) <= t` exactly if `c <= civil(t)`.
#[must_use]
pub fn civil(zone: &TimeZone, at: Instant) -> DateTime {
    let shown = zone.to_datetime(at);
    let AmbiguousOffset::Fold { before, after } = zone.to_ambiguous_timestamp(shown).offset() else {
        return shown;
    };
    if zone.to_offset(at) != after {
        return shown;
    }
    let just_after = at.checked_add(1.nanosecond()).unwrap_or(at);
    zone.preceding(just_after)
        .take_while(|step| at.duration_since(step.timestamp()) <= STEP_MAX)
        .find(|step| step.offset() == after)
        .and_then(|step| before.to_datetime(step.timestamp()).checked_sub(1.nanosecond()).ok())
        .map_or(shown, |last_shown| last_shown.max(shown))
}

/// The instant at which a civil day begins in a zone.
///
/// # Errors
/// [`CalendarError::OutOfRange`], as [`instant`].
pub fn start_of_day(zone: &TimeZone, day: Date) -> Result<Instant, CalendarError> {
    instant(zone, day.to_datetime(Time::midnight()))
}

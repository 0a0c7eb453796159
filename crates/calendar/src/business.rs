//! Business days of a team: Monday to Friday in its zone, minus its holidays.
//!
//! Postmortem due dates are counted here. It knows no country: [`crate::holidays`] makes the set.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use crate::{CalendarError, Instant, local};

/// The working calendar of a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessCalendar {
    /// IANA name. Check it with [`BusinessCalendar::validate`] before storing.
    pub time_zone: String,
    /// Civil days on which nobody works.
    pub holidays: BTreeSet<Date>,
}

impl BusinessCalendar {
    /// # Errors
    /// [`CalendarError::UnknownTimeZone`].
    pub fn validate(&self) -> Result<(), CalendarError> {
        local::zone(&self.time_zone).map(|_| ())
    }

    /// Whether people work on this civil day.
    #[must_use]
    pub fn is_business_day(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.holidays.contains(&day)
    }

    /// The end (24:00 local) of the `business_days`-th business day after the local day of `day_zero`.
    ///
    /// Day 0 is the local day of `day_zero` itself, business day or not, so 0 is the end of that
    /// day. A due date must exist even if the configuration is broken: an unknown zone counts as
    /// UTC, and a due date beyond all dates is [`Instant::MAX`].
    #[must_use]
    pub fn due(&self, day_zero: Instant, business_days: u16) -> Instant {
        let zone = local::zone(&self.time_zone).unwrap_or(TimeZone::UTC);
        self.end_of_last_day(&zone, zone.to_datetime(day_zero).date(), business_days).unwrap_or(Instant::MAX)
    }

    /// `None` beyond all dates.
    fn end_of_last_day(&self, zone: &TimeZone, day_zero: Date, business_days: u16) -> Option<Instant> {
        let mut day = day_zero;
        let mut end = end_of_day(zone, day)?;
        let mut left = business_days;
        while left > 0 {
            day = day.tomorrow().ok()?;
            let begin = end;
            end = end_of_day(zone, day)?;
            // A day that the zone's clock skipped altogether begins where it ends.
            if begin < end && self.is_business_day(day) {
                left -= 1;
            }
        }
        Some(end)
    }
}

fn end_of_day(zone: &TimeZone, day: Date) -> Option<Instant> {
    local::start_of_day(zone, day.tomorrow().ok()?).ok()
}

//! Which turn runs, and when the next begins: arithmetic, never a walk from the first turn.
//!
//! Turns of days, weeks and months are counted on the wall clock, turns of hours in elapsed time. Every begin is
//! worked out from `starts` itself, so that nothing adds up over the years. Crate-private; a layer asks it.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span};

use crate::model::{RotationUnit, Turns};
use crate::{Instant, local};

/// The begins of all turns of a layer.
pub(crate) struct Cycle {
    starts: DateTime,
    begins: Instant,
    counted: Counted,
    /// Ends of the turns of one round of the list, in units since its begin; the last is the round's length.
    ends: Vec<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    /// A turn of no length never ends.
    Nothing,
    Hours,
    Days,
    Months,
}

impl Cycle {
    /// `begins` is the instant of `starts`.
    pub(crate) fn of(turns: &Turns, starts: DateTime, begins: Instant) -> Self {
        let mut end = 0;
        let mut ends = Vec::with_capacity(turns.lengths().len());
        let mut counted = Counted::Nothing;
        for length in turns.lengths() {
            let (family, units) = match length.unit {
                RotationUnit::Hour => (Counted::Hours, 1),
                RotationUnit::Day => (Counted::Days, 1),
                RotationUnit::Week => (Counted::Days, 7),
                RotationUnit::Month => (Counted::Months, 1),
            };
            counted = family;
            end += i64::from(length.count) * units;
            ends.push(end);
        }
        if turns.has_zero() {
            counted = Counted::Nothing;
        }
        Self { starts, begins, counted, ends }
    }

    /// Whether a turn ever ends.
    pub(crate) fn moves(&self) -> bool {
        self.counted != Counted::Nothing
    }

    /// The number of the turn that runs, from 0. Call it only from `begins` on; `civil` has begun by `at`.
    pub(crate) fn turn(&self, at: Instant, civil: DateTime) -> i64 {
        let elapsed = match self.counted {
            Counted::Nothing => return 0,
            Counted::Hours => at.duration_since(self.begins).as_secs().div_euclid(3600),
            Counted::Days => self.days(civil),
            Counted::Months => self.months(civil),
        };
        let round = self.ends.last().copied().unwrap_or(1);
        let into_round = elapsed.rem_euclid(round);
        elapsed.div_euclid(round) * self.round_len() + as_i64(self.ends.partition_point(|end| *end <= into_round))
    }

    /// When a turn begins; `None` beyond all dates.
    pub(crate) fn begin(&self, turn: i64, zone: &TimeZone) -> Option<Instant> {
        let units = self.units_before(turn)?;
        let civil = match self.counted {
            Counted::Nothing => return None,
            Counted::Hours => {
                return self.begins.checked_add(SignedDuration::from_secs(units.checked_mul(3600)?)).ok();
            }
            Counted::Days => {
                let days = SignedDuration::from_secs(units.checked_mul(24 * 3600)?);
                self.starts.date().checked_add(days).ok()?.to_datetime(self.starts.time())
            }
            Counted::Months => self.starts.checked_add(Span::new().try_months(units).ok()?).ok()?,
        };
        local::instant(zone, civil).ok()
    }

    fn round_len(&self) -> i64 {
        as_i64(self.ends.len())
    }

    /// Units from `starts` to the begin of a turn.
    fn units_before(&self, turn: i64) -> Option<i64> {
        let round = self.ends.last().copied()?;
        let into_round = usize::try_from(turn.rem_euclid(self.round_len())).ok()?;
        let within = if into_round == 0 { 0 } else { self.ends[into_round - 1] };
        turn.div_euclid(self.round_len()).checked_mul(round)?.checked_add(within)
    }

    /// Whole days since `starts` on the wall clock.
    fn days(&self, civil: DateTime) -> i64 {
        let days = civil.date().duration_since(self.starts.date()).as_hours() / 24;
        if civil.time() < self.starts.time() { days - 1 } else { days }
    }

    /// Whole months since `starts` on the wall clock, where a month without its day ends early.
    fn months(&self, civil: DateTime) -> i64 {
        let years = i64::from(civil.year()) - i64::from(self.starts.year());
        let months = years * 12 + i64::from(civil.month()) - i64::from(self.starts.month());
        let begin = Span::new().try_months(months).ok().and_then(|span| self.starts.checked_add(span).ok());
        if begin.is_none_or(|begin| begin > civil) { months - 1 } else { months }
    }
}

fn as_i64(len: usize) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX)
}

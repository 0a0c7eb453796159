//! The answer to everything: a schedule as it was, is and will be, with what people agreed on beside it.
//!
//! A [`Rota`] is one or more versions of a schedule, each in force until the next begins, and overrides that
//! hold across all of them. Whoever asks who is on call asks this; one schedule alone is asked by
//! [`crate::shifts`] and its neighbours, which know no versions. It is not a store: it is put together from
//! stored data each time.

use serde::{Deserialize, Serialize};

use crate::model::{OnCall, Override, Schedule, Shift};
use crate::{CalendarError, Instant, shifts as one};

/// Versions of one schedule in order of time, with overrides on top.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rota {
    /// In order of their begin. The first is in force from the beginning of time, whatever it says.
    pub versions: Vec<Version>,
    /// Win over everything in every version; a later one wins over an earlier one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
}

/// A schedule and since when it is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// Inclusive; `None` from the beginning of time. The version before ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
    /// Who is on call from then on.
    pub schedule: Schedule,
}

/// A half-open span `[from, to)` in which nobody is on call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Inclusive.
    pub from: Instant,
    /// Exclusive; always after `from`.
    pub to: Instant,
    /// Whether the schedule says "nobody" there in so many words, rather than leaving it out.
    pub declared: bool,
}

impl Rota {
    /// A schedule that never changed and that nobody agreed on anything about.
    #[must_use]
    pub fn of(schedule: Schedule) -> Self {
        Self { versions: vec![Version { from: None, schedule }], overrides: Vec::new() }
    }

    /// Who is on call at an instant, and until when that holds.
    ///
    /// # Errors
    /// Unknown zone, or a date that cannot be counted.
    pub fn on_call(&self, at: Instant) -> Result<OnCall, CalendarError> {
        let Some((_, to, schedule)) = self.pieces(at, Instant::MAX).into_iter().next() else {
            return Ok(OnCall { primary: None, backup: None, source: None, until: None });
        };
        let mut found = one::on_call(&schedule, at)?;
        if to < Instant::MAX {
            found.until = Some(found.until.map_or(to, |until| until.min(to)));
        }
        Ok(found)
    }

    /// All shifts in `[from, to)`, in order, clipped to the span. Neighbours with the same people and
    /// source are one shift; a gap is simply absent. An empty span has no shifts.
    ///
    /// # Errors
    /// Unknown zone, a date that cannot be counted, or a span with too many hand-offs.
    pub fn shifts(&self, from: Instant, to: Instant) -> Result<Vec<Shift>, CalendarError> {
        let mut found: Vec<Shift> = Vec::new();
        for (begin, end, schedule) in self.pieces(from, to) {
            for shift in one::shifts(&schedule, begin, end)? {
                match found.last_mut() {
                    Some(last)
                        if last.to == shift.from
                            && last.primary == shift.primary
                            && last.backup == shift.backup
                            && last.source == shift.source =>
                    {
                        last.to = shift.to;
                    }
                    _ => found.push(shift),
                }
            }
        }
        Ok(found)
    }

    /// The spans of `[from, to)` in which nobody is on call, in order.
    ///
    /// # Errors
    /// As [`Rota::shifts`].
    pub fn gaps(&self, from: Instant, to: Instant) -> Result<Vec<Gap>, CalendarError> {
        let mut found = Vec::new();
        let mut covered_to = from;
        for shift in self.shifts(from, to)? {
            if covered_to < shift.from {
                found.push(Gap { from: covered_to, to: shift.from, declared: false });
            }
            covered_to = shift.to;
        }
        if covered_to < to {
            found.push(Gap { from: covered_to, to, declared: false });
        }
        Ok(found)
    }

    /// The versions that `[from, to)` meets, each with its part of the span and with the overrides of the rota.
    fn pieces(&self, from: Instant, to: Instant) -> Vec<(Instant, Instant, Schedule)> {
        let mut pieces = Vec::new();
        for (index, version) in self.versions.iter().enumerate() {
            let begin = if index == 0 { from } else { version.from.unwrap_or(from).max(from) };
            let end = self.versions.get(index + 1).and_then(|next| next.from).map_or(to, |next| next.min(to));
            if begin < end {
                let mut schedule = version.schedule.clone();
                schedule.overrides.extend(self.overrides.iter().cloned());
                pieces.push((begin, end, schedule));
            }
        }
        pieces
    }
}

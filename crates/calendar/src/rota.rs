//! The answer to everything: a schedule as it was, is and will be, with what people agreed on beside it.
//!
//! A [`Rota`] is one or more versions of a schedule, each in force until the next begins, and overrides that
//! hold across all of them. Whoever asks who is on call asks this; one schedule alone is asked by
//! [`crate::shifts`] and its neighbours, which know no versions. It is not a store: it is put together from
//! stored data each time.

use serde::{Deserialize, Serialize};

use crate::model::{Gap, OnCall, Override, Schedule, Shift};
use crate::{CalendarError, Instant, Prepared};

/// Versions of one schedule in order of time, with overrides on top.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rota {
    /// Each in force until the next begins; the earliest from the beginning of time, whatever it says.
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

impl Rota {
    /// A schedule that never changed and that nobody agreed on anything about.
    #[must_use]
    pub fn of(schedule: Schedule) -> Self {
        Self { versions: vec![Version { from: None, schedule }], overrides: Vec::new() }
    }

    /// Made ready to be asked many times.
    ///
    /// # Errors
    /// Unknown zone, or a date without an instant.
    pub fn prepare(&self) -> Result<Prepared<'_>, CalendarError> {
        Prepared::of_rota(self)
    }

    /// See [`Prepared::on_call`].
    ///
    /// # Errors
    /// As [`Rota::prepare`].
    pub fn on_call(&self, at: Instant) -> Result<OnCall, CalendarError> {
        Ok(self.prepare()?.on_call(at))
    }

    /// See [`Prepared::shifts`].
    ///
    /// # Errors
    /// As [`Rota::prepare`], or a span with too many hand-offs.
    pub fn shifts(&self, from: Instant, to: Instant) -> Result<Vec<Shift>, CalendarError> {
        self.prepare()?.shifts(from, to)
    }

    /// See [`Prepared::gaps`].
    ///
    /// # Errors
    /// As [`Rota::shifts`].
    pub fn gaps(&self, from: Instant, to: Instant) -> Result<Vec<Gap>, CalendarError> {
        self.prepare()?.gaps(from, to)
    }
}

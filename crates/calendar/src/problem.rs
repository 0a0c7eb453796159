//! What can be wrong with a schedule, in plain words, and the check that finds it.
//!
//! Not a proof of coverage: a schedule with gaps is sound here (see [`crate::gaps`]). Whoever
//! stores a schedule calls [`validate`] first; whoever asks who is on call need not.

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use thiserror::Error;

use crate::limits::{YEAR_MAX, YEAR_MIN};
use crate::model::{Layer, Schedule};
use crate::{Instant, local};

/// Why an answer cannot be given.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// The zone is not in the time zone database that Nightbell carries.
    #[error("\"{0}\" is not a time zone; write an IANA name such as Europe/Berlin")]
    UnknownTimeZone(String),
    /// A civil time has no instant: it lies at the very edge of what can be counted.
    #[error("{0} is too far away to be counted")]
    OutOfRange(DateTime),
    /// More than [`crate::limits::SPAN_STEPS_MAX`] hand-offs in the span.
    #[error("too many hand-offs between {from} and {to}; ask for a shorter span")]
    SpanTooLong {
        /// Begin of the span asked for.
        from: Instant,
        /// End of the span asked for.
        to: Instant,
    },
}

/// One thing that is wrong with a schedule. Indexes count from 0, as in the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScheduleProblem {
    /// Not an IANA name that Nightbell knows.
    #[error("\"{name}\" is not a time zone; write an IANA name such as Europe/Berlin")]
    UnknownTimeZone {
        /// As written.
        name: String,
    },
    /// Neither layers nor overrides.
    #[error("the schedule has no layers and no overrides, so nobody is ever on call")]
    Empty,
    /// A layer without a name.
    #[error("layer {layer} has no name")]
    NoLayerName {
        /// Index in `layers`.
        layer: usize,
    },
    /// Two layers of one name.
    #[error("two layers are called \"{name}\"; give each its own name")]
    LayerNameTaken {
        /// Index in `layers` of the later one.
        layer: usize,
        /// The name.
        name: String,
    },
    /// A layer that never has anybody.
    #[error("layer \"{name}\" has no members")]
    NoMembers {
        /// Index in `layers`.
        layer: usize,
        /// Its name.
        name: String,
    },
    /// A member or an override with an empty handle.
    #[error("{path} names nobody")]
    EmptyHandle {
        /// Where, such as `layers[0].members[1]`.
        path: String,
    },
    /// A turn of length zero.
    #[error("layer \"{name}\" rotates every 0 hours, days or weeks; a turn needs a length")]
    ZeroRotation {
        /// Index in `layers`.
        layer: usize,
        /// Its name.
        name: String,
    },
    /// Hours on no day.
    #[error("layer \"{name}\" has hours without days")]
    NoDays {
        /// Index in `layers`.
        layer: usize,
        /// Index in `hours`.
        hours: usize,
        /// The layer's name.
        name: String,
    },
    /// An override that covers nothing.
    #[error("the override for {user} ends at {to}, which is not after its begin {from}")]
    OverrideEndsEarly {
        /// Index in `overrides`.
        index: usize,
        /// Who would take it.
        user: String,
        /// As written.
        from: DateTime,
        /// As written.
        to: DateTime,
    },
    /// A date that is surely a mistake.
    #[error("{path} is {at}; Nightbell keeps schedules from {YEAR_MIN} to {YEAR_MAX}")]
    YearOutOfRange {
        /// Where, such as `overrides[0].to`.
        path: String,
        /// As written.
        at: DateTime,
    },
}

impl ScheduleProblem {
    /// Where in the schedule, as a path such as `layers[0].members`.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::UnknownTimeZone { .. } => "time_zone".to_owned(),
            Self::Empty => "layers".to_owned(),
            Self::NoLayerName { layer } | Self::LayerNameTaken { layer, .. } => {
                format!("layers[{layer}].name")
            }
            Self::NoMembers { layer, .. } => format!("layers[{layer}].members"),
            Self::ZeroRotation { layer, .. } => format!("layers[{layer}].every"),
            Self::NoDays { layer, hours, .. } => format!("layers[{layer}].hours[{hours}].days"),
            Self::OverrideEndsEarly { index, .. } => format!("overrides[{index}].to"),
            Self::EmptyHandle { path } | Self::YearOutOfRange { path, .. } => path.clone(),
        }
    }
}

/// Says everything that is wrong with a schedule, in the order of the file.
///
/// A schedule that passes is answered without error for every instant of the years
/// [`YEAR_MIN`] to [`YEAR_MAX`].
///
/// # Errors
/// All problems found, never an empty list.
pub fn validate(schedule: &Schedule) -> Result<(), Vec<ScheduleProblem>> {
    let mut problems = Vec::new();
    if local::zone(&schedule.time_zone).is_err() {
        problems.push(ScheduleProblem::UnknownTimeZone { name: schedule.time_zone.clone() });
    }
    if schedule.layers.is_empty() && schedule.overrides.is_empty() {
        problems.push(ScheduleProblem::Empty);
    }
    let mut names = BTreeSet::new();
    for (index, layer) in schedule.layers.iter().enumerate() {
        if layer.name.trim().is_empty() {
            problems.push(ScheduleProblem::NoLayerName { layer: index });
        } else if !names.insert(layer.name.as_str()) {
            problems.push(ScheduleProblem::LayerNameTaken { layer: index, name: layer.name.clone() });
        }
        validate_layer(index, layer, &mut problems);
    }
    validate_overrides(schedule, &mut problems);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn validate_layer(index: usize, layer: &Layer, problems: &mut Vec<ScheduleProblem>) {
    let name = || layer.name.clone();
    if layer.members.is_empty() {
        problems.push(ScheduleProblem::NoMembers { layer: index, name: name() });
    }
    for (position, member) in layer.members.iter().enumerate() {
        if member.0.trim().is_empty() {
            let path = format!("layers[{index}].members[{position}]");
            problems.push(ScheduleProblem::EmptyHandle { path });
        }
    }
    if layer.every.count == 0 {
        problems.push(ScheduleProblem::ZeroRotation { layer: index, name: name() });
    }
    validate_year(layer.starts, || format!("layers[{index}].starts"), problems);
    for (position, hours) in layer.hours.iter().enumerate() {
        if hours.days.is_empty() {
            problems.push(ScheduleProblem::NoDays { layer: index, hours: position, name: name() });
        }
    }
}

fn validate_overrides(schedule: &Schedule, problems: &mut Vec<ScheduleProblem>) {
    for (index, entry) in schedule.overrides.iter().enumerate() {
        if entry.user.0.trim().is_empty() {
            let path = format!("overrides[{index}].user");
            problems.push(ScheduleProblem::EmptyHandle { path });
        }
        validate_year(entry.from, || format!("overrides[{index}].from"), problems);
        validate_year(entry.to, || format!("overrides[{index}].to"), problems);
        if entry.to <= entry.from {
            problems.push(ScheduleProblem::OverrideEndsEarly {
                index,
                user: entry.user.0.clone(),
                from: entry.from,
                to: entry.to,
            });
        }
    }
}

fn validate_year(at: DateTime, path: impl FnOnce() -> String, problems: &mut Vec<ScheduleProblem>) {
    if !(YEAR_MIN..=YEAR_MAX).contains(&at.year()) {
        problems.push(ScheduleProblem::YearOutOfRange { path: path(), at });
    }
}

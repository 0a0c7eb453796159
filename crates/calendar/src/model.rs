//! What a schedule is: the words of a rota as plain data, and their text forms.
//!
//! This is what an organisation file says and what the store keeps. It is not an answer to
//! "who is on call": that is [`crate::shifts`] and [`crate::on_call`]. It holds civil (wall
//! clock) time only; instants are made from it in [`crate::local`]. Anyone may build these
//! values; [`crate::validate`] says whether they make sense.

mod agreed;
mod answer;
mod hours;
mod turns;

use std::fmt;
use std::sync::Arc;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use agreed::{Edge, Override, OverrideKind};
pub use answer::{Gap, OnCall, Shift, ShiftSource};
pub use hours::{CivilTime, HolidayRule, Holidays, Hours, HoursEdge, Weekday};
pub use turns::{NOBODY, Rotation, RotationUnit, Slot, Turns};

/// A user's handle, without the `@`. Shared: a year of shifts names the same few people thousands of times.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Member(pub Arc<str>);

impl Member {
    /// The handle as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Member {
    fn from(handle: String) -> Self {
        Self(handle.into())
    }
}

impl From<&str> for Member {
    fn from(handle: &str) -> Self {
        Self(handle.into())
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Layers of rotations in one time zone, with overrides on top.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// IANA name, such as `Europe/Berlin`. All civil times of the schedule are in this zone.
    pub time_zone: String,
    /// Lowest first: a later layer that has somebody at an instant wins over the earlier ones.
    #[serde(default)]
    pub layers: Vec<Layer>,
    /// Win over all layers; of two that replace, the later one wins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
    /// Who stands behind the primary.
    #[serde(default)]
    pub backup: Backup,
}

/// Who stands behind the primary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backup {
    /// The next in the winning layer's rotation who is not on call; nobody if there is no other.
    #[default]
    NextInRotation,
    /// Nobody.
    None,
}

/// One rotation, all the time or in some hours of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Unique in its schedule.
    pub name: String,
    /// Who takes which turn, in order. Somebody may be listed twice to take two turns.
    pub members: Vec<Slot>,
    /// How long the turns are.
    pub every: Turns,
    /// Begin of the first member's first turn, as wall time. Nobody is on call in this layer before.
    pub starts: DateTime,
    /// The hours of the week in which the layer has somebody; empty means always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<Hours>,
    /// Public holidays on which the layer rests, or on which alone it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holidays: Option<Holidays>,
}

/// A text that says nothing a schedule knows.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ParseError {
    /// Not a [`Rotation`].
    #[error("\"{0}\" is not a turn length; write a number and h, d, w or mo, such as 12h, 1d, 1w or 1mo")]
    Rotation(String),
    /// A list of turn lengths without any.
    #[error("the list of turn lengths is empty; write one such as 1w, or several that cycle such as [4d, 3d]")]
    NoTurns,
    /// A list of turn lengths of different families.
    #[error("{0} and {1} do not cycle together; write all lengths in hours, all in days and weeks, or all in months")]
    MixedTurns(String, String),
    /// Not a [`CivilTime`].
    #[error("\"{0}\" is not a time of day; write HH:MM from 00:00 to 24:00")]
    CivilTime(String),
    /// Not a [`HoursEdge`] with a weekday.
    #[error("\"{0}\" is not a time of the week; write it like \"fri 17:00\"")]
    HoursEdge(String),
    /// Not an [`Edge`].
    #[error(
        "\"{0}\" is no date and time; write wall time like 2026-05-01T09:00, or an instant like 2026-05-01T09:00:00Z"
    )]
    Edge(String),
}

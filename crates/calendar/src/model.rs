//! What a schedule is: the words of a rota as plain data, and their text forms.
//!
//! This is what an organisation file says and what the store keeps. It is not an answer to
//! "who is on call": that is [`crate::shifts`] and [`crate::on_call`]. It holds civil (wall
//! clock) time only; instants are made from it in [`crate::local`]. Anyone may build these
//! values; [`crate::validate`] says whether they make sense.

use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::Instant;

/// A user's handle, without the `@`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Member(pub String);

impl Member {
    /// The handle as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Member {
    fn from(handle: &str) -> Self {
        Self(handle.to_owned())
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
    /// Win over all layers; a later one wins over an earlier one.
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
    /// The next different member in the winning layer's rotation; nobody if there is no other.
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
    /// In order of turn. Somebody may be listed twice to take two turns.
    pub members: Vec<Member>,
    /// How long a turn is.
    pub every: Rotation,
    /// Begin of the first member's first turn, as wall time. Nobody is on call in this layer before.
    pub starts: DateTime,
    /// The hours of the week in which the layer has somebody; empty means always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<Hours>,
}

/// The length of a turn: `1w`, `1d`, `12h`.
///
/// Days and weeks hand over at the same wall-clock time all year; hours are exact elapsed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// What is counted.
    pub unit: RotationUnit,
    /// How many of the unit; zero is refused by [`crate::validate`].
    pub count: u16,
}

/// What a [`Rotation`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationUnit {
    /// Exact hours of elapsed time.
    Hour,
    /// Calendar days.
    Day,
    /// Calendar weeks of seven days.
    Week,
}

/// Hours on some days of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The days on which the hours begin.
    pub days: Vec<Weekday>,
    /// First minute, inclusive.
    pub from: CivilTime,
    /// End, exclusive. At or before `from` it lies on the following day.
    pub to: CivilTime,
}

/// A day of the week, written `mon` … `sun`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "seven names that need no words")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    /// All seven, Monday first.
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];
}

impl From<jiff::civil::Weekday> for Weekday {
    fn from(day: jiff::civil::Weekday) -> Self {
        use jiff::civil::Weekday as J;
        match day {
            J::Monday => Self::Mon,
            J::Tuesday => Self::Tue,
            J::Wednesday => Self::Wed,
            J::Thursday => Self::Thu,
            J::Friday => Self::Fri,
            J::Saturday => Self::Sat,
            J::Sunday => Self::Sun,
        }
    }
}

/// A whole minute of a civil day, `00:00` to `24:00` inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilTime {
    minute_of_day: u16,
}

impl CivilTime {
    /// `None` beyond 24:00 or for a minute above 59.
    #[must_use]
    pub const fn new(hour: u16, minute: u16) -> Option<Self> {
        if hour > 24 || minute > 59 || (hour == 24 && minute > 0) {
            return None;
        }
        Some(Self { minute_of_day: hour * 60 + minute })
    }

    /// Minutes since 00:00, 0 to 1440.
    #[must_use]
    pub const fn minute_of_day(self) -> u16 {
        self.minute_of_day
    }
}

/// Somebody takes a span, whatever the layers say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Who takes it.
    pub user: Member,
    /// Wall time in the schedule's zone, inclusive.
    pub from: DateTime,
    /// Wall time in the schedule's zone, exclusive.
    pub to: DateTime,
}

/// A half-open span `[from, to)` in which the people on call do not change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// Inclusive.
    pub from: Instant,
    /// Exclusive; always after `from`.
    pub to: Instant,
    /// Who is called first.
    pub primary: Member,
    /// Who stands behind, always somebody else.
    pub backup: Option<Member>,
    /// What put the primary there.
    pub source: ShiftSource,
}

/// What put somebody on call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShiftSource {
    /// The layer of this name.
    Layer(String),
    /// An override.
    Override,
}

/// Who is on call at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnCall {
    /// `None` in a gap.
    pub primary: Option<Member>,
    /// Who stands behind; `None` whenever `primary` is.
    pub backup: Option<Member>,
    /// What put the primary there; `None` whenever `primary` is.
    pub source: Option<ShiftSource>,
    /// The next instant at which any of the above changes; `None` if it never does. The one
    /// exception is a schedule with more than [`crate::limits::LOOKAHEAD_STEPS_MAX`] hand-offs
    /// that change nothing: then it is an instant before which nothing changes.
    pub until: Option<Instant>,
}

/// A text that is no turn length or no time of day.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ParseError {
    /// Not a [`Rotation`].
    #[error("\"{0}\" is not a turn length; write a number and h, d or w, such as 12h, 1d or 1w")]
    Rotation(String),
    /// Not a [`CivilTime`].
    #[error("\"{0}\" is not a time of day; write HH:MM from 00:00 to 24:00")]
    CivilTime(String),
}

impl fmt::Display for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            RotationUnit::Hour => 'h',
            RotationUnit::Day => 'd',
            RotationUnit::Week => 'w',
        };
        write!(f, "{}{unit}", self.count)
    }
}

impl FromStr for Rotation {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let refuse = || ParseError::Rotation(text.to_owned());
        let (digits, unit) = if let Some(digits) = text.strip_suffix('h') {
            (digits, RotationUnit::Hour)
        } else if let Some(digits) = text.strip_suffix('d') {
            (digits, RotationUnit::Day)
        } else if let Some(digits) = text.strip_suffix('w') {
            (digits, RotationUnit::Week)
        } else {
            return Err(refuse());
        };
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refuse());
        }
        let count = digits.parse().map_err(|_| refuse())?;
        Ok(Self { unit, count })
    }
}

impl fmt::Display for CivilTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minute_of_day / 60, self.minute_of_day % 60)
    }
}

impl FromStr for CivilTime {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let two_digits = |part: &str| -> Option<u16> {
            let plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| part.parse().ok())?
        };
        text.split_once(':')
            .and_then(|(hour, minute)| Self::new(two_digits(hour)?, two_digits(minute)?))
            .ok_or_else(|| ParseError::CivilTime(text.to_owned()))
    }
}

impl Serialize for Rotation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rotation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Serialize for CivilTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CivilTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

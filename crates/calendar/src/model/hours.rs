//! When a layer has somebody: hours of the week, and public holidays.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::ParseError;

/// Hours of the week: on some days (`days` and times), or one range from a weekday to a weekday
/// (`fri 17:00` to `mon 09:00`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The days on which the hours begin; empty for a range, whose edges name their days.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Weekday>,
    /// First minute, inclusive.
    pub from: HoursEdge,
    /// End, exclusive. At or before `from` it lies on the following day; in a range, in the following week.
    pub to: HoursEdge,
}

/// Begin or end of [`Hours`]: `17:00`, or `fri 17:00` in a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoursEdge {
    /// The day of a range's edge.
    pub weekday: Option<Weekday>,
    /// The time of day.
    pub time: CivilTime,
}

/// What a layer does on public holidays, which are whole civil days of the schedule's zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holidays {
    /// Whose public holidays count: ISO 3166-1 alpha-2, such as `DE`; see [`crate::holidays`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Days of one's own beside them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Date>,
    /// Whether the layer rests on those days or works on them alone.
    #[serde(default)]
    pub on: HolidayRule,
}

/// See [`Holidays::on`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HolidayRule {
    /// The layer has nobody on holidays.
    #[default]
    Off,
    /// The layer has somebody on holidays alone.
    Only,
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

impl Weekday {
    const WORDS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
}

impl From<CivilTime> for HoursEdge {
    fn from(time: CivilTime) -> Self {
        Self { weekday: None, time }
    }
}

impl fmt::Display for HoursEdge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(day) = self.weekday {
            write!(f, "{} ", Weekday::WORDS[day as usize])?;
        }
        self.time.fmt(f)
    }
}

impl FromStr for HoursEdge {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let Some((day, time)) = text.split_once(' ') else {
            return text.parse::<CivilTime>().map(Self::from);
        };
        let known = Weekday::ALL.into_iter().zip(Weekday::WORDS).find(|(_, word)| *word == day);
        let (weekday, _) = known.ok_or_else(|| ParseError::HoursEdge(text.to_owned()))?;
        let time = time.trim_start().parse().map_err(|_| ParseError::HoursEdge(text.to_owned()))?;
        Ok(Self { weekday: Some(weekday), time })
    }
}

impl Serialize for HoursEdge {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HoursEdge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

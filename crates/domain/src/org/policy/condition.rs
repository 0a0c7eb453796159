//! What a step asks of its page before it rings, and when pages of low urgency have to wait. Pure: the instant and what is known of the page
//! are arguments. Whatever cannot be answered (a zone that does not exist) is answered so that somebody is rung.

use super::is_default;
use crate::{org::Urgency, record::Instant, signal::AlertSeverity};
use jiff::{
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use nightbell_calendar::{CivilTime, Weekday, holidays, local};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The label that tells an alert's priority.
pub const PRIORITY_LABEL: &str = "priority";

/// Days looked through for the next morning on which pages may ring.
const DAYS_LOOKED_AT: usize = 31;

fn working_days() -> Vec<Weekday> {
    vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri]
}

fn time(hour: u16) -> CivilTime {
    CivilTime::new(hour, 0).expect("an hour of the day")
}

fn nine() -> CivilTime {
    time(9)
}

fn five() -> CivilTime {
    time(17)
}

fn six() -> CivilTime {
    time(18)
}

/// Where people work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locality {
    /// IANA zone of their days.
    pub time_zone: String,
    /// Country code whose public holidays they do not work on.
    pub holidays: Option<String>,
}

impl Default for Locality {
    fn default() -> Self {
        Self { time_zone: "UTC".to_owned(), holidays: None }
    }
}

impl Locality {
    /// Its own zone, or another that is named; `None` when there is no such zone.
    fn zone(&self, named: Option<&str>) -> Option<TimeZone> {
        local::zone(named.unwrap_or(&self.time_zone)).ok()
    }

    fn is_holiday(&self, day: Date) -> bool {
        let country = self.holidays.as_deref();
        let days = country.and_then(|code| holidays::for_country(code, day.year()..=day.year()));
        days.is_some_and(|days| days.contains(&day))
    }
}

/// What a page knows of the alert behind it, as far as conditions ask.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Labels that some condition names; others are left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// How bad the tool thinks it is; `None` when no alert stands behind the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<AlertSeverity>,
}

/// Hours on some days of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingHours {
    /// The days on which the hours begin; Monday to Friday when not said.
    #[serde(default = "working_days")]
    pub days: Vec<Weekday>,
    /// First minute, inclusive; 09:00 when not said.
    #[serde(default = "nine")]
    pub from: CivilTime,
    /// End, exclusive; 17:00 when not said. At or before `from` it lies on the following day.
    #[serde(default = "five")]
    pub to: CivilTime,
    /// IANA zone; the policy's team's when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The condition holds outside of these hours instead.
    #[serde(default, skip_serializing_if = "is_default")]
    pub outside: bool,
}

impl Default for WorkingHours {
    fn default() -> Self {
        Self { days: working_days(), from: nine(), to: five(), time_zone: None, outside: false }
    }
}

impl WorkingHours {
    /// Whether an instant lies in the hours. A day that is a holiday begins none. `None` when the zone does not exist.
    fn contain(&self, locality: &Locality, at: Instant) -> Option<bool> {
        let shown = locality.zone(self.time_zone.as_deref())?.to_datetime(at);
        let minute = minute_of_day(shown);
        let (from, to) = (self.from.minute_of_day(), self.to.minute_of_day());
        let begins = |day: Date| self.days.contains(&day.weekday().into()) && !locality.is_holiday(day);
        let today = begins(shown.date());
        Some(if from < to {
            today && (from..to).contains(&minute)
        } else {
            let yesterday = shown.date().yesterday().is_ok_and(begins);
            (today && minute >= from) || (yesterday && minute < to)
        })
    }
}

fn minute_of_day(shown: DateTime) -> u16 {
    u16::try_from(i32::from(shown.hour()) * 60 + i32::from(shown.minute())).unwrap_or(0)
}

/// What a step asks before it rings; everything that is said must hold, nothing said always holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The page has this urgency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    /// It is, or is not, within these hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<WorkingHours>,
    /// The alert has each of these labels, with one of the values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, Vec<String>>,
    /// The alert is at least so severe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<AlertSeverity>,
    /// The alert's label `priority` is one of these, in any case of letters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub priority: Vec<String>,
}

impl Condition {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        is_default(self)
    }

    /// Whether it holds for a page at an instant; otherwise what does not, for the log.
    ///
    /// # Errors
    /// The first part that does not hold, in words.
    pub fn holds(&self, urgency: Urgency, facts: &Facts, locality: &Locality, at: Instant) -> Result<(), String> {
        if let Some(wanted) = self.urgency.filter(|wanted| *wanted != urgency) {
            return Err(format!("only for {} urgency, and this is {}", wanted.word(), urgency.word()));
        }
        if let Some(hours) = &self.hours
            && hours.contain(locality, at) == Some(hours.outside)
        {
            return Err(format!("only {}", super::sentence::hours(hours, locality)));
        }
        for (name, values) in &self.labels {
            let has = facts.labels.get(name);
            if !has.is_some_and(|has| values.contains(has)) {
                let is = has.map_or_else(|| "it has none".to_owned(), |has| format!("it is {has:?}"));
                return Err(format!("only when label {name} is {}, and {is}", values.join(" or ")));
            }
        }
        if let Some(least) = self.severity
            && facts.severity.is_none_or(|severity| severity < least)
        {
            let is =
                facts.severity.map_or_else(|| "there is no alert".to_owned(), |is| format!("this is {}", is.word()));
            return Err(format!("only from severity {} on, and {is}", least.word()));
        }
        let is = facts.labels.get(PRIORITY_LABEL);
        if !self.priority.is_empty()
            && !is.is_some_and(|is| self.priority.iter().any(|known| known.eq_ignore_ascii_case(is)))
        {
            let is = is.map_or_else(|| "it has none".to_owned(), |is| format!("it is {is:?}"));
            return Err(format!("only for priority {}, and {is}", self.priority.join(" or ")));
        }
        Ok(())
    }

    /// Labels it looks at.
    pub fn labels_asked(&self) -> impl Iterator<Item = &str> {
        let priority = (!self.priority.is_empty()).then_some(PRIORITY_LABEL);
        self.labels.keys().map(String::as_str).chain(priority)
    }
}

/// Pages of low urgency ring from `until` to `from` on these days, and wait at any other time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldLow {
    /// The morning: what was held rings then.
    pub until: CivilTime,
    /// The evening: what comes later is held; 18:00 when not said.
    #[serde(default = "six")]
    pub from: CivilTime,
    /// Days on which pages of low urgency ring; Monday to Friday when not said. The team's holidays are never among them.
    #[serde(default = "working_days")]
    pub days: Vec<Weekday>,
    /// IANA zone; the policy's team's when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

impl HoldLow {
    /// On working days, until the evening.
    pub fn until(morning: CivilTime) -> Self {
        Self { until: morning, from: six(), days: working_days(), time_zone: None }
    }

    /// Until when a page that begins at an instant waits; `None`: it rings. A local time that does not exist means the next one that does, one that
    /// comes twice the first.
    pub fn held_until(&self, locality: &Locality, at: Instant) -> Option<Instant> {
        let zone = locality.zone(self.time_zone.as_deref())?;
        let shown = zone.to_datetime(at);
        let rings = |day: Date| self.days.contains(&day.weekday().into()) && !locality.is_holiday(day);
        let evening = minute_of_day(shown) >= self.from.minute_of_day();
        let morning = |day: Date| {
            let (hour, minute) = (self.until.minute_of_day() / 60, self.until.minute_of_day() % 60);
            let time = Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()?;
            local::instant(&zone, day.to_datetime(time)).ok()
        };
        if rings(shown.date()) && !evening && morning(shown.date()).is_some_and(|begin| begin <= at) {
            return None;
        }
        let days = shown.date().series(jiff::Span::new().days(1)).take(DAYS_LOOKED_AT);
        days.filter(|day| rings(*day)).filter_map(morning).find(|begin| *begin > at)
    }
}

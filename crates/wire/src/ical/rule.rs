//! One RRULE: read, its times counted, and what counting costs. The library is asked on a time line without changes of the clock: what it gets
//! wrong about those nights it is never asked.
//!
//! Times before what is looked at are not counted one by one where the rule allows to begin later: without COUNT, and on a day every month has.

use super::{Mistake, budget::Budget, stamp::instant};
use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use rrule::RRuleSet;

/// Parts of a rule that are handed to the library as they are.
const BY: [&str; 7] = ["WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"];
/// The last day that every month has.
const IN_EVERY_MONTH: i8 = 28;

/// How often.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

/// A recurrence, understood.
pub(super) struct Rule<'a> {
    line: usize,
    text: &'a str,
    every: Every,
    interval: u32,
    count: Option<u32>,
    /// The last begin, as the wall clock of the event shows it.
    until: Option<DateTime>,
    by: Vec<String>,
}

impl Every {
    fn word(self) -> &'static str {
        match self {
            Self::Day => "DAILY",
            Self::Week => "WEEKLY",
            Self::Month => "MONTHLY",
            Self::Year => "YEARLY",
        }
    }

    /// Days of one, about.
    fn days(self) -> i64 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 30,
            Self::Year => 365,
        }
    }

    /// What the library does for one, beside a day.
    fn weight(self) -> u64 {
        match self {
            Self::Day | Self::Week => 1,
            Self::Month => 2,
            Self::Year => 8,
        }
    }

    fn span(self, count: i64) -> Option<Span> {
        let span = Span::new();
        match self {
            Self::Day => span.try_days(count),
            Self::Week => span.try_weeks(count),
            Self::Month => span.try_months(count),
            Self::Year => span.try_years(count),
        }
        .ok()
    }
}

impl<'a> Rule<'a> {
    /// Reads the value of an RRULE of an event in a zone.
    ///
    /// # Errors
    /// What is not understood, or repeats more often than daily.
    pub(super) fn read(line: usize, text: &'a str, zone: &TimeZone) -> Result<Self, Mistake> {
        let (mut every, mut interval, mut count, mut until_, mut by) = (None, 1, None, None, Vec::new());
        for part in text.trim().trim_end_matches(';').split(';') {
            let wrong = || {
                let shown = super::lines::unescape(part);
                Mistake::at(line, format!("{shown:?} is no part of a recurrence like FREQ=WEEKLY"))
            };
            let (name, value) = part.split_once('=').ok_or_else(wrong)?;
            let (name, value) = (name.trim().to_ascii_uppercase(), value.trim().to_ascii_uppercase());
            if value.len() > 400 {
                return Err(wrong());
            }
            let number = || {
                let message = format!("{name}={value} is no number from 1 on: it cannot be repeated");
                value.parse::<u32>().ok().filter(|number| *number > 0).ok_or_else(|| Mistake::at(line, message))
            };
            match name.as_str() {
                "FREQ" => every = Some(frequency(line, &value)?),
                "UNTIL" => until_ = Some(until(line, &value, zone)?),
                "INTERVAL" => interval = number()?,
                "COUNT" => count = Some(number()?),
                known if BY.contains(&known) => by.push(format!("{name}={value}")),
                _ => {
                    let message = format!("{name} in a recurrence is not read; give each time an event of its own");
                    return Err(Mistake::at(line, message));
                }
            }
        }
        let every = every.ok_or_else(|| Mistake::at(line, "a recurrence without FREQ"))?;
        Ok(Self { line, text, every, interval, count, until: until_, by })
    }

    /// The civil times at which an event that begins at `start` comes, up to an instant; those before `since` may be left out.
    ///
    /// # Errors
    /// A rule that comes at no time; the budget is used up.
    pub(super) fn times(
        &self,
        start: DateTime,
        (since, to): (DateTime, Timestamp),
        budget: &mut Budget<'_>,
    ) -> Result<Vec<DateTime>, Mistake> {
        let wrong = |e: &dyn std::fmt::Display| {
            Mistake::at(self.line, format!("RRULE:{} cannot be repeated: {e}", super::lines::unescape(self.text)))
        };
        // A day more: the zone's own time is at most that far from the time line the rule is put on.
        let last = to.checked_add(jiff::SignedDuration::from_hours(24)).map_err(|e| wrong(&e))?;
        let last = TimeZone::UTC.to_datetime(last);
        if start > last {
            return Ok(Vec::new());
        }
        let begin = self.begin_later(start, since);
        let mut rule = vec![format!("FREQ={};INTERVAL={}", self.every.word(), self.interval)];
        rule.extend(self.count.map(|count| format!("COUNT={count}")));
        rule.extend(self.by.iter().cloned());
        let text = format!("DTSTART:{}Z\nRRULE:{}", begin.strftime("%Y%m%dT%H%M%S"), rule.join(";"));
        let set: RRuleSet = text.parse().map_err(|e: rrule::RRuleError| wrong(&e))?;
        let (mut found, mut before, mut comes) = (Vec::new(), begin, false);
        // Asked one by one, so that what was counted is paid for; the library itself gives up a search that finds nothing.
        for at in &set.limit() {
            comes = true;
            let Ok(at) = Timestamp::from_second(at.timestamp()) else { break };
            let at = TimeZone::UTC.to_datetime(at);
            budget.spend(self.cost(before, at))?;
            if at >= last || self.until.is_some_and(|until| at > until) {
                break;
            }
            found.push(at);
            before = at;
        }
        if comes { Ok(found) } else { Err(wrong(&"it comes at no time, not even when it begins")) }
    }

    /// What finding the next time cost: the turns of the rule between two of them.
    fn cost(&self, from: DateTime, to: DateTime) -> u64 {
        let days = to.duration_since(from).as_hours() / 24;
        let turns = days / (self.every.days() * i64::from(self.interval));
        1 + u64::try_from(turns).unwrap_or(0) * self.every.weight()
    }

    /// A later begin from which the same times follow; the begin itself where there is none.
    fn begin_later(&self, start: DateTime, since: DateTime) -> DateTime {
        let fixed = match self.every {
            Every::Day | Every::Week => true,
            // By the number of the week a year repeats the weekday of its begin.
            Every::Month | Every::Year => {
                start.day() <= IN_EVERY_MONTH && !self.by.iter().any(|part| part.starts_with("BYWEEKNO="))
            }
        };
        if self.count.is_some() || !fixed || since <= start {
            return start;
        }
        let days = since.duration_since(start).as_hours() / 24;
        // Months and years are shorter than they are counted here at most by as much as one turn takes back.
        let longest = match self.every {
            Every::Month => 31,
            Every::Year => 366,
            _ => self.every.days(),
        };
        let turns = days / (longest * i64::from(self.interval));
        let later = turns.checked_mul(i64::from(self.interval)).and_then(|count| self.every.span(count));
        later.and_then(|span| start.checked_add(span).ok()).unwrap_or(start)
    }
}

fn frequency(line: usize, value: &str) -> Result<Every, Mistake> {
    match value {
        "DAILY" => Ok(Every::Day),
        "WEEKLY" => Ok(Every::Week),
        "MONTHLY" => Ok(Every::Month),
        "YEARLY" => Ok(Every::Year),
        "HOURLY" | "MINUTELY" | "SECONDLY" => Err(Mistake::at(
            line,
            format!(
                "FREQ={value} is not read: turns of hours across a change of the clock mean something else to every program. \
                 Write the turns into the schedule itself (every: 12h), or as one daily event for each turn"
            ),
        )),
        _ => Err(Mistake::at(line, format!("{value:?} is no frequency; DAILY, WEEKLY, MONTHLY and YEARLY are"))),
    }
}

/// The last begin, as the wall clock of the event shows it. A day means all of that day.
fn until(line: usize, value: &str, zone: &TimeZone) -> Result<DateTime, Mistake> {
    let wrong = || Mistake::at(line, format!("UNTIL={value} is no date and time"));
    let parse = |text: &str| DateTime::strptime("%Y%m%dT%H%M%S", text).map_err(|_| wrong());
    if let Some(utc) = value.strip_suffix('Z') {
        let at = instant(&TimeZone::UTC, parse(utc)?).ok_or_else(wrong)?;
        return Ok(zone.to_datetime(at));
    }
    if value.contains('T') {
        return parse(value);
    }
    let day = Date::strptime("%Y%m%d", value).map_err(|_| wrong())?;
    Ok(day.to_datetime(Time::constant(23, 59, 59, 0)))
}

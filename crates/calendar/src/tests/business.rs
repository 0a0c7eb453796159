//! Due dates of postmortems.

use std::collections::BTreeSet;

use super::at;
use crate::business::BusinessCalendar;
use crate::{Instant, holidays};

fn team(time_zone: &str, country: &str) -> BusinessCalendar {
    BusinessCalendar {
        time_zone: time_zone.to_owned(),
        holidays: holidays::for_country(country, holidays::YEARS).unwrap_or_default(),
    }
}

#[test]
fn the_end_of_the_nth_business_day_after_the_day_of_resolution() {
    let check = |zone: &str, country: &str, day_zero: &str, days: u16, expected: &str| {
        let due = team(zone, country).due(at(day_zero), days);
        assert_eq!(due, at(expected), "{zone} {country} {day_zero} + {days}");
    };
    // Saturday 2 May 2026: Monday to Friday, due when Friday ends.
    check("Europe/Berlin", "DE", "2026-05-02T09:42:00Z", 5, "2026-05-08T22:00:00Z");
    // Day 0 is the local day: 23:30 UTC on Thursday is Friday 1 May in Berlin.
    check("Europe/Berlin", "DE", "2026-04-30T22:30:00Z", 1, "2026-05-04T22:00:00Z");
    // Good Friday and Easter Monday do not count, and the clock changes on the way.
    check("Europe/Berlin", "DE", "2026-03-27T10:00:00Z", 5, "2026-04-07T22:00:00Z");
    check("Europe/Berlin", "XX", "2026-03-27T10:00:00Z", 5, "2026-04-03T22:00:00Z");
    // Ascension Day on a Thursday.
    check("Europe/Berlin", "DE", "2026-05-12T10:00:00Z", 2, "2026-05-15T22:00:00Z");
    check("America/New_York", "US", "2026-07-02T12:00:00Z", 1, "2026-07-07T04:00:00Z");
    // Zero is the end of the day itself, whatever day it is.
    check("UTC", "DE", "2026-05-03T12:00:00Z", 0, "2026-05-04T00:00:00Z");
    // Friday 30 December 2011 never was in Apia: Thursday ends where Saturday begins, and nobody
    // worked on a day that was not there.
    check("Pacific/Apia", "XX", "2011-12-28T20:00:00Z", 1, "2011-12-30T10:00:00Z");
    check("Pacific/Apia", "XX", "2011-12-28T20:00:00Z", 2, "2012-01-02T10:00:00Z");
    // Midnight is skipped in Beirut on 29 March 2026: the day begins at 01:00.
    check("Asia/Beirut", "XX", "2026-03-27T10:00:00Z", 1, "2026-03-30T21:00:00Z");
}

#[test]
fn a_business_day_is_a_weekday_that_is_no_holiday() {
    let check = |day: &str, expected: bool| {
        let found = team("Europe/Berlin", "DE").is_business_day(day.parse().unwrap());
        assert_eq!(found, expected, "{day}");
    };
    check("2026-04-30", true);
    check("2026-05-01", false);
    check("2026-05-02", false);
    check("2026-05-03", false);
    check("2026-05-04", true);
}

#[test]
fn a_broken_calendar_still_has_a_due_date() {
    let unknown = team("Mars/Olympus", "DE");
    assert!(unknown.validate().is_err());
    assert_eq!(unknown.due(at("2026-05-02T09:42:00Z"), 5), at("2026-05-09T00:00:00Z"));
    let berlin = team("Europe/Berlin", "DE");
    assert!(berlin.validate().is_ok());
    assert_eq!(berlin.due(Instant::MAX, 1), Instant::MAX);
    assert_eq!(berlin.due(Instant::MAX, u16::MAX), Instant::MAX);
    assert!(berlin.due(Instant::MIN, u16::MAX) > Instant::MIN);
    let nobody_works = BusinessCalendar {
        time_zone: "UTC".to_owned(),
        holidays: (1..=28).filter_map(|day| jiff::civil::Date::new(2026, 2, day).ok()).collect::<BTreeSet<_>>(),
    };
    assert_eq!(nobody_works.due(at("2026-01-30T12:00:00Z"), 1), at("2026-03-03T00:00:00Z"));
}

//! The written rule from wall clock to instant, and its inverse.

use jiff::ToSpan;

use super::{at, civil};
use crate::{CalendarError, Instant, local};

#[test]
fn inv_11_an_ambiguous_time_is_its_first_occurrence_and_a_skipped_one_the_end_of_the_gap() {
    let check = |zone: &str, wall: &str, expected: &str| {
        let zone_found = local::zone(zone).unwrap();
        let found = local::instant(&zone_found, civil(wall)).unwrap();
        assert_eq!(found, at(expected), "{zone} {wall}");
    };
    check("Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z");
    check("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00:00Z");
    check("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00:00Z");
    check("Europe/Berlin", "2026-03-29T02:59:59", "2026-03-29T01:00:00Z");
    check("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00Z");
    check("Europe/Berlin", "2026-03-29T03:01", "2026-03-29T01:01:00Z");
    check("Europe/Berlin", "2026-10-25T01:59", "2026-10-24T23:59:00Z");
    check("Europe/Berlin", "2026-10-25T02:00", "2026-10-25T00:00:00Z");
    check("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z");
    check("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00Z");
    // Half an hour of daylight saving.
    check("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30:00Z");
    check("Australia/Lord_Howe", "2026-10-04T02:30", "2026-10-03T15:30:00Z");
    check("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z");
    check("Australia/Lord_Howe", "2026-04-05T02:00", "2026-04-04T15:30:00Z");
    check("America/St_Johns", "2026-03-08T02:30", "2026-03-08T05:30:00Z");
    check("America/St_Johns", "2026-11-01T01:30", "2026-11-01T04:00:00Z");
    // A whole day that never was.
    check("Pacific/Apia", "2011-12-29T23:59", "2011-12-30T09:59:00Z");
    check("Pacific/Apia", "2011-12-30T00:00", "2011-12-30T10:00:00Z");
    check("Pacific/Apia", "2011-12-30T18:00", "2011-12-30T10:00:00Z");
    check("Pacific/Apia", "2011-12-31T00:00", "2011-12-30T10:00:00Z");
    // Midnight itself is skipped.
    check("Asia/Beirut", "2026-03-29T00:00", "2026-03-28T22:00:00Z");
    // Beyond the compiled table, from the zone's rule.
    check("Europe/Berlin", "2090-03-26T02:30", "2090-03-26T01:00:00Z");
}

#[test]
fn the_civil_time_that_has_come_never_goes_back() {
    let check = |zone: &str, instant: &str, expected: &str| {
        let zone_found = local::zone(zone).unwrap();
        let found = local::civil(&zone_found, at(instant));
        assert_eq!(found, civil(expected), "{zone} {instant}");
    };
    check("Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T02:30");
    check("Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-25T02:59:59.999999999");
    check("Europe/Berlin", "2026-10-25T01:59:59Z", "2026-10-25T02:59:59.999999999");
    check("Europe/Berlin", "2026-10-25T02:00:00Z", "2026-10-25T03:00");
    check("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T03:00");
    check("Australia/Lord_Howe", "2026-04-04T15:10:00Z", "2026-04-05T01:59:59.999999999");
}

#[test]
fn inv_11_the_two_directions_fit_together_at_every_transition_of_every_zone() {
    let database = jiff::tz::TimeZoneDatabase::bundled();
    let (first, last) = (at("1970-01-02T00:00:00Z"), at("2045-01-01T00:00:00Z"));
    let mut compared = 0;
    for name in database.available() {
        let zone = local::zone(name.as_str()).unwrap();
        for step in zone.following(first).take_while(|step| step.timestamp() < last) {
            let before = local::civil(&zone, step.timestamp() - 1.nanosecond());
            let shown = zone.to_datetime(step.timestamp());
            let near = [before, shown, before - 30.minutes(), shown + 30.minutes(), shown - 30.minutes()];
            for wall in near {
                let begins = local::instant(&zone, wall).unwrap();
                assert!(wall <= local::civil(&zone, begins), "{name} {wall}");
                let just_before = begins - 1.nanosecond();
                assert!(local::civil(&zone, just_before) < wall, "{name} {wall}");
                compared += 1;
            }
        }
    }
    assert!(compared > 100_000, "only {compared} compared");
}

#[test]
fn what_cannot_be_counted_is_an_error() {
    let zone = local::zone("America/New_York").unwrap();
    let wall = jiff::civil::DateTime::MAX;
    assert_eq!(local::instant(&zone, wall), Err(CalendarError::OutOfRange(wall)));
    let _ = local::civil(&zone, Instant::MAX);
    let _ = local::civil(&zone, Instant::MIN);
    for name in ["", "Berlin", "../etc/passwd", "Europe/Berlin\0"] {
        assert_eq!(local::zone(name).err(), Some(CalendarError::UnknownTimeZone(name.to_owned())));
    }
}

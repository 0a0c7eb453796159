//! Recurrences: what each rule means, told in the zone of the event, and that daily and weekly turns never drift on the nights on which clocks
//! are changed.

use crate::ical::{expand, read};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn berlin() -> TimeZone {
    crate::ical::stamp::zone("Europe/Berlin").expect("a zone")
}

fn calendar(event: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        event.trim().replace('\n', "\r\n")
    )
}

/// `from/to` of each time in October and November 2026, in UTC.
fn times(event: &str) -> Vec<String> {
    let known = read(&calendar(event), &berlin()).expect("reads");
    let found = expand(&known, &berlin(), at("2026-10-01T00:00:00Z"), at("2026-12-01T00:00:00Z")).expect("expands");
    found.iter().map(|one| format!("{} {}", one.from.strftime("%m-%d %H:%M"), one.to.strftime("%m-%d %H:%M"))).collect()
}

#[test]
fn events_mean_these_times() {
    let cases: [(&str, &str, &[&str]); 12] = [
        (
            "once, in its zone",
            "DTSTART;TZID=America/New_York:20261101T013000\nDTEND;TZID=America/New_York:20261101T033000",
            &["11-01 05:30 11-01 08:30"],
        ),
        ("floating is the reader's", "DTSTART:20261010T090000\nDURATION:PT8H", &["10-10 07:00 10-10 15:00"]),
        ("a day without an end", "DTSTART;VALUE=DATE:20261025", &["10-24 22:00 10-25 23:00"]),
        (
            "days until the day before",
            "DTSTART;VALUE=DATE:20261010\nDTEND;VALUE=DATE:20261012",
            &["10-09 22:00 10-11 22:00"],
        ),
        (
            "weekly over the change of the clock",
            "DTSTART;TZID=Europe/Berlin:20261019T090000\nDTEND;TZID=Europe/Berlin:20261026T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3",
            &["10-19 07:00 10-26 08:00", "11-02 08:00 11-09 08:00", "11-16 08:00 11-23 08:00"],
        ),
        (
            "UNTIL is inclusive, in UTC",
            "DTSTART;TZID=Europe/Berlin:20261024T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20261026T080000Z",
            &["10-24 07:00 10-24 08:00", "10-25 08:00 10-25 09:00", "10-26 08:00 10-26 09:00"],
        ),
        (
            "UNTIL a day means all of it",
            "DTSTART;VALUE=DATE:20261101\nRRULE:FREQ=DAILY;UNTIL=20261102",
            &["10-31 23:00 11-01 23:00", "11-01 23:00 11-02 23:00"],
        ),
        (
            "the last Friday of a month",
            "DTSTART:20260130T170000Z\nDURATION:PT2H\nRRULE:FREQ=MONTHLY;BYDAY=-1FR",
            &["10-30 17:00 10-30 19:00", "11-27 17:00 11-27 19:00"],
        ),
        (
            "the last working day of a month",
            "DTSTART:20260130T170000Z\nDURATION:PT2H\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            &["10-30 17:00 10-30 19:00", "11-30 17:00 11-30 19:00"],
        ),
        (
            "left out, as a time and as a day",
            "DTSTART;TZID=Europe/Berlin:20261101T090000\nDURATION:P1D\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE;TZID=Europe/Berlin:20261102T090000\nEXDATE;VALUE=DATE:20261103",
            &["11-01 08:00 11-02 08:00", "11-04 08:00 11-05 08:00"],
        ),
        (
            "added",
            "DTSTART:20261101T080000Z\nDURATION:PT1H\nRDATE:20261103T080000Z,20261105T080000Z",
            &["11-01 08:00 11-01 09:00", "11-03 08:00 11-03 09:00", "11-05 08:00 11-05 09:00"],
        ),
        (
            "an alarm's lines are not the event's",
            "DTSTART:20261101T080000Z\nBEGIN:VALARM\nTRIGGER:-PT15M\nDURATION:PT5M\nEND:VALARM\nDURATION:PT1H",
            &["11-01 08:00 11-01 09:00"],
        ),
    ];
    for (what, event, expected) in cases {
        assert_eq!(times(event), expected, "{what}");
    }
}

#[test]
fn a_moved_time_stands_for_the_one_it_was() {
    let text = "BEGIN:VCALENDAR\nX-WR-CALNAME:Payments\nBEGIN:VEVENT\nUID:1\nSUMMARY:alice\nDTSTART:20261101T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEND:VEVENT\n\
                BEGIN:VEVENT\nUID:1\nSUMMARY:bob\nRECURRENCE-ID:20261102T080000Z\nDTSTART:20261102T100000Z\nDURATION:PT2H\nEND:VEVENT\n\
                BEGIN:VEVENT\nUID:1\nSTATUS:CANCELLED\nRECURRENCE-ID:20261103T080000Z\nDTSTART:20261103T080000Z\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n";
    let known = read(text, &TimeZone::UTC).expect("reads");
    assert_eq!(known.name.as_deref(), Some("Payments"));
    let found =
        expand(&known, &TimeZone::UTC, at("2026-10-01T00:00:00Z"), at("2026-12-01T00:00:00Z")).expect("expands");
    let told: Vec<String> =
        found.iter().map(|one| format!("{} {}", one.from, known.events[one.event].summary)).collect();
    assert_eq!(told, ["2026-11-01T08:00:00Z alice", "2026-11-02T10:00:00Z bob"]);
}

#[test]
fn a_zone_that_the_calendar_describes_is_known_by_its_place() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:W. Europe Standard Time\nX-LIC-LOCATION:Europe/Berlin\nEND:VTIMEZONE\nBEGIN:VEVENT\n\
                DTSTART;TZID=\"W. Europe Standard Time\":20261101T090000\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n";
    let known = read(text, &TimeZone::UTC).expect("reads");
    let found =
        expand(&known, &TimeZone::UTC, at("2026-10-01T00:00:00Z"), at("2026-12-01T00:00:00Z")).expect("expands");
    assert_eq!(found[0].from, at("2026-11-01T08:00:00Z"));
}

#[test]
fn busy_is_what_is_neither_free_nor_cancelled() {
    let event = |more: &str| calendar(&format!("DTSTART:20261101T080000Z\nDURATION:PT1H\n{more}"));
    for (more, busy) in [
        ("", true),
        ("TRANSP:OPAQUE", true),
        ("TRANSP:TRANSPARENT", false),
        ("STATUS:CANCELLED", false),
        ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", false),
    ] {
        assert_eq!(read(&event(more), &TimeZone::UTC).expect("reads").events[0].busy, busy, "{more}");
    }
}

/// The same by hand: so many days on, at the same wall time.
fn by_hand(zone: &TimeZone, start: DateTime, step_days: i64, count: i64) -> Vec<Timestamp> {
    (0..count)
        .filter_map(|n| start.checked_add(jiff::Span::new().days(n * step_days)).ok())
        .map(|civil| zone.to_ambiguous_timestamp(civil).compatible().expect("an instant"))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn inv_11_daily_and_weekly_turns_keep_their_wall_time_in_every_zone(
        zone in prop::sample::select(jiff::tz::TimeZoneDatabase::bundled().available().map(|name| name.as_str().to_owned()).collect::<Vec<_>>()),
        day in 0_i64..4000, minute in 0_i64..1440, interval in 1_i64..9, weekly in any::<bool>(),
    ) {
        let Some(known) = crate::ical::stamp::zone(&zone) else { return Ok(()) };
        let start = jiff::civil::date(2024, 1, 1).at(0, 0, 0, 0)
            .checked_add(jiff::Span::new().days(day).minutes(minute)).expect("a time");
        let freq = if weekly { "WEEKLY" } else { "DAILY" };
        let text = calendar(&format!(
            "DTSTART;TZID={zone}:{}\nDURATION:PT1H\nRRULE:FREQ={freq};INTERVAL={interval};COUNT=40", start.strftime("%Y%m%dT%H%M%S")
        ));
        let calendar = read(&text, &TimeZone::UTC).expect("reads");
        let found = expand(&calendar, &TimeZone::UTC, at("2020-01-01T00:00:00Z"), at("2190-01-01T00:00:00Z")).expect("expands");
        let mut expected = by_hand(&known, start, if weekly { interval * 7 } else { interval }, 40);
        expected.dedup();
        prop_assert_eq!(found.iter().map(|one| one.from).collect::<Vec<_>>(), expected);
    }
}

proptest! {
    #[test]
    fn what_lies_before_is_passed_over_and_changes_nothing(
        freq in prop::sample::select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]), interval in 1_u32..7, day in 1_u32..32,
        by in prop::sample::select(vec![
            "", ";BYDAY=MO,TH", ";BYMONTH=2,3,7,11", ";BYDAY=TU;WKST=SU", ";BYMONTHDAY=5,29", ";BYDAY=MO,TU,WE;BYSETPOS=-1",
        ]),
        hour in 0_u32..24, ends in prop::option::of(2016_u32..2027),
    ) {
        let until = ends.map(|year| format!(";UNTIL={year}0701T000000Z")).unwrap_or_default();
        let setpos_needs_a_set = freq == "DAILY" && by.contains("SETPOS");
        let by = if setpos_needs_a_set { "" } else { by };
        let text = calendar(&format!(
            "DTSTART;TZID=Europe/Berlin:200701{day:02}T{hour:02}3000\nDURATION:PT30H\nRRULE:FREQ={freq};INTERVAL={interval}{by}{until}"
        ));
        let known = read(&text, &berlin()).expect("reads");
        let (begin, late, end) = (at("2007-01-01T00:00:00Z"), at("2024-01-15T07:00:00Z"), at("2027-12-01T00:00:00Z"));
        let whole = expand(&known, &berlin(), begin, end);
        let part = expand(&known, &berlin(), late, end);
        prop_assert_eq!(whole.is_ok(), part.is_ok(), "{:?} {:?}", whole, part);
        if let (Ok(mut whole), Ok(part)) = (whole, part) {
            whole.retain(|one| late < one.to);
            prop_assert_eq!(whole, part);
        }
    }
}

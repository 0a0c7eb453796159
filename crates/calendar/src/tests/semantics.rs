//! Who wins: layers, hours, overrides, backups; and what a broken schedule does.

use jiff::civil::DateTime;

use super::{at, civil, in_zone, lines};
use crate::limits::SPAN_STEPS_MAX;
use crate::{
    Backup, CalendarError, Gap, Instant, Member, Schedule, ShiftSource, Weekday, gaps, naive, on_call, shifts,
};

const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];

/// The shifts, which the slow twin must give as well.
fn check(schedule: &Schedule, from: &str, to: &str, expected: &[&str]) {
    let found = shifts(schedule, at(from), at(to)).unwrap();
    assert_eq!(lines(&found), expected);
    let slow = naive::shifts(schedule, at(from), at(to)).unwrap();
    assert_eq!(lines(&slow), expected, "the slow twin differs");
}

#[test]
fn a_layer_has_nobody_before_it_starts_and_then_takes_turns() {
    let schedule = in_zone("UTC").layer("daily", "ann bob cy", "1d", "2026-05-01T09:00");
    check(
        &schedule,
        "2026-04-30T00:00:00Z",
        "2026-05-04T12:00:00Z",
        &[
            "2026-05-01T09:00:00Z 2026-05-02T09:00:00Z ann bob daily",
            "2026-05-02T09:00:00Z 2026-05-03T09:00:00Z bob cy daily",
            "2026-05-03T09:00:00Z 2026-05-04T09:00:00Z cy ann daily",
            "2026-05-04T09:00:00Z 2026-05-04T12:00:00Z ann bob daily",
        ],
    );
    let found = gaps(&schedule, at("2026-04-30T00:00:00Z"), at("2026-05-02T00:00:00Z"));
    let (from, to) = (at("2026-04-30T00:00:00Z"), at("2026-05-01T09:00:00Z"));
    assert_eq!(found.unwrap(), [Gap { from, to, declared: false }]);
}

#[test]
fn hourly_turns_are_exact_elapsed_time_and_equal_neighbours_merge() {
    check(
        &in_zone("Europe/Berlin").layer("h", "ann bob", "12h", "2026-03-28T08:00"),
        "2026-03-28T07:00:00Z",
        "2026-03-29T19:00:00Z",
        &[
            "2026-03-28T07:00:00Z 2026-03-28T19:00:00Z ann bob h",
            "2026-03-28T19:00:00Z 2026-03-29T07:00:00Z bob ann h",
            "2026-03-29T07:00:00Z 2026-03-29T19:00:00Z ann bob h",
        ],
    );
    check(
        &in_zone("UTC").layer("h", "ann ann bob", "1h", "2026-05-01T00:00"),
        "2026-05-01T00:00:00Z",
        "2026-05-01T04:00:00Z",
        &[
            "2026-05-01T00:00:00Z 2026-05-01T02:00:00Z ann bob h",
            "2026-05-01T02:00:00Z 2026-05-01T03:00:00Z bob ann h",
            "2026-05-01T03:00:00Z 2026-05-01T04:00:00Z ann bob h",
        ],
    );
}

#[test]
fn a_later_layer_wins_while_it_has_somebody() {
    // 2026-05-01 is a Friday. Nights go over midnight; the day named is the one they begin on.
    let schedule = in_zone("UTC")
        .layer("base", "ann", "1w", "2026-01-01T00:00")
        .layer("night", "bob cy", "1d", "2026-04-30T12:00")
        .hours(&WORKDAYS, "22:00", "06:00");
    check(
        &schedule,
        "2026-05-01T12:00:00Z",
        "2026-05-05T12:00:00Z",
        &[
            "2026-05-01T12:00:00Z 2026-05-01T22:00:00Z ann - base",
            "2026-05-01T22:00:00Z 2026-05-02T06:00:00Z cy bob night",
            "2026-05-02T06:00:00Z 2026-05-04T22:00:00Z ann - base",
            "2026-05-04T22:00:00Z 2026-05-05T06:00:00Z bob cy night",
            "2026-05-05T06:00:00Z 2026-05-05T12:00:00Z ann - base",
        ],
    );
}

#[test]
fn hours_that_touch_leave_no_seam() {
    let schedule = in_zone("UTC")
        .layer("a", "ann", "1w", "2026-01-01T00:00")
        .hours(&WORKDAYS, "00:00", "24:00")
        .hours(&[Weekday::Sat], "00:00", "12:00")
        .hours(&[Weekday::Sat, Weekday::Sun], "12:00", "12:00");
    check(
        &schedule,
        "2026-05-01T00:00:00Z",
        "2026-05-12T00:00:00Z",
        &["2026-05-01T00:00:00Z 2026-05-12T00:00:00Z ann - a"],
    );
    assert_eq!(on_call(&schedule, at("2026-05-02T00:00:00Z")).unwrap().until, None);
}

#[test]
fn overrides_win_and_the_later_in_the_list_wins_among_them() {
    let schedule = in_zone("UTC")
        .layer("d", "ann bob cy", "1w", "2026-05-01T00:00")
        .taken("dan", "2026-05-01T01:00", "2026-05-01T05:00")
        .taken("eve", "2026-05-01T02:00", "2026-05-01T03:00")
        // The one on call anyway: nothing changes.
        .taken("ann", "2026-05-01T06:00", "2026-05-01T07:00")
        // The backup: the primary steps behind them.
        .taken("bob", "2026-05-01T08:00", "2026-05-01T09:00")
        // Neither.
        .taken("cy", "2026-05-01T10:00", "2026-05-01T11:00")
        .taken("fay", "2026-04-30T22:00", "2026-04-30T23:00");
    check(
        &schedule,
        "2026-04-30T20:00:00Z",
        "2026-05-01T12:00:00Z",
        &[
            "2026-04-30T22:00:00Z 2026-04-30T23:00:00Z fay - override",
            "2026-05-01T00:00:00Z 2026-05-01T01:00:00Z ann bob d",
            "2026-05-01T01:00:00Z 2026-05-01T02:00:00Z dan bob override",
            "2026-05-01T02:00:00Z 2026-05-01T03:00:00Z eve bob override",
            "2026-05-01T03:00:00Z 2026-05-01T05:00:00Z dan bob override",
            "2026-05-01T05:00:00Z 2026-05-01T08:00:00Z ann bob d",
            "2026-05-01T08:00:00Z 2026-05-01T09:00:00Z bob ann override",
            "2026-05-01T09:00:00Z 2026-05-01T10:00:00Z ann bob d",
            "2026-05-01T10:00:00Z 2026-05-01T11:00:00Z cy bob override",
            "2026-05-01T11:00:00Z 2026-05-01T12:00:00Z ann bob d",
        ],
    );
    let mut alone = schedule;
    alone.backup = Backup::None;
    for shift in shifts(&alone, at("2026-04-30T20:00:00Z"), at("2026-05-01T12:00:00Z")).unwrap() {
        assert_eq!(shift.backup, None);
    }
}

#[test]
fn on_call_names_the_next_change() {
    let schedule = in_zone("UTC")
        .layer("weekly", "alice bob", "1w", "2026-01-05T09:00")
        .hours(&Weekday::ALL, "00:00", "24:00")
        .taken("carol", "2026-01-07T00:00", "2026-01-08T00:00");
    let check = |instant: &str, primary: Option<&str>, until: Option<&str>| {
        let found = on_call(&schedule, at(instant)).unwrap();
        assert_eq!(found.primary, primary.map(Member::from), "{instant}");
        assert_eq!(found.until, until.map(at), "{instant}");
        assert_eq!(found.source.is_some(), found.primary.is_some());
    };
    check("2025-12-01T00:00:00Z", None, Some("2026-01-05T09:00:00Z"));
    check("2026-01-05T08:59:59.999999999Z", None, Some("2026-01-05T09:00:00Z"));
    check("2026-01-05T09:00:00Z", Some("alice"), Some("2026-01-07T00:00:00Z"));
    check("2026-01-07T00:00:00Z", Some("carol"), Some("2026-01-08T00:00:00Z"));
    check("2026-01-08T00:00:00Z", Some("alice"), Some("2026-01-12T09:00:00Z"));
    check("2026-01-12T09:00:00Z", Some("bob"), Some("2026-01-19T09:00:00Z"));
    check("2190-01-12T09:00:00Z", Some("alice"), Some("2190-01-18T09:00:00Z"));
}

#[test]
fn a_shift_that_never_ends_has_no_next_change() {
    let check = |schedule: Schedule, primary: Option<&str>| {
        let found = on_call(&schedule, at("2026-05-01T00:00:00Z")).unwrap();
        assert_eq!(found.primary, primary.map(Member::from));
        assert_eq!(found.until, None);
    };
    check(in_zone("UTC").layer("a", "ann ann", "1h", "2026-01-01T00:00"), Some("ann"));
    check(
        in_zone("UTC").layer("hidden", "bob cy", "1h", "2026-01-01T00:00").layer("a", "ann", "1h", "2026-01-01T00:00"),
        Some("ann"),
    );
    check(in_zone("UTC").taken("bob", "2020-01-01T00:00", "2021-01-01T00:00"), None);
    check(in_zone("UTC"), None);
}

#[test]
fn a_broken_part_covers_nothing_and_blocks_nothing() {
    let schedule = in_zone("UTC")
        .layer("base", "ann bob", "0d", "2026-01-01T00:00")
        .layer("empty", "", "1d", "2026-01-01T00:00")
        .layer("no days", "cy", "1d", "2026-01-01T00:00")
        .hours(&[], "00:00", "24:00")
        .taken("dan", "2026-05-03T00:00", "2026-05-01T00:00");
    check(
        &schedule,
        "2026-05-01T00:00:00Z",
        "2026-05-04T00:00:00Z",
        &["2026-05-01T00:00:00Z 2026-05-04T00:00:00Z ann bob base"],
    );
    let found = on_call(&schedule, at("2026-05-02T00:00:00Z")).unwrap();
    assert_eq!(found.source, Some(ShiftSource::Layer("base".into())));
}

#[test]
fn an_empty_or_reversed_span_has_no_shifts_and_no_gaps() {
    let schedule = in_zone("UTC").layer("d", "ann", "1d", "2026-01-01T00:00");
    let (early, late) = (at("2026-05-01T00:00:00Z"), at("2026-05-02T00:00:00Z"));
    for (from, to) in [(early, early), (late, early)] {
        assert_eq!(shifts(&schedule, from, to).unwrap(), []);
        assert_eq!(gaps(&schedule, from, to).unwrap(), []);
    }
}

#[test]
fn nothing_panics_at_the_edges_of_time() {
    let mut answered = 0;
    for zone in ["UTC", "America/New_York", "Pacific/Kiritimati", "Australia/Lord_Howe", "Nowhere"] {
        for every in ["0h", "1h", "65535h", "1d", "65535d", "1w", "65535w"] {
            for starts in [DateTime::MIN, DateTime::MAX, civil("2026-03-29T02:30")] {
                let mut schedule = in_zone(zone)
                    .layer("edge", "ann bob", every, "2026-01-01T00:00")
                    .hours(&WORKDAYS, "22:00", "06:00");
                schedule.layers[0].starts = starts;
                for instant in [Instant::MIN, Instant::MAX, at("2026-05-01T00:00:00Z")] {
                    answered += usize::from(on_call(&schedule, instant).is_ok());
                }
                let days = jiff::SignedDuration::from_hours(24 * 30);
                answered += usize::from(shifts(&schedule, Instant::MIN, Instant::MIN + days).is_ok());
                answered += usize::from(shifts(&schedule, Instant::MAX - days, Instant::MAX).is_ok());
                schedule = schedule.taken("cy", "2026-01-01T00:00", "2026-01-02T00:00");
                schedule.overrides[0].to = DateTime::MAX.into();
                let _ = gaps(&schedule, Instant::MAX, Instant::MIN);
            }
        }
    }
    assert!(answered > 100, "{answered}");
}

#[test]
fn a_span_with_too_many_hand_offs_is_refused() {
    let schedule = in_zone("UTC").layer("h", "ann bob", "1h", "1970-01-01T00:00");
    let from = at("1970-01-01T00:00:00Z");
    let hours = i64::try_from(SPAN_STEPS_MAX).unwrap();
    let longest = from + jiff::SignedDuration::from_hours(hours);
    let found = shifts(&schedule, from, longest).unwrap();
    assert_eq!(found.len(), SPAN_STEPS_MAX);
    let to = longest + jiff::SignedDuration::from_nanos(1);
    assert_eq!(shifts(&schedule, from, to), Err(CalendarError::SpanTooLong { from, to }));
}

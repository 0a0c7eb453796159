//! Tables, worked out by hand, of what happens to hand-offs at clock changes.

use super::{at, in_zone, lines};
use crate::{Schedule, Weekday, naive, shifts};

fn check(schedule: &Schedule, from: &str, to: &str, expected: &[&str]) {
    let found = shifts(schedule, at(from), at(to)).unwrap();
    assert_eq!(lines(&found), expected);
    let slow = naive::shifts(schedule, at(from), at(to)).unwrap();
    assert_eq!(lines(&slow), expected, "the slow twin differs");
}

#[test]
fn inv_11_berlin_hands_over_at_a_skipped_and_at_a_repeated_time() {
    let daily = in_zone("Europe/Berlin").layer("d", "ann bob cy", "1d", "2026-03-01T02:30");
    check(
        &daily,
        "2026-03-28T01:30:00Z",
        "2026-03-31T00:30:00Z",
        &[
            "2026-03-28T01:30:00Z 2026-03-29T01:00:00Z ann bob d",
            "2026-03-29T01:00:00Z 2026-03-30T00:30:00Z bob cy d",
            "2026-03-30T00:30:00Z 2026-03-31T00:30:00Z cy ann d",
        ],
    );
    check(
        &daily,
        "2026-10-24T00:30:00Z",
        "2026-10-27T01:30:00Z",
        &[
            "2026-10-24T00:30:00Z 2026-10-25T00:30:00Z ann bob d",
            "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z bob cy d",
            "2026-10-26T01:30:00Z 2026-10-27T01:30:00Z cy ann d",
        ],
    );
}

#[test]
fn inv_11_berlin_weeks_keep_their_wall_clock_time() {
    check(
        &in_zone("Europe/Berlin").layer("w", "ann bob", "1w", "2026-01-05T09:00"),
        "2026-03-23T08:00:00Z",
        "2026-04-13T07:00:00Z",
        &[
            "2026-03-23T08:00:00Z 2026-03-30T07:00:00Z bob ann w",
            "2026-03-30T07:00:00Z 2026-04-06T07:00:00Z ann bob w",
            "2026-04-06T07:00:00Z 2026-04-13T07:00:00Z bob ann w",
        ],
    );
}

#[test]
fn inv_11_berlin_night_hours_stretch_and_shrink_with_the_clock() {
    let nights = in_zone("Europe/Berlin")
        .layer("base", "ann", "1w", "2026-01-05T00:00")
        .layer("night", "bob", "1w", "2026-01-05T00:00")
        .hours(&[Weekday::Sat], "22:00", "02:30");
    check(
        &nights,
        "2026-03-28T12:00:00Z",
        "2026-03-29T12:00:00Z",
        &[
            "2026-03-28T12:00:00Z 2026-03-28T21:00:00Z ann - base",
            "2026-03-28T21:00:00Z 2026-03-29T01:00:00Z bob - night",
            "2026-03-29T01:00:00Z 2026-03-29T12:00:00Z ann - base",
        ],
    );
    check(
        &nights,
        "2026-10-24T12:00:00Z",
        "2026-10-25T12:00:00Z",
        &[
            "2026-10-24T12:00:00Z 2026-10-24T20:00:00Z ann - base",
            "2026-10-24T20:00:00Z 2026-10-25T00:30:00Z bob - night",
            "2026-10-25T00:30:00Z 2026-10-25T12:00:00Z ann - base",
        ],
    );
}

#[test]
fn inv_11_lord_howe_moves_by_half_an_hour() {
    check(
        &in_zone("Australia/Lord_Howe").layer("d", "ann bob", "1d", "2026-10-03T02:15"),
        "2026-10-02T00:00:00Z",
        "2026-10-05T15:15:00Z",
        &[
            "2026-10-02T15:45:00Z 2026-10-03T15:30:00Z ann bob d",
            "2026-10-03T15:30:00Z 2026-10-04T15:15:00Z bob ann d",
            "2026-10-04T15:15:00Z 2026-10-05T15:15:00Z ann bob d",
        ],
    );
    check(
        &in_zone("Australia/Lord_Howe").layer("d", "ann bob", "1d", "2026-04-04T01:45"),
        "2026-04-03T00:00:00Z",
        "2026-04-06T15:15:00Z",
        &[
            "2026-04-03T14:45:00Z 2026-04-04T14:45:00Z ann bob d",
            "2026-04-04T14:45:00Z 2026-04-05T15:15:00Z bob ann d",
            "2026-04-05T15:15:00Z 2026-04-06T15:15:00Z ann bob d",
        ],
    );
}

#[test]
fn inv_11_st_johns_has_half_hours_and_once_repeated_midnight() {
    check(
        &in_zone("America/St_Johns").layer("d", "ann bob", "1d", "2026-03-07T09:00"),
        "2026-03-07T12:30:00Z",
        "2026-03-09T11:30:00Z",
        &["2026-03-07T12:30:00Z 2026-03-08T11:30:00Z ann bob d", "2026-03-08T11:30:00Z 2026-03-09T11:30:00Z bob ann d"],
    );
    // At 00:01 the clock went back to 23:01 of the day before: one midnight hands over, not two.
    check(
        &in_zone("America/St_Johns").layer("d", "ann bob cy", "1d", "2010-11-06T00:00"),
        "2010-11-06T02:30:00Z",
        "2010-11-09T03:30:00Z",
        &[
            "2010-11-06T02:30:00Z 2010-11-07T02:30:00Z ann bob d",
            "2010-11-07T02:30:00Z 2010-11-08T03:30:00Z bob cy d",
            "2010-11-08T03:30:00Z 2010-11-09T03:30:00Z cy ann d",
        ],
    );
}

#[test]
fn inv_11_apia_skipped_a_whole_day() {
    check(
        &in_zone("Pacific/Apia").layer("d", "ann bob cy", "1d", "2011-12-29T09:00"),
        "2011-12-29T19:00:00Z",
        "2012-01-01T19:00:00Z",
        &[
            "2011-12-29T19:00:00Z 2011-12-30T10:00:00Z ann bob d",
            "2011-12-30T10:00:00Z 2011-12-30T19:00:00Z bob cy d",
            "2011-12-30T19:00:00Z 2011-12-31T19:00:00Z cy ann d",
            "2011-12-31T19:00:00Z 2012-01-01T19:00:00Z ann bob d",
        ],
    );
    // Whose whole turn was the day that never was has none; nobody else's moves.
    check(
        &in_zone("Pacific/Apia").layer("d", "ann bob cy", "1d", "2011-12-29T00:00"),
        "2011-12-29T10:00:00Z",
        "2012-01-01T10:00:00Z",
        &[
            "2011-12-29T10:00:00Z 2011-12-30T10:00:00Z ann bob d",
            "2011-12-30T10:00:00Z 2011-12-31T10:00:00Z cy ann d",
            "2011-12-31T10:00:00Z 2012-01-01T10:00:00Z ann bob d",
        ],
    );
    // Hours and an override on that day cover nothing.
    check(
        &in_zone("Pacific/Apia")
            .layer("base", "ann", "1w", "2011-12-01T00:00")
            .layer("friday", "bob", "1w", "2011-12-01T00:00")
            .hours(&[Weekday::Fri], "00:00", "24:00")
            .taken("cy", "2011-12-30T08:00", "2011-12-30T18:00"),
        "2011-12-28T10:00:00Z",
        "2012-01-01T10:00:00Z",
        &["2011-12-28T10:00:00Z 2012-01-01T10:00:00Z ann - base"],
    );
}

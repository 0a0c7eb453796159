//! Text forms and the organisation file's shape.

use super::civil;
use crate::{Backup, CivilTime, Rotation, RotationUnit, Schedule, Weekday};

#[test]
fn turn_lengths() {
    let check = |text: &str, expected: Option<(u16, RotationUnit)>| {
        let found = text.parse::<Rotation>().ok();
        assert_eq!(found.map(|r| (r.count, r.unit)), expected, "{text}");
        if let Some(rotation) = found {
            assert_eq!(rotation.to_string(), text);
        }
    };
    check("1w", Some((1, RotationUnit::Week)));
    check("1d", Some((1, RotationUnit::Day)));
    check("12h", Some((12, RotationUnit::Hour)));
    check("0d", Some((0, RotationUnit::Day)));
    check("65535w", Some((65535, RotationUnit::Week)));
    for text in ["", "w", "1", "1m", "-1d", "+1d", "1.5d", "65536w", "1 w", "1wd", "١w"] {
        check(text, None);
    }
}

#[test]
fn times_of_day() {
    let check = |text: &str, expected: Option<u16>| {
        let found = text.parse::<CivilTime>().ok();
        assert_eq!(found.map(CivilTime::minute_of_day), expected, "{text}");
        if let Some(time) = found {
            assert_eq!(time.to_string(), text);
        }
    };
    check("00:00", Some(0));
    check("09:30", Some(570));
    check("23:59", Some(1439));
    check("24:00", Some(1440));
    for text in ["", "9:00", "24:01", "25:00", "12:60", "12", "12:0", "12:00:00", "+1:00", "-1:00"] {
        check(text, None);
    }
}

#[test]
fn weekdays_count_from_monday() {
    for (index, day) in Weekday::ALL.into_iter().enumerate() {
        let offset = i8::try_from(index).unwrap();
        let named = jiff::civil::Weekday::from_monday_zero_offset(offset).unwrap();
        assert_eq!(Weekday::from(named), day);
        assert_eq!(day as usize, index);
    }
}

#[test]
fn the_shape_of_the_organisation_file() {
    let text = r#"{
        "time_zone": "Europe/Berlin",
        "layers": [{
            "name": "weekly", "members": ["alice", "bob"], "every": "1w", "starts": "2026-01-05T09:00",
            "hours": [{"days": ["mon", "sun"], "from": "00:00", "to": "24:00"}]
        }],
        "overrides": [{"user": "bob", "from": "2026-05-02T00:00", "to": "2026-05-03T00:00"}]
    }"#;
    let schedule: Schedule = serde_json::from_str(text).unwrap();
    let expected = super::in_zone("Europe/Berlin")
        .layer("weekly", "alice bob", "1w", "2026-01-05T09:00")
        .hours(&[Weekday::Mon, Weekday::Sun], "00:00", "24:00")
        .taken("bob", "2026-05-02T00:00", "2026-05-03T00:00");
    assert_eq!(schedule, expected);
    assert_eq!(schedule.backup, Backup::NextInRotation);
    assert_eq!(schedule.layers[0].starts, civil("2026-01-05T09:00:00"));
    let written = serde_json::to_string(&schedule).unwrap();
    assert_eq!(serde_json::from_str::<Schedule>(&written).unwrap(), schedule);
    for (from, to) in [
        ("\"every\"", "\"evry\""),
        ("1w", "1y"),
        ("24:00", "24:30"),
        ("mon", "monday"),
        ("2026-01-05T09:00", "2026-13-05T09:00"),
        ("\"user\"", "\"who\""),
    ] {
        let broken = text.replace(from, to);
        assert!(serde_json::from_str::<Schedule>(&broken).is_err(), "{broken}");
    }
}

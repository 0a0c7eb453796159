//! Days and percentages, by example.

use super::*;
use crate::ComponentStatus::{DegradedPerformance, MajorOutage, Operational, PartialOutage, UnderMaintenance};

fn at(text: &str) -> Instant {
    text.parse().expect("an instant in the test")
}

fn changes(list: &[(&str, ComponentStatus)]) -> Vec<StatusChange> {
    list.iter().map(|(when, status)| StatusChange { component: "web".into(), at: at(when), status: *status }).collect()
}

const NOW: &str = "2026-05-02T12:00:00Z";

/// The last days of the history as (date, worst, partial, major, measured).
fn check(list: &[(&str, ComponentStatus)], expected: &[(&str, Option<ComponentStatus>, u32, u32, u32)]) {
    let days = history("web", &changes(list), at(NOW));
    assert_eq!(days.len(), HISTORY_DAYS);
    let tail: Vec<_> = days[HISTORY_DAYS - expected.len()..]
        .iter()
        .map(|day| (day.date.to_string(), day.worst, day.partial_seconds, day.major_seconds, day.measured_seconds))
        .collect();
    let expected: Vec<_> = expected.iter().map(|(date, w, p, m, s)| (date.to_string(), *w, *p, *m, *s)).collect();
    assert_eq!(tail, expected, "{list:?}");
}

#[test]
fn days_hold_the_worst_status_and_the_seconds_of_each_outage() {
    check(&[], &[("2026-05-01", None, 0, 0, 0), ("2026-05-02", None, 0, 0, 0)]);
    check(
        &[("2026-05-01T18:00:00Z", Operational)],
        &[
            ("2026-04-30", None, 0, 0, 0),
            ("2026-05-01", Some(Operational), 0, 0, 6 * 3600),
            ("2026-05-02", Some(Operational), 0, 0, 12 * 3600),
        ],
    );
    check(
        &[
            ("2026-01-01T00:00:00Z", Operational),
            ("2026-05-01T23:00:00Z", MajorOutage),
            ("2026-05-02T00:30:00Z", PartialOutage),
            ("2026-05-02T01:00:00Z", DegradedPerformance),
            ("2026-05-02T02:00:00Z", Operational),
        ],
        &[
            ("2026-04-30", Some(Operational), 0, 0, 86400),
            ("2026-05-01", Some(MajorOutage), 0, 3600, 86400),
            ("2026-05-02", Some(MajorOutage), 1800, 1800, 43200),
        ],
    );
    check(
        &[("2026-01-01T00:00:00Z", Operational), ("2026-05-02T11:00:00Z", UnderMaintenance)],
        &[("2026-05-02", Some(UnderMaintenance), 0, 0, 43200)],
    );
}

#[test]
fn order_of_changes_does_not_matter_and_the_future_has_not_happened() {
    let ordered = changes(&[
        ("2026-04-01T00:00:00Z", Operational),
        ("2026-05-01T10:00:00Z", MajorOutage),
        ("2026-05-01T11:00:00Z", Operational),
    ]);
    let mut shuffled = ordered.clone();
    shuffled.reverse();
    shuffled.push(StatusChange { component: "web".into(), at: at("2026-05-02T13:00:00Z"), status: MajorOutage });
    shuffled.push(StatusChange { component: "other".into(), at: at("2026-05-01T12:00:00Z"), status: MajorOutage });
    assert_eq!(history("web", &shuffled, at(NOW)), history("web", &ordered, at(NOW)));
}

#[test]
fn of_two_changes_at_one_instant_the_later_one_holds() {
    check(
        &[("2026-05-02T00:00:00Z", MajorOutage), ("2026-05-02T00:00:00Z", Operational)],
        &[("2026-05-02", Some(Operational), 0, 0, 43200)],
    );
}

#[test]
fn a_blink_leaves_a_mark() {
    check(
        &[
            ("2026-05-02T00:00:00Z", Operational),
            ("2026-05-02T01:00:00.1Z", MajorOutage),
            ("2026-05-02T01:00:00.2Z", Operational),
        ],
        &[("2026-05-02", Some(MajorOutage), 0, 1, 3600 + 1 + 11 * 3600 - 1)],
    );
}

#[test]
fn uptime_weighs_outages_and_rounds_down() {
    let check = |partial_seconds: u32, major_seconds: u32, measured_seconds: u32, expected: Option<u16>| {
        let date = jiff::civil::date(2026, 5, 2);
        let day = Day { date, worst: None, partial_seconds, major_seconds, measured_seconds };
        assert_eq!(uptime_basis_points(&[day]), expected, "{partial_seconds} {major_seconds} {measured_seconds}");
    };
    check(0, 0, 0, None);
    check(0, 0, 86400, Some(10_000));
    check(0, 1, 86400 * 90, Some(9_999));
    check(0, 43_200, 86_400, Some(5_000));
    check(43_200, 0, 86_400, Some(8_500));
    check(0, 86_400, 86_400, Some(0));
    check(1_000, 86_400, 86_400, Some(0));
    assert_eq!(uptime_basis_points(&[]), None);
}

#[test]
fn the_days_are_consecutive_and_end_today() {
    let days = history("web", &[], at(NOW));
    assert_eq!(days.last().map(|day| day.date.to_string()), Some("2026-05-02".into()));
    assert_eq!(days.first().map(|day| day.date.to_string()), Some("2026-02-02".into()));
    assert!(days.windows(2).all(|pair| pair[0].date.tomorrow().ok() == Some(pair[1].date)));
}

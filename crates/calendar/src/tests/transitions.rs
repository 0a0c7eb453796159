//! Everything a schedule can say, at every clock change of every zone from 2020 to 2040, against the slow twin.
//!
//! And against a third hand: `tests/zoneinfo.rs` asks Python the same.

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use jiff::{SignedDuration, ToSpan};

use super::{at, edge, in_zone};
use crate::{HolidayRule, Holidays, Instant, Override, OverrideKind, Rota, Schedule, Version, Weekday, local, naive};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The clock changes of a zone from 2020 to 2040.
fn changes(zone: &str) -> Vec<Instant> {
    let (first, last) = (at("2020-01-01T00:00:00Z"), at("2041-01-01T00:00:00Z"));
    let steps = local::zone(zone).unwrap();
    steps.following(first).map(|step| step.timestamp()).take_while(|step| *step < last).collect()
}

fn zone_names() -> Vec<String> {
    let names = jiff::tz::TimeZoneDatabase::bundled();
    names.available().map(|name| name.as_str().to_owned()).collect()
}

/// A schedule with every word in it, around what the clock showed just before it changed. `turn` picks how long
/// turns are, and how far from the change they hand over.
fn with_every_word(zone: &str, shown: DateTime, turn: usize) -> Rota {
    let (every, base) = [("1d", 5), ("1mo", 1), ("12h", 3), ("4d+3d", 9), ("1w", 14)][turn % 5];
    let minutes: i64 = [0, 30, -30, 60, -61, 90, 1][turn / 5 % 7];
    let starts = |days: i64| (shown + minutes.minutes() - days.days()).to_string();
    let own = Some(Holidays { country: None, days: vec![shown.date()], on: HolidayRule::Off });
    let hour = |offset: i64| (shown + offset.minutes()).strftime("%H:%M").to_string();
    let day = |offset: i64| Weekday::from((shown + offset.hours()).weekday());
    let mut schedule: Schedule = in_zone(zone)
        .layer("base", "ann bob+cy nobody dan", every, &starts(base))
        .layer("hours", "eve fay", "1d", &starts(3))
        .hours(&Weekday::ALL, &hour(15), &hour(-75));
    schedule.layers[1].holidays = own;
    schedule = schedule.layer("range", "gus", "1w", &starts(8)).hours(&[day(0)], &hour(-45), &hour(45));
    schedule.overrides.push(Override::new("hal", shown + 20.minutes(), shown + 50.minutes()).kind(OverrideKind::Add));
    let mut rota = Rota::of(schedule);
    let zone = local::zone(zone).unwrap();
    let exact = local::instant(&zone, shown + 70.minutes()).unwrap();
    rota.overrides.push(Override::new("ivy", exact, edge(&(shown + 100.minutes()).to_string())));
    let mut staged = rota.versions[0].schedule.clone();
    staged.layers.remove(2);
    rota.versions.push(Version { from: Some(exact + SignedDuration::from_mins(40)), schedule: staged });
    rota
}

/// What the fast path says of a span is what the slow twin says of its minutes next to the change, of its hours, and
/// of both sides of every edge.
fn agree(rota: &Rota, change: Instant, days: i64, name: &str) -> usize {
    let (from, to) =
        (change - HOUR * i32::try_from(24 * days).unwrap(), change + HOUR * i32::try_from(24 * days).unwrap());
    let prepared = rota.prepare().unwrap();
    let shifts = prepared.shifts(from, to).unwrap();
    let gaps = prepared.gaps(from, to).unwrap();
    let mut asked: BTreeSet<Instant> =
        [-90, -1, 0, 1, 90].map(|minutes| change + SignedDuration::from_mins(minutes)).into();
    let near = change - HOUR * 3..change + HOUR * 3;
    let edges = shifts.iter().flat_map(|shift| [shift.from, shift.to]).chain(gaps.iter().map(|gap| gap.to));
    asked.extend(edges.filter(|edge| near.contains(edge)).flat_map(|edge| [edge - 1.nanosecond(), edge]));
    for at in &asked {
        let fast = shifts.iter().find(|shift| shift.from <= *at && at < &shift.to);
        let gap = gaps.iter().find(|gap| gap.from <= *at && at < &gap.to);
        match naive::answer(rota, *at).unwrap() {
            naive::Answer::On(who) => {
                let fast = fast.unwrap_or_else(|| panic!("{name} {at}: a gap, and should be {who:?}"));
                assert_eq!((&fast.primary, &fast.also), (&who.primary, &who.also), "{name} {at}");
                assert_eq!((&fast.backup, &fast.shadows), (&who.backup, &who.shadows), "{name} {at}");
                assert_eq!(fast.source, who.source, "{name} {at}");
            }
            naive::Answer::Gap { declared } => {
                assert_eq!(gap.map(|gap| gap.declared), Some(declared), "{name} {at}: {fast:?}");
            }
        }
    }
    asked.len()
}

#[test]
fn inv_11_every_word_at_every_transition_of_every_zone_2020_to_2040() {
    let (names, mut crossed, mut asked) = (zone_names(), 0, 0);
    for name in &names {
        let zone = local::zone(name).unwrap();
        for change in changes(name) {
            let shown = zone.to_datetime(change - 1.nanosecond()).round(jiff::Unit::Minute).unwrap();
            asked += agree(&with_every_word(name, shown, crossed), change, 2, name);
            crossed += 1;
        }
    }
    assert!(names.len() > 400, "only {} zones", names.len());
    assert!(crossed > 6_000, "only {crossed} clock changes");
    assert!(asked > 15 * crossed, "only {asked} instants asked");
}

#[test]
fn inv_11_days_weeks_and_months_cover_every_transition_without_a_hole_2020_to_2040() {
    let mut crossed = 0;
    for name in zone_names() {
        let zone = local::zone(&name).unwrap();
        for change in changes(&name) {
            let shown = zone.to_datetime(change - 1.nanosecond());
            // In the middle of what is skipped or repeated.
            let starts = (shown + [30, -30][crossed % 2].minutes() - 35.days()).to_string();
            let every = ["1d", "1w", "1mo", "5d+2d", "7h"][crossed / 2 % 5];
            let schedule = in_zone(&name).layer("a", "ann bob", every, &starts);
            let (from, to) = (change - HOUR * 30, change + HOUR * 30);
            assert_eq!(crate::gaps(&schedule, from, to).unwrap(), [], "{name} {change} {every}");
            crossed += 1;
        }
    }
    assert!(crossed > 6_000, "only {crossed} clock changes");
}

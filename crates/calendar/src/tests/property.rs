//! The fast path against the slow twin, and coverage at every clock change there is.

use std::collections::BTreeSet;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, ToSpan};
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

use super::{at, in_zone};
use crate::{
    Backup, CivilTime, Hours, Instant, Layer, Member, OnCall, Override, Rotation, RotationUnit, Schedule, Weekday,
    gaps, local, naive, on_call, shifts,
};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn zone_names() -> Vec<String> {
    let database = TimeZoneDatabase::bundled();
    database.available().map(|name| name.as_str().to_owned()).collect()
}

/// A zone and an instant: a clock change of that zone if it has one after the drawn instant.
fn zone_and_centre() -> impl Strategy<Value = (String, Instant)> {
    let (first, last) = (at("1970-06-01T00:00:00Z"), at("2060-01-01T00:00:00Z"));
    let second = first.as_second()..last.as_second();
    (any::<Index>(), second).prop_map(move |(index, second)| {
        let names = zone_names();
        let name = index.get(&names).clone();
        let drawn = Instant::from_second(second).unwrap();
        let centre = local::zone(&name)
            .unwrap()
            .following(drawn)
            .next()
            .map(|step| step.timestamp())
            .filter(|step| *step < last)
            .unwrap_or(drawn);
        (name, centre)
    })
}

fn member() -> impl Strategy<Value = Member> {
    prop::sample::select(vec!["ann", "bob", "cy", "dan"]).prop_map(Member::from)
}

fn rotation() -> impl Strategy<Value = Rotation> {
    let unit = prop_oneof![Just(RotationUnit::Hour), Just(RotationUnit::Day), Just(RotationUnit::Week)];
    (unit, 0_u16..9).prop_map(|(unit, count)| Rotation { unit, count })
}

fn civil_time() -> impl Strategy<Value = CivilTime> {
    let quarter = |q: u16| CivilTime::new(q / 4, q % 4 * 15).unwrap();
    (0_u16..=96).prop_map(quarter)
}

fn hours() -> impl Strategy<Value = Hours> {
    let days = subsequence(Weekday::ALL.to_vec(), 0..=7);
    (days, civil_time(), civil_time()).prop_map(|(days, from, to)| Hours { days, from, to })
}

/// Minutes from the centre at which something begins or ends, often close to it.
fn near() -> impl Strategy<Value = i64> {
    prop_oneof![-180_i64..180, (-6_i64..6).prop_map(|n| n * 30), -5000_i64..5000]
}

fn layer(index: usize) -> impl Strategy<Value = (Layer, i64)> {
    let members = prop::collection::vec(member(), 0..5);
    let restrictions = prop_oneof![Just(Vec::new()), prop::collection::vec(hours(), 1..4)];
    let starts_days_before = prop_oneof![4 => 0_i64..90, 1 => -3_i64..1];
    (members, rotation(), restrictions, starts_days_before, near()).prop_map(
        move |(members, every, hours, days, minutes)| {
            let layer =
                Layer { name: format!("layer {index}"), members, every, starts: jiff::civil::DateTime::ZERO, hours };
            (layer, minutes - days * 24 * 60)
        },
    )
}

/// A schedule whose dates lie around the centre.
fn schedule() -> impl Strategy<Value = (Schedule, Instant)> {
    let layers = (layer(0), layer(1), layer(2), 0_usize..=3)
        .prop_map(|(a, b, c, count)| [a, b, c].into_iter().take(count).collect::<Vec<_>>());
    let overrides = prop::collection::vec((member(), near(), near()), 0..4);
    let backup = prop_oneof![3 => Just(Backup::NextInRotation), 1 => Just(Backup::None)];
    (zone_and_centre(), layers, overrides, backup).prop_map(|((time_zone, centre), layers, overrides, backup)| {
        let zone = local::zone(&time_zone).unwrap();
        // From the wall clock just before the change, so that skipped times are drawn as well.
        let shown = zone.to_datetime(centre - 1.second()).with().second(0).build().unwrap();
        let wall = |minutes: i64| shown + minutes.minutes() + 1.minute();
        let layers = layers.into_iter().map(|(layer, minutes)| Layer { starts: wall(minutes), ..layer }).collect();
        let overrides =
            overrides.into_iter().map(|(user, from, to)| Override { user, from: wall(from), to: wall(to) }).collect();
        let schedule = Schedule { time_zone, layers, overrides, backup };
        (schedule, centre)
    })
}

/// Every third minute close to the centre, odd minutes further off.
fn samples(centre: Instant) -> BTreeSet<Instant> {
    let close = (-80..=80).map(|n| n * 3);
    let far = (-110..=110).map(|n| n * 37);
    close.chain(far).map(|minutes| centre + MINUTE * minutes).collect()
}

fn naive_parts(schedule: &Schedule, at: Instant) -> OnCall {
    let who = naive::who(schedule, at).unwrap();
    OnCall {
        primary: who.as_ref().map(|who| who.primary.clone()),
        backup: who.as_ref().and_then(|who| who.backup.clone()),
        source: who.map(|who| who.source),
        until: None,
    }
}

fn without_until(found: OnCall) -> OnCall {
    OnCall { until: None, ..found }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn inv_10_the_fast_path_is_the_definition((schedule, centre) in schedule()) {
        let samples = samples(centre);
        let (from, to) = (*samples.first().unwrap(), *samples.last().unwrap() + MINUTE);
        let found = shifts(&schedule, from, to).unwrap();
        let edges = found.iter().flat_map(|shift| [shift.from, shift.to]);
        let both_sides = edges.flat_map(|edge| [edge - 1.nanosecond(), edge]);
        let asked = samples.iter().copied().chain(both_sides.filter(|at| (from..to).contains(at)));
        for at in asked {
            let slow = naive_parts(&schedule, at);
            let of_shifts = found.iter().find(|shift| shift.from <= at && at < shift.to);
            prop_assert_eq!(of_shifts.map(|shift| &shift.primary), slow.primary.as_ref(), "{}", at);
            prop_assert_eq!(of_shifts.and_then(|shift| shift.backup.as_ref()), slow.backup.as_ref(), "{}", at);
            prop_assert_eq!(of_shifts.map(|shift| &shift.source), slow.source.as_ref(), "{}", at);
            prop_assert_eq!(without_until(on_call(&schedule, at).unwrap()), slow, "{}", at);
        }
    }

    #[test]
    fn inv_10_shifts_gaps_and_on_call_tell_one_story((schedule, centre) in schedule()) {
        let (from, to) = (centre - SignedDuration::from_hours(72), centre + SignedDuration::from_hours(72));
        let found = shifts(&schedule, from, to).unwrap();
        let gaps = gaps(&schedule, from, to).unwrap();
        // Together they tile the span.
        let mut pieces: Vec<(Instant, Instant)> = found.iter().map(|shift| (shift.from, shift.to)).collect();
        pieces.extend(&gaps);
        pieces.sort_unstable();
        let mut at = from;
        for (begin, end) in pieces {
            prop_assert_eq!(begin, at);
            prop_assert!(begin < end);
            at = end;
        }
        prop_assert_eq!(at, to);
        for shift in &found {
            prop_assert_ne!(shift.backup.as_ref(), Some(&shift.primary));
        }
        // Walking from change to change meets the same shifts.
        let mut at = from;
        let mut walked = Vec::new();
        while at < to {
            let now = on_call(&schedule, at).unwrap();
            let until = now.until.unwrap_or(to).min(to);
            if let Some(primary) = now.primary {
                walked.push((at, until, primary, now.backup));
            }
            prop_assert!(until > at);
            at = until;
        }
        let listed: Vec<_> = found.into_iter().map(|s| (s.from, s.to, s.primary, s.backup)).collect();
        prop_assert_eq!(walked, listed);
    }

    #[test]
    fn inv_10_asking_for_less_gives_the_same_shifts_clipped((schedule, centre) in schedule(), cut in -4000_i64..4000) {
        let (from, to) = (centre - SignedDuration::from_hours(72), centre + SignedDuration::from_hours(72));
        let middle = centre + MINUTE * i32::try_from(cut).unwrap();
        let whole = shifts(&schedule, from, to).unwrap();
        let clipped: Vec<_> = whole
            .into_iter()
            .filter(|shift| shift.to > middle)
            .map(|shift| crate::Shift { from: shift.from.max(middle), ..shift })
            .collect();
        prop_assert_eq!(shifts(&schedule, middle, to).unwrap(), clipped);
    }
}

/// All changes of the wall clock of a zone from 1970 to 2040: the instant and by how much.
fn changes(zone: &TimeZone) -> Vec<(Instant, SignedDuration)> {
    let (first, last) = (at("1970-01-10T00:00:00Z"), at("2040-01-01T00:00:00Z"));
    zone.following(first)
        .take_while(|step| step.timestamp() < last)
        .map(|step| {
            let before = zone.to_offset(step.timestamp() - 1.nanosecond());
            (step.timestamp(), before.until(step.offset()).into_signed())
        })
        .collect()
}

trait IntoSigned {
    fn into_signed(self) -> SignedDuration;
}

impl IntoSigned for jiff::Span {
    fn into_signed(self) -> SignedDuration {
        SignedDuration::try_from(self).unwrap()
    }
}

#[test]
fn inv_11_coverage_is_total_across_every_transition_of_every_zone() {
    let (day, names) = (SignedDuration::from_hours(24), zone_names());
    let mut crossed = 0;
    for name in &names {
        let zone = local::zone(name).unwrap();
        let changes = changes(&zone);
        for (change, _) in &changes {
            let shown = zone.to_datetime(*change - 1.nanosecond());
            // Hand over in the middle of what the change skips or repeats, and a while before.
            for hand_off in [shown - 30.minutes(), shown + 30.minutes(), shown - 9.hours()] {
                let starts = hand_off - 3.days();
                let mut schedule = in_zone(name)
                    .layer("d", "ann bob", "1d", "2000-01-01T00:00")
                    .hours(&Weekday::ALL, "09:00", "21:00")
                    .hours(&Weekday::ALL, "21:00", "09:00");
                schedule.layers[0].starts = starts;
                let (from, to) = (*change - day, *change + day);
                assert_eq!(gaps(&schedule, from, to).unwrap(), [], "{name} {change}");
            }
            crossed += 1;
        }
    }
    assert!(names.len() > 400, "only {} zones", names.len());
    assert!(crossed > 20_000, "only {crossed} clock changes");
}

#[test]
fn inv_11_shift_lengths_differ_only_by_the_change_of_the_clock() {
    let mut measured = 0;
    for name in zone_names() {
        let zone = local::zone(&name).unwrap();
        let changes = changes(&zone);
        for (change, by) in &changes {
            // A change of a day may swallow a whole turn; those are in the golden tables.
            if by.abs() >= SignedDuration::from_hours(12) {
                continue;
            }
            // Half a day off, so that no hand-off falls into what is skipped or repeated.
            let hand_off = zone.to_datetime(*change - 1.nanosecond()) - 12.hours();
            let mut schedule = in_zone(&name).layer("d", "ann bob", "1d", "2000-01-01T00:00");
            schedule.layers[0].starts = hand_off - 4.days();
            let from = local::instant(&zone, hand_off - 2.days()).unwrap();
            let to = local::instant(&zone, hand_off + 2.days()).unwrap();
            for shift in shifts(&schedule, from, to).unwrap() {
                let moved: SignedDuration =
                    changes.iter().filter(|(at, _)| shift.from < *at && *at <= shift.to).map(|(_, by)| *by).sum();
                let expected = SignedDuration::from_hours(24) - moved;
                assert_eq!(shift.to.duration_since(shift.from), expected, "{name} {shift:?}");
                measured += 1;
            }
        }
    }
    assert!(measured > 80_000, "only {measured} shifts measured");
}

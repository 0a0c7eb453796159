//! The fast path against the slow twin, and coverage at every clock change there is.

use std::collections::BTreeSet;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, ToSpan};
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

use super::{at, in_zone};
use crate::{
    Backup, CivilTime, Edge, HolidayRule, Holidays, Hours, HoursEdge, Instant, Layer, Member, OnCall, Override,
    OverrideKind, Rota, Rotation, RotationUnit, Schedule, Shift, Slot, Turns, Version, Weekday, gaps, local, naive,
    shifts,
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

fn slot() -> impl Strategy<Value = Slot> {
    let several = subsequence(vec!["ann", "bob", "cy", "dan"], 2..=3).prop_shuffle();
    prop_oneof![
        6 => member().prop_map(Slot::from),
        2 => several.prop_map(|names| Slot { members: names.into_iter().map(Member::from).collect() }),
        1 => Just(Slot::nobody()),
    ]
}

fn turns() -> impl Strategy<Value = Turns> {
    let hours = (0_u16..9).prop_map(|count| Rotation { unit: RotationUnit::Hour, count });
    let days = (any::<bool>(), 0_u16..9).prop_map(|(weeks, count)| Rotation {
        unit: if weeks { RotationUnit::Week } else { RotationUnit::Day },
        count,
    });
    let months = (0_u16..3).prop_map(|count| Rotation { unit: RotationUnit::Month, count });
    let list = |length: BoxedStrategy<Rotation>| {
        prop_oneof![
            3 => length.clone().prop_map(|only| vec![only]),
            1 => prop::collection::vec(length.prop_filter("a zero stops it all", |length| length.count > 0), 2..5)
        ]
    };
    prop_oneof![list(hours.boxed()), list(days.boxed()), list(months.boxed())]
        .prop_map(|lengths| Turns::new(lengths).unwrap())
}

fn civil_time() -> impl Strategy<Value = CivilTime> {
    let quarter = |q: u16| CivilTime::new(q / 4, q % 4 * 15).unwrap();
    (0_u16..=96).prop_map(quarter)
}

fn hours() -> impl Strategy<Value = Hours> {
    let days = subsequence(Weekday::ALL.to_vec(), 0..=7);
    let on_days = (days, civil_time(), civil_time()).prop_map(|(days, from, to)| Hours {
        days,
        from: HoursEdge::from(from),
        to: HoursEdge::from(to),
    });
    let edge = || {
        let weekday = prop::sample::select(Weekday::ALL.to_vec());
        (weekday, civil_time()).prop_map(|(weekday, time)| HoursEdge { weekday: Some(weekday), time })
    };
    let range = (edge(), edge()).prop_map(|(from, to)| Hours { days: Vec::new(), from, to });
    let broken = (edge(), civil_time()).prop_map(|(from, to)| Hours { days: Vec::new(), from, to: to.into() });
    prop_oneof![8 => on_days, 4 => range, 1 => broken]
}

/// Minutes from the centre at which something begins or ends, often close to it.
fn near() -> impl Strategy<Value = i64> {
    prop_oneof![-180_i64..180, (-6_i64..6).prop_map(|n| n * 30), -5000_i64..5000]
}

/// Holidays of one's own by days from the centre.
fn days_off() -> impl Strategy<Value = Option<(Vec<i64>, HolidayRule)>> {
    let rule = prop::sample::select(vec![HolidayRule::Off, HolidayRule::Only]);
    prop::option::weighted(0.3, (prop::collection::vec(-4_i64..5, 0..4), rule))
}

type Drawn = (Layer, i64, Vec<i64>);

fn layer(index: usize) -> impl Strategy<Value = Drawn> {
    let members = prop::collection::vec(slot(), 0..5);
    let restrictions = prop_oneof![Just(Vec::new()), prop::collection::vec(hours(), 1..4)];
    let starts_days_before = prop_oneof![4 => 0_i64..40, 1 => -3_i64..1];
    (members, turns(), restrictions, starts_days_before, near(), days_off()).prop_map(
        move |(members, every, hours, days, minutes, days_off)| {
            let (own, on) = days_off.clone().unwrap_or_default();
            let holidays = days_off.map(|_| Holidays { country: Some("DE".to_owned()), days: Vec::new(), on });
            let starts = jiff::civil::DateTime::ZERO;
            let layer = Layer { name: format!("layer {index}"), members, every, starts, hours, holidays };
            (layer, minutes - days * 24 * 60, own)
        },
    )
}

/// An override by minutes from the centre, on the wall clock or exact.
fn entry() -> impl Strategy<Value = (Override, (i64, bool), (i64, bool))> {
    let kind = prop::sample::select(vec![
        OverrideKind::Replace,
        OverrideKind::Replace,
        OverrideKind::Add,
        OverrideKind::Shadow,
        OverrideKind::ReverseShadow,
    ]);
    let edge = || (near(), any::<bool>());
    (member(), prop::option::weighted(0.4, member()), kind, edge(), edge()).prop_map(|(user, place, kind, from, to)| {
        let instead_of = place.filter(|_| kind == OverrideKind::Replace);
        (Override { instead_of, ..Override::new(user, Instant::MIN, Instant::MIN).kind(kind) }, from, to)
    })
}

/// A rota whose dates lie around the centre.
fn rota() -> impl Strategy<Value = (Rota, Instant)> {
    let layers = || {
        (layer(0), layer(1), layer(2), 0_usize..=3)
            .prop_map(|(a, b, c, count)| [a, b, c].into_iter().take(count).collect::<Vec<_>>())
    };
    let backup = || prop_oneof![3 => Just(Backup::NextInRotation), 1 => Just(Backup::None)];
    let version = || (layers(), prop::collection::vec(entry(), 0..4), backup(), near());
    let versions = prop_oneof![3 => prop::collection::vec(version(), 1), 1 => prop::collection::vec(version(), 2..4)];
    (zone_and_centre(), versions, prop::collection::vec(entry(), 0..3)).prop_map(
        |((time_zone, centre), drawn, agreed)| {
            let zone = local::zone(&time_zone).unwrap();
            // From the wall clock just before the change, so that skipped times are drawn as well.
            let shown = zone.to_datetime(centre - 1.second()).with().second(0).build().unwrap();
            let wall = |minutes: i64| shown + minutes.minutes() + 1.minute();
            let edge = |(minutes, exact)| {
                if exact {
                    Edge::Exact(centre + MINUTE * i32::try_from(minutes).unwrap())
                } else {
                    Edge::Wall(wall(minutes))
                }
            };
            let place = |entries: Vec<(Override, _, _)>| {
                let placed =
                    entries.into_iter().map(|(entry, from, to)| Override { from: edge(from), to: edge(to), ..entry });
                placed.collect::<Vec<_>>()
            };
            let place_layer = |(mut layer, minutes, own): Drawn| {
                layer.starts = wall(minutes);
                if let Some(said) = &mut layer.holidays {
                    said.days = own.into_iter().map(|days| shown.date() + days.days()).collect();
                }
                layer
            };
            let mut versions = Vec::new();
            for (index, (layers, overrides, backup, minutes)) in drawn.into_iter().enumerate() {
                let layers = layers.into_iter().map(place_layer).collect();
                let schedule = Schedule { time_zone: time_zone.clone(), layers, overrides: place(overrides), backup };
                let from = (index > 0).then(|| centre + MINUTE * i32::try_from(minutes).unwrap());
                versions.push(Version { from, schedule });
            }
            (Rota { versions, overrides: place(agreed) }, centre)
        },
    )
}

/// Every fifth minute close to the centre, odd minutes further off.
fn samples(centre: Instant) -> BTreeSet<Instant> {
    let close = (-40..=40).map(|n| n * 5);
    let far = (-60..=60).map(|n| n * 67);
    close.chain(far).map(|minutes| centre + MINUTE * minutes).collect()
}

fn naive_parts(rota: &Rota, at: Instant) -> OnCall {
    let Some(who) = naive::who_of(rota, at).unwrap() else { return OnCall::default() };
    OnCall {
        primary: Some(who.primary),
        also: who.also,
        backup: who.backup,
        shadows: who.shadows,
        source: Some(who.source),
        until: None,
    }
}

/// What a shift says of its instants.
fn parts(shift: Option<&Shift>) -> OnCall {
    let Some(shift) = shift.cloned() else { return OnCall::default() };
    OnCall {
        primary: Some(shift.primary),
        also: shift.also,
        backup: shift.backup,
        shadows: shift.shadows,
        source: Some(shift.source),
        until: None,
    }
}

fn without_until(found: OnCall) -> OnCall {
    OnCall { until: None, ..found }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn inv_10_the_fast_path_is_the_definition((rota, centre) in rota()) {
        let samples = samples(centre);
        let (from, to) = (*samples.first().unwrap(), *samples.last().unwrap() + MINUTE);
        let prepared = rota.prepare().unwrap();
        let found = prepared.shifts(from, to).unwrap();
        let gaps = prepared.gaps(from, to).unwrap();
        let edges = found.iter().flat_map(|shift| [shift.from, shift.to]);
        let both_sides = edges.flat_map(|edge| [edge - 1.nanosecond(), edge]);
        let asked = samples.iter().copied().chain(both_sides.filter(|at| (from..to).contains(at)));
        for at in asked {
            let slow = naive_parts(&rota, at);
            let of_shifts = found.iter().find(|shift| shift.from <= at && at < shift.to);
            prop_assert_eq!(&parts(of_shifts), &slow, "{}", at);
            prop_assert_eq!(without_until(prepared.on_call(at)), slow, "{}", at);
            let of_gaps = gaps.iter().find(|gap| gap.from <= at && at < gap.to).map(|gap| gap.declared);
            let declared = match naive::answer(&rota, at).unwrap() {
                naive::Answer::On(_) => None,
                naive::Answer::Gap { declared } => Some(declared),
            };
            prop_assert_eq!(of_gaps, declared, "{}", at);
        }
    }

    /// Many overrides of one instant, of few people: what each does to what those before it did.
    #[test]
    fn inv_10_overrides_of_one_instant_mean_what_is_defined(
        entries in prop::collection::vec(entry(), 2..8), members in prop::collection::vec(slot(), 0..4),
    ) {
        let (from, to) = (at("2026-05-01T12:00:00Z"), at("2026-05-01T13:00:00Z"));
        let mut schedule = in_zone("UTC").layer("d", "ann", "1d", "2026-05-01T00:00");
        schedule.layers[0].members = members;
        let place = |(entry, _, _)| Override { from: from.into(), to: to.into(), ..entry };
        schedule.overrides = entries.into_iter().map(place).collect();
        let rota = Rota::of(schedule);
        let found = without_until(rota.on_call(from).unwrap());
        prop_assert_eq!(&found, &naive_parts(&rota, from));
        // The last word on a place is kept: whoever is named in it is not on call.
        if let Some(gone) = rota.versions[0].schedule.overrides.last().and_then(|last| last.instead_of.as_ref()) {
            let last = &rota.versions[0].schedule.overrides.last().unwrap().user;
            prop_assert!(last == gone || !found.everyone().any(|member| member == gone));
        }
    }

    #[test]
    fn inv_10_shifts_gaps_and_on_call_tell_one_story((rota, centre) in rota()) {
        let (from, to) = (centre - SignedDuration::from_hours(72), centre + SignedDuration::from_hours(72));
        let prepared = rota.prepare().unwrap();
        let found = prepared.shifts(from, to).unwrap();
        // Together they tile the span.
        let mut pieces: Vec<(Instant, Instant)> = found.iter().map(|shift| (shift.from, shift.to)).collect();
        pieces.extend(prepared.gaps(from, to).unwrap().iter().map(|gap| (gap.from, gap.to)));
        pieces.sort_unstable();
        let mut at = from;
        for (begin, end) in pieces {
            prop_assert_eq!(begin, at);
            prop_assert!(begin < end);
            at = end;
        }
        prop_assert_eq!(at, to);
        for shift in &found {
            let on_call: BTreeSet<&Member> = shift.everyone().collect();
            prop_assert_eq!(on_call.len(), shift.also.len() + 1, "nobody twice: {:?}", shift);
            prop_assert!(shift.backup.iter().chain(&shift.shadows).all(|member| !on_call.contains(member)));
        }
        // Walking from change to change meets the same shifts.
        let mut at = from;
        let mut walked = Vec::new();
        while at < to {
            let now = prepared.on_call(at);
            let until = now.until.unwrap_or(to).min(to);
            if now.primary.is_some() {
                walked.push((at, until, without_until(now)));
            }
            prop_assert!(until > at);
            at = until;
        }
        let listed: Vec<_> = found.iter().map(|shift| (shift.from, shift.to, parts(Some(shift)))).collect();
        prop_assert_eq!(walked, listed);
    }

    #[test]
    fn inv_10_asking_for_less_gives_the_same_shifts_clipped((rota, centre) in rota(), cut in -4000_i64..4000) {
        let (from, to) = (centre - SignedDuration::from_hours(72), centre + SignedDuration::from_hours(72));
        let middle = centre + MINUTE * i32::try_from(cut).unwrap();
        let whole = rota.shifts(from, to).unwrap();
        let clipped: Vec<_> = whole
            .into_iter()
            .filter(|shift| shift.to > middle)
            .map(|shift| Shift { from: shift.from.max(middle), ..shift })
            .collect();
        prop_assert_eq!(rota.shifts(middle, to).unwrap(), clipped);
    }

    #[test]
    fn what_is_stored_is_read_back((rota, _) in rota()) {
        let text = serde_json::to_string(&rota).unwrap();
        prop_assert_eq!(serde_json::from_str::<Rota>(&text).unwrap(), rota);
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

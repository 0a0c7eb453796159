//! Load, how evenly it is spread, who goes next, and holidays that shifts meet.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{at, in_zone};
use crate::fair::{self, Load};
use crate::{Member, People, Person, Rota, Slot, Version, Weekday, holidays_met, local, shifts};

fn people(said: &[(&str, &str, &str)]) -> People {
    let person = |zone: &str, country: &str| Person::new(local::zone(zone).unwrap(), Some(country));
    said.iter().map(|(name, zone, country)| (Member::from(*name), person(zone, country))).collect()
}

fn hours(load: &Load) -> (i64, i64, i64, i64, u32) {
    let hours = |duration: SignedDuration| duration.as_hours();
    (hours(load.on_call), hours(load.nights), hours(load.weekends), hours(load.holidays), load.shifts)
}

#[test]
fn load_counts_hours_nights_weekends_and_holidays_where_the_person_lives() {
    // Thursday 30 April 2026 09:00 UTC to Sunday 09:00 UTC; 1 May is a holiday in Germany, not in the USA.
    let schedule = in_zone("UTC").layer("d", "ann", "1w", "2026-04-30T09:00");
    let found = shifts(&schedule, at("2026-04-30T09:00:00Z"), at("2026-05-03T09:00:00Z")).unwrap();
    let check = |zone: &str, country: &str, expected: (i64, i64, i64, i64, u32)| {
        let loads = fair::load(&found, &people(&[("ann", zone, country)]));
        assert_eq!(hours(&loads[&Member::from("ann")]), expected, "{zone} {country}");
    };
    check("Europe/Berlin", "DE", (72, 24, 35, 24, 1));
    check("America/New_York", "US", (72, 24, 29, 0, 1));
    // Weekend from Friday 14:00 UTC on, in a zone ten hours ahead.
    check("Australia/Brisbane", "AU", (72, 24, 43, 0, 1));
    let nobody = fair::load(&found, &People::new());
    assert_eq!(hours(&nobody[&Member::from("ann")]), (72, 24, 33, 0, 1), "a stranger lives in UTC");
}

#[test]
fn inv_11_a_night_on_which_the_clock_changes_is_as_long_as_it_is() {
    let check = |from: &str, to: &str, nights: i64| {
        let schedule = in_zone("Europe/Berlin").layer("d", "ann", "1d", "2026-01-01T00:00");
        let found = shifts(&schedule, at(from), at(to)).unwrap();
        let loads = fair::load(&found, &people(&[("ann", "Europe/Berlin", "DE")]));
        assert_eq!(loads[&Member::from("ann")].nights.as_hours(), nights, "{from}");
    };
    check("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", 7);
    check("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", 9);
    check("2026-05-02T12:00:00Z", "2026-05-03T12:00:00Z", 8);
}

#[test]
fn shifts_that_touch_count_once() {
    // Who stands behind changes from day to day; ann has two days on end, then one.
    let schedule = in_zone("UTC").layer("d", "ann ann bob ann cy", "1d", "2026-05-04T00:00");
    let found = shifts(&schedule, at("2026-05-04T00:00:00Z"), at("2026-05-09T00:00:00Z")).unwrap();
    let loads = fair::load(&found, &People::new());
    let counted: Vec<_> = loads.iter().map(|(member, load)| (member.as_str(), load.shifts)).collect();
    assert_eq!(counted, [("ann", 2), ("bob", 1), ("cy", 1)]);
}

#[test]
fn weights_as_documented() {
    let hour = SignedDuration::from_hours(1);
    let load = |nights, weekends, holidays| Load { on_call: hour, nights, weekends, holidays, shifts: 1 };
    let none = SignedDuration::ZERO;
    let check = |load: Load, expected: f64| assert!((load.weighted_hours() - expected).abs() < 1e-9, "{load:?}");
    check(load(none, none, none), 1.0);
    check(load(hour, none, none), 2.0);
    check(load(none, hour, none), 1.5);
    check(load(none, none, hour), 2.0);
    check(load(hour, hour, hour), 3.5);
}

#[test]
fn fairness_is_the_share_that_need_not_change_hands() {
    let check = |loads: &[f64], expected: f64| {
        let found = fair::fairness(loads);
        assert!((found - expected).abs() < 1e-9, "{loads:?}: {found}");
    };
    check(&[], 100.0);
    check(&[5.0], 100.0);
    check(&[0.0, 0.0], 100.0);
    check(&[5.0, 5.0, 5.0], 100.0);
    check(&[10.0, 0.0], 0.0);
    check(&[10.0, 0.0, 0.0, 0.0], 0.0);
    // A tenth of the most that could be wrong.
    check(&[55.0, 45.0], 90.0);
    check(&[6.0, 2.0, 4.0], 75.0);
}

#[test]
fn the_least_loaded_goes_next_and_ties_are_settled() {
    let members: Vec<Member> = ["ann", "bob", "cy"].map(Member::from).to_vec();
    let week = |n: i64| {
        let from = at("2026-05-04T00:00:00Z") + SignedDuration::from_hours(24 * 7 * n);
        vec![(from, from + SignedDuration::from_hours(24 * 7))]
    };
    let turns: Vec<_> = (0..6).map(week).collect();
    let order = |so_far: &BTreeMap<Member, Load>, people: &People| -> Vec<String> {
        fair::fair_order(&members, so_far, &turns, people).into_iter().map(|member| member.to_string()).collect()
    };
    assert_eq!(order(&BTreeMap::new(), &People::new()), ["ann", "bob", "cy", "ann", "bob", "cy"]);
    let busy = Load { on_call: SignedDuration::from_hours(24 * 7), ..Load::default() };
    let so_far: BTreeMap<Member, Load> = [("ann".into(), busy)].into();
    assert_eq!(order(&so_far, &People::new()), ["bob", "cy", "ann", "bob", "cy", "ann"]);
    let mut away = People::new();
    away.insert("ann".into(), Person { away: vec![(turns[0][0].0, turns[2][0].0)], ..Person::default() });
    assert_eq!(order(&BTreeMap::new(), &away), ["bob", "cy", "ann", "ann", "bob", "cy"]);
    // Everybody away: somebody has it all the same.
    let all: People =
        members.iter().map(|member| (member.clone(), Person { away: turns.concat(), ..Person::default() })).collect();
    assert_eq!(order(&BTreeMap::new(), &all), ["ann", "bob", "cy", "ann", "bob", "cy"]);
    assert_eq!(fair::fair_order(&[], &BTreeMap::new(), &turns, &People::new()), Vec::<Member>::new());
}

#[test]
fn a_proposal_put_in_place_is_what_then_happens() {
    let mut checked = 0;
    for every in ["1w", "1d", "4d+3d", "1mo", "12h"] {
        for from in ["2026-05-04T07:00:00Z", "2026-05-06T00:00:00Z", "2026-01-01T00:00:00Z", "2026-10-24T23:59:59Z"] {
            for turns in [1, 5, 13] {
                let schedule = in_zone("Europe/Berlin")
                    .layer("base", "zoe", "1w", "2026-01-01T00:00")
                    .layer("w", "ann bob cy nobody", every, "2026-02-02T09:00")
                    .hours(&Weekday::ALL, "08:00", "20:00");
                let so_far = BTreeMap::from([(
                    "bob".into(),
                    Load { on_call: SignedDuration::from_hours(30), ..Load::default() },
                )]);
                let asked = (at(from), turns);
                let proposal = fair::propose(&schedule, 1, asked, &so_far, &People::new()).unwrap().unwrap();
                assert!(proposal.from >= at(from) && proposal.members.len() == turns);
                let mut changed = schedule.clone();
                changed.layers[1].members.clone_from(&proposal.members);
                let mut rota = Rota::of(schedule);
                rota.versions.push(Version { from: Some(proposal.from), schedule: changed });
                // What the plan gives is spread as evenly as whole turns allow.
                let found = rota.shifts(proposal.from, proposal.to).unwrap();
                let loads = fair::load(&found, &People::new());
                let of = |name: &str| {
                    let before = so_far.get(&name.into()).map_or(0.0, Load::weighted_hours);
                    before + loads.get(&name.into()).map_or(0.0, Load::weighted_hours)
                };
                let longest = found.iter().map(|shift| shift.to.duration_since(shift.from).as_hours()).max().unwrap();
                let heaviest =
                    f64::from(u32::try_from(longest).unwrap()) * 2.5 * if every == "1mo" { 31.0 } else { 7.0 };
                let (low, high) = ["ann", "bob", "cy"]
                    .iter()
                    .fold((f64::MAX, 0.0_f64), |(low, high), name| (low.min(of(name)), high.max(of(name))));
                assert!(high - low <= heaviest + 30.0, "{every} {from} {turns}: {low} {high}");
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 60);
    let schedule = in_zone("UTC").layer("w", "ann", "0d", "2026-01-01T00:00");
    for layer in [0, 7] {
        let found = fair::propose(&schedule, layer, (at("2026-05-04T00:00:00Z"), 3), &BTreeMap::new(), &People::new());
        assert_eq!(found.unwrap(), None);
    }
}

#[test]
fn a_proposal_begins_with_its_first_turn() {
    let schedule = in_zone("UTC").layer("w", "ann bob cy", "1w", "2026-05-04T00:00");
    let so_far = BTreeMap::from([("ann".into(), Load { on_call: SignedDuration::from_hours(500), ..Load::default() })]);
    let from = at("2026-05-12T00:00:00Z");
    let proposal = fair::propose(&schedule, 0, (from, 4), &so_far, &People::new()).unwrap().unwrap();
    assert_eq!((proposal.from, proposal.to), (at("2026-05-18T00:00:00Z"), at("2026-06-15T00:00:00Z")));
    let mut changed = schedule;
    changed.layers[0].members = proposal.members;
    let found = shifts(&changed, proposal.from, proposal.to).unwrap();
    let order: Vec<&str> = found.iter().map(|shift| shift.primary.as_str()).collect();
    assert_eq!(order, ["bob", "cy", "bob", "cy"]);
    assert!(changed.layers[0].members.contains(&Slot::from("cy")));
}

#[test]
fn shifts_on_a_holiday_of_whoever_has_them_are_listed() {
    let schedule = in_zone("UTC").layer("d", "ann+bob cy", "2d", "2026-04-30T12:00");
    let found = shifts(&schedule, at("2026-04-30T12:00:00Z"), at("2026-05-04T12:00:00Z")).unwrap();
    let people = people(&[("ann", "Europe/Berlin", "DE"), ("bob", "America/New_York", "US"), ("cy", "UTC", "DE")]);
    let met: Vec<String> = holidays_met(&found, &people)
        .iter()
        .map(|met| format!("{} {} {} {}", met.member, met.day, met.from, met.to))
        .collect();
    assert_eq!(met, ["ann 2026-05-01 2026-04-30T22:00:00Z 2026-05-01T22:00:00Z"]);
}

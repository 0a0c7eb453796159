//! Versions that follow each other, and what people agreed on beside them.

use super::{at, civil, in_zone, lines};
use crate::{
    CalendarError, HandOff, Instant, Member, Override, OverrideKind, Rota, Shift, Version, difference, shifts,
};

#[test]
fn a_rota_of_one_schedule_is_that_schedule() {
    let schedule = in_zone("Europe/Berlin").layer("w", "ann bob", "1w", "2026-01-05T09:00");
    let (from, to) = (at("2026-03-01T00:00:00Z"), at("2026-05-01T00:00:00Z"));
    assert_eq!(Rota::of(schedule.clone()).shifts(from, to), shifts(&schedule, from, to));
}

#[test]
fn inv_12_a_staged_version_begins_at_its_instant_and_agreements_hold_across_it() {
    let mut rota = Rota::of(in_zone("UTC").layer("d", "ann bob", "1d", "2026-05-01T00:00"));
    let staged = in_zone("UTC").layer("d", "bob cy", "1d", "2026-05-01T00:00");
    rota.versions.push(Version { from: Some(at("2026-05-03T12:00:00Z")), schedule: staged });
    rota.overrides.push(Override::new("dan", civil("2026-05-03T06:00"), civil("2026-05-03T18:00")));
    let found = rota.shifts(at("2026-05-02T00:00:00Z"), at("2026-05-05T00:00:00Z")).unwrap();
    assert_eq!(
        lines(&found),
        [
            "2026-05-02T00:00:00Z 2026-05-03T00:00:00Z bob ann d",
            "2026-05-03T00:00:00Z 2026-05-03T06:00:00Z ann bob d",
            "2026-05-03T06:00:00Z 2026-05-03T12:00:00Z dan bob override",
            "2026-05-03T12:00:00Z 2026-05-03T18:00:00Z dan cy override",
            "2026-05-03T18:00:00Z 2026-05-04T00:00:00Z bob cy d",
            "2026-05-04T00:00:00Z 2026-05-05T00:00:00Z cy bob d",
        ]
    );
}

#[test]
fn versions_are_taken_in_order_of_time_and_none_is_nobody() {
    let mut rota = Rota::of(in_zone("UTC").layer("a", "ann", "1w", "2026-01-01T00:00"));
    let later = |name: &str| in_zone("UTC").layer("a", name, "1w", "2026-01-01T00:00");
    rota.versions.push(Version { from: Some(at("2026-05-03T00:00:00Z")), schedule: later("cy") });
    rota.versions.push(Version { from: Some(at("2026-05-02T00:00:00Z")), schedule: later("bob") });
    let found = rota.shifts(at("2026-05-01T00:00:00Z"), at("2026-05-04T00:00:00Z")).unwrap();
    assert_eq!(
        lines(&found),
        [
            "2026-05-01T00:00:00Z 2026-05-02T00:00:00Z ann - a",
            "2026-05-02T00:00:00Z 2026-05-03T00:00:00Z bob - a",
            "2026-05-03T00:00:00Z 2026-05-04T00:00:00Z cy - a",
        ]
    );
    assert_eq!(rota.on_call(at("2026-05-01T00:00:00Z")).unwrap().until, Some(at("2026-05-02T00:00:00Z")));
    assert_eq!(rota.on_call(at("2026-05-03T00:00:00Z")).unwrap().until, None);
    let none = Rota { versions: Vec::new(), overrides: Vec::new() };
    assert_eq!(none.on_call(at("2026-05-01T00:00:00Z")).unwrap(), crate::OnCall::default());
}

#[test]
fn when_a_change_takes_effect() {
    // 2026-05-04 is a Monday; ann has that week.
    let weekly = in_zone("Europe/Berlin").layer("w", "ann bob cy", "1w", "2026-05-04T09:00");
    let rota = Rota::of(weekly.clone());
    type Ask = fn(&Rota, Instant) -> Result<Option<Instant>, CalendarError>;
    let check = |rota: &Rota, now: &str, ask: Ask, expected: Option<&str>| {
        let found = ask(rota, at(now)).unwrap();
        assert_eq!(found, expected.map(at), "{now}");
    };
    check(&rota, "2026-05-12T10:00:00Z", Rota::end_of_shift, Some("2026-05-18T07:00:00Z"));
    check(&rota, "2026-05-12T10:00:00Z", Rota::end_of_rotation, Some("2026-05-25T07:00:00Z"));
    // At the very hand-off the next round has begun.
    check(&rota, "2026-05-25T07:00:00Z", Rota::end_of_rotation, Some("2026-06-15T07:00:00Z"));
    // Before the first turn: when somebody comes, which is when the first round begins.
    check(&rota, "2026-05-01T00:00:00Z", Rota::end_of_shift, Some("2026-05-04T07:00:00Z"));
    check(&rota, "2026-05-01T00:00:00Z", Rota::end_of_rotation, Some("2026-05-04T07:00:00Z"));
    // Who stands behind may change without a hand-over; an override is one.
    let covered = weekly.agreed(Override::new("dan", civil("2026-05-13T00:00"), civil("2026-05-14T00:00")));
    check(&Rota::of(covered.clone()), "2026-05-12T10:00:00Z", Rota::end_of_shift, Some("2026-05-12T22:00:00Z"));
    check(&Rota::of(covered), "2026-05-13T10:00:00Z", Rota::end_of_rotation, Some("2026-05-25T07:00:00Z"));
    let behind = in_zone("UTC").layer("d", "ann bob ann cy", "1d", "2026-05-01T00:00");
    check(&Rota::of(behind), "2026-05-01T10:00:00Z", Rota::end_of_shift, Some("2026-05-02T00:00:00Z"));
    let alone = Rota::of(in_zone("UTC").layer("a", "ann", "0d", "2026-05-01T00:00"));
    check(&alone, "2026-05-12T10:00:00Z", Rota::end_of_shift, None);
    check(&alone, "2026-05-12T10:00:00Z", Rota::end_of_rotation, None);
    check(&Rota::of(in_zone("UTC")), "2026-05-12T10:00:00Z", Rota::end_of_rotation, None);
}

#[test]
fn the_difference_says_who_had_who_has_and_what_opens() {
    let before = Rota::of(in_zone("UTC").layer("d", "ann bob", "1d", "2026-05-01T00:00"));
    let mut after = Rota::of(in_zone("UTC").layer("d", "ann nobody", "1d", "2026-05-01T00:00"));
    after.overrides.push(Override::new("cy", civil("2026-05-02T00:00"), civil("2026-05-02T06:00")));
    let (from, to) = (at("2026-05-01T12:00:00Z"), at("2026-05-03T00:00:00Z"));
    let changes = difference(&before, &after, from, to).unwrap();
    let told: Vec<String> = changes
        .iter()
        .map(|change| {
            let who = |shift: &Option<Shift>| match shift {
                None => "nobody".to_owned(),
                Some(shift) => {
                    assert_eq!((shift.from, shift.to), (change.from, change.to));
                    format!("{}/{}", shift.primary, shift.backup.as_ref().map_or("-", Member::as_str))
                }
            };
            let opens = if change.opens_gap() { " opens" } else { "" };
            format!("{} {} {} -> {}{opens}", change.from, change.to, who(&change.before), who(&change.after))
        })
        .collect();
    assert_eq!(
        told,
        [
            "2026-05-01T12:00:00Z 2026-05-02T00:00:00Z ann/bob -> ann/-",
            "2026-05-02T00:00:00Z 2026-05-02T06:00:00Z bob/ann -> cy/-",
            "2026-05-02T06:00:00Z 2026-05-03T00:00:00Z bob/ann -> nobody opens",
        ]
    );
    assert_eq!(difference(&before, &before, from, to).unwrap(), []);
}

#[test]
fn hand_offs_say_who_goes_and_who_comes() {
    let schedule = in_zone("UTC")
        .layer("d", "ann bob+cy nobody", "1d", "2026-05-01T00:00")
        .agreed(Override::new("dan", civil("2026-05-01T06:00"), civil("2026-05-01T08:00")).kind(OverrideKind::Shadow))
        .agreed(
            Override::new("cy", civil("2026-05-02T06:00"), civil("2026-05-02T08:00")).kind(OverrideKind::ReverseShadow),
        )
        .agreed(Override::new("eve", civil("2026-05-02T10:00"), civil("2026-05-02T11:00")).kind(OverrideKind::Add));
    let told = |from: &str, to: &str| -> Vec<String> {
        let names = |members: &[Member]| members.iter().map(Member::as_str).collect::<Vec<_>>().join("+");
        let found = Rota::of(schedule.clone()).handoffs(at(from), at(to)).unwrap();
        let line = |one: &HandOff| {
            format!("{} -{} +{} ={}", one.at, names(&one.leaves), names(&one.comes), names(&one.on_call))
        };
        found.iter().map(line).collect()
    };
    let expected = [
        "2026-05-01T00:00:00Z - +ann =ann",
        "2026-05-02T00:00:00Z -ann +bob+cy =bob+cy",
        "2026-05-02T10:00:00Z - +eve =bob+cy+eve",
        "2026-05-02T11:00:00Z -eve + =bob+cy",
        "2026-05-03T00:00:00Z -bob+cy + =",
        "2026-05-04T00:00:00Z - +ann =ann",
    ];
    assert_eq!(told("2026-04-30T00:00:00Z", "2026-05-04T12:00:00Z"), expected);
    // Asked in pieces, each hand-off is told exactly once.
    let edges = ["2026-04-30T00:00:00Z", "2026-05-02T00:00:00Z", "2026-05-02T11:00:00Z", "2026-05-04T12:00:00Z"];
    let pieces: Vec<String> = edges.windows(2).flat_map(|pair| told(pair[0], pair[1])).collect();
    assert_eq!(pieces, expected);
}

//! The proof says of every minute what asking at that minute says, around the nights on which clocks are changed, with hours, overrides,
//! absences, backups, teams, whoever is next, and policies that hand over.

use super::naive;
use crate::proof::{Away, Known, Place, prove};
use jiff::{SignedDuration, Timestamp};
use nightbell_domain::org::{ConfigKind, ConfigObject, Organisation};
use nightbell_wire::org_files::{SourceFile, parse};
use proptest::prelude::*;

const ZONES: [(&str, &str); 3] = [
    ("Europe/Berlin", "2026-10-24T20:00:00Z"),
    ("America/New_York", "2026-03-08T03:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T10:00:00Z"),
];
/// Minutes looked at.
const MINUTES: i64 = 14 * 60;

/// From and to in hours of the day, and whether the step counts outside of them.
type Hours = (u16, u16, bool);

#[derive(Debug, Clone)]
struct Case {
    zone: usize,
    verified: [bool; 3],
    turn: &'static str,
    hours: Option<(u16, u16)>,
    second_layer: bool,
    overrides: Vec<(usize, i64, i64)>,
    steps: Vec<(&'static str, Option<Hours>)>,
    hands_over: bool,
    last: Option<&'static str>,
    away: Vec<(usize, i64, i64)>,
}

const PEOPLE: [&str; 3] = ["alice", "bob", "carol"];
const TARGETS: [&str; 8] = [
    "schedule:rota",
    "schedule:rota/backup",
    "schedule:rota/next",
    "user:alice",
    "user:bob",
    "user:carol",
    "team:both",
    "policy:other",
];

fn yaml(case: &Case) -> String {
    let zone = ZONES[case.zone].0;
    let mut text = String::from("version: 1\nusers:\n");
    for (n, who) in PEOPLE.iter().enumerate() {
        text += &format!(
            "  - {{ id: {who}, name: {who}, email: {who}@example.org, role: responder, time_zone: UTC, contacts: [ {{ id: m, kind: email, address: {who}@example.org, verified: {} }} ] }}\n",
            case.verified[n]
        );
    }
    text += "teams:\n  - { id: both, name: Both, members: [alice, bob], time_zone: UTC }\nschedules:\n";
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let hours = case.hours.map(|(from, to)| {
        format!(
            ", hours: [ {{ days: [mon, tue, wed, thu, fri, sat, sun], from: \"{}\", to: \"{}\" }} ]",
            clock(from),
            clock(to)
        )
    });
    text += &format!(
        "  - id: rota\n    team: both\n    time_zone: {zone}\n    layers:\n      - {{ name: a, members: [alice, bob], every: {}, starts: \"2026-01-05T09:00\"{} }}\n",
        case.turn,
        hours.unwrap_or_default()
    );
    if case.second_layer {
        text += "      - { name: b, members: [carol], every: 1w, starts: \"2026-01-05T09:00\", hours: [ { days: [sun], from: \"01:30\", to: \"03:15\" } ] }\n";
    }
    let begin: Timestamp = ZONES[case.zone].1.parse().expect("an instant");
    if !case.overrides.is_empty() {
        text += "    overrides:\n";
    }
    for (who, from, long) in &case.overrides {
        let at = |minute: i64| begin + SignedDuration::from_mins(minute);
        text +=
            &format!("      - {{ user: {}, from: \"{}\", to: \"{}\" }}\n", PEOPLE[*who], at(*from), at(from + long));
    }
    text += "policies:\n  - id: main\n    team: both\n    steps:\n";
    for (target, hours) in &case.steps {
        let when = hours.map(|(from, to, outside)| {
            format!(
                ", when: {{ hours: {{ days: [mon, tue, wed, thu, fri, sat, sun], from: \"{}\", to: \"{}\", time_zone: {zone}, outside: {outside} }} }}",
                clock(from), clock(to)
            )
        });
        text += &format!("      - {{ after: 1m, notify: [\"{target}\"]{} }}\n", when.unwrap_or_default());
    }
    if case.hands_over {
        text += "      - { after: 1m, hand_over: other }\n";
    }
    if let Some(last) = case.last {
        text += &format!("    last_resort: [\"{last}\"]\n");
    }
    text += "  - id: other\n    team: both\n    steps:\n      - { after: 0s, notify: [\"user:carol\", \"schedule:rota\"] }\n";
    text += "services:\n  - { id: shop, name: Shop, team: both, policy: main }\n";
    text
}

fn organisation(case: &Case) -> Organisation {
    let text = yaml(case);
    let files = parse(&[SourceFile { path: "o.yaml", content: &text }], &mut |_| "key".to_owned());
    let mut org = Organisation::default();
    for object in files.unwrap_or_else(|wrong| panic!("{wrong:?}\n{text}")).objects {
        assert!(!matches!(object, ConfigObject::Integration(_)), "{:?}", ConfigKind::Integration);
        org.put(object);
    }
    org
}

fn minute() -> impl Strategy<Value = u16> {
    (0_u16..1440).prop_map(|minute| minute / 5 * 5)
}

fn cases() -> impl Strategy<Value = Case> {
    let steps = prop::collection::vec(
        (prop::sample::select(TARGETS.to_vec()), prop::option::weighted(0.4, (minute(), minute(), any::<bool>()))),
        1..4,
    );
    let spans = || prop::collection::vec((0_usize..3, -100_i64..MINUTES, 1_i64..400), 0..3);
    (
        (
            0..ZONES.len(),
            any::<[bool; 3]>(),
            prop::sample::select(vec!["1d", "12h", "5h", "1w"]),
            prop::option::of((minute(), minute())),
        ),
        (
            any::<bool>(),
            spans(),
            steps,
            any::<bool>(),
            prop::option::of(prop::sample::select(TARGETS.to_vec())),
            spans(),
        ),
    )
        .prop_map(|((zone, verified, turn, hours), (second_layer, overrides, steps, hands_over, last, away))| {
            Case { zone, verified, turn, hours, second_layer, overrides, steps, hands_over, last, away }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn inv_11_the_proof_says_of_every_minute_what_asking_at_it_says(case in cases()) {
        let org = organisation(&case);
        let from: Timestamp = ZONES[case.zone].1.parse().expect("an instant");
        let at = |minute: i64| from + SignedDuration::from_mins(minute);
        let known = Known {
            absences: case.away.iter().map(|(who, begin, long)| Away {
                user: PEOPLE[*who].parse().expect("a handle"), from: at(*begin), to: at(begin + long),
            }).collect(),
            ..Known::default()
        };
        let proof = prove(&org, &known, from, at(MINUTES));
        let main = Place::Policy("main".parse().expect("a handle"));
        for minute in 0..MINUTES {
            let asked = naive::people(&org, &known, &"main".parse().expect("a handle"), at(minute));
            let hole = proof.holes.iter().find(|hole| hole.place == main && hole.from <= at(minute) && at(minute) < hole.to);
            let said = hole.map_or(2, |hole| usize::from(!hole.is_deaf()));
            prop_assert_eq!(said, asked.min(2), "{} {}\n{}", minute, at(minute), yaml(&case));
        }
    }
}

//! What findings say, and what counts: tables.

use crate::proof::{Away, Known, PROVEN_WITHIN, Proof, prove};
use jiff::{SignedDuration, Timestamp};
use nightbell_domain::{org::Organisation, signal::route::RouteTable};
use nightbell_wire::org_files::{SourceFile, parse};
use std::collections::{BTreeMap, BTreeSet};

/// The contract's example and the people around it.
const ORGANISATION: &str = include_str!("../../tests/organisation.yaml");

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

pub(super) fn organisation(text: &str) -> Organisation {
    let files = parse(&[SourceFile { path: "o.yaml", content: text }], &mut |_| "key".to_owned());
    let mut org = Organisation::default();
    files.unwrap_or_else(|wrong| panic!("{wrong:?}\n{text}")).objects.into_iter().for_each(|object| org.put(object));
    let _ = RouteTable::new(&org.routes);
    org
}

fn small(schedule: &str, steps: &str, more: &str) -> Organisation {
    let person = |who: &str, verified: bool| {
        format!(
            "  - {{ id: {who}, name: {who}, email: {who}@example.org, role: responder, time_zone: UTC, contacts: [ {{ id: m, kind: email, address: {who}@example.org, verified: {verified} }} ] }}\n"
        )
    };
    organisation(&format!(
        "version: 1\nusers:\n{}{}{}{}teams:\n  - {{ id: t, name: T, members: [alice, bob], time_zone: Europe/Berlin }}\nschedules:\n  - id: rota\n    team: t\n    time_zone: Europe/Berlin\n{schedule}\npolicies:\n  - id: p\n    team: t\n    steps:\n{steps}\n{more}\nservices:\n  - {{ id: shop, name: Shop, team: t, policy: p }}\n",
        person("alice", true),
        person("bob", true),
        person("carol", true),
        person("dave", false)
    ))
}

const WEEKLY: &str = "    layers:\n      - { name: w, members: [alice, bob], every: 1w, starts: \"2026-01-05T09:00\" }";
const BOTH: &str =
    "      - { after: 0s, notify: [\"schedule:rota\"] }\n      - { after: 5m, notify: [\"schedule:rota/backup\"] }";

fn week(org: &Organisation, known: &Known) -> Proof {
    prove(org, known, at("2026-10-19T00:00:00Z"), at("2026-11-02T00:00:00Z"))
}

fn told(proof: &Proof) -> Vec<String> {
    proof.holes.iter().map(ToString::to_string).collect()
}

#[test]
fn findings_name_the_minute_the_way_who_is_missing_and_the_fix() {
    let office = "    layers:\n      - { name: w, members: [alice, bob], every: 1w, starts: \"2026-01-05T09:00\", hours: [ { days: [mon, tue, wed, thu, fri], from: \"00:00\", to: \"24:00\" } ] }";
    let cases: [(&str, Organisation, Known); 7] = [
        ("whole", small(WEEKLY, BOTH, ""), Known::default()),
        ("weekends, one of them 49 hours long", small(office, BOTH, ""), Known::default()),
        ("a backup that cannot be reached", small(&WEEKLY.replace("bob", "dave"), BOTH, ""), Known::default()),
        ("one person alone", small(WEEKLY, "      - { after: 0s, notify: [\"user:alice\"] }", ""), Known::default()),
        (
            "only for some alerts",
            small(
                WEEKLY,
                "      - { after: 0s, notify: [\"user:alice\"] }\n      - { after: 1m, notify: [\"user:bob\"], when: { labels: { env: [prod] } } }",
                "",
            ),
            Known::default(),
        ),
        (
            "away",
            small(WEEKLY, BOTH, ""),
            Known {
                absences: vec![Away {
                    user: "bob".parse().expect("a handle"),
                    from: at("2026-10-20T00:00:00Z"),
                    to: at("2026-10-21T12:00:00Z"),
                }],
                ..Known::default()
            },
        ),
        (
            "no mail server",
            small(WEEKLY, BOTH, ""),
            Known { unsendable: BTreeSet::from(["email".to_owned()]), ..Known::default() },
        ),
    ];
    let mut text = String::new();
    for (what, org, known) in cases {
        let proof = week(&org, &known);
        text += &format!("## {what}\n");
        for hole in &proof.holes {
            text += &format!(
                "{hole}\n  do: {}\n  at: {:?}\n",
                hole.fix(),
                hole.problem().map(|p| (p.kind.word(), p.id, p.path))
            );
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn proofs_grow_old_and_files_know_of_none() {
    let org = small(WEEKLY, BOTH, "");
    let now = at("2026-10-19T00:00:00Z");
    let proved = |ago: SignedDuration| Known {
        now: Some(now),
        proven: BTreeMap::from([(("bob".parse().expect("a handle"), "m".parse().expect("a handle")), now - ago)]),
        ..Known::default()
    };
    assert_eq!(told(&week(&org, &Known::default())), Vec::<String>::new(), "verified is enough in files");
    assert_eq!(told(&week(&org, &proved(PROVEN_WITHIN))), Vec::<String>::new(), "just in time");
    let old = week(&org, &proved(PROVEN_WITHIN + SignedDuration::from_secs(1)));
    assert_eq!(old.holes.len(), 1);
    assert!(told(&old)[0].contains("no method of @bob was proved to work since 2026-09-13"), "{:?}", told(&old));
}

#[test]
fn turns_count_as_often_as_they_come() {
    let turns = |repeat: u16, more: &str| {
        small(
            WEEKLY,
            &format!(
                "{more}      - {{ after: 0s, notify: [\"user:alice\", \"user:bob\", \"user:carol\"], round_robin: true }}"
            ),
            &format!("    repeat: {repeat}"),
        )
    };
    let alice = "      - { after: 0s, notify: [\"user:alice\"] }\n";
    for (repeat, more, holes) in [(0, "", 1), (1, "", 0), (0, alice, 1), (1, alice, 0)] {
        let proof = week(&turns(repeat, more), &Known::default());
        assert_eq!(proof.holes.len(), holes, "{repeat} {more}: {:?}", told(&proof));
    }
}

#[test]
fn every_way_is_looked_at_once_with_what_leads_there() {
    let proof = week(&organisation(ORGANISATION), &Known::default());
    let ways: Vec<String> = proof
        .ways
        .iter()
        .map(|way| format!("{} {}: {}", way.place, way.urgency.word(), way.led_by.join(", ")))
        .collect();
    insta::assert_snapshot!(ways.join("\n"));
    let said = told(&proof);
    assert!(said.iter().any(|hole| hole.contains(", the administrators reach ")), "several of them: {said:?}");
    assert!(said.iter().all(|hole| !hole.contains("the administrators reaches")), "{said:?}");
}

/// Not a judgement: prints how long a large organisation takes.
#[test]
fn a_thousand_schedules_for_eight_weeks() {
    let mut org = small(WEEKLY, BOTH, "");
    let (schedule, policy, service) = (
        org.schedules.values().next().cloned().expect("one"),
        org.policies.values().next().cloned().expect("one"),
        org.services.values().next().cloned().expect("one"),
    );
    for n in 0..1_000 {
        let mut one = schedule.clone();
        one.id = format!("rota-{n}").parse().expect("a handle");
        let mut its = policy.clone();
        its.id = format!("p-{n}").parse().expect("a handle");
        for step in &mut its.steps {
            for target in &mut step.notify {
                *target = target
                    .to_string()
                    .replace("schedule:rota", &format!("schedule:rota-{n}"))
                    .parse()
                    .expect("a target");
            }
        }
        let mut of = service.clone();
        of.id = format!("s-{n}").parse().expect("a handle");
        of.policy = Some(its.id.clone());
        org.schedules.insert(one.id.clone(), one);
        org.policies.insert(its.id.clone(), its);
        org.services.insert(of.id.clone(), of);
    }
    let from = at("2026-10-19T00:00:00Z");
    let proof = prove(&org, &Known::default(), from, from + crate::proof::AHEAD);
    assert_eq!((proof.ways.len(), proof.holes.len()), (1_001, 0));
}

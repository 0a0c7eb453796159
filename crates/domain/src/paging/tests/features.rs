//! Turns, everybody must acknowledge, conditions, hand-over to another policy, what is held, what rings again: story by story.

use super::{Run, at, describe, example, put, start};
use crate::{
    org::{Organisation, Policy, Urgency},
    paging::{Awake, Page, PageEvent, PageStatus, PolicySnapshot, Rank, Subject, plan},
    record::{Actor, Aggregate, Instant, Recorded},
    refusal::RefusalKind,
    signal::AlertSeverity,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn of(org: &Organisation, body: Value) -> PolicySnapshot {
    let policy: Policy = serde_json::from_value(body).expect("a policy");
    PolicySnapshot::of(org, &policy)
}

fn policy(steps: Value, more: Value) -> Value {
    let mut body = json!({ "id": "p", "team": "payments", "steps": steps, "repeat": 0, "last_resort": ["user:dora"] });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    body
}

fn user(name: &str) -> Actor {
    Actor::User(name.parse().expect("a handle"))
}

/// A page for an alert; only such a page can ring again.
fn run_for(org: Organisation, policy: PolicySnapshot, urgency: Urgency, now: Instant) -> Run {
    let subject = Subject::Alert { alert: uuid::Uuid::from_u128(1).into() };
    let begin = crate::paging::PageStart { subject, ..start(policy, urgency) };
    let event = begin.event(uuid::Uuid::from_u128(7).into(), now);
    let first = Recorded { seq: 1, at: now, actor: Actor::system("ingest"), event };
    Run { org, page: Page::evolve(None, &first).expect("a page"), history: vec![first] }
}

fn run(steps: Value, more: Value) -> Run {
    let org = example();
    let policy = of(&org, policy(steps, more));
    run_for(org, policy, Urgency::High, at(0))
}

impl Run {
    /// What somebody decided, recorded; the words of its events.
    fn act(&mut self, now: Instant, actor: &Actor, events: Vec<PageEvent>) -> Vec<&'static str> {
        let words = events.iter().map(Page::event_kind).collect();
        for event in events {
            self.record(now, actor.clone(), event);
        }
        self.assert_sound();
        words
    }

    fn acknowledge(&mut self, who: &str, second: i64) -> Vec<&'static str> {
        let actor = user(who);
        let events = self.page.acknowledge(&actor, "link", at(second)).expect("it may");
        self.act(at(second), &actor, events)
    }

    fn wake(&mut self, second: i64) -> Vec<&'static str> {
        let events = self.page.wake(at(second));
        self.act(at(second), &Actor::system("escalate"), events)
    }
}

#[test]
fn targets_of_a_round_robin_step_take_turns_for_each_page_and_each_repeat() {
    let turns = |turn: u64| {
        let steps = json!([{ "after": "0s", "notify": ["user:alice", "user:bob", "user:carol"], "round_robin": true }]);
        let mut run = run(steps, json!({ "repeat": 3 }));
        run.page.policy.turn = turn;
        run.history[0] = match run.history[0].clone() {
            Recorded {
                event:
                    PageEvent::Started {
                        policy,
                        id,
                        subject,
                        title,
                        body,
                        service,
                        urgency,
                        why,
                        next_due_at,
                        rank,
                        held_until,
                    },
                seq,
                at,
                actor,
            } => {
                let policy = PolicySnapshot { turn, ..policy };
                let event = PageEvent::Started {
                    policy,
                    id,
                    subject,
                    title,
                    body,
                    service,
                    urgency,
                    why,
                    next_due_at,
                    rank,
                    held_until,
                };
                Recorded { event, seq, at, actor }
            }
            other => other,
        };
        run.play(4 * 300 - 1)
    };
    assert_eq!(
        turns(0),
        ["0:00 0/0 alice → 5:00", "5:00 1/0 bob → 10:00", "10:00 2/0 carol → 15:00", "15:00 3/0 alice → 20:00"]
    );
    assert_eq!(turns(1)[0], "0:00 0/0 bob → 5:00");
    assert_eq!(turns(3)[0], "0:00 0/0 alice → 5:00");
    assert_eq!(turns(u64::MAX)[0], "0:00 0/0 alice → 5:00", "counted for ever");
}

#[test]
fn whoever_cannot_be_reached_passes_their_turn_on_at_once() {
    let steps = json!([{ "after": "0s", "notify": ["user:mute", "team:empty", "user:bob"], "round_robin": true }]);
    let events = run(steps, json!({})).advance(at(0));
    let PageEvent::StepRang { rung, silent, .. } = &events[0] else { panic!("{events:?}") };
    assert_eq!(rung[0].why, "named in the policy; their turn, 3 of 3");
    assert_eq!(silent.len(), 2, "{silent:?}");
    let nobody = json!([{ "after": "0s", "notify": ["user:mute", "team:empty"], "round_robin": true }]);
    assert!(matches!(run(nobody, json!({})).advance(at(0))[0], PageEvent::StepEmpty { .. }));
}

#[test]
fn a_page_that_everybody_must_acknowledge_rings_on_for_the_others_alone() {
    let steps = json!([
        { "after": "0s", "notify": ["user:alice", "user:bob"], "acknowledge": "all" },
        { "after": "5m", "notify": ["user:alice", "user:bob", "user:carol"] },
    ]);
    let mut run = run(steps, json!({}));
    run.play(0);
    assert_eq!(run.page.answered(), Some((0, 2)));
    assert_eq!(run.acknowledge("alice", 60), ["answered-by-one"]);
    assert_eq!(run.acknowledge("alice", 61), Vec::<&str>::new(), "twice changes nothing");
    assert_eq!((run.page.is_waiting(), run.page.answered()), (true, Some((1, 2))));
    assert_eq!(run.play(300), ["5:00 0/1 bob carol (@alice has acknowledged already) → 10:00"]);
    assert_eq!(run.acknowledge("carol", 310), ["answered-by-one"], "she helps, and bob still must");
    assert_eq!(run.page.owing().map(ToString::to_string).collect::<Vec<_>>(), ["bob"]);
    assert_eq!(run.acknowledge("bob", 320), ["acknowledged"]);
    assert_eq!(run.page.next_due_at, None);
}

#[test]
fn the_last_resort_and_the_tool_take_for_all() {
    let steps = || json!([{ "after": "0s", "notify": ["user:alice", "user:bob"], "acknowledge": "all" }]);
    let mut exhausted = run(steps(), json!({}));
    exhausted.play(0);
    exhausted.acknowledge("alice", 10);
    exhausted.play(300);
    assert!(matches!(exhausted.page.status, PageStatus::Exhausted { .. }));
    assert_eq!(exhausted.acknowledge("dora", 310), ["acknowledged"]);
    let mut by_tool = run(steps(), json!({}));
    by_tool.play(0);
    let tool = Actor::Integration("prometheus".parse().expect("a handle"));
    let events = by_tool.page.acknowledge(&tool, "prometheus", at(5)).expect("it may");
    assert_eq!(by_tool.act(at(5), &tool, events), ["acknowledged"]);
}

#[test]
fn a_condition_that_does_not_hold_skips_its_step_at_once_and_names_itself() {
    let labels = BTreeMap::from([("env".to_owned(), "prod".to_owned()), ("priority".to_owned(), "p2".to_owned())]);
    let check = |when: Value, expected: Option<&str>| {
        let org = example();
        let steps = json!([{ "after": "0s", "notify": ["user:alice"], "when": when }, { "after": "9m", "notify": ["user:bob"] }]);
        let policy = of(&org, policy(steps, json!({}))).knowing(&labels, AlertSeverity::Error);
        let mut run = run_for(org, policy, Urgency::High, at(0));
        let first = run.advance(at(0));
        match (expected, &first[0]) {
            (None, PageEvent::StepRang { step: 0, .. }) => {}
            (Some(why), PageEvent::StepSkipped { step: 0, why: said, .. }) => {
                assert_eq!(said, why);
                assert!(matches!(first[1], PageEvent::StepRang { step: 1, .. }), "it takes no time: {first:?}");
            }
            _ => panic!("{when}: {first:?}"),
        }
    };
    check(json!({}), None);
    check(json!({ "urgency": "high" }), None);
    check(json!({ "urgency": "low" }), Some("only for low urgency, and this is high"));
    check(json!({ "labels": { "env": ["prod"] } }), None);
    check(json!({ "labels": { "env": ["test", "prod"] } }), None);
    check(json!({ "labels": { "env": ["test"] } }), Some("only when label env is test, and it is \"prod\""));
    check(json!({ "labels": { "tier": ["a", "b"] } }), Some("only when label tier is a or b, and it has none"));
    check(json!({ "severity": "error" }), None);
    check(json!({ "severity": "info" }), None);
    check(json!({ "severity": "critical" }), Some("only from severity critical on, and this is error"));
    check(json!({ "priority": ["P1", "P2"] }), None);
    check(json!({ "priority": ["P1"] }), Some("only for priority P1, and it is \"p2\""));
    // 01:00 UTC on a Tuesday is 03:00 in Berlin, where the team works.
    let night = "only on Monday to Friday from 09:00 to 17:00 (Europe/Berlin, holidays left out)";
    check(json!({ "hours": {} }), Some(night));
    check(json!({ "hours": { "outside": true } }), None);
    check(json!({ "hours": { "from": "22:00", "to": "04:00" } }), None);
    check(
        json!({ "hours": { "from": "22:00", "to": "03:00" } }),
        Some("only on Monday to Friday from 22:00 to 03:00 (Europe/Berlin, holidays left out)"),
    );
    check(json!({ "hours": { "time_zone": "Asia/Tokyo" } }), None);
    check(json!({ "hours": { "time_zone": "Mars/Olympus" } }), None);
    check(
        json!({ "urgency": "high", "severity": "critical" }),
        Some("only from severity critical on, and this is error"),
    );
}

#[test]
fn inv_04_steps_that_ring_nobody_at_the_end_leave_whoever_rang_last_the_whole_pause() {
    let never = json!({ "urgency": "low" });
    let steps = || {
        json!([
            { "after": "0s", "notify": ["user:alice"] },
            { "after": "5m", "notify": ["user:bob"], "when": never },
            { "after": "7m", "notify": ["team:empty"] },
        ])
    };
    let mut quiet = run(steps(), json!({ "repeat": 1 }));
    let skipped = "step-skipped";
    let empty = "(team:empty: team empty has no members)";
    assert_eq!(
        quiet.play(15 * 60),
        [
            "0:00 0/0 alice → 5:00".to_owned(),
            format!("5:00 {skipped}"),
            // Alice had five minutes; the pause is the longest delay, seven, counted from her ring.
            format!("5:00 0/2 nobody {empty} → 7:00"),
            "7:00 1/0 alice → 12:00".to_owned(),
            format!("12:00 {skipped}"),
            format!("12:00 1/2 nobody {empty} → 14:00"),
            "14:00 1/last dora → 24:00".to_owned(),
        ]
    );
    // "Not mine" is an answer: nothing is waited for.
    let mut passed = run(steps(), json!({}));
    passed.play(0);
    let over = passed.page.hand_over(at(60)).expect("it rings");
    passed.act(at(60), &user("alice"), over);
    assert_eq!(
        passed.play(60),
        [format!("1:00 {skipped}"), format!("1:00 0/2 nobody {empty} → 1:00"), "1:00 0/last dora → 11:00".to_owned()]
    );
}

#[test]
fn inv_04_a_page_that_becomes_urgent_rings_from_the_first_step_again_whoever_has_it() {
    let steps = json!([{ "after": "0s", "notify": ["user:alice"] }, { "after": "5m", "notify": ["user:bob"] }]);
    let begin = || {
        let org = example();
        let policy = of(&org, policy(steps.clone(), json!({ "ack_timeout": "1h" })));
        let mut run = run_for(org, policy, Urgency::Low, at(0));
        assert_eq!(run.play(0), ["0:00 0/0 alice → 5:00"]);
        run
    };
    let raise = |run: &mut Run, second: i64| {
        let events = run.page.raise("it became worse", Rank::FIRST, at(second));
        run.act(at(second), &Actor::system("ingest"), events)
    };
    let mut ringing = begin();
    ringing.play(300);
    assert_eq!(raise(&mut ringing, 400), ["raised"]);
    assert_eq!(ringing.play(700), ["6:40 1/0 alice → 11:40", "11:40 1/1 bob → 16:40"], "a repeat is not used up by it");
    let mut acknowledged = begin();
    acknowledged.acknowledge("alice", 30);
    assert_eq!(raise(&mut acknowledged, 60), ["raised"]);
    assert_eq!((acknowledged.page.status.clone(), acknowledged.page.awake), (PageStatus::Ringing, None));
    assert_eq!(acknowledged.play(60), ["1:00 1/0 alice → 6:00"]);
    let mut snoozed = begin();
    let events = snoozed.page.snooze(&user("alice"), "link", at(7_200), at(30)).expect("it may");
    snoozed.act(at(30), &user("alice"), events);
    raise(&mut snoozed, 60);
    assert_eq!((snoozed.page.awake, snoozed.play(60)), (None, vec!["1:00 1/0 alice → 6:00".to_owned()]));
    let mut exhausted = begin();
    exhausted.play(900);
    assert!(matches!(exhausted.page.status, PageStatus::Exhausted { .. }));
    raise(&mut exhausted, 1_000);
    assert_eq!(exhausted.play(1_000), ["16:40 2/0 alice → 21:40"]);
    assert_eq!(raise(&mut exhausted, 1_001), [""; 0], "it is urgent already");
}

#[test]
fn conditions_are_asked_of_the_alert_as_it_is() {
    let steps = json!([
        { "after": "0s", "notify": ["user:alice"] },
        { "after": "5m", "notify": ["user:bob"], "when": { "severity": "critical" } },
    ]);
    for (severity, second) in [(AlertSeverity::Error, "step-skipped"), (AlertSeverity::Critical, "0/1 bob → 10:00")] {
        let org = example();
        let policy = of(&org, policy(steps.clone(), json!({}))).knowing(&BTreeMap::new(), AlertSeverity::Error);
        let mut run = run_for(org, policy, Urgency::High, at(0));
        run.play(0);
        let events = run.page.learn(&BTreeMap::new(), severity);
        assert_eq!(events.len(), usize::from(severity == AlertSeverity::Critical));
        run.act(at(60), &Actor::system("ingest"), events);
        assert_eq!(run.play(300)[0], format!("5:00 {second}"), "{severity:?}");
    }
}

#[test]
fn a_test_page_is_its_owners_alone() {
    let mut run = run(json!([{ "after": "0s", "notify": ["user:alice"] }]), json!({}));
    run.page.subject =
        Subject::Proof { user: "alice".parse().expect("a handle"), contact: "mail".parse().expect("a handle") };
    for refused in [
        run.page.hand_over(at(1)).map(drop),
        run.page.hand_to("user:bob".parse().expect("a target"), PolicySnapshot::default(), "away", at(1)).map(drop),
    ] {
        assert_eq!(refused.expect_err("refused").code, "page-is-a-test");
    }
    for actor in [user("bob"), Actor::system("tool")] {
        let refused = run.page.acknowledge(&actor, "link", at(1)).expect_err("it is alice's");
        assert_eq!(refused.kind, RefusalKind::Forbidden);
    }
    assert_eq!(run.page.raise("worse", Rank::FIRST, at(1)), Vec::new());
    assert_eq!(run.page.acknowledge(&user("alice"), "link", at(1)).expect("it arrived").len(), 1);
}

#[test]
fn a_step_hands_over_to_another_policy_and_loops_are_cut() {
    let mut org = example();
    let one = |id: &str, steps: Value| json!({ "id": id, "team": null, "steps": steps, "repeat": 0, "last_resort": ["user:carol"] });
    put(
        &mut org,
        "policy",
        one(
            "database",
            json!([{ "after": "2m", "notify": ["user:bob"] }, { "after": "1m", "notify": [], "hand_over": "p" }]),
        ),
    );
    let steps = json!([
        { "after": "0s", "notify": ["user:alice"] },
        { "after": "5m", "notify": [], "hand_over": "database" },
        { "after": "1m", "notify": ["user:dora"] },
    ]);
    put(&mut org, "policy", policy(steps.clone(), json!({})));
    let snapshot = of(&org, policy(steps, json!({ "repeat": 1, "last_resort": [] })));
    assert_eq!(
        snapshot.last_resort,
        ["user:carol".parse().expect("a target")],
        "the other policy's, for want of an own"
    );
    let mut run = run_for(org, snapshot, Urgency::High, at(0));
    let lines = run.play(12 * 60);
    assert_eq!(lines[0], "0:00 0/0 alice → 5:00");
    assert_eq!(&lines[1], "5:00 step-handed-over");
    assert_eq!(lines[2], "7:00 0/3 bob → 8:00");
    assert_eq!(&lines[3], "8:00 step-skipped", "database was led to from p");
    assert_eq!(lines[4], "12:00 1/0 alice → 17:00", "bob has the pause, then it is repeated from its own first step");
    assert_eq!(run.page.policy.step_name(3), "step 1 of database");
    // What is edited meanwhile changes nothing (INV-12).
    run.org.remove(crate::org::ConfigKind::Policy, "database");
    assert_eq!(run.play(19 * 60), ["17:00 step-handed-over", "19:00 1/3 bob → 20:00"]);
}

#[test]
fn low_urgency_is_held_until_the_morning_and_rings_at_once_when_it_is_raised() {
    let hold = || json!({ "hold_low": { "until": "08:00" } });
    let steps = || json!([{ "after": "1m", "notify": ["user:alice"] }]);
    let begin = |urgency, now: &str| {
        let org = example();
        let policy = of(&org, policy(steps(), hold()));
        run_for(org, policy, urgency, now.parse().expect("an instant"))
    };
    let due = |run: &Run| run.page.next_due_at.expect("it waits").to_string();
    // Berlin: 08:00 is 06:00 UTC in summer.
    assert_eq!(due(&begin(Urgency::Low, "2026-05-12T01:00:00Z")), "2026-05-12T06:01:00Z", "at night");
    assert_eq!(due(&begin(Urgency::High, "2026-05-12T01:00:00Z")), "2026-05-12T01:01:00Z", "urgent");
    assert_eq!(due(&begin(Urgency::Low, "2026-05-12T06:00:00Z")), "2026-05-12T06:01:00Z", "the minute it begins");
    assert_eq!(due(&begin(Urgency::Low, "2026-05-12T16:00:00Z")), "2026-05-13T06:01:00Z", "in the evening");
    assert_eq!(due(&begin(Urgency::Low, "2026-05-15T16:00:00Z")), "2026-05-18T06:01:00Z", "over a weekend");
    assert_eq!(due(&begin(Urgency::Low, "2026-05-13T20:00:00Z")), "2026-05-15T06:01:00Z", "over Ascension Day");
    assert_eq!(due(&begin(Urgency::Low, "2026-03-28T20:00:00Z")), "2026-03-30T06:01:00Z", "over the change of clocks");
    let mut held = begin(Urgency::Low, "2026-05-12T01:00:00Z");
    assert!(held.page.is_held(at(0)) && held.page.advance(&held.org, at(60)).is_empty());
    let events = held.page.raise("it became worse", Rank::FIRST, at(120));
    assert_eq!(held.act(at(120), &Actor::system("ingest"), events), ["raised"]);
    assert_eq!((held.page.urgency, held.page.rank), (Urgency::High, Rank::FIRST));
    assert_eq!(held.play(120), ["2:00 0/0 alice → 3:00"]);
    assert_eq!(held.page.raise("again", Rank::FIRST, at(130)), Vec::new());
}

#[test]
fn an_acknowledgement_that_runs_out_asks_first_and_then_rings_in_a_new_cycle() {
    let steps = json!([{ "after": "0s", "notify": ["user:alice"] }, { "after": "5m", "notify": ["user:bob"] }]);
    let mut run = run(steps, json!({ "ack_timeout": "30m", "repeat": 1 }));
    run.play(0);
    assert_eq!(run.acknowledge("alice", 60), ["acknowledged"]);
    assert_eq!(run.page.wake_at(), Some(at(60 + 25 * 60)), "asked five minutes before");
    assert_eq!(run.wake(60 + 25 * 60 - 1), Vec::<&str>::new());
    assert_eq!(run.wake(60 + 25 * 60), ["asked-still-on"]);
    assert_eq!(run.page.wake_at(), Some(at(60 + 30 * 60)));
    let prolonged = run.page.prolong(at(1_600)).expect("it may");
    assert_eq!(run.act(at(1_600), &user("alice"), prolonged), ["prolonged"]);
    assert_eq!(run.wake(60 + 30 * 60), Vec::<&str>::new(), "good for the whole time again");
    assert_eq!(run.wake(1_600 + 30 * 60), ["rang-again"], "nobody looked in time to ask");
    assert_eq!((run.page.cycle, run.page.begun_cycle, run.page.is_waiting()), (1, 1, true));
    let again = run.play(1_600 + 30 * 60 + 16 * 60);
    let rang: Vec<_> = again.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(rang, ["1/0", "1/1", "2/0", "2/1"], "from the first step, with its repeat: {again:?}");
}

#[test]
fn a_snooze_takes_the_page_until_then() {
    let mut run = run(json!([{ "after": "0s", "notify": ["user:alice"] }]), json!({ "ack_timeout": "30m" }));
    run.play(0);
    let events = run.page.snooze(&user("alice"), "link", at(7_200), at(60)).expect("it may");
    assert_eq!(run.act(at(60), &user("alice"), events), ["acknowledged", "snoozed"]);
    assert_eq!(run.page.awake, Some(Awake::Snoozed { until: at(7_200) }));
    assert_eq!((run.wake(7_199), run.wake(7_200)), (Vec::new(), vec!["rang-again"]));
    let no = |until: i64| run.page.snooze(&user("bob"), "api", at(until), at(7_300)).map_err(|no| no.kind).err();
    assert_eq!([no(7_300), no(7_359), no(7_300 + 8 * 86_400)], [Some(RefusalKind::Invalid); 3]);
    assert_eq!(no(7_360), None);
}

#[test]
fn whoever_was_not_paged_takes_over() {
    let mut run = run(json!([{ "after": "0s", "notify": ["user:alice"] }]), json!({}));
    run.play(0);
    for (who, expected) in [("alice", false), ("bob", true)] {
        let events = run.page.acknowledge(&user(who), "page", at(9)).expect("it may");
        assert!(
            matches!(&events[..], [PageEvent::Acknowledged { took_over, .. }] if *took_over == expected),
            "{who}: {events:?}"
        );
    }
}

#[test]
fn a_page_is_handed_to_a_person_with_a_reason_even_when_somebody_has_it() {
    let mut run = run(json!([{ "after": "0s", "notify": ["user:alice"] }]), json!({}));
    run.play(0);
    run.acknowledge("alice", 10);
    let to: crate::org::Target = "user:bob".parse().expect("a target");
    let direct = || PolicySnapshot::direct(vec![to.clone()]);
    assert_eq!(run.page.hand_to(to.clone(), direct(), " ", at(20)).map_err(|no| no.kind), Err(RefusalKind::Invalid));
    let events = run.page.hand_to(to.clone(), direct(), "it is the database", at(20)).expect("it may");
    assert_eq!(run.act(at(20), &user("alice"), events), ["handed-to"]);
    assert_eq!(run.play(400), ["0:20 1/0 bob → 5:20", "5:20 1/last dora → 15:20"], "the last resort stays");
}

#[test]
fn the_plan_shows_every_reason() {
    let org = example();
    let steps = json!([
        { "after": "0s", "notify": ["user:alice"], "when": { "urgency": "high" } },
        { "after": "5m", "notify": ["user:alice", "user:bob"], "round_robin": true, "acknowledge": "all" },
    ]);
    let snapshot = PolicySnapshot { turn: 1, ..of(&org, policy(steps, json!({ "hold_low": { "until": "08:00" } }))) };
    let lines: Vec<_> = plan(&org, start(snapshot, Urgency::Low), at(0))
        .into_iter()
        .map(|l| format!("{}: {}", l.step, l.why))
        .collect();
    assert_eq!(
        lines,
        [
            "held: low urgency: nobody is rung before 2026-05-12T06:00:00Z",
            "step 1: skipped: only for high urgency, and this is low",
            "step 2: named in the policy; their turn, 2 of 2",
            "step 2: rings on until each of these has acknowledged: @bob",
            "last resort: named in the policy",
        ]
    );
}

#[test]
fn inv_13_a_time_out_is_a_wait_and_a_snooze_is_a_time_of_day() {
    let steps = || json!([{ "after": "0s", "notify": ["user:alice"] }]);
    let ahead = 3_600;
    let mut run = run(steps(), json!({ "ack_timeout": "30m" }));
    run.play(0);
    run.acknowledge("alice", ahead);
    let step = Some(SignedDuration::from_secs(ahead));
    let put = crate::paging::clock_step::put_right(&run.page, &run.history, &[], at(0), step).expect("it was ahead");
    run.act(at(0), &Actor::system("clock"), vec![put.event]);
    assert_eq!(run.page.wake_at(), Some(at(25 * 60)));
    let events = run.page.snooze(&user("alice"), "link", at(9_000), at(1)).expect("it may");
    run.act(at(ahead + 1), &user("alice"), events);
    assert_eq!(crate::paging::clock_step::put_right(&run.page, &run.history, &[], at(1), step), None);
}

#[test]
fn describe_names_what_is_new() {
    let run = run(json!([]), json!({}));
    let event = PageEvent::Snoozed { until: at(60) };
    assert_eq!(describe(run.page.started_at, &event), "0:00 snoozed");
}

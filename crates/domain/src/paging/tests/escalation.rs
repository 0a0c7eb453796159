//! What a page does next, story by story; and what people may do with it.

use super::{Run, at, describe, example, person, policy, put, snapshot};
use crate::{
    org::Organisation,
    paging::{PageEvent, PageStatus, PolicySnapshot},
    record::Actor,
    refusal::RefusalKind,
};
use jiff::SignedDuration;
use serde_json::Value;

fn check_with(org: Organisation, name: &str, rules: Value, until_s: i64, expected: &[&str]) {
    let mut run = Run::begin(org, snapshot(rules), at(0));
    assert_eq!(run.play(until_s), expected, "{name}");
}

#[test]
fn steps_ring_in_order_then_repeat_then_the_last_resort_for_ever() {
    let check = |name: &str, rules: Value, until_s: i64, expected: &[&str]| {
        check_with(example(), name, rules, until_s, expected)
    };
    check(
        "two steps, one repeat",
        policy(&[("0s", "schedule:payments-primary"), ("5m", "user:bob")], 1, "user:carol"),
        40 * 60,
        &[
            "0:00 0/0 alice → 5:00",
            "5:00 0/1 bob → 10:00",
            "10:00 1/0 alice → 15:00",
            "15:00 1/1 bob → 20:00",
            "20:00 1/last carol → 30:00",
            "30:00 2/last carol → 40:00",
            "40:00 3/last carol → 50:00",
        ],
    );
    check(
        "the first delay is waited",
        policy(&[("2m", "user:bob")], 0, "user:carol"),
        240,
        &["2:00 0/0 bob → 4:00", "4:00 0/last carol → 14:00"],
    );
    check(
        "a lone step is given five minutes",
        policy(&[("0s", "user:bob")], 0, "user:carol"),
        300,
        &["0:00 0/0 bob → 5:00", "5:00 0/last carol → 15:00"],
    );
    check(
        "several targets ring together, each person once",
        policy(&[("0s", "team:payments user:bob schedule:payments-primary/backup user:carol")], 0, ""),
        0,
        &["0:00 0/0 alice bob carol → 5:00"],
    );
    check(
        "two steps at once are two passes",
        policy(&[("0s", "user:bob"), ("0s", "user:alice"), ("1m", "user:carol")], 0, ""),
        10,
        &["0:00 0/0 bob → 0:00+", "0:00+ 0/1 alice → 1:00+"],
    );
    check(
        "another policy stands for its first step",
        policy(&[("0s", "policy:payments")], 0, ""),
        0,
        &["0:00 0/0 alice → 5:00"],
    );
}

#[test]
fn inv_04_an_empty_step_takes_no_time_and_says_why() {
    let check = |name: &str, rules: Value, until_s: i64, expected: &[&str]| {
        check_with(example(), name, rules, until_s, expected)
    };
    check(
        "first step empty",
        policy(&[("0s", "schedule:gone"), ("5m", "user:bob")], 0, "user:carol"),
        0,
        &["0:00 0/0 nobody (schedule:gone: schedule gone does not exist) → 0:00", "0:00 0/1 bob → 5:00"],
    );
    check(
        "middle step empty",
        policy(&[("0s", "user:alice"), ("5m", "team:empty"), ("9m", "user:bob")], 0, "user:carol"),
        300,
        &[
            "0:00 0/0 alice → 5:00",
            "5:00 0/1 nobody (team:empty: team empty has no members) → 5:00",
            "5:00 0/2 bob → 14:00",
        ],
    );
    check(
        "last step empty: the repeat begins at once",
        policy(&[("0s", "user:alice"), ("5m", "user:mute")], 1, "user:carol"),
        300,
        &[
            "0:00 0/0 alice → 5:00",
            "5:00 0/1 nobody (user:mute: @mute has no verified contact method) → 5:00",
            "5:00 1/0 alice → 10:00",
        ],
    );
    check(
        "nobody in any step: not repeated, straight to the last resort",
        policy(&[("0s", "user:nemo"), ("5m", "")], 9, "user:carol"),
        0,
        &[
            "0:00 0/0 nobody (user:nemo: named in the policy: @nemo no longer exists) → 0:00",
            "0:00 0/1 nobody → 0:00",
            "0:00 0/last carol → 10:00",
        ],
    );
    check(
        "one target fails, the others ring",
        policy(&[("0s", "user:mute user:bob policy:gone")], 0, ""),
        0,
        &[
            "0:00 0/0 bob (user:mute: @mute has no verified contact method; policy:gone: policy gone does not exist) → 5:00",
        ],
    );
}

#[test]
fn somebody_is_rung_even_when_the_policy_names_nobody() {
    let check = |name: &str, rules: Value, until_s: i64, expected: &[&str]| {
        check_with(example(), name, rules, until_s, expected)
    };
    check("no steps", policy(&[], 3, "user:carol"), 600, &["0:00 0/last carol → 10:00", "10:00 1/last carol → 20:00"]);
    let everybody = "the policy has no last resort: every administrator is rung";
    check("no steps, no last resort", policy(&[], 0, ""), 0, &[&format!("0:00 0/last dora ({everybody}) → 10:00")]);
    check(
        "a last resort that cannot be reached",
        policy(&[], 0, "user:mute"),
        0,
        &["0:00 0/last dora (user:mute: @mute has no verified contact method) → 10:00"],
    );
    check_with(
        Organisation::default(),
        "nobody at all: it still asks again",
        policy(&[("0s", "user:alice")], 0, ""),
        600,
        &[
            "0:00 0/0 nobody (user:alice: named in the policy: @alice no longer exists) → 0:00",
            &format!("0:00 0/last nobody ({everybody}) → 10:00"),
            &format!("10:00 1/last nobody ({everybody}) → 20:00"),
        ],
    );
    let mut unreachable = Organisation::default();
    put(&mut unreachable, "user", person("dora", "admin", false));
    check_with(
        unreachable,
        "an administrator nobody can reach",
        policy(&[], 0, ""),
        0,
        &[&format!("0:00 0/last nobody ({everybody}; user:dora: @dora has no verified contact method) → 10:00")],
    );
}

#[test]
fn a_late_tick_rings_one_step_and_waits_again() {
    let check = |late_s: i64, expected: &str| {
        let mut run = Run::begin(
            example(),
            snapshot(policy(&[("0s", "user:alice"), ("5m", "user:bob"), ("5m", "user:carol")], 0, "")),
            at(0),
        );
        let events = run.advance(at(late_s));
        assert_eq!(events.iter().map(|e| describe(at(late_s), e)).collect::<Vec<_>>(), [expected]);
    };
    check(0, "0:00 0/0 alice → 5:00");
    check(90, "1:30 0/0 alice → 6:30");
    check(6 * 3_600, "360:00 0/0 alice → 365:00");
    check(365 * 86_400, "525600:00 0/0 alice → 525605:00");
}

#[test]
fn inv_12_a_running_page_keeps_the_policy_it_started_with() {
    let mut run =
        Run::begin(example(), PolicySnapshot::of(&example(), &example().policies[&"payments".parse().unwrap()]), at(0));
    assert_eq!(run.play(0), ["0:00 0/0 alice → 5:00"]);
    put(&mut run.org, "policy", policy(&[("0s", "user:dora")], 0, "user:dora"));
    assert_eq!(run.play(600), ["5:00 0/1 bob → 10:00", "10:00 1/0 alice → 15:00"]);
    run.org.remove(crate::org::ConfigKind::Policy, "payments");
    // People are looked up at the moment of ringing: whoever has left is not rung.
    run.org.remove(crate::org::ConfigKind::User, "bob");
    assert_eq!(
        run.play(900),
        ["15:00 1/1 nobody (user:bob: named in the policy: @bob no longer exists) → 15:00", "15:00 2/0 alice → 20:00"]
    );
}

#[test]
fn handing_over_rings_the_next_step_now() {
    let mut run =
        Run::begin(example(), snapshot(policy(&[("0s", "user:alice"), ("5m", "user:bob")], 0, "user:carol")), at(0));
    let alice = || Actor::User("alice".parse().unwrap());
    assert_eq!(run.play(0), ["0:00 0/0 alice → 5:00"]);
    for (now_s, expected) in
        [(60, "1:00 0/1 bob → 6:00"), (90, "1:30 0/last carol → 11:30"), (120, "2:00 1/last carol → 12:00")]
    {
        let events = run.page.hand_over(at(now_s)).unwrap();
        assert_eq!(events, [PageEvent::HandedOver { next_due_at: at(now_s) }]);
        run.record(at(now_s), alice(), events[0].clone());
        assert_eq!(run.play(now_s), [expected]);
    }
    run.record(
        at(130),
        Actor::system("deliver"),
        PageEvent::Unreachable { user: "carol".parse().unwrap(), next_due_at: at(130) },
    );
    assert_eq!(run.play(130), ["2:10 2/last carol → 12:10"]);
    assert_eq!(run.page.status, PageStatus::Exhausted { since: at(90) });
}

fn bob() -> Actor {
    Actor::User("bob".parse().unwrap())
}

/// A page in each state a person may find it in.
fn page_that_is(status: &str) -> Run {
    let mut run = Run::begin(example(), snapshot(policy(&[("0s", "user:alice")], 0, "user:carol")), at(0));
    run.play(if status == "exhausted" { 300 } else { 0 });
    if matches!(status, "acknowledged" | "ended after acknowledge") {
        run.record(at(400), Actor::User("alice".parse().unwrap()), PageEvent::taken("link"));
    }
    if status.starts_with("ended") {
        run.record(
            at(500),
            Actor::system("ingest"),
            PageEvent::Ended { reason: "resolved: the source said so".to_owned() },
        );
    }
    assert!(status.starts_with(run.page.status.word()), "{status}");
    run
}

#[test]
fn people_may_take_hand_over_and_end() {
    let check =
        |status: &str, taken: Result<usize, RefusalKind>, handed_over: Result<usize, RefusalKind>, ended: usize| {
            let run = page_that_is(status);
            run.assert_sound();
            assert_eq!(
                run.page.acknowledge(&bob(), "link", at(600)).map(|e| e.len()).map_err(|no| no.kind),
                taken,
                "{status}"
            );
            assert_eq!(run.page.hand_over(at(600)).map(|e| e.len()).map_err(|no| no.kind), handed_over, "{status}");
            assert_eq!(run.page.end("cancelled: false alarm").len(), ended, "{status}");
        };
    check("ringing", Ok(1), Ok(1), 1);
    check("exhausted", Ok(1), Ok(1), 1);
    check("acknowledged", Ok(0), Err(RefusalKind::Conflict), 1);
    check("ended", Err(RefusalKind::Conflict), Err(RefusalKind::Conflict), 0);
    check("ended after acknowledge", Err(RefusalKind::Conflict), Err(RefusalKind::Conflict), 0);
}

#[test]
fn after_an_acknowledge_or_the_end_nothing_rings_again() {
    for status in ["acknowledged", "ended", "ended after acknowledge"] {
        let mut run = page_that_is(status);
        // Late facts about the past may still come; they set no alarm.
        run.record(
            at(501),
            Actor::system("deliver"),
            PageEvent::Unreachable { user: "alice".parse().unwrap(), next_due_at: at(501) },
        );
        run.record(at(502), Actor::system("web"), PageEvent::HandedOver { next_due_at: at(502) });
        assert_eq!((run.page.next_due_at, run.advance(at(900_000))), (None, Vec::new()), "{status}");
    }
}

#[test]
fn refusals_say_why() {
    let check = |message: Option<String>, expected: &str| assert_eq!(message.as_deref(), Some(expected));
    let ended = page_that_is("ended").page;
    check(
        ended.acknowledge(&bob(), "api", at(600)).err().map(|no| no.message),
        "This page is over (resolved: the source said so); there is nothing left to acknowledge.",
    );
    check(ended.hand_over(at(0)).err().map(|no| no.message), "This page is ended and rings nobody any more.");
    check(
        page_that_is("acknowledged").page.hand_over(at(0)).err().map(|no| no.message),
        "This page is acknowledged and rings nobody any more.",
    );
}

#[test]
fn the_pause_after_the_last_step_is_the_longest_delay() {
    let check = |steps: &[(&str, &str)], minutes: i64| {
        assert_eq!(snapshot(policy(steps, 0, "")).pause(), SignedDuration::from_mins(minutes), "{steps:?}");
    };
    check(&[], 5);
    check(&[("0s", "")], 5);
    check(&[("0s", ""), ("3m", ""), ("2m", "")], 3);
    check(&[("20m", "")], 20);
}

#[test]
fn a_direct_page_rings_its_targets_at_once() {
    let direct = PolicySnapshot::direct(vec!["user:bob".parse().unwrap(), "user:carol".parse().unwrap()]);
    let mut run = Run::begin(example(), direct, at(0));
    let everybody = "the policy has no last resort: every administrator is rung";
    assert_eq!(
        run.play(300),
        ["0:00 0/0 bob carol → 5:00".to_owned(), format!("5:00 0/last dora ({everybody}) → 15:00")]
    );
}

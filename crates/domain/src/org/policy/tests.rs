//! Policies: their words for people, their stored form, what does not fit.

use super::Policy;
use crate::org::Organisation;
use serde_json::{Value, json};

fn policy(body: Value) -> Policy {
    let mut whole = json!({ "id": "payments", "team": null, "steps": [], "repeat": 0, "last_resort": [] });
    whole.as_object_mut().expect("an object").extend(body.as_object().expect("an object").clone());
    serde_json::from_value(whole).expect("a policy")
}

#[test]
fn a_policy_of_before_reads_and_is_written_as_it_was() {
    let old =
        r#"{"id":"p","team":null,"steps":[{"after":"5m","notify":["user:a"]}],"repeat":1,"last_resort":["user:b"]}"#;
    let read: Policy = serde_json::from_str(old).expect("it reads");
    assert_eq!(serde_json::to_string(&read).expect("JSON"), old);
}

#[test]
fn a_policy_is_said_in_sentences() {
    let org = Organisation::default();
    let said = policy(json!({
        "steps": [
            { "after": "0s", "notify": ["schedule:payments"] },
            { "after": "5m", "notify": ["schedule:payments/backup", "schedule:payments/next"], "acknowledge": "all" },
            { "after": "90s", "notify": ["user:bob", "team:ops"], "round_robin": true,
              "when": { "urgency": "high", "labels": { "env": ["prod", "eu"] }, "severity": "error", "priority": ["P1"] } },
            { "after": "0s", "notify": [], "hand_over": "database", "when": { "hours": { "outside": true } } },
        ],
        "repeat": 2, "last_resort": ["user:carol"],
        "hold_low": { "until": "08:00", "days": ["mon", "wed", "sun"] }, "ack_timeout": "30m",
    }));
    assert_eq!(
        said.sentences(&org),
        [
            "Low urgency rings Monday, Wednesday and Sunday from 08:00 to 18:00 (UTC); at any other time it waits for the next 08:00.",
            "Ring the primary of payments.",
            "After 5 minutes, if nobody acknowledged, ring the backup of payments and whoever is on call next on payments; each of them must acknowledge.",
            "After 1 minute 30 seconds, if not everybody acknowledged, if the urgency is high and if the label env is prod or eu and if the severity is error or worse and if the priority is P1, ring, in turn, one of @bob or everybody in ops.",
            "At the same time, outside of Monday to Friday from 09:00 to 17:00 (UTC), go on with the policy database.",
            "Do this 2 more times; when everybody was still silent, ring @carol every 10 minutes until somebody acknowledges.",
            "Ring again from the first step when it is not over 30 minutes after somebody acknowledged; they are asked first whether they are still on it.",
        ]
    );
}

#[test]
fn what_does_not_fit_within_a_policy_is_told_with_its_place() {
    let check = |body: Value, expected: &[&str]| {
        let found = policy(body.clone()).own_problems();
        assert_eq!(found.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), expected, "{body}: {found:?}");
    };
    let step = |more: Value| {
        let mut step = json!({ "after": "0s", "notify": ["user:a", "user:b"] });
        step.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        json!({ "steps": [step] })
    };
    check(step(json!({ "round_robin": true, "acknowledge": "all" })), &[]);
    check(step(json!({ "round_robin": true, "notify": ["user:a"] })), &["steps[0].round_robin"]);
    check(step(json!({ "hand_over": "q" })), &["steps[0].hand_over"]);
    check(step(json!({ "hand_over": "q", "notify": [] })), &[]);
    check(step(json!({ "hand_over": "q", "notify": [], "acknowledge": "all" })), &["steps[0].hand_over"]);
    check(step(json!({ "when": { "hours": { "days": [] } } })), &["steps[0].when.hours.days"]);
    check(step(json!({ "when": { "hours": { "time_zone": "Mars" } } })), &["steps[0].when.hours.time_zone"]);
    check(step(json!({ "when": { "labels": { "env": [] } } })), &["steps[0].when.labels"]);
    check(json!({ "hold_low": { "until": "19:00" } }), &["hold_low.from"]);
    check(
        json!({ "hold_low": { "until": "08:00", "days": [], "time_zone": "Mars" } }),
        &["hold_low.days", "hold_low.time_zone"],
    );
    for (timeout, fits) in [("1m", false), ("2m", true), ("7d", true), ("8d", false)] {
        let expected: &[&str] = if fits { &[] } else { &["ack_timeout"] };
        check(json!({ "ack_timeout": timeout }), expected);
    }
}

//! Whom a target reaches, and how a person is reached.

use super::{changed, everything, object, person, policy, schedule, team};
use crate::{
    org::{AccessRole, Organisation, Urgency, User},
    record::Instant,
};
use serde_json::{Value, json};

/// Who is reached, with the reasons; or why nobody.
fn reached(org: &Organisation, target: &str, at: &str) -> String {
    let at: Instant = at.parse().unwrap();
    match org.reach(&target.parse().unwrap(), at) {
        Ok(people) => people.iter().map(|r| format!("{}: {}", r.user, r.why)).collect::<Vec<_>>().join(", "),
        Err(why) => format!("nobody: {why}"),
    }
}

#[test]
fn a_target_reaches_people_and_says_why() {
    let org = everything();
    let check =
        |target: &str, at: &str, expected: &str| assert_eq!(reached(&org, target, at), expected, "{target} at {at}");
    // Alice's week begins on 11 May at 09:00 in Berlin; Bob takes the 12th.
    let monday = "2026-05-11T08:00:00Z";
    check("user:alice", monday, "alice: named in the policy");
    check("user:nemo", monday, "nobody: named in the policy: @nemo no longer exists");
    check("team:payments", monday, "alice: member of payments, bob: member of payments");
    check("team:gone", monday, "nobody: team gone does not exist");
    check("schedule:primary", "2026-05-11T06:59:59Z", "bob: primary on primary");
    check("schedule:primary", "2026-05-11T07:00:00Z", "alice: primary on primary");
    check("schedule:primary/backup", monday, "bob: backup on primary");
    check("schedule:primary", "2026-05-11T22:00:00Z", "bob: primary on primary");
    check("schedule:primary/backup", "2026-05-11T22:00:00Z", "alice: backup on primary");
    check("schedule:primary", "2026-05-12T22:00:00Z", "alice: primary on primary");
    check("schedule:primary", "2026-01-05T07:59:59Z", "nobody: nobody is primary on primary");
    check("schedule:primary/backup", "2026-01-05T07:59:59Z", "nobody: nobody is backup on primary");
    check("schedule:gone", monday, "nobody: schedule gone does not exist");
    check("policy:payments", monday, "alice: primary on primary");
    check("policy:gone", monday, "nobody: policy gone does not exist");
}

#[test]
fn what_is_broken_reaches_nobody_and_says_so() {
    let check = |kind: &str, body: Value, patch: Value, target: &str, expected: &str| {
        let mut org = everything();
        org.put(object(kind, changed(body, &patch)));
        assert_eq!(reached(&org, target, "2026-05-11T08:00:00Z"), expected, "{patch}");
    };
    check("team", team(), json!({ "members": [] }), "team:payments", "nobody: team payments has no members");
    check("team", team(), json!({ "members": ["nemo"] }), "team:payments", "nobody: team payments has no members");
    check("team", team(), json!({ "members": ["nemo", "bob"] }), "team:payments", "bob: member of payments");
    let one = |zone: &str, member: &str| json!({ "calendar": { "time_zone": zone, "layers": [{ "name": "a", "members": [member], "every": "1w", "starts": "2026-01-05T09:00" }] } });
    check("schedule", schedule(), one("UTC", "carol"), "schedule:primary", "carol: primary on primary");
    check(
        "schedule",
        schedule(),
        one("UTC", "carol"),
        "schedule:primary/backup",
        "nobody: nobody is backup on primary",
    );
    check(
        "schedule",
        schedule(),
        one("UTC", "nemo"),
        "schedule:primary",
        "nobody: primary on primary: @nemo no longer exists",
    );
    check(
        "schedule",
        schedule(),
        one("Mars/Base", "carol"),
        "schedule:primary",
        "nobody: schedule primary: \"Mars/Base\" is not a time zone; write an IANA name such as Europe/Berlin",
    );
    check("policy", policy(), json!({ "steps": [] }), "policy:payments", "nobody: policy payments has no steps");
    let step = |targets: Value| json!({ "steps": [{ "after": "0s", "notify": targets }] });
    let nobody = "nobody: the first step of policy payments reaches nobody";
    check("policy", policy(), step(json!([])), "policy:payments", nobody);
    check("policy", policy(), step(json!(["user:nemo", "team:gone"])), "policy:payments", nobody);
    // A policy that points at itself comes to an end.
    check("policy", policy(), step(json!(["policy:payments"])), "policy:payments", nobody);
    check(
        "policy",
        policy(),
        step(json!(["policy:payments", "user:carol"])),
        "policy:payments",
        "carol: named in the policy",
    );
}

#[test]
fn two_policies_that_point_at_each_other_come_to_an_end() {
    let mut org = everything();
    for (id, other) in [("one", "policy:two"), ("two", "policy:one")] {
        org.put(object(
            "policy",
            changed(policy(), &json!({ "id": id, "steps": [{ "after": "0s", "notify": [other] }] })),
        ));
    }
    assert_eq!(
        reached(&org, "policy:one", "2026-05-11T08:00:00Z"),
        "nobody: the first step of policy one reaches nobody"
    );
}

#[test]
fn a_ladder_uses_verified_methods_only_and_is_never_empty_for_want_of_rules() {
    let contacts = |verified: [bool; 2]| {
        json!([
            { "id": "mail", "kind": "email", "address": "a@example.com", "verified": verified[0] },
            { "id": "hook", "kind": "webhook", "url": "http://127.0.0.1/", "verified": verified[1] }
        ])
    };
    let check = |verified: [bool; 2], high: Value, expected: &[(i64, &str)]| {
        let user = person("alice", &json!({ "contacts": contacts(verified), "rules": { "high": high, "low": [] } }));
        let ladder: Vec<_> = user
            .ladder(Urgency::High)
            .into_iter()
            .map(|(after, contact)| (after.as_secs(), contact.id.as_str()))
            .collect();
        assert_eq!(ladder, expected, "{verified:?} {high}");
    };
    let both = json!([{ "after": "1m", "via": "mail" }, { "after": "0s", "via": "hook" }]);
    check([true, true], both.clone(), &[(0, "hook"), (60, "mail")]);
    check([true, false], both.clone(), &[(60, "mail")]);
    check([false, true], both.clone(), &[(0, "hook")]);
    check([false, false], both, &[]);
    check([true, true], json!([]), &[(0, "hook"), (300, "mail")]);
    check([true, false], json!([]), &[(0, "mail")]);
    check([true, false], json!([{ "after": "0s", "via": "hook" }]), &[(0, "mail")]);
    check([true, false], json!([{ "after": "0s", "via": "gone" }]), &[(0, "mail")]);
}

#[test]
fn whoever_set_nothing_has_a_ladder() {
    let check = |words: &str, high: &str, low: &str| {
        let contacts: Vec<Value> = words
            .split(' ')
            .map(|word| {
                let kind = match word {
                    "push" => {
                        json!({ "kind": "push", "endpoint": "https://push.example/1", "p256dh": "k", "auth": "a" })
                    }
                    "voice" | "sms" => json!({ "kind": word, "number": "+4915112345678" }),
                    "email" => json!({ "kind": word, "address": "a@example.com" }),
                    "slack" => json!({ "kind": word, "member": "U1" }),
                    _ => json!({ "kind": word, "topic": "t", "url": "https://example.com/", "chat": "1", "user": "1" }),
                };
                changed(json!({ "id": word, "verified": true }), &kind)
            })
            .collect();
        let user = person("alice", &json!({ "contacts": contacts, "rules": { "high": [], "low": [] } }));
        let ladder = |urgency| {
            let step = |(after, contact): (jiff::SignedDuration, &crate::org::Contact)| {
                format!("{} {}", after.as_mins(), contact.id)
            };
            user.ladder(urgency).into_iter().map(step).collect::<Vec<_>>().join(", ")
        };
        assert_eq!((ladder(Urgency::High).as_str(), ladder(Urgency::Low).as_str()), (high, low), "{words}");
    };
    check("email sms voice push", "0 push, 1 voice, 3 sms, 5 email", "0 email");
    check(
        "ntfy telegram slack discord mattermost teams webhook",
        "0 ntfy, 0 telegram, 0 slack, 0 discord, 0 mattermost, 0 teams, 0 webhook",
        "0 telegram, 0 slack, 0 discord, 0 mattermost, 0 teams",
    );
    // Moved forward, so that the first rings at once.
    check("voice", "0 voice", "0 voice");
    check("sms voice", "0 voice, 2 sms", "0 voice, 2 sms");
    check("email sms", "0 sms, 2 email", "0 email");
    check("email", "0 email", "0 email");
}

#[test]
fn initials() {
    let check = |name: &str, expected: &str| {
        assert_eq!(person("alice", &json!({ "name": name })).initials(), expected, "{name:?}")
    };
    check("Alice Example", "AE");
    check("alice van der example", "AE");
    check("Bob", "B");
    check("  bob  ", "B");
    check("", "?");
    check("Émile Zola", "ÉZ");
    check("王 小明", "王小");
}

#[test]
fn a_person_is_stored_like_this() {
    let expected = concat!(
        r#"{"id":"alice","name":"Alice Example","email":"alice@example.com","role":"responder","time_zone":"Europe/Berlin","#,
        r#""contacts":[{"id":"mail","kind":"email","address":"alice@example.com","verified":true}],"#,
        r#""rules":{"high":[{"after":"0s","via":"mail"}],"low":[]}}"#
    );
    let alice = person("alice", &json!({}));
    assert_eq!(serde_json::to_string(&alice).unwrap(), expected);
    assert_eq!(serde_json::from_str::<User>(expected).unwrap(), alice);
    assert_eq!(alice.role, AccessRole::Responder);
}

/// A page link acts as the person it is for: it goes to nobody's channel.
#[test]
fn a_slack_contact_is_a_member_and_no_channel() {
    for (address, good) in [
        ("U0123ABCD", true),
        ("W0123ABCD", true),
        ("C0123ABCD", false),
        ("G0123ABCD", false),
        ("D01", false),
        ("u01", false),
    ] {
        assert_eq!(crate::org::ContactKind::from_parts("slack", address).is_ok(), good, "{address}");
    }
}

//! `explain`, word for word.

use super::{at, clock, example, person, policy, put, snapshot, start};
use crate::{
    org::{Organisation, Urgency},
    paging::{PolicySnapshot, plan},
};

fn written(org: &Organisation, policy: PolicySnapshot, urgency: Urgency, begin_s: i64) -> String {
    let who = |line: &crate::paging::PlanLine| match (&line.user, &line.contact, &line.medium) {
        (Some(user), Some(contact), Some(medium)) => format!("@{user} by {contact} ({medium})"),
        (None, None, None) => "nobody".to_owned(),
        other => panic!("half a line: {other:?}"),
    };
    let lines = plan(org, start(policy, urgency), at(begin_s));
    lines.iter().map(|line| format!("{:>5} {}: {}: {}\n", clock(line.at), line.step, who(line), line.why)).collect()
}

#[test]
fn the_example_organisation_at_night() {
    let org = example();
    let payments = PolicySnapshot::of(&org, &org.policies[&"payments".parse().unwrap()]);
    insta::assert_snapshot!(written(&org, payments, Urgency::High, 0), @r"
     0:00 step 1: @alice by hook (webhook): primary on payments-primary
     1:00 step 1: @alice by mail (email): primary on payments-primary
     5:00 step 2: @bob by mail (email): named in the policy
    10:00 step 1 (repeat 1): @alice by hook (webhook): primary on payments-primary
    11:00 step 1 (repeat 1): @alice by mail (email): primary on payments-primary
    15:00 step 2 (repeat 1): @bob by mail (email): named in the policy
    20:00 step 1 (repeat 2): @alice by hook (webhook): primary on payments-primary
    21:00 step 1 (repeat 2): @alice by mail (email): primary on payments-primary
    25:00 step 2 (repeat 2): @bob by mail (email): named in the policy
    30:00 last resort: @carol by mail (email): named in the policy
    ");
}

#[test]
fn a_hand_off_in_the_middle_is_seen() {
    // Bob's week begins at 09:00 in Berlin on 18 May: ten minutes after this page begins.
    let hand_off_s: i64 = 6 * 86_400 + 6 * 3_600;
    let org = example();
    let rules = snapshot(policy(
        &[("0s", "schedule:payments-primary"), ("15m", "schedule:payments-primary")],
        0,
        "schedule:payments-primary/backup",
    ));
    let plan = plan(&org, start(rules, Urgency::Low), at(hand_off_s - 600));
    let who: Vec<_> = plan
        .iter()
        .map(|l| (l.at.duration_since(at(hand_off_s)).as_secs() / 60, l.user.as_ref().unwrap().as_str()))
        .collect();
    assert_eq!(who, [(-10, "alice"), (5, "bob"), (20, "alice")]);
}

#[test]
fn lines_say_why_nobody_hears() {
    let mut org = example();
    org.remove(crate::org::ConfigKind::User, "dora");
    let rules = snapshot(policy(&[("0s", "user:nemo"), ("5m", ""), ("5m", "user:bob user:mute")], 0, ""));
    insta::assert_snapshot!(written(&org, rules, Urgency::High, 0), @r"
     0:00 step 1: nobody: user:nemo: named in the policy: @nemo no longer exists
     0:00 step 2: nobody: names nobody
     0:00 step 3: @bob by mail (email): named in the policy
     0:00 step 3: nobody: user:mute: @mute has no verified contact method
     5:00 last resort: nobody: the policy has no last resort: every administrator is rung
    ");
}

#[test]
fn lines_stand_in_the_order_in_which_they_are_heard() {
    let mut org = example();
    let mut slow = person("bob", "responder", true);
    slow["rules"]["high"] = serde_json::json!([{ "after": "7m", "via": "mail" }]);
    put(&mut org, "user", slow);
    let rules = snapshot(policy(&[("0s", "user:bob"), ("5m", "user:carol")], 0, "user:dora"));
    insta::assert_snapshot!(written(&org, rules, Urgency::High, 0), @r"
     5:00 step 2: @carol by mail (email): named in the policy
     7:00 step 1: @bob by mail (email): named in the policy
    10:00 last resort: @dora by mail (email): named in the policy
    ");
}

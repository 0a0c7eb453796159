//! Policies changed by people: looked at with the proof of reach, stored once, never over what somebody else made, never over a file.

use super::{World, refused};
use crate::{
    Fault,
    organisation::{policy_revision, preview_policy, save_policy},
    proof::Known,
};
use jiff::SignedDuration;
use nightbell_domain::{
    org::{ConfigObject, Policy, PolicyStep, Target},
    record::Actor,
};
use nightbell_store::config;

const MINUTES: SignedDuration = SignedDuration::from_mins(5);

fn target(word: &str) -> Target {
    word.parse().expect("a target")
}

fn policy(id: &str, notify: &[&str]) -> Policy {
    let steps = notify.iter().map(|word| PolicyStep::plain(MINUTES, vec![target(word)])).collect();
    Policy::plain(id.parse().expect("a handle"), Some("payments".parse().expect("a handle")), steps, 1, Vec::new())
}

fn save(world: &mut World, who: &str, policy: &Policy, seen: Option<u64>) -> Result<(), Fault> {
    let permit = world.permit(who);
    world.unit(|unit| save_policy(unit, &permit, policy, seen))
}

fn revision(world: &mut World, policy: &Policy) -> u64 {
    world.act(|unit| policy_revision(unit.tx, &policy.id))
}

#[test]
fn inv_12_a_policy_is_made_and_changed_and_a_page_that_rings_keeps_the_one_it_began_with() {
    let mut world = World::new();
    let made = policy("night", &["user:alice"]);
    save(&mut world, "carol", &made, None).expect("made");
    let mut service = world.engine.directory().org.services[&"checkout".parse().expect("a handle")].clone();
    service.policy = Some(made.id.clone());
    world.act(|unit| {
        unit.reload = true;
        config::put(unit.tx, &ConfigObject::Service(service.clone()), false, unit.now, &Actor::system("test"))?;
        Ok(())
    });
    let alert = world.trigger("down");
    let page = world.page(alert.page.expect("it pages"));
    assert_eq!(page.policy.policy.as_ref(), Some(&made.id));
    let seen = revision(&mut world, &made);
    let changed = policy("night", &["user:bob", "user:alice"]);
    save(&mut world, "carol", &changed, Some(seen)).expect("changed");
    assert_eq!(world.engine.directory().org.policies[&made.id], changed);
    assert_eq!(revision(&mut world, &made), seen + 1, "one revision for one change");
    save(&mut world, "carol", &changed, Some(seen)).expect("the same again is no conflict");
    assert_eq!(revision(&mut world, &made), seen + 1, "and no revision");
    let kept = world.page(page.id);
    assert_eq!(kept.policy, page.policy);
}

#[test]
fn nobody_overwrites_what_somebody_else_made_meanwhile() {
    let mut world = World::new();
    let first = policy("night", &["user:alice"]);
    save(&mut world, "carol", &first, None).expect("made");
    let seen = revision(&mut world, &first);
    let theirs = policy("night", &["user:bob"]);
    save(&mut world, "alice", &theirs, Some(seen)).expect("of its team");
    let refusal = refused(save(&mut world, "carol", &policy("night", &["team:payments"]), Some(seen)));
    assert_eq!(refusal.code, "changed-meanwhile");
    assert_eq!(world.engine.directory().org.policies[&first.id], theirs, "what is stored stays");
}

#[test]
fn who_may_change_a_policy_and_which() {
    let mut world = World::new();
    let made = policy("night", &["user:alice"]);
    let cases: [(&str, Policy, Option<u64>, &str); 5] = [
        ("alice", made.clone(), None, "forbidden"),
        ("carol", policy("payments", &["user:bob"]), Some(1), "from-a-file"),
        ("carol", policy("payments", &["user:bob"]), None, "taken"),
        ("carol", made.clone(), Some(1), "not-found"),
        ("carol", policy("night", &["user:nobody-here"]), None, "invalid"),
    ];
    for (who, policy, seen, code) in cases {
        assert_eq!(refused(save(&mut world, who, &policy, seen)).code, code, "{who} {policy:?}");
    }
    save(&mut world, "carol", &made, None).expect("made");
    let seen = revision(&mut world, &made);
    let given = Policy { team: None, ..made };
    let refusal = refused(save(&mut world, "alice", &given, Some(seen)));
    assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("forbidden", Some("team")));
}

#[test]
fn a_problem_names_its_field() {
    let world = World::new();
    let org = &world.engine.directory().org;
    let empty = |step: PolicyStep| Policy { steps: vec![step], ..policy("night", &[]) };
    let cases = [
        (policy("night", &["user:alice", "user:nobody"]), "steps[1].notify[0]"),
        (empty(PolicyStep::plain(MINUTES, Vec::new())), "steps[0].notify"),
        (
            empty(PolicyStep { round_robin: true, ..PolicyStep::plain(MINUTES, vec![target("user:bob")]) }),
            "steps[0].round_robin",
        ),
        (Policy { last_resort: vec![target("team:none")], ..policy("night", &["user:bob"]) }, "last_resort[0]"),
        (Policy { ack_timeout: Some(SignedDuration::from_secs(5)), ..policy("night", &["user:bob"]) }, "ack_timeout"),
        (policy("night", &[]), "steps"),
    ];
    for (policy, field) in cases {
        let refusal = preview_policy(org, &Known::default(), &policy, world.now).expect_err("does not fit");
        assert_eq!(refusal.field.as_deref(), Some(field), "{refusal}");
        assert!(refusal.message.starts_with(|c: char| c.is_uppercase() || c == '"'), "{}", refusal.message);
    }
}

/// The proof of reach before and after: what is worse is named, what is as it was is not.
#[test]
fn a_preview_tells_who_is_reached_less() {
    let world = World::new();
    let org = &world.engine.directory().org;
    let known = Known::default();
    let id = "payments".parse().expect("a handle");
    let stored = org.policies.get(&id).expect("the policy of the service").clone();
    let look = |policy: &Policy| preview_policy(org, &known, policy, world.now).expect("fits");
    let same = look(&stored);
    assert!(same.worse.is_empty() && same.mended == 0 && same.is_used, "{same:?}");
    let alone = look(&Policy { last_resort: vec![target("user:bob")], ..policy("payments", &["user:bob"]) });
    assert!(!alone.worse.is_empty(), "{alone:?}");
    assert!(alone.worse.iter().all(|hole| hole.place.to_string() == "policy payments"), "{alone:?}");
    let unused = look(&policy("night", &["user:bob"]));
    assert!(!unused.is_used && unused.worse.is_empty(), "{unused:?}");
}

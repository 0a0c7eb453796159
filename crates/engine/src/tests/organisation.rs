//! Files are applied: all or nothing, twice is once, never the last administrator, sessions follow roles.

use super::{
    World, refused, user,
    world::{ORGANISATION, at},
};
use crate::access::{self, Secret};
use nightbell_domain::{access::Administer, org::AccessRole, signal::EventAction};
use nightbell_store::config;
use nightbell_wire::org_files::Action;

#[test]
fn applying_twice_is_applying_once() {
    let mut world = World::new();
    let version = world.act(|unit| Ok(config::version(unit.tx)?));
    let again = world.apply(ORGANISATION, true).expect("stored").expect("sound");
    assert!(again.plan.changes.iter().all(|change| change.action == Action::Keep), "{:?}", again.plan);
    assert_eq!(world.act(|unit| Ok(config::version(unit.tx)?)), version);
}

#[test]
fn the_last_administrator_stays() {
    let mut world = World::new();
    let without = ORGANISATION.replace("role: admin", "role: manager");
    let refusal = refused(world.apply(&without, false));
    assert_eq!(refusal.code, "last-administrator");
    assert_eq!(world.engine.directory().org.users[&user("carol")].role, AccessRole::Admin);
}

#[test]
fn what_blocks_stores_nothing() {
    let mut world = World::new();
    let broken = ORGANISATION.replace("policy: payments, runbooks", "policy: nowhere, runbooks");
    let problems = world.apply(&broken, false).expect("an answer").expect_err("a service needs its policy");
    assert!(problems[0].to_string().contains("nowhere"), "{}", problems[0]);
    let held = world.engine.directory();
    assert_eq!(
        held.org.services[&"checkout".parse().expect("a handle")].policy.as_ref().map(|p| p.as_str()),
        Some("payments")
    );
}

/// A handle that is given again opens nothing for whoever had it before.
#[test]
fn whoever_comes_back_brings_no_password_link_session_or_token() {
    let erin = "  - { id: erin, name: Erin Example, email: erin@example.com, role: manager, contacts: [ { id: mail, kind: email, address: erin@example.com, verified: true } ] }\n";
    let mut world = World::new();
    let session = sign_in(&mut world, "erin");
    let admin = world.caller("carol").permit::<Administer>().expect("an administrator");
    let link = world.act(|unit| access::invite(unit, &admin, &user("erin")));
    let attempt = |world: &mut World| {
        let directory = world.engine.directory();
        let known = world.engine.read(|tx| access::SignInAttempt::new(tx, &directory, "erin@example.com"));
        known.expect("read").verify("correct horse battery").is_some()
    };
    let opens = |world: &mut World| {
        let (directory, now) = (world.engine.directory(), world.now);
        world.engine.read(|tx| access::link_holder(tx, &directory, &link, now)).is_ok()
    };
    assert!(attempt(&mut world) && opens(&mut world) && signed_in(&mut world, &session), "before");
    world.apply(&ORGANISATION.replace(erin, ""), true).expect("stored").expect("sound");
    world.apply(ORGANISATION, true).expect("stored").expect("sound");
    assert!(world.engine.directory().org.users.contains_key(&user("erin")), "back again");
    assert!(!attempt(&mut world), "the old password");
    assert!(!opens(&mut world), "an unused link");
    assert!(!signed_in(&mut world, &session), "an old session");
}

/// (what the files change, whether Erin's session lives)
#[test]
fn sessions_die_with_a_role_change_and_with_removal() {
    let erin = "  - { id: erin, name: Erin Example, email: erin@example.com, role: manager, contacts: [ { id: mail, kind: email, address: erin@example.com, verified: true } ] }\n";
    assert!(ORGANISATION.contains(erin));
    let cases = [
        ("a new name", ORGANISATION.replace("Erin Example", "Erin E."), true),
        ("another role", ORGANISATION.replace("role: manager", "role: viewer"), false),
        ("gone", ORGANISATION.replace(erin, ""), false),
    ];
    for (what, files, lives) in cases {
        let mut world = World::new();
        let secret = sign_in(&mut world, "erin");
        assert!(signed_in(&mut world, &secret), "{what}: before");
        world.apply(&files, true).expect("stored").expect("sound");
        assert_eq!(signed_in(&mut world, &secret), lives, "{what}");
    }
}

fn sign_in(world: &mut World, who: &str) -> Secret {
    let carol = world.caller("carol");
    let admin = carol.permit::<Administer>().expect("an administrator");
    let invitation = world.act(|unit| access::invite(unit, &admin, &user(who)));
    let salt = world.act(|unit| Ok(access::password::salt(unit)));
    let hash = access::password::hash_password("correct horse battery", salt).expect("a good password");
    world.act(|unit| access::set_password_by_link(unit, &invitation, &hash))
}

fn signed_in(world: &mut World, secret: &Secret) -> bool {
    let (directory, now) = (world.engine.directory(), world.now);
    world.engine.read(|tx| access::authenticate_session(tx, &directory, secret, now)).expect("readable").is_some()
}

#[test]
fn a_running_page_keeps_the_policy_it_started_with() {
    let mut world = World::new();
    world.trigger("db");
    let quicker =
        ORGANISATION.replace("{ after: 5m, notify: [\"user:bob\"] }", "{ after: 1m, notify: [\"user:erin\"] }");
    world.apply(&quicker, false).expect("stored").expect("sound");
    world.run_until(5 * 60);
    assert_eq!(world.sent(), ["0:00 page alice/hook", "1:00 page alice/mail", "5:00 page bob/mail"]);
}

#[test]
fn a_person_deleted_while_ringing_is_skipped_and_the_page_goes_on() {
    let mut world = World::new();
    let page = world.trigger("db").page.expect("it pages");
    let bob = "  - { id: bob, name: Bob Example, email: bob@example.com, contacts: [ { id: mail, kind: email, address: bob@example.com, verified: true } ] }\n";
    assert!(ORGANISATION.contains(bob));
    world.apply(&ORGANISATION.replace(bob, ""), true).expect("stored").expect("only dangling");
    world.run_until(20 * 60);
    let expected = [
        "0:00 page alice/hook",
        "1:00 page alice/mail",
        "5:00 page alice/hook",
        "6:00 page alice/mail",
        "10:00 page carol/mail",
        "20:00 page carol/mail",
    ];
    assert_eq!(world.sent(), expected);
    assert_eq!(world.page(page).rings.len(), 4);
}

#[test]
fn a_contact_that_is_gone_when_its_time_comes_counts_as_failed() {
    let mut world = World::new();
    let page = world.trigger("db").page.expect("it pages");
    let unverified = ORGANISATION.replace(
        "url: \"http://127.0.0.1:9099/alice\", verified: true",
        "url: \"http://127.0.0.1:9099/alice\", verified: false",
    );
    assert_ne!(unverified, ORGANISATION);
    world.apply(&unverified, false).expect("stored").expect("sound");
    world.run_until(30);
    assert_eq!(world.sent(), ["0:00 page alice/mail"]);
    assert_eq!(world.attempts(page), ["failed-permanent", "accepted"]);
}

#[test]
fn an_organisation_without_anybody_keeps_the_page_and_its_alarm() {
    let mut world = World::of(
        "version: 1\nusers: [{ id: carol, name: Carol, email: c@example.com, role: admin }]\nintegrations: [{ id: prometheus, kind: generic, key: k }]\n",
    );
    let outcome = world.event(EventAction::Trigger, "db", &[], None);
    let page = world.alert(&outcome).page.expect("it pages");
    world.run_until(15 * 60);
    let page = world.page(page);
    assert!(page.is_waiting());
    assert_eq!(page.next_due_at, Some(at(20 * 60)));
}

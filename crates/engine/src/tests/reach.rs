//! What keeps a page from a person, one cause at a time.

use super::{
    World,
    world::{ORGANISATION, at},
};
use crate::reach::{Finding, findings};

/// The example with that piece of text replaced.
fn with(from: &str, to: &str) -> Vec<Finding> {
    assert!(ORGANISATION.contains(from), "{from}");
    look(&ORGANISATION.replace(from, to), true)
}

fn look(yaml: &str, mail_works: bool) -> Vec<Finding> {
    let world = World::of(yaml);
    findings(&world.engine.directory(), at(0), mail_works)
}

/// `check, grave, part of what is said` of each.
fn check(found: &[Finding], expected: &[(&str, bool, &str)]) {
    for (check, grave, what) in expected {
        assert!(
            found.iter().any(|f| f.check == *check && f.grave == *grave && f.what.contains(what)),
            "{check} {grave} {what:?} is not among {found:#?}"
        );
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for f in found {
        assert!([&f.what, &f.means, &f.fix].iter().all(|text| !text.is_empty()), "{f:?}");
    }
}

const ONE_ADMIN: (&str, bool, &str) = ("administrators", false, "one administrator");

#[test]
fn a_sound_organisation_has_little_to_say() {
    check(&look(ORGANISATION, true), &[ONE_ADMIN]);
}

#[test]
fn people_who_cannot_be_reached_are_named_with_why() {
    let bob = "name: Bob Example, email: bob@example.com, contacts: [ { id: mail, kind: email, address: bob@example.com, verified: true } ]";
    check(
        &with(bob, "name: Bob Example, email: bob@example.com"),
        &[
            ONE_ADMIN,
            ("people", true, "@bob has no contact method (named in policy payments; on call on payments-primary)"),
        ],
    );
    check(
        &with(bob, &bob.replace("verified: true", "verified: false")),
        &[ONE_ADMIN, ("people", true, "@bob has no verified contact method")],
    );
    check(
        &with(
            "{ id: hook, kind: webhook, url: \"http://127.0.0.1:9099/alice\", verified: true }",
            "{ id: hook, kind: webhook, url: \"http://127.0.0.1:9099/alice\" }",
        ),
        &[ONE_ADMIN, ("people", false, "@alice is to be rung by hook, which is not verified")],
    );
    check(
        &look(ORGANISATION, false),
        &[
            ONE_ADMIN,
            ("people", true, "@bob is reached by mail alone"),
            ("people", true, "@carol is reached by mail alone"),
        ],
    );
}

#[test]
fn gaps_and_empty_steps_are_told() {
    let hours = "starts: \"2026-01-05T09:00\", hours: [ { days: [mon, tue, wed, thu, fri], from: \"00:00\", to: \"24:00\" } ] }";
    let found = with("starts: \"2026-01-05T09:00\" }", hours);
    check(&found, &[ONE_ADMIN, ("schedules", true, "payments-primary from 2026-05-15 22:00 UTC for 2 days")]);
    let found = with("{ after: 5m, notify: [\"user:bob\"] }", "{ after: 5m, notify: [] }");
    check(&found, &[ONE_ADMIN, ("policies", false, "Step 2 of policy payments rings nobody now: it names nobody")]);
}

#[test]
fn services_and_sources_without_end_are_told() {
    check(
        &with("team: payments, policy: payments, runbooks", "team: payments, runbooks"),
        &[
            ONE_ADMIN,
            ("services", false, "Service checkout has no policy"),
            ("services", false, "One person alone would hear of a page on checkout"),
        ],
    );
    check(&with("do: page, urgency: high", "do: record"), &[ONE_ADMIN, ("sources", false, "No route pages anybody")]);
    let carol = "version: 1\nusers:\n  - { id: carol, name: Carol, email: carol@example.com, role: admin }\n";
    check(
        &look(carol, true),
        &[
            ONE_ADMIN,
            ("people", true, "@carol has no contact method (administrator, the last resort of all)"),
            ("sources", false, "There is no integration"),
        ],
    );
}

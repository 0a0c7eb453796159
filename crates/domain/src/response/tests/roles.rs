use super::*;

enum Do {
    Take(RoleKind),
    Offer(RoleKind, &'static str),
    AdminOffer(RoleKind, &'static str),
    Accept(RoleKind),
    Decline(RoleKind),
    Release(RoleKind),
}

fn check(severity: &str, script: &[(&str, Do, &str)], commander: Option<&str>) {
    let mut life = Life::declared(severity);
    for (step, (who, what, expected)) in script.iter().enumerate() {
        let me = user(who);
        let result = life.act(who, t(10 + step as i64), |incident, act| match what {
            Do::Take(role) => incident.take_role(act, *role, &me),
            Do::Offer(role, to) => incident.offer_role(act, *role, &user(to), false),
            Do::AdminOffer(role, to) => incident.offer_role(act, *role, &user(to), true),
            Do::Accept(role) => incident.accept_role(act, *role, &me),
            Do::Decline(role) => incident.decline_role(*role, &me),
            Do::Release(role) => incident.release_role(*role, &me),
        });
        assert_eq!(outcome(result), *expected, "step {step} by {who}");
    }
    assert_eq!(life.state.roles.commander.as_ref().map(UserId::as_str), commander);
    assert_eq!(fold::<Incident>(&life.events).unwrap().as_ref(), Some(&life.state));
}

use RoleKind::{Commander as Ic, Comms, Ops, Scribe};

#[test]
fn inv_17_the_commander_changes_only_by_offer_and_accept() {
    check(
        "sev1",
        &[
            ("dana", Do::Take(Ic), "role-taken rule-met"),
            ("dana", Do::Take(Ic), "nothing"),
            ("bob", Do::Take(Ic), "refused: role-held"),
            ("bob", Do::Accept(Ic), "refused: role-not-offered"),
            ("bob", Do::Offer(Ic, "bob"), "refused: role-held"),
            ("dana", Do::Release(Ic), "refused: commander-needed"),
            ("dana", Do::Offer(Ic, "dana"), "refused: role-held"),
            ("dana", Do::Offer(Ic, "bob"), "role-offered"),
            ("dana", Do::Offer(Ic, "bob"), "refused: role-offered"),
            ("carol", Do::Accept(Ic), "refused: role-not-offered"),
            ("bob", Do::Accept(Ic), "role-accepted"),
            ("bob", Do::Accept(Ic), "refused: role-not-offered"),
        ],
        Some("bob"),
    );
}

#[test]
fn the_old_commander_stays_until_the_accept() {
    let script = [
        ("dana", Do::Take(Ic), "role-taken rule-met"),
        ("dana", Do::Offer(Ic, "bob"), "role-offered"),
        ("bob", Do::Decline(Ic), "role-declined"),
        ("bob", Do::Accept(Ic), "refused: role-not-offered"),
        ("dana", Do::Offer(Ic, "carol"), "role-offered"),
    ];
    check("sev2", &script, Some("dana"));
}

#[test]
fn a_silent_commander_is_replaced_by_two_others() {
    let script = [
        ("dana", Do::Take(Ic), "role-taken rule-met"),
        ("carol", Do::Offer(Ic, "bob"), "role-offered"),
        ("bob", Do::Accept(Ic), "role-accepted"),
    ];
    check("sev1", &script, Some("bob"));
    let script = [
        ("dana", Do::Take(Ic), "role-taken rule-met"),
        ("erin", Do::AdminOffer(Ic, "erin"), "role-offered"),
        ("erin", Do::Accept(Ic), "role-accepted"),
    ];
    check("sev1", &script, Some("erin"));
}

#[test]
fn a_newer_offer_replaces_an_older_one_except_for_ops() {
    let script = [
        ("dana", Do::Offer(Comms, "bob"), "role-offered"),
        ("dana", Do::Offer(Comms, "carol"), "role-offered"),
        ("bob", Do::Accept(Comms), "refused: role-not-offered"),
        ("carol", Do::Accept(Comms), "role-accepted"),
        ("dana", Do::Offer(Ops, "bob"), "role-offered"),
        ("dana", Do::Offer(Ops, "carol"), "role-offered"),
        ("bob", Do::Accept(Ops), "role-accepted"),
        ("carol", Do::Accept(Ops), "role-accepted"),
    ];
    check("sev1", &script, None);
}

#[test]
fn other_seats_may_be_left_and_two_hats_worn() {
    let script = [
        ("dana", Do::Take(Ic), "role-taken rule-met"),
        ("dana", Do::Take(Ops), "role-taken"),
        ("bob", Do::Take(Scribe), "role-taken"),
        ("carol", Do::Take(Comms), "role-taken rule-met"),
        ("carol", Do::Take(Scribe), "refused: role-held"),
        ("bob", Do::Release(Scribe), "role-released"),
        ("bob", Do::Release(Scribe), "refused: role-not-held"),
        ("carol", Do::Take(Scribe), "role-taken"),
        ("dana", Do::Release(Ops), "role-released"),
    ];
    check("sev1", &script, Some("dana"));
}

#[test]
fn where_no_commander_is_owed_the_seat_may_be_left() {
    let script = [("dana", Do::Take(Ic), "role-taken"), ("dana", Do::Release(Ic), "role-released")];
    check("sev3", &script, None);
}

#[test]
fn hats_of_a_person() {
    let mut life = Life::declared("sev1");
    life.take(Ic, "dana", t(1));
    life.take(Ops, "dana", t(2));
    assert_eq!(life.state.roles.hats(&user("dana")), [Ic, Ops]);
    assert!(life.state.roles.hats(&user("bob")).is_empty());
}

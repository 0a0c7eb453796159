//! Whoever takes somebody's place is on call, and that one is not, whatever put them there.

use super::*;

/// The pair of a week, so that somebody stays when the other is relieved.
const PAIRS: &str = "members: [[alice, bob], [carol, erin]]";

fn pairs() -> World {
    let yaml =
        crate::tests::world::ORGANISATION.replace("members: [alice, bob], every: 1w", &format!("{PAIRS}, every: 1w"));
    assert!(yaml.contains(PAIRS));
    World::of(&yaml)
}

fn on_call(world: &World, at: &str) -> String {
    let found = world.engine.directory().org.on_call(&schedule(), t(at)).expect("readable");
    found.everyone().map(|member| member.as_str().to_owned()).collect::<Vec<_>>().join("+")
}

fn put(world: &mut World, who: &str, kind: OverrideKind, instead_of: Option<&str>) -> Result<rota::Arranged, Fault> {
    let erin = world.permit("erin");
    let input = rota::Arrange {
        kind,
        instead_of: instead_of.map(user),
        ..arrange(who, "2026-05-14T00:00:00Z", "2026-05-15T00:00:00Z")
    };
    world.unit(|unit| rota::add_override(unit, &erin, input.clone()))
}

#[test]
fn who_was_added_or_leads_is_relieved_by_whoever_takes_their_request() {
    for (kind, before, after) in
        [(OverrideKind::Add, "alice+frank", "alice+bob"), (OverrideKind::ReverseShadow, "frank+alice", "bob+alice")]
    {
        let mut world = World::new();
        put(&mut world, "frank", kind, None).expect("put there");
        assert_eq!(on_call(&world, "2026-05-14T12:00:00Z"), before);
        let (frank, bob) = (world.permit("frank"), world.permit("bob"));
        let input = ask("frank", "2026-05-14T06:00:00Z", "2026-05-14T18:00:00Z", None);
        let request = world.act(|unit| rota::ask(unit, &frank, input.clone()));
        world.act(|unit| rota::accept(unit, &bob, &schedule(), &request.id, None, None));
        for (at, who) in
            [("05:59:59", before), ("06:00:00", after), ("12:00:00", after), ("17:59:59", after), ("18:00:00", before)]
        {
            assert_eq!(on_call(&world, &format!("2026-05-14T{at}Z")), who, "{kind:?} {at}");
        }
        world.run_until(600);
        world.sent();
    }
}

#[test]
fn in_a_gap_whoever_was_added_alone_is_relieved() {
    // Nobody but on a Sunday, which none of this is.
    let yaml = crate::tests::world::ORGANISATION.replace(
        "every: 1w, starts: \"2026-01-05T09:00\" }",
        "every: 1w, starts: \"2026-01-05T09:00\", hours: [ { days: [sun], from: \"00:00\", to: \"24:00\" } ] }",
    );
    let mut world = World::of(&yaml);
    put(&mut world, "frank", OverrideKind::Add, None).expect("put there");
    assert_eq!(on_call(&world, "2026-05-14T12:00:00Z"), "frank");
    let (frank, bob) = (world.permit("frank"), world.permit("bob"));
    let input = ask("frank", "2026-05-14T06:00:00Z", "2026-05-14T18:00:00Z", None);
    let request = world.act(|unit| rota::ask(unit, &frank, input.clone()));
    world.act(|unit| rota::accept(unit, &bob, &schedule(), &request.id, None, None));
    assert_eq!(on_call(&world, "2026-05-14T12:00:00Z"), "bob");
    world.now = t("2026-05-14T20:00:00Z");
    let carol = world.permit("carol");
    world.act(|unit| rota::take_over(unit, &carol, &schedule(), Some(t("2026-05-14T22:00:00Z"))));
    assert_eq!(on_call(&world, "2026-05-14T21:00:00Z"), "carol");
    world.tick();
    world.sent();
}

#[test]
fn a_learner_who_leads_is_relieved_by_a_take_over() {
    let mut world = World::new();
    put(&mut world, "frank", OverrideKind::ReverseShadow, None).expect("put there");
    world.now = t("2026-05-14T12:00:00Z");
    let bob = world.permit("bob");
    let taken = world.act(|unit| rota::take_over(unit, &bob, &schedule(), Some(t("2026-05-16T00:00:00Z"))));
    assert_eq!(taken.from, Some(user("frank")));
    // Frank leads until midnight, and Alice stays beside; then Alice alone would have it.
    assert_eq!(on_call(&world, "2026-05-14T13:00:00Z"), "bob+alice");
    assert_eq!(on_call(&world, "2026-05-15T13:00:00Z"), "bob");
    assert_eq!(on_call(&world, "2026-05-16T00:00:00Z"), "alice");
    world.act(|unit| rota::give_back(unit, &bob, &schedule()));
    assert_eq!(on_call(&world, "2026-05-14T13:00:00Z"), "frank+alice");
    assert_eq!(on_call(&world, "2026-05-15T13:00:00Z"), "alice");
    world.tick();
    world.sent();
}

#[test]
fn a_take_over_holds_until_its_end_whatever_hands_over_on_the_way() {
    let (mut world, mut seen) = (pairs(), 0);
    let frank = world.permit("frank");
    // The pair hands over on Monday 18 May and on Monday 25 May, 07:00 UTC.
    let until = t("2026-05-26T12:00:00Z");
    let taken = world.act(|unit| rota::take_over(unit, &frank, &schedule(), Some(until)));
    assert_eq!((taken.until, taken.spans.len()), (until, 3));
    for (at, who) in [
        ("2026-05-12T02:00:00Z", "frank+bob"),
        ("2026-05-18T06:59:59Z", "frank+bob"),
        ("2026-05-18T07:00:00Z", "frank+erin"),
        ("2026-05-25T07:00:00Z", "frank+bob"),
        ("2026-05-26T11:59:59Z", "frank+bob"),
        ("2026-05-26T12:00:00Z", "alice+bob"),
    ] {
        assert_eq!(on_call(&world, at), who, "{at}");
    }
    let mut heard = told(&mut world, &mut seen);
    heard.sort();
    let free = "You are free: Frank Example has payments-primary";
    assert_eq!(heard, [format!("alice: {free}"), format!("carol: {free}")], "who is relieved, and nobody else");
    world.now = t("2026-05-20T00:00:00Z");
    world.act(|unit| rota::give_back(unit, &frank, &schedule()));
    assert_eq!(on_call(&world, "2026-05-19T00:00:00Z"), "frank+erin", "what was, was");
    assert_eq!(on_call(&world, "2026-05-20T00:00:00Z"), "carol+erin");
    assert_eq!(on_call(&world, "2026-05-26T00:00:00Z"), "alice+bob");
    let far = t("2026-12-24T00:00:00Z");
    let refusal = refused(world.unit(|unit| rota::take_over(unit, &frank, &schedule(), Some(far))));
    assert_eq!(refusal.field.as_deref(), Some("until"));
    world.tick();
    world.sent();
}

#[test]
fn a_place_that_nobody_has_is_not_taken() {
    let mut world = pairs();
    let refusal = refused(put(&mut world, "carol", OverrideKind::Replace, Some("frank")));
    assert_eq!(refusal.field.as_deref(), Some("instead_of"));
    assert!(refusal.message.contains("no place to take"), "{}", refusal.message);
    put(&mut world, "frank", OverrideKind::Replace, Some("bob")).expect("Bob is there");
    assert_eq!(on_call(&world, "2026-05-14T12:00:00Z"), "alice+frank");
    // Who was relieved is told, not whoever is called first.
    let told = told(&mut world, &mut 0);
    assert!(told.contains(&"bob: You are free: Frank Example has payments-primary".to_owned()), "{told:?}");
    assert!(!told.iter().any(|line| line.starts_with("alice:")), "{told:?}");
}

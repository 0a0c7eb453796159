//! What people agree on beside the plan: overrides, take-overs, requests, swaps, plans that begin later, and the hand-off.

mod files;
mod places;

use super::{World, refused, user, world::at};
use crate::{Fault, rota};
use jiff::SignedDuration;
use nightbell_calendar::{OverrideKind, Schedule as Calendar};
use nightbell_domain::{
    access::Permit,
    ids::ScheduleId,
    org::{Begin, CoverReason, RequestStatus},
    record::Instant,
};

fn schedule() -> ScheduleId {
    "payments-primary".parse().expect("a handle")
}

/// An instant; the week of the test begins on Monday 11 May 2026, 09:00 in Berlin (07:00 UTC), and is Alice's.
fn t(text: &str) -> Instant {
    text.parse().expect("an instant")
}

fn primary(world: &World, at: Instant) -> String {
    let found = world.engine.directory().org.on_call(&schedule(), at).expect("readable");
    found.primary.map_or_else(|| "nobody".to_owned(), |member| member.to_string())
}

fn arrange(who: &str, from: &str, to: &str) -> rota::Arrange {
    rota::Arrange {
        schedule: schedule(),
        user: user(who),
        kind: OverrideKind::Replace,
        from: t(from),
        to: t(to),
        instead_of: None,
        note: String::new(),
        although: None,
    }
}

fn ask(who: &str, from: &str, to: &str, asked: Option<&str>) -> rota::Ask {
    let note = "My daughter's birthday".to_owned();
    rota::Ask {
        schedule: schedule(),
        user: user(who),
        from: t(from),
        to: t(to),
        asked: asked.map(user),
        in_return: None,
        note,
    }
}

/// What everybody was told since the last look, as `person: title`.
fn told(world: &mut World, seen: &mut usize) -> Vec<String> {
    world.run_until(world.now.duration_since(at(0)).as_secs() + 120);
    world.sent();
    let fresh = world.messages[*seen..].iter().map(|message| format!("{}: {}", message.user, message.title)).collect();
    *seen = world.messages.len();
    fresh
}

#[test]
fn an_override_holds_from_now_on_and_both_are_told() {
    let (mut world, mut seen) = (World::new(), 0);
    let erin = world.permit("erin");
    let input = arrange("bob", "2026-05-13T08:00:00Z", "2026-05-13T20:00:00Z");
    let arranged = world.act(|unit| rota::add_override(unit, &erin, input.clone()));
    assert_eq!(arranged.span.reason, CoverReason::Override);
    for (at, who) in [("07:59:59", "alice"), ("08:00:00", "bob"), ("19:59:59", "bob"), ("20:00:00", "alice")] {
        assert_eq!(primary(&world, t(&format!("2026-05-13T{at}Z"))), who, "{at}");
    }
    let mut heard = told(&mut world, &mut seen);
    heard.sort();
    assert_eq!(
        heard,
        [
            "alice: You are free: Bob Example has payments-primary",
            "bob: You are on call for payments-primary from Wed 13 May 08:00 to Wed 13 May 20:00 (UTC)",
        ]
    );
}

#[test]
fn who_may_arrange_for_whom() {
    let mut world = World::new();
    let input = |who: &str| arrange(who, "2026-05-13T08:00:00Z", "2026-05-13T09:00:00Z");
    // Frank is neither manager nor of the team: himself, but nobody else.
    let frank = world.permit("frank");
    let refusal = refused(world.unit(|unit| rota::add_override(unit, &frank, input("bob"))));
    assert_eq!(refusal.code, "forbidden");
    for (by, who) in [("frank", "frank"), ("alice", "bob"), ("erin", "alice"), ("carol", "frank")] {
        let permit = world.permit(by);
        world.act(|unit| rota::add_override(unit, &permit, input(who)));
    }
    world.run_until(300);
    world.sent();
}

#[test]
fn inv_12_nothing_is_arranged_or_undone_in_the_past() {
    let mut world = World::new();
    let erin = world.permit("erin");
    let past = arrange("bob", "2026-05-12T00:00:00Z", "2026-05-13T00:00:00Z");
    let refusal = refused(world.unit(|unit| rota::add_override(unit, &erin, past.clone())));
    assert_eq!(refusal.field.as_deref(), Some("from"));
    let backwards = arrange("bob", "2026-05-13T10:00:00Z", "2026-05-13T09:00:00Z");
    assert_eq!(
        refused(world.unit(|unit| rota::add_override(unit, &erin, backwards.clone()))).field.as_deref(),
        Some("to")
    );
    // One that began is cut, not erased.
    let span = world
        .act(|unit| rota::add_override(unit, &erin, arrange("bob", "2026-05-12T02:00:00Z", "2026-05-12T12:00:00Z")))
        .span;
    world.now = t("2026-05-12T05:00:00Z");
    world.act(|unit| rota::undo(unit, &erin, &schedule(), &span.id));
    assert_eq!(primary(&world, t("2026-05-12T04:59:59Z")), "bob", "what was, was");
    assert_eq!(primary(&world, t("2026-05-12T05:00:00Z")), "alice");
    world.now = t("2026-05-12T13:00:00Z");
    assert_eq!(refused(world.unit(|unit| rota::undo(unit, &erin, &schedule(), &span.id))).code, "over");
    world.run_until(13 * 3_600);
    world.sent();
}

#[test]
fn one_tap_takes_over_until_the_hand_off_and_gives_back() {
    let (mut world, mut seen) = (World::new(), 0);
    let page = world.trigger("db").page.expect("it pages");
    world.tick();
    world.sent();
    seen = world.messages.len().max(seen);
    let bob = world.permit("bob");
    let taken = world.act(|unit| rota::take_over(unit, &bob, &schedule(), None));
    assert_eq!((taken.from, taken.ringing), (Some(user("alice")), 1), "what rings goes on, and is said");
    assert_eq!(taken.until, t("2026-05-18T07:00:00Z"), "Monday, 09:00 in Berlin");
    assert_eq!(taken.spans.len(), 1);
    assert_eq!(primary(&world, world.now), "bob");
    assert_eq!(refused(world.unit(|unit| rota::take_over(unit, &bob, &schedule(), None))).code, "on-call-already");
    world.act(|unit| crate::paging::acknowledge(unit, &bob, page));
    let mut heard = told(&mut world, &mut seen);
    // That the page was taken by somebody else is told as well, by the page.
    heard.retain(|line| !line.ends_with("db is down"));
    assert_eq!(heard, ["alice: You are free: Bob Example has payments-primary"]);
    world.now = at(3_600);
    world.act(|unit| rota::give_back(unit, &bob, &schedule()));
    assert_eq!(primary(&world, world.now), "alice");
    // Bob, who has no turns in the plan, carried an hour: he is in the list, and nobody is owed less or more for it.
    let org = world.engine.directory().org.clone();
    let (from, to) = (t("2026-05-11T07:00:00Z"), t("2026-05-25T07:00:00Z"));
    let load = world.act(|unit| crate::views::load(unit.tx, &org, Some(&schedule()), from, to));
    assert!(load.people.iter().any(|one| one.user == user("bob") && one.load.weighted_hours() > 0.0));
    assert!(load.fairness > 95.0, "{}", load.fairness);
    assert_eq!(primary(&world, at(3_599)), "bob");
    assert_eq!(refused(world.unit(|unit| rota::give_back(unit, &bob, &schedule()))).code, "nothing-taken");
    world.tick();
    world.sent();
    world.resolve("db");
    world.tick();
    world.sent();
}

#[test]
fn a_request_is_taken_by_the_first_and_undone_before_it_begins() {
    let (mut world, mut seen) = (World::new(), 0);
    let (alice, bob, frank) = (world.permit("alice"), world.permit("bob"), world.permit("frank"));
    let input = ask("alice", "2026-05-14T18:00:00Z", "2026-05-15T06:00:00Z", None);
    let request = world.act(|unit| rota::ask(unit, &alice, input.clone()));
    assert_eq!(
        told(&mut world, &mut seen),
        ["bob: Can you take payments-primary, Thu 14 May 18:00 to Fri 15 May 06:00 (UTC)? Alice Example asks"]
    );
    let again = refused(world.unit(|unit| rota::ask(unit, &alice, input.clone())));
    assert_eq!(again.code, "asked-already");
    // Both press at once: one transaction is first.
    let id = request.id.clone();
    let taken = world.act(|unit| rota::accept(unit, &frank, &schedule(), &id, None, None));
    assert_eq!(taken.misgivings, Vec::<String>::new());
    let late = refused(world.unit(|unit| rota::accept(unit, &bob, &schedule(), &id, None, None)));
    assert_eq!((late.code.as_str(), late.message.contains("@frank")), ("taken", true));
    assert_eq!(primary(&world, t("2026-05-14T18:00:00Z")), "frank");
    assert_eq!(
        told(&mut world, &mut seen),
        ["alice: Frank Example takes payments-primary, Thu 14 May 20:00 to Fri 15 May 08:00 (Europe/Berlin)"]
    );
    world.act(|unit| rota::undo(unit, &frank, &schedule(), &taken.spans[0].id));
    assert_eq!(primary(&world, t("2026-05-14T18:00:00Z")), "alice");
    let directory = world.engine.directory();
    let request = directory.org.covers[&schedule()].request(&id).expect("kept").clone();
    assert!(matches!(request.status, RequestStatus::Over { .. }), "{request:?}");
    assert_eq!(told(&mut world, &mut seen).len(), 1, "Alice has it back, and knows");
}

#[test]
fn a_swap_is_two_spans_that_stand_and_fall_together() {
    let mut world = World::new();
    let (alice, bob) = (world.permit("alice"), world.permit("bob"));
    let mut input = ask("alice", "2026-05-14T07:00:00Z", "2026-05-15T07:00:00Z", Some("bob"));
    input.in_return = Some((t("2026-05-19T07:00:00Z"), t("2026-05-20T07:00:00Z")));
    let request = world.act(|unit| rota::ask(unit, &alice, input.clone()));
    let frank = world.permit("frank");
    assert_eq!(
        refused(world.unit(|unit| rota::accept(unit, &frank, &schedule(), &request.id, None, None))).code,
        "forbidden"
    );
    let taken = world.act(|unit| rota::accept(unit, &bob, &schedule(), &request.id, None, None));
    assert_eq!(taken.spans.iter().map(|span| span.reason).collect::<Vec<_>>(), [CoverReason::Swap; 2]);
    assert_eq!(
        (primary(&world, t("2026-05-14T12:00:00Z")), primary(&world, t("2026-05-19T12:00:00Z"))),
        ("bob".into(), "alice".into())
    );
    world.act(|unit| rota::undo(unit, &alice, &schedule(), &taken.spans[1].id));
    assert_eq!(
        (primary(&world, t("2026-05-14T12:00:00Z")), primary(&world, t("2026-05-19T12:00:00Z"))),
        ("alice".into(), "bob".into())
    );
    // Agreed anew, and begun: neither half can be undone alone.
    let request = world.act(|unit| rota::ask(unit, &alice, input.clone()));
    let taken = world.act(|unit| rota::accept(unit, &bob, &schedule(), &request.id, None, None));
    world.now = t("2026-05-14T08:00:00Z");
    assert_eq!(refused(world.unit(|unit| rota::undo(unit, &alice, &schedule(), &taken.spans[1].id))).code, "begun");
    world.tick();
    world.sent();
}

#[test]
fn a_request_says_no_comes_back_or_runs_out_and_the_asker_is_warned_before() {
    let (mut world, mut seen) = (World::new(), 0);
    world.act(rota::handoff);
    let (alice, bob) = (world.permit("alice"), world.permit("bob"));
    let first = world
        .act(|unit| rota::ask(unit, &alice, ask("alice", "2026-05-14T07:00:00Z", "2026-05-14T12:00:00Z", Some("bob"))));
    world.act(|unit| rota::decline(unit, &bob, &schedule(), &first.id));
    assert_eq!(
        refused(world.unit(|unit| rota::accept(unit, &bob, &schedule(), &first.id, None, None))).code,
        "declined"
    );
    let second = world
        .act(|unit| rota::ask(unit, &alice, ask("alice", "2026-05-14T07:00:00Z", "2026-05-14T12:00:00Z", Some("bob"))));
    world.act(|unit| rota::withdraw(unit, &alice, &schedule(), &second.id));
    let third =
        world.act(|unit| rota::ask(unit, &alice, ask("alice", "2026-05-14T07:00:00Z", "2026-05-14T12:00:00Z", None)));
    told(&mut world, &mut seen);
    for (now, wanted) in [
        ("2026-05-13T06:59:00Z", Vec::<&str>::new()),
        ("2026-05-13T07:00:00Z", vec!["alice: Nobody has taken payments-primary yet: it begins in 24 h"]),
        ("2026-05-13T07:01:00Z", vec![]),
        ("2026-05-14T05:00:30Z", vec!["alice: Nobody has taken payments-primary yet: it begins in 2 h"]),
        ("2026-05-14T07:00:00Z", vec!["alice: Nobody took payments-primary: it is yours"]),
        ("2026-05-14T07:05:00Z", vec![]),
    ] {
        world.now = t(now);
        world.act(rota::handoff);
        world.act(rota::handoff);
        assert_eq!(told(&mut world, &mut seen), wanted, "{now}");
    }
    let refusal = refused(world.unit(|unit| rota::accept(unit, &bob, &schedule(), &third.id, None, None)));
    assert_eq!((refusal.code.as_str(), primary(&world, t("2026-05-14T08:00:00Z")).as_str()), ("over", "alice"));
}

#[test]
fn the_hand_off_is_told_once_with_the_note_and_what_is_open_also_after_a_silence() {
    let (mut world, mut seen) = (World::new(), 0);
    world.act(rota::handoff);
    let alice = world.permit("alice");
    let bob = world.permit("bob");
    assert_eq!(
        refused(world.unit(|unit| rota::leave_note(unit, &world_frank(), &schedule(), "hello"))).code,
        "forbidden"
    );
    world.act(|unit| rota::leave_note(unit, &alice, &schedule(), "The queue is slow; see the runbook."));
    world.trigger("db");
    world.act(|unit| {
        let alert = first_alert(unit)?;
        crate::signal::acknowledge(unit, &bob, alert).map(drop)
    });
    told(&mut world, &mut seen);
    world.now = t("2026-05-17T07:00:10Z");
    world.act(rota::handoff);
    let heard = told(&mut world, &mut seen);
    assert_eq!(heard, ["bob: On call for payments-primary tomorrow: Mon 18 May 07:00 to Mon 25 May 07:00 (UTC)"]);
    // The server was away over the hand-off, and came back three hours later.
    world.now = t("2026-05-18T10:00:00Z");
    for _ in 0..3 {
        world.act(rota::handoff);
    }
    let heard = told(&mut world, &mut seen);
    assert_eq!(heard, ["bob: You are on call for payments-primary until Mon 25 May 07:00 (UTC)"]);
    let body = world.messages.last().expect("told").body.clone();
    assert!(body.contains("Open: 1 alert, 0 incidents."), "{body}");
    assert!(body.contains("Note from Alice Example: The queue is slow; see the runbook."), "{body}");
    // A clock that is set back tells nobody twice.
    world.now = t("2026-05-18T06:59:00Z");
    world.act(rota::handoff);
    world.now = t("2026-05-18T07:00:30Z");
    world.act(rota::handoff);
    assert_eq!(told(&mut world, &mut seen), Vec::<String>::new());
    world.resolve("db");
    world.tick();
    world.sent();
}

fn world_frank() -> Permit<nightbell_domain::access::Respond> {
    use nightbell_domain::{
        access::{Caller, Via},
        org::AccessRole,
    };
    Caller::new(user("frank"), AccessRole::Responder, Via::Api).permit().expect("may respond")
}

fn first_alert(unit: &mut crate::Unit<'_>) -> Result<nightbell_domain::ids::AlertId, Fault> {
    Ok(nightbell_store::signal::open(unit.tx, 1)?.first().expect("an alert").id)
}

fn calendar(members: &str, every: &str) -> Calendar {
    let text = format!(
        r#"{{"time_zone":"Europe/Berlin","layers":[{{"name":"l","members":{members},"every":"{every}","starts":"2026-05-11T09:00:00"}}]}}"#
    );
    serde_json::from_str(&text).expect("a calendar")
}

#[test]
fn a_schedule_made_here_is_changed_from_an_instant_on_and_the_past_stays() {
    let mut world = World::new();
    let (erin, bob) = (world.manager("erin"), world.permit("bob"));
    let id: ScheduleId = "night".parse().expect("a handle");
    let team = Some("payments".parse().expect("a handle"));
    let plan = rota::NewPlan { id: id.clone(), team, calendar: calendar(r#"["alice","bob"]"#, "1d") };
    world.act(|unit| rota::create(unit, &erin, plan.clone(), None));
    assert_eq!(refused(world.unit(|unit| rota::create(unit, &erin, plan.clone(), None))).code, "taken");
    let who = |world: &World, at: &str| {
        world.engine.directory().org.on_call(&id, t(at)).expect("readable").primary.expect("somebody").0
    };
    // Tuesday 03:00 in Berlin is still Alice's first day; then a day each.
    let begins = [
        (Begin::Now, "2026-05-12T01:00:00Z"),
        (Begin::AfterCurrentShift, "2026-05-12T07:00:00Z"),
        (Begin::AfterFullRotation, "2026-05-13T07:00:00Z"),
        (Begin::At(t("2026-05-20T10:00:00Z")), "2026-05-20T10:00:00Z"),
    ];
    let changed = calendar(r#"["frank"]"#, "1w");
    for (begin, from) in begins {
        let directory = world.engine.directory();
        let looked = rota::preview(&directory.org, Some(&id), &changed, begin, world.now).expect("sound");
        assert_eq!(looked.from, t(from), "{begin:?}");
        assert!(
            looked.gaps.is_empty() && looked.changes.first().is_some_and(|c| c.from == t(from)),
            "{:?}",
            looked.changes
        );
    }
    world.act(|unit| rota::stage(unit, &bob, &id, &changed, Begin::AfterFullRotation, None));
    assert_eq!(
        (who(&world, "2026-05-13T06:59:59Z"), who(&world, "2026-05-13T07:00:00Z")),
        ("bob".into(), "frank".into())
    );
    world.act(|unit| rota::unstage(unit, &bob, &id, t("2026-05-13T07:00:00Z")));
    assert_eq!(who(&world, "2026-05-13T07:00:00Z").as_ref(), "alice");
    world.act(|unit| rota::stage(unit, &bob, &id, &changed, Begin::Now, None));
    assert_eq!(
        (who(&world, "2026-05-12T00:59:59Z"), who(&world, "2026-05-12T01:00:00Z")),
        ("alice".into(), "frank".into()),
        "INV-12"
    );
    world.now = t("2026-05-12T02:00:00Z");
    let past = Begin::At(t("2026-05-12T01:30:00Z"));
    assert_eq!(
        refused(world.unit(|unit| rota::stage(unit, &bob, &id, &changed, past, None))).field.as_deref(),
        Some("at")
    );
    let frank = world.permit("frank");
    assert_eq!(
        refused(world.unit(|unit| rota::stage(unit, &frank, &id, &changed, Begin::Now, None))).code,
        "forbidden"
    );
    // Over a year later the first plan is left to the revisions.
    world.now = t("2027-06-12T02:00:00Z");
    world.act(|unit| rota::stage(unit, &bob, &id, &calendar(r#"["bob"]"#, "1w"), Begin::Now, None));
    let directory = world.engine.directory();
    assert_eq!(directory.org.schedules[&id].calendar, changed);
    assert_eq!(directory.org.covers[&id].staged.len(), 1);
}

#[test]
fn a_plan_from_a_file_is_changed_in_its_file() {
    let mut world = World::new();
    let bob = world.permit("bob");
    let changed = calendar(r#"["bob"]"#, "1w");
    let refusal = refused(world.unit(|unit| rota::stage(unit, &bob, &schedule(), &changed, Begin::Now, None)));
    assert_eq!((refusal.code.as_str(), refusal.message.contains("change it there")), ("from-a-file", true));
}

#[test]
fn publishing_a_plan_with_somebody_nothing_reaches_needs_a_stated_reason() {
    let yaml = super::world::ORGANISATION
        .replace("address: frank@example.com, verified: true", "address: frank@example.com, verified: false");
    let mut world = World::of(&yaml);
    let erin = world.manager("erin");
    let plan = rota::NewPlan {
        id: "night".parse().expect("a handle"),
        team: None,
        calendar: calendar(r#"["frank","bob"]"#, "1d"),
    };
    for silent in [None, Some("  ")] {
        let refusal = refused(world.unit(|unit| rota::create(unit, &erin, plan.clone(), silent)));
        assert_eq!(
            (refusal.code.as_str(), refusal.message.contains("@frank"), refusal.message.contains("@bob")),
            ("unreachable", true, false)
        );
    }
    world.act(|unit| rota::create(unit, &erin, plan.clone(), Some("Frank's phone comes on Friday")));
    let directory = world.engine.directory();
    let although = &directory.org.covers[&plan.id].although;
    assert_eq!(
        (although.len(), although[0].reason.as_str(), &although[0].unreachable),
        (1, "Frank's phone comes on Friday", &vec![user("frank")])
    );
    // The same for whoever would take a request, and for an override.
    let (alice, frank) = (world.permit("alice"), world.permit("frank"));
    let request =
        world.act(|unit| rota::ask(unit, &alice, ask("alice", "2026-05-14T18:00:00Z", "2026-05-15T06:00:00Z", None)));
    assert_eq!(
        refused(world.unit(|unit| rota::accept(unit, &frank, &schedule(), &request.id, None, None))).code,
        "unreachable"
    );
    assert_eq!(refused(world.unit(|unit| rota::take_over(unit, &frank, &schedule(), None))).code, "unreachable");
    world.act(|unit| rota::accept(unit, &frank, &schedule(), &request.id, None, Some("He sits beside me")));
    world.run_until(300);
    world.sent();
}

#[test]
fn taking_a_turn_warns_of_too_little_rest_and_of_another_schedule() {
    let yaml = super::world::ORGANISATION.replace(
        "policies:\n  - id: payments\n",
        "  - id: other\n    time_zone: UTC\n    layers: [ { name: a, members: [bob], every: 1d, starts: \"2026-01-05T00:00\", hours: [ { days: [thu], from: \"09:00\", to: \"17:00\" } ] } ]\npolicies:\n  - id: payments\n",
    );
    let mut world = World::of(&yaml);
    let directory = world.engine.directory();
    let found = |from: &str, to: &str| directory.org.misgivings(&schedule(), &user("bob"), t(from), t(to));
    assert_eq!(found("2026-05-14T10:00:00Z", "2026-05-14T12:00:00Z"), ["On call on other at the same time."]);
    assert_eq!(
        found("2026-05-14T20:00:00Z", "2026-05-15T06:00:00Z"),
        ["Only 3 h of rest after the turn on other; 11 h are owed."]
    );
    assert_eq!(found("2026-05-14T17:00:00Z", "2026-05-15T06:00:00Z"), ["No rest after the turn on other."]);
    assert_eq!(found("2026-05-15T06:00:00Z", "2026-05-15T12:00:00Z"), Vec::<String>::new());
    world.now += SignedDuration::from_secs(1);
}

//! Random lives: whatever people and clocks do in whatever order, the state is the fold, the commander is one, nothing owed is lost.

use super::*;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Take(usize, usize),
    Offer(usize, usize, usize, bool),
    Accept(usize, usize),
    Decline(usize, usize),
    Release(usize, usize),
    Update(usize, Option<i64>, bool),
    Publish(bool),
    Status(usize, bool),
    Severity(usize, usize, bool),
    Try,
    Judge(bool),
    Write(usize),
    Waive(usize),
    Resolve,
    Close,
    Cancel,
    PostmortemPublished,
    Tick,
}

const PEOPLE: [&str; 3] = ["alice", "bob", "dana"];

fn step() -> impl Strategy<Value = Step> {
    let (person, role) = (0..3_usize, 0..4_usize);
    prop_oneof![
        3 => (person.clone(), role.clone()).prop_map(|(p, r)| Step::Take(p, r)),
        3 => (person.clone(), role.clone(), person.clone(), any::<bool>()).prop_map(|(p, r, to, admin)| Step::Offer(p, r, to, admin)),
        3 => (person.clone(), role.clone()).prop_map(|(p, r)| Step::Accept(p, r)),
        1 => (person.clone(), role.clone()).prop_map(|(p, r)| Step::Decline(p, r)),
        2 => (person.clone(), role).prop_map(|(p, r)| Step::Release(p, r)),
        4 => (person.clone(), prop::option::of(-60..4000_i64), any::<bool>()).prop_map(|(p, next, public)| Step::Update(p, next, public)),
        1 => any::<bool>().prop_map(Step::Publish),
        2 => (0..4_usize, any::<bool>()).prop_map(|(s, reason)| Step::Status(s, reason)),
        2 => (person, 0..3_usize, any::<bool>()).prop_map(|(p, s, admin)| Step::Severity(p, s, admin)),
        1 => Just(Step::Try),
        1 => any::<bool>().prop_map(Step::Judge),
        1 => (0..2_usize).prop_map(Step::Write),
        1 => (0..10_usize).prop_map(Step::Waive),
        1 => Just(Step::Resolve),
        1 => Just(Step::Close),
        1 => Just(Step::Cancel),
        1 => Just(Step::PostmortemPublished),
        4 => Just(Step::Tick),
    ]
}

/// Takes the step; a refusal changes nothing.
fn take(life: &mut Life, at: Instant, step: &Step) {
    let role = |r: &usize| RoleKind::ALL[*r];
    let page: StatusPageId = "main".parse().unwrap();
    let reason = |given: bool| given.then_some("because");
    let who = match step {
        Step::Take(p, _) | Step::Offer(p, ..) | Step::Accept(p, _) | Step::Decline(p, _) | Step::Release(p, _) => {
            PEOPLE[*p]
        }
        Step::Update(p, ..) | Step::Severity(p, ..) => PEOPLE[*p],
        _ => "dana",
    };
    let me = user(who);
    if matches!(step, Step::Tick) {
        life.tick(at);
        return;
    }
    let table = SeverityTable::default();
    let _ = life.act(who, at, |i, act| match step {
        Step::Take(_, r) => i.take_role(act, role(r), &me),
        Step::Offer(_, r, to, admin) => i.offer_role(act, role(r), &user(PEOPLE[*to]), *admin),
        Step::Accept(_, r) => i.accept_role(act, role(r), &me),
        Step::Decline(_, r) => i.decline_role(role(r), &me),
        Step::Release(_, r) => i.release_role(role(r), &me),
        Step::Update(_, next, public) => {
            let next_update_at = next.map(|seconds| at + SignedDuration::from_secs(seconds));
            let public = public.then(|| publication(&page, "Checkouts fail."));
            i.post_update(act, &UpdateInput { text: "Looking.", next_update_at, public, ..UpdateInput::default() })
        }
        Step::Publish(good) => {
            i.publish(act, &publication(&page, if *good { "Checkouts fail." } else { "Fixed by 10:00." }))
        }
        Step::Status(s, given) => i.set_status(act, IncidentStatus::PUBLIC[*s], reason(*given)),
        Step::Severity(_, s, is_admin) => {
            let to = &table.rows[*s].id;
            let postmortem_due_at = Some(at + SignedDuration::from_hours(120));
            i.change_severity(
                act,
                SeverityInput { table: &table, to, reason: Some("because"), is_admin: *is_admin, postmortem_due_at },
            )
        }
        Step::Try => i.try_mitigation(act, "rollback"),
        Step::Judge(worked) => i.judge_mitigation(act, "rollback", *worked),
        Step::Write(k) => i.write(if *k == 0 { EntryKind::Note } else { EntryKind::Hypothesis }, "bad deploy"),
        Step::Waive(r) => i.waive(RuleId::ALL[*r], "because"),
        Step::Resolve => {
            let update = UpdateInput { text: "Over.", ..UpdateInput::default() };
            i.resolve(act, &update, Some(at + SignedDuration::from_hours(120)))
        }
        Step::Close => i.close(),
        Step::Cancel => i.cancel("a test"),
        Step::PostmortemPublished => Ok(i.postmortem_published(act, id(9), 1)),
        Step::Tick => Ok(Vec::new()),
    });
}

fn assert_laws(before: &Incident, life: &Life, at: Instant) {
    let after = &life.state;
    for obligation in &before.obligations {
        let now = after.obligation(obligation.rule).expect("no rule leaves the list");
        let is_waived = matches!(now.state, ObligationState::Waived { .. });
        let was_waived = matches!(obligation.state, ObligationState::Waived { .. });
        assert!(!was_waived || is_waived, "a waiver vanished");
        let unmet = now.is_owed() && after.status.is_open();
        let clocked =
            matches!(now.rule, RuleId::IcNamed | RuleId::RolesFilled | RuleId::UpdateCadence | RuleId::PublicNotice);
        assert!(!unmet || !clocked || now.due_at.is_some(), "an open obligation without a clock: {now:?}");
    }
    let commander_bound = before.row.commander_within.is_some() && before.status.is_open();
    if commander_bound && before.roles.commander.is_some() {
        assert!(after.roles.commander.is_some(), "inv_17: the seat fell empty");
    }
    if before.roles.commander.is_some()
        && before.roles.commander != after.roles.commander
        && after.roles.commander.is_some()
    {
        let last = life
            .events
            .iter()
            .rev()
            .find(|r| matches!(r.event, IncidentEvent::RoleAccepted { role: RoleKind::Commander, .. }));
        assert_eq!(last.map(|r| r.at), Some(at), "inv_17: changed without an accept");
    }
    assert_eq!(after.next_due_at, playbook::next_due_at(after));
    if after.status.is_final() {
        assert_eq!(after.next_due_at, None);
    }
    let standing = playbook::adherence(after, at);
    assert!(standing.met + standing.waiting <= standing.owed && standing.owed <= standing.lines.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn inv_17_inv_18_random_lives_keep_the_laws(
        severity in 0..3_usize,
        steps in prop::collection::vec((step(), 0..900_i64), 1..60),
    ) {
        let mut life = Life::declared(["sev1", "sev2", "sev3"][severity]);
        let mut now = 0;
        for (step, wait) in &steps {
            now += wait;
            let before = life.state.clone();
            take(&mut life, t(now), step);
            if matches!(step, Step::Tick) {
                prop_assert!(life.state.tick(t(now)).is_empty(), "tick is not idempotent");
                prop_assert!(life.state.next_due_at.is_none_or(|due| due > t(now)), "a due time in the past after a tick");
            }
            assert_laws(&before, &life, t(now));
        }
        let folded = fold::<Incident>(&life.events);
        prop_assert_eq!(folded, Ok(Some(life.state.clone())));
        let json = serde_json::to_string(&life.state).unwrap();
        prop_assert_eq!(serde_json::from_str::<Incident>(&json).unwrap(), life.state.clone());
        for recorded in &life.events {
            let json = serde_json::to_string(recorded).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Recorded<IncidentEvent>>(&json).unwrap(), recorded);
        }
        prop_assert_eq!(timeline(&life.events).len() , life.events.iter().filter(|r| r.event.kind() != "entry-revised").count());
    }

    #[test]
    fn the_room_parser_never_panics_and_never_returns_nothing(line in ".{0,60}") {
        if let Ok(RoomCommand::Write { text, .. }) = crate::response::room::parse(&line) {
            prop_assert!(!text.trim().is_empty());
        }
        let _ = crate::response::room::parse(&format!("/update {line} next 5m"));
        let _ = crate::response::room::parse(&format!("/{line}"));
    }
}

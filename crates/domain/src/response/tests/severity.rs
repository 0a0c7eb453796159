use super::*;

fn change(life: &mut Life, who: &str, at: Instant, to: &str, reason: Option<&str>, is_admin: bool) -> String {
    let table = SeverityTable::default();
    let to = to.parse().unwrap();
    let input = SeverityInput { table: &table, to: &to, reason, is_admin, postmortem_due_at: Some(t(500_000)) };
    outcome(life.act(who, at, |incident, act| incident.change_severity(act, input)))
}

#[test]
fn raising_is_free_lowering_needs_commander_and_reason() {
    let mut life = Life::declared("sev2");
    assert_eq!(change(&mut life, "bob", t(10), "sev9", None, false), "refused: severity");
    assert_eq!(change(&mut life, "bob", t(10), "sev2", None, false), "nothing");
    assert_eq!(change(&mut life, "bob", t(20), "sev1", None, false), "severity-changed");
    assert_eq!(change(&mut life, "bob", t(30), "sev2", Some("better"), false), "refused: forbidden");
    life.take(RoleKind::Commander, "dana", t(40));
    assert_eq!(change(&mut life, "bob", t(50), "sev2", Some("better"), false), "refused: forbidden");
    assert_eq!(change(&mut life, "dana", t(50), "sev2", Some("  "), false), "refused: reason");
    assert_eq!(change(&mut life, "dana", t(50), "sev2", Some("one region"), false), "severity-changed");
    assert_eq!(change(&mut life, "erin", t(60), "sev3", None, true), "refused: reason");
    assert_eq!(change(&mut life, "erin", t(60), "sev3", Some("one customer"), true), "severity-changed");
    assert_eq!((life.state.severity.as_str(), life.state.severity_why.as_str()), ("sev3", "one customer"));
}

#[test]
fn lowering_lifts_what_is_not_owed_any_more_and_forgets_nothing() {
    let mut life = Life::declared("sev1");
    life.tick(t(310));
    life.take(RoleKind::Commander, "dana", t(320));
    let rules = |life: &Life| life.state.obligations.iter().map(|o| o.rule).collect::<Vec<_>>();
    let before = rules(&life);
    change(&mut life, "dana", t(400), "sev3", Some("one customer"), false);
    assert_eq!(rules(&life), before);
    assert_eq!(life.standing(RuleId::PublicNotice, t(401)), Standing::Breached, "a breach stays visible");
    assert_eq!(life.standing(RuleId::UpdateCadence, t(401)), Standing::Lifted);
    assert_eq!(life.standing(RuleId::PostmortemOnTime, t(401)), Standing::Lifted);
    assert_eq!(life.state.next_due_at, None);
}

#[test]
fn raising_counts_new_limits_from_now_and_never_gives_more_time() {
    let mut life = Life::declared("sev2");
    life.take(RoleKind::Commander, "dana", t(10));
    life.take(RoleKind::Ops, "dana", t(20));
    assert_eq!(life.standing(RuleId::RolesFilled, t(21)), Standing::Met);
    change(&mut life, "bob", t(800), "sev1", None, false);
    let due = |rule| life.state.obligation(rule).unwrap().due_at;
    assert_eq!(due(RuleId::PublicNotice), Some(t(900)), "the running clock was shorter");
    assert_eq!(due(RuleId::UpdateCadence), Some(t(800 + 900)));
    assert_eq!(due(RuleId::RolesFilled), Some(t(800 + 600)), "Comms and Scribe are missing now");
    assert_eq!(life.standing(RuleId::IcNamed, t(801)), Standing::Met);
}

#[test]
fn a_sev3_raised_owes_everything_from_now() {
    let mut life = Life::declared("sev3");
    assert_eq!(change(&mut life, "bob", t(7200), "sev1", None, false), "severity-changed");
    for (rule, due) in
        [(RuleId::IcNamed, 300), (RuleId::PublicNotice, 300), (RuleId::RolesFilled, 600), (RuleId::UpdateCadence, 900)]
    {
        assert_eq!(life.state.obligation(rule).unwrap().due_at, Some(t(7200 + due)), "{rule}");
    }
    assert!(life.state.owes_postmortem());
}

#[test]
fn a_promise_outlives_the_lowering() {
    let mut life = Life::declared("sev1");
    life.take(RoleKind::Commander, "dana", t(10));
    life.update("dana", t(20), "Looking.");
    change(&mut life, "dana", t(30), "sev3", Some("one customer"), false);
    assert_eq!(life.state.obligation(RuleId::UpdateCadence).unwrap().due_at, Some(t(920)));
    life.update("dana", t(900), "Nearly done.");
    assert_eq!(life.standing(RuleId::UpdateCadence, t(901)), Standing::Met);
    change(&mut life, "dana", t(1000), "sev2", None, false);
    assert_eq!(life.state.obligation(RuleId::UpdateCadence).unwrap().due_at, Some(t(1000 + 1800)));
}

#[test]
fn raised_after_the_end_it_owes_a_postmortem_only() {
    let mut life = Life::declared("sev3");
    life.resolve("dana", t(600));
    assert!(!life.state.owes_postmortem());
    change(&mut life, "dana", t(700), "sev1", None, false);
    assert_eq!(life.state.obligation(RuleId::PostmortemOnTime).unwrap().due_at, Some(t(500_000)));
    assert!(life.state.obligation(RuleId::IcNamed).is_none());
    assert_eq!(outcome(life.act("dana", t(800), |incident, _| incident.close())), "refused: postmortem-owed");
}

//! Schedules made by hand that later come from files, and schedules that are deleted: what was staged or agreed beside them.

use super::*;
use nightbell_store::config;

/// The organisation with a schedule `night` in it, of Alice alone.
fn with_night() -> String {
    let night = "  - id: night\n    time_zone: UTC\n    layers: [ { name: a, members: [alice], every: 1d, starts: \"2026-01-05T00:00\" } ]\npolicies:\n  - id: payments\n";
    let yaml = crate::tests::world::ORGANISATION.replace("policies:\n  - id: payments\n", night);
    assert!(yaml.contains("id: night"));
    yaml
}

fn night() -> ScheduleId {
    "night".parse().expect("a handle")
}

/// `night` made by hand, with a plan of Frank's that begins in two days and Bob on call tomorrow.
fn by_hand(world: &mut World) {
    let erin = world.manager("erin");
    let plan = rota::NewPlan { id: night(), team: None, calendar: calendar(r#"["bob"]"#, "1d") };
    world.act(|unit| rota::create(unit, &erin, plan.clone(), None));
    let erin = world.permit("erin");
    let begin = Begin::At(t("2026-05-14T00:00:00Z"));
    world.act(|unit| rota::stage(unit, &erin, &night(), &calendar(r#"["frank"]"#, "1d"), begin, None));
    let input = rota::Arrange { schedule: night(), ..arrange("erin", "2026-05-13T00:00:00Z", "2026-05-13T12:00:00Z") };
    world.act(|unit| rota::add_override(unit, &erin, input.clone()));
}

fn who(world: &World, at: &str) -> String {
    let found = world.engine.directory().org.on_call(&night(), t(at)).expect("readable");
    found.primary.map_or_else(|| "nobody".to_owned(), |member| member.0.to_string())
}

#[test]
fn what_the_file_says_holds_once_it_is_applied_and_staged_plans_are_dropped_aloud() {
    let mut world = World::new();
    by_hand(&mut world);
    assert_eq!(who(&world, "2026-05-15T00:00:00Z"), "frank");
    let applied = world.apply(&with_night(), false).expect("stored").expect("sound");
    let told = applied.plan.to_string();
    assert!(told.contains("night: the plans staged by hand are dropped"), "{told}");
    assert_eq!(who(&world, "2026-05-15T00:00:00Z"), "alice", "the file's");
    assert_eq!(who(&world, "2026-05-13T06:00:00Z"), "erin", "what people agreed on stays");
    let again = world.apply(&with_night(), false).expect("stored").expect("sound");
    assert!(again.plan.is_empty(), "{}", again.plan);
    world.run_until(300);
    world.sent();
}

#[test]
fn a_plan_staged_before_the_file_came_is_taken_back_by_whoever_arranges() {
    let mut world = World::new();
    by_hand(&mut world);
    // As an older version left it: managed by files, and still staged.
    world.act(|unit| {
        let schedule = unit.directory.org.schedules[&night()].clone();
        let object = nightbell_domain::org::ConfigObject::Schedule(schedule);
        config::put(unit.tx, &object, true, unit.now, &nightbell_domain::record::Actor::system("test"))?;
        unit.reload = true;
        Ok(())
    });
    let erin = world.permit("erin");
    let changed = calendar(r#"["bob"]"#, "1w");
    let refusal = refused(world.unit(|unit| rota::stage(unit, &erin, &night(), &changed, Begin::Now, None)));
    assert_eq!(refusal.code, "from-a-file");
    world.act(|unit| rota::unstage(unit, &erin, &night(), t("2026-05-14T00:00:00Z")));
    assert_eq!(who(&world, "2026-05-15T00:00:00Z"), "bob");
    world.run_until(300);
    world.sent();
}

#[test]
fn a_schedule_takes_what_was_agreed_beside_it_along_when_it_goes() {
    let mut world = World::new();
    world.apply(&with_night(), false).expect("stored").expect("sound");
    let erin = world.permit("erin");
    let input = rota::Arrange { schedule: night(), ..arrange("erin", "2026-05-13T00:00:00Z", "2026-05-13T12:00:00Z") };
    world.act(|unit| rota::add_override(unit, &erin, input.clone()));
    let gone = world.apply(crate::tests::world::ORGANISATION, true).expect("stored").expect("sound");
    assert!(gone.plan.to_string().contains("night: what people agreed on beside it goes with it"), "{}", gone.plan);
    assert!(!world.engine.directory().org.covers.contains_key(&night()));
    // In the journal like every other change.
    let newest = world.act(|unit| Ok(config::newest(unit.tx, nightbell_domain::org::ConfigKind::Cover, "night")?));
    assert_eq!(newest.map(|(version, _)| version), Some(2), "made, and deleted");
    world.apply(&with_night(), false).expect("stored").expect("sound");
    assert_eq!(who(&world, "2026-05-13T06:00:00Z"), "alice", "the later one inherits nothing");
    world.run_until(300);
    world.sent();
}

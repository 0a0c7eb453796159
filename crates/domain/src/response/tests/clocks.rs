use super::*;
use IncidentEvent as E;

/// What a tick did, as words.
fn words(events: &[IncidentEvent]) -> Vec<String> {
    let word = |event: &IncidentEvent| match event {
        E::RuleNagged { rule, .. } => format!("nag {rule}"),
        E::RuleBreached { rule, .. } => format!("breach {rule}"),
        E::RulePaged { rule, who } => format!("page {} for {rule}", who.label()),
        other => other.kind().to_owned(),
    };
    events.iter().map(word).collect()
}

/// Ticks at every due time until `until` and writes down what happened when.
fn play(life: &mut Life, until: i64) -> Vec<String> {
    let mut told = Vec::new();
    while let Some(due) = life.state.next_due_at.filter(|due| *due <= t(until)) {
        let events = life.tick(due);
        assert!(!events.is_empty(), "a due time without anything due");
        assert!(life.state.tick(due).is_empty(), "a second tick did something");
        let at = due.duration_since(start()).as_secs();
        told.extend(words(&events).into_iter().map(|word| format!("{at}: {word}")));
    }
    told
}

const SILENT_SEV1: [&str; 18] = [
    "150: nag ic-named",
    "150: nag public-notice",
    "300: breach ic-named",
    "300: page the commander on call for ic-named",
    "300: page the backup on call for ic-named",
    "300: nag roles-filled",
    "300: breach public-notice",
    "300: page Comms for public-notice",
    "480: page the commander for public-notice",
    "600: breach roles-filled",
    "600: page the commander for roles-filled",
    "660: page the backup on call for public-notice",
    "780: nag update-cadence",
    "900: breach update-cadence",
    "900: page Comms for update-cadence",
    "960: page the backup on call for roles-filled",
    "1080: page the commander for update-cadence",
    "1260: page the backup on call for update-cadence",
];

#[test]
fn a_sev1_nobody_cares_for_nags_then_pages() {
    let mut life = Life::declared("sev1");
    assert_eq!(play(&mut life, 100_000), SILENT_SEV1);
    assert_eq!(life.state.next_due_at, None);
    assert_eq!(fold::<Incident>(&life.events).unwrap().as_ref(), Some(&life.state));
}

#[test]
fn one_late_tick_does_everything_once_and_in_order() {
    let mut prompt = Life::declared("sev1");
    let step_by_step: Vec<String> =
        play(&mut prompt, 100_000).iter().map(|line| line.split_once(": ").unwrap().1.to_owned()).collect();
    let mut late = Life::declared("sev1");
    assert_eq!(words(&late.tick(t(100_000))), step_by_step);
    assert!(late.tick(t(200_000)).is_empty());
}

#[test]
fn a_served_sev1_is_left_in_peace() {
    let mut life = Life::declared("sev1");
    life.take(RoleKind::Commander, "dana", t(100));
    life.take(RoleKind::Ops, "alice", t(110));
    life.take(RoleKind::Comms, "carol", t(120));
    life.take(RoleKind::Scribe, "bob", t(130));
    life.publish("carol", t(245), "About 30 % of checkouts fail.");
    let mut told = Vec::new();
    for minute in [10, 22, 36] {
        told.extend(play(&mut life, minute * 60));
        life.update("dana", t(minute * 60), "Still investigating.");
    }
    // The third came a minute early enough to be on time, but after the reminder.
    assert_eq!(told, ["2100: nag update-cadence"]);
    let line =
        playbook::adherence(&life.state, t(2200)).lines.into_iter().find(|l| l.rule == RuleId::UpdateCadence).unwrap();
    assert_eq!(
        (line.detail.as_str(), line.standing, line.due_at),
        ("3 kept", Standing::Waiting, Some(t(36 * 60 + 900)))
    );
}

#[test]
fn a_promise_is_kept_exactly_at_its_time_and_late_a_second_after() {
    for (at, expected) in [(900, (1, 0)), (901, (0, 1)), (5000, (0, 1))] {
        let mut life = Life::declared("sev1");
        life.update("dana", t(at), "Late or not.");
        let cadence = life.state.obligation(RuleId::UpdateCadence).unwrap();
        assert_eq!((cadence.kept, cadence.late), expected, "{at}");
        assert_eq!((cadence.due_at, cadence.breached_at, cadence.nagged_at), (Some(t(at + 900)), None, None));
    }
}

#[test]
fn an_answered_breach_stops_the_ladder() {
    let mut life = Life::declared("sev2");
    life.take(RoleKind::Commander, "dana", t(10));
    life.take(RoleKind::Ops, "dana", t(10));
    life.publish("dana", t(20), "Some checkouts fail.");
    assert_eq!(
        play(&mut life, 1800),
        ["1680: nag update-cadence", "1800: breach update-cadence", "1800: page Comms for update-cadence"]
    );
    life.update("dana", t(1850), "Sorry, late.");
    assert_eq!(life.state.next_due_at, Some(t(1850 + 1800 - 120)));
    assert_eq!(life.standing(RuleId::UpdateCadence, t(1851)), Standing::Waiting);
    life.resolve("dana", t(1900));
    assert_eq!(life.standing(RuleId::UpdateCadence, t(1901)), Standing::MetLate);
}

#[test]
fn a_promise_a_minute_away_is_not_nagged_at_once() {
    let mut life = Life::declared("sev1");
    let input = UpdateInput { text: "Rolling back now.", next_update_at: Some(t(160)), ..UpdateInput::default() };
    life.act("dana", t(100), |incident, act| incident.post_update(act, &input)).unwrap();
    let cadence = life.state.obligation(RuleId::UpdateCadence).unwrap();
    assert_eq!(playbook::nags_at(cadence), Some(t(130)));
}

#[test]
fn after_resolution_only_the_postmortem_has_a_clock_and_it_pages_in_the_morning() {
    let mut life = Life::declared("sev1");
    life.resolve("dana", t(200));
    let due = t(200) + SignedDuration::from_hours(24 * 6);
    assert_eq!(life.state.next_due_at, Some(due - SignedDuration::from_hours(24)));
    assert_eq!(words(&life.tick(due)), ["nag postmortem-on-time", "breach postmortem-on-time"]);
    let morning = due + SignedDuration::from_hours(9);
    assert_eq!(life.state.next_due_at, Some(morning));
    assert_eq!(words(&life.tick(morning)), ["page the commander for postmortem-on-time"]);
    assert_eq!(life.state.next_due_at, None);
    assert_eq!(life.standing(RuleId::PostmortemOnTime, due), Standing::Breached);
    assert_eq!(life.standing(RuleId::IcNamed, due), Standing::Lifted);
}

#[test]
fn adherence_shows_clock_and_look() {
    let mut life = Life::declared("sev1");
    life.take(RoleKind::Commander, "dana", t(100));
    let at = |seconds| playbook::adherence(&life.state, t(seconds));
    let line = |seconds, rule| at(seconds).lines.into_iter().find(|line| line.rule == rule).unwrap();
    assert_eq!(line(120, RuleId::IcNamed).detail, "1 min 40 s");
    assert_eq!(line(120, RuleId::IcNamed).look, Look::Ok);
    assert_eq!(line(120, RuleId::PublicNotice).look, Look::Quiet);
    assert_eq!(line(200, RuleId::PublicNotice).look, Look::Due);
    // Seen before any tick.
    assert_eq!(line(300, RuleId::PublicNotice).look, Look::Act);
    assert_eq!(line(300, RuleId::PublicNotice).standing, Standing::Breached);
    // Room, commander and runbook are met; six others wait, the public notice among them until its time is over.
    assert_eq!((at(120).met, at(120).owed, at(120).waiting), (3, 10, 7));
    assert_eq!((at(300).met, at(300).owed, at(300).waiting), (3, 10, 6));
}

#[test]
fn a_waived_rule_is_quiet_and_the_reason_shown() {
    let mut life = Life::declared("sev1");
    life.act("dana", t(10), |incident, _| incident.waive(RuleId::PublicNotice, "internal tool")).unwrap();
    assert!(play(&mut life, 10_000).iter().all(|line| !line.contains("public-notice")));
    let lines = playbook::adherence(&life.state, t(20_000)).lines;
    let line = lines.into_iter().find(|line| line.rule == RuleId::PublicNotice).unwrap();
    assert_eq!((line.standing, line.detail.as_str(), line.look), (Standing::Waived, "internal tool", Look::Quiet));
}

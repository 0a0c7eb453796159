use super::*;
use crate::{
    learning::document::{ROOT_CAUSE_LABEL, SectionKind, parse},
    response::{
        RoleKind, UpdateInput,
        tests::{Life, t},
    },
};

/// The playbook's outage, lived through.
fn outage() -> Life {
    let mut life = Life::declared("sev1");
    life.take(RoleKind::Commander, "dana", t(100));
    life.take(RoleKind::Ops, "alice", t(110));
    life.take(RoleKind::Comms, "carol", t(120));
    life.publish("carol", t(245), "About 30 % of checkouts fail.");
    life.act("alice", t(360), |i, _| i.write(EntryKind::Hypothesis, "Stripe rate limit")).unwrap();
    let limit = life.events.last().unwrap().seq;
    let input = UpdateInput {
        text: "30% of checkouts failing.\n# not a heading",
        mitigation: Some("switching to retry queue"),
        next_update_at: Some(t(1200)),
        ..UpdateInput::default()
    };
    life.act("dana", t(420), |i, act| i.post_update(act, &input)).unwrap();
    life.act("alice", t(600), |i, _| i.refute(limit, "quota is fine")).unwrap();
    life.act("alice", t(610), |i, _| i.write(EntryKind::Hypothesis, "bad deploy of webhook-worker")).unwrap();
    life.act("dana", t(780), |i, _| i.write(EntryKind::Decision, "Roll back to 1.41")).unwrap();
    life.act("alice", t(790), |i, act| i.try_mitigation(act, "rollback")).unwrap();
    life.tick(t(1200));
    life.update("dana", t(1230), "Rolling back; errors fall.");
    life.act("alice", t(1500), |i, act| i.judge_mitigation(act, "rollback", true)).unwrap();
    life.resolve("dana", t(1740));
    life
}

#[test]
fn the_outage_of_the_playbook_as_a_draft() {
    let life = outage();
    let markdown = draft_from_incident(&life.state, &life.events, ROOT_CAUSE_LABEL, t(2000));
    insta::assert_snapshot!("outage", markdown);
    let document = parse(&markdown);
    let headings: Vec<_> = document.sections.iter().filter_map(|section| section.kind).collect();
    assert_eq!(headings, SectionKind::ALL);
}

#[test]
fn an_incident_nobody_cared_for_says_so() {
    let mut life = Life::declared("sev1");
    life.tick(t(5000));
    let markdown = draft_from_incident(&life.state, &life.events, "Contributing factors", t(5400));
    insta::assert_snapshot!("nobody", markdown);
}

//! The stored form of every event kind, frozen: a changed line here is a change of what old journals mean.

use super::*;
use nightbell_public::NoticeStatus;

const KINDS: [EntryKind; 6] = [
    EntryKind::Note,
    EntryKind::Decision,
    EntryKind::Hypothesis,
    EntryKind::Action,
    EntryKind::Output,
    EntryKind::Link,
];

fn every_event() -> Vec<IncidentEvent> {
    use IncidentEvent as E;
    let sev1 = || SeverityTable::default().rows.remove(0);
    let mut events: Vec<E> = Life::declared("sev1").events.into_iter().take(2).map(|recorded| recorded.event).collect();
    let ops = RoleKind::Ops;
    let bob = || user("bob");
    events.extend(KINDS.map(|entry| E::Entry { entry, text: "Roll back".to_owned() }));
    events.extend([
        E::EntryRevised { seq: 3, text: "Roll back to 1.41".to_owned() },
        E::HypothesisRefuted { seq: 5, reason: "quota is fine".to_owned() },
        E::UpdatePosted {
            text: "30% of checkouts failing.".to_owned(),
            mitigation: Some("switching to retry queue".to_owned()),
            status: IncidentStatus::Investigating,
            next_update_at: Some(t(1200)),
            room_text: "[09:42 UTC] 30% of checkouts failing.".to_owned(),
            public: true,
        },
        E::Published {
            notice: "q7k2mzx4a5bc".to_owned(),
            page: "main".parse().unwrap(),
            title: "Checkout down".to_owned(),
            text: "About 30 % of checkouts fail.".to_owned(),
            status: NoticeStatus::Investigating,
            impact: Impact::Major,
            components: vec![ComponentEffect {
                component: "checkout".parse().unwrap(),
                status: ComponentStatus::PartialOutage,
            }],
            next_update_at: Some(t(1200)),
            overridden: None,
        },
        E::StatusChanged {
            from: IncidentStatus::Monitoring,
            to: IncidentStatus::Identified,
            reason: Some("it came back".to_owned()),
        },
        E::SeverityChanged {
            from: "sev2".parse().unwrap(),
            to: Box::new(sev1()),
            reason: None,
            obligations: playbook::contract(&sev1(), start()),
        },
        E::RoleOffered { role: RoleKind::Commander, to: bob() },
        E::RoleAccepted { role: RoleKind::Commander, user: bob() },
        E::RoleDeclined { role: RoleKind::Comms, user: bob() },
        E::RoleTaken { role: RoleKind::Scribe, user: bob() },
        E::RoleReleased { role: ops, user: bob() },
        E::MitigationTried { key: "rollback".to_owned(), title: "Roll back webhook-worker".to_owned() },
        E::MitigationJudged { key: "rollback".to_owned(), title: "Roll back webhook-worker".to_owned(), worked: true },
        E::PageStarted { page: id(5), to: "@bob".to_owned(), why: "SEV1 declared".to_owned() },
        E::PageAcknowledged { page: id(5), by: bob() },
        E::RuleMet { rule: RuleId::IcNamed, measured_s: 100, late: false },
        E::RuleNagged { rule: RuleId::UpdateCadence, due_at: t(900) },
        E::RulePaged { rule: RuleId::UpdateCadence, who: WhoToPage::Comms },
        E::RuleBreached { rule: RuleId::PublicNotice, due_at: t(300) },
        E::RuleWaived { rule: RuleId::PostmortemOnTime, reason: "a drill".to_owned() },
        E::Resolved { postmortem_due_at: Some(t(500_000)) },
        E::Closed,
        E::Cancelled { reason: "a test".to_owned() },
        E::PostmortemDrafted { postmortem: id(9) },
        E::PostmortemPublished { postmortem: id(9), action_items: 3 },
    ]);
    events
}

#[test]
fn the_stored_form_of_every_event_is_frozen_and_read_back() {
    let mut frozen = String::new();
    for event in every_event() {
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<IncidentEvent>(&json).unwrap(), event);
        assert!(json.starts_with(&format!("{{\"kind\":\"{}\"", event.kind())), "{json}");
        frozen.push_str(&json);
        frozen.push('\n');
    }
    insta::assert_snapshot!("stored_events", frozen);
}

#[test]
fn no_event_kind_is_missing_from_the_golden_file() {
    let kinds: std::collections::BTreeSet<_> = every_event().iter().map(IncidentEvent::kind).collect();
    assert_eq!(kinds.len(), 28);
}

#[test]
fn every_event_as_people_read_it() {
    let recorded =
        |(index, event)| Recorded { seq: index as u64 + 1, at: t(index as i64), actor: actor("dana"), event };
    let lines: Vec<String> = every_event()
        .into_iter()
        .enumerate()
        .map(recorded)
        .map(|recorded| {
            let line = describe(&recorded);
            let detail = line.detail.map(|detail| format!(" | {}", detail.replace('\n', " / "))).unwrap_or_default();
            format!("{} {:10} {}{detail}", line.kind.glyph(), line.kind.word(), line.text)
        })
        .collect();
    insta::assert_snapshot!("timeline_lines", lines.join("\n"));
}

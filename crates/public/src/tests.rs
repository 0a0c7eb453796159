//! The words, their order, and the promise that the model has room for nothing internal.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::*;

fn at(text: &str) -> Instant {
    text.parse().expect("an instant in the test")
}

/// A page with every field filled.
fn full_page() -> Page {
    let now = at("2026-05-02T10:00:00Z");
    let changes = [StatusChange { component: "checkout".into(), at: now, status: ComponentStatus::PartialOutage }];
    Page {
        slug: "main".into(),
        name: "Acme".into(),
        time_zone: "Europe/Berlin".into(),
        groups: vec![ComponentGroup {
            name: "Shop".into(),
            components: vec![Component {
                id: "checkout".into(),
                name: "Checkout".into(),
                status: ComponentStatus::PartialOutage,
                description: Some("Paying".into()),
                created_at: now,
                changed_at: now,
                history: uptime::history("checkout", &changes, now),
                uptime_basis_points: Some(9994),
            }],
        }],
        notices: vec![Notice {
            id: "k3x9".into(),
            title: "Checkouts are partly failing".into(),
            status: NoticeStatus::Identified,
            impact: Impact::Major,
            components: vec!["checkout".into()],
            started_at: now,
            resolved_at: Some(now),
            updates: vec![NoticeUpdate {
                id: "u1".into(),
                at: now,
                status: NoticeStatus::Identified,
                text: "We are undoing a change.".into(),
                next_update_at: Some(now),
            }],
        }],
        maintenance: vec![Maintenance {
            id: "m1".into(),
            title: "Database upgrade".into(),
            text: "Reading stays possible.".into(),
            status: MaintenanceStatus::Scheduled,
            components: vec!["checkout".into()],
            starts_at: now,
            ends_at: now,
            published_at: now,
            updated_at: now,
        }],
        updated_at: now,
    }
}

fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                found.insert(key.clone());
                keys(inner, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| keys(inner, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A new public field has to be added here by hand, which is the moment to ask whether the world may see it.
#[test]
fn inv_19_the_public_model_has_room_for_nothing_internal() {
    let mut found = BTreeSet::new();
    keys(&serde_json::to_value(full_page()).expect("a page serialises"), &mut found);
    let allowed: BTreeSet<String> = "at changed_at components created_at date description ends_at groups history id impact \
        maintenance major_seconds measured_seconds name next_update_at notices partial_seconds published_at resolved_at slug \
        started_at starts_at status text time_zone title updated_at updates uptime_basis_points worst"
        .split_whitespace()
        .map(String::from)
        .collect();
    assert_eq!(found, allowed);
}

#[test]
fn a_page_survives_serde() {
    let page = full_page();
    let text = serde_json::to_string(&page).expect("a page serialises");
    assert_eq!(serde_json::from_str::<Page>(&text).expect("a page deserialises"), page);
}

#[test]
fn words_are_the_serde_form_and_read_back() {
    for status in ComponentStatus::ALL {
        assert_eq!(serde_json::to_value(status).expect("serialises"), Value::from(status.word()));
        assert_eq!(ComponentStatus::from_word(status.word()), Some(status));
    }
    for status in NoticeStatus::ALL {
        assert_eq!(serde_json::to_value(status).expect("serialises"), Value::from(status.word()));
        assert_eq!(NoticeStatus::from_word(status.word()), Some(status));
        assert_eq!(status.label().to_lowercase(), status.word());
    }
    for impact in Impact::ALL {
        assert_eq!(serde_json::to_value(impact).expect("serialises"), Value::from(impact.word()));
        assert_eq!(Impact::from_word(impact.word()), Some(impact));
    }
    for status in [MaintenanceStatus::Scheduled, MaintenanceStatus::InProgress, MaintenanceStatus::Completed] {
        assert_eq!(serde_json::to_value(status).expect("serialises"), Value::from(status.word()));
    }
    assert_eq!(ComponentStatus::from_word("Operational"), None);
    assert_eq!(NoticeStatus::from_word("postmortem"), None);
    assert_eq!(Impact::from_word(""), None);
}

#[test]
fn statuses_are_ordered_by_how_bad_they_are() {
    assert!(ComponentStatus::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(Impact::ALL.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn only_taking_back_is_backward() {
    use NoticeStatus::{Identified, Investigating, Monitoring, Resolved};
    let check = |from, to, expected| assert_eq!(NoticeStatus::is_backward(from, to), expected, "{from:?} to {to:?}");
    check(Investigating, Identified, false);
    check(Investigating, Resolved, false);
    check(Identified, Identified, false);
    check(Identified, Investigating, true);
    check(Monitoring, Identified, true);
    check(Resolved, Monitoring, true);
}

#[test]
fn a_notice_knows_its_times() {
    let mut notice = full_page().notices.remove(0);
    let later = at("2026-05-02T10:20:00Z");
    assert_eq!(notice.next_update_at(), Some(at("2026-05-02T10:00:00Z")));
    assert_eq!(notice.monitoring_at(), None);
    let update = NoticeUpdate {
        id: "u2".into(),
        at: later,
        status: NoticeStatus::Monitoring,
        text: String::new(),
        next_update_at: None,
    };
    notice.updates.insert(0, update);
    assert_eq!(notice.updated_at(), later);
    assert_eq!(notice.monitoring_at(), Some(later));
    assert_eq!(notice.next_update_at(), None);
    notice.updates[0].next_update_at = Some(later);
    notice.status = NoticeStatus::Resolved;
    assert_eq!(notice.next_update_at(), None);
    assert!(!notice.is_open());
}

#[test]
fn a_page_finds_its_parts() {
    let page = full_page();
    assert_eq!(page.worst_status(), ComponentStatus::PartialOutage);
    assert_eq!(page.component("checkout").map(|component| component.name.as_str()), Some("Checkout"));
    assert!(page.component("missing").is_none() && page.notice("missing").is_none());
    assert_eq!(page.open_notices().count(), 1);
    assert_eq!(Page { groups: vec![], ..page }.worst_status(), ComponentStatus::Operational);
}

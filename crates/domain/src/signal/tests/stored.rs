//! The stored form of alert events: frozen. A change here breaks every journal that exists; add a field with a default instead.

use super::{alert_id, at, event, routing, source, stream, triggered};
use crate::{
    ids::{IncidentId, PageId},
    record::{Aggregate, Recorded, fold},
    signal::{Alert, AlertEvent, EventAction, Link},
};

#[test]
fn alert_events_are_stored_like_this() {
    let check = |event: AlertEvent, expected: &str| {
        let stored = serde_json::to_string(&event).unwrap();
        assert_eq!(stored, expected);
        assert_eq!(serde_json::from_str::<AlertEvent>(expected).unwrap(), event);
        let kind = serde_json::from_str::<serde_json::Value>(expected).unwrap()["kind"].clone();
        assert_eq!(kind, Alert::event_kind(&event));
    };
    let mut first = event(EventAction::Trigger, Some(0));
    first.links = vec![Link { href: "https://wiki.acme.test/disk".to_owned(), text: "Runbook".to_owned() }];
    first.runbook_url = Some("https://wiki.acme.test/rb".to_owned());
    check(
        triggered(1, "db1/disk", &first),
        concat!(
            r#"{"kind":"triggered","id":"alert_00000000000000000000000000000001","integration":"prometheus","dedup_key":"db1/disk","#,
            r#""event":{"action":"trigger","dedup_key":"db1/disk","title":"db1 disk 97%","body":"","severity":"critical","source":"db1","#,
            r#""labels":{"team":"payments"},"links":[{"href":"https://wiki.acme.test/disk","text":"Runbook"}],"#,
            r#""runbook_url":"https://wiki.acme.test/rb","started_at":"2026-05-02T03:00:00Z"},"#,
            r#""routing":{"outcome":"page","urgency":"high","service":"checkout","declare":null,"reason":"no route matched"}}"#
        ),
    );
    check(
        AlertEvent::Repeated { event: Box::new(event(EventAction::Resolve, None)) },
        concat!(
            r#"{"kind":"repeated","event":{"action":"resolve","dedup_key":"db1/disk","title":"db1 disk 97%","body":"","severity":"critical","#,
            r#""source":"db1","labels":{"team":"payments"},"links":[],"runbook_url":null,"started_at":null}}"#
        ),
    );
    check(
        AlertEvent::Counted { events: 41, last_at: at(7) },
        r#"{"kind":"counted","events":41,"last_at":"2026-05-02T03:07:00Z"}"#,
    );
    check(
        AlertEvent::Paged { page: PageId::from(uuid::Uuid::from_u128(2)) },
        r#"{"kind":"paged","page":"page_00000000000000000000000000000002"}"#,
    );
    check(AlertEvent::Acknowledged, r#"{"kind":"acknowledged"}"#);
    check(
        AlertEvent::Resolved { reason: "resolved by hand".to_owned() },
        r#"{"kind":"resolved","reason":"resolved by hand"}"#,
    );
    check(
        AlertEvent::Linked { incident: IncidentId::from(uuid::Uuid::from_u128(3)) },
        r#"{"kind":"linked","incident":"inc_00000000000000000000000000000003"}"#,
    );
}

#[test]
fn a_recorded_event_is_stored_like_this() {
    let check = |recorded: Recorded<AlertEvent>, expected: &str| {
        assert_eq!(serde_json::to_string(&recorded).unwrap(), expected);
        assert_eq!(serde_json::from_str::<Recorded<AlertEvent>>(expected).unwrap(), recorded);
    };
    check(
        Recorded { seq: 2, at: at(1), actor: source(), event: AlertEvent::Acknowledged },
        r#"{"seq":2,"at":"2026-05-02T03:01:00Z","actor":{"kind":"integration","id":"prometheus"},"event":{"kind":"acknowledged"}}"#,
    );
}

#[test]
fn an_alert_survives_being_stored() {
    let events = [
        triggered(1, "db1/disk", &event(EventAction::Trigger, None)),
        AlertEvent::Paged { page: PageId::from(uuid::Uuid::from_u128(2)) },
        AlertEvent::Acknowledged,
        AlertEvent::Linked { incident: IncidentId::from(uuid::Uuid::from_u128(3)) },
        AlertEvent::Resolved { reason: "the source said so".to_owned() },
    ];
    let check = |status: &str, alert: &Alert| {
        assert_eq!(alert.status.word(), status);
        assert_eq!(&serde_json::from_str::<Alert>(&serde_json::to_string(alert).unwrap()).unwrap(), alert);
    };
    for (length, status) in [(1, "firing"), (2, "firing"), (3, "acknowledged"), (4, "acknowledged"), (5, "resolved")] {
        let alert = fold::<Alert>(&stream(events[..length].to_vec())).unwrap().unwrap();
        check(status, &alert);
        assert_eq!(
            (alert.page.is_some(), alert.incident.is_some(), alert.version),
            (length > 1, length > 3, length as u64)
        );
        assert_eq!(
            (alert.id, alert.started_at, alert.last_at, &alert.routing),
            (alert_id(1), at(1), at(1), &routing())
        );
    }
}

use super::*;
use crate::outbound::test_messages::{HOSTILE, at, checkout, hostile, storm};
use nightbell_domain::paging::MessageKind;
use serde_json::Value;

fn text(message: &Message) -> String {
    String::from_utf8(page_body(message)).unwrap()
}

#[test]
fn the_bodies_of_the_contract() {
    insta::assert_snapshot!("page", text(&checkout(MessageKind::Page)));
    insta::assert_snapshot!("resolved", text(&checkout(MessageKind::Resolved)));
    insta::assert_snapshot!("storm", text(&storm(MessageKind::Page)));
    insta::assert_snapshot!("notice", text(&checkout(MessageKind::Notice)));
    insta::assert_snapshot!("cancelled", text(&checkout(MessageKind::Cancelled)));
    let bare = Message {
        alert: None,
        incident: None,
        service: None,
        runbook_url: None,
        next: None,
        repeat: true,
        ..checkout(MessageKind::Page)
    };
    insta::assert_snapshot!("bare", text(&bare));
}

#[test]
fn the_keys_come_in_the_order_of_the_contract() {
    let body = text(&checkout(MessageKind::Page));
    let keys = [
        "type",
        "id",
        "page",
        "sent_at",
        "repeat",
        "user",
        "urgency",
        "title",
        "body",
        "service",
        "alert",
        "incident",
        "runbook_url",
        "ack_url",
        "url",
        "next",
        "also_count",
        "also",
    ];
    let mut from = 0;
    for key in keys {
        let found = body[from..].find(&format!("\"{key}\":"));
        from += found.unwrap_or_else(|| panic!("{key} is missing or out of order in {body}"));
    }
    let Value::Object(object) = serde_json::from_str(&body).unwrap() else { panic!("not an object") };
    assert_eq!(object.len(), keys.len());
}

#[test]
fn hostile_text_stays_in_its_field() {
    for nasty in HOSTILE {
        let value: Value = serde_json::from_slice(&page_body(&hostile(nasty))).unwrap();
        assert_eq!(value["title"], cut(nasty, 1_024), "{nasty:?}");
        assert_eq!(value.as_object().unwrap().len(), 18);
    }
}

#[test]
fn the_largest_alert_still_fits() {
    let mut message = checkout(MessageKind::Page);
    let long = |count: usize| "🔥".repeat(count);
    message.title = long(1_024);
    message.body = long(16_384);
    message.runbook_url = Some(format!("https://wiki.test/{}", "a".repeat(2_000)));
    if let Some(alert) = &mut message.alert {
        alert.title = long(1_024);
        alert.source = long(1_024);
        alert.dedup_key = long(255);
        alert.labels = (0..64).map(|n| (format!("{n}{}", long(1_000)), long(1_024))).collect();
    }
    message.next = message.next.map(|next| NextStep { who: long(5_000), ..next });
    let body = page_body(&message);
    assert!(body.len() <= BODY_BYTES_MAX, "{} bytes", body.len());
    let value: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(value["ack_url"], message.ack_url);
    assert_eq!(value["runbook_url"], *message.runbook_url.as_ref().unwrap());
}

#[test]
fn the_request_is_signed_over_the_bytes_it_carries() {
    let secret = standard_webhooks::Secret::from_key(&[9; 32]).unwrap_or_else(|e| panic!("{e}"));
    let message = checkout(MessageKind::Page);
    let request = request("https://hooks.acme.test/alice", &secret, &message);
    let header =
        |name: &str| request.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).unwrap_or_default();
    assert_eq!((request.method, request.url.as_str()), ("POST", "https://hooks.acme.test/alice"));
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("webhook-id"), message.id.to_string());
    let (timestamp, signature) = (header("webhook-timestamp"), header("webhook-signature"));
    let now_s = message.sent_at.as_second();
    assert_eq!(
        standard_webhooks::verify(&secret, header("webhook-id"), timestamp, signature, &request.body, now_s),
        Ok(())
    );
    assert!(!format!("{request:?}").contains("acme"), "an address may hold a key");
}

#[test]
fn statuses_mean_what_the_transports_agreed() {
    #[track_caller]
    fn check(status: u16, asked_s: Option<i64>, expected: &str) {
        let shown = match classify(status, asked_s.map(SignedDuration::from_secs)) {
            Outcome::Accepted { .. } => "accepted".to_owned(),
            Outcome::Deferred { retry_after, .. } => format!("deferred {:?}", retry_after.map(|wait| wait.as_secs())),
            Outcome::Rejected { .. } => "rejected".to_owned(),
            Outcome::Unknown { .. } => "unknown".to_owned(),
        };
        assert_eq!(shown, expected, "HTTP {status}");
    }
    for status in [200, 201, 202, 204, 299] {
        check(status, None, "accepted");
    }
    for status in [301, 302, 307, 400, 401, 403, 404, 405, 410, 413, 422] {
        check(status, Some(5), "rejected");
    }
    for status in [408, 425, 429, 500, 502, 503, 504] {
        check(status, None, "deferred None");
    }
    check(429, Some(7), "deferred Some(7)");
    check(503, Some(86_400), "deferred Some(120)");
    check(503, Some(-5), "deferred Some(0)");
    for status in [0, 100, 101, 199, 600, 999] {
        check(status, None, "unknown");
    }
    assert_eq!(classify(418, None).detail(), "HTTP 418");
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    #[track_caller]
    fn check(header: &str, expected_s: Option<i64>) {
        let now = at("2026-05-02T01:00:00Z");
        assert_eq!(parse_retry_after(header, now).map(|wait| wait.as_secs()), expected_s, "{header:?}");
    }
    check("7", Some(7));
    check(" 0 ", Some(0));
    check("Sat, 02 May 2026 01:00:30 GMT", Some(30));
    check("Sat, 02 May 2026 00:59:30 GMT", None);
    check("-5", None);
    check("99999999999999999999", None);
    check("soon", None);
    check("", None);
}

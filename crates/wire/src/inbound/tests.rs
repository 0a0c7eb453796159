//! What holds for every format, whatever the bytes: parsing is total, events are within the limits, answers are JSON.

use super::*;
use nightbell_domain::{record::Instant, signal::Link};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

/// Events and notes as a person compares them.
pub(super) fn shown(parsed: &Parsed) -> String {
    let mut out = serde_json::to_string_pretty(&parsed.events).unwrap();
    for note in &parsed.notes {
        out.push_str(&format!("\nnote: {note}"));
    }
    out
}

fn within_limits(event: &Event) {
    let chars = |text: &str| text.chars().count();
    assert!(chars(&event.title) <= limits::TITLE_CHARS_MAX && !event.title.contains('\n'), "{:?}", event.title);
    assert!(chars(&event.body) <= limits::BODY_CHARS_MAX);
    assert!(event.labels.len() <= limits::LABELS_MAX);
    assert!(
        event.labels.iter().all(|(k, v)| chars(k) <= limits::LABEL_CHARS_MAX && chars(v) <= limits::LABEL_CHARS_MAX)
    );
    assert!(event.links.len() <= limits::LINKS_MAX);
    assert!(event.links.iter().all(|Link { href, .. }| href.starts_with("http")));
    assert!(
        event
            .dedup_key
            .as_ref()
            .is_none_or(|key| chars(key) <= limits::DEDUP_KEY_CHARS_MAX && !key.chars().any(char::is_control))
    );
    assert!(event.action != EventAction::Trigger || !event.title.trim().is_empty());
}

/// Every format reads the bytes; none panics and each answer is well-formed.
fn all_formats(body: &[u8]) {
    let readings = [
        alertmanager::parse(body),
        generic::parse(body, None),
        generic::parse(body, Some("text/plain; charset=utf-8")),
        pagerduty::parse(body, Some("header-key"), "fresh")
            .map(|enqueue| Parsed { events: vec![enqueue.event], notes: Vec::new() }),
        pagerduty::parse_change(body, None).map(|_| Parsed::default()),
    ];
    for reading in readings {
        match reading {
            Ok(parsed) => {
                assert!(parsed.events.len() <= limits::EVENTS_PER_REQUEST_MAX);
                parsed.events.iter().for_each(within_limits);
            }
            Err(answer) => {
                assert!((400..500).contains(&answer.status), "{answer:?}");
                let body: Value = serde_json::from_str(&answer.body).unwrap();
                assert!(body.is_object());
            }
        }
    }
}

/// Keys the formats look for, and two nobody should send.
const LIKELY_KEYS: [&str; 39] = [
    "routing_key",
    "event_action",
    "dedup_key",
    "payload",
    "summary",
    "source",
    "severity",
    "timestamp",
    "custom_details",
    "component",
    "links",
    "images",
    "href",
    "src",
    "text",
    "client",
    "client_url",
    "alerts",
    "groupKey",
    "labels",
    "annotations",
    "startsAt",
    "fingerprint",
    "truncatedAlerts",
    "status",
    "title",
    "message",
    "msg",
    "heartbeat",
    "monitor",
    "id",
    "name",
    "tags",
    "description",
    "url",
    "runbook_url",
    "started_at",
    "\u{0}",
    "x\ny",
];

/// Objects whose keys and words are those the formats look for, with anything inside.
fn likely_json() -> impl Strategy<Value = Value> {
    let words = prop_oneof![
        Just("trigger"),
        Just("resolve"),
        Just("acknowledge"),
        Just("firing"),
        Just("resolved"),
        Just("critical"),
        Just(""),
        Just(" "),
        Just("http://x.test/"),
        Just("javascript:alert(1)"),
        Just("2026-11-23T04:16:48.4Z"),
        Just("0001-01-01T00:00:00Z"),
        Just("9999-12-31T23:59:59.999999999+99:99"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        words.prop_map(Value::from),
    ];
    let keys = prop::sample::select(&LIKELY_KEYS[..]);
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(keys.clone(), inner, 0..10)
                .prop_map(|map| Value::Object(map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..400)) {
        all_formats(&body);
    }

    #[test]
    fn any_json_is_read_or_refused(value in likely_json()) {
        all_formats(&serde_json::to_vec(&value).unwrap());
    }

    #[test]
    fn any_well_meant_events_v2_object_pages(summary in any::<String>(), severity in any::<String>(), details in likely_json()) {
        prop_assume!(!summary.trim().is_empty() && !severity.trim().is_empty());
        let body = serde_json::json!({"routing_key": "k", "event_action": "trigger", "payload": {"summary": summary, "source": "s", "severity": severity, "custom_details": details}});
        let read = pagerduty::parse(body.to_string().as_bytes(), None, "fresh").unwrap();
        prop_assert_eq!(read.event.action, EventAction::Trigger);
        prop_assert_eq!(read.event.dedup_key.as_deref(), Some("fresh"));
        within_limits(&read.event);
    }

    #[test]
    fn damaged_json_is_read_or_refused(at in 0_usize..600, byte in any::<u8>()) {
        let mut body = include_bytes!("../../fixtures/inbound/pagerduty-python-client.json").to_vec();
        let at = at % body.len();
        body[at] = byte;
        all_formats(&body);
    }

    #[test]
    fn keys_are_shortened_once_and_the_same_way(key in any::<String>(), times in 1_usize..40) {
        let once = fields::dedup_key(key.repeat(times));
        prop_assert!(once.chars().count() <= limits::DEDUP_KEY_CHARS_MAX);
        prop_assert_eq!(fields::dedup_key(once.clone()), once);
    }
}

#[test]
fn keys_that_fit_are_kept_and_others_stay_apart() {
    assert_eq!(fields::dedup_key("Uptime Kuma/3".to_owned()), "Uptime Kuma/3");
    let exact = "k".repeat(255);
    assert_eq!(fields::dedup_key(exact.clone()), exact);
    let (one, two) = (fields::dedup_key(format!("{exact}1")), fields::dedup_key(format!("{exact}2")));
    assert_ne!(one, two);
    assert_ne!(fields::dedup_key("a\nb".to_owned()), fields::dedup_key("ab".to_owned()));
}

#[test]
fn times_come_in_many_shapes() {
    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(fields::instant(text), expected.map(|text| text.parse::<Instant>().unwrap()), "{text:?}");
    }
    let plain = Some("2015-07-17T08:42:58.315Z");
    check("2015-07-17T08:42:58.315+0000", plain);
    check("2015-07-17T08:42:58.315Z", plain);
    check("2015-07-17T08:42:58.315+00:00", plain);
    check("2015-07-17T10:42:58.315+02:00", plain);
    check("2015-07-17T08:42:58.315", plain);
    check("2015-07-17 08:42:58.315", plain);
    check("2015-07-17T08:42:58.315+00:00Z", plain);
    check(" 2015-07-17T08:42:58.315Z ", plain);
    // The store keeps microseconds: a repeated time must compare equal to the stored one.
    check("2026-05-02T01:07:00.123456789Z", Some("2026-05-02T01:07:00.123456Z"));
    for unreadable in [
        "",
        "now",
        "2026-05-02",
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "1700000000",
        "2026-13-45T00:00:00Z",
        "99999-01-01T00:00:00Z",
    ] {
        check(unreadable, None);
    }
    check(&"2".repeat(5_000), None);
}

#[test]
fn the_labels_routes_look_at_survive_the_limit() {
    let mut labels: BTreeMap<String, String> = (0..200).map(|n| (format!("a{n:03}"), "x".to_owned())).collect();
    labels.insert("severity".to_owned(), "critical".to_owned());
    labels.insert("team".to_owned(), "payments".to_owned());
    let kept = fields::keep_labels(labels);
    assert_eq!(kept.len(), limits::LABELS_MAX);
    assert_eq!((kept["severity"].as_str(), kept["team"].as_str()), ("critical", "payments"));
}

#[test]
fn slightly_broken_json_still_wakes_somebody() {
    #[track_caller]
    fn check(body: &[u8], title: &str) {
        assert_eq!(generic::parse(body, None).unwrap().events[0].title, title);
    }
    check(b"\xEF\xBB\xBF{\"title\":\"bom\"}", "bom");
    check(b"{\"title\":\"caf\xE9\"}", "caf\u{FFFD}");
    check(br#"{"title":"cut \ud83d"}"#, "cut \u{FFFD}");
    check(br#"{"title":"\ud83d\ud83d\udd25 \udd25 \\ud83d \u00e9"}"#, "\u{FFFD}🔥 \u{FFFD} \\ud83d é");
}

#[test]
fn a_trigger_has_a_title_whatever_was_sent() {
    for body in [&b"\x01\x02"[..], "\u{200B}\u{202E}".as_bytes(), b"\x7f\nsecond line"] {
        let events = generic::parse(body, Some("text/plain")).unwrap().events;
        assert_eq!(events[0].title, "Alert without a title", "{body:?}");
    }
}

#[test]
fn deep_nesting_is_refused_not_followed() {
    let deep = format!("{{\"title\":{}1{}}}", "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(generic::parse(deep.as_bytes(), None).unwrap_err().status, 400);
    all_formats(deep.as_bytes());
}

#[test]
fn oversize_and_overfull_are_413_with_a_reason() {
    let big = vec![b' '; limits::INBOUND_BYTES_MAX + 1];
    for answer in [
        alertmanager::parse(&big).unwrap_err(),
        generic::parse(&big, None).unwrap_err(),
        pagerduty::parse(&big, None, "f").unwrap_err(),
    ] {
        assert_eq!(answer.status, 413);
        assert!(answer.body.contains("524288 bytes"), "{}", answer.body);
    }
    let many = |item: &str, count: usize| vec![item; count].join(",");
    let alerts = |count: usize| format!("{{\"groupKey\":\"g\",\"alerts\":[{}]}}", many("{}", count));
    assert_eq!(alertmanager::parse(alerts(1_000).as_bytes()).unwrap().events.len(), 1_000);
    assert_eq!(alertmanager::parse(alerts(1_001).as_bytes()).unwrap_err().status, 413);
    assert_eq!(generic::parse(format!("[{}]", many("{\"a\":1}", 1_001)).as_bytes(), None).unwrap_err().status, 413);
}

#[test]
fn own_answers_are_problem_details() {
    assert_eq!(
        problem(400, "Not JSON", "at \"x\"").body,
        r#"{"type":"about:blank","title":"Not JSON","status":400,"detail":"at \"x\""}"#
    );
    assert_eq!(unknown_key().status, 404);
    assert_eq!((throttled(30).status, throttled(30).retry_after_s), (429, Some(30)));
    assert_eq!((unavailable(5).status, unavailable(5).retry_after_s), (503, Some(5)));
    assert_eq!(accepted(3).body, r#"{"status":"accepted","events":3}"#);
}

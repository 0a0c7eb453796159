use super::*;
use crate::inbound::tests::shown;

fn one(body: &str) -> Event {
    let mut parsed = parse(body.as_bytes(), None).unwrap_or_else(|answer| panic!("{body}: {}", answer.body));
    assert_eq!(parsed.events.len(), 1, "{body}");
    parsed.events.remove(0)
}

#[test]
fn known_bodies_are_understood() {
    let golden = |body: &[u8]| shown(&parse(body, Some("application/json")).unwrap());
    insta::assert_snapshot!("documented", golden(include_bytes!("../../../fixtures/inbound/generic-documented.json")));
    insta::assert_snapshot!("foreign", golden(include_bytes!("../../../fixtures/inbound/generic-foreign.json")));
    insta::assert_snapshot!(
        "uptime_kuma",
        golden(include_bytes!("../../../fixtures/inbound/uptime-kuma-webhook.json"))
    );
}

#[test]
fn words_of_state() {
    #[track_caller]
    fn check(fields: &str, expected: EventAction) {
        assert_eq!(one(&format!(r#"{{"title":"t",{fields}}}"#)).action, expected, "{fields}");
    }
    for word in ["ok", "OK", " Resolved ", "recovered", "closed", "up", "success", "normal", "clear"] {
        check(&format!(r#""status":"{word}""#), EventAction::Resolve);
    }
    check(r#""action":"acknowledge""#, EventAction::Acknowledge);
    check(r#""state":"alerting""#, EventAction::Trigger);
    check(r#""status":"firing","state":"ok""#, EventAction::Trigger);
    check(r#""status":"production","state":"ok""#, EventAction::Resolve);
    check(r#""status":200"#, EventAction::Trigger);
    check(r#""resolved":true"#, EventAction::Resolve);
    check(r#""resolved":false"#, EventAction::Trigger);
    check(r#""status":"never heard of""#, EventAction::Trigger);
    check(r#""x":1"#, EventAction::Trigger);
}

#[test]
fn words_of_severity() {
    #[track_caller]
    fn check(fields: &str, expected: AlertSeverity) {
        assert_eq!(one(&format!(r#"{{"title":"t",{fields}}}"#)).severity, expected, "{fields}");
    }
    check(r#""severity":"critical""#, AlertSeverity::Critical);
    check(r#""priority":"P1""#, AlertSeverity::Critical);
    check(r#""priority":"P3""#, AlertSeverity::Warning);
    check(r#""priority":"P5""#, AlertSeverity::Info);
    check(r#""level":"warn""#, AlertSeverity::Warning);
    check(r#""priority":1"#, AlertSeverity::Error);
    check(r#""x":1"#, AlertSeverity::Error);
}

#[test]
fn a_resolve_without_a_key_finds_its_trigger_by_title() {
    #[track_caller]
    fn check(one_body: &str, other_body: &str, same: bool) {
        let (a, b) = (one(one_body).dedup_key, one(other_body).dedup_key);
        assert!(a.is_some() && b.is_some());
        assert_eq!(a == b, same, "{one_body} {other_body}");
    }
    check(r#"{"title":"Disk full"}"#, r#"{"title":"Disk full","status":"ok","message":"other"}"#, true);
    check(r#"{"title":"[FIRING:1] Disk full"}"#, r#"{"title":"[RESOLVED] Disk full"}"#, true);
    check(r#"{"title":"Firing: Disk full"}"#, r#"{"title":"Resolved: disk full"}"#, true);
    check(r#"{"title":"db: slow"}"#, r#"{"title":"web: slow"}"#, false);
    check(r#"{"title":"Disk full","host":"a"}"#, r#"{"title":"Disk full","host":"b"}"#, false);
    check(r#"{"title":"[a]"}"#, r#"{"title":"[b]"}"#, false);
    assert_eq!(one(r#"{"title":"t","dedup_key":"mine","id":"theirs"}"#).dedup_key.as_deref(), Some("mine"));
}

#[test]
fn unknown_objects_show_everything_they_said() {
    let event = one(r#"{"event":{"kind":"odd"},"n":1}"#);
    assert_eq!(event.title, r#"{"event":{"kind":"odd"},"n":1}"#);
    assert_eq!(event.body, "event: {\n  \"kind\": \"odd\"\n}\nn: 1");
}

#[test]
fn only_a_begin_is_a_begin() {
    #[track_caller]
    fn check(fields: &str, known: bool) {
        assert_eq!(one(&format!(r#"{{"title":"t",{fields}}}"#)).started_at.is_some(), known, "{fields}");
    }
    check(r#""started_at":"2026-05-02T01:00:00Z""#, true);
    check(r#""created_at":"2026-05-02T01:00:00Z""#, false);
    check(r#""timestamp":"2026-05-02T01:00:00Z""#, false);
    check(r#""started_at":"yesterday""#, false);
}

#[test]
fn events_v2_and_plain_text_are_read_too() {
    let event = one(
        r#"{"event_action":"trigger","dedup_key":"d","payload":{"summary":"v2","source":"s","severity":"warning"}}"#,
    );
    assert_eq!(
        (event.title.as_str(), event.severity, event.dedup_key.as_deref()),
        ("v2", AlertSeverity::Warning, Some("d"))
    );
    let text = parse(b"disk full on db1\nsecond line\n", Some("Text/Plain; charset=utf-8")).unwrap().events.remove(0);
    assert_eq!((text.title.as_str(), text.body.as_str()), ("disk full on db1", "second line"));
    assert_eq!(parse(b" \n ", Some("text/plain")).unwrap_err().status, 400);
}

#[test]
fn uptime_kumas_states() {
    #[track_caller]
    fn check(status: &str, expected: Option<EventAction>) {
        let body =
            format!(r#"{{"heartbeat":{{"status":{status},"msg":"m"}},"monitor":{{"id":3,"name":"shop"}},"msg":"x"}}"#);
        let parsed = parse(body.as_bytes(), None).unwrap();
        assert_eq!(parsed.events.first().map(|event| event.action), expected, "{status}");
        assert_eq!(parsed.notes.is_empty(), expected.is_some(), "no event has a recorded reason");
        assert!(parsed.events.iter().all(|event| event.dedup_key.as_deref() == Some("uptime-kuma:3")));
    }
    check("0", Some(EventAction::Trigger));
    check("1", Some(EventAction::Resolve));
    check("2", None);
    check("3", Some(EventAction::Resolve));
    check("77", Some(EventAction::Trigger));
    let notice = one(r#"{"heartbeat":null,"monitor":null,"msg":"certificate expires in 7 days"}"#);
    assert_eq!((notice.title.as_str(), notice.severity), ("certificate expires in 7 days", AlertSeverity::Info));
}

#[test]
fn refusals_say_what_to_send() {
    #[track_caller]
    fn check(body: &str, part: &str) {
        let answer = parse(body.as_bytes(), None).unwrap_err();
        assert_eq!((answer.status, answer.content_type), (400, "application/problem+json"), "{body}");
        assert!(answer.body.contains(part), "{body}: {}", answer.body);
    }
    check("", "line 1 column 0");
    check("{\"a\":1,\n\n \"b\" 2}", "line 3 column 6");
    check("42", "Send a JSON object");
    check("\"text\"", "Send a JSON object");
    check("{}", "empty object");
    check("[{\"title\":\"a\"},7]", "Element 2 of the array");
    assert_eq!(parse(b"[]", None).unwrap().notes, ["the array is empty"]);
}

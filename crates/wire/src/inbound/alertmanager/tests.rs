use super::*;
use crate::inbound::tests::shown;

fn golden(body: &[u8]) -> String {
    shown(&parse(body).unwrap())
}

#[test]
fn real_bodies_are_understood() {
    insta::assert_snapshot!("v4", golden(include_bytes!("../../../fixtures/inbound/alertmanager-v4.json")));
    insta::assert_snapshot!("v4_group", golden(include_bytes!("../../../fixtures/inbound/alertmanager-v4-group.json")));
    insta::assert_snapshot!("grafana", golden(include_bytes!("../../../fixtures/inbound/grafana-webhook.json")));
}

#[test]
fn the_generic_endpoint_reads_the_same() {
    let body = include_bytes!("../../../fixtures/inbound/alertmanager-v4-group.json");
    assert_eq!(parse(body), generic::parse(body, None));
}

#[test]
fn an_alert_keeps_its_key_from_firing_to_resolved() {
    let key = |status: &str, annotations: &str| {
        let body = format!(
            r#"{{"groupKey":"g","alerts":[{{"status":"{status}","labels":{{"alertname":"A"}},"annotations":{annotations},"fingerprint":"f1"}}]}}"#
        );
        parse(body.as_bytes()).unwrap().events.remove(0)
    };
    let (firing, resolved) = (key("firing", r#"{"summary":"s"}"#), key("resolved", "{}"));
    assert_eq!(firing.dedup_key, resolved.dedup_key);
    assert_eq!((firing.action, resolved.action), (EventAction::Trigger, EventAction::Resolve));
    assert_eq!((firing.title.as_str(), resolved.title.as_str()), ("s", "A"));
}

#[test]
fn a_missing_fingerprint_is_made_from_the_labels() {
    let key = |labels: &str| {
        let body = format!(r#"{{"groupKey":"g","alerts":[{{"labels":{labels}}}]}}"#);
        parse(body.as_bytes()).unwrap().events.remove(0).dedup_key.unwrap()
    };
    assert_eq!(key(r#"{"a":"1","b":"2"}"#), key(r#"{"b":"2","a":"1"}"#));
    assert_ne!(key(r#"{"a":"1","b":"2"}"#), key(r#"{"a":"1","b":"3"}"#));
    assert_ne!(key(r#"{"a":"bc"}"#), key(r#"{"ab":"c"}"#));
}

#[test]
fn an_alert_that_says_nothing_of_its_status_has_that_of_its_group() {
    #[track_caller]
    fn check(group: &str, alert: &str, expected: EventAction) {
        let body = format!(r#"{{"groupKey":"g",{group}"alerts":[{{{alert}"labels":{{"alertname":"A"}}}}]}}"#);
        assert_eq!(parse(body.as_bytes()).unwrap().events[0].action, expected, "{body}");
    }
    check(r#""status":"resolved","#, "", EventAction::Resolve);
    check(r#""status":"resolved","#, r#""status":"firing","#, EventAction::Trigger);
    check(r#""status":"firing","#, r#""status":"resolved","#, EventAction::Resolve);
    check("", "", EventAction::Trigger);
    check("", r#""status":"something new","#, EventAction::Trigger);
}

#[test]
fn an_empty_group_is_accepted_with_a_reason() {
    let parsed = parse(br#"{"version":"4","groupKey":"g","alerts":[]}"#).unwrap();
    assert_eq!((parsed.events.len(), parsed.notes.as_slice()), (0, &["the group holds no alerts".to_owned()][..]));
}

#[test]
fn other_shapes_are_read_as_generic_json() {
    #[track_caller]
    fn check(body: &str, title: &str) {
        assert_eq!(parse(body.as_bytes()).unwrap().events[0].title, title, "{body}");
    }
    check(r#"{"title":"templated payload","status":"firing"}"#, "templated payload");
    check(r#"[{"text":"a list"}]"#, "a list");
    // One unreadable alert must not vanish behind a readable one.
    check(r#"{"groupKey":"g","title":"mixed","alerts":[{"labels":{}},"oops"]}"#, "mixed");
}

#[test]
fn garbage_is_refused_with_its_place() {
    let answer = parse(b"{\n \"alerts\": [}\n").unwrap_err();
    assert_eq!((answer.status, answer.content_type), (400, "application/problem+json"));
    assert!(answer.body.contains("line 2 column 13"), "{}", answer.body);
}

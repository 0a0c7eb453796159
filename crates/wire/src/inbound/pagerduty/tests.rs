use super::*;
use crate::inbound::{Parsed, tests::shown};

fn golden(body: &[u8]) -> String {
    let read = parse(body, None, "fresh-key").unwrap();
    let event = Parsed { events: vec![read.event], notes: Vec::new() };
    format!("routing_key: {}\ndedup_key: {}\n{}", read.routing_key, read.dedup_key, shown(&event))
}

#[test]
fn real_clients_are_understood() {
    insta::assert_snapshot!(
        "python_client",
        golden(include_bytes!("../../../fixtures/inbound/pagerduty-python-client.json"))
    );
    insta::assert_snapshot!(
        "alertmanager",
        golden(include_bytes!("../../../fixtures/inbound/pagerduty-from-alertmanager.json"))
    );
    insta::assert_snapshot!(
        "alertmanager_resolve",
        golden(include_bytes!("../../../fixtures/inbound/pagerduty-from-alertmanager-resolve.json"))
    );
    insta::assert_snapshot!("grafana", golden(include_bytes!("../../../fixtures/inbound/pagerduty-from-grafana.json")));
    insta::assert_snapshot!(
        "uptime_kuma",
        golden(include_bytes!("../../../fixtures/inbound/pagerduty-from-uptime-kuma.json"))
    );
}

#[track_caller]
fn refused(body: &str, header: Option<&str>, status: u16, expected: &str) {
    let answer = parse(body.as_bytes(), header, "fresh").unwrap_err();
    assert_eq!((answer.status, answer.body.as_str()), (status, expected), "{body}");
    assert!(answer.content_type.starts_with("application/json"));
}

#[test]
fn refusals_are_pagerdutys_own() {
    let invalid = |errors: &str| {
        format!(r#"{{"status":"invalid event","message":"Event object is invalid","errors":[{errors}]}}"#)
    };
    let garbled = r#"{"status":"Unrecognized object","message":"Event object format is unrecognized","errors":["JSON parse error"]}"#;
    for body in ["", "{", "[]", "null", "\"x\"", "not json"] {
        refused(body, None, 400, garbled);
    }
    refused("{}", None, 400, &invalid(r#""'routing_key' is missing or blank","'event_action' is missing or blank""#));
    refused(r#"{"routing_key":"k","event_action":""}"#, None, 400, &invalid(r#""'event_action' is missing or blank""#));
    refused(
        r#"{"routing_key":"k","event_action":"explode"}"#,
        None,
        400,
        &invalid(r#""'event_action' is not one of trigger, acknowledge, resolve""#),
    );
    refused(
        r#"{"routing_key":"k","event_action":"resolve"}"#,
        None,
        400,
        &invalid(r#""'dedup_key' is missing or blank""#),
    );
    refused(
        r#"{"routing_key":"k","event_action":"trigger"}"#,
        None,
        400,
        &invalid(r#""'payload' is missing or blank""#),
    );
    refused(
        r#"{"routing_key":" ","event_action":"trigger","payload":{"summary":" ","source":null}}"#,
        Some(""),
        400,
        &invalid(
            r#""'routing_key' is missing or blank","'payload.summary' is missing or blank","'payload.source' is missing or blank","'payload.severity' is missing or blank""#,
        ),
    );
    refused(
        r#"{"routing_key":"k","event_action":"trigger","payload":{"summary":"s","source":"s"}}"#,
        None,
        400,
        &invalid(r#""'payload.severity' is missing or blank""#),
    );
}

#[test]
fn answers_are_pagerdutys_own() {
    let ok = accepted("db1/\"disk\"");
    assert_eq!(
        (ok.status, ok.body.as_str()),
        (202, r#"{"status":"success","message":"Event processed","dedup_key":"db1/\"disk\""}"#)
    );
    let change = change_accepted();
    assert_eq!(
        (change.status, change.body.as_str()),
        (202, r#"{"status":"success","message":"Change event processed"}"#)
    );
    assert_eq!(unknown_key().status, 400);
    assert!(unknown_key().body.starts_with(
        r#"{"status":"invalid event","message":"Event object is invalid","errors":["'routing_key' is not known here"#
    ));
    for (answer, status) in [(throttled(60), 429), (unavailable(5), 503), (too_large(), 413)] {
        assert_eq!(answer.status, status);
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert!(
            body["errors"].is_array() && body["status"].is_string() && body["message"].is_string(),
            "{}",
            answer.body
        );
        assert_eq!(answer.retry_after_s.is_some(), status != 413);
    }
}

#[test]
fn the_key_may_come_in_the_header() {
    let body = br#"{"event_action":"resolve","dedup_key":"a"}"#;
    let both = br#"{"routing_key":"body-key","event_action":"resolve","dedup_key":"a"}"#;
    assert_eq!(parse(body, Some(" header-key "), "f").unwrap().routing_key, "header-key");
    assert_eq!(parse(both, Some("header-key"), "f").unwrap().routing_key, "body-key");
    assert_eq!(parse(body, None, "f").unwrap_err().status, 400);
}

#[test]
fn severities_outside_the_enum_are_read_generously() {
    #[track_caller]
    fn check(word: &str, expected: AlertSeverity) {
        let body = format!(
            r#"{{"routing_key":"k","event_action":"trigger","payload":{{"summary":"s","source":"s","severity":"{word}"}}}}"#
        );
        assert_eq!(parse(body.as_bytes(), None, "f").unwrap().event.severity, expected, "{word}");
    }
    check("critical", AlertSeverity::Critical);
    check("error", AlertSeverity::Error);
    check("warning", AlertSeverity::Warning);
    check("info", AlertSeverity::Info);
    check("page", AlertSeverity::Critical);
    check("none", AlertSeverity::Info);
    check("bananas", AlertSeverity::Error);
}

#[test]
fn a_trigger_without_a_key_gets_the_fresh_one_and_a_long_key_still_matches() {
    let trigger = |key: &str| {
        format!(
            r#"{{"routing_key":"k","event_action":"trigger","dedup_key":"{key}","payload":{{"summary":"s","source":"s","severity":"info"}}}}"#
        )
    };
    assert_eq!(parse(trigger("").as_bytes(), None, "fresh").unwrap().dedup_key, "fresh");
    let long = "x".repeat(400);
    let opened = parse(trigger(&long).as_bytes(), None, "fresh").unwrap().dedup_key;
    let resolve = |key: &str| {
        parse(format!(r#"{{"routing_key":"k","event_action":"resolve","dedup_key":"{key}"}}"#).as_bytes(), None, "f")
            .unwrap()
            .dedup_key
    };
    assert_eq!(resolve(&long), opened);
    assert_eq!(resolve(&opened), opened, "a client may also send back the key it was answered");
}

#[test]
fn details_of_any_shape_are_shown() {
    #[track_caller]
    fn check(details: &str, body: &str, labels: &[(&str, &str)]) {
        let text = format!(
            r#"{{"routing_key":"k","event_action":"trigger","payload":{{"summary":"s","source":"s","severity":"info","custom_details":{details}}}}}"#
        );
        let event = parse(text.as_bytes(), None, "f").unwrap().event;
        let expected = labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!((event.body.as_str(), event.labels), (body, expected), "{details}");
    }
    check("null", "", &[]);
    check(r#""just text""#, "just text", &[]);
    check(r#"["a",1]"#, "[\n  \"a\",\n  1\n]", &[]);
    check(r#"{"a":"x","b":2}"#, "a: x\nb: 2", &[("a", "x"), ("b", "2")]);
    check(r#"{"log":"one\ntwo","n":{"d":1}}"#, "log:\n  one\n  two\nn: {\n  \"d\": 1\n}", &[]);
}

#[test]
fn changes_are_read_and_page_nobody() {
    let body = br#"{"routing_key":"k","payload":{"summary":"deploy web 1.4.2","source":"ci"}}"#;
    assert_eq!(
        parse_change(body, None).unwrap(),
        Change { routing_key: "k".to_owned(), summary: "deploy web 1.4.2".to_owned() }
    );
    let refused = |body: &str| parse_change(body.as_bytes(), None).unwrap_err().body;
    assert!(refused("{}").contains(r#"["'routing_key' is missing or blank","'payload' is missing or blank"]"#));
    assert!(refused(r#"{"routing_key":"k","payload":{}}"#).contains(r#"["'payload.summary' is missing or blank"]"#));
    assert!(refused("nope").contains("JSON parse error"));
}

//! PagerDuty's Events API v2: the answers its clients check, and the seven semantics they rely on.

use super::{alerts, post, post_json};
use crate::{
    api::tests::{OTHER_PD_KEY, PD_KEY, done, furnished, seen},
    tests::site::{Answer, Site, Who},
};
use axum::{
    body::Body,
    http::{Method, Request},
};
use serde_json::{Value, json};

fn trigger(key: &str, dedup_key: Option<&str>) -> Value {
    let payload = json!({ "summary": "db1 disk 97%", "source": "db1", "severity": "critical" });
    let mut event = json!({ "routing_key": key, "event_action": "trigger", "payload": payload });
    if let Some(dedup_key) = dedup_key {
        event["dedup_key"] = json!(dedup_key);
    }
    event
}

fn follow_up(action: &str, key: &str, dedup_key: &str) -> Value {
    json!({ "routing_key": key, "event_action": action, "dedup_key": dedup_key })
}

async fn enqueue(site: &Site, event: &Value) -> Value {
    let answer = post_json(site, "/v2/enqueue", event).await;
    assert_eq!(answer.status.as_u16(), 202, "{}", answer.body);
    answer.json()
}

fn golden(answer: &Answer) -> (u16, Value) {
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    (answer.status.as_u16(), answer.json())
}

fn invalid(errors: &[&str]) -> (u16, Value) {
    (400, json!({ "status": "invalid event", "message": "Event object is invalid", "errors": errors }))
}

#[tokio::test]
async fn the_answers_are_pagerdutys() {
    let site = furnished().await;
    let mut no_severity = trigger(PD_KEY, None);
    no_severity["payload"].as_object_mut().expect("an object").remove("severity");
    let change = json!({ "routing_key": PD_KEY, "payload": { "summary": "deploy web 1.4.2", "source": "ci" } });
    let cases: [(&str, Value, (u16, Value)); 8] = [
        (
            "/v2/enqueue",
            trigger(PD_KEY, Some("db1/disk")),
            (202, json!({ "status": "success", "message": "Event processed", "dedup_key": "db1/disk" })),
        ),
        (
            "/v2/enqueue",
            follow_up("resolve", PD_KEY, "Uptime Kuma/7"),
            (202, json!({ "status": "success", "message": "Event processed", "dedup_key": "Uptime Kuma/7" })),
        ),
        ("/v2/enqueue", no_severity, invalid(&["'payload.severity' is missing or blank"])),
        (
            "/v2/enqueue",
            json!({ "event_action": "resolve" }),
            invalid(&["'routing_key' is missing or blank", "'dedup_key' is missing or blank"]),
        ),
        (
            "/v2/enqueue",
            trigger("00000000000000000000000000000000", None),
            invalid(&[
                "'routing_key' is not known here: no PagerDuty integration has this key, and nobody was alerted",
            ]),
        ),
        // A key of another kind of integration opens nothing here.
        (
            "/v2/enqueue",
            trigger("key-of-the-tool", None),
            invalid(&[
                "'routing_key' is not known here: no PagerDuty integration has this key, and nobody was alerted",
            ]),
        ),
        ("/v2/change/enqueue", change, (202, json!({ "status": "success", "message": "Change event processed" }))),
        (
            "/v2/change/enqueue",
            json!({ "routing_key": PD_KEY, "payload": {} }),
            invalid(&["'payload.summary' is missing or blank"]),
        ),
    ];
    for (path, body, expected) in cases {
        assert_eq!(golden(&post_json(&site, path, &body).await), expected, "{path} {body}");
    }
    assert_eq!(alerts(&site).await.len(), 1, "a change event and refused ones make no alert");
}

#[tokio::test]
async fn malformed_and_oversize_bodies_get_pagerdutys_errors() {
    let site = furnished().await;
    for path in ["/v2/enqueue", "/v2/change/enqueue"] {
        let garbled = post(&site, path, "application/json", "{\"routing_key\":").await;
        let expected = json!({ "status": "Unrecognized object", "message": "Event object format is unrecognized", "errors": ["JSON parse error"] });
        assert_eq!(golden(&garbled), (400, expected));
        let large = post(&site, path, "application/json", vec![b' '; 512 * 1024 + 1]).await;
        let (status, body) = golden(&large);
        assert_eq!((status, &body["status"]), (413, &json!("invalid event")));
        assert!(body["errors"][0].is_string(), "{body}");
        assert_eq!(site.get(Who::Nobody, path).await.status.as_u16(), 405);
    }
    assert_eq!(alerts(&site).await.len(), 0);
}

#[tokio::test]
async fn old_clients_put_the_key_into_a_header() {
    let site = furnished().await;
    let mut event = trigger(PD_KEY, Some("disk"));
    event.as_object_mut().expect("an object").remove("routing_key");
    let request = Request::builder().method(Method::POST).uri("/v2/enqueue").header("x-routing-key", PD_KEY);
    let answer = site.send(request.body(Body::from(event.to_string())).expect("a request")).await;
    assert_eq!((answer.status.as_u16(), answer.json()["dedup_key"].clone()), (202, json!("disk")));
}

#[tokio::test]
async fn semantics_1_2_3_one_alert_rings_once_is_taken_and_ends() {
    let site = furnished().await;
    enqueue(&site, &trigger(PD_KEY, Some("disk"))).await;
    let first = alerts(&site).await[0].clone();
    assert_eq!(
        (&first["state"], &first["event_count"], &first["severity"]),
        (&json!("firing"), &json!(1), &json!("critical"))
    );
    let page = first["page"].as_str().expect("it rings").to_owned();

    enqueue(&site, &follow_up("acknowledge", PD_KEY, "disk")).await;
    enqueue(&site, &trigger(PD_KEY, Some("disk"))).await;
    let stored = alerts(&site).await;
    assert_eq!(stored.len(), 1);
    assert_eq!(
        (&stored[0]["state"], &stored[0]["event_count"], &stored[0]["page"]),
        (&json!("acknowledged"), &json!(2), &json!(page))
    );
    let detail = seen(&site, &format!("/alerts/{}", first["id"].as_str().expect("an id"))).await;
    assert_eq!(detail["pages"].as_array().map(Vec::len), Some(1), "no new page for a repeat");
    assert_eq!(detail["pages"][0]["state"], "acknowledged");

    enqueue(&site, &follow_up("resolve", PD_KEY, "disk")).await;
    assert_eq!(alerts(&site).await[0]["state"], "resolved");
    assert_eq!(seen(&site, &format!("/pages/{page}")).await["state"], "ended");
}

#[tokio::test]
async fn semantics_4_and_6_what_meets_no_open_alert_is_dropped_quietly_and_keys_are_scoped() {
    let site = furnished().await;
    enqueue(&site, &follow_up("acknowledge", PD_KEY, "never-seen")).await;
    enqueue(&site, &follow_up("resolve", PD_KEY, "never-seen")).await;
    assert_eq!(alerts(&site).await.len(), 0);
    enqueue(&site, &trigger(PD_KEY, Some("disk"))).await;
    for action in ["acknowledge", "resolve"] {
        enqueue(&site, &follow_up(action, OTHER_PD_KEY, "disk")).await;
        assert_eq!(alerts(&site).await[0]["state"], "firing", "{action} through another key");
    }
    enqueue(&site, &trigger(OTHER_PD_KEY, Some("disk"))).await;
    assert_eq!(alerts(&site).await.len(), 2, "the same key elsewhere is another alert");
}

#[tokio::test]
async fn semantics_5_and_7_a_trigger_after_the_end_or_without_a_key_is_a_new_alert() {
    let site = furnished().await;
    enqueue(&site, &trigger(PD_KEY, Some("disk"))).await;
    enqueue(&site, &follow_up("resolve", PD_KEY, "disk")).await;
    enqueue(&site, &trigger(PD_KEY, Some("disk"))).await;
    let states: Vec<Value> = alerts(&site).await.iter().map(|a| a["state"].clone()).collect();
    assert_eq!(states.len(), 2);
    assert!(states.contains(&json!("firing")) && states.contains(&json!("resolved")), "{states:?}");
    let keys = [enqueue(&site, &trigger(PD_KEY, None)).await, enqueue(&site, &trigger(PD_KEY, None)).await]
        .map(|a| a["dedup_key"].clone());
    assert!(keys[0] != keys[1] && keys.iter().all(|k| k.as_str().is_some_and(|k| k.len() == 36)), "{keys:?}");
    assert_eq!(alerts(&site).await.len(), 4);
    enqueue(&site, &follow_up("resolve", PD_KEY, keys[0].as_str().expect("text"))).await;
    let open = seen(&site, "/alerts").await["items"].as_array().map(Vec::len);
    assert_eq!(open, Some(2), "the key that was answered ends its alert");
}

#[tokio::test]
async fn a_person_ends_what_the_source_began_and_a_repeat_begins_anew() {
    let site = furnished().await;
    enqueue(&site, &trigger(PD_KEY, Some("disk"))).await;
    let id = alerts(&site).await[0]["id"].as_str().expect("an id").to_owned();
    done(&site, Who::Responder, &format!("/alerts/{id}/resolve"), Value::Null).await;
    enqueue(&site, &trigger(PD_KEY, Some("disk"))).await;
    assert_eq!(alerts(&site).await.len(), 2);
}

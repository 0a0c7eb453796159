//! Inbound addresses end to end: what is answered, what is stored, and that nothing is answered 2xx that is not on disk.

mod durable;
mod heartbeat;
mod held;
mod pagerduty;

use crate::{
    api::tests::{furnished, seen},
    tests::site::{Answer, Site, Who},
};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};

/// As a tool posts: no session, no token.
async fn post(site: &Site, path: &str, content_type: &str, body: impl Into<Body>) -> Answer {
    let request = Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, content_type);
    site.send(request.body(body.into()).expect("a request")).await
}

async fn post_json(site: &Site, path: &str, body: &Value) -> Answer {
    post(site, path, "application/json", body.to_string()).await
}

async fn alerts(site: &Site) -> Vec<Value> {
    seen(site, "/alerts?state=all").await["items"].as_array().expect("a list").clone()
}

fn group(status: &str, alerts: &[(&str, &str)]) -> Value {
    let alert = |(name, status): &(&str, &str)| {
        json!({
            "status": status, "labels": { "alertname": name, "severity": "critical" }, "annotations": {},
            "startsAt": "2026-05-02T03:00:00Z", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "", "fingerprint": format!("fp-{name}"),
        })
    };
    json!({
        "version": "4", "groupKey": "{}:{job=\"shop\"}", "truncatedAlerts": 0, "status": status, "receiver": "ours", "groupLabels": {},
        "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://am:9093",
        "alerts": alerts.iter().map(alert).collect::<Vec<_>>(),
    })
}

const PROMETHEUS: &str = "/in/alertmanager/key-of-prometheus";

#[tokio::test]
async fn an_alertmanager_group_is_taken_repeated_and_resolved() {
    let site = furnished().await;
    let fired = post_json(&site, PROMETHEUS, &group("firing", &[("DiskFull", "firing"), ("CpuHot", "firing")])).await;
    assert_eq!((fired.status.as_u16(), fired.json()), (202, json!({ "status": "accepted", "events": 2 })));
    post_json(&site, PROMETHEUS, &group("firing", &[("DiskFull", "firing"), ("CpuHot", "firing")])).await;
    let stored = alerts(&site).await;
    assert_eq!(stored.len(), 2, "a group that is sent again is the same alerts");
    assert!(
        stored.iter().all(|a| a["integration"] == "prometheus" && a["state"] == "firing" && a["event_count"] == 2),
        "{stored:?}"
    );
    post_json(&site, PROMETHEUS, &group("firing", &[("DiskFull", "resolved"), ("CpuHot", "firing")])).await;
    let states: Vec<_> = alerts(&site).await.iter().map(|a| (a["title"].clone(), a["state"].clone())).collect();
    assert!(
        states.contains(&(json!("DiskFull"), json!("resolved")))
            && states.contains(&(json!("CpuHot"), json!("firing"))),
        "{states:?}"
    );
    let empty = post_json(&site, PROMETHEUS, &group("firing", &[])).await;
    assert_eq!((empty.status.as_u16(), empty.json()["events"].clone()), (202, json!(0)));
}

#[tokio::test]
async fn generic_takes_any_json_and_plain_text_and_the_shapes_we_know() {
    let site = furnished().await;
    let path = "/in/generic/key-of-the-tool";
    let own = json!({ "title": "Queue full", "severity": "warning", "labels": { "queue": "orders" } });
    assert_eq!(post_json(&site, path, &own).await.json(), json!({ "status": "accepted", "events": 1 }));
    assert_eq!(post_json(&site, path, &json!([{ "title": "A" }, { "title": "B" }])).await.json()["events"], 2);
    assert_eq!(post_json(&site, path, &group("firing", &[("DiskFull", "firing")])).await.status.as_u16(), 202);
    assert_eq!(post(&site, path, "text/plain", "Backup failed\nsee the log").await.status.as_u16(), 202);
    let titles: Vec<_> =
        alerts(&site).await.iter().map(|a| a["title"].as_str().unwrap_or_default().to_owned()).collect();
    for title in ["Queue full", "A", "B", "DiskFull", "Backup failed"] {
        assert!(titles.iter().any(|t| t == title), "{title} in {titles:?}");
    }
    let resolved = json!({ "title": "Queue full", "status": "resolved" });
    assert_eq!(post_json(&site, path, &resolved).await.status.as_u16(), 202);
    assert!(alerts(&site).await.iter().any(|a| a["title"] == "Queue full" && a["state"] == "resolved"));
}

#[tokio::test]
async fn a_key_opens_its_own_kind_only_and_wrong_ones_look_alike() {
    let site = furnished().await;
    let mut bodies = Vec::new();
    for path in [
        "/in/alertmanager/key-of-the-tool",
        "/in/generic/key-of-prometheus",
        "/in/generic/nothing",
        "/in/pagerduty/0123456789abcdef0123456789abcdef",
        "/in/nagios/key-of-the-tool",
    ] {
        let answer = post_json(&site, path, &json!({ "title": "x" })).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (404, "application/problem+json"),
            "{path}"
        );
        assert!(!answer.body.contains("key-of"), "a key is never said back: {}", answer.body);
        bodies.push(answer.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert_eq!(alerts(&site).await.len(), 0);
}

#[tokio::test]
async fn what_cannot_be_understood_is_refused_as_problem_details() {
    let site = furnished().await;
    let cases: [(&str, Vec<u8>, u16); 5] = [
        ("/in/generic/key-of-the-tool", b"{\"title\": ".to_vec(), 400),
        ("/in/generic/key-of-the-tool", b"7".to_vec(), 400),
        (PROMETHEUS, b"not json".to_vec(), 400),
        (PROMETHEUS, vec![b' '; 512 * 1024 + 1], 413),
        ("/in/generic/key-of-the-tool", vec![b' '; 512 * 1024 + 1], 413),
    ];
    for (path, body, status) in cases {
        let answer = post(&site, path, "application/json", body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (status, "application/problem+json"),
            "{path}: {}",
            answer.body
        );
        assert_eq!(answer.json()["status"], status);
    }
    assert_eq!(alerts(&site).await.len(), 0);
    let method = site.get(Who::Nobody, PROMETHEUS).await;
    assert_eq!((method.status.as_u16(), method.header("content-type")), (405, "application/problem+json"));
}

#[tokio::test]
async fn accepted_events_are_counted_and_keys_reach_no_metric() {
    let site = furnished().await;
    post_json(&site, PROMETHEUS, &group("firing", &[("DiskFull", "firing"), ("CpuHot", "firing")])).await;
    post_json(&site, "/in/generic/nothing", &json!({ "title": "x" })).await;
    let metrics = site.api(Who::Admin, Method::GET, "/metrics", &Value::Null).await.body;
    assert!(metrics.contains("nightbell_events_accepted_total{kind=\"alertmanager\"} 2"), "{metrics}");
    assert!(metrics.contains("/in/{kind}/{key}") && !metrics.contains("key-of"), "{metrics}");
}

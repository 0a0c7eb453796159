//! What operators ask.

use super::site::{Site, Who};
use crate::{
    live::Hub,
    ops::{
        CANARY_KEY, ScrapeToken, Sent,
        exposition::{Family, read},
    },
};
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, StatusCode},
};
use jiff::SignedDuration;
use nightbell_engine::{canary, paging};
use serde_json::json;
use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

#[tokio::test]
async fn up_and_ready() {
    let site = Site::new(Vec::new());
    for path in ["/healthz", "/readyz"] {
        let answer = site.get(Who::Nobody, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    }
}

/// What `/metrics` answers a peer that sends these headers.
async fn metrics_for(site: &Site, peer: &str, headers: &[(&str, &str)]) -> StatusCode {
    let mut request = Request::builder().uri("/metrics");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).expect("a request");
    let peer: SocketAddr = peer.parse().expect("an address");
    request.extensions_mut().insert(ConnectInfo(peer));
    site.send(request).await.status
}

const LOCAL: &str = "127.0.0.1:5000";

#[tokio::test]
async fn metrics_are_for_administrators_tokens() {
    let site = Site::new(Vec::new());
    for (who, wanted) in [
        (Who::Nobody, StatusCode::UNAUTHORIZED),
        (Who::Viewer, StatusCode::FORBIDDEN),
        (Who::Manager, StatusCode::FORBIDDEN),
        (Who::Admin, StatusCode::OK),
    ] {
        assert_eq!(site.api(who, Method::GET, "/metrics", &json!({})).await.status, wanted, "{who:?}");
    }
    // People come to this one from elsewhere: a proxy may stand on this machine and leave no mark at all.
    for headers in [&[][..], &[("host", "127.0.0.1:8080")], &[("host", "localhost")]] {
        assert_eq!(metrics_for(&site, LOCAL, headers).await, StatusCode::UNAUTHORIZED, "{headers:?}");
    }
}

#[tokio::test]
async fn metrics_of_an_installation_that_nobody_reaches_are_this_machines() {
    for url in ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"] {
        let site = Site::at(url, Vec::new(), Hub::new());
        assert_eq!(metrics_for(&site, LOCAL, &[]).await, StatusCode::OK, "{url}");
    }
    for bound in ["0.0.0.0", "::", "10.0.0.7"] {
        let bound = bound.parse().expect("an address");
        let site = Site::bound_to(bound, "http://127.0.0.1:8080", Vec::new(), Hub::new(), None);
        assert_eq!(metrics_for(&site, LOCAL, &[]).await, StatusCode::UNAUTHORIZED, "it listens on {bound}");
    }
    let site = Site::at("http://127.0.0.1:8080", Vec::new(), Hub::new());
    for (peer, header, wanted) in [
        (LOCAL, None, StatusCode::OK),
        ("[::1]:5000", None, StatusCode::OK),
        ("[::ffff:127.0.0.1]:5000", None, StatusCode::OK),
        (LOCAL, Some(("host", "localhost:8080")), StatusCode::OK),
        (LOCAL, Some(("host", "127.0.0.1:8080")), StatusCode::OK),
        (LOCAL, Some(("host", "[::1]:8080")), StatusCode::OK),
        ("10.0.0.9:5000", None, StatusCode::UNAUTHORIZED),
        ("10.0.0.9:5000", Some(("host", "localhost")), StatusCode::UNAUTHORIZED),
        ("10.0.0.9:5000", Some(("x-forwarded-for", "127.0.0.1")), StatusCode::UNAUTHORIZED),
        // A proxy on this machine brings strangers, and says so in one way or another.
        (LOCAL, Some(("x-forwarded-for", "203.0.113.9")), StatusCode::UNAUTHORIZED),
        (LOCAL, Some(("x-forwarded-proto", "https")), StatusCode::UNAUTHORIZED),
        (LOCAL, Some(("x-real-ip", "203.0.113.9")), StatusCode::UNAUTHORIZED),
        (LOCAL, Some(("forwarded", "for=203.0.113.9")), StatusCode::UNAUTHORIZED),
        (LOCAL, Some(("via", "1.1 proxy")), StatusCode::UNAUTHORIZED),
        (LOCAL, Some(("host", "nightbell.example.com")), StatusCode::UNAUTHORIZED),
        // A name elsewhere that was pointed at this machine, in a browser on it.
        (LOCAL, Some(("host", "localhost.evil.example")), StatusCode::UNAUTHORIZED),
    ] {
        assert_eq!(metrics_for(&site, peer, header.as_slice()).await, wanted, "{peer} {header:?}");
    }
}

#[tokio::test]
async fn the_token_of_the_settings_opens_the_metrics_from_anywhere_and_nothing_else() {
    const TOKEN: &str = "a-word-for-prometheus-alone";
    let token = Some(ScrapeToken::new(TOKEN).expect("long enough"));
    let site = Site::with("http://127.0.0.1:8080", vec![crate::api::routes()], Hub::new(), token);
    let bearer = format!("Bearer {TOKEN}");
    let admin = format!("Bearer {}", site.keys[&Who::Admin].token);
    let viewer = format!("Bearer {}", site.keys[&Who::Viewer].token);
    for (said, wanted) in [
        (Some(bearer.as_str()), StatusCode::OK),
        (Some(format!("bearer  {TOKEN}").as_str()), StatusCode::OK),
        (Some(admin.as_str()), StatusCode::OK),
        (Some(viewer.as_str()), StatusCode::FORBIDDEN),
        (Some(format!("Basic {TOKEN}").as_str()), StatusCode::UNAUTHORIZED),
        (Some(format!("Bearer {}", &TOKEN[1..]).as_str()), StatusCode::UNAUTHORIZED),
        (Some(format!("Bearer {TOKEN}e").as_str()), StatusCode::UNAUTHORIZED),
        (Some("Bearer "), StatusCode::UNAUTHORIZED),
        (Some(""), StatusCode::UNAUTHORIZED),
        // Where there is a token, this machine needs it as well.
        (None, StatusCode::UNAUTHORIZED),
    ] {
        let headers: Vec<_> = said.map(|said| ("authorization", said)).into_iter().collect();
        for peer in [LOCAL, "10.0.0.9:5000"] {
            assert_eq!(metrics_for(&site, peer, &headers).await, wanted, "{peer} {said:?}");
        }
    }
    let request = Request::builder().uri("/api/v1/alerts").header("authorization", &bearer);
    let refused = site.send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "it opens nothing else");
    assert!(!format!("{:?}", site.state.scrape_token()).contains("prometheus"));
}

/// Something of everything, and what it says.
async fn scraped(site: &Site) -> (String, BTreeMap<String, Family>) {
    let metrics = site.state.metrics();
    metrics.events_accepted("generic", 3);
    let (took, waited) = (Duration::from_millis(20), Some(Duration::from_millis(3)));
    metrics.sent(&Sent { medium: "email", outcome: "accepted", took, waited });
    metrics.sent(&Sent { medium: "email", outcome: "deferred", took, waited: None });
    metrics.page("direct");
    metrics.acknowledged(Duration::from_secs(42));
    metrics.database_bytes(4_096);
    metrics.canary_arrived(Duration::from_millis(50), site.state.now());
    metrics.canary_missed();
    metrics.heartbeat("accepted", site.state.now());
    let text = site.api(Who::Admin, Method::GET, "/metrics", &json!({})).await.body;
    let families = read(&text).unwrap_or_else(|why| panic!("{why}\n{text}"));
    (text, families)
}

#[tokio::test]
async fn requests_are_counted_by_route_never_by_address() {
    let site = Site::new(Vec::new());
    site.get(Who::Nobody, "/welcome/a-secret-token").await;
    site.get(Who::Nobody, "/no/such/page").await;
    let (text, _) = scraped(&site).await;
    for line in [
        "nightbell_http_requests_total{method=\"GET\",route=\"/welcome/{token}\",status=\"404\"} 1",
        "nightbell_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "nightbell_http_request_duration_seconds_count{part=\"pages\"} 2",
        "nightbell_events_accepted_total{kind=\"generic\"} 3",
        "nightbell_attempts_total{medium=\"email\",outcome=\"accepted\"} 1",
        "nightbell_attempt_duration_seconds_count{medium=\"email\"} 2",
        "nightbell_first_attempt_delay_seconds_count 1",
        "nightbell_acknowledge_delay_seconds_sum 42.0",
        "nightbell_alarms_overdue{kind=\"page\"} 0",
        "nightbell_database_size_bytes 4096",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("a-secret-token"));
}

/// Prometheus' naming: base units, `_total` on counters and nowhere else, one prefix but for what every process tells.
#[tokio::test]
async fn metrics_keep_prometheus_conventions_and_are_those_of_the_documentation() {
    let (_, families) = {
        let site = Site::new(Vec::new());
        site.get(Who::Nobody, "/").await;
        scraped(&site).await
    };
    for (name, family) in &families {
        assert!(name.starts_with("nightbell_") || name.starts_with("process_"), "{name}");
        let timed = family.kind == "histogram" && name != "nightbell_commit_units";
        assert!(!timed || family.unit.as_deref() == Some("seconds"), "{name} measures time in base units");
        for bad in ["_ms", "_us", "_millis", "_minutes", "_kb", "_total", "_count"] {
            assert!(!name.ends_with(bad), "{name}");
        }
        assert!(!family.samples.is_empty(), "{name} is said by nobody");
        for (_, labels, _) in &family.samples {
            assert!(labels.len() <= 4, "{name} {labels:?}");
        }
    }
    let documentation = include_str!("../../../../docs/operations.md");
    let listed = documentation.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let listed: BTreeMap<&str, &str> = listed
        .filter(|(name, _)| name.starts_with("nightbell_") || name.starts_with("process_"))
        .map(|(name, rest)| (name, rest.split(" | ").next().unwrap_or_default()))
        .collect();
    let exposed: BTreeMap<String, String> = families
        .iter()
        .map(|(name, family)| match family.kind.as_str() {
            "counter" => (format!("{name}_total"), family.kind.clone()),
            "info" => (format!("{name}_info"), "gauge".to_owned()),
            _ => (name.clone(), family.kind.clone()),
        })
        .collect();
    let exposed: BTreeMap<&str, &str> = exposed.iter().map(|(name, kind)| (name.as_str(), kind.as_str())).collect();
    assert_eq!(exposed, listed, "docs/operations.md lists every metric with its type");
}

#[test]
fn the_strict_reader_is_strict() {
    let good = "# HELP a_seconds How long.\n# TYPE a_seconds histogram\n# UNIT a_seconds seconds\na_seconds_sum 1.5\na_seconds_count 2\n\
                a_seconds_bucket{le=\"1.0\"} 1\na_seconds_bucket{le=\"+Inf\"} 2\n# EOF\n";
    assert!(read(good).is_ok(), "{:?}", read(good));
    for (from, to) in [
        ("# EOF\n", ""),
        ("# HELP a_seconds How long.\n", ""),
        ("histogram", "counter"),
        ("UNIT a_seconds seconds", "UNIT a_seconds bytes"),
        ("count 2", "count 3"),
        ("count 2", "count two"),
        ("le=\"+Inf\"", "le=\"0.5\""),
        ("le=\"+Inf\"", "le=\"2.0\""),
        ("+Inf\"} 2", "+Inf\"} 0"),
        ("a_seconds_sum 1.5", "b_seconds_sum 1.5"),
        ("le=\"1.0\"}", "le=\"1.0}"),
        ("a_seconds_sum 1.5", "a_seconds_sum 1.5\na_seconds_sum 1.5"),
    ] {
        assert!(read(&good.replacen(from, to, 1)).is_err(), "{from} → {to}");
    }
}

#[tokio::test]
async fn inv_03_overdue_work_is_not_ready_and_says_what_and_since_when() {
    let site = Site::new(vec![crate::api::routes()]);
    let ready = site.get(Who::Nobody, "/readyz").await;
    assert_eq!((ready.status, ready.body.as_str()), (StatusCode::OK, "ready\nwriter ok\noverdue ok\n"));
    let body = json!({ "who": ["user:rita"], "message": "come" });
    assert_eq!(site.api(Who::Admin, Method::POST, "/api/v1/pages", &body).await.status, StatusCode::CREATED);
    // No pump runs here: half a minute later the message is late.
    site.advance(SignedDuration::from_secs(29));
    assert_eq!(site.get(Who::Nobody, "/readyz").await.status, StatusCode::OK);
    site.advance(SignedDuration::from_secs(1));
    let late = site.get(Who::Nobody, "/readyz").await;
    assert_eq!(late.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(late.body, "not ready\nwriter ok\noverdue failed: 1 notification since 2026-05-02T03:07:00Z\n");
    assert_eq!(site.get(Who::Nobody, "/healthz").await.status, StatusCode::OK, "the process is up all the same");
    let text = site.api(Who::Admin, Method::GET, "/metrics", &json!({})).await.body;
    assert!(text.contains("nightbell_alarms_overdue{kind=\"notification\"} 1"), "{text}");
    assert!(text.contains("nightbell_oldest_due_seconds 30.0"), "{text}");
}

#[tokio::test]
async fn inv_24_a_canary_is_begun_by_its_key_alone_and_arrives_by_its_link_alone() {
    let site = Site::new(vec![crate::api::routes(), crate::pages::routes()]);
    let key = canary::key(site.state.settings());
    let begin = async |key: Option<&str>, body: &'static str| {
        let mut request =
            Request::builder().method(Method::POST).uri("/canary").header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header(CANARY_KEY, key);
        }
        site.send(request.body(Body::from(body)).expect("a request")).await
    };
    let event = r#"{"title":"canary"}"#;
    for (given, body, status) in [
        (None, event, StatusCode::NOT_FOUND),
        (Some(""), event, StatusCode::NOT_FOUND),
        (Some("whsec_c29tZWJvZHkgZWxzZSdz"), event, StatusCode::NOT_FOUND),
        (Some(key.as_str()), "[]", StatusCode::BAD_REQUEST),
        (Some(key.as_str()), event, StatusCode::ACCEPTED),
    ] {
        assert_eq!(begin(given, body).await.status, status, "{given:?} {body}");
    }
    let begun = begin(Some(&key), event).await.json()["page"].as_str().expect("a page").to_owned();
    // Nobody sees it: not in lists, not by its id, whoever asks.
    for path in ["/api/v1/pages".to_owned(), "/".to_owned(), "/alerts".to_owned()] {
        let seen = site.get(Who::Admin, &path).await.body;
        assert!(!seen.contains(&begun) && !seen.to_lowercase().contains("canary"), "{path}");
    }
    let one = site.api(Who::Admin, Method::GET, &format!("/api/v1/pages/{begun}"), &json!({})).await;
    assert_eq!(one.status, StatusCode::NOT_FOUND);
    // Its link is of the page and signed; a garbled one and that of a person's page arrive nowhere.
    let forged = Request::builder().method(Method::POST).uri("/canary/forged").body(Body::empty()).expect("a request");
    assert_eq!(site.send(forged).await.status, StatusCode::NOT_FOUND);
    let body = json!({ "who": ["user:rita"], "message": "come" });
    assert_eq!(site.api(Who::Admin, Method::POST, "/api/v1/pages", &body).await.status, StatusCode::CREATED);
    site.advance(SignedDuration::from_secs(1));
    let work = site.state.run(|unit| {
        paging::escalate(unit)?;
        paging::dispatch(unit)
    });
    let mut links = Vec::new();
    for work in work.await.expect("handed out") {
        links.push(match work.address {
            paging::Address::Canary { path, .. } => (path, StatusCode::NO_CONTENT),
            _ => (work.message.ack_url.replace("http://nightbell.test/p/", "/canary/"), StatusCode::NOT_FOUND),
        });
    }
    assert_eq!(links.len(), 3, "two canaries and a person's page");
    for (path, status) in links {
        let request = Request::builder().method(Method::POST).uri(&path).body(Body::empty()).expect("a request");
        assert_eq!(site.send(request).await.status, status, "{path}");
    }
    let id = begun.parse().expect("an id");
    assert!(site.state.read(move |tx, _, _| canary::arrived(tx, id)).await.expect("readable"));
}

#[tokio::test]
async fn a_node_whose_clock_is_not_the_databases_is_not_ready_and_says_by_how_much() {
    let site = Site::new(vec![crate::api::routes()]);
    for (apart_ms, ready) in [(1_900_i32, true), (-1_900, true), (2_100, false), (-300_000, false), (0, true)] {
        site.state.metrics().clock_skew(SignedDuration::from_millis(apart_ms.into()));
        let said = site.get(Who::Nobody, "/readyz").await;
        assert_eq!(said.status == StatusCode::OK, ready, "{apart_ms} ms: {}", said.body);
        let line = format!("clock failed: the database's clock is {:+.1} s", f64::from(apart_ms) / 1_000.0);
        assert_eq!(said.body.contains(&line), !ready, "{}", said.body);
    }
    site.state.metrics().clock_skew(SignedDuration::from_millis(-2_500));
    let text = site.api(Who::Admin, Method::GET, "/metrics", &json!({})).await.body;
    assert!(text.contains("nightbell_clock_skew_seconds -2.5"), "{text}");
}

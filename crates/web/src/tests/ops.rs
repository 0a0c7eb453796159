//! What operators ask.

use super::site::{Site, Who};
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, StatusCode},
};
use serde_json::json;
use std::net::SocketAddr;

#[tokio::test]
async fn up_and_ready() {
    let site = Site::new(Vec::new());
    for path in ["/healthz", "/readyz"] {
        let answer = site.get(Who::Nobody, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn metrics_for_this_machine_and_administrators_tokens() {
    let site = Site::new(Vec::new());
    for (who, wanted) in [
        (Who::Nobody, StatusCode::UNAUTHORIZED),
        (Who::Viewer, StatusCode::FORBIDDEN),
        (Who::Manager, StatusCode::FORBIDDEN),
        (Who::Admin, StatusCode::OK),
    ] {
        assert_eq!(site.api(who, Method::GET, "/metrics", &json!({})).await.status, wanted, "{who:?}");
    }
    let local = "127.0.0.1:5000";
    for (peer, header, wanted) in [
        (local, None, StatusCode::OK),
        ("[::1]:5000", None, StatusCode::OK),
        ("[::ffff:127.0.0.1]:5000", None, StatusCode::OK),
        (local, Some(("host", "localhost:8080")), StatusCode::OK),
        (local, Some(("host", "127.0.0.1:8080")), StatusCode::OK),
        (local, Some(("host", "[::1]:8080")), StatusCode::OK),
        ("10.0.0.9:5000", None, StatusCode::UNAUTHORIZED),
        ("10.0.0.9:5000", Some(("host", "localhost")), StatusCode::UNAUTHORIZED),
        ("10.0.0.9:5000", Some(("x-forwarded-for", "127.0.0.1")), StatusCode::UNAUTHORIZED),
        // A proxy on this machine brings strangers, and says so in one way or another.
        (local, Some(("x-forwarded-for", "203.0.113.9")), StatusCode::UNAUTHORIZED),
        (local, Some(("x-forwarded-proto", "https")), StatusCode::UNAUTHORIZED),
        (local, Some(("x-real-ip", "203.0.113.9")), StatusCode::UNAUTHORIZED),
        (local, Some(("forwarded", "for=203.0.113.9")), StatusCode::UNAUTHORIZED),
        (local, Some(("via", "1.1 proxy")), StatusCode::UNAUTHORIZED),
        (local, Some(("host", "nightbell.example.com")), StatusCode::UNAUTHORIZED),
        // A name elsewhere that was pointed at this machine, in a browser on it.
        (local, Some(("host", "localhost.evil.example")), StatusCode::UNAUTHORIZED),
    ] {
        let mut request = Request::builder().uri("/metrics");
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let mut request = request.body(Body::empty()).expect("a request");
        let peer: SocketAddr = peer.parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        assert_eq!(site.send(request).await.status, wanted, "{peer} {header:?}");
    }
}

#[tokio::test]
async fn requests_are_counted_by_route_never_by_address() {
    let site = Site::new(Vec::new());
    site.get(Who::Nobody, "/welcome/a-secret-token").await;
    site.get(Who::Nobody, "/no/such/page").await;
    site.state.metrics().events_accepted("generic", 3);
    site.state.metrics().notification("email", "accepted");
    let text = site.api(Who::Admin, Method::GET, "/metrics", &json!({})).await.body;
    for line in [
        "nightbell_http_requests_total{method=\"GET\",route=\"/welcome/{token}\",status=\"404\"} 1",
        "nightbell_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "nightbell_events_accepted_total{kind=\"generic\"} 3",
        "nightbell_notifications_total{medium=\"email\",outcome=\"accepted\"} 1",
        "nightbell_pages_overdue 0",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("a-secret-token"));
}

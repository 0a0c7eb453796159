//! What stands on every answer, limits, and "never a bare 500".

use super::{
    matrix::samples,
    site::{Site, Who},
};
use crate::{errors::PageError, headers::CONTENT_POLICY, live::Hub, respond, state::AppState};
use axum::{
    Router,
    body::{Body, Bytes},
    http::{Method, Request, StatusCode, header},
    routing::{get, post},
};
use nightbell_engine::{Fault, StoreError};

async fn broken() -> &'static str {
    panic!("a handler that breaks")
}

async fn damaged() -> Result<&'static str, PageError> {
    Err(Fault::from(StoreError::Corrupt("a row".to_owned())).into())
}

async fn away() -> Result<&'static str, PageError> {
    Err(Fault::from(StoreError::Unavailable("disk full at /secret/place".to_owned())).into())
}

async fn swallow(body: Bytes) -> String {
    body.len().to_string()
}

fn routes() -> Vec<Router<AppState>> {
    let own = Router::new()
        .route("/broken", get(broken))
        .route("/api/broken", get(broken))
        .route("/damaged", get(damaged))
        .route("/away", get(away))
        .route("/swallow", post(swallow));
    samples().into_iter().chain([own]).collect()
}

#[tokio::test]
async fn every_answer_carries_the_policy() {
    let site = Site::new(routes());
    let paths = [
        "/sign-in",
        "/nowhere",
        "/broken",
        "/api/broken",
        "/sample/read",
        "/healthz",
        "/metrics",
        "/live",
        "/static/nightbell.js",
        "/away",
    ];
    for path in paths {
        let answer = site.get(Who::Viewer, path).await;
        assert_eq!(answer.header("content-security-policy"), CONTENT_POLICY, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "{path}");
        let kept = path.starts_with("/static");
        assert_eq!(answer.header("cache-control") == "no-store", !kept, "{path}");
    }
}

/// Nothing of it is shown by a browser; in a storm the policy would be most of what is sent.
#[tokio::test]
async fn answers_to_machines_are_not_guessed_at_and_not_kept() {
    let site = Site::new(Vec::new());
    for (path, status) in [("/v2/enqueue", 400), ("/in/json/nobodys", 404)] {
        let request = Request::builder().method(Method::POST).uri(path).body(Body::from("{}"));
        let answer = site.send(request.expect("a request")).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("content-security-policy"), "", "{path}");
    }
    let wrong = site.get(Who::Nobody, "/v2/enqueue").await;
    assert_eq!((wrong.status.as_u16(), wrong.header("x-content-type-options")), (405, "nosniff"));
    let long = Request::builder().uri("/v2/enqueue").header("x-long", "a".repeat(40_000)).body(Body::empty());
    assert_eq!(site.send(long.expect("a request")).await.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
}

#[tokio::test]
async fn https_is_kept_once_known() {
    let site = Site::at("https://nightbell.test", Vec::new(), Hub::new());
    assert_eq!(site.get(Who::Nobody, "/healthz").await.header("strict-transport-security"), "max-age=31536000");
}

#[tokio::test]
async fn no_bare_500() {
    let site = Site::new(routes());
    for (path, status) in [
        ("/broken", StatusCode::INTERNAL_SERVER_ERROR),
        ("/damaged", StatusCode::INTERNAL_SERVER_ERROR),
        ("/away", StatusCode::SERVICE_UNAVAILABLE),
        ("/nowhere", StatusCode::NOT_FOUND),
    ] {
        let answer = site.get(Who::Admin, path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.body.contains("What it means for paging"), "{path}: {}", answer.body);
        assert!(!answer.body.contains("/secret/place") && !answer.body.contains("a row"), "{path}");
    }
    assert_eq!(site.get(Who::Admin, "/away").await.header("retry-after"), "5");
    let answer = site.get(Who::Admin, "/api/broken").await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (StatusCode::INTERNAL_SERVER_ERROR, "application/problem+json")
    );
    assert_eq!(answer.json()["status"], 500);
    let answer = site.get(Who::Admin, "/api/nowhere").await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::NOT_FOUND, "application/problem+json"));
    let answer = site.get(Who::Admin, "/sign-out").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn bodies_and_headers_are_bounded() {
    let site = Site::new(routes());
    let most = crate::domain::limits::INBOUND_BYTES_MAX;
    for (bytes, announced, wanted) in [
        (most, true, StatusCode::OK),
        (most + 1, true, StatusCode::PAYLOAD_TOO_LARGE),
        (most + 1, false, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let mut request = Request::builder().method(Method::POST).uri("/swallow");
        if announced {
            request = request.header(header::CONTENT_LENGTH, bytes);
        }
        let answer = site.send(request.body(Body::from(vec![b'a'; bytes])).expect("a request")).await;
        assert_eq!(answer.status, wanted, "{bytes} announced: {announced}");
    }
    let request = Request::builder().uri("/healthz").header("x-long", "a".repeat(40_000)).body(Body::empty());
    let answer = site.send(request.expect("a request")).await;
    assert_eq!(answer.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
}

#[tokio::test]
async fn pages_are_compressed_streams_are_not() {
    let site = Site::new(Vec::new());
    let zipped = |path: &str| {
        site.browser(Who::Admin, Method::GET, path)
            .header("accept-encoding", "gzip")
            .body(Body::empty())
            .expect("a request")
    };
    assert_eq!(site.open(zipped("/sign-in?next=/")).await.status(), StatusCode::SEE_OTHER);
    let page = site.open(zipped("/static/nightbell.css")).await;
    assert_eq!(page.headers().get("content-encoding").map(|v| v.as_bytes()), Some(b"gzip".as_slice()));
    let stream = site.open(zipped("/live?topic=home")).await;
    assert_eq!((stream.status(), stream.headers().get("content-encoding")), (StatusCode::OK, None));
}

#[tokio::test]
async fn the_static_files_are_kept_for_ever_under_their_fingerprint() {
    let site = Site::new(Vec::new());
    let current = format!("/static/nightbell.css?v={}", crate::views::assets::FINGERPRINT);
    for (path, kind, keep) in [
        (current.as_str(), "text/css; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/static/nightbell.css?v=old", "text/css; charset=utf-8", "public, max-age=86400"),
        ("/static/nightbell.js", "text/javascript; charset=utf-8", "public, max-age=86400"),
        ("/static/icon.svg", "image/svg+xml", "public, max-age=86400"),
        ("/static/icon-192.png", "image/png", "public, max-age=86400"),
        ("/static/push.js", "text/javascript; charset=utf-8", "public, max-age=86400"),
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "public, max-age=86400"),
    ] {
        let answer = site.get(Who::Nobody, path).await;
        assert_eq!(
            (answer.status, answer.header("content-type"), answer.header("cache-control")),
            (StatusCode::OK, kind, keep),
            "{path}"
        );
    }
    assert_eq!(site.get(Who::Nobody, "/static/other.txt").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_message_is_carried_over_one_redirect() {
    async fn done(axum::extract::State(state): axum::extract::State<AppState>) -> axum::response::Response {
        respond::see_other_saying(&state, "/x", crate::views::FlashKind::Done, "Tärä; <b>")
    }
    let site = Site::new(vec![Router::new().route("/done", get(done))]);
    let answer = site.get(Who::Nobody, "/done").await;
    let cookie = answer.cookies().pop().expect("a cookie");
    let value = cookie.split(['=', ';']).nth(1).expect("a value");
    let flash = respond::read_flash(value).expect("a message");
    assert_eq!((flash.class(), flash.text.as_str()), ("ok", "Tärä; <b>"));
    assert!(respond::read_flash("nonsense!").is_none() && respond::read_flash("").is_none());
}

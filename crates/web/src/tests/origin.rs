//! Requests that other sites make in somebody's name.

use super::{
    matrix::samples,
    site::{Site, Who},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};

async fn press(site: &Site, who: Who, csrf: Option<&str>, said: &[(&str, &str)]) -> StatusCode {
    let mut request =
        Request::builder().method(Method::POST).uri("/sample/respond").header(header::HOST, "10.0.0.5:8080");
    if let Some(keys) = site.keys.get(&who) {
        request = request.header(header::COOKIE, format!("nightbell={}", keys.session));
    }
    for (name, value) in said {
        request = request.header(*name, *value);
    }
    let body = format!("word=hello&csrf={}", csrf.unwrap_or_default());
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(body));
    site.send(request.expect("a request")).await.status
}

#[tokio::test]
async fn only_our_own_pages_press_buttons() {
    let site = Site::new(samples());
    let csrf = site.keys[&Who::Responder].csrf.clone();
    let cases: [(&[(&str, &str)], StatusCode); 12] = [
        (&[("sec-fetch-site", "same-origin")], StatusCode::OK),
        (&[("sec-fetch-site", "none")], StatusCode::OK),
        (&[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")], StatusCode::FORBIDDEN),
        (&[("sec-fetch-site", "same-site"), ("origin", "http://other.nightbell.test")], StatusCode::FORBIDDEN),
        (&[("sec-fetch-site", "cross-site")], StatusCode::FORBIDDEN),
        (&[("sec-fetch-site", "cross-site"), ("origin", "http://nightbell.test")], StatusCode::OK),
        (&[("origin", "http://nightbell.test")], StatusCode::OK),
        (&[("origin", "http://10.0.0.5:8080")], StatusCode::OK),
        (&[("origin", "https://evil.example")], StatusCode::FORBIDDEN),
        (&[("origin", "null")], StatusCode::FORBIDDEN),
        (&[("origin", "http://10.0.0.5")], StatusCode::FORBIDDEN),
        // A cookie without a word on where from: no browser of today.
        (&[], StatusCode::FORBIDDEN),
    ];
    for (said, wanted) in cases {
        assert_eq!(press(&site, Who::Responder, Some(&csrf), said).await, wanted, "{said:?}");
    }
}

#[tokio::test]
async fn a_form_needs_its_own_sessions_word() {
    let site = Site::new(samples());
    let own = site.keys[&Who::Responder].csrf.clone();
    let others = site.keys[&Who::Admin].csrf.clone();
    let ours = [("sec-fetch-site", "same-origin")];
    for (csrf, wanted) in [
        (Some(own.as_str()), StatusCode::OK),
        (Some(others.as_str()), StatusCode::FORBIDDEN),
        (Some(&own[1..]), StatusCode::FORBIDDEN),
        (None, StatusCode::FORBIDDEN),
    ] {
        assert_eq!(press(&site, Who::Responder, csrf, &ours).await, wanted, "{csrf:?}");
    }
}

#[tokio::test]
async fn sign_in_is_guarded_too() {
    let site = Site::new(Vec::new());
    let request = Request::builder().method(Method::POST).uri("/sign-in").header("origin", "https://evil.example");
    let request = request
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from("email=a&password=b"));
    let answer = site.send(request.expect("a request")).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("What it means for paging"), "{}", answer.body);
}

//! Signing in and out, one-time links, cookies, where one comes back to.

use super::{
    matrix::samples,
    site::{PASSWORD, Site, Who, terminal},
};
use crate::{domain::org::AccessRole, gate::safe_next, live::Hub};
use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use jiff::SignedDuration;
use nightbell_engine::access;

#[tokio::test]
async fn the_right_password_opens_a_fresh_session() {
    let site = Site::at("https://nightbell.test", samples(), Hub::new());
    let fields = [("email", " RITA@example.com"), ("password", PASSWORD), ("next", "/sample/respond")];
    let answer = site.post_form(Who::Responder, "/sign-in", &fields).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/sample/respond"),
        "{}",
        answer.body
    );
    let cookie = answer.cookies().pop().expect("a cookie");
    let (pair, attributes) = cookie.split_once(';').expect("attributes");
    let (name, value) = pair.split_once('=').expect("a value");
    assert_eq!(name, "__Host-nightbell");
    for wanted in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=2592000"] {
        assert!(attributes.contains(wanted), "{wanted}: {attributes}");
    }
    assert!(!attributes.contains("Domain"));
    // Rotation: the session the browser came with is over, the new one opens.
    assert_eq!(site.get(Who::Responder, "/sample/read").await.status, StatusCode::SEE_OTHER);
    let request =
        axum::http::Request::builder().uri("/sample/read").header(header::COOKIE, format!("__Host-nightbell={value}"));
    assert_eq!(site.send(request.body(Body::empty()).expect("a request")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn on_plain_http_the_cookie_needs_no_tls() {
    let site = Site::new(Vec::new());
    let answer = site.post_form(Who::Nobody, "/sign-in", &[("email", "ada@example.com"), ("password", PASSWORD)]).await;
    let cookie = answer.cookies().pop().expect("a cookie");
    assert!(cookie.starts_with("nightbell=") && !cookie.contains("Secure"), "{cookie}");
}

#[tokio::test]
async fn unknown_and_wrong_look_alike_and_are_limited() {
    let site = Site::new(Vec::new());
    let mut bodies = Vec::new();
    for email in ["ada@example.com", "none@example.com"] {
        let answer = site.post_form(Who::Nobody, "/sign-in", &[("email", email), ("password", "wrong password")]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.body.contains(email), "what was typed is kept");
        bodies.push(answer.body.replace(email, "somebody"));
    }
    assert_eq!(bodies[0], bodies[1]);
    // Too long to be anybody's: refused without the slow work, and counted like every attempt.
    let long = "x".repeat(600);
    let mut statuses = Vec::new();
    for _ in 0..10 {
        statuses.push(
            site.post_form(Who::Nobody, "/sign-in", &[("email", "ada@example.com"), ("password", &long)]).await.status,
        );
    }
    assert_eq!(statuses.iter().filter(|s| **s == StatusCode::TOO_MANY_REQUESTS).count(), 1, "{statuses:?}");
    site.advance(SignedDuration::from_mins(15));
    let answer = site.post_form(Who::Nobody, "/sign-in", &[("email", "ada@example.com"), ("password", &long)]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn signing_out_ends_the_session_not_only_the_cookie() {
    let site = Site::new(samples());
    let answer = site.post_form(Who::Viewer, "/sign-out", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/sign-in"));
    assert!(answer.cookies().iter().any(|cookie| cookie.starts_with("nightbell=;") && cookie.contains("Max-Age=0")));
    assert_eq!(site.get(Who::Viewer, "/sample/read").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_link_sets_a_password_once() {
    let site = Site::new(samples());
    let permit = terminal(AccessRole::Admin, Who::Admin.handle()).permit().expect("an administrator");
    let link = site.act(move |unit| access::invite(unit, &permit, &Who::Viewer.handle())).await;
    let path = format!("/welcome/{}", link.expose());
    for _ in 0..2 {
        // Mail scanners look; looking uses nothing up.
        let answer = site.get(Who::Nobody, &path).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.contains("vera@example.com"));
    }
    for (password, again, said) in
        [("short", "short", "at least 10"), ("long enough now", "but different", "do not match")]
    {
        let answer = site.post_form(Who::Nobody, &path, &[("password", password), ("again", again)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.body.contains(said), "{said}: {}", answer.body);
    }
    let fields = [("password", "a new lamp in the hall"), ("again", "a new lamp in the hall")];
    let answer = site.post_form(Who::Nobody, &path, &fields).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/"), "{}", answer.body);
    assert!(answer.cookies().iter().any(|cookie| cookie.starts_with("nightbell=")));
    // Older sessions died with the old password.
    assert_eq!(site.get(Who::Viewer, "/sample/read").await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.get(Who::Nobody, &path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.post_form(Who::Nobody, &path, &fields).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get(Who::Nobody, "/welcome/nonsense").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn sessions_end_by_themselves() {
    let site = Site::new(samples());
    site.advance(SignedDuration::from_hours(24 * 6));
    assert_eq!(site.get(Who::Admin, "/sample/read").await.status, StatusCode::OK);
    // The use above was written down aside; a unit of work after it sees it.
    site.act(|_| Ok(())).await;
    site.advance(SignedDuration::from_hours(24 * 6));
    assert_eq!(site.get(Who::Admin, "/sample/read").await.status, StatusCode::OK);
    assert_eq!(site.get(Who::Manager, "/sample/read").await.status, StatusCode::SEE_OTHER, "unused for 12 days");
}

#[test]
fn next_stays_on_this_site() {
    for (next, wanted) in [
        ("/", "/"),
        ("/incidents/inc-2026-05-02-checkout-down", "/incidents/inc-2026-05-02-checkout-down"),
        ("/alerts?state=open&x=%2F", "/alerts?state=open&x=%2F"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\\b", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("/\r\nset-cookie:x=y", "/"),
        ("/sign-in?next=/", "/"),
        ("/live?topic=home", "/"),
        ("/ü", "/"),
        ("", "/"),
    ] {
        assert_eq!(safe_next(next), wanted, "{next:?}");
    }
    assert_eq!(safe_next(&format!("/{}", "a".repeat(2_000))), "/");
}

#[tokio::test]
async fn the_form_keeps_next_only_when_it_is_ours() {
    let site = Site::new(Vec::new());
    assert!(site.get(Who::Nobody, "/sign-in?next=%2Falerts").await.body.contains("value=\"/alerts\""));
    assert!(!site.get(Who::Nobody, "/sign-in?next=%2F%2Fevil.example").await.body.contains("evil"));
    let answer = site
        .send(site.browser(Who::Admin, Method::GET, "/sign-in?next=%2Falerts").body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(answer.header("location"), "/alerts");
}

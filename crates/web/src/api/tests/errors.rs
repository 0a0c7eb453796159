//! What goes wrong is told as problem details, always: where, why, and what was probably meant.

use super::{furnished, get, post, refused};
use crate::tests::site::{Answer, Site, Who};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::{Value, json};

async fn raw(site: &Site, path: &str, content_type: &str, body: impl Into<Body>) -> Answer {
    let token = &site.keys[&Who::Responder].token;
    let request = Request::builder().method(Method::POST).uri(format!("/api/v1{path}"));
    let request =
        request.header(header::AUTHORIZATION, format!("Bearer {token}")).header(header::CONTENT_TYPE, content_type);
    site.send(request.body(body.into()).expect("a request")).await
}

#[tokio::test]
async fn malformed_json_says_line_and_column() {
    let site = furnished().await;
    let answer = raw(&site, "/incidents", "application/json", "{\n  \"title\": \"x\",,\n}").await;
    assert_eq!(refused(&answer), (400, "invalid".to_owned(), None));
    let wrong = &answer.json()["errors"][0];
    assert_eq!((&wrong["line"], &wrong["column"]), (&json!(2), &json!(16)));
    assert!(
        answer.json()["detail"].as_str().is_some_and(|text| text.starts_with("The body is not JSON")),
        "{}",
        answer.body
    );
    let empty = raw(&site, "/incidents", "application/json", "").await;
    assert_eq!(refused(&empty).0, 400);
}

#[tokio::test]
async fn unknown_names_are_errors_with_a_suggestion() {
    let site = furnished().await;
    let cases: [(&str, Value, &str, Option<&str>); 5] = [
        ("/incidents", json!({ "title": "x", "severty": "sev1" }), "severty", Some("severity")),
        ("/incidents/none/updates", json!({ "text": "x", "nextin": "5m" }), "nextin", Some("next_in")),
        ("/incidents/none/updates", json!({ "text": "x", "public": { "txet": "x" } }), "txet", Some("text")),
        ("/pages", json!({ "who": ["rita"], "message": "x", "colour": "red" }), "colour", None),
        ("/incidents/none/entries", json!({ "kind": "note" }), "text", None),
    ];
    for (path, body, field, suggestion) in cases {
        let answer = post(&site, Who::Responder, path, body).await;
        assert_eq!(refused(&answer), (400, "invalid".to_owned(), Some(field.to_owned())), "{}", answer.body);
        let wrong = &answer.json()["errors"][0];
        assert_eq!(wrong["suggestion"].as_str(), suggestion, "{}", answer.body);
        assert!(wrong["line"].is_u64() && wrong["column"].is_u64(), "{}", answer.body);
    }
    let query = get(&site, Who::Viewer, "/alerts?stat=open").await;
    assert_eq!(query.json()["errors"][0]["suggestion"], "state", "{}", query.body);
    let word = get(&site, Who::Viewer, "/alerts?state=opne").await;
    assert_eq!(refused(&word), (400, "invalid".to_owned(), Some("state".to_owned())));
}

#[tokio::test]
async fn words_that_are_none_name_their_field() {
    let site = furnished().await;
    let cases: [(&str, Value, &str); 7] = [
        ("/incidents", json!({ "title": "x", "severity": "sev9" }), "severity"),
        ("/incidents", json!({ "title": "x", "service": "nothing" }), "service"),
        ("/incidents", json!({ "title": "x", "alert": "page_1" }), "alert"),
        ("/incidents", json!({ "title": "" }), "title"),
        ("/pages", json!({ "who": ["@nobody"], "message": "x" }), "who"),
        ("/pages", json!({ "who": [], "message": "x" }), "who"),
        ("/tokens", json!({ "name": "x", "scope": "admin" }), "scope"),
    ];
    for (path, body, field) in cases {
        let answer = post(&site, Who::Responder, path, body).await;
        assert_eq!(refused(&answer), (400, "invalid".to_owned(), Some(field.to_owned())), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn what_is_not_there_and_what_is_not_taken_are_problems_too() {
    let site = furnished().await;
    for path in [
        "/nothing",
        "/alerts/alert_1",
        "/alerts/alert_0191b0c0000070008000000000000000",
        "/incidents/inc-none",
        "/pages/%20",
        "/status/none",
    ] {
        assert_eq!(refused(&get(&site, Who::Viewer, path).await).0, 404, "{path}");
    }
    let method = site.api(Who::Admin, Method::DELETE, "/api/v1/alerts", &Value::Null).await;
    assert_eq!(refused(&method), (405, "method-not-allowed".to_owned(), None));
    let form = raw(&site, "/incidents", "application/x-www-form-urlencoded", "title=x").await;
    assert_eq!(refused(&form), (415, "unsupported-media-type".to_owned(), None));
    let large = raw(&site, "/incidents", "application/json", vec![b' '; 512 * 1024 + 1]).await;
    assert_eq!(refused(&large), (413, "too-large".to_owned(), None));
    let nobody = get(&site, Who::Nobody, "/me").await;
    assert_eq!(refused(&nobody), (401, "unauthenticated".to_owned(), None));
    assert_eq!(nobody.header("www-authenticate"), "Bearer realm=\"Nightbell\"");
    assert_eq!(get(&site, Who::Viewer, "/me").await.status, StatusCode::OK);
}

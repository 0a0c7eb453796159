//! Laws of every address of this room: strangers sign in first, forms want their hidden word, viewers change nothing.

use super::scene::{declare, ring, site};
use crate::tests::site::Who;
use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};

#[tokio::test]
async fn forms_want_their_hidden_word() {
    let site = site().await;
    let (alert, page) = ring(&site, "Checkout down").await;
    let found = declare(&site, "Search slow").await;
    let room = format!("/incidents/{}", found.slug);
    let mut paths = vec![
        format!("/alerts/{alert}/ack"),
        format!("/alerts/{alert}/resolve"),
        format!("/pages/{page}/ack"),
        "/incidents".to_owned(),
    ];
    let forms = [
        "say",
        "roles",
        "mitigations",
        "status",
        "severity",
        "waive",
        "page",
        "update",
        "publish",
        "entries/2",
        "entries/2/refute",
    ];
    paths.extend(forms.iter().map(|form| format!("{room}/{form}")));
    for path in &paths {
        let request = site
            .browser(Who::Responder, Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer =
            site.send(request.body(Body::from("text=x&step=send&status=identified")).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}: {}", answer.body);
        assert_eq!(site.post_form(Who::Viewer, path, &[]).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(site.post_form(Who::Nobody, path, &[]).await.status, StatusCode::SEE_OTHER, "{path}");
    }
    assert_eq!(paths.len(), 15);
}

#[tokio::test]
async fn strangers_sign_in_first() {
    let site = site().await;
    for path in ["/", "/alerts", "/incidents", "/incidents/new", "/alerts/alert_0000", "/incidents/inc-2026-05-02-x"] {
        let answer = site.get(Who::Nobody, path).await;
        let seen = (answer.status, answer.header("location").starts_with("/sign-in"));
        assert!(seen == (StatusCode::SEE_OTHER, true) || answer.status == StatusCode::NOT_FOUND, "{path}: {seen:?}");
    }
}

//! Home, alerts and incidents: what is shown to whom, and the forms on them.

use super::scene::{HOSTILE, declare, done, newest_alert, page, ring, see, site};
use crate::tests::site::Who;
use axum::http::StatusCode;
use nightbell_engine::domain::signal::AlertStatus;

#[tokio::test]
async fn home_shows_what_rings_and_takes_it() {
    let site = site().await;
    assert!(see(&site, Who::Responder, "/").await.contains("All quiet"));
    let (_, id) = ring(&site, "Checkout down").await;
    declare(&site, "Search slow").await;
    let path = format!("/pages/{id}/ack");
    let body = see(&site, Who::Responder, "/").await;
    assert!(body.contains("Checkout down") && body.contains("<bdi>You</bdi>") && body.contains(&path), "{body}");
    assert!(body.contains("Search slow") && body.contains("No commander yet"), "{body}");
    assert!(body.contains("data-live-stream=\"/live?topic=home"), "{body}");
    let viewer = see(&site, Who::Viewer, "/").await;
    assert!(viewer.contains("Rita Responder") && !viewer.contains(&path), "{viewer}");
    assert_eq!(site.post_form(Who::Viewer, &path, &[]).await.status, StatusCode::FORBIDDEN);
    assert!(page(&site, id).await.page.is_waiting());
    done(&site, Who::Responder, &path, &[], "/").await;
    assert!(!page(&site, id).await.page.is_waiting());
}

#[tokio::test]
async fn the_list_narrows_and_finds() {
    let site = site().await;
    ring(&site, "Checkout down").await;
    ring(&site, "Disk full").await;
    let cases = [
        ("/alerts", true, true),
        ("/alerts?q=disk", false, true),
        ("/alerts?q=job%3Dcheckout", true, false),
        ("/alerts?state=all&q=nothing", false, false),
    ];
    for (path, checkout, disk) in cases {
        let body = see(&site, Who::Viewer, path).await;
        assert_eq!((body.contains(">Checkout down</a>"), body.contains(">Disk full</a>")), (checkout, disk), "{path}");
    }
}

#[tokio::test]
async fn an_alert_says_why_it_paged_and_what_was_sent() {
    let site = site().await;
    let (alert, _) = ring(&site, "Checkout down").await;
    let path = format!("/alerts/{alert}");
    let body = see(&site, Who::Responder, &path).await;
    for words in [
        "So it paged with high urgency, for Checkout.",
        "step 1: rang Rita Responder",
        "<strong>You</strong> by email",
        "/runbooks/stripe",
        "/incidents/new?alert=",
    ] {
        assert!(body.contains(words), "{words:?} is missing in {body}");
    }
    let viewer = see(&site, Who::Viewer, &path).await;
    assert!(!viewer.contains(&format!("{path}/ack")) && !viewer.contains("/incidents/new?alert="), "{viewer}");
    for form in ["ack", "resolve"] {
        assert_eq!(site.post_form(Who::Viewer, &format!("{path}/{form}"), &[]).await.status, StatusCode::FORBIDDEN);
        done(&site, Who::Responder, &format!("{path}/{form}"), &[], &path).await;
    }
    assert!(matches!(newest_alert(&site).await.status, AlertStatus::Resolved { .. }));
    assert_eq!(site.post_form(Who::Responder, &format!("{path}/ack"), &[]).await.status, StatusCode::CONFLICT);
    assert_eq!(site.get(Who::Responder, "/alerts/alert_none").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn hostile_alerts_stay_words_on_every_page() {
    let site = site().await;
    let (alert, id) = ring(&site, HOSTILE).await;
    let found = declare(&site, HOSTILE).await;
    let link = super::scene::link(&site, id, "rita");
    let paths = [
        "/".to_owned(),
        "/alerts".to_owned(),
        format!("/alerts/{alert}"),
        format!("/incidents/new?alert={alert}"),
        "/incidents".to_owned(),
    ];
    for path in paths.into_iter().chain([format!("/incidents/{}", found.slug), format!("/incidents/{}", found.id)]) {
        see(&site, Who::Responder, &path).await;
    }
    see(&site, Who::Nobody, &format!("/p/{link}")).await;
}

#[tokio::test]
async fn incidents_narrow() {
    let site = site().await;
    declare(&site, "Checkout down").await;
    for (path, shown) in [("/incidents", true), ("/incidents?show=open", true), ("/incidents?show=owing", false)] {
        let body = see(&site, Who::Viewer, path).await;
        assert_eq!(
            body.contains("<a href=\"/incidents/inc-2026-05-02-checkout-down\">Checkout down</a></p>"),
            shown,
            "{path}: {body}"
        );
        assert!(!body.contains(">Declare incident</a>"), "a viewer does not declare");
    }
}

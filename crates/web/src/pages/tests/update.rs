//! The update: previewed exactly, sent only when pressed, public only when said so.

use super::scene::{HOSTILE, Words, declare, done, incident, refused, see, site};
use crate::tests::site::{Site, Who};
use axum::http::StatusCode;
use nightbell_engine::domain::response::IncidentStatus;

const SLUG: &str = "inc-2026-05-02-checkout-down";

async fn composer() -> (Site, String, String) {
    let site = site().await;
    declare(&site, "Checkout down").await;
    (site, format!("/incidents/{SLUG}"), format!("/incidents/{SLUG}/update"))
}

const ROOM: [(&str, &str); 2] =
    [("impact", "30% of checkouts failing"), ("doing", "Investigating Stripe webhook errors.")];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    ROOM.iter().chain(more).copied().collect()
}

#[tokio::test]
async fn the_preview_shows_what_is_sent_and_changes_nothing() {
    let (site, room, path) = composer().await;
    let blank = see(&site, Who::Responder, &path).await;
    assert!(blank.contains("value=\"15\" selected") && !blank.contains("value=\"send\""), "{blank}");
    let said = "[03:07 UTC] 30% of checkouts failing. Investigating Stripe webhook errors.";
    let eta = "ETA next update: 03:22.";
    let public = "About 30 % of checkouts fail. We are looking into it.";
    let fields =
        with(&[("next_minutes", "15"), ("public", "on"), ("public_text", public), ("component-pay", "partial_outage")]);
    let preview: Vec<_> = fields.iter().copied().chain([("step", "preview")]).collect();
    let version = incident(&site, SLUG).await.version;
    let words = [
        said,
        eta,
        "Checkout down\nInvestigating: About 30 %",
        "value=\"send\"",
        "value=\"partial_outage\" selected",
        "checked",
    ];
    refused(&site, Who::Responder, &path, &preview, StatusCode::OK, &words).await;
    assert_eq!(incident(&site, SLUG).await.version, version, "a preview changes nothing");
    let send: Vec<_> = fields.iter().copied().chain([("step", "send")]).collect();
    done(&site, Who::Responder, &path, &send, &room).await;
    let body = see(&site, Who::Responder, &room).await;
    assert!(body.contains(said) && body.contains(eta) && body.contains(public), "{body}");
    let public_face = incident(&site, SLUG).await.public.expect("published");
    assert_eq!((public_face.text.as_str(), public_face.components.len()), (public, 1));
}

#[tokio::test]
async fn nothing_is_public_unless_it_is_ticked() {
    let (site, room, path) = composer().await;
    let fields = with(&[("public_text", "Words for nobody yet."), ("step", "send")]);
    done(&site, Who::Responder, &path, &fields, &room).await;
    let found = incident(&site, SLUG).await;
    assert!(found.public.is_none() && found.promise.is_some());
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field() {
    let (site, room, path) = composer().await;
    let bad = StatusCode::BAD_REQUEST;
    let promised = "Payments fail. This will be fixed within an hour.";
    let cases: &[(Vec<(&str, &str)>, Words<'_>)] = &[
        (vec![("impact", " "), ("doing", "kept")], &["impact-problem", "kept"]),
        (vec![("impact", "kept"), ("doing", "")], &["doing-problem", "kept"]),
        (with(&[("next_minutes", "never")]), &["next-problem", "30% of checkouts failing"]),
        (with(&[("next_minutes", "60")]), &["next-problem", "promise an earlier one"]),
        (with(&[("status", "sleeping")]), &["status-problem"]),
        (with(&[("public", "on"), ("public_text", "")]), &["public-text-problem"]),
        (
            with(&[("public", "on"), ("public_text", promised)]),
            &["public-text-problem", "within an hour", "Stops publishing", "override-reason"],
        ),
        (
            with(&[("public", "on"), ("public_text", "Rita Responder is on it.")]),
            &["Rita Responder", "Stops publishing"],
        ),
        (
            with(&[("public", "on"), ("public_text", "Down."), ("component-moon", "major_outage")]),
            &["components-problem"],
        ),
    ];
    let version = incident(&site, SLUG).await.version;
    for (fields, words) in cases {
        let send: Vec<_> = fields.iter().copied().chain([("step", "send")]).collect();
        refused(&site, Who::Responder, &path, &send, bad, words).await;
        let preview: Vec<_> = fields.iter().copied().chain([("step", "preview")]).collect();
        refused(&site, Who::Responder, &path, &preview, StatusCode::OK, words).await;
    }
    assert_eq!(incident(&site, SLUG).await.version, version);
    let reasoned = with(&[
        ("public", "on"),
        ("public_text", promised),
        ("override_reason", "Checked with legal"),
        ("step", "send"),
    ]);
    done(&site, Who::Responder, &path, &reasoned, &room).await;
}

#[tokio::test]
async fn the_public_is_brought_up_to_date_alone() {
    let (site, room, path) = composer().await;
    let publish = format!("{room}/publish");
    let body = see(&site, Who::Responder, &publish).await;
    assert!(body.contains("Bring the public up to date") && !body.contains("id=\"impact\""), "{body}");
    let words = [("public_text", "Some payments fail."), ("step", "send")];
    refused(
        &site,
        Who::Responder,
        &publish,
        &words,
        StatusCode::BAD_REQUEST,
        &["nothing is published without it", "Some payments fail."],
    )
    .await;
    let fields: Vec<_> = words.iter().copied().chain([("public", "on")]).collect();
    done(&site, Who::Responder, &publish, &fields, &room).await;
    site.advance(jiff::SignedDuration::from_mins(8));
    done(&site, Who::Responder, &path, &with(&[("step", "send")]), &room).await;
    let body = see(&site, Who::Responder, &room).await;
    assert!(
        body.contains("8 min behind the room") && body.contains(&format!("{publish}\">Bring it up to date")),
        "{body}"
    );
    assert!(
        see(&site, Who::Responder, &publish).await.contains("value=\"major_outage\" selected"),
        "as it was said before"
    );
    done(&site, Who::Responder, &publish, &fields, &room).await;
    assert!(!see(&site, Who::Responder, &room).await.contains("behind the room"));
}

#[tokio::test]
async fn resolving_says_a_last_word_and_owes_a_postmortem() {
    let (site, room, path) = composer().await;
    done(
        &site,
        Who::Responder,
        &format!("{room}/status"),
        &[("status", "resolved")],
        &format!("{path}?status=resolved"),
    )
    .await;
    let body = see(&site, Who::Responder, &format!("{path}?status=resolved")).await;
    assert!(
        body.contains("<h1>Resolve with a final update</h1>") && body.contains("value=\"resolved\" checked"),
        "{body}"
    );
    assert_eq!(incident(&site, SLUG).await.status, IncidentStatus::Investigating, "nothing changed yet");
    let last = [("impact", "All checkouts succeed again."), ("doing", "Nothing more."), ("status", "resolved")];
    let public = [("public", "on"), ("public_text", "Payments work again.")];
    let fields: Vec<_> = last.iter().chain(&public).copied().collect();
    let preview: Vec<_> = fields.iter().copied().chain([("step", "preview")]).collect();
    refused(
        &site,
        Who::Responder,
        &path,
        &preview,
        StatusCode::OK,
        &["Resolved: Payments work again.", "value=\"send\""],
    )
    .await;
    let send: Vec<_> = fields.iter().copied().chain([("step", "send")]).collect();
    done(&site, Who::Responder, &path, &send, &room).await;
    let found = incident(&site, SLUG).await;
    assert!(found.status == IncidentStatus::Resolved && found.postmortem.is_some() && found.promise.is_none());
    let body = see(&site, Who::Responder, &room).await;
    assert!(body.contains("Write the postmortem, due") && body.contains("No update is owed any more."), "{body}");
}

#[tokio::test]
async fn hostile_words_stay_words() {
    let (site, room, path) = composer().await;
    let fields = [
        ("impact", HOSTILE),
        ("doing", HOSTILE),
        ("public_text", HOSTILE),
        ("status_reason", HOSTILE),
        ("override_reason", HOSTILE),
    ];
    let preview: Vec<_> = fields.iter().copied().chain([("public", "on"), ("step", "preview")]).collect();
    refused(&site, Who::Responder, &path, &preview, StatusCode::OK, &[]).await;
    let send: Vec<_> = fields.iter().copied().chain([("public", "on"), ("step", "send")]).collect();
    done(&site, Who::Responder, &path, &send, &room).await;
    see(&site, Who::Responder, &room).await;
    see(&site, Who::Responder, &format!("{room}/publish")).await;
}

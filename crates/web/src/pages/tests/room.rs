//! Scene 2: every form of the room once, and one refused with what was typed.

use super::scene::{Fields, HOSTILE, Words, declare, done, incident, refused, see, site};
use crate::tests::site::{Site, Who};
use axum::http::StatusCode;
use nightbell_engine::domain::response::IncidentStatus;

const SLUG: &str = "inc-2026-05-02-checkout-down";

async fn room() -> (Site, String) {
    let site = site().await;
    let found = declare(&site, "Checkout down").await;
    assert_eq!(found.slug, SLUG);
    (site, format!("/incidents/{SLUG}"))
}

#[tokio::test]
async fn every_form_does_what_it_says() {
    let (site, room) = room().await;
    let cases: &[(&str, Fields<'_>, &str)] = &[
        ("say", &[("text", "The queue is full"), ("kind", "note")], "The queue is full"),
        (
            "say",
            &[("text", "Roll back webhook-worker"), ("kind", "decision")],
            "<strong>Decision</strong> <bdi>Roll back webhook-worker",
        ),
        ("say", &[("text", "/hypothesis Stripe rate limit")], "<strong>Hypothesis</strong> <bdi>Stripe rate limit"),
        ("say", &[("text", "line one\r\nline two"), ("kind", "output")], "line one\nline two</pre>"),
        ("roles", &[("role", "ic"), ("act", "take")], "Rita Responder took Incident Commander"),
        ("roles", &[("role", "comms"), ("act", "offer"), ("user", "max")], "offered to Max Manager"),
        ("mitigations", &[("mitigation", "1"), ("outcome", "tried")], "tried: Scale the workers"),
        ("mitigations", &[("mitigation", "1"), ("outcome", "failed")], "did not help: Scale the workers"),
        ("mitigations", &[("mitigation", "2"), ("outcome", "worked")], "worked: Roll back"),
        ("status", &[("status", "identified")], "<bdi>investigating → identified"),
        ("status", &[("status", "investigating"), ("reason", "it came back")], "it came back"),
        (
            "waive",
            &[("rule", "public-notice"), ("reason", "internal tool")],
            "Waived by Rita Responder: Internal tool.",
        ),
        ("page", &[("who", "user:max"), ("message", "please look")], "please look"),
        ("severity", &[("severity", "sev2"), ("reason", "one region only")], "Severity SEV1 → SEV2"),
    ];
    for (form, fields, shows) in cases {
        done(&site, Who::Responder, &format!("{room}/{form}"), fields, &room).await;
        let body = see(&site, Who::Responder, &room).await;
        assert!(body.contains(shows), "{form} {fields:?}: {shows:?} is missing in {body}");
    }
    for (who, act, shows) in [(Who::Manager, "accept", "accepted Comms"), (Who::Manager, "release", "left Comms")] {
        done(&site, who, &format!("{room}/roles"), &[("role", "comms"), ("act", act)], &room).await;
        assert!(see(&site, Who::Responder, &room).await.contains(shows), "{act}");
    }
    done(
        &site,
        Who::Responder,
        &format!("{room}/roles"),
        &[("role", "scribe"), ("act", "offer"), ("user", "ada")],
        &room,
    )
    .await;
    done(&site, Who::Admin, &format!("{room}/roles"), &[("role", "scribe"), ("act", "decline")], &room).await;
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed() {
    let (site, room) = room().await;
    let bad = StatusCode::BAD_REQUEST;
    let cases: &[(&str, Fields<'_>, StatusCode, Words<'_>)] = &[
        ("say", &[("text", "/deside roll back")], bad, &["value=\"/deside roll back\"", "say-text-problem", "decide"]),
        ("say", &[("text", "  "), ("kind", "decision")], bad, &["say-text-problem", "value=\"decision\" selected"]),
        ("say", &[("text", "x"), ("kind", "poem")], bad, &["Choose a kind"]),
        ("roles", &[("role", "ic"), ("act", "accept")], StatusCode::CONFLICT, &["not offered to @rita"]),
        ("roles", &[("role", "queen"), ("act", "take")], bad, &["is not a role"]),
        ("roles", &[("role", "ic"), ("act", "seize")], bad, &["Take, offer, accept"]),
        (
            "mitigations",
            &[("mitigation", "pray"), ("outcome", "tried")],
            StatusCode::NOT_FOUND,
            &["There is no mitigation"],
        ),
        (
            "status",
            &[("status", "sleeping"), ("reason", "kept reason")],
            bad,
            &["value=\"kept reason\"", "status-reason-problem"],
        ),
        ("status", &[("status", "cancelled"), ("reason", " ")], bad, &["status-reason-problem"]),
        (
            "status",
            &[("status", "closed"), ("reason", "kept reason")],
            StatusCode::CONFLICT,
            &["resolve it first", "kept reason"],
        ),
        (
            "severity",
            &[("severity", "sev3"), ("reason", "kept reason")],
            StatusCode::FORBIDDEN,
            &["commander", "kept reason"],
        ),
        (
            "waive",
            &[("rule", "ic-named"), ("reason", "kept reason")],
            StatusCode::FORBIDDEN,
            &["or a manager, may waive"],
        ),
        (
            "page",
            &[("who", "user:nobody"), ("message", "kept message")],
            bad,
            &["Nobody would be reached", "value=\"kept message\""],
        ),
    ];
    let before = incident(&site, SLUG).await.version;
    for (form, fields, status, words) in cases {
        refused(&site, Who::Responder, &format!("{room}/{form}"), fields, *status, words).await;
    }
    let waive = format!("{room}/waive");
    let empty = [("rule", "ic-named"), ("reason", " ")];
    refused(&site, Who::Manager, &waive, &empty, bad, &["waive-ic-named-problem", "The reason is empty"]).await;
    assert_eq!(incident(&site, SLUG).await.version, before, "nothing was recorded");
}

#[tokio::test]
async fn entries_are_edited_and_refuted_and_their_first_words_stay() {
    let (site, room) = room().await;
    done(
        &site,
        Who::Responder,
        &format!("{room}/say"),
        &[("text", "Stripe rate limit"), ("kind", "hypothesis")],
        &room,
    )
    .await;
    let seq = incident(&site, SLUG).await.version;
    let entry = format!("{room}/entries/{seq}");
    assert!(see(&site, Who::Responder, &room).await.contains(&format!("href=\"{entry}\">Edit or refute")));
    assert!(see(&site, Who::Responder, &entry).await.contains("Stripe rate limit"));
    let to = format!("{room}#e{seq}");
    refused(&site, Who::Responder, &entry, &[("text", " ")], StatusCode::BAD_REQUEST, &["entry-text-problem"]).await;
    done(&site, Who::Responder, &entry, &[("text", "Stripe's own rate limit")], &to).await;
    assert!(see(&site, Who::Responder, &entry).await.contains("Stripe rate limit</pre>"), "the first words stay");
    // Somebody else may not edit, but may refute.
    let other = see(&site, Who::Manager, &entry).await;
    assert!(other.contains("refute-reason") && !other.contains("entry-text"), "{other}");
    done(&site, Who::Manager, &format!("{entry}/refute"), &[("reason", "Their status page is green")], &to).await;
    let body = see(&site, Who::Responder, &room).await;
    assert!(
        body.contains("Edited") && body.contains("Refuted") && body.contains("Their status page is green"),
        "{body}"
    );
    assert_eq!(site.get(Who::Responder, &format!("{room}/entries/1")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_viewer_sees_no_form_and_may_press_none() {
    let (site, room) = room().await;
    let body = see(&site, Who::Viewer, &room).await;
    assert_eq!(body.matches("<form method=\"post\"").count(), 1, "signing out alone: {body}");
    for form in [
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
    ] {
        let answer = site.post_form(Who::Viewer, &format!("{room}/{form}"), &[("text", "x")]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{form}");
    }
    assert_eq!(site.get(Who::Nobody, &room).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.get(Who::Responder, "/incidents/inc-2026-01-01-none").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_false_alarm_is_cancelled_and_a_finished_incident_closed() {
    let (site, room) = room().await;
    done(&site, Who::Responder, &format!("{room}/status"), &[("status", "cancelled"), ("reason", "a test")], &room)
        .await;
    assert_eq!(incident(&site, SLUG).await.status, IncidentStatus::Cancelled);
    let body = see(&site, Who::Responder, &room).await;
    assert!(!body.contains("id=\"say\"") && body.contains("Cancelled: a false alarm"), "{body}");
    let second = declare(&site, "Search slow").await;
    let room = format!("/incidents/{}", second.slug);
    done(&site, Who::Responder, &format!("{room}/roles"), &[("role", "ic"), ("act", "take")], &room).await;
    done(&site, Who::Responder, &format!("{room}/say"), &[("text", "/resolve All searches answer again.")], &room)
        .await;
    let owed = site.post_form(Who::Responder, &format!("{room}/status"), &[("status", "closed")]).await;
    assert_eq!(owed.status, StatusCode::CONFLICT, "the postmortem is owed");
    let waive = [("rule", "postmortem-on-time"), ("reason", "nothing to learn")];
    done(&site, Who::Responder, &format!("{room}/waive"), &waive, &room).await;
    done(&site, Who::Responder, &format!("{room}/status"), &[("status", "closed")], &room).await;
    assert_eq!(incident(&site, &second.slug).await.status, IncidentStatus::Closed);
}

#[tokio::test]
async fn hostile_words_stay_words() {
    let (site, room) = room().await;
    for kind in ["note", "decision", "hypothesis", "action", "output", "link"] {
        done(&site, Who::Responder, &format!("{room}/say"), &[("text", HOSTILE), ("kind", kind)], &room).await;
    }
    done(&site, Who::Responder, &format!("{room}/page"), &[("who", "user:max"), ("message", HOSTILE)], &room).await;
    let body = see(&site, Who::Responder, &room).await;
    assert!(body.contains("&#60;script&#62;") || body.contains("&lt;script&gt;"), "{body}");
    let typed = format!("/deside {HOSTILE}");
    refused(&site, Who::Responder, &format!("{room}/say"), &[("text", &typed)], StatusCode::BAD_REQUEST, &["/deside"])
        .await;
    let strange = site.get(Who::Responder, "/incidents/%3Cscript%3E").await;
    assert_eq!(strange.status, StatusCode::NOT_FOUND);
    assert!(!strange.body.contains("<script>"));
}

#[tokio::test]
async fn the_timeline_narrows() {
    let (site, room) = room().await;
    done(&site, Who::Responder, &format!("{room}/say"), &[("text", "only a note")], &room).await;
    done(&site, Who::Responder, &format!("{room}/say"), &[("text", "/decide to roll back")], &room).await;
    for (query, note, decision) in [
        ("", true, true),
        ("?show=decisions", false, true),
        ("?show=pages", false, false),
        ("?show=rubbish", true, true),
    ] {
        let body = see(&site, Who::Responder, &format!("{room}{query}")).await;
        assert_eq!(
            (body.contains("<bdi>only a note"), body.contains("<bdi>to roll back")),
            (note, decision),
            "{query}"
        );
    }
}

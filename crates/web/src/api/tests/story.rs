//! One outage, told by the API alone: declared, led, mitigated, spoken about, resolved, learned from.

use super::{done, furnished, get, post, refused, seen};
use crate::tests::site::{Site, Who};
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};

async fn declared(site: &Site) -> String {
    let input = json!({ "title": "Checkout down", "service": "checkout", "answers": { "many_affected": true, "money_at_risk": true } });
    let answer = post(site, Who::Responder, "/incidents", input).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let incident = answer.json();
    assert_eq!(incident["severity"], "sev1");
    assert_eq!(incident["slug"], "inc-2026-05-02-checkout-down");
    assert_eq!(incident["room"], "#inc-2026-05-02-checkout-down");
    assert_eq!(incident["status"], "investigating");
    assert_eq!(incident["runbook"], "checkout-down");
    assert!(incident["id"].as_str().is_some_and(|id| id.starts_with("inc_")), "{incident}");
    incident["slug"].as_str().expect("a slug").to_owned()
}

#[tokio::test]
async fn an_outage_from_declaration_to_action_items() {
    let site = furnished().await;
    let room = format!("/incidents/{}", declared(&site).await);
    led(&site, &room).await;
    spoken_about(&site, &room).await;
    mitigated(&site, &room).await;
    resolved(&site, &room).await;
    learned_from(&site, &room).await;
    let closed = done(&site, Who::Responder, &format!("{room}/close"), json!({})).await;
    assert_eq!(closed["status"], "closed");
    assert_eq!(closed["adherence"]["owed"], closed["adherence"]["met"], "every rule was kept: {}", closed["adherence"]);
}

async fn led(site: &Site, room: &str) {
    let taken = done(site, Who::Responder, &format!("{room}/roles"), json!({ "role": "ic", "action": "take" })).await;
    assert_eq!(taken["roles"]["commander"], "rita");
    let offered = done(
        site,
        Who::Responder,
        &format!("{room}/roles"),
        json!({ "role": "comms", "action": "offer", "to": "@max" }),
    )
    .await;
    assert_eq!(offered["roles"]["offers"][0]["to"], "max");
    let accepted =
        done(site, Who::Manager, &format!("{room}/roles"), json!({ "role": "comms", "action": "accept" })).await;
    assert_eq!(accepted["roles"]["comms"], "max");
    for role in ["ops", "scribe"] {
        done(site, Who::Admin, &format!("{room}/roles"), json!({ "role": role, "action": "take" })).await;
    }
    let held =
        post(site, Who::Manager, &format!("{room}/roles"), json!({ "role": "commander", "action": "take" })).await;
    assert_eq!(refused(&held), (409, "role-held".to_owned(), None));
}

async fn spoken_about(site: &Site, room: &str) {
    let secret = json!({ "text": "Rita Responder will fix it in 20 minutes.", "public": { "text": "Rita Responder will fix it in 20 minutes." } });
    let blocked = post(site, Who::Responder, &format!("{room}/updates"), secret).await;
    assert_eq!(refused(&blocked), (400, "wording-blocked".to_owned(), Some("public_text".to_owned())));
    let rules: Vec<Value> =
        blocked.json()["errors"].as_array().expect("findings").iter().map(|e| e["rule"].clone()).collect();
    assert!(rules.contains(&json!("promised-time")) && rules.contains(&json!("person-named")), "{}", blocked.body);
    let before = seen(site, room).await;
    assert_eq!((&before["summary"], &before["public"]), (&json!(""), &Value::Null), "a blocked text leaves no trace");

    let findings =
        done(site, Who::Responder, &format!("{room}/wording"), json!({ "text": "Fixed in 20 minutes." })).await;
    assert_eq!(findings["findings"][0]["rule"], "promised-time");
    assert_eq!(findings["findings"][0]["blocks"], true);

    let honest = json!({
        "text": "Checkout fails for most customers.", "mitigation": "Static page", "status": "identified", "next_in": "10m",
        "public": { "text": "Some payments fail. We are working on it.", "title": "Payments fail",
                    "components": [{ "component": "checkout", "status": "partial_outage" }] },
    });
    let updated = done(site, Who::Responder, &format!("{room}/updates"), honest).await;
    assert_eq!(updated["status"], "identified");
    assert_eq!(updated["promise"], "2026-05-02T03:17:00Z");
    assert_eq!(updated["public"]["title"], "Payments fail");
    let page = seen(site, "/status/main").await;
    assert_eq!(page["incidents"][0]["name"], "Payments fail", "{page}");
    let published =
        done(site, Who::Manager, &format!("{room}/publish"), json!({ "text": "Card payments fail, invoices work." }))
            .await;
    assert_eq!(published["public"]["text"], "Card payments fail, invoices work.");
    let late = json!({ "text": "Again", "next_in": "3h" });
    assert_eq!(
        refused(&post(site, Who::Responder, &format!("{room}/updates"), late).await).2.as_deref(),
        Some("next_update_at")
    );
}

async fn mitigated(site: &Site, room: &str) {
    let key = seen(site, room).await["mitigations"][0]["key"].as_str().expect("a key").to_owned();
    let path = format!("{room}/mitigations/{key}");
    let trying = done(site, Who::Responder, &path, json!({ "action": "try" })).await;
    assert_eq!(trying["mitigations"][0]["state"], "trying");
    let worked = done(site, Who::Responder, &path, json!({ "action": "worked" })).await;
    assert_eq!(worked["mitigations"][0]["state"], "worked");
    assert_eq!(worked["mitigations"][0]["command"], "flip static-page on");
    let unknown = post(site, Who::Responder, &format!("{room}/mitigations/nothing"), json!({ "action": "try" })).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);

    done(site, Who::Responder, &format!("{room}/entries"), json!({ "kind": "hypothesis", "text": "The last deploy" }))
        .await;
    let lines = seen(site, &format!("{room}/timeline")).await;
    let line =
        lines["items"].as_array().expect("lines").iter().find(|l| l["kind"] == "hypothesis").expect("written").clone();
    assert_eq!((&line["actor"], &line["text"]), (&json!("@rita"), &json!("The last deploy")));
    let edit = json!({ "text": "The last deploy, at 03:01" });
    let path = format!("/api/v1{room}/entries/{}", line["seq"]);
    assert_eq!(site.api(Who::Responder, Method::PATCH, &path, &edit).await.status, StatusCode::OK);
    let refute = json!({ "seq": line["seq"], "reason": "It failed before" });
    let refuted = done(site, Who::Responder, &format!("{room}/refute"), refute).await;
    assert_eq!(refuted["hypotheses"][0]["refuted"], "It failed before");
    let said =
        done(site, Who::Responder, &format!("{room}/command"), json!({ "text": "/decide Stay on the static page" }))
            .await;
    assert_eq!(said["text"], "Written down.");
}

async fn resolved(site: &Site, room: &str) {
    site.advance(SignedDuration::from_mins(9));
    let input = json!({ "text": "Checkout works again.", "public": { "text": "Payments work again." } });
    let incident = done(site, Who::Responder, &format!("{room}/resolve"), input).await;
    assert_eq!((&incident["status"], &incident["public"]["status"]), (&json!("resolved"), &json!("resolved")));
    assert_eq!(incident["resolved_at"], "2026-05-02T03:16:00Z");
    assert_eq!(incident["postmortem"]["owed"], true);
    assert_eq!(seen(site, "/status/main").await["incidents"], json!([]));
}

async fn learned_from(site: &Site, room: &str) {
    let drafted = done(site, Who::Responder, &format!("{room}/postmortem"), json!({})).await;
    assert_eq!((&drafted["state"], &drafted["revision"]), (&json!("draft"), &json!(1)));
    let markdown = get(site, Who::Viewer, &format!("{room}/postmortem.md")).await;
    assert_eq!(markdown.header("content-type"), "text/markdown; charset=utf-8");
    assert_eq!(drafted["markdown"], markdown.body);
    assert!(
        markdown.body.contains("Checkout down") && markdown.body.contains("Stay on the static page"),
        "{}",
        markdown.body
    );

    let blaming = markdown.body.replace("## Timeline", "Rita forgot to check the queue.\n\n## Timeline");
    let path = format!("/api/v1{room}/postmortem");
    let saved = site.api(Who::Responder, Method::PUT, &path, &json!({ "markdown": blaming, "revision": 1 })).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    assert_eq!(saved.json()["revision"], 2);
    assert!(saved.json()["findings"].as_array().is_some_and(|found| !found.is_empty()), "{}", saved.body);
    let stale = site.api(Who::Manager, Method::PUT, &path, &json!({ "markdown": "Mine", "revision": 1 })).await;
    assert_eq!(refused(&stale), (409, "revision-changed".to_owned(), Some("markdown".to_owned())));

    action_items(site, room).await;
    assert_eq!(done(site, Who::Responder, &format!("{room}/postmortem/review"), json!({})).await["state"], "review");
    assert_eq!(done(site, Who::Manager, &format!("{room}/postmortem/publish"), json!({})).await["state"], "published");
    assert_eq!(seen(site, "/postmortems").await["items"][0]["state"], "published");
}

async fn action_items(site: &Site, room: &str) {
    let path = format!("{room}/actions");
    let bare = post(site, Who::Responder, &path, json!({ "text": "Page sooner" })).await;
    assert_eq!(refused(&bare), (400, "invalid".to_owned(), None));
    let fields: Vec<Value> =
        bare.json()["errors"].as_array().expect("errors").iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, ["owner", "due_on", "priority"]);
    let garbled = post(
        site,
        Who::Responder,
        &path,
        json!({ "text": "Page sooner", "owner": "@rita", "due_on": "soon", "priority": "P9" }),
    )
    .await;
    assert_eq!(garbled.json()["errors"].as_array().map(Vec::len), Some(2), "{}", garbled.body);

    let whole = json!({ "text": "Page sooner", "owner": "@rita", "due_on": "2026-06-01", "priority": "p1" });
    let added = post(site, Who::Responder, &path, whole).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    let item = added.json();
    assert_eq!(
        (&item["owner"], &item["due_on"], &item["priority"], &item["state"]),
        (&json!("rita"), &json!("2026-06-01"), &json!("P1"), &json!("open"))
    );
    let id = item["id"].as_str().expect("an id").to_owned();
    assert_eq!(seen(site, "/actions").await["items"][0]["id"], id.as_str());
    assert_eq!(done(site, Who::Responder, &format!("/actions/{id}/done"), json!({})).await["settled_by"], "@rita");
    assert_eq!(seen(site, "/actions?state=open").await["items"], json!([]));
    let dropped = post(site, Who::Responder, &format!("/actions/{id}/drop"), json!({ "reason": "Never mind" })).await;
    assert_eq!(refused(&dropped).1, "item-settled");
}

#[tokio::test]
async fn a_false_alarm_is_cancelled_and_kept() {
    let site = furnished().await;
    let room = format!("/incidents/{}", declared(&site).await);
    let incident = done(&site, Who::Responder, &format!("{room}/cancel"), json!({ "reason": "A test" })).await;
    assert_eq!(incident["status"], "cancelled");
    assert_eq!(seen(&site, "/incidents").await["items"], json!([]));
    assert_eq!(seen(&site, "/incidents?state=all").await["items"][0]["status"], "cancelled");
}

#[tokio::test]
async fn waiving_is_for_the_commander_and_managers() {
    let site = furnished().await;
    let room = format!("/incidents/{}", declared(&site).await);
    let waiver = json!({ "rule": "public-notice", "reason": "Nobody outside can see it" });
    assert_eq!(
        post(&site, Who::Responder, &format!("{room}/waivers"), waiver.clone()).await.status,
        StatusCode::FORBIDDEN
    );
    let waived = done(&site, Who::Manager, &format!("{room}/waivers"), waiver).await;
    let rules = waived["adherence"]["rules"].as_array().expect("rules").clone();
    assert!(rules.iter().any(|r| r["rule"] == "public-notice" && r["standing"] == "waived"), "{rules:?}");
}

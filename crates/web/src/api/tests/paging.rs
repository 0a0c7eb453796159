//! Alerts, pages, who is on call, who would be woken, tokens.

use super::{done, furnished, get, post, refused, seen};
use crate::tests::site::Who;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn an_alert_is_sent_shown_taken_and_ended() {
    let site = furnished().await;
    let event = json!({ "integration": "tool", "title": "Queue full", "severity": "critical", "dedup_key": "queue" });
    let sent = post(&site, Who::Responder, "/alerts", event.clone()).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    let receipt = sent.json();
    assert_eq!(receipt["dedup_key"], "queue");
    assert!(receipt["request"].as_str().is_some_and(|id| id.starts_with("req_")), "{receipt}");
    let id = receipt["id"].as_str().expect("an alert").to_owned();
    let again = done(&site, Who::Responder, "/alerts", event).await;
    assert_eq!(again["id"], id.as_str(), "the same key is the same alert");

    let shown = seen(&site, &format!("/alerts/{id}")).await;
    assert_eq!(
        (&shown["state"], &shown["event_count"], &shown["service"]),
        (&json!("firing"), &json!(2), &json!("checkout"))
    );
    assert_eq!(shown["pages"][0]["notifications"][0]["user"], "rita", "{shown}");
    assert_eq!(shown["timeline"][0]["kind"], "triggered");
    assert_eq!(seen(&site, "/alerts").await["items"][0]["id"], id.as_str());
    assert_eq!(seen(&site, "/alerts?state=all&limit=1").await["next"], id.as_str(), "a full list has a cursor");
    assert_eq!(seen(&site, &format!("/alerts?state=all&before={id}")).await["items"], json!([]));

    let taken = done(&site, Who::Responder, &format!("/alerts/{id}/acknowledge"), Value::Null).await;
    assert_eq!((&taken["state"], &taken["acknowledged_by"]), (&json!("acknowledged"), &json!("@rita")));
    let page = shown["page"].as_str().expect("a page");
    assert_eq!(seen(&site, &format!("/pages/{page}")).await["state"], "acknowledged");
    let ended = done(&site, Who::Responder, &format!("/alerts/{id}/resolve"), Value::Null).await;
    assert_eq!((&ended["state"], &ended["resolved_at"]), (&json!("resolved"), &json!("2026-05-02T03:07:00Z")));
    assert_eq!(
        refused(&post(&site, Who::Responder, &format!("/alerts/{id}/acknowledge"), Value::Null).await).1,
        "alert-resolved"
    );
}

#[tokio::test]
async fn the_integration_is_named_or_the_only_one() {
    let site = furnished().await;
    // One generic integration among four: it is meant.
    let sent = done(&site, Who::Responder, "/alerts", json!({ "title": "Queue full" })).await;
    let id = sent["id"].as_str().expect("an alert");
    assert_eq!(seen(&site, &format!("/alerts/{id}")).await["integration"], "tool");
    let unknown = post(&site, Who::Responder, "/alerts", json!({ "title": "x", "integration": "tol" })).await;
    assert_eq!(refused(&unknown), (400, "invalid".to_owned(), Some("integration".to_owned())));
    assert!(unknown.body.contains("did you mean \\\"tool\\\""), "{}", unknown.body);
    let second = "version: 1\nintegrations:\n  - { id: tool-two, kind: generic, service: checkout }\n";
    done(&site, Who::Admin, "/apply", json!({ "files": [{ "path": "two.yaml", "content": second }] })).await;
    let unclear = post(&site, Who::Responder, "/alerts", json!({ "title": "x" })).await;
    assert_eq!(refused(&unclear), (400, "invalid".to_owned(), Some("integration".to_owned())));
    let empty = post(&site, Who::Responder, "/alerts", json!({})).await;
    assert_eq!(refused(&empty).0, 400, "an event that says nothing is none");
}

#[tokio::test]
async fn people_are_called_take_it_or_pass_it_on() {
    let site = furnished().await;
    let called = post(
        &site,
        Who::Responder,
        "/pages",
        json!({ "who": ["@max", "schedule:shop-primary"], "message": "Please come" }),
    )
    .await;
    assert_eq!(called.status, StatusCode::CREATED, "{}", called.body);
    let page = called.json();
    assert_eq!(
        (&page["state"], &page["urgency"], &page["subject"]["kind"]),
        (&json!("ringing"), &json!("high"), &json!("person"))
    );
    let id = page["id"].as_str().expect("an id").to_owned();
    assert_eq!(seen(&site, "/pages?state=open").await["items"][0]["id"], id.as_str());
    let passed = post(&site, Who::Manager, &format!("/pages/{id}/hand-over"), Value::Null).await;
    assert_eq!(passed.status, StatusCode::OK, "{}", passed.body);
    let taken = done(&site, Who::Manager, &format!("/pages/{id}/acknowledge"), Value::Null).await;
    // A call among people is over when it is answered.
    assert_eq!((&taken["state"], &taken["ended_reason"]), (&json!("ended"), &json!("answered by @max")));
    let log = seen(&site, &format!("/pages/{id}")).await;
    assert!(log["timeline"].as_array().is_some_and(|lines| lines.len() >= 3), "{log}");
    let silent = post(&site, Who::Responder, "/pages", json!({ "who": ["@max"], "message": " " })).await;
    assert_eq!(refused(&silent).2.as_deref(), Some("message"));
}

#[tokio::test]
async fn who_is_on_call_and_who_would_be_woken() {
    let site = furnished().await;
    let now = seen(&site, "/oncall").await["items"][0].clone();
    assert_eq!(
        (&now["schedule"], &now["team"], &now["source"]),
        (&json!("shop-primary"), &json!("shop"), &json!("layer:weekly"))
    );
    assert_eq!(now["primary"], json!({ "id": "rita", "name": "Rita Responder" }));
    assert_eq!((&now["backup"]["id"], &now["until"]), (&json!("max"), &json!("2026-05-04T09:00:00Z")));
    let later = seen(&site, "/oncall?at=2026-05-05T00:00:00Z&schedule=shop-primary").await;
    assert_eq!(later["items"][0]["primary"]["id"], "max");
    assert_eq!(refused(&get(&site, Who::Viewer, "/oncall?schedule=none").await).0, 404);
    assert_eq!(refused(&get(&site, Who::Viewer, "/oncall?at=tomorrow").await).2.as_deref(), Some("at"));

    let plan = seen(&site, "/explain?service=checkout&at=2026-05-02T03:00:00Z").await;
    assert_eq!((&plan["at"], &plan["routing"]["outcome"]), (&json!("2026-05-02T03:00:00Z"), &json!("page")));
    let first = &plan["lines"][0];
    assert_eq!((&first["user"], &first["contact"], &first["step"]), (&json!("rita"), &json!("mail"), &json!("step 1")));
    assert_eq!(
        plan["lines"].as_array().and_then(|l| l.last()).map(|l| l["user"].clone()),
        Some(json!("ada")),
        "the last resort"
    );
    assert_eq!(refused(&get(&site, Who::Viewer, "/explain").await).2.as_deref(), Some("service"));
    let event = json!({ "integration": "tool", "event": { "title": "Queue full", "severity": "info" } });
    let told = done(&site, Who::Responder, "/explain?at=2026-05-02T03:00:00Z", event).await;
    assert_eq!(told["lines"], plan["lines"], "what would run is what is explained");
    assert_eq!(seen(&site, "/alerts?state=all").await["items"], json!([]), "explaining stores nothing");
}

#[tokio::test]
async fn a_token_is_shown_once_works_and_is_revoked() {
    let site = furnished().await;
    let made = post(&site, Who::Manager, "/tokens", json!({ "name": "pipeline", "scope": "viewer" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let (id, secret) = (made.json()["id"].clone(), made.json()["token"].as_str().expect("a token").to_owned());
    let ask = |secret: String| {
        let request = axum::http::Request::get("/api/v1/me").header("authorization", format!("Bearer {secret}"));
        site.send(request.body(axum::body::Body::empty()).expect("a request"))
    };
    let me = ask(secret.clone()).await;
    assert_eq!((me.json()["user"].clone(), me.json()["role"].clone()), (json!("max"), json!("viewer")));
    let listed = get(&site, Who::Manager, "/tokens").await;
    assert!(listed.body.contains("pipeline") && !listed.body.contains(&secret), "{}", listed.body);
    assert!(!get(&site, Who::Responder, "/tokens").await.body.contains("pipeline"), "one sees one's own");
    let path = format!("/api/v1/tokens/{}", id.as_str().expect("an id"));
    assert_eq!(site.api(Who::Responder, Method::DELETE, &path, &Value::Null).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.api(Who::Manager, Method::DELETE, &path, &Value::Null).await.status, StatusCode::OK);
    assert_eq!(ask(secret).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_alert_is_declared_and_others_are_linked() {
    let site = furnished().await;
    let alert = |title: &str| json!({ "integration": "tool", "title": title });
    let (first, second) = (
        done(&site, Who::Responder, "/alerts", alert("One")).await,
        done(&site, Who::Responder, "/alerts", alert("Two")).await,
    );
    let incident = done(&site, Who::Responder, "/incidents", json!({ "alert": first["id"], "severity": "sev2" })).await;
    assert_eq!((&incident["title"], &incident["alerts"]), (&json!("One"), &json!([first["id"]])));
    let slug = incident["slug"].as_str().expect("a slug");
    let linked =
        done(&site, Who::Responder, &format!("/incidents/{slug}/alerts"), json!({ "alert": second["id"] })).await;
    assert_eq!(linked["alerts"], json!([first["id"], second["id"]]));
    let shown = seen(&site, &format!("/alerts/{}", second["id"].as_str().expect("an id"))).await;
    assert_eq!(shown["incident_slug"], slug);
    let twice = post(&site, Who::Responder, "/incidents", json!({ "alert": first["id"] })).await;
    assert_eq!(refused(&twice).1, "already-declared");
    let raised =
        done(&site, Who::Responder, &format!("/incidents/{slug}/severity"), json!({ "severity": "sev1" })).await;
    assert_eq!(raised["severity"], "sev1");
    let known =
        done(&site, Who::Responder, &format!("/incidents/{slug}/status"), json!({ "status": "identified" })).await;
    assert_eq!(known["status"], "identified");
    let back =
        post(&site, Who::Responder, &format!("/incidents/{slug}/status"), json!({ "status": "investigating" })).await;
    assert_eq!(refused(&back).2.as_deref(), Some("reason"));
}

#[tokio::test]
async fn an_alert_is_put_off_kept_and_given_away() {
    let site = furnished().await;
    let sent = done(&site, Who::Responder, "/alerts", json!({ "integration": "tool", "title": "Queue full" })).await;
    let alert = sent["id"].as_str().expect("an id").to_owned();
    let page = seen(&site, &format!("/alerts/{alert}")).await["pages"][0]["id"].as_str().expect("it pages").to_owned();
    let put_off = done(&site, Who::Responder, &format!("/alerts/{alert}/snooze"), json!({ "for": "2h" })).await;
    assert_eq!(put_off["state"], "acknowledged");
    let snoozed = seen(&site, &format!("/pages/{page}")).await;
    assert!(snoozed["snoozed_until"].is_string() && snoozed["snoozed_until"] == snoozed["rings_again_at"], "{snoozed}");
    for (input, field) in [
        (json!({}), "for"),
        (json!({ "for": "2h", "until": "2030-01-01T00:00:00Z" }), "for"),
        (json!({ "for": "soon" }), "for"),
        (json!({ "for": "30d" }), "until"),
    ] {
        let no = refused(&post(&site, Who::Responder, &format!("/pages/{page}/snooze"), input).await);
        assert_eq!(no.2.as_deref(), Some(field));
    }
    let kept = refused(&post(&site, Who::Responder, &format!("/pages/{page}/prolong"), json!({})).await);
    assert_eq!(kept.1, "page-does-not-time-out");
    let unsaid = json!({ "to": "@max", "reason": " " });
    let unsaid = refused(&post(&site, Who::Responder, &format!("/pages/{page}/hand-to"), unsaid).await);
    assert_eq!(unsaid.2.as_deref(), Some("reason"));
    let given = json!({ "to": "@max", "reason": "it is the queue" });
    let given = done(&site, Who::Responder, &format!("/pages/{page}/hand-to"), given).await;
    assert_eq!((&given["state"], &given["snoozed_until"]), (&json!("ringing"), &Value::Null));
    let words = seen(&site, &format!("/pages/{page}")).await["timeline"].to_string();
    assert!(words.contains("snoozed until") && words.contains("handed over to user:max: it is the queue"), "{words}");
}

//! Files over HTTP: planned, applied, exported, taken back; mistakes at their line with what was meant.

use super::{files, furnished, get, post, refused};
use crate::{
    api,
    tests::site::{Site, Who},
};
use axum::http::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn a_plan_changes_nothing_and_applying_twice_changes_nothing_more() {
    let site = Site::new(vec![api::routes()]);
    let planned = post(&site, Who::Admin, "/apply", json!({ "files": files(), "plan": true })).await;
    assert_eq!(planned.status, StatusCode::OK, "{}", planned.body);
    let plan = planned.json();
    assert_eq!(plan["applied"], false);
    assert!(plan["text"].as_str().is_some_and(|text| text.contains("+ integration pd")), "{plan}");
    let update =
        plan["changes"].as_array().expect("changes").iter().find(|c| c["kind"] == "service").expect("the service");
    assert_eq!((&update["action"], &update["fields"][0]["path"]), (&json!("update"), &json!("component")));
    let exported = get(&site, Who::Admin, "/export").await.json();
    assert!(!exported["files"][0]["content"].as_str().expect("text").contains("pd-other"), "a plan stores nothing");

    let applied = post(&site, Who::Admin, "/apply", json!({ "files": files() })).await.json();
    assert_eq!((&applied["applied"], &applied["changes"]), (&json!(true), &plan["changes"]));
    let again = post(&site, Who::Admin, "/apply", json!({ "files": files() })).await.json();
    assert_eq!(again["changes"], json!([]));
    assert!(again["text"].as_str().is_some_and(|text| text.starts_with("No change")), "{again}");
}

#[tokio::test]
async fn what_is_exported_is_taken_back_unchanged() {
    let site = furnished().await;
    let exported = get(&site, Who::Admin, "/export").await.json();
    assert!(exported["files"].as_array().is_some_and(|files| files.len() == 2), "{exported}");
    let again = post(&site, Who::Admin, "/apply", json!({ "files": exported["files"], "prune": true })).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.body);
    assert_eq!(again.json()["changes"], json!([]));
}

#[tokio::test]
async fn mistakes_are_told_at_their_line_and_nothing_is_stored() {
    let site = furnished().await;
    let bad = "version: 1\nservices:\n  - { id: search, nmae: Search }\n  - { id: feed, policy: nowhere }\n";
    let answer = post(&site, Who::Admin, "/apply", json!({ "files": [{ "path": "bad.yaml", "content": bad }] })).await;
    assert_eq!(refused(&answer), (400, "bad-files".to_owned(), None));
    let wrong = answer.json()["errors"][0].clone();
    assert_eq!(
        (&wrong["path"], &wrong["line"], &wrong["suggestion"]),
        (&json!("bad.yaml"), &json!(3), &json!("name")),
        "{wrong}"
    );
    assert!(wrong["column"].is_u64() && wrong["message"].is_string(), "{wrong}");

    let dangling = "version: 1\nservices:\n  - { id: feed, policy: nowhere }\n";
    let answer =
        post(&site, Who::Admin, "/apply", json!({ "files": [{ "path": "bad.yaml", "content": dangling }] })).await;
    assert_eq!(refused(&answer), (400, "bad-files".to_owned(), None));
    assert_eq!(answer.json()["errors"][0]["line"], 3, "{}", answer.body);
    let exported = get(&site, Who::Admin, "/export").await.body;
    assert!(!exported.contains("feed") && !exported.contains("search"), "{exported}");
}

#[tokio::test]
async fn warnings_come_with_their_place_and_a_fresh_key_is_kept() {
    let site = furnished().await;
    let content = "version: 1\nintegrations:\n  - { id: late, kind: generic, service: checkout }\npolicies:\n  - { id: odd, steps: [ { after: 0s, notify: [\"user:carol\"] } ] }\n";
    let input = json!({ "files": [{ "path": "late.yaml", "content": content }] });
    let applied = post(&site, Who::Admin, "/apply", input.clone()).await.json();
    assert_eq!(applied["warnings"][0]["line"], 5, "{applied}");
    let key = |export: Value| {
        let text = export["files"][0]["content"].as_str().expect("text").to_owned();
        let rest = text.split("id: late").nth(1).and_then(|rest| rest.split("key:").nth(1)).expect("a key").to_owned();
        rest.lines().next().unwrap_or_default().trim().trim_matches('"').to_owned()
    };
    let first = key(get(&site, Who::Admin, "/export").await.json());
    assert_eq!(first.len(), 32, "{first}");
    assert_eq!(post(&site, Who::Admin, "/apply", input).await.json()["changes"], json!([]));
    assert_eq!(key(get(&site, Who::Admin, "/export").await.json()), first);
}

#[tokio::test]
async fn a_large_upload_is_taken_and_the_last_administrator_stays() {
    let site = furnished().await;
    let runbook = format!("---\nid: long\n---\n# Long\n\n{}", "A line of prose.\n".repeat(40_000));
    assert!(runbook.len() > 512 * 1024);
    let answer = post(
        &site,
        Who::Admin,
        "/apply",
        json!({ "plan": true, "files": [{ "path": "runbooks/long.md", "content": runbook }] }),
    )
    .await;
    assert_ne!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.body);
    let nobody = "version: 1\nusers:\n  - { id: ada, name: Ada Admin, email: ada@example.com, role: viewer }\n";
    let answer = post(&site, Who::Admin, "/apply", json!({ "files": [{ "path": "u.yaml", "content": nobody }] })).await;
    assert_eq!(refused(&answer), (409, "last-administrator".to_owned(), None));
}

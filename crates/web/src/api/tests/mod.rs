//! The API end to end: a whole server on a database file, asked in process.

mod endpoints;
mod errors;
mod mine;
mod organisation;
mod paging;
mod rota;
mod story;

use crate::{
    api,
    tests::site::{Answer, Site, Who},
};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

/// What the tests of ingest and API add to the site's organisation.
const ORGANISATION: &str = r#"
version: 1
schedules:
  - id: shop-primary
    team: shop
    time_zone: UTC
    layers:
      - { name: weekly, members: [rita, max], every: 1w, starts: "2026-04-27T09:00" }
services:
  - { id: checkout, name: Checkout, team: shop, policy: shop, runbooks: [checkout-down], component: checkout }
integrations:
  - { id: pd, kind: pagerduty, service: checkout, key: "0123456789abcdef0123456789abcdef" }
  - { id: pd-other, kind: pagerduty, service: checkout, key: "fedcba9876543210fedcba9876543210" }
  - { id: prometheus, kind: alertmanager, service: checkout, key: "key-of-prometheus" }
status_pages:
  - { id: main, name: Acme status, slug: main, components: [ { id: checkout, name: Checkout, group: Shop } ] }
"#;

const RUNBOOK: &str = "---
id: checkout-down
services: [checkout]
---
# Checkout down

## Symptoms
- Orders stop

## Quick mitigations
1. Switch to the static page: `flip static-page on`
2. Restart the workers

## Escalation
Page @max if blocked > 30 min
";

pub(crate) const PD_KEY: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const OTHER_PD_KEY: &str = "fedcba9876543210fedcba9876543210";

pub(crate) fn files() -> Value {
    json!([
        { "path": "shop.yaml", "content": ORGANISATION },
        { "path": "runbooks/checkout-down.md", "content": RUNBOOK },
    ])
}

/// A site with the API, the inbound addresses, and an organisation that was applied through the API.
pub(crate) async fn furnished() -> Site {
    let site = Site::new(vec![api::routes()]);
    let applied = post(&site, Who::Admin, "/apply", json!({ "files": files() })).await;
    assert_eq!(applied.status, StatusCode::OK, "{}", applied.body);
    site
}

pub(crate) async fn get(site: &Site, who: Who, path: &str) -> Answer {
    site.api(who, Method::GET, &format!("/api/v1{path}"), &Value::Null).await
}

pub(crate) async fn post(site: &Site, who: Who, path: &str, body: Value) -> Answer {
    site.api(who, Method::POST, &format!("/api/v1{path}"), &body).await
}

/// The JSON of a call that must succeed.
pub(crate) async fn done(site: &Site, who: Who, path: &str, body: Value) -> Value {
    let answer = post(site, who, path, body).await;
    assert!(answer.status.is_success(), "{path}: {} {}", answer.status, answer.body);
    answer.json()
}

/// The JSON of what must be there.
pub(crate) async fn seen(site: &Site, path: &str) -> Value {
    let answer = get(site, Who::Viewer, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    answer.json()
}

/// How a refusal reads: status, code, field.
fn refused(answer: &Answer) -> (u16, String, Option<String>) {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.body);
    let body = answer.json();
    assert_eq!(body["status"], answer.status.as_u16(), "{body}");
    for name in ["type", "title", "detail"] {
        assert!(body[name].as_str().is_some_and(|text| !text.is_empty()), "{name}: {body}");
    }
    (
        answer.status.as_u16(),
        body["code"].as_str().unwrap_or_default().to_owned(),
        body["field"].as_str().map(str::to_owned),
    )
}

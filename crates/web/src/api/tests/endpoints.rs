//! The list of endpoints, walked: every address answers, takes its own example, and asks for the right it names. The document is that list.

use super::{done, furnished, seen};
use crate::{
    api::{Endpoint, endpoints, openapi},
    domain::record::Actor,
    tests::site::{Answer, Site, Who},
};
use axum::http::{Method, StatusCode};
use nightbell_engine::{learning, response};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Things that are there, so that placeholders name something.
struct Things {
    slug: String,
    alert: String,
    page: String,
    item: String,
    token: String,
    span: String,
    request: String,
    feed: String,
    away: String,
}

async fn things(site: &Site, who: Who) -> Things {
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    let alert = done(site, Who::Responder, "/alerts", json!({ "integration": "tool", "title": "Queue full" })).await;
    let incident =
        done(site, Who::Responder, "/incidents", json!({ "title": "Checkout down", "service": "checkout" })).await;
    let slug = text(&incident["slug"]);
    let room = format!("/incidents/{slug}");
    done(site, Who::Responder, &format!("{room}/roles"), json!({ "role": "ic", "action": "take" })).await;
    done(site, Who::Responder, &format!("{room}/entries"), json!({ "kind": "hypothesis", "text": "The deploy" })).await;
    // A draft beside an incident that is still open: every example finds what it needs.
    let name = slug.clone();
    site.act(move |unit| {
        let incident = response::find(unit, &name)?;
        learning::draft_for(unit, incident, &Actor::system("test")).map(drop)
    })
    .await;
    let item = json!({ "text": "Page sooner", "owner": "rita", "due_on": "2026-06-01", "priority": "P1" });
    let item = done(site, Who::Responder, &format!("{room}/actions"), item).await;
    // One revokes one's own.
    let token = done(site, who.max(Who::Responder), "/tokens", json!({ "name": "to be revoked" })).await;
    let page = seen(site, "/pages").await["items"][0]["id"].clone();
    let span = json!({ "user": "max", "from": "2026-06-20T08:00:00Z", "to": "2026-06-20T09:00:00Z" });
    let span = done(site, Who::Manager, "/schedules/shop-primary/overrides", span).await["span"]["id"].clone();
    // Max has the week from 4 May.
    let request = json!({ "user": "max", "from": "2026-05-05T08:00:00Z", "to": "2026-05-05T09:00:00Z" });
    let request = done(site, Who::Manager, "/schedules/shop-primary/requests", request).await["id"].clone();
    let (span, request) = (text(&span), text(&request));
    // Everybody who may respond has their own calendar addresses and absences.
    let own = who.max(Who::Responder);
    let feed = text(&done(site, own, "/me/feeds", json!({})).await["id"]);
    let days = json!({ "from": "2026-07-01T00:00:00Z", "to": "2026-07-02T00:00:00Z" });
    done(site, own, "/me/absences", days).await;
    let away = text(&super::get(site, own, "/me/absences").await.json()["items"][0]["id"]);
    Things {
        span,
        request,
        feed,
        away,
        slug,
        alert: text(&alert["id"]),
        page: text(&page),
        item: text(&item["id"]),
        token: text(&token["id"]),
    }
}

impl Things {
    fn path(&self, endpoint: &Endpoint) -> String {
        let id = match endpoint.path.split('/').nth(1) {
            Some("users") => "rita",
            Some("me") if endpoint.path.starts_with("/me/feeds") => &self.feed,
            Some("me") if endpoint.path.starts_with("/me/absences") => &self.away,
            Some("alerts") => &self.alert,
            Some("schedules") => "shop-primary",
            Some("pages") => &self.page,
            Some("actions") => &self.item,
            _ => &self.token,
        };
        let slug = if endpoint.path.starts_with("/status") { "main" } else { &self.slug };
        let path = endpoint
            .path
            .replace("{slug}", slug)
            .replace("{id}", id)
            .replace("{key}", "1")
            .replace("{contact}", "mail");
        let path = path.replace("{span}", &self.span).replace("{request}", &self.request);
        format!("/api/v1{}", path.replace("{seq}", "3"))
    }

    async fn ask(&self, site: &Site, who: Who, endpoint: &Endpoint) -> Answer {
        let body = endpoint.example.replace("alert_00000000000000000000000000000000", &self.alert);
        let body =
            body.replace("\"generic\"", "\"tool\"").replace("\"alice\"", "\"rita\"").replace("\"@alice\"", "\"@rita\"");
        let body: Value =
            if body.is_empty() { Value::Null } else { serde_json::from_str(&body).expect("an example is JSON") };
        let method: Method = endpoint.method.parse().expect("a method");
        site.api(who, method, &self.path(endpoint), &body).await
    }
}

#[tokio::test]
async fn every_role_gets_what_the_list_says_and_no_more() {
    let mut asked = 0;
    for who in Who::ALL {
        let site = furnished().await;
        let things = things(&site, who).await;
        for endpoint in endpoints() {
            let answer = things.ask(&site, who, endpoint).await;
            let what = format!("{who:?} {} {}: {} {}", endpoint.method, endpoint.path, answer.status, answer.body);
            match who.role() {
                None => assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}"),
                Some(role) if role < endpoint.least => assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}"),
                Some(_) => {
                    // What is settled already is a conflict; everything else about the example is right.
                    let fine = answer.status.is_success()
                        || answer.status == StatusCode::CONFLICT
                        || not_their_entry(endpoint, &answer);
                    assert!(fine, "{what}");
                }
            }
            asked += 1;
        }
    }
    assert!(asked >= 5 * 50, "only {asked} were asked");
}

/// Entries are edited by their author, hypotheses refuted by their place: the walk uses one place for all. Nor is a plan staged on the walk's
/// schedule, which comes from a file, that could be withdrawn.
fn not_their_entry(endpoint: &Endpoint, answer: &Answer) -> bool {
    (endpoint.path.ends_with("/plan/withdraw") && answer.status == StatusCode::NOT_FOUND)
        || (endpoint.path.ends_with("/entries/{seq}") || endpoint.path.ends_with("/refute"))
            && answer.status.is_client_error()
}

#[tokio::test]
async fn a_viewer_reads_everything_that_is_listed_for_viewers() {
    let site = furnished().await;
    let things = things(&site, Who::Viewer).await;
    let mut read = 0;
    for endpoint in endpoints().filter(|e| e.method == "GET" && e.least == crate::domain::org::AccessRole::Viewer) {
        let answer = things.ask(&site, Who::Viewer, endpoint).await;
        assert_eq!(answer.status, StatusCode::OK, "{}: {}", endpoint.path, answer.body);
        read += 1;
    }
    assert!(read >= 15, "only {read} were read");
}

#[tokio::test]
async fn a_browser_reads_with_its_cookie_and_writes_nothing_by_it() {
    let site = furnished().await;
    let read = site.get(Who::Responder, "/api/v1/me").await;
    assert_eq!((read.status, read.json()["user"].clone()), (StatusCode::OK, json!("rita")));
    let written = site.post_form(Who::Responder, "/api/v1/alerts", &[("title", "x")]).await;
    assert_eq!(written.status, StatusCode::UNAUTHORIZED, "{}", written.body);
}

#[tokio::test]
async fn the_document_names_every_address_once() {
    let site = furnished().await;
    let answer = site.api(Who::Nobody, Method::GET, "/api/openapi.json", &Value::Null).await;
    assert_eq!(answer.status, StatusCode::OK);
    let document = answer.json();
    assert_eq!(document, openapi::document());
    assert_eq!(document["openapi"], "3.1.0");
    let named: BTreeSet<String> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, methods)| methods.as_object().expect("methods").keys().map(move |m| format!("{m} {path}")))
        .collect();
    assert_eq!(named.len(), endpoints().count(), "an address is listed twice");
    assert!(named.contains("post /api/v1/incidents/{slug}/updates"), "{named:?}");
    let body = &document["paths"]["/api/v1/apply"]["post"]["requestBody"]["content"]["application/json"]["example"];
    assert_eq!(body["plan"], true);
}

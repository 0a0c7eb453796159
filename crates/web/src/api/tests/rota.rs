//! On call as people live it, through the API: arrange, ask, take, change a plan, see what was carried.

use super::{done, furnished, get, post, refused, seen};
use crate::tests::site::{Site, Who};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

const SCHEDULE: &str = "/schedules/shop-primary";

async fn primary(site: &Site, at: &str) -> String {
    let items = seen(site, &format!("/oncall?schedule=shop-primary&at={at}")).await;
    items["items"][0]["primary"]["id"].as_str().unwrap_or("nobody").to_owned()
}

#[tokio::test]
async fn an_override_is_made_shown_and_undone() {
    let site = furnished().await;
    let body =
        json!({ "user": "@max", "from": "2026-05-02T08:00:00Z", "to": "2026-05-02T20:00:00Z", "note": "Concert" });
    let made = done(&site, Who::Responder, &format!("{SCHEDULE}/overrides"), body).await;
    assert_eq!(
        (&made["span"]["user"], &made["span"]["kind"], &made["span"]["reason"], &made["span"]["by"]),
        (&json!("max"), &json!("replace"), &json!("override"), &json!("@rita"))
    );
    assert_eq!(primary(&site, "2026-05-02T12:00:00Z").await, "max");
    let shifts = seen(&site, &format!("{SCHEDULE}/shifts?from=2026-05-02T00:00:00Z&to=2026-05-03T00:00:00Z")).await;
    let who: Vec<&Value> = shifts["shifts"].as_array().expect("shifts").iter().map(|shift| &shift["primary"]).collect();
    assert_eq!(who, ["rita", "max", "rita"]);
    assert_eq!(shifts["gaps"], json!([]));
    let span = made["span"]["id"].as_str().expect("an id");
    let path = format!("/api/v1{SCHEDULE}/overrides/{span}");
    let undone = site.api(Who::Manager, Method::DELETE, &path, &Value::Null).await;
    assert_eq!((undone.status, primary(&site, "2026-05-02T12:00:00Z").await.as_str()), (StatusCode::OK, "rita"));
    let again = site.api(Who::Manager, Method::DELETE, &path, &Value::Null).await;
    assert_eq!(refused(&again).1, "not-found");
}

#[tokio::test]
async fn a_swap_is_asked_for_taken_and_told_in_ones_own_list() {
    let site = furnished().await;
    // Rita has this week, Max the next.
    let body = json!({
        "from": "2026-05-03T08:00:00Z", "to": "2026-05-03T20:00:00Z", "asked": "max",
        "in_return": { "from": "2026-05-05T08:00:00Z", "to": "2026-05-05T20:00:00Z" }, "note": "Birthday",
    });
    let asked = done(&site, Who::Responder, &format!("{SCHEDULE}/requests"), body).await;
    assert_eq!((&asked["status"], &asked["user"]), (&json!("open"), &json!("rita")));
    let mine = get(&site, Who::Manager, "/oncall/me").await.json();
    assert_eq!((&mine["asked"][0]["id"], &mine["asked"][0]["schedule"]), (&asked["id"], &json!("shop-primary")));
    let accept = format!("{SCHEDULE}/requests/{}/accept", asked["id"].as_str().expect("an id"));
    let taken = done(&site, Who::Manager, &accept, json!({})).await;
    assert_eq!(taken["spans"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        (primary(&site, "2026-05-03T12:00:00Z").await, primary(&site, "2026-05-05T12:00:00Z").await),
        ("max".into(), "rita".into())
    );
    let late = post(&site, Who::Admin, &accept, json!({})).await;
    assert_eq!((refused(&late).0, refused(&late).1.as_str()), (409, "taken"));
    let own = get(&site, Who::Responder, "/oncall/me").await.json();
    assert_eq!((&own["own"][0]["status"], &own["own"][0]["answered_by"]), (&json!("accepted"), &json!("max")));
}

#[tokio::test]
async fn a_plan_is_made_looked_at_and_changed_later() {
    let site = furnished().await;
    let calendar = |members: Value| json!({ "time_zone": "UTC", "layers": [{ "name": "days", "members": members, "every": "1d", "starts": "2026-05-01T09:00" }] });
    let body = json!({ "id": "nights", "team": "shop", "calendar": calendar(json!(["rita", "max"])) });
    done(&site, Who::Manager, "/schedules", body.clone()).await;
    assert_eq!(refused(&post(&site, Who::Manager, "/schedules", body).await).1, "taken");
    let unknown = json!({ "id": "other", "calendar": calendar(json!(["nemo"])) });
    assert_eq!(refused(&post(&site, Who::Manager, "/schedules", unknown).await).2.as_deref(), Some("layers"));
    let change = json!({ "begin": "after-full-rotation", "calendar": calendar(json!(["max"])) });
    let looked = done(&site, Who::Responder, "/schedules/nights/preview", change.clone()).await;
    assert_eq!(
        (&looked["from"], &looked["gaps"], &looked["unreachable"]),
        (&json!("2026-05-03T09:00:00Z"), &json!([]), &json!([]))
    );
    assert_eq!((&looked["changes"][0]["before"], &looked["changes"][0]["after"]), (&json!("rita"), &json!("max")));
    let staged = done(&site, Who::Responder, "/schedules/nights/plan", change).await;
    assert_eq!(staged["from"], "2026-05-03T09:00:00Z");
    let word = json!({ "begin": "after-full-rotatoin", "calendar": calendar(json!(["max"])) });
    let wrong = post(&site, Who::Responder, "/schedules/nights/plan", word).await;
    assert!(
        wrong.body.contains("after-full-rotation") && refused(&wrong).2.as_deref() == Some("begin"),
        "{}",
        wrong.body
    );
    done(&site, Who::Responder, "/schedules/nights/plan/withdraw", json!({ "from": "2026-05-03T09:00:00Z" })).await;
    let from_file = json!({ "calendar": calendar(json!(["max"])) });
    assert_eq!(refused(&post(&site, Who::Admin, &format!("{SCHEDULE}/plan"), from_file).await).1, "from-a-file");
}

#[tokio::test]
async fn what_was_carried_is_counted_in_hours_nights_weekends_and_pages() {
    let site = furnished().await;
    done(&site, Who::Responder, "/alerts", json!({ "integration": "tool", "title": "Queue full" })).await;
    let load = seen(&site, "/load?from=2026-04-27T09:00:00Z&to=2026-05-11T09:00:00Z").await;
    let people = load["people"].as_array().expect("people");
    assert_eq!(people.len(), 2);
    for one in people {
        // A week each: 168 hours, seven nights of eight, a weekend of 48.
        assert_eq!(
            (&one["hours"], &one["night_hours"], &one["weekend_hours"]),
            (&json!(168.0), &json!(56.0), &json!(48.0)),
            "{one}"
        );
    }
    assert_eq!(load["fairness"], 100.0);
    let one = seen(&site, "/load?from=2026-04-27T09:00:00Z&to=2026-05-04T09:00:00Z").await;
    assert_eq!((&one["people"][0]["user"], &one["fairness"]), (&json!("rita"), &json!(0.0)));
    let odd = get(&site, Who::Viewer, "/load?from=2024-04-27T09:00:00Z").await;
    assert_eq!(refused(&odd).2.as_deref(), Some("from"));
}

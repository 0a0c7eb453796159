//! `/pages`: somebody called directly, and what rings: listed, shown with its delivery log, acknowledged, handed over.

use super::{
    Endpoint,
    answer::{ApiResult, List, created, ok},
    get,
    paging_view::{PageDetailJson, PageJson},
    post,
    request::{self, Body, Params, whole},
};
use crate::{
    domain::{
        access::{Read, Respond},
        ids::PageId,
        org::{Target, Urgency},
        record::Instant,
        refusal::Refusal,
        text::duration::parse_duration,
    },
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, routing};
use nightbell_engine::{paging, response::target_named, views};
use serde::Deserialize;

pub const ENDPOINTS: &[Endpoint] = &[
    post(
        "/pages",
        "Calls people now: user:bob, @bob, schedule:x, schedule:x/backup, team:x, policy:x.",
        r#"{"who":["@alice"],"message":"The card terminal is dead, please come","urgency":"high"}"#,
    ),
    get("/pages", "Pages that are not over, newest first. Query: state (open), limit."),
    get("/pages/{id}", "One page with its notifications, every attempt and its timeline."),
    post("/pages/{id}/acknowledge", "\"I have it\": escalation stops.", ""),
    post("/pages/{id}/hand-over", "\"Not mine\": whoever is next rings now.", ""),
    post(
        "/pages/{id}/hand-to",
        "Gives it to somebody by name, or to another policy, with a reason: it rings there from the first step.",
        r#"{"to":"@alice","reason":"It is the database"}"#,
    ),
    post(
        "/pages/{id}/snooze",
        "Takes it until then; it rings again if it is not over. Either for or until.",
        r#"{"for":"2h"}"#,
    ),
    post("/pages/{id}/prolong", "\"Still on it\": the acknowledgement is good for its whole time again.", ""),
    post("/pages/{id}/raise", "Makes a page of low urgency urgent; one that is held rings at once.", ""),
];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/pages", routing::get(list).post(call))
        .route("/pages/{id}", routing::get(show))
        .route("/pages/{id}/acknowledge", routing::post(acknowledge))
        .route("/pages/{id}/hand-over", routing::post(hand_over))
        .route("/pages/{id}/hand-to", routing::post(hand_to))
        .route("/pages/{id}/snooze", routing::post(snooze))
        .route("/pages/{id}/prolong", routing::post(prolong))
        .route("/pages/{id}/raise", routing::post(raise))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallInput {
    who: Vec<String>,
    message: String,
    urgency: Option<Urgency>,
}

async fn call(State(state): State<AppState>, who: ApiCaller<Respond>, Body(input): Body<CallInput>) -> ApiResult {
    if input.who.is_empty() {
        return Err(Refusal::invalid("who", "Name at least one person, schedule, team or policy.").into());
    }
    let urgency = input.urgency.unwrap_or(Urgency::High);
    let page = state
        .run(move |unit| {
            let directory = unit.directory.clone();
            let named = input.who.iter().map(|name| target_named(&directory.org, name.trim()));
            let targets = named.collect::<Result<Vec<Target>, Refusal>>()?;
            paging::page_people(unit, &who.permit, &targets, &input.message, urgency)
        })
        .await?;
    state.metrics().page("direct");
    Ok(created(&PageJson::from(&page)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    state: Option<String>,
    limit: Option<u32>,
}

async fn list(State(state): State<AppState>, _: ApiCaller<Read>, Params(query): Params<ListQuery>) -> ApiResult {
    if query.state.is_some_and(|word| word != "open") {
        return Err(Refusal::invalid(
            "state",
            "Only open pages are listed; a page that is over stands with its alert or incident.",
        )
        .into());
    }
    let pages = state.read(move |tx, _, _| views::open_pages(tx, whole(query.limit))).await?;
    Ok(ok(&List::whole(pages.iter().map(PageJson::from).collect())))
}

async fn show(State(state): State<AppState>, _: ApiCaller<Read>, ApiPath(id): ApiPath<String>) -> ApiResult {
    let id: PageId = request::id("page", &id)?;
    let held = state.clone();
    let view = state.read(move |tx, now, directory| views::page(tx, directory, held.settings(), id, now)).await?;
    Ok(ok(&PageDetailJson::from(&view)))
}

async fn acknowledge(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
) -> ApiResult {
    let id: PageId = request::id("page", &id)?;
    let page = state.run_first(move |unit| paging::acknowledge(unit, &who.permit, id)).await?;
    state.metrics().page("acknowledged");
    Ok(ok(&PageJson::from(&page)))
}

async fn hand_over(State(state): State<AppState>, who: ApiCaller<Respond>, ApiPath(id): ApiPath<String>) -> ApiResult {
    let id: PageId = request::id("page", &id)?;
    let page = state.run_first(move |unit| paging::hand_over(unit, &who.permit, id)).await?;
    state.metrics().page("handed-over");
    Ok(ok(&PageJson::from(&page)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HandInput {
    to: String,
    reason: String,
}

async fn hand_to(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
    Body(input): Body<HandInput>,
) -> ApiResult {
    let id: PageId = request::id("page", &id)?;
    let page = state
        .run_first(move |unit| {
            let to = target_named(&unit.directory.org, input.to.trim())?;
            paging::hand_to(unit, &who.permit, id, &to, &input.reason)
        })
        .await?;
    state.metrics().page("handed-over");
    Ok(ok(&PageJson::from(&page)))
}

/// For how long, or until when.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnoozeInput {
    r#for: Option<String>,
    until: Option<Instant>,
}

impl SnoozeInput {
    /// The instant that is meant.
    ///
    /// # Errors
    /// Neither is said, or both, or it is no time.
    pub fn until(&self, now: Instant) -> Result<Instant, Refusal> {
        match (&self.r#for, self.until) {
            (None, Some(until)) => Ok(until),
            (Some(wait), None) => {
                let wait = parse_duration(wait).map_err(|e| Refusal::invalid("for", e.to_string()))?;
                now.checked_add(wait).map_err(|_| Refusal::invalid("for", "That is too long."))
            }
            _ => Err(Refusal::invalid("for", "Say either for how long, like 2h, or until which instant.")),
        }
    }
}

async fn snooze(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
    Body(input): Body<SnoozeInput>,
) -> ApiResult {
    let id: PageId = request::id("page", &id)?;
    let page = state
        .run_first(move |unit| {
            let until = input.until(unit.now)?;
            paging::snooze(unit, &who.permit, id, until)
        })
        .await?;
    Ok(ok(&PageJson::from(&page)))
}

async fn prolong(State(state): State<AppState>, who: ApiCaller<Respond>, ApiPath(id): ApiPath<String>) -> ApiResult {
    let id: PageId = request::id("page", &id)?;
    let page = state.run_first(move |unit| paging::prolong(unit, &who.permit, id)).await?;
    Ok(ok(&PageJson::from(&page)))
}

async fn raise(State(state): State<AppState>, who: ApiCaller<Respond>, ApiPath(id): ApiPath<String>) -> ApiResult {
    let id: PageId = request::id("page", &id)?;
    let page = state.run_first(move |unit| paging::raise(unit, &who.permit, id)).await?;
    Ok(ok(&PageJson::from(&page)))
}

//! Action items: owner, due date and priority, all three, always; what is missing is said in one answer.

use super::{
    Endpoint,
    answer::{ApiResult, Failure, List, Wrong, created, ok},
    get, post,
    request::{self, Body, Params, handle, open_only, whole, word_option},
};
use crate::{
    domain::{
        access::{Read, Respond},
        ids::{ActionItemId, IncidentId},
        learning::{ActionItem, ActionItemState},
        record::Instant,
        refusal::Refusal,
    },
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, routing};
use jiff::civil::Date;
use nightbell_engine::{
    learning::{self, ItemInput},
    views,
};
use serde::{Deserialize, Serialize};

pub const ENDPOINTS: &[Endpoint] = &[
    get("/actions", "Action items: open ones first, the earliest due first. Query: state (open, all), limit."),
    post(
        "/incidents/{slug}/actions",
        "Adds an action item; owner, due_on and priority (P0 to P3) are needed.",
        r#"{"text":"Page on a missing webhook after 60 s","owner":"alice","due_on":"2026-06-01","priority":"P1"}"#,
    ),
    post("/actions/{id}/done", "It is done.", ""),
    post(
        "/actions/{id}/drop",
        "It will not be done, for a reason.",
        r#"{"reason":"The service is switched off in June"}"#,
    ),
];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/actions", routing::get(list))
        .route("/incidents/{slug}/actions", routing::post(add))
        .route("/actions/{id}/done", routing::post(done))
        .route("/actions/{id}/drop", routing::post(drop_it))
}

#[derive(Serialize)]
struct ItemJson {
    id: ActionItemId,
    incident: IncidentId,
    text: String,
    owner: String,
    due_on: Date,
    priority: String,
    state: &'static str,
    settled_at: Option<Instant>,
    settled_by: Option<String>,
    reason: Option<String>,
    created_at: Instant,
}

impl From<&ActionItem> for ItemJson {
    fn from(item: &ActionItem) -> Self {
        let (settled, reason) = match &item.state {
            ActionItemState::Open => (None, None),
            ActionItemState::Done { at, by } => (Some((*at, by.to_string())), None),
            ActionItemState::Dropped { at, by, reason } => (Some((*at, by.to_string())), Some(reason.clone())),
        };
        Self {
            id: item.id,
            incident: item.incident,
            text: item.text.clone(),
            owner: item.owner.to_string(),
            due_on: item.due_on,
            priority: item.priority.to_string(),
            state: item.state.word(),
            settled_at: settled.as_ref().map(|(at, _)| *at),
            settled_by: settled.map(|(_, by)| by),
            reason,
            created_at: item.created_at,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    state: Option<String>,
    limit: Option<u32>,
}

async fn list(State(state): State<AppState>, _: ApiCaller<Read>, Params(query): Params<ListQuery>) -> ApiResult {
    let open_only = open_only(query.state.as_deref())?;
    let items = state.read(move |tx, _, _| views::action_items(tx, open_only, whole(query.limit))).await?;
    Ok(ok(&List::whole(items.iter().map(ItemJson::from).collect())))
}

/// Everything may be missing: the answer then names all of it at once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewItem {
    #[serde(default)]
    text: String,
    owner: Option<String>,
    due_on: Option<String>,
    priority: Option<String>,
}

impl NewItem {
    fn read(self) -> Result<ItemInput, Failure> {
        let owner = self.owner.filter(|name| !name.trim().is_empty()).map(|name| handle("owner", &name)).transpose();
        let due_on = word_option("due_on", self.due_on.as_deref());
        let priority = word_option("priority", self.priority.as_deref());
        match (owner, due_on, priority) {
            (Ok(owner), Ok(due_on), Ok(priority)) => Ok(ItemInput { text: self.text, owner, due_on, priority }),
            (owner, due_on, priority) => {
                let wrong = [owner.err(), due_on.err(), priority.err()];
                Err(Failure::invalid(wrong.into_iter().flatten().map(Wrong::from).collect()))
            }
        }
    }
}

async fn add(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(slug): ApiPath<String>,
    Body(input): Body<NewItem>,
) -> ApiResult {
    let input = input.read()?;
    let added = state.run(move |unit| learning::add_item(unit, &who.permit, &slug, input.clone())).await?;
    let refused = |wrong: Vec<Refusal>| Failure::invalid(wrong.into_iter().map(Wrong::from).collect());
    Ok(created(&ItemJson::from(&added.map_err(refused)?)))
}

async fn done(State(state): State<AppState>, who: ApiCaller<Respond>, ApiPath(id): ApiPath<String>) -> ApiResult {
    let id: ActionItemId = request::id("action item", &id)?;
    let item = state.run(move |unit| learning::finish_item(unit, &who.permit, id)).await?;
    Ok(ok(&ItemJson::from(&item)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DropInput {
    reason: String,
}

async fn drop_it(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
    Body(input): Body<DropInput>,
) -> ApiResult {
    let id: ActionItemId = request::id("action item", &id)?;
    let item = state.run(move |unit| learning::drop_item(unit, &who.permit, id, &input.reason)).await?;
    Ok(ok(&ItemJson::from(&item)))
}

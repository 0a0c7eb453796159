//! `/alerts`: sent by hand, listed, shown, acknowledged, resolved.

use super::{
    Endpoint,
    answer::{ApiResult, List, json, ok},
    get,
    pages::SnoozeInput,
    paging_view::{AlertDetailJson, AlertJson},
    post,
    request::{self, Body, Params, limit, open_only, whole},
};
use crate::{
    domain::{
        access::{Read, Respond},
        ids::{AlertId, RequestId},
        org::{Integration, IntegrationKind, Organisation},
        refusal::Refusal,
        text::suggest::did_you_mean,
    },
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, http::StatusCode, routing};
use nightbell_engine::{
    signal::{self, EventOutcome, Inbound, Receipt},
    views::{self, NEWEST},
};
use nightbell_wire::inbound::{Parsed, generic};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub const ENDPOINTS: &[Endpoint] = &[
    post(
        "/alerts",
        "Takes an event as POST /in/generic would: the documented generic form, and the integration it comes in by.",
        r#"{"integration":"generic","title":"Checkout is down","severity":"critical","dedup_key":"checkout-down"}"#,
    ),
    get("/alerts", "Alerts, newest first. Query: state (open, all), before (a cursor), limit."),
    get("/alerts/{id}", "One alert with its pages, delivery log and timeline."),
    post("/alerts/{id}/acknowledge", "Takes it: its pages stop ringing.", ""),
    post(
        "/alerts/{id}/snooze",
        "Takes it until then; its pages ring again if it is not over. Either for or until.",
        r#"{"for":"2h"}"#,
    ),
    post("/alerts/{id}/resolve", "Ends it: whoever was paged is told once.", ""),
];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/alerts", routing::get(list).post(send))
        .route("/alerts/{id}", routing::get(show))
        .route("/alerts/{id}/acknowledge", routing::post(acknowledge))
        .route("/alerts/{id}/snooze", routing::post(snooze))
        .route("/alerts/{id}/resolve", routing::post(resolve))
}

#[derive(Serialize)]
struct ReceiptJson {
    #[serde(flatten)]
    first: OutcomeJson,
    request: Option<RequestId>,
    outcomes: Vec<OutcomeJson>,
}

#[derive(Clone, Serialize)]
struct OutcomeJson {
    id: Option<AlertId>,
    dedup_key: Option<String>,
    reason: String,
}

impl From<&EventOutcome> for OutcomeJson {
    fn from(outcome: &EventOutcome) -> Self {
        Self { id: outcome.alert, dedup_key: Some(outcome.dedup_key.clone()), reason: outcome.reason.clone() }
    }
}

impl From<&Receipt> for ReceiptJson {
    fn from(receipt: &Receipt) -> Self {
        let outcomes: Vec<OutcomeJson> = receipt.outcomes.iter().map(Into::into).collect();
        let nothing = || OutcomeJson { id: None, dedup_key: None, reason: "recorded; it holds no alert".to_owned() };
        Self { first: outcomes.first().cloned().unwrap_or_else(nothing), request: receipt.request, outcomes }
    }
}

async fn send(
    State(state): State<AppState>,
    _: ApiCaller<Respond>,
    Body(mut event): Body<Map<String, Value>>,
) -> ApiResult {
    let named = match event.remove("integration") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name),
        Some(_) => return Err(Refusal::invalid("integration", "The integration is named by its id, a text.").into()),
    };
    let body = Value::Object(event).to_string().into_bytes();
    let Parsed { events, notes } = generic::parse(&body, None)?;
    let receipt = state
        .run(move |unit| {
            let integration = named_integration(&unit.directory.org, named.as_deref())?.id.clone();
            let content_type = "application/json".to_owned();
            let (body, events, notes) = (body.clone(), events.clone(), notes.clone());
            signal::ingest(unit, &Inbound { integration, content_type, body, events, notes })
        })
        .await?;
    Ok(json(StatusCode::ACCEPTED, &ReceiptJson::from(&receipt)))
}

/// The integration of that id; without one the only generic one, else the only one there is. Never a guess: it decides who is woken.
pub fn named_integration<'o>(org: &'o Organisation, name: Option<&str>) -> Result<&'o Integration, Refusal> {
    let known = || org.integrations.keys().map(|id| id.as_str());
    if let Some(name) = name {
        return org.integrations.values().find(|i| i.id.as_str() == name).ok_or_else(|| {
            let near = did_you_mean(name, known());
            let shown: String = name.chars().take(60).collect();
            Refusal::invalid("integration", format!("There is no integration {shown:?}{near}."))
        });
    }
    let only = |kind: Option<IntegrationKind>| {
        let mut found = org.integrations.values().filter(|i| kind.is_none_or(|kind| kind == i.kind));
        found.next().filter(|_| found.next().is_none())
    };
    only(Some(IntegrationKind::Generic)).or_else(|| only(None)).ok_or_else(|| {
        let names: Vec<&str> = known().take(20).collect();
        let message = if names.is_empty() {
            "There is no integration yet: add one to the organisation files.".to_owned()
        } else {
            format!("Name the integration it comes in by, for that decides who is paged: {}.", names.join(", "))
        };
        Refusal::invalid("integration", message)
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    state: Option<String>,
    before: Option<String>,
    limit: Option<u32>,
}

async fn list(State(state): State<AppState>, _: ApiCaller<Read>, Params(query): Params<ListQuery>) -> ApiResult {
    let open_only = open_only(query.state.as_deref())?;
    let before = query.before.unwrap_or_else(|| NEWEST.to_owned());
    let count_max = if open_only { whole(query.limit) } else { limit(query.limit) };
    let listed = state.read(move |tx, _, _| views::alerts(tx, open_only, &before, count_max)).await?;
    Ok(ok(&List::of(&listed, |alert| AlertJson::from(alert))))
}

async fn show(State(state): State<AppState>, _: ApiCaller<Read>, ApiPath(id): ApiPath<String>) -> ApiResult {
    let id: AlertId = request::id("alert", &id)?;
    let held = state.clone();
    let view = state.read(move |tx, now, directory| views::alert(tx, directory, held.settings(), id, now)).await?;
    Ok(ok(&AlertDetailJson::from(&view)))
}

async fn acknowledge(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
) -> ApiResult {
    let id: AlertId = request::id("alert", &id)?;
    let alert = state.run_first(move |unit| signal::acknowledge(unit, &who.permit, id)).await?;
    Ok(ok(&AlertJson::from(&alert)))
}

async fn snooze(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
    Body(input): Body<SnoozeInput>,
) -> ApiResult {
    let id: AlertId = request::id("alert", &id)?;
    let alert = state
        .run_first(move |unit| {
            let until = input.until(unit.now)?;
            signal::snooze(unit, &who.permit, id, until)
        })
        .await?;
    Ok(ok(&AlertJson::from(&alert)))
}

async fn resolve(State(state): State<AppState>, who: ApiCaller<Respond>, ApiPath(id): ApiPath<String>) -> ApiResult {
    let id: AlertId = request::id("alert", &id)?;
    let alert = state.run_first(move |unit| signal::resolve(unit, &who.permit, id)).await?;
    Ok(ok(&AlertJson::from(&alert)))
}

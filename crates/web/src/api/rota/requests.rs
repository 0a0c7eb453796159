//! Requests and swaps.

use super::super::{
    Endpoint,
    answer::{ApiResult, created, ok},
    post,
    request::{self, Body, handle, word},
};
use super::view::{RequestJson, SpanJson};
use crate::{
    domain::{access::Respond, ids::ScheduleId, record::Instant},
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, routing};
use nightbell_engine::rota::{self, Ask};
use serde::{Deserialize, Serialize};

pub const ENDPOINTS: &[Endpoint] = &[
    post(
        "/schedules/{id}/requests",
        "Asks somebody (or everybody of the schedule) to take a span, with or without a span of theirs in return. For others: managers and the team.",
        r#"{"user":"max","from":"2026-05-06T18:00:00Z","to":"2026-05-07T06:00:00Z","note":"Concert"}"#,
    ),
    post(
        "/schedules/{id}/requests/{request}/accept",
        "Takes it: the first one does. Somebody nothing reaches needs a reason in although.",
        r#"{"although":"She sits beside me"}"#,
    ),
    post("/schedules/{id}/requests/{request}/decline", "Says no, when asked by name.", ""),
    post("/schedules/{id}/requests/{request}/withdraw", "Takes the request back.", ""),
];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/schedules/{id}/requests", routing::post(ask))
        .route("/schedules/{id}/requests/{request}/accept", routing::post(accept))
        .route("/schedules/{id}/requests/{request}/decline", routing::post(decline))
        .route("/schedules/{id}/requests/{request}/withdraw", routing::post(withdraw))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRequest {
    user: Option<String>,
    from: String,
    to: String,
    asked: Option<String>,
    in_return: Option<Back>,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Back {
    from: String,
    to: String,
}

async fn ask(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
    Body(input): Body<NewRequest>,
) -> ApiResult {
    let back = |back: Back| -> Result<(Instant, Instant), crate::domain::refusal::Refusal> {
        Ok((word("in_return.from", &back.from)?, word("in_return.to", &back.to)?))
    };
    let user = input.user.map(|user| handle("user", &user)).transpose()?;
    let input = Ask {
        schedule: request::id("schedule", &id)?,
        user: user.unwrap_or_else(|| who.permit.user().clone()),
        from: word("from", &input.from)?,
        to: word("to", &input.to)?,
        asked: input.asked.map(|user| handle("asked", &user)).transpose()?,
        in_return: input.in_return.map(back).transpose()?,
        note: input.note,
    };
    let made = state.run(move |unit| rota::ask(unit, &who.permit, input.clone())).await?;
    Ok(created(&RequestJson::from(&made)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accept {
    user: Option<String>,
    although: Option<String>,
}

#[derive(Serialize)]
struct TakenJson {
    request: RequestJson,
    spans: Vec<SpanJson>,
    /// What speaks against it, though nothing forbade it.
    misgivings: Vec<String>,
}

async fn accept(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath((id, request)): ApiPath<(String, String)>,
    Body(input): Body<Accept>,
) -> ApiResult {
    let id: ScheduleId = request::id("schedule", &id)?;
    let user = input.user.map(|user| handle("user", &user)).transpose()?;
    let taken = state
        .run(move |unit| rota::accept(unit, &who.permit, &id, &request, user.clone(), input.although.as_deref()))
        .await?;
    Ok(ok(&TakenJson {
        request: RequestJson::from(&taken.request),
        spans: taken.spans.iter().map(SpanJson::from).collect(),
        misgivings: taken.misgivings,
    }))
}

async fn decline(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath((id, request)): ApiPath<(String, String)>,
) -> ApiResult {
    let id: ScheduleId = request::id("schedule", &id)?;
    let answered = state.run(move |unit| rota::decline(unit, &who.permit, &id, &request)).await?;
    Ok(ok(&RequestJson::from(&answered)))
}

async fn withdraw(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath((id, request)): ApiPath<(String, String)>,
) -> ApiResult {
    let id: ScheduleId = request::id("schedule", &id)?;
    let answered = state.run(move |unit| rota::withdraw(unit, &who.permit, &id, &request)).await?;
    Ok(ok(&RequestJson::from(&answered)))
}

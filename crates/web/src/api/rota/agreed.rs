//! Overrides, take-overs, undoing them, the note to whoever comes next.

use super::super::{
    Endpoint,
    answer::{ApiResult, created, ok},
    post,
    request::{self, Body, handle, word, word_option},
};
use super::view::SpanJson;
use crate::{
    domain::{access::Respond, ids::ScheduleId, org::AccessRole, record::Instant},
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, routing};
use nightbell_calendar::OverrideKind;
use nightbell_engine::rota::{self, Arrange};
use serde::{Deserialize, Serialize};

pub const ENDPOINTS: &[Endpoint] = &[
    post(
        "/schedules/{id}/overrides",
        "Puts somebody into a span: replace (as when nothing is said), add, shadow or reverse-shadow. For others: managers and the schedule's team.",
        r#"{"user":"alice","from":"2026-06-01T18:00:00Z","to":"2026-06-02T06:00:00Z","kind":"replace","note":"Concert"}"#,
    ),
    Endpoint {
        method: "DELETE",
        path: "/schedules/{id}/overrides/{span}",
        least: AccessRole::Responder,
        what: "Undoes an agreed span, and what came with it; one that runs ends now.",
        example: "",
    },
    post(
        "/schedules/{id}/take-over",
        "I take over now: until whoever is on call would have handed over, or until a given time.",
        r#"{"until":"2026-05-02T12:00:00Z"}"#,
    ),
    post("/schedules/{id}/give-back", "Gives back what the caller took over.", ""),
    post("/schedules/{id}/note", "A note to whoever comes next.", r#"{"text":"The queue is slow since noon."}"#),
];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/schedules/{id}/overrides", routing::post(add))
        .route("/schedules/{id}/overrides/{span}", routing::delete(undo))
        .route("/schedules/{id}/take-over", routing::post(take_over))
        .route("/schedules/{id}/give-back", routing::post(give_back))
        .route("/schedules/{id}/note", routing::post(note))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSpan {
    user: String,
    from: String,
    to: String,
    #[serde(default)]
    kind: OverrideKind,
    instead_of: Option<String>,
    #[serde(default)]
    note: String,
    although: Option<String>,
}

#[derive(Serialize)]
struct ArrangedJson {
    span: SpanJson,
    /// What speaks against it, though nothing forbids it.
    misgivings: Vec<String>,
}

async fn add(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
    Body(input): Body<NewSpan>,
) -> ApiResult {
    let input = Arrange {
        schedule: request::id("schedule", &id)?,
        user: handle("user", &input.user)?,
        kind: input.kind,
        from: word("from", &input.from)?,
        to: word("to", &input.to)?,
        instead_of: input.instead_of.map(|other| handle("instead_of", &other)).transpose()?,
        note: input.note,
        although: input.although,
    };
    let done = state.run(move |unit| rota::add_override(unit, &who.permit, input.clone())).await?;
    Ok(created(&ArrangedJson { span: SpanJson::from(&done.span), misgivings: done.misgivings }))
}

#[derive(Serialize)]
struct UndoneJson {
    undone: Vec<SpanJson>,
}

async fn undo(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath((id, span)): ApiPath<(String, String)>,
) -> ApiResult {
    let id: ScheduleId = request::id("schedule", &id)?;
    let undone = state.run(move |unit| rota::undo(unit, &who.permit, &id, &span)).await?;
    Ok(ok(&UndoneJson { undone: undone.iter().map(SpanJson::from).collect() }))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Until {
    until: Option<String>,
}

#[derive(Serialize)]
struct TakenJson {
    /// In order: one, unless others are on call as well and stay.
    spans: Vec<SpanJson>,
    /// Until when the caller has it.
    until: Instant,
    /// Who was on call.
    from: Option<String>,
    /// Pages that ring for them and go on until somebody acknowledges.
    ringing: usize,
}

async fn take_over(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
    Body(input): Body<Until>,
) -> ApiResult {
    let id: ScheduleId = request::id("schedule", &id)?;
    let until: Option<Instant> = word_option("until", input.until.as_deref())?;
    let taken = state.run_first(move |unit| rota::take_over(unit, &who.permit, &id, until)).await?;
    let from = taken.from.as_ref().map(ToString::to_string);
    let spans = taken.spans.iter().map(SpanJson::from).collect();
    Ok(ok(&TakenJson { spans, until: taken.until, from, ringing: taken.ringing }))
}

async fn give_back(State(state): State<AppState>, who: ApiCaller<Respond>, ApiPath(id): ApiPath<String>) -> ApiResult {
    let id: ScheduleId = request::id("schedule", &id)?;
    let undone = state.run_first(move |unit| rota::give_back(unit, &who.permit, &id)).await?;
    Ok(ok(&UndoneJson { undone: undone.iter().map(SpanJson::from).collect() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoteInput {
    text: String,
}

async fn note(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
    Body(input): Body<NoteInput>,
) -> ApiResult {
    let id: ScheduleId = request::id("schedule", &id)?;
    state.run(move |unit| rota::leave_note(unit, &who.permit, &id, &input.text)).await?;
    Ok(ok(&serde_json::json!({ "noted": true })))
}

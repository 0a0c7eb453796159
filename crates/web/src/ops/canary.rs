//! The canary's two addresses (INV-24): `POST /canary` begins one, for whoever has its key (the watch); `POST /canary/{token}` is where its message
//! arrives, and is the receipt. Is not: a decision about when, or what a miss means.

use crate::{
    errors::{ApiError, Problem},
    ingest::Posted,
    state::AppState,
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use nightbell_engine::{canary, domain::refusal::Refusal, paging::LinkHolder};
use nightbell_wire::inbound::generic;
use serde_json::json;

/// The header the key comes in.
pub const KEY_HEADER: &str = "x-nightbell-canary";

/// Takes a canary in: read like any inbound request, in a turn of its own among the sources of alerts.
pub async fn begin(State(state): State<AppState>, posted: Posted) -> Result<Response, ApiError> {
    let no_such = || Refusal::not_found("canary", "this address is for Nightbell itself");
    if !posted.header(KEY_HEADER).is_some_and(|given| canary::opens(state.settings(), given)) {
        return Err(no_such().into());
    }
    let body = posted.body.as_ref().map_err(|_| Problem::too_large())?;
    let understood = generic::parse(body, Some(posted.content_type())).is_ok_and(|parsed| parsed.events.len() == 1);
    if !understood {
        return Err(Problem::bad_request("a canary is one event").into());
    }
    let page = state.run_as(canary::class(), canary::start).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "page": page }))).into_response())
}

/// Takes the message: 2xx once the receipt is on disk.
pub async fn arrive(State(state): State<AppState>, Path(token): Path<String>) -> Result<StatusCode, ApiError> {
    let holder = LinkHolder::check(state.settings(), &token, state.now())?;
    state.run_first(move |unit| canary::receive(unit, &holder)).await?;
    Ok(StatusCode::NO_CONTENT)
}

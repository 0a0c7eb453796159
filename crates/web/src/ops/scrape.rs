//! `GET /metrics`: from this machine, or with an administrator's token.

use crate::{
    domain::access::Administer,
    errors::{ApiError, Problem},
    gate::{ClientAddress, token_caller},
    state::AppState,
};
use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use nightbell_engine::watch;

/// Answers in the OpenMetrics text format.
pub async fn metrics(
    State(state): State<AppState>,
    from: ClientAddress,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if !from.local {
        token_caller(&headers, &state).await?.ok_or_else(ApiError::unauthenticated)?.permit::<Administer>()?;
    }
    let after = state.late_after();
    let (now, alarms) = state.read(move |tx, now, _| Ok((now, watch::alarms(tx, now, after)?))).await?;
    let text = state.metrics().text(&alarms, now).map_err(|_| Problem::fault())?;
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}

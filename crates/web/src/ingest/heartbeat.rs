//! `GET` or `POST /heartbeat/{key}`: "I am alive". 2xx once it is on disk; whatever the body says is not looked at. The key opens a heartbeat
//! only; a wrong key looks like every other wrong key.

use super::take::{answer, retry_after_s, source};
use crate::{domain::org::IntegrationKind, state::AppState};
use axum::{
    extract::{Path, State},
    response::Response,
};
use nightbell_engine::{Class, Fault, StoreError, Unit, heartbeat};
use nightbell_wire::inbound::{self, Answer, Rejection};

const KIND: IntegrationKind = IntegrationKind::Heartbeat;

/// Takes a beat in.
pub async fn beat(State(state): State<AppState>, Path(key): Path<String>) -> Response {
    answer(heard(&state, key).await.unwrap_or_else(|rejection| rejection))
}

async fn heard(state: &AppState, key: String) -> Result<Answer, Rejection> {
    match stored(state, key).await {
        Ok(true) => {
            state.metrics().events_accepted(KIND.word(), 1);
            Ok(inbound::accepted(1))
        }
        Ok(false) => Err(inbound::unknown_key()),
        // Counted by the desk; a line for each of a flood would be a second flood.
        Err(fault @ (Fault::Busy { .. } | Fault::Store(StoreError::Full(_)))) => {
            Err(inbound::unavailable(retry_after_s(&fault)))
        }
        Err(fault) => {
            tracing::warn!(error = %fault, "a heartbeat was not stored; its sender was told to send it again");
            Err(inbound::unavailable(retry_after_s(&fault)))
        }
    }
}

/// Whether the key opens a heartbeat, which then was heard and is on disk.
async fn stored(state: &AppState, key: String) -> Result<bool, Fault> {
    let Some(source) = source(state, KIND, &key).await? else { return Ok(false) };
    let work = move |unit: &mut Unit<'_>| {
        let directory = unit.directory.clone();
        let Some(integration) = directory.integration_by_key(Some(KIND), &key) else { return Ok(false) };
        heartbeat::beat(unit, &integration.id).map(|()| true)
    };
    state.run_as(Class::Alert(source), work).await
}

//! `POST /in/{kind}/{key}`: every other inbound format. `alertmanager` reads Alertmanager's and Grafana's webhook, `generic` any JSON and,
//! by their shape, the formats we know. A key opens its own kind only; a wrong kind and a wrong key look alike.

use super::take::{NoBody, Posted, answer, retry_after_s, store};
use crate::{domain::org::IntegrationKind, state::AppState};
use axum::{
    extract::{Path, State},
    response::Response,
};
use nightbell_engine::domain::limits::INBOUND_BYTES_MAX;
use nightbell_wire::inbound::{self, Answer, Parsed, Rejection, alertmanager, generic};

/// Takes a request in.
pub async fn take_in(
    State(state): State<AppState>,
    Path((kind, key)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    answer(take(&state, &kind, key, &posted).await.unwrap_or_else(|rejection| rejection))
}

async fn take(state: &AppState, kind: &str, key: String, posted: &Posted) -> Result<Answer, Rejection> {
    let body = posted.body.as_ref().map_err(no_body)?;
    let (kind, parsed) = read(kind, body, posted.content_type())?;
    let events = parsed.events.len();
    let stored = store(state, kind, key, posted, parsed).await;
    stored.map_err(|fault| inbound::unavailable(retry_after_s(&fault)))?.ok_or_else(inbound::unknown_key)?;
    Ok(inbound::accepted(events))
}

fn read(kind: &str, body: &[u8], content_type: &str) -> Result<(IntegrationKind, Parsed), Rejection> {
    match kind {
        "alertmanager" => Ok((IntegrationKind::Alertmanager, alertmanager::parse(body)?)),
        "generic" => Ok((IntegrationKind::Generic, generic::parse(body, Some(content_type))?)),
        _ => Err(inbound::unknown_key()),
    }
}

fn no_body(why: &NoBody) -> Rejection {
    match why {
        NoBody::TooLarge => inbound::problem(
            413,
            "Body too large",
            &format!("The limit is {INBOUND_BYTES_MAX} bytes; nothing was stored."),
        ),
        NoBody::BrokenOff => {
            inbound::problem(400, "Body broken off", "The body ended before its announced length; nothing was stored.")
        }
    }
}

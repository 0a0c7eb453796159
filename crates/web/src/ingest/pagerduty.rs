//! `POST /v2/enqueue` and `POST /v2/change/enqueue`: PagerDuty's Events API v2, so that its clients only change the host they call.

use super::take::{NoBody, Posted, answer, retry_after_s, store};
use crate::{domain::org::IntegrationKind, state::AppState};
use axum::{extract::State, response::Response};
use nightbell_wire::inbound::{Answer, Parsed, Rejection, pagerduty, problem};

/// The header old clients put the routing key in.
const KEY_HEADER: &str = "x-routing-key";

/// Takes an event.
pub async fn enqueue(State(state): State<AppState>, posted: Posted) -> Response {
    answer(event(&state, &posted).await.unwrap_or_else(|rejection| rejection))
}

async fn event(state: &AppState, posted: &Posted) -> Result<Answer, Rejection> {
    let body = posted.body.as_ref().map_err(no_body)?;
    // Without a key of its own a trigger gets one from the unit of work that stores it; the receipt says which.
    let enqueue = pagerduty::parse(body, posted.header(KEY_HEADER), "")?;
    let parsed = Parsed { events: vec![enqueue.event], notes: Vec::new() };
    let stored = store(state, IntegrationKind::Pagerduty, enqueue.routing_key, posted, parsed).await;
    let receipt =
        stored.map_err(|fault| pagerduty::unavailable(retry_after_s(&fault)))?.ok_or_else(pagerduty::unknown_key)?;
    Ok(pagerduty::accepted(receipt.outcomes.first().map_or("", |outcome| &outcome.dedup_key)))
}

/// Takes a change event: kept, pages nobody.
pub async fn enqueue_change(State(state): State<AppState>, posted: Posted) -> Response {
    answer(change(&state, &posted).await.unwrap_or_else(|rejection| rejection))
}

async fn change(state: &AppState, posted: &Posted) -> Result<Answer, Rejection> {
    let body = posted.body.as_ref().map_err(no_body)?;
    let change = pagerduty::parse_change(body, posted.header(KEY_HEADER))?;
    let stored = store(state, IntegrationKind::Pagerduty, change.routing_key, posted, Parsed::default()).await;
    stored.map_err(|fault| pagerduty::unavailable(retry_after_s(&fault)))?.ok_or_else(pagerduty::unknown_key)?;
    Ok(pagerduty::change_accepted())
}

fn no_body(why: &NoBody) -> Rejection {
    match why {
        NoBody::TooLarge => pagerduty::too_large(),
        NoBody::BrokenOff => {
            problem(400, "Body broken off", "The body ended before its announced length; nothing was stored.")
        }
    }
}

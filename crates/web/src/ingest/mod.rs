//! Ingest: what monitoring tools post, answered in each tool's own words. 2xx only after the commit (INV-01); what could not be stored is
//! 503 with `Retry-After` (INV-02). The key in the body or the address is the credential; it reaches no log.
//!
//! Is not: parsing (the wire crate's), routing and paging (the engine's). Merged into the router by [`crate::server`]; no session, no token.

mod formats;
mod heartbeat;
mod pagerduty;
mod take;

pub(crate) use take::Posted;

use crate::state::AppState;
use axum::{
    Router,
    routing::{get, post},
};

/// Every inbound address.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/v2/enqueue", post(pagerduty::enqueue))
        .route("/v2/change/enqueue", post(pagerduty::enqueue_change))
        .route("/in/{kind}/{key}", post(formats::take_in))
        .route("/heartbeat/{key}", get(heartbeat::beat).post(heartbeat::beat))
}

#[cfg(test)]
mod tests;

//! For operators and what watches: `/healthz` (the process is up), `/readyz` (it can do its work, or why not), `/metrics` (Prometheus; with a
//! token), and the canary's two.
//!
//! Is not: the watch, which looks by itself and acts on what it finds (the binary's). Figures are gathered in [`Metrics`] by whoever knows them.

mod canary;
mod desk;
mod metrics;
mod ready;
mod scrape;

pub use canary::KEY_HEADER as CANARY_KEY;
pub use metrics::{Metrics, Sent};
pub use scrape::ScrapeToken;

use crate::state::AppState;
use axum::{
    Router,
    routing::{get, post},
};

/// The addresses.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(ready::readyz))
        .route("/metrics", get(scrape::metrics))
        .route("/canary", post(canary::begin))
        .route("/canary/{token}", post(canary::arrive))
}

async fn healthz() -> &'static str {
    "ok\n"
}

#[cfg(test)]
pub(crate) mod exposition;

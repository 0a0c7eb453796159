//! `/alerts`: the list, one alert, and what people do to it.

mod act;
mod list;
mod one;

use crate::state::AppState;
use axum::{
    Router,
    routing::{get, post},
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/alerts", get(list::show))
        .route("/alerts/{alert}", get(one::show))
        .route("/alerts/{alert}/ack", post(act::acknowledge))
        .route("/alerts/{alert}/resolve", post(act::resolve))
        .route("/alerts/{alert}/snooze", post(act::snooze))
}

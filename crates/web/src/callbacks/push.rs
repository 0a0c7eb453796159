//! `POST /callbacks/push/renew`: a browser has given a phone another push address, and its service worker tells. No session may be left by then; the
//! proof is the secret of the old subscription, which only that browser and this server know.

use crate::{
    csrf::PlainForm,
    pages::{Pairs, subscription, typed},
    state::AppState,
};
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use nightbell_engine::people;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/callbacks/push/renew", post(renew))
}

async fn renew(State(state): State<AppState>, PlainForm(pairs): PlainForm<Pairs>) -> Response {
    let typed = typed(pairs);
    let Some(kind) = subscription(&typed) else {
        return told(StatusCode::BAD_REQUEST, false, "This is no push subscription.");
    };
    let before = (typed.word("old_endpoint").to_owned(), typed.word("old_auth").to_owned());
    let moved = state.run(move |unit| people::renewed(unit, (&before.0, &before.1), &kind)).await;
    match moved {
        Ok(true) => told(StatusCode::OK, true, "This phone goes on ringing."),
        Ok(false) => told(StatusCode::NOT_FOUND, false, "This phone is nobody's; set it up again."),
        Err(error) => {
            tracing::error!(%error, "PAGING AT RISK: a phone's new push address could not be stored");
            told(StatusCode::SERVICE_UNAVAILABLE, false, "It could not be stored just now.")
        }
    }
}

fn told(status: StatusCode, done: bool, text: &str) -> Response {
    let body = serde_json::json!({ "outcome": if done { "done" } else { "refused" }, "text": text });
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

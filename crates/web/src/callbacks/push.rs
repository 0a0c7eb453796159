//! `POST /callbacks/push/renew`: a browser has given a phone another push address, and its service worker tells. No session may be left by then; the
//! proof is the secret of the old subscription, which only that browser and this server know; wrong ones are counted by where they come from.

use crate::{
    csrf::PlainForm,
    gate::ClientAddress,
    pages::{Pairs, subscription, typed},
    respond,
    state::AppState,
};
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use nightbell_engine::{Fault, people};

const NOBODYS: &str = "This phone is nobody's; set it up again.";

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/callbacks/push/renew", post(renew))
}

/// Characters of an address by which wrong ones are counted: its end, for the beginning is the push service's.
const COUNTED_CHARS: usize = 60;

async fn renew(State(state): State<AppState>, from: ClientAddress, PlainForm(pairs): PlainForm<Pairs>) -> Response {
    let typed = typed(pairs);
    let Some(kind) = subscription(&typed) else {
        return told(StatusCode::BAD_REQUEST, false, "This is no push subscription.");
    };
    let before = (typed.word("old_endpoint").to_owned(), typed.word("old_auth").to_owned());
    let counted: String = before.0.chars().rev().take(COUNTED_CHARS).collect();
    let allowed = state.callback_limiter().attempt(state.now(), &counted, from.address);
    if let Err(wait) = allowed {
        let mut response =
            told(StatusCode::TOO_MANY_REQUESTS, false, "That was a little often. Set this phone up again.");
        respond::retry_after(&mut response, u16::try_from(wait.as_secs().max(1)).unwrap_or(900));
        return response;
    }
    // Looked for before anything is left at the writer's desk: who guesses costs nobody's page a moment.
    match state.newest_directory().await {
        Ok(directory) if people::is_known(&directory.org, (&before.0, &before.1)) => {}
        Ok(_) => return told(StatusCode::NOT_FOUND, false, NOBODYS),
        Err(error) => return not_stored(&error),
    }
    let moved = state.run(move |unit| people::renewed(unit, (&before.0, &before.1), &kind)).await;
    match moved {
        Ok(true) => told(StatusCode::OK, true, "This phone goes on ringing."),
        Ok(false) => told(StatusCode::NOT_FOUND, false, NOBODYS),
        Err(error) => not_stored(&error),
    }
}

fn not_stored(error: &Fault) -> Response {
    tracing::error!(%error, "PAGING AT RISK: a phone's new push address could not be stored");
    told(StatusCode::SERVICE_UNAVAILABLE, false, "It could not be stored just now.")
}

fn told(status: StatusCode, done: bool, text: &str) -> Response {
    let body = serde_json::json!({ "outcome": if done { "done" } else { "refused" }, "text": text });
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

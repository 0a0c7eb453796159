//! `POST /p/{token}/press` and `/press/still-on`: the button of a notification on a phone (web push, ntfy). The signed link is the proof, the press is
//! a human's; it acknowledges the one page the link is for, or says that its owner is still on it. Whatever the request says otherwise is not looked
//! at: apps send what they like.

use super::told::Told;
use crate::state::AppState;
use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use nightbell_engine::{
    Fault, Unit,
    domain::refusal::{Refusal, RefusalKind},
    paging::{self, Button, LinkHolder},
};
use serde::Serialize;

pub(super) fn router() -> Router<AppState> {
    let still_on = |state, token| press(state, token, Button::StillOn);
    Router::new()
        .route("/p/{token}/press", post(|state, token| press(state, token, Button::Acknowledge)))
        .route("/p/{token}/press/still-on", post(still_on))
}

/// What the service worker shows.
#[derive(Serialize)]
struct Body<'a> {
    /// `done` or `refused`.
    outcome: &'a str,
    text: &'a str,
}

async fn press(State(state): State<AppState>, Path(token): Path<String>, button: Button) -> Response {
    // Looked at before anything is left at the writer's desk: what is forged costs nobody's page a moment.
    if let Err(refusal) = LinkHolder::check(state.settings(), &token, state.now()) {
        return answer(status(&refusal), &Told::refused(refusal.message));
    }
    let work = move |unit: &mut Unit<'_>| {
        let holder = LinkHolder::check(unit.settings, &token, unit.now)?;
        if !unit.directory.org.users.contains_key(holder.user()) {
            return Err(
                Refusal::not_found("page behind this link;", "the account it was sent to no longer exists").into()
            );
        }
        let page = paging::press_by_link(unit, &holder, button)?;
        Ok(Told::of(&unit.directory.org, &page, holder.user(), button))
    };
    match state.run_first(work).await {
        Ok(told) => answer(StatusCode::OK, &told),
        Err(Fault::Refused(refusal)) => answer(status(&refusal), &Told::refused(refusal.message)),
        Err(fault) => {
            let mut response = answer(
                StatusCode::SERVICE_UNAVAILABLE,
                &Told::refused("It could not be stored just now, and rings on. Press again in a moment."),
            );
            crate::respond::retry_after(&mut response, fault.retry_after_s().unwrap_or(5));
            response
        }
    }
}

fn status(refusal: &Refusal) -> StatusCode {
    match refusal.kind {
        RefusalKind::NotFound => StatusCode::NOT_FOUND,
        RefusalKind::Conflict if refusal.code == "link-expired" => StatusCode::GONE,
        RefusalKind::Conflict => StatusCode::CONFLICT,
        RefusalKind::Invalid => StatusCode::BAD_REQUEST,
        RefusalKind::Forbidden => StatusCode::FORBIDDEN,
    }
}

/// Readable from anywhere: an app of ntfy's in a browser is another site, and the link is all it needs to know.
fn answer(status: StatusCode, told: &Told) -> Response {
    let body = Body { outcome: if told.done { "done" } else { "refused" }, text: &told.text };
    let text = serde_json::to_string(&body).unwrap_or_else(|_| "{}".to_owned());
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (status, headers, text).into_response()
}

//! Updates by mail: typing an address on the status page, saying yes and saying no behind the links in mails.
//!
//! Opening a link changes nothing (mail scanners open links); a press does, and so does the one-press way out of RFC 8058, which mail programs POST
//! without asking anybody. No cookie is read, and an address is answered the same whether it is known or not. The address is never logged.

use super::answer;
use crate::{gate::ClientAddress, state::AppState};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use nightbell_engine::{
    Fault,
    domain::refusal::{Refusal, RefusalKind},
    subscription, views,
};
use nightbell_status::{Step, subscribe_html};

/// Longest address looked at, in bytes.
const TYPED_BYTES_MAX: usize = 400;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/status/{slug}/subscribe", post(subscribe))
        .route("/status/{slug}/confirm/{token}", get(show_confirm).post(confirm))
        .route("/status/{slug}/unsubscribe/{token}", get(show_unsubscribe).post(unsubscribe))
}

/// The page of a step in the look of the status page; where there is no such page, the calm word of all public pages.
async fn page(state: &AppState, slug: String, status: StatusCode, step: Step<'static>) -> Response {
    let read = state.read(move |tx, now, directory| {
        let page = views::status_page(tx, directory, &slug, now)?;
        Ok(subscribe_html(&page, now, &step))
    });
    match read.await {
        Ok(html) => answer::once(status, html),
        Err(fault) => sorry(&fault),
    }
}

fn sorry(fault: &Fault) -> Response {
    match fault {
        Fault::Refused(_) => answer::sorry(super::HTML, StatusCode::NOT_FOUND),
        Fault::Store(_) | Fault::Busy { .. } => {
            tracing::warn!(error = %fault, "a subscription could not be changed or shown");
            answer::sorry(super::HTML, StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

/// What was typed, as a step that lives as long as its page is printed.
async fn refused(state: &AppState, slug: String, status: StatusCode, typed: String, problem: String) -> Response {
    let read = state.read(move |tx, now, directory| {
        let page = views::status_page(tx, directory, &slug, now)?;
        Ok(subscribe_html(&page, now, &Step::Refused { typed: &typed, problem: &problem }))
    });
    match read.await {
        Ok(html) => answer::once(status, html),
        Err(fault) => sorry(&fault),
    }
}

async fn subscribe(
    State(state): State<AppState>,
    from: ClientAddress,
    Path(slug): Path<String>,
    body: Bytes,
) -> Response {
    let found = url::form_urlencoded::parse(&body).find(|(name, _)| name == "email");
    let typed: String = found.map(|(_, value)| value.into_owned()).unwrap_or_default();
    let typed = typed.get(..TYPED_BYTES_MAX.min(typed.len())).unwrap_or_default().to_owned();
    if !state.sends_mail() {
        let problem = "This page cannot send mail. Its feeds tell you the same.".to_owned();
        return refused(&state, slug, StatusCode::CONFLICT, typed, problem).await;
    }
    let allowed = state.subscribe_limiter().attempt(state.now(), &typed, from.address);
    if let Err(wait) = allowed {
        tracing::warn!(address = %from.address, "too many addresses typed on a status page");
        let problem = "That was a little often. Please wait a quarter of an hour.".to_owned();
        let mut response = refused(&state, slug, StatusCode::TOO_MANY_REQUESTS, typed, problem).await;
        crate::respond::retry_after(&mut response, u16::try_from(wait.as_secs().max(1)).unwrap_or(900));
        return response;
    }
    let (page_slug, address) = (slug.clone(), typed.clone());
    match state.run(move |unit| subscription::subscribe(unit, &page_slug, &address)).await {
        Ok(()) => page(&state, slug, StatusCode::OK, Step::Asked).await,
        Err(Fault::Refused(refusal)) if refusal.kind != RefusalKind::NotFound => {
            let status =
                if refusal.kind == RefusalKind::Conflict { StatusCode::CONFLICT } else { StatusCode::BAD_REQUEST };
            refused(&state, slug, status, typed, refusal.message).await
        }
        Err(fault) => sorry(&fault),
    }
}

/// A page with one button; whether the token is good is found out by the press.
async fn show(state: &AppState, slug: String, token: String, confirm: bool) -> Response {
    let read = state.read(move |tx, now, directory| {
        let page = views::status_page(tx, directory, &slug, now)?;
        let step = if confirm { Step::Confirm { token: &token } } else { Step::Unsubscribe { token: &token } };
        Ok(subscribe_html(&page, now, &step))
    });
    match read.await {
        Ok(html) => answer::once(StatusCode::OK, html),
        Err(fault) => sorry(&fault),
    }
}

async fn show_confirm(State(state): State<AppState>, Path((slug, token)): Path<(String, String)>) -> Response {
    show(&state, slug, token, true).await
}

async fn show_unsubscribe(State(state): State<AppState>, Path((slug, token)): Path<(String, String)>) -> Response {
    show(&state, slug, token, false).await
}

async fn confirm(State(state): State<AppState>, Path((slug, token)): Path<(String, String)>) -> Response {
    let done = state.run(move |unit| subscription::confirm(unit, &token)).await;
    pressed(&state, slug, done, Step::Confirmed).await
}

/// Both the button and the mail program's own; its body says nothing we need.
async fn unsubscribe(State(state): State<AppState>, Path((slug, token)): Path<(String, String)>) -> Response {
    let done = state.run(move |unit| subscription::unsubscribe(unit, &token)).await;
    pressed(&state, slug, done, Step::Unsubscribed).await
}

async fn pressed(state: &AppState, slug: String, done: Result<(), Fault>, then: Step<'static>) -> Response {
    match done {
        Ok(()) => page(state, slug, StatusCode::OK, then).await,
        Err(Fault::Refused(Refusal { kind, .. })) => {
            let status = if kind == RefusalKind::NotFound { StatusCode::NOT_FOUND } else { StatusCode::GONE };
            page(state, slug, status, Step::Dead).await
        }
        Err(fault) => sorry(&fault),
    }
}

//! `/settings`: the organisation at a glance, integrations, the reader's account, tokens and sessions. Keys are for administrators.

mod calendars;
mod people;
mod push;
mod reach;
mod sessions;
mod tokens;

pub(crate) use push::subscription;

use crate::{
    gate::{Session, Signed},
    present::{
        self,
        eyes::Reading,
        settings::{Material, TokenForm},
    },
    respond::{self, PageResult},
    state::AppState,
    views::Nav,
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use nightbell_engine::{access, domain::access::Read, heartbeat, views};

/// Newest alerts looked at for when an integration was last heard.
const ALERTS_MAX: u32 = 500;

/// The addresses.
pub fn router() -> Router<AppState> {
    Router::new()
        .merge(calendars::router())
        .route("/settings", get(show))
        .route("/settings/tokens", post(tokens::create))
        .route("/settings/tokens/{id}/revoke", post(tokens::revoke))
        .route("/settings/sessions/{id}/revoke", post(sessions::revoke))
        .merge(push::router())
        .merge(people::router())
        .merge(reach::router())
}

async fn show(State(state): State<AppState>, who: Signed<Read>) -> PageResult {
    page(&state, &who, StatusCode::OK, TokenForm::default()).await
}

/// The page, with what was typed into the token form or the secret it made.
async fn page(state: &AppState, who: &Session, status: StatusCode, form: TokenForm) -> PageResult {
    let shell = respond::frame(state, who, Nav::Settings, "Settings", None).await?;
    let (reading, caller, session) = (Reading::of(who), who.caller.clone(), who.session.clone());
    let settings = state.settings().clone();
    let view = state
        .read(move |tx, now, directory| {
            let tokens = access::tokens(tx, &caller)?;
            let alerts = views::alerts(tx, false, views::NEWEST, ALERTS_MAX)?.items;
            let heartbeats = heartbeat::heard(tx)?;
            let material = Material { tokens, alerts, heartbeats, session };
            Ok(present::settings::page(&reading.at(now, &directory.org), shell, directory, &settings, &material, form))
        })
        .await?;
    Ok(respond::page_with(state, status, &view))
}

#[cfg(test)]
mod tests;

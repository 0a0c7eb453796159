//! `GET /oncall`: who is on call, who comes next, where nobody does.

use crate::{
    gate::Signed,
    present::{self, eyes::Reading},
    respond::{self, PageResult},
    state::AppState,
    views::Nav,
};
use axum::{Router, extract::State, routing::get};
use nightbell_engine::{domain::access::Read, live};

/// The address.
pub fn router() -> Router<AppState> {
    Router::new().route("/oncall", get(show))
}

async fn show(State(state): State<AppState>, who: Signed<Read>) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Oncall, "On call", Some(live::HOME)).await?;
    let reading = Reading::of(&who);
    let view =
        state.read(move |_, now, directory| Ok(present::oncall::page(&reading.at(now, &directory.org), shell))).await?;
    Ok(respond::page(&state, &view))
}

#[cfg(test)]
mod tests;

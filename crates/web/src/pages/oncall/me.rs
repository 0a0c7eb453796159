//! `GET /oncall/me`: one's own turns, requests and load.

use crate::{
    gate::Signed,
    present::{self, eyes::Reading},
    respond::{self, PageResult},
    state::AppState,
    views::Nav,
};
use axum::{Router, extract::State, routing::get};
use jiff::SignedDuration;
use nightbell_engine::{domain::access::Read, live, views};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/oncall/me", get(show))
}

/// How far back the load is counted.
const LOAD: SignedDuration = SignedDuration::from_hours(24 * 28);

async fn show(State(state): State<AppState>, who: Signed<Read>) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Oncall, "My turns", Some(live::HOME)).await?;
    let reading = Reading::of(&who);
    let view = state
        .read(move |tx, now, directory| {
            let load = views::load(tx, &directory.org, None, now.checked_sub(LOAD).unwrap_or(now), now)?;
            Ok(present::oncall::turns::mine(&reading.at(now, &directory.org), shell, &load))
        })
        .await?;
    Ok(respond::page(&state, &view))
}

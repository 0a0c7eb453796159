//! `GET /services`: what can break, who answers for it, what is open about it now.

use crate::{
    gate::Signed,
    present::{self, eyes::Reading},
    respond::{self, PageResult},
    state::AppState,
    views::Nav,
};
use axum::{Router, extract::State, routing::get};
use nightbell_engine::{domain::access::Read, live, views};

/// Open alerts looked at.
const ALERTS_MAX: u32 = 500;

/// The address.
pub fn router() -> Router<AppState> {
    Router::new().route("/services", get(show))
}

async fn show(State(state): State<AppState>, who: Signed<Read>) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Services, "Services", Some(live::ALERTS)).await?;
    let reading = Reading::of(&who);
    let view = state
        .read(move |tx, now, directory| {
            let alerts = views::alerts(tx, true, views::NEWEST, ALERTS_MAX)?.items;
            Ok(present::services::page(&reading.at(now, &directory.org), shell, &alerts))
        })
        .await?;
    Ok(respond::page(&state, &view))
}

//! `GET /oncall/coverage`: whether every way a page can take reaches two different people at every minute of the next weeks, and where not.

use crate::{
    gate::Signed,
    present::{self, coverage::WEEKS, eyes::Reading},
    respond::{self, PageResult},
    state::AppState,
    views::Nav,
};
use axum::{
    Router,
    extract::{Query, State},
    routing::get,
};
use jiff::SignedDuration;
use nightbell_engine::{
    domain::access::Read,
    proof::{self, Known},
};
use serde::Deserialize;

/// The address.
pub fn router() -> Router<AppState> {
    Router::new().route("/oncall/coverage", get(show))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    weeks: String,
}

async fn show(State(state): State<AppState>, who: Signed<Read>, Query(wanted): Query<Wanted>) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Oncall, "Coverage", None).await?;
    let reading = Reading::of(&who);
    let unsendable = state.unsendable();
    let asked = wanted.weeks.parse().ok().filter(|weeks| WEEKS.contains(weeks)).unwrap_or(8);
    let view = state
        .read(move |tx, now, directory| {
            let known = Known::of_server(tx, now, unsendable)?;
            let to = now.saturating_add(SignedDuration::from_hours(asked * 7 * 24)).unwrap_or(now);
            let proof = proof::prove(&directory.org, &known, now, to);
            Ok(present::coverage::page(&reading.at(now, &directory.org), shell, asked, to, &proof))
        })
        .await?;
    Ok(respond::page(&state, &view))
}

#[cfg(test)]
mod tests;

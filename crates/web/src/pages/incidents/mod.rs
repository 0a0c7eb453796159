//! `GET /incidents?show=&before=`.

use super::form::{Pairs, typed};
use crate::{
    gate::Signed,
    present::{self, eyes::Reading, incidents::Show},
    respond::{self, PageResult},
    state::AppState,
    views::Nav,
};
use axum::{
    Router,
    extract::{Query, State},
    routing::get,
};
use nightbell_engine::{domain::access::Read, live::INCIDENTS, views};

/// Incidents on one page of the list.
const PAGE_MAX: u32 = 50;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/incidents", get(show))
}

async fn show(State(state): State<AppState>, who: Signed<Read>, Query(query): Query<Pairs>) -> PageResult {
    let asked = typed(query);
    let shell = respond::frame(&state, &who, Nav::Incidents, "Incidents", Some(INCIDENTS)).await?;
    let reading = Reading::of(&who);
    let read = state.read(move |tx, now, directory| {
        let eyes = reading.at(now, &directory.org);
        let show = Show::from_word(asked.word("show"));
        let before = if asked.word("before").is_empty() { views::NEWEST } else { asked.word("before") };
        // What is open or owes something is not closed: the store lists those whole.
        let found = views::incidents(tx, show != Show::All, before, PAGE_MAX)?;
        Ok(present::incidents::page(&eyes, shell, show, &found.items, found.next.as_deref()))
    });
    Ok(respond::page(&state, &read.await?))
}

//! `GET /postmortems?state=`: owed ones first.

use crate::{
    gate::Signed,
    present::{self, eyes::Reading, postmortem::Listed},
    respond::{self, PageResult},
    state::AppState,
    views::Nav,
};
use axum::extract::{Query, State};
use nightbell_engine::{domain::access::Read, live, views};
use serde::Deserialize;

/// Postmortems listed, and incidents and items looked at for them.
pub(in crate::pages) const LISTED_MAX: u32 = 500;

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    state: String,
}

pub(super) async fn show(State(state): State<AppState>, who: Signed<Read>, Query(wanted): Query<Wanted>) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Postmortems, "Postmortems", Some(live::POSTMORTEMS)).await?;
    let reading = Reading::of(&who);
    let listed = match wanted.state.as_str() {
        "published" => Listed::Published,
        "all" => Listed::All,
        _ => Listed::Owed,
    };
    let view = state
        .read(move |tx, now, directory| {
            let postmortems = views::postmortems(tx, LISTED_MAX)?;
            let incidents = views::incidents(tx, false, views::NEWEST, LISTED_MAX)?.items;
            let items = views::action_items(tx, false, LISTED_MAX)?;
            Ok(present::postmortem::list(
                &reading.at(now, &directory.org),
                shell,
                listed,
                &postmortems,
                &incidents,
                &items,
            ))
        })
        .await?;
    Ok(respond::page(&state, &view))
}

//! `/` and `POST /pages/{page}/ack`.

use super::form::Pairs;
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::Signed,
    present::{self, eyes::Reading},
    respond::{self, PageResult},
    state::AppState,
    views::{FlashKind, Nav},
};
use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use nightbell_engine::{
    domain::{
        access::{Read, Respond},
        ids::PageId,
    },
    live::HOME,
    paging, views,
};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/", get(show)).route("/pages/{page}/ack", post(acknowledge))
}

async fn show(State(state): State<AppState>, who: Signed<Read>) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Home, "Now", Some(HOME)).await?;
    let reading = Reading::of(&who);
    let holes = state.holes_ahead().await?;
    let read = state.read(move |tx, now, directory| {
        let eyes = reading.at(now, &directory.org);
        let home = views::home(tx, directory, now)?;
        let last = views::alerts(tx, false, views::NEWEST, 1)?;
        Ok(present::home::page(&eyes, shell, &home, last.items.first(), &holes))
    });
    Ok(respond::page(&state, &read.await?))
}

async fn acknowledge(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(page): PagePath<PageId>,
    CsrfForm(_): CsrfForm<Pairs>,
) -> PageResult {
    let permit = who.permit.clone();
    let page = state.run_first(move |unit| paging::acknowledge(unit, &permit, page)).await?;
    let text = format!("You have “{}”. Nobody else is called for it.", present::line(&page.title));
    Ok(respond::see_other_saying(&state, "/", FlashKind::Done, &text))
}

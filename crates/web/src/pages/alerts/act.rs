//! `POST /alerts/{alert}/ack` and `/resolve`.

use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::Signed,
    pages::form::Pairs,
    respond::{self, PageResult},
    state::AppState,
    views::FlashKind,
};
use axum::extract::State;
use nightbell_engine::{
    domain::{access::Respond, ids::AlertId},
    signal,
};

pub(super) async fn acknowledge(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(alert): PagePath<AlertId>,
    CsrfForm(_): CsrfForm<Pairs>,
) -> PageResult {
    let permit = who.permit.clone();
    state.run_first(move |unit| signal::acknowledge(unit, &permit, alert)).await?;
    let said = "You have it. Nobody else is called for it.";
    Ok(respond::see_other_saying(&state, &format!("/alerts/{alert}"), FlashKind::Done, said))
}

pub(super) async fn resolve(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(alert): PagePath<AlertId>,
    CsrfForm(_): CsrfForm<Pairs>,
) -> PageResult {
    let permit = who.permit.clone();
    state.run_first(move |unit| signal::resolve(unit, &permit, alert)).await?;
    let said =
        "It is resolved. Whoever was paged for it is told once; if its source sends it again, that is a new alert.";
    Ok(respond::see_other_saying(&state, &format!("/alerts/{alert}"), FlashKind::Done, said))
}

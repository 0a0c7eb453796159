//! `POST /settings/sessions/{id}/revoke`: signs out everywhere (`all`). Single other sessions are not listed, so they are not found.

use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::Signed,
    present::settings::EVERY_SESSION,
    respond::{self, PageResult, append_cookie, expired, see_other},
    state::AppState,
};
use axum::extract::State;
use nightbell_engine::{access, domain::access::Read};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn revoke(
    State(state): State<AppState>,
    who: Signed<Read>,
    PagePath(id): PagePath<String>,
    _form: CsrfForm<Nothing>,
) -> PageResult {
    if id != EVERY_SESSION {
        return respond::not_found("session", "of that id");
    }
    let caller = who.caller.clone();
    state.run(move |unit| access::sign_out_everywhere(unit, &caller)).await?;
    let mut response = see_other("/sign-in");
    append_cookie(&mut response, &expired(&state, state.place().session_cookie()));
    Ok(response)
}

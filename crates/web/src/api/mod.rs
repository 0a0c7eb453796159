//! The API under `/api/v1`: JSON in and out, times RFC 3339 in UTC, errors problem details (RFC 9457), lists with a cursor.
//!
//! One file per group of addresses; each holds its request types, its handlers, the shape of its answers, and `ENDPOINTS`, the list from
//! which `/api/openapi.json` is made and from which tests prove that every address answers and asks for the right it names.
//! The names in answers are promises: add at the end, never rename. Shared here: [`answer`], [`request`], the view of an [`incident_view`].
//! Is not: decisions (the engine's), HTML. Merged into the router by [`crate::server`].

mod actions;
mod alerts;
mod answer;
mod calendars;
mod contacts;
mod coverage;
mod explain;
mod incident_view;
mod incidents;
mod me;
mod oncall;
mod openapi;
mod organisation;
mod pages;
mod paging_view;
mod postmortems;
mod request;
mod room;
mod rota;
mod status;
mod tokens;
mod updates;
mod users;

use crate::{domain::org::AccessRole, state::AppState};
use axum::Router;

/// One address and method, as told to readers of the API and to tests.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// Below `/api/v1`, placeholders in braces.
    pub path: &'static str,
    /// The least role.
    pub least: AccessRole,
    /// What it does, one sentence.
    pub what: &'static str,
    /// A body it takes; empty when it takes none.
    pub example: &'static str,
}

const fn get(path: &'static str, what: &'static str) -> Endpoint {
    Endpoint { method: "GET", path, least: AccessRole::Viewer, what, example: "" }
}

const fn post(path: &'static str, what: &'static str, example: &'static str) -> Endpoint {
    Endpoint { method: "POST", path, least: AccessRole::Responder, what, example }
}

/// Every address of the API, in the order of the documentation.
pub fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    [
        me::ENDPOINTS,
        contacts::ENDPOINTS,
        oncall::ENDPOINTS,
        coverage::ENDPOINTS,
        calendars::ENDPOINTS,
        explain::ENDPOINTS,
        alerts::ENDPOINTS,
        pages::ENDPOINTS,
        incidents::ENDPOINTS,
        room::ENDPOINTS,
        updates::ENDPOINTS,
        postmortems::ENDPOINTS,
        actions::ENDPOINTS,
        organisation::ENDPOINTS,
        tokens::ENDPOINTS,
        users::ENDPOINTS,
        status::ENDPOINTS,
    ]
    .into_iter()
    .chain(rota::ENDPOINTS)
    .flatten()
}

/// The API.
pub fn routes() -> Router<AppState> {
    let v1 = Router::new()
        .merge(me::routes())
        .merge(contacts::routes())
        .merge(oncall::routes())
        .merge(rota::routes())
        .merge(coverage::routes())
        .merge(calendars::routes())
        .merge(explain::routes())
        .merge(alerts::routes())
        .merge(pages::routes())
        .merge(incidents::routes())
        .merge(room::routes())
        .merge(updates::routes())
        .merge(postmortems::routes())
        .merge(actions::routes())
        .merge(organisation::routes())
        .merge(tokens::routes())
        .merge(users::routes())
        .merge(status::routes());
    Router::new().nest("/api/v1", v1).merge(openapi::routes())
}

#[cfg(test)]
pub(crate) mod tests;

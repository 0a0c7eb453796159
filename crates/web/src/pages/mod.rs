//! The pages: one file or folder per area, each with its `router()`. Handlers parse, ask the gate, hand the engine a unit of work and fill a
//! view through `present`. Everything works without a script: plain links, plain forms, 303 after a change, the same page again after a refusal.
//!
//! Is not: the API (`api`), signing in (`sign_in`), the public status page (`public`).

mod actions;
mod alerts;
mod coverage;
mod declare;
mod explain;
mod form;
mod home;
mod ical;
mod incidents;
mod oncall;
mod postmortems;
mod room;
mod runbooks;
mod services;
mod settings;
mod snooze;
mod update;
mod woken;

pub(crate) use form::{Pairs, typed};
pub(crate) use settings::subscription;

use crate::state::AppState;
use axum::Router;

/// Every page.
pub fn routes() -> Router<AppState> {
    let areas = [
        actions::router(),
        alerts::router(),
        coverage::router(),
        declare::router(),
        explain::router(),
        home::router(),
        ical::router(),
        incidents::router(),
        oncall::router(),
        postmortems::router(),
        room::router(),
        runbooks::router(),
        services::router(),
        settings::router(),
        update::router(),
        woken::router(),
    ];
    areas.into_iter().fold(Router::new(), Router::merge)
}

#[cfg(test)]
pub(crate) mod tests;

//! The pages under `/oncall`: the list here, the others in a file each: [`lanes`] (a schedule's weeks), [`span`] (put somebody into a span),
//! [`ask`] (ask somebody to take one), [`act`] (presses that need no page), [`me`], [`plan`] (make and change), [`load`]; [`policies`].

mod act;
mod ask;
mod lanes;
mod load;
mod me;
mod plan;
mod policies;
mod span;

use crate::{
    gate::Signed,
    present::{self, eyes::Reading},
    respond::{self, PageResult},
    state::AppState,
    views::Nav,
};
use axum::{Router, extract::State, routing::get};
use nightbell_engine::{
    domain::{access::Read, ids::ScheduleId, org::Schedule, refusal::Refusal},
    live,
};

/// The addresses.
pub fn router() -> Router<AppState> {
    let rooms = [
        me::router(),
        load::router(),
        policies::router(),
        plan::router(),
        lanes::router(),
        span::router(),
        ask::router(),
        act::router(),
    ];
    rooms.into_iter().fold(Router::new().route("/oncall", get(show)), Router::merge)
}

async fn show(State(state): State<AppState>, who: Signed<Read>) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Oncall, "On call", Some(live::HOME)).await?;
    let reading = Reading::of(&who);
    let holes = state.holes_ahead().await?;
    let view = state
        .read(move |_, now, directory| Ok(present::oncall::page(&reading.at(now, &directory.org), shell, &holes)))
        .await?;
    Ok(respond::page(&state, &view))
}

/// The schedule of an address.
fn schedule_of<'a>(org: &'a nightbell_engine::domain::org::Organisation, id: &str) -> Result<&'a Schedule, Refusal> {
    let found = id.parse::<ScheduleId>().ok().and_then(|id| org.schedules.get(&id));
    found.ok_or_else(|| Refusal::not_found("schedule", id.chars().take(64).collect::<String>()))
}

/// The handle of an address; what cannot be one is not found.
fn id_of(text: &str) -> Result<ScheduleId, Refusal> {
    text.parse().map_err(|_| Refusal::not_found("schedule", text.chars().take(64).collect::<String>()))
}

#[cfg(test)]
mod tests;

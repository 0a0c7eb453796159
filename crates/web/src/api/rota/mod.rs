//! Schedules beyond "who is on call": their shifts, what people agreed on beside the plan, and plans made here. One file for each.

mod agreed;
mod load;
mod plans;
mod requests;
mod shifts;
mod view;

use super::Endpoint;
use crate::state::AppState;
use axum::Router;

/// The addresses, file by file.
pub const ENDPOINTS: [&[Endpoint]; 5] =
    [shifts::ENDPOINTS, agreed::ENDPOINTS, requests::ENDPOINTS, plans::ENDPOINTS, load::ENDPOINTS];

pub fn routes() -> Router<AppState> {
    shifts::routes().merge(agreed::routes()).merge(requests::routes()).merge(plans::routes()).merge(load::routes())
}

//! `GET /me`: whom the token speaks for.

use super::{
    Endpoint,
    answer::{ApiResult, ok},
    get,
};
use crate::{domain::access::Read, gate::ApiCaller, state::AppState};
use axum::{Router, extract::State, routing};
use nightbell_engine::{access::role_word, domain::refusal::Refusal};
use serde::Serialize;

pub const ENDPOINTS: &[Endpoint] =
    &[get("/me", "Whom the token speaks for, with the lower of its scope and the person's role.")];

pub fn routes() -> Router<AppState> {
    Router::new().route("/me", routing::get(me))
}

#[derive(Serialize)]
struct MeJson {
    user: String,
    name: String,
    role: &'static str,
    time_zone: String,
}

async fn me(State(state): State<AppState>, who: ApiCaller<Read>) -> ApiResult {
    let (user, role) = (who.caller.user().clone(), role_word(who.caller.role()));
    let body = state
        .read(move |_, _, directory| {
            let person =
                directory.org.users.get(&user).ok_or_else(|| Refusal::not_found("user", format!("@{user}")))?;
            Ok(MeJson { user: user.to_string(), name: person.name.clone(), role, time_zone: person.time_zone.clone() })
        })
        .await?;
    Ok(ok(&body))
}

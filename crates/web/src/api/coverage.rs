//! `/coverage`: the proof of reach. Reads only.

use super::{
    Endpoint,
    answer::{ApiResult, ok},
    get,
    request::{Params, word_option},
};
use crate::{
    domain::{access::Read, record::Instant, refusal::Refusal},
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, routing};
use jiff::SignedDuration;
use nightbell_engine::proof::{Known, Told, prove};
use serde::Deserialize;

/// Weeks looked ahead when nobody says, and at most.
const WEEKS: (i64, i64) = (8, 53);

pub const ENDPOINTS: &[Endpoint] = &[get(
    "/coverage",
    "Whether every way a page can take reaches two different people at every minute ahead. Query: weeks (1 to 53), from (RFC 3339).",
)];

pub fn routes() -> Router<AppState> {
    Router::new().route("/coverage", routing::get(coverage))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    weeks: Option<String>,
    from: Option<String>,
}

async fn coverage(State(state): State<AppState>, _: ApiCaller<Read>, Params(query): Params<Query>) -> ApiResult {
    let weeks: i64 = word_option("weeks", query.weeks.as_deref())?.unwrap_or(WEEKS.0);
    if !(1..=WEEKS.1).contains(&weeks) {
        return Err(Refusal::invalid("weeks", format!("From 1 to {} weeks are looked ahead.", WEEKS.1)).into());
    }
    let from: Option<Instant> = word_option("from", query.from.as_deref())?;
    let unsendable = state.unsendable();
    let told = state
        .read(move |tx, now, directory| {
            let from = from.unwrap_or(now);
            let ahead = SignedDuration::from_hours(weeks * 7 * 24);
            let to = from.checked_add(ahead).map_err(|_| Refusal::invalid("from", "That is too far away."))?;
            let known = Known::of_server(tx, now, unsendable)?;
            Ok(Told::from(&prove(&directory.org, &known, from, to)))
        })
        .await?;
    Ok(ok(&told))
}

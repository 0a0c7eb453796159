//! What people carried.

use super::super::{
    Endpoint,
    answer::{ApiResult, ok},
    get,
    request::{Params, word_option},
};
use crate::{
    domain::{access::Read, ids::ScheduleId, record::Instant, refusal::Refusal},
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, routing};
use jiff::SignedDuration;
use nightbell_engine::views::{self, Carried};
use serde::{Deserialize, Serialize};

pub const ENDPOINTS: &[Endpoint] = &[get(
    "/load",
    "What people carried: hours on call, at night, on weekends, on holidays, shifts, pages, and how evenly. Query: from, to (RFC 3339; the last 4 weeks, a year at most), schedule.",
)];

pub fn routes() -> Router<AppState> {
    Router::new().route("/load", routing::get(load))
}

const SPAN: SignedDuration = SignedDuration::from_hours(24 * 28);
const SPAN_MAX: SignedDuration = SignedDuration::from_hours(24 * 366);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    from: Option<String>,
    to: Option<String>,
    schedule: Option<String>,
}

#[derive(Serialize)]
struct LoadJson {
    from: Instant,
    to: Instant,
    /// 0 to 100; 100 when all carry the same.
    fairness: f64,
    people: Vec<CarriedJson>,
}

#[derive(Serialize)]
struct CarriedJson {
    user: String,
    hours: f64,
    night_hours: f64,
    weekend_hours: f64,
    holiday_hours: f64,
    /// Hours, where those at night, on weekends and on holidays weigh more.
    weighted_hours: f64,
    shifts: u32,
    pages: u32,
    night_pages: u32,
}

/// Hours with two decimals.
fn hours(span: SignedDuration) -> f64 {
    (span.as_secs_f64() / 36.0).round() / 100.0
}

impl From<&Carried> for CarriedJson {
    fn from(one: &Carried) -> Self {
        Self {
            user: one.user.to_string(),
            hours: hours(one.load.on_call),
            night_hours: hours(one.load.nights),
            weekend_hours: hours(one.load.weekends),
            holiday_hours: hours(one.load.holidays),
            weighted_hours: (one.load.weighted_hours() * 100.0).round() / 100.0,
            shifts: one.load.shifts,
            pages: one.pages,
            night_pages: one.night_pages,
        }
    }
}

async fn load(State(state): State<AppState>, _: ApiCaller<Read>, Params(query): Params<Query>) -> ApiResult {
    let from: Option<Instant> = word_option("from", query.from.as_deref())?;
    let to: Option<Instant> = word_option("to", query.to.as_deref())?;
    let schedule: Option<ScheduleId> = word_option("schedule", query.schedule.as_deref())?;
    let view = state
        .read(move |tx, now, directory| {
            let to = to.unwrap_or(now);
            let from = from.unwrap_or_else(|| to.checked_sub(SPAN).unwrap_or(Instant::MIN));
            if to.duration_since(from) > SPAN_MAX {
                return Err(Refusal::invalid("from", "Ask for a span of up to a year.").into());
            }
            views::load(tx, &directory.org, schedule.as_ref(), from, to)
        })
        .await?;
    let people = view.people.iter().map(CarriedJson::from).collect();
    Ok(ok(&LoadJson { from: view.from, to: view.to, fairness: (view.fairness * 10.0).round() / 10.0, people }))
}

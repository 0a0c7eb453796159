//! What a schedule amounts to over a span, and one's own turns.

use super::super::{
    Endpoint,
    answer::{ApiResult, List, ok},
    get,
    request::{self, Params, word_option},
};
use super::view::{CoverJson, RequestJson, TurnJson};
use crate::{
    domain::{
        access::Read,
        ids::ScheduleId,
        org::{Cover, Organisation},
        record::Instant,
        refusal::Refusal,
    },
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, routing};
use jiff::SignedDuration;
use nightbell_calendar::{Gap, Shift};
use serde::{Deserialize, Serialize};

pub const ENDPOINTS: &[Endpoint] = &[
    get(
        "/schedules/{id}/shifts",
        "Who is on call over a span, and where nobody is. Query: from, to (RFC 3339; the next 4 weeks, a year at most).",
    ),
    get(
        "/schedules/{id}/cover",
        "What people agreed on beside the plan: overrides, requests, plans that begin later, notes.",
    ),
    get("/oncall/me", "One's own next turns (8 weeks), and the requests one is asked or has asked."),
];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/schedules/{id}/shifts", routing::get(shifts))
        .route("/schedules/{id}/cover", routing::get(cover))
        .route("/oncall/me", routing::get(mine))
}

/// When nobody says otherwise.
const SPAN: SignedDuration = SignedDuration::from_hours(24 * 28);
/// Most that is answered at once.
const SPAN_MAX: SignedDuration = SignedDuration::from_hours(24 * 366);
/// One's own turns.
const MINE: SignedDuration = SignedDuration::from_hours(24 * 56);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpanQuery {
    from: Option<String>,
    to: Option<String>,
}

#[derive(Serialize)]
struct ShiftsJson {
    schedule: String,
    from: Instant,
    to: Instant,
    shifts: Vec<Shift>,
    gaps: Vec<Gap>,
}

async fn shifts(
    State(state): State<AppState>,
    _: ApiCaller<Read>,
    ApiPath(id): ApiPath<String>,
    Params(query): Params<SpanQuery>,
) -> ApiResult {
    let id: ScheduleId = request::id("schedule", &id)?;
    let from: Option<Instant> = word_option("from", query.from.as_deref())?;
    let to: Option<Instant> = word_option("to", query.to.as_deref())?;
    let answer = state
        .read(move |_, now, directory| {
            known(&directory.org, &id)?;
            let from = from.unwrap_or(now);
            let to = to.unwrap_or_else(|| from.checked_add(SPAN).unwrap_or(Instant::MAX));
            if to <= from || to.duration_since(from) > SPAN_MAX {
                return Err(Refusal::invalid("to", "Ask for a span of up to a year: to after from.").into());
            }
            let unreadable = |e: String| Refusal::conflict("unreadable", format!("This schedule cannot be read: {e}."));
            let rota = directory.org.rota(&id).map_err(unreadable)?;
            let shifts = rota.shifts(from, to).map_err(|e| unreadable(e.to_string()))?;
            let gaps = rota.gaps(from, to).map_err(|e| unreadable(e.to_string()))?;
            Ok(ShiftsJson { schedule: id.to_string(), from, to, shifts, gaps })
        })
        .await?;
    Ok(ok(&answer))
}

pub(super) fn known(org: &Organisation, id: &ScheduleId) -> Result<(), Refusal> {
    if org.schedules.contains_key(id) { Ok(()) } else { Err(Refusal::not_found("schedule", id)) }
}

async fn cover(State(state): State<AppState>, _: ApiCaller<Read>, ApiPath(id): ApiPath<String>) -> ApiResult {
    let id: ScheduleId = request::id("schedule", &id)?;
    let answer = state
        .read(move |_, _, directory| {
            known(&directory.org, &id)?;
            let cover = directory.org.covers.get(&id).cloned().unwrap_or_else(|| Cover::of(id.clone()));
            Ok(CoverJson::from(&cover))
        })
        .await?;
    Ok(ok(&answer))
}

#[derive(Serialize)]
struct MineJson {
    turns: List<TurnJson>,
    /// Asked of the caller, and open.
    asked: Vec<OnSchedule>,
    /// Asked by or for the caller, open or answered.
    own: Vec<OnSchedule>,
}

#[derive(Serialize)]
struct OnSchedule {
    schedule: String,
    #[serde(flatten)]
    request: RequestJson,
}

async fn mine(State(state): State<AppState>, who: ApiCaller<Read>) -> ApiResult {
    let user = who.permit.user().clone();
    let answer = state
        .read(move |_, now, directory| {
            let org = &directory.org;
            let end = now.checked_add(MINE).unwrap_or(Instant::MAX);
            let turns = org.turns(&user, now, end).iter().map(TurnJson::from).collect();
            let (asked, own) = nightbell_engine::views::requests_of(org, &user, now);
            let on = |(schedule, request): &(ScheduleId, crate::domain::org::CoverRequest)| OnSchedule {
                schedule: schedule.to_string(),
                request: request.into(),
            };
            Ok(MineJson {
                turns: List::whole(turns),
                asked: asked.iter().map(on).collect(),
                own: own.iter().map(on).collect(),
            })
        })
        .await?;
    Ok(ok(&answer))
}

//! Plans made and changed here: created, looked at before, changed from an instant on, taken back.

use super::super::{
    Endpoint,
    answer::{ApiResult, created, ok},
    post,
    request::{self, Body, word, word_option},
};
use super::view::StagedJson;
use crate::{
    domain::{
        access::{Manage, Read, Respond},
        ids::ScheduleId,
        org::{AccessRole, Begin},
        record::Instant,
        refusal::Refusal,
        text::suggest::did_you_mean,
    },
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, routing};
use nightbell_calendar::{Gap, Schedule as Calendar};
use nightbell_engine::rota::{self, NewPlan};
use serde::{Deserialize, Serialize};

const CALENDAR: &str = r#"{"id":"night-watch","team":"shop","calendar":{"time_zone":"Europe/Berlin","layers":[{"name":"weekly","members":["max","alice"],"every":"1w","starts":"2026-05-04T09:00"}]}}"#;
const CHANGE: &str = r#"{"begin":"after-full-rotation","calendar":{"time_zone":"Europe/Berlin","layers":[{"name":"weekly","members":["max","alice"],"every":"1w","starts":"2026-05-04T09:00"}]}}"#;

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: "POST",
        path: "/schedules",
        least: AccessRole::Manager,
        what: "Makes a schedule. Somebody in it whom nothing reaches needs a reason in although.",
        example: CALENDAR,
    },
    Endpoint {
        method: "POST",
        path: "/schedules/{id}/preview",
        least: AccessRole::Viewer,
        what: "What a changed plan would mean over the next 8 weeks: who is on call instead, gaps, who cannot be reached. begin: now, after-current-shift, after-full-rotation, or an instant.",
        example: CHANGE,
    },
    post(
        "/schedules/{id}/plan",
        "Changes the plan from then on; what was before stays. A plan from a file is changed in its file.",
        CHANGE,
    ),
    post(
        "/schedules/{id}/plan/withdraw",
        "Takes back a plan that has not begun.",
        r#"{"from":"2026-06-01T07:00:00Z"}"#,
    ),
];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/schedules", routing::post(create))
        .route("/schedules/{id}/preview", routing::post(preview))
        .route("/schedules/{id}/plan", routing::post(stage))
        .route("/schedules/{id}/plan/withdraw", routing::post(unstage))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    id: String,
    team: Option<String>,
    calendar: Calendar,
    although: Option<String>,
}

async fn create(State(state): State<AppState>, who: ApiCaller<Manage>, Body(input): Body<New>) -> ApiResult {
    let plan = NewPlan {
        id: word("id", &input.id)?,
        team: word_option("team", input.team.as_deref())?,
        calendar: input.calendar,
    };
    let made = state.run(move |unit| rota::create(unit, &who.permit, plan.clone(), input.although.as_deref())).await?;
    Ok(created(&made))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    calendar: Calendar,
    begin: Option<String>,
    although: Option<String>,
}

/// When a change begins, as a word or an instant.
fn begin_of(text: Option<&str>) -> Result<Begin, Refusal> {
    match text.map(str::trim).unwrap_or("now") {
        "now" => Ok(Begin::Now),
        "after-current-shift" => Ok(Begin::AfterCurrentShift),
        "after-full-rotation" => Ok(Begin::AfterFullRotation),
        other => other.parse().map(Begin::At).map_err(|_| {
            let near = did_you_mean(other, ["now", "after-current-shift", "after-full-rotation"]);
            Refusal::invalid("begin", format!("Say now, after-current-shift, after-full-rotation or an instant{near}."))
        }),
    }
}

#[derive(Serialize)]
struct PreviewJson {
    from: Instant,
    changes: Vec<ChangeJson>,
    gaps: Vec<Gap>,
    unreachable: Vec<String>,
}

#[derive(Serialize)]
struct ChangeJson {
    from: Instant,
    to: Instant,
    before: Option<String>,
    after: Option<String>,
}

async fn preview(
    State(state): State<AppState>,
    _: ApiCaller<Read>,
    ApiPath(id): ApiPath<String>,
    Body(input): Body<Change>,
) -> ApiResult {
    let id: ScheduleId = request::id("schedule", &id)?;
    let begin = begin_of(input.begin.as_deref())?;
    let answer = state
        .read(move |_, now, directory| {
            super::shifts::known(&directory.org, &id)?;
            let looked = rota::preview(&directory.org, Some(&id), &input.calendar, begin, now)?;
            let changes = looked.changes.iter().map(|change| ChangeJson {
                from: change.from,
                to: change.to,
                before: change.before.as_ref().map(|shift| shift.primary.to_string()),
                after: change.after.as_ref().map(|shift| shift.primary.to_string()),
            });
            let unreachable = looked.unreachable.iter().map(ToString::to_string).collect();
            Ok(PreviewJson { from: looked.from, changes: changes.collect(), gaps: looked.gaps, unreachable })
        })
        .await?;
    Ok(ok(&answer))
}

async fn stage(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
    Body(input): Body<Change>,
) -> ApiResult {
    let id: ScheduleId = request::id("schedule", &id)?;
    let begin = begin_of(input.begin.as_deref())?;
    let staged = state
        .run(move |unit| rota::stage(unit, &who.permit, &id, &input.calendar, begin, input.although.as_deref()))
        .await?;
    Ok(ok(&StagedJson::from(&staged)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    from: String,
}

async fn unstage(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    ApiPath(id): ApiPath<String>,
    Body(input): Body<From>,
) -> ApiResult {
    let id: ScheduleId = request::id("schedule", &id)?;
    let from: Instant = word("from", &input.from)?;
    let plan = state.run(move |unit| rota::unstage(unit, &who.permit, &id, from)).await?;
    Ok(ok(&StagedJson::from(&plan)))
}

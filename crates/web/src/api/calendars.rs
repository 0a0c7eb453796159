//! `/me/feeds`, `/me/absences`, `/schedules/{id}/import`: calendars out and in. What changes something needs the right to respond: a token that
//! may only read makes no address that others could open. Calendars are read before the writer is asked; it gets what they say.

use super::{
    Endpoint,
    answer::{ApiResult, List, json, ok},
    get, post,
    request::{Body, Upload},
};
use crate::{
    domain::{
        access::{Read, Respond},
        ids::{AbsenceId, FeedId, ScheduleId, UserId},
        record::Instant,
    },
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, http::StatusCode, routing};
use jiff::SignedDuration;
use nightbell_engine::{
    Class, Unit,
    calendars::{self, Absence, Feed},
};
use serde::{Deserialize, Serialize};

pub const ENDPOINTS: &[Endpoint] = &[
    get("/me/feeds", "The caller's calendar addresses, without their secrets."),
    post(
        "/me/feeds",
        "Makes a calendar address: of the caller's own turns, or of a schedule. It is shown this once.",
        r#"{"schedule":null}"#,
    ),
    Endpoint { method: "DELETE", ..post("/me/feeds/{id}", "Revokes a calendar address.", "") },
    get("/me/absences", "When the caller is away."),
    post(
        "/me/absences",
        "Notes that the caller is away: from and to, or name and ics to read a calendar anew. Takes nobody off call.",
        r#"{"from":"2030-12-24T00:00:00Z","to":"2030-12-27T00:00:00Z"}"#,
    ),
    Endpoint { method: "DELETE", ..post("/me/absences/{id}", "Forgets an absence.", "") },
    post(
        "/schedules/{id}/import",
        "Reads a calendar in as turns beside the plan: SUMMARY names a person. With plan, only says what would be.",
        r#"{"ics":"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n","plan":true}"#,
    ),
];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/me/feeds", routing::get(feeds).post(create))
        .route("/me/feeds/{id}", routing::delete(revoke))
        .route("/me/absences", routing::get(absences).post(away))
        .route("/me/absences/{id}", routing::delete(back))
        .route("/schedules/{id}/import", routing::post(import))
}

#[derive(Serialize)]
struct FeedJson {
    id: FeedId,
    schedule: Option<ScheduleId>,
    created_at: Instant,
    last_used_at: Option<Instant>,
    /// Only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

fn feed(found: Feed, url: Option<String>) -> FeedJson {
    FeedJson {
        id: found.id,
        schedule: found.schedule,
        created_at: found.created_at,
        last_used_at: found.last_used_at,
        url,
    }
}

async fn feeds(State(state): State<AppState>, caller: ApiCaller<Read>) -> ApiResult {
    let user = caller.permit.user().clone();
    let found = state.read(move |tx, _, _| calendars::feeds(tx, &user)).await?;
    Ok(ok(&List::<FeedJson>::whole(found.into_iter().map(|one| feed(one, None)).collect())))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedInput {
    #[serde(default)]
    schedule: Option<ScheduleId>,
}

async fn create(State(state): State<AppState>, caller: ApiCaller<Respond>, Body(input): Body<FeedInput>) -> ApiResult {
    let permit = caller.caller.permit::<Read>()?;
    let made = state.run(move |unit| calendars::create_feed(unit, &permit, input.schedule.clone())).await?;
    let url = state.link(&format!("/ical/{}.ics", made.1.expose()));
    Ok(json(StatusCode::CREATED, &feed(made.0, Some(url))))
}

async fn revoke(State(state): State<AppState>, caller: ApiCaller<Respond>, ApiPath(id): ApiPath<FeedId>) -> ApiResult {
    let permit = caller.caller.permit::<Read>()?;
    let revoked_at = state.run(move |unit| calendars::revoke_feed(unit, &permit, id)).await?;
    Ok(ok(&serde_json::json!({ "id": id, "revoked_at": revoked_at })))
}

#[derive(Serialize)]
struct AbsenceJson {
    id: AbsenceId,
    user: UserId,
    from: Instant,
    to: Instant,
    /// `said`, or the calendar it was read from.
    source: String,
}

fn absence(found: Absence) -> AbsenceJson {
    AbsenceJson { id: found.id, user: found.user, from: found.from, to: found.to, source: found.source }
}

async fn absences(State(state): State<AppState>, caller: ApiCaller<Read>) -> ApiResult {
    let user = caller.permit.user().clone();
    let found = state
        .read(move |tx, now, _| {
            let ahead = now.saturating_add(SignedDuration::from_hours(400 * 24)).unwrap_or(now);
            calendars::absences_of(tx, &user, now, ahead)
        })
        .await?;
    Ok(ok(&List::<AbsenceJson>::whole(found.into_iter().map(absence).collect())))
}

#[derive(Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum AwayInput {
    Span { from: Instant, to: Instant },
    Calendar { name: String, ics: String },
}

async fn away(
    State(state): State<AppState>,
    caller: ApiCaller<Respond>,
    Upload(input): Upload<AwayInput>,
) -> ApiResult {
    let (permit, user) = (caller.caller.permit::<Read>()?, caller.caller.user().clone());
    let noted = match input {
        AwayInput::Span { from, to } => {
            state.run(move |unit| calendars::say_absence(unit, &permit, from, to).map(|_| 1)).await?
        }
        AwayInput::Calendar { name, ics } => {
            let busy = state
                .read(move |_, now, directory| Ok(calendars::read_absences(directory, &user, &name, &ics, now)?))
                .await?;
            let bytes = busy.bytes();
            let work = move |unit: &mut Unit<'_>| calendars::note_absences(unit, &permit, &busy);
            state.run_holding(bytes, Class::Person, work).await?
        }
    };
    Ok(json(StatusCode::CREATED, &serde_json::json!({ "noted": noted })))
}

async fn back(State(state): State<AppState>, caller: ApiCaller<Respond>, ApiPath(id): ApiPath<AbsenceId>) -> ApiResult {
    let permit = caller.caller.permit::<Read>()?;
    state.run(move |unit| calendars::forget_absence(unit, &permit, id)).await?;
    Ok(ok(&serde_json::json!({ "id": id, "forgotten": true })))
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportInput {
    ics: String,
    #[serde(default)]
    plan: bool,
}

async fn import(
    State(state): State<AppState>,
    caller: ApiCaller<Respond>,
    ApiPath(id): ApiPath<ScheduleId>,
    Upload(input): Upload<ImportInput>,
) -> ApiResult {
    let (permit, reader) = (caller.permit, caller.caller.permit::<Respond>()?);
    let turns = state
        .read(move |_, now, directory| Ok(calendars::read_turns(directory, &reader, &id, &input.ics, now)?))
        .await?;
    let bytes = turns.bytes();
    let work = move |unit: &mut Unit<'_>| calendars::import_turns(unit, &permit, &turns, !input.plan);
    let imported = state.run_holding(bytes, Class::Person, work).await?;
    Ok(ok(&imported))
}

//! `/incidents`: declared, listed, shown, and the room's timeline. What happens inside a room is in [`super::room`] and [`super::updates`].

use super::{
    Endpoint,
    answer::{ApiResult, List, created, ok},
    get,
    incident_view::{IncidentJson, LineJson},
    post,
    request::{Body, Params, limit, open_only, whole, word_option},
};
use crate::{
    domain::{
        access::{Read, Respond},
        org::SeverityAnswers,
        response::Incident,
    },
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, routing};
use nightbell_engine::{
    Fault, Unit,
    response::{self, Declare},
    views::{self, NEWEST},
};
use serde::Deserialize;

pub const ENDPOINTS: &[Endpoint] = &[
    post(
        "/incidents",
        "Declares an incident: the room opens and the severity's people are paged. The severity is chosen, or proposed from the answers.",
        r#"{"title":"Checkout down","service":"checkout","answers":{"many_affected":true,"money_at_risk":true}}"#,
    ),
    get("/incidents", "Incidents, newest first. Query: state (open, all), before (a cursor), limit."),
    get(
        "/incidents/{slug}",
        "One incident: roles, promise, public face, mitigations, and how it stands with the playbook.",
    ),
    get("/incidents/{slug}/timeline", "What happened, oldest first."),
];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/incidents", routing::get(list).post(declare))
        .route("/incidents/{slug}", routing::get(show))
        .route("/incidents/{slug}/timeline", routing::get(timeline))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclareInput {
    #[serde(default)]
    title: String,
    severity: Option<String>,
    answers: Option<AnswersInput>,
    service: Option<String>,
    alert: Option<String>,
}

/// A question left out is "unsure", which picks the higher severity.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswersInput {
    many_affected: Option<bool>,
    money_at_risk: Option<bool>,
    workaround: Option<bool>,
}

impl From<AnswersInput> for SeverityAnswers {
    fn from(AnswersInput { many_affected, money_at_risk, workaround }: AnswersInput) -> Self {
        Self { many_affected, money_at_risk, workaround }
    }
}

async fn declare(State(state): State<AppState>, who: ApiCaller<Respond>, Body(input): Body<DeclareInput>) -> ApiResult {
    let declared = Declare {
        title: input.title,
        severity: word_option("severity", input.severity.as_deref())?,
        answers: input.answers.map(Into::into),
        service: word_option("service", input.service.as_deref())?,
        alert: word_option("alert", input.alert.as_deref())?,
    };
    let (incident, now) = state
        .run(move |unit| {
            let incident = response::declare(unit, &who.permit, declared.clone())?;
            Ok((incident, unit.now))
        })
        .await?;
    Ok(created(&IncidentJson::new(&incident, now)))
}

/// Changes an incident and answers how it stands then.
pub async fn changed(
    state: &AppState,
    mut work: impl FnMut(&mut Unit<'_>) -> Result<Incident, Fault> + Send + 'static,
) -> ApiResult {
    let (incident, now) = state.run(move |unit| work(unit).map(|incident| (incident, unit.now))).await?;
    Ok(ok(&IncidentJson::new(&incident, now)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    state: Option<String>,
    before: Option<String>,
    limit: Option<u32>,
}

async fn list(State(state): State<AppState>, _: ApiCaller<Read>, Params(query): Params<ListQuery>) -> ApiResult {
    let open_only = open_only(query.state.as_deref())?;
    let before = query.before.unwrap_or_else(|| NEWEST.to_owned());
    let count_max = if open_only { whole(query.limit) } else { limit(query.limit) };
    let (listed, now) =
        state.read(move |tx, now, _| Ok((views::incidents(tx, open_only, &before, count_max)?, now))).await?;
    Ok(ok(&List::of(&listed, |incident| IncidentJson::new(incident, now))))
}

async fn show(State(state): State<AppState>, _: ApiCaller<Read>, ApiPath(slug): ApiPath<String>) -> ApiResult {
    let held = state.clone();
    let (room, now) = state
        .read(move |tx, now, directory| Ok((views::room(tx, directory, held.settings(), &slug, now)?, now)))
        .await?;
    Ok(ok(&IncidentJson::new(&room.incident, now)))
}

async fn timeline(State(state): State<AppState>, _: ApiCaller<Read>, ApiPath(slug): ApiPath<String>) -> ApiResult {
    let held = state.clone();
    let room = state.read(move |tx, now, directory| views::room(tx, directory, held.settings(), &slug, now)).await?;
    Ok(ok(&List::whole(room.timeline.iter().map(LineJson::from).collect())))
}

//! `GET /oncall`: who is on call, now or at another time.

use super::{
    Endpoint,
    answer::{ApiResult, List, ok},
    get,
    request::{Params, word_option},
};
use crate::{
    domain::{access::Read, ids::ScheduleId, org::Organisation, record::Instant, refusal::Refusal},
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, routing};
use nightbell_engine::views;
use serde::{Deserialize, Serialize};

pub const ENDPOINTS: &[Endpoint] =
    &[get("/oncall", "Who is on call, per schedule; in the past, who was. Query: at (RFC 3339), schedule.")];

pub fn routes() -> Router<AppState> {
    Router::new().route("/oncall", routing::get(on_call))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    at: Option<String>,
    schedule: Option<String>,
}

#[derive(Serialize)]
struct OnCallJson {
    schedule: String,
    team: Option<String>,
    primary: Option<PersonJson>,
    backup: Option<PersonJson>,
    /// `layer:weekly` or `override`.
    source: Option<String>,
    /// When any of this changes next.
    until: Option<Instant>,
    /// Why nobody is on call, when that is a mistake in the schedule.
    problem: Option<String>,
    /// On call at the same time, rung together with the primary.
    also: Vec<PersonJson>,
    /// Get a copy; nobody counts on them.
    shadows: Vec<PersonJson>,
}

#[derive(Serialize)]
struct PersonJson {
    id: String,
    name: String,
}

async fn on_call(State(state): State<AppState>, _: ApiCaller<Read>, Params(query): Params<Query>) -> ApiResult {
    let at: Option<Instant> = word_option("at", query.at.as_deref())?;
    let schedule: Option<ScheduleId> = word_option("schedule", query.schedule.as_deref())?;
    let items = state
        .read(move |tx, now, directory| {
            let at = at.unwrap_or(now);
            let past = views::as_of(tx, at, now)?;
            let org = past.as_ref().map_or(&directory.org, |past| &past.org);
            if let Some(unknown) = schedule.as_ref().filter(|id| !org.schedules.contains_key(*id)) {
                return Err(Refusal::not_found("schedule", unknown).into());
            }
            let wanted = org.schedules.keys().filter(|id| schedule.as_ref().is_none_or(|only| only == *id));
            Ok(wanted.map(|id| line(org, id, at)).collect())
        })
        .await?;
    Ok(ok(&List::<OnCallJson>::whole(items)))
}

fn line(org: &Organisation, id: &ScheduleId, at: Instant) -> OnCallJson {
    let team = org.schedules.get(id).and_then(|schedule| schedule.team.as_ref()).map(ToString::to_string);
    let empty = OnCallJson {
        schedule: id.to_string(),
        team,
        primary: None,
        backup: None,
        source: None,
        until: None,
        problem: None,
        also: Vec::new(),
        shadows: Vec::new(),
    };
    match org.on_call(id, at) {
        Err(problem) => OnCallJson { problem: Some(problem), ..empty },
        Ok(found) => OnCallJson {
            primary: found.primary.map(|member| person(org, member.as_str())),
            backup: found.backup.map(|member| person(org, member.as_str())),
            source: found.source.as_ref().and_then(source_word),
            until: found.until,
            also: found.also.iter().map(|member| person(org, member.as_str())).collect(),
            shadows: found.shadows.iter().map(|member| person(org, member.as_str())).collect(),
            ..empty
        },
    }
}

fn person(org: &Organisation, id: &str) -> PersonJson {
    let known = org.users.iter().find(|(handle, _)| handle.as_str() == id);
    PersonJson { id: id.to_owned(), name: known.map_or_else(|| id.to_owned(), |(_, user)| user.name.clone()) }
}

/// `layer:weekly` or `override`: the calendar's own words, joined.
fn source_word(source: &impl Serialize) -> Option<String> {
    match serde_json::to_value(source).ok()? {
        serde_json::Value::String(word) => Some(word),
        serde_json::Value::Object(named) => {
            named.iter().next().map(|(kind, name)| format!("{kind}:{}", name.as_str().unwrap_or_default()))
        }
        _ => None,
    }
}

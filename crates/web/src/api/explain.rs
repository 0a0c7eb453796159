//! `/explain`: who would hear what, when, by which method and why, if an alert came and nobody acknowledged. It changes nothing.

use super::{
    Endpoint,
    alerts::named_integration,
    answer::{ApiResult, Failure, ok},
    get, post,
    request::{Body, Params, word, word_option},
};
use crate::{
    domain::{
        access::Read,
        ids::ServiceId,
        org::{AccessRole, RouteOutcome},
        paging::PlanLine,
        record::Instant,
        refusal::Refusal,
    },
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, response::Response, routing};
use nightbell_engine::paging::{ExplainSubject, Explanation, explain};
use nightbell_wire::inbound::generic;
use serde::{Deserialize, Serialize};

pub const ENDPOINTS: &[Endpoint] = &[
    get(
        "/explain?service=checkout",
        "Who would hear of a high-urgency alert on a service. Query: service, at (RFC 3339).",
    ),
    Endpoint {
        least: AccessRole::Viewer,
        ..post(
            "/explain",
            "Who would hear of this event. Query: at (RFC 3339). Nothing is stored and nobody is told.",
            r#"{"integration":"generic","event":{"title":"Checkout is down","severity":"critical"}}"#,
        )
    },
];

pub fn routes() -> Router<AppState> {
    Router::new().route("/explain", routing::get(of_service).post(of_event))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceQuery {
    service: Option<String>,
    at: Option<String>,
}

async fn of_service(
    State(state): State<AppState>,
    _: ApiCaller<Read>,
    Params(query): Params<ServiceQuery>,
) -> ApiResult {
    let at: Option<Instant> = word_option("at", query.at.as_deref())?;
    let missing = || Refusal::invalid("service", "Which service? Add ?service=ID, or POST an event.");
    let service: ServiceId = word("service", query.service.as_deref().ok_or_else(missing)?)?;
    let explained = state
        .read(move |_, now, directory| Ok(explain(directory, &ExplainSubject::Service(service), at.unwrap_or(now))?))
        .await?;
    Ok(answer(&explained))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AtQuery {
    at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventInput {
    integration: Option<String>,
    event: serde_json::Value,
}

async fn of_event(
    State(state): State<AppState>,
    _: ApiCaller<Read>,
    Params(query): Params<AtQuery>,
    Body(input): Body<EventInput>,
) -> ApiResult {
    let at: Option<Instant> = word_option("at", query.at.as_deref())?;
    let parsed = generic::parse(input.event.to_string().as_bytes(), None)?;
    let nothing = || Failure::from(Refusal::invalid("event", "There is no alert in it."));
    let event = Box::new(parsed.events.into_iter().next().ok_or_else(nothing)?);
    let explained = state
        .read(move |_, now, directory| {
            let from = named_integration(&directory.org, input.integration.as_deref())?;
            let (integration, service) = (from.id.to_string(), from.service.clone());
            Ok(explain(directory, &ExplainSubject::Alert { event, integration, service }, at.unwrap_or(now))?)
        })
        .await?;
    Ok(answer(&explained))
}

#[derive(Serialize)]
struct ExplanationJson {
    at: Instant,
    routing: RoutingJson,
    lines: Vec<LineJson>,
}

#[derive(Serialize)]
struct RoutingJson {
    outcome: &'static str,
    urgency: &'static str,
    service: Option<String>,
    declare: Option<String>,
    reason: String,
}

#[derive(Serialize)]
struct LineJson {
    at: Instant,
    user: Option<String>,
    contact: Option<String>,
    medium: Option<String>,
    step: String,
    why: String,
}

fn answer(explained: &Explanation) -> Response {
    let routing = &explained.routing;
    let line = |line: &PlanLine| LineJson {
        at: line.at,
        user: line.user.as_ref().map(ToString::to_string),
        contact: line.contact.as_ref().map(ToString::to_string),
        medium: line.medium.clone(),
        step: line.step.clone(),
        why: line.why.clone(),
    };
    ok(&ExplanationJson {
        at: explained.at,
        routing: RoutingJson {
            outcome: outcome_word(routing.outcome),
            urgency: routing.urgency.word(),
            service: routing.service.as_ref().map(ToString::to_string),
            declare: routing.declare.as_ref().map(ToString::to_string),
            reason: routing.reason.clone(),
        },
        lines: explained.lines.iter().map(line).collect(),
    })
}

/// The word of a route's outcome, as in organisation files.
pub fn outcome_word(outcome: RouteOutcome) -> &'static str {
    match outcome {
        RouteOutcome::Page => "page",
        RouteOutcome::Notify => "notify",
        RouteOutcome::Record => "record",
        RouteOutcome::Drop => "drop",
    }
}

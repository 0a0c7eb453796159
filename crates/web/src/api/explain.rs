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
        ids::{AlertId, ServiceId, UserId},
        org::{AccessRole, RouteOutcome},
        paging::PlanLine,
        record::Instant,
        refusal::Refusal,
    },
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, response::Response, routing};
use nightbell_engine::{
    domain::paging::Off,
    paging::{ExplainSubject, Explanation, explain_without, turns},
    views,
};
use nightbell_wire::inbound::generic;
use serde::{Deserialize, Serialize};

pub const ENDPOINTS: &[Endpoint] = &[
    get(
        "/explain?service=checkout",
        "Who would hear of a high-urgency alert on a service. Query: service, at (RFC 3339; in the past as it was then), without (alice,bob/phone: what happens when those are off).",
    ),
    Endpoint {
        least: AccessRole::Viewer,
        ..post(
            "/explain",
            "Who would hear of this event. Query: at (RFC 3339), without (alice,bob/phone). Nothing is stored and nobody is told.",
            r#"{"integration":"generic","event":{"title":"Checkout is down","severity":"critical"}}"#,
        )
    },
    get(
        "/alerts/{id}/why",
        "Why somebody was paged for an alert, or was not. Query: for (a user; the caller when nobody is named).",
    ),
];

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/explain", routing::get(of_service).post(of_event))
        .route("/alerts/{id}/why", routing::get(why))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhyQuery {
    r#for: Option<String>,
}

async fn why(
    State(state): State<AppState>,
    caller: ApiCaller<Read>,
    ApiPath(alert): ApiPath<AlertId>,
    Params(query): Params<WhyQuery>,
) -> ApiResult {
    let user: Option<UserId> = word_option("for", query.r#for.as_deref())?;
    let user = user.unwrap_or_else(|| caller.permit.user().clone());
    let told = state.read(move |tx, now, directory| views::why(tx, directory, alert, &user, now)).await?;
    Ok(ok(&told))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceQuery {
    service: Option<String>,
    at: Option<String>,
    without: Option<String>,
}

async fn of_service(
    State(state): State<AppState>,
    _: ApiCaller<Read>,
    Params(query): Params<ServiceQuery>,
) -> ApiResult {
    let at: Option<Instant> = word_option("at", query.at.as_deref())?;
    let missing = || Refusal::invalid("service", "Which service? Add ?service=ID, or POST an event.");
    let service: ServiceId = word("service", query.service.as_deref().ok_or_else(missing)?)?;
    let off = off(query.without.as_deref())?;
    let explained = state
        .read(move |tx, now, directory| {
            let at = at.unwrap_or(now);
            let past = views::as_of(tx, at, now)?;
            let directory = past.as_ref().unwrap_or(directory);
            Ok(explain_without(directory, &turns(tx)?, &ExplainSubject::Service(service), at, &off)?)
        })
        .await?;
    Ok(answer(&explained))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AtQuery {
    at: Option<String>,
    without: Option<String>,
}

/// Whose phones are off: `alice,bob/phone`.
fn off(without: Option<&str>) -> Result<Off, Failure> {
    Off::read(without.unwrap_or_default().split(',')).map_err(|why| Refusal::invalid("without", why).into())
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
    let off = off(query.without.as_deref())?;
    let parsed = generic::parse(input.event.to_string().as_bytes(), None)?;
    let nothing = || Failure::from(Refusal::invalid("event", "There is no alert in it."));
    let event = Box::new(parsed.events.into_iter().next().ok_or_else(nothing)?);
    let explained = state
        .read(move |tx, now, directory| {
            let at = at.unwrap_or(now);
            let past = views::as_of(tx, at, now)?;
            let directory = past.as_ref().unwrap_or(directory);
            let from = named_integration(&directory.org, input.integration.as_deref())?;
            let (integration, service) = (from.id.to_string(), from.service.clone());
            let subject = ExplainSubject::Alert { event, integration, service };
            Ok(explain_without(directory, &turns(tx)?, &subject, at, &off)?)
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

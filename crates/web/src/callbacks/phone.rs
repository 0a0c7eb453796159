//! `POST /callbacks/phone/{token}`: what a telephone provider that the settings describe tells us, as a form or as JSON. `digits` is a pressed key, for
//! the token of `answer_url`; `status` is what became of the message, for the token of `report_url`. The token is the proof.
//!
//! What a key does and what a report means is said here once; Twilio's own callbacks ([`super::twilio`]) use it.

use crate::state::AppState;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use nightbell_engine::{
    Fault, Unit,
    domain::refusal::RefusalKind,
    paging::phone::{self, PhoneHolder},
};
use nightbell_wire::outbound::phone::{Act, Heard, Purpose};
use serde::Serialize;

/// Units of work of one key: a storm is taken in pieces, and paging goes on between two of them.
const ROUNDS_MAX: usize = 200;
/// A word that a provider reports, in characters.
const WORD_CHARS_MAX: usize = 24;
/// Words that mean that it will not arrive.
const LOST: [&str; 10] = [
    "undelivered",
    "failed",
    "busy",
    "no-answer",
    "canceled",
    "cancelled",
    "rejected",
    "expired",
    "machine",
    "undeliverable",
];

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/callbacks/phone/{token}", post(called))
}

/// What the provider is told.
#[derive(Debug, Serialize)]
struct Told {
    /// What it may read out.
    say: String,
}

async fn called(State(state): State<AppState>, Path(token): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let fields = fields(&headers, &body);
    let said = |text: &str| Json(Told { say: text.to_owned() });
    if let Some(digits) = field(&fields, "digits") {
        let Some(act) = Act::from_digit(digits) else {
            return said("There is nothing on this key.").into_response();
        };
        return match pressed(&state, token, act).await {
            Ok(text) => said(&text).into_response(),
            Err(Fault::Refused(refusal)) => (refused(refusal.kind), said(&refusal.message)).into_response(),
            Err(fault) => unavailable(&fault),
        };
    }
    let Some(word) = field(&fields, "status").map(|word| word.trim().to_ascii_lowercase().replace(['_', ' '], "-"))
    else {
        return (StatusCode::BAD_REQUEST, said("send digits or status")).into_response();
    };
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if word.is_empty() || word.len() > WORD_CHARS_MAX || !word.chars().all(sound) {
        return (StatusCode::BAD_REQUEST, said("a status is one short word")).into_response();
    }
    let heard = if LOST.contains(&word.as_str()) { Heard::failed(&word, "") } else { Heard::of(&word) };
    match reported(&state, token, Purpose::Report, heard).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(Fault::Refused(refusal)) => (refused(refusal.kind), said(&refusal.message)).into_response(),
        Err(fault) => unavailable(&fault),
    }
}

fn refused(kind: RefusalKind) -> StatusCode {
    match kind {
        RefusalKind::NotFound => StatusCode::NOT_FOUND,
        _ => StatusCode::CONFLICT,
    }
}

/// It could not be stored: whoever calls may call again.
pub(super) fn unavailable(fault: &Fault) -> Response {
    tracing::error!(error = %fault, "what a telephone provider told could not be stored");
    let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
    crate::respond::retry_after(&mut response, fault.retry_after_s().unwrap_or(5));
    response
}

/// Whoever has a token for that. Looked at before anything is left at the writer's desk: what is forged costs nobody's page a moment.
pub(super) fn holder(state: &AppState, purpose: Purpose, token: &str) -> Result<PhoneHolder, Fault> {
    Ok(PhoneHolder::check(state.settings(), purpose, token, state.now())?)
}

/// What a key does, in as many units of work as it takes; answers what is said then.
pub(super) async fn pressed(state: &AppState, token: String, act: Act) -> Result<String, Fault> {
    let holder = holder(state, Purpose::Answer, &token)?;
    let mut said = String::new();
    for _ in 0..ROUNDS_MAX {
        let holder = holder.clone();
        let done = state.run_first(move |unit: &mut Unit<'_>| phone::press(unit, &holder, act)).await?;
        said = done.said;
        if !done.more {
            break;
        }
    }
    Ok(said)
}

/// Writes down what became of a message.
pub(super) async fn reported(state: &AppState, token: String, purpose: Purpose, heard: Heard) -> Result<(), Fault> {
    let holder = holder(state, purpose, &token)?;
    for _ in 0..ROUNDS_MAX {
        let (holder, heard) = (holder.clone(), heard.clone());
        if !state.run_first(move |unit: &mut Unit<'_>| phone::heard(unit, &holder, &heard)).await? {
            break;
        }
    }
    Ok(())
}

/// The fields of a body, a form or flat JSON; names in lower case.
fn fields(headers: &HeaderMap, body: &[u8]) -> Vec<(String, String)> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.contains("json") {
        return url::form_urlencoded::parse(body)
            .map(|(name, value)| (name.to_lowercase(), value.into_owned()))
            .collect();
    }
    let Ok(serde_json::Value::Object(object)) = serde_json::from_slice(body) else { return Vec::new() };
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    object.into_iter().filter_map(|(name, value)| Some((name.to_lowercase(), text(value)?))).collect()
}

pub(super) fn field<'f>(fields: &'f [(String, String)], name: &str) -> Option<&'f str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

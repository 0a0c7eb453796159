//! `GET /ical/{secret}.ics`: a calendar feed. Whoever has the address reads it; nobody is asked who they are. A wrong secret is a 404, and few of
//! them are taken from one address.

use crate::{gate::ClientAddress, respond, state::AppState};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::SignedDuration;
use nightbell_engine::{
    Fault,
    access::{self, Secret},
    calendars,
};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Longer is no secret of ours.
const SECRET_BYTES_MAX: usize = 100;
/// Asking again sooner shows nothing newer than this.
const KEEP: &str = "private, max-age=300";

/// The address.
pub fn router() -> Router<AppState> {
    Router::new().route("/ical/{file}", get(show))
}

async fn show(
    State(state): State<AppState>,
    ClientAddress { address, .. }: ClientAddress,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    let secret = file.strip_suffix(".ics").filter(|secret| !secret.is_empty() && secret.len() <= SECRET_BYTES_MAX);
    let Some(secret) = secret.map(Secret::from_text) else { return nothing() };
    // Counted before it is looked up, so that guessing at once guesses no more; what was right is taken back.
    let counted = file.clone();
    let allowed = state.feed_limiter().attempt(state.now(), &counted, address);
    if let Err(wait) = allowed {
        return too_many(wait);
    }
    let settings = state.settings().clone();
    let read = state
        .read(move |tx, now, directory| {
            let Some(feed) = calendars::open_feed(tx, directory, &secret)? else { return Ok(None) };
            let text = calendars::feed_text(tx, directory, &settings, &feed, now)?;
            Ok(Some((feed, text, now)))
        })
        .await;
    match read {
        Ok(Some((feed, text, now))) => {
            state.feed_limiter().was_right(&counted, address);
            if access::worth_noting(feed.last_used_at, now) {
                state.run_aside("calendar feed read", move |unit| calendars::use_feed(unit, feed.id));
            }
            fresh_or_unchanged(text, &headers)
        }
        Ok(None) => nothing(),
        Err(Fault::Refused(_)) => nothing(),
        Err(error) => {
            tracing::error!(%error, "a calendar feed could not be read");
            let mut response = (StatusCode::SERVICE_UNAVAILABLE, "Try again in a moment.\n").into_response();
            respond::retry_after(&mut response, 30);
            response
        }
    }
}

fn too_many(wait: SignedDuration) -> Response {
    let mut response = (StatusCode::TOO_MANY_REQUESTS, "Too many wrong addresses.\n").into_response();
    respond::retry_after(&mut response, u16::try_from(wait.as_secs().max(1)).unwrap_or(u16::MAX));
    response
}

fn nothing() -> Response {
    (StatusCode::NOT_FOUND, "There is no calendar here.\n").into_response()
}

fn fresh_or_unchanged(text: String, asked: &HeaderMap) -> Response {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let tag = format!("\"{:016x}-{:x}\"", hasher.finish(), text.len());
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let opaque = |one: &str| one.trim().trim_start_matches("W/").to_owned();
    let known = known.flat_map(|value| value.split(',')).any(|one| one.trim() == "*" || opaque(one) == tag);
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { text.into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(KEEP));
    if known {
        headers.remove(header::CONTENT_TYPE);
    } else {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    }
    if let Ok(value) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, value);
    }
    response
}

#[cfg(test)]
mod tests;

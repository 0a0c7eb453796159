//! `GET /metrics`: with the token of the settings, which opens nothing else, or with an administrator's. Without one only on an installation
//! that nobody reaches from elsewhere: a proxy on this machine may pass strangers on without any mark of it.

use crate::{
    errors::{ApiError, Problem},
    gate::{ClientAddress, token_caller},
    state::AppState,
};
use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use nightbell_engine::{
    access::{Secret, same_bytes},
    domain::access::Administer,
    watch,
};
use std::fmt;

/// Shorter ones can be guessed.
const TOKEN_CHARS_MIN: usize = 20;

/// The secret that opens the metrics and nothing else: what a scraper is given, instead of an administrator's token.
#[derive(Clone)]
pub struct ScrapeToken(Secret);

impl fmt::Debug for ScrapeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScrapeToken(…)")
    }
}

impl ScrapeToken {
    /// As the settings say it.
    ///
    /// # Errors
    /// When it could be guessed or cannot be sent; the text is not said back.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.len() < TOKEN_CHARS_MIN || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(format!(
                "it must be {TOKEN_CHARS_MIN} characters or more, without spaces; `openssl rand -hex 24` makes one"
            ));
        }
        Ok(Self(Secret::from_text(text)))
    }

    /// Whether a request shows it, as `Authorization: Bearer`.
    fn opens(&self, headers: &HeaderMap) -> bool {
        let said = headers.get(header::AUTHORIZATION).and_then(|value| value.as_bytes().split_at_checked(7));
        said.is_some_and(|(scheme, secret)| {
            scheme.eq_ignore_ascii_case(b"bearer ") && same_bytes(secret.trim_ascii(), self.0.expose().as_bytes())
        })
    }
}

/// Answers in the OpenMetrics text format.
pub async fn metrics(
    State(state): State<AppState>,
    from: ClientAddress,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    must_be_allowed(&state, from, &headers).await?;
    let after = state.late_after();
    let (now, alarms) = state.read(move |tx, now, _| Ok((now, watch::alarms(tx, now, after)?))).await?;
    let text = state.metrics().text(&alarms, now).map_err(|_| Problem::fault())?;
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}

async fn must_be_allowed(state: &AppState, from: ClientAddress, headers: &HeaderMap) -> Result<(), ApiError> {
    let free = match state.scrape_token() {
        Some(token) => token.opens(headers),
        None => from.local && state.place().is_here(),
    };
    if !free {
        token_caller(headers, state).await?.ok_or_else(ApiError::unauthenticated)?.permit::<Administer>()?;
    }
    Ok(())
}

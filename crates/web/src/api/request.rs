//! Requests of the API: JSON bodies and query strings in which an unknown name is an error with a suggestion, and ids in addresses.

use super::answer::{Failure, Wrong};
use crate::errors::Problem;
use axum::{
    body::{Bytes, to_bytes},
    extract::{FromRequest, FromRequestParts, Request, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use nightbell_engine::domain::{
    limits::INBOUND_BYTES_MAX,
    refusal::Refusal,
    text::suggest::{closest, did_you_mean},
};
use serde::de::DeserializeOwned;
use std::{fmt::Display, str::FromStr};

/// Largest body of an organisation upload, in bytes: several files of the size the reader takes.
pub const UPLOAD_BYTES_MAX: usize = 4 * nightbell_wire::org_files::FILE_BYTES_MAX;
/// Entries of one answer when nothing is said; the rest follows the cursor.
const LIST_DEFAULT: u32 = 100;
/// Entries of one answer at most.
const LIST_MAX: u32 = 500;
/// Entries of a list that has no cursor: what is open, what is owed.
const WHOLE_MAX: u32 = 1_000;

/// A JSON body of ordinary size.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        read(request, INBOUND_BYTES_MAX).await.map(Self)
    }
}

/// A JSON body that holds files.
pub struct Upload<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Upload<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        read(request, UPLOAD_BYTES_MAX).await.map(Self)
    }
}

async fn read<T: DeserializeOwned>(request: Request, bytes_max: usize) -> Result<T, Failure> {
    if !says_json(request.headers()) {
        let detail = "The body must be JSON: send `Content-Type: application/json`.";
        let (status, code) = (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type".to_owned());
        return Err(Problem { status, code, ..Problem::bad_request(detail) }.into());
    }
    let too_large =
        || Problem { detail: format!("At most {bytes_max} bytes are taken in one request."), ..Problem::too_large() };
    let bytes: Bytes = to_bytes(request.into_body(), bytes_max).await.map_err(|_| too_large())?;
    serde_json::from_slice(&bytes).map_err(|e| not_so(&e))
}

/// Whether the body is said to be JSON, or nothing is said.
fn says_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return true };
    let kind = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.ends_with("+json")
}

/// What is wrong with a body, where, and what was probably meant.
fn not_so(e: &serde_json::Error) -> Failure {
    let message = e.to_string();
    let near = near_miss(&message);
    let not_json = if e.is_syntax() || e.is_eof() { "The body is not JSON: " } else { "" };
    let detail = format!("{not_json}{}", meant(&message, &near));
    let wrong = Wrong { line: Some(e.line()), column: Some(e.column()), message, ..near };
    let problem = Problem { field: wrong.field.clone(), ..Problem::bad_request(&detail) };
    Failure::listing(problem, vec![wrong])
}

/// The message as a sentence, with what was probably meant.
fn meant(message: &str, near: &Wrong) -> String {
    let word = near.suggestion.as_ref();
    word.map_or_else(|| sentence(message), |word| format!("{message} (did you mean {word:?}?)."))
}

/// "unknown field `severty`, expected one of `title`, `severity`" names the field and what it could have been.
fn near_miss(text: &str) -> Wrong {
    let mut quoted = text.split('`').skip(1).step_by(2);
    let (Some(word), true) = (quoted.next(), text.contains(" field `") || text.contains(" variant `")) else {
        return Wrong::default();
    };
    let field = text.contains(" field `").then(|| word.to_owned());
    Wrong { field, suggestion: closest(word, quoted).map(str::to_owned), ..Wrong::default() }
}

/// A query string.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(QueryRejection::FailedToDeserializeQueryString(e)) => {
                let message = std::error::Error::source(&e).map_or_else(|| e.body_text(), ToString::to_string);
                let near = near_miss(&message);
                let problem = Problem { field: near.field.clone(), ..Problem::bad_request(&meant(&message, &near)) };
                Err(Failure::listing(problem, vec![Wrong { message, ..near }]))
            }
            Err(e) => Err(Problem::bad_request(&e.body_text()).into()),
        }
    }
}

/// How many entries one answer of a longer list holds.
pub fn limit(wished: Option<u32>) -> u32 {
    wished.unwrap_or(LIST_DEFAULT).clamp(1, LIST_MAX)
}

/// How many entries a list without a cursor holds: all, within reason.
pub fn whole(wished: Option<u32>) -> u32 {
    wished.unwrap_or(WHOLE_MAX).clamp(1, WHOLE_MAX)
}

/// Whether a list shows what is open only: `state=open` (as when nothing is said) or `state=all`.
///
/// # Errors
/// Invalid for another word.
pub fn open_only(state: Option<&str>) -> Result<bool, Refusal> {
    match state {
        None | Some("open") => Ok(true),
        Some("all") => Ok(false),
        Some(other) => {
            let near = did_you_mean(other, ["open", "all"]);
            Err(Refusal::invalid("state", format!("{:?} is not a state{near}: use open or all.", cut(other))))
        }
    }
}

/// A word in a field of the input.
///
/// # Errors
/// Invalid, with the field's name and what it can be.
pub fn word<T: FromStr<Err: Display>>(field: &str, text: &str) -> Result<T, Refusal> {
    text.trim().parse().map_err(|e: T::Err| Refusal::invalid(field, sentence(&e.to_string())))
}

/// A word in a field that may be left out.
///
/// # Errors
/// As [`word`].
pub fn word_option<T: FromStr<Err: Display>>(field: &str, text: Option<&str>) -> Result<Option<T>, Refusal> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(|text| word(field, text)).transpose()
}

/// A person's handle, with or without `@`.
///
/// # Errors
/// As [`word`].
pub fn handle<T: FromStr<Err: Display>>(field: &str, text: &str) -> Result<T, Refusal> {
    word(field, text.trim().trim_start_matches('@'))
}

/// An id in an address; what cannot be one is not found.
///
/// # Errors
/// Not found.
pub fn id<T: FromStr>(noun: &str, text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::not_found(noun, format!("{:?}", cut(text))))
}

fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

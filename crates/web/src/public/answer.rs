//! Answers to the public: cached shortly, revalidated by ETag, the same for everybody.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use nightbell_status::CONTENT_SECURITY_POLICY;
use std::hash::{DefaultHasher, Hash, Hasher};

/// For how long a copy may be shown without asking again.
const KEEP: &str = "public, max-age=15";

/// What kind of bytes an answer is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) content_type: &'static str,
    /// Whether scripts of other sites may read it.
    pub(super) for_everyone: bool,
}

/// The bytes, or "you have them".
pub(super) fn fresh_or_unchanged(kind: Kind, text: String, asked: &HeaderMap) -> Response {
    let tag = tag(&text);
    let known = asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| names(value, &tag));
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { text.into_response() };
    dress(&mut response, kind, KEEP);
    if known {
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    if let Ok(value) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// A page for whoever pressed or opened something: nobody else's, and not kept.
pub(super) fn once(status: StatusCode, html: String) -> Response {
    let mut response = (status, html).into_response();
    dress(&mut response, super::HTML, "no-store");
    response
}

/// No such page, or no answer now: plain, calm, and the same for whatever the reason is.
pub(super) fn sorry(kind: Kind, status: StatusCode) -> Response {
    let (title, words) = if status == StatusCode::NOT_FOUND {
        ("There is no status page here", "Check the address. If somebody gave you this link, the page may have moved.")
    } else {
        (
            "This page cannot be shown just now",
            "Nothing is known about the state of the service from this. Please try again in a moment.",
        )
    };
    let html = kind.content_type.starts_with("text/html");
    let body = if html {
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, \
             initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title></head><body><main><h1>{title}</h1>\
             <p>{words}</p></main></body></html>\n"
        )
    } else {
        serde_json::json!({ "error": title, "detail": words }).to_string()
    };
    let mut response = (status, body).into_response();
    let shown = if html { kind } else { super::JSON };
    dress(&mut response, shown, if status == StatusCode::NOT_FOUND { KEEP } else { "no-store" });
    if status == StatusCode::SERVICE_UNAVAILABLE {
        crate::respond::retry_after(&mut response, 5);
    }
    response
}

fn dress(response: &mut Response, kind: Kind, keep: &'static str) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    if kind.for_everyone {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
}

/// Weak: a compressed copy is the same answer. Equal texts have equal tags on every node: the hasher has no seed.
fn tag(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("W/\"{:016x}-{:x}\"", hasher.finish(), text.len())
}

/// Whether an `If-None-Match` names the tag, by the weak comparison of RFC 9110.
fn names(asked: &str, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    asked.trim() == "*" || asked.split(',').any(|one| opaque(one) == opaque(tag))
}

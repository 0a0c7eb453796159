//! The headers of every answer: what a page may load and do, and that nobody keeps it. A handler that needs another `Cache-Control` or policy
//! sets it itself; what is set is left alone.

use crate::state::AppState;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// What our own pages may load: nothing but our own files, no inline script or style, no frame around them.
pub const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; worker-src 'self'";

const FIXED: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // `same-origin`, not `no-referrer`: links with tokens in them reach no other site either way, but under `no-referrer` browsers send
    // `Origin: null` with our own forms, and the origin check would have nothing to go by on plain http.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (header::CACHE_CONTROL, "no-store"),
];

/// A year, for this host alone.
const STRICT_TRANSPORT: &str = "max-age=31536000";

/// Request headers, names and values together, in bytes.
const REQUEST_BYTES_MAX: usize = 32 * 1024;

/// The layer.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = match refuse_too_large(&request) {
        Some(refused) => refused,
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if state.place().secure() {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HeaderValue::from_static(STRICT_TRANSPORT));
    }
    response
}

/// The answer to a request whose own headers are too large.
pub fn refuse_too_large(request: &Request) -> Option<Response> {
    let too_large = size(request.headers()) > REQUEST_BYTES_MAX;
    too_large.then(|| crate::errors::for_path(request.uri().path(), crate::errors::Problem::headers_too_large()))
}

/// What an answer to a machine says: it shows no page, so nothing about what pages may do.
pub fn for_machines(headers: &mut HeaderMap) {
    headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

//! Signing in and out: `/sign-in`, `/sign-out`, and `/welcome/{token}`, where a one-time link sets a password.

mod password;
mod welcome;

use crate::{
    domain::limits::SESSION_LIFETIME,
    respond::{self, append_cookie, cookie, expired, see_other},
    state::AppState,
};
use axum::{
    Router,
    response::Response,
    routing::{get, post},
};
use nightbell_engine::access::Secret;

/// The three addresses.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/sign-in", get(password::form).post(password::sign_in))
        .route("/sign-out", post(password::sign_out))
        .route("/welcome/{token}", get(welcome::form).post(welcome::set_password))
}

/// Goes on to `next` with a fresh session.
fn signed_in(state: &AppState, secret: &Secret, next: &str) -> Response {
    let mut response = see_other(next);
    let lifetime_s = SESSION_LIFETIME.as_secs().unsigned_abs();
    append_cookie(
        &mut response,
        &cookie(state, state.place().session_cookie(), secret.expose().to_owned(), lifetime_s),
    );
    response
}

/// Goes to the sign-in page without a session.
fn signed_out(state: &AppState) -> Response {
    let mut response = see_other("/sign-in");
    append_cookie(&mut response, &expired(state, state.place().session_cookie()));
    append_cookie(&mut response, &respond::expired(state, state.place().flash_cookie()));
    response
}

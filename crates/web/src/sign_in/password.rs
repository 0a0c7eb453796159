//! `GET|POST /sign-in`, `POST /sign-out`. Unknown address and wrong password look alike, and take equally long.

use super::{signed_in, signed_out};
use crate::{
    csrf::{CsrfForm, PlainForm},
    domain::{access::Read, limits::PASSWORD_BYTES_MAX},
    errors::Problem,
    gate::{ClientAddress, Signed, Visitor, safe_next},
    respond::{PageResult, bare_shell, page_with, see_other},
    state::AppState,
    views::{Field, access::SignInPage},
};
use axum::{
    extract::{Query, State},
    http::StatusCode,
};
use axum_extra::extract::CookieJar;
use nightbell_engine::access::{self, Secret, SignInAttempt};
use serde::Deserialize;

const REFUSED: &str = "This address and password do not fit together.";

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    next: String,
}

pub(super) async fn form(State(state): State<AppState>, visitor: Visitor, Query(wanted): Query<Wanted>) -> PageResult {
    let next = safe_next(&wanted.next);
    if visitor.0.is_some() {
        return Ok(see_other(next));
    }
    Ok(page_with(&state, StatusCode::OK, &view(Field::default(), next)))
}

fn view(email: Field, next: &str) -> SignInPage {
    SignInPage { shell: bare_shell("Sign in"), email, next: next.to_owned() }
}

#[derive(Deserialize)]
pub(super) struct Given {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn sign_in(
    State(state): State<AppState>,
    from: ClientAddress,
    jar: CookieJar,
    PlainForm(given): PlainForm<Given>,
) -> PageResult {
    let allowed = state.limiter().attempt(state.now(), &given.email, from.address);
    if let Err(wait) = allowed {
        tracing::warn!(address = %from.address, "too many sign-in attempts");
        return Err(Problem::too_many(u16::try_from(wait.as_secs().max(1)).unwrap_or(60)).into());
    }
    let refused = || {
        page_with(
            &state,
            StatusCode::UNAUTHORIZED,
            &view(Field::refused(given.email.clone(), REFUSED), safe_next(&given.next)),
        )
    };
    if given.password.len() > PASSWORD_BYTES_MAX {
        return Ok(refused());
    }
    let (email, password) = (given.email.clone(), given.password.clone());
    let attempt = state.read(move |tx, _, directory| SignInAttempt::new(tx, directory, &email)).await?;
    let Some(verified) = state.hash(move || attempt.verify(&password)).await? else {
        tracing::info!(address = %from.address, "a sign-in was refused");
        return Ok(refused());
    };
    let previous = jar.get(state.place().session_cookie()).map(|cookie| Secret::from_text(cookie.value()));
    let secret = state.run(move |unit| access::sign_in(unit, &verified, previous.as_ref())).await?;
    state.limiter().succeeded(&given.email, from.address);
    Ok(signed_in(&state, &secret, safe_next(&given.next)))
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn sign_out(
    State(state): State<AppState>,
    _who: Signed<Read>,
    jar: CookieJar,
    _form: CsrfForm<Nothing>,
) -> PageResult {
    if let Some(cookie) = jar.get(state.place().session_cookie()) {
        let secret = Secret::from_text(cookie.value());
        state.run(move |unit| access::sign_out(unit, &secret)).await?;
    }
    Ok(signed_out(&state))
}

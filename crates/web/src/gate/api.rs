//! API callers: a token in `Authorization: Bearer`. A signed-in browser may read the API too, never write by it: a cookie travels with
//! other sites' requests, a header does not.

use super::Visitor;
use crate::{errors::ApiError, state::AppState};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use nightbell_engine::{
    access::{self, Secret},
    domain::access::{Caller, Permit, Right},
};

/// A caller of the API with the right `R`.
pub struct ApiCaller<R> {
    /// The proof of the right: hand it to the engine.
    pub permit: Permit<R>,
    /// Who, with the role the token's scope leaves.
    pub caller: Caller,
}

impl<R: Right> FromRequestParts<AppState> for ApiCaller<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let caller = match token_caller(&parts.headers, state).await? {
            Some(caller) => caller,
            None if parts.method.is_safe() => {
                let visitor = Visitor::from_request_parts(parts, state).await.map_err(|e| ApiError(e.0))?;
                visitor.0.map(|session| session.caller.clone()).ok_or_else(ApiError::unauthenticated)?
            }
            None => return Err(ApiError::unauthenticated()),
        };
        Ok(Self { permit: caller.permit::<R>()?, caller })
    }
}

/// Whom the request's token speaks for; `None` without one.
///
/// # Errors
/// 401 for a token that opens nothing: unknown, revoked, mistyped alike.
pub(crate) async fn token_caller(headers: &HeaderMap, state: &AppState) -> Result<Option<Caller>, ApiError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, secret)) = text else { return Err(ApiError::unauthenticated()) };
    let secret = Secret::from_text(secret.trim());
    let (found, now) =
        state.read(move |tx, now, directory| Ok((access::authenticate_token(tx, directory, &secret)?, now))).await?;
    let (caller, token) = found.ok_or_else(ApiError::unauthenticated)?;
    if access::worth_noting(token.last_used_at, now) {
        state.run_aside("token last used", move |unit| access::use_token(unit, token.id));
    }
    Ok(Some(caller))
}

//! `/tokens`: API tokens, made, listed, revoked. A token is shown once, in the answer that makes it.

use super::{
    Endpoint,
    answer::{ApiResult, List, created, ok},
    get, post,
    request::{self, Body},
};
use crate::{
    domain::{
        access::{Read, Respond},
        ids::TokenId,
        org::AccessRole,
        record::Instant,
        refusal::Refusal,
        text::suggest::did_you_mean,
    },
    errors::ApiPath,
    gate::ApiCaller,
    state::AppState,
};
use axum::{Router, extract::State, routing};
use nightbell_engine::access::{self, Token, role_of_word, role_word};
use serde::{Deserialize, Serialize};

pub const ENDPOINTS: &[Endpoint] = &[
    get("/tokens", "One's own tokens; an administrator sees everybody's. Never the secrets."),
    post(
        "/tokens",
        "Makes a token that speaks for the caller; scope (viewer, responder, manager, admin) may not exceed what the caller may.",
        r#"{"name":"deploy pipeline","scope":"responder"}"#,
    ),
    Endpoint {
        method: "DELETE",
        path: "/tokens/{id}",
        least: AccessRole::Responder,
        what: "Revokes a token: it opens nothing from now on.",
        example: "",
    },
];

pub fn routes() -> Router<AppState> {
    Router::new().route("/tokens", routing::get(list).post(make)).route("/tokens/{id}", routing::delete(revoke))
}

#[derive(Serialize)]
struct TokenJson {
    id: TokenId,
    user: String,
    name: String,
    scope: String,
    created_at: Instant,
    last_used_at: Option<Instant>,
    revoked_at: Option<Instant>,
}

impl From<&Token> for TokenJson {
    fn from(token: &Token) -> Self {
        Self {
            id: token.id,
            user: token.user.to_string(),
            name: token.name.clone(),
            scope: token.scope.clone(),
            created_at: token.created_at,
            last_used_at: token.last_used_at,
            revoked_at: token.revoked_at,
        }
    }
}

async fn list(State(state): State<AppState>, who: ApiCaller<Read>) -> ApiResult {
    let tokens = state.read(move |tx, _, _| access::tokens(tx, &who.caller)).await?;
    Ok(ok(&List::whole(tokens.iter().map(TokenJson::from).collect())))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MakeInput {
    name: String,
    scope: Option<String>,
}

#[derive(Serialize)]
struct MadeJson {
    #[serde(flatten)]
    about: TokenJson,
    token: String,
}

async fn make(State(state): State<AppState>, who: ApiCaller<Respond>, Body(input): Body<MakeInput>) -> ApiResult {
    let scope = match input.scope.as_deref() {
        None => who.caller.role(),
        Some(word) => role_of_word(word).ok_or_else(|| unknown_scope(word))?,
    };
    let (token, secret) = state.run(move |unit| access::create_token(unit, &who.caller, &input.name, scope)).await?;
    Ok(created(&MadeJson { about: (&token).into(), token: secret.expose().to_owned() }))
}

fn unknown_scope(word: &str) -> Refusal {
    let known = [AccessRole::Viewer, AccessRole::Responder, AccessRole::Manager, AccessRole::Admin].map(role_word);
    let shown: String = word.chars().take(60).collect();
    let message = format!("{shown:?} is not a scope{}: use {}.", did_you_mean(word, known), known.join(", "));
    Refusal::invalid("scope", message)
}

#[derive(Serialize)]
struct RevokedJson {
    id: TokenId,
    revoked_at: Instant,
}

async fn revoke(State(state): State<AppState>, who: ApiCaller<Respond>, ApiPath(id): ApiPath<String>) -> ApiResult {
    let id: TokenId = request::id("token", &id)?;
    let revoked_at = state.run(move |unit| access::revoke_token(unit, &who.caller, id)).await?;
    Ok(ok(&RevokedJson { id, revoked_at }))
}

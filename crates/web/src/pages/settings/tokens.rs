//! `POST /settings/tokens`, `POST /settings/tokens/{id}/revoke`. A new token's secret is in the answer itself, once: it is not carried over a
//! redirect, and nobody keeps the answer (`no-store`).

use super::page;
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::Signed,
    present::settings::TokenForm,
    respond::{self, PageResult},
    state::AppState,
    views::{Field, FlashKind},
};
use axum::{extract::State, http::StatusCode};
use nightbell_engine::{
    Fault, access,
    domain::{access::Respond, ids::TokenId, refusal::Refusal},
};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Given {
    #[serde(default)]
    name: String,
    #[serde(default)]
    scope: String,
}

pub(super) async fn create(
    State(state): State<AppState>,
    who: Signed<Respond>,
    CsrfForm(given): CsrfForm<Given>,
) -> PageResult {
    let Some(scope) = access::role_of_word(&given.scope) else {
        let scope_error = Some("Choose what the token may do.".to_owned());
        let form = TokenForm { name: Field::new(given.name), scope: given.scope, scope_error, created: None };
        return page(&state, &who, StatusCode::BAD_REQUEST, form).await;
    };
    let (caller, name) = (who.caller.clone(), given.name.clone());
    let made = state.run(move |unit| access::create_token(unit, &caller, &name, scope)).await;
    match made {
        Ok((_, secret)) => {
            page(
                &state,
                &who,
                StatusCode::OK,
                TokenForm { created: Some(secret.expose().to_owned()), ..TokenForm::default() },
            )
            .await
        }
        Err(Fault::Refused(refusal)) if refusal.field.is_some() => {
            page(&state, &who, StatusCode::BAD_REQUEST, refused(given, refusal)).await
        }
        Err(fault) => Err(fault.into()),
    }
}

fn refused(given: Given, refusal: Refusal) -> TokenForm {
    let of_scope = refusal.field.as_deref() == Some("scope");
    let name = if of_scope { Field::new(given.name) } else { Field::refused(given.name, refusal.message.clone()) };
    TokenForm { name, scope: given.scope, scope_error: of_scope.then_some(refusal.message), created: None }
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn revoke(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(id): PagePath<String>,
    _form: CsrfForm<Nothing>,
) -> PageResult {
    let id: TokenId = id.parse().map_err(|_| Refusal::not_found("token", "of that id"))?;
    let caller = who.caller.clone();
    state.run(move |unit| access::revoke_token(unit, &caller, id)).await?;
    Ok(respond::see_other_saying(&state, "/settings#tokens", FlashKind::Done, "The token opens nothing any more."))
}

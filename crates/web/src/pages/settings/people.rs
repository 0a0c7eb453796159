//! `/settings/people`: administrators see how everybody is reached, invite people, and add a method that its owner then proves.

use super::reach::method;
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::Signed,
    pages::form::{Pairs, refusal, status, typed},
    present::{self, eyes::Reading, reach::Said},
    respond::{self, PageResult},
    state::AppState,
    views::{FlashKind, Nav},
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use nightbell_engine::{
    access,
    domain::{access::Administer, ids::UserId, refusal::Refusal},
    people::{self, Hand},
};
use serde::Deserialize;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/settings/people", get(show))
        .route("/settings/people/{id}/add", post(add))
        .route("/settings/people/{id}/invite", post(invite))
}

async fn show(State(state): State<AppState>, who: Signed<Administer>) -> PageResult {
    page(&state, &who, StatusCode::OK, None, None).await
}

async fn page(
    state: &AppState,
    who: &Signed<Administer>,
    status: StatusCode,
    invited: Option<(String, String)>,
    refused: Option<(UserId, Said)>,
) -> PageResult {
    let shell = respond::frame(state, who, Nav::Settings, "How everybody is reached", None).await?;
    let (reading, media) = (Reading::of(who), state.media().clone());
    let view = state
        .read(move |tx, now, directory| {
            let everybody = people::everybody(tx, directory, now)?;
            let eyes = reading.at(now, &directory.org);
            let refused = refused.as_ref().map(|(user, said)| (user, said));
            Ok(present::reach::people(&eyes, shell, &media, &everybody, invited, refused))
        })
        .await?;
    Ok(respond::page_with(state, status, &view))
}

fn person(id: &str) -> Result<UserId, Refusal> {
    id.parse().map_err(|_| Refusal::not_found("user", "of that handle"))
}

async fn add(
    State(state): State<AppState>,
    who: Signed<Administer>,
    PagePath(id): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let user = person(&id)?;
    let typed = typed(pairs);
    let hand = Hand::of(&who.permit, user.clone());
    let kind = method(&state, typed.word("kind"), typed.word("address"));
    let done = match kind {
        Ok(kind) => match state.run(move |unit| people::add(unit, &hand, None, kind.clone())).await {
            Ok(name) => Ok(name),
            Err(fault) => Err(refusal(fault)?),
        },
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok(name) => {
            let text = format!("{name} is added for @{user}. Pages do not use it before they prove it themselves.");
            Ok(respond::see_other_saying(&state, &format!("/settings/people#person-{user}"), FlashKind::Done, &text))
        }
        Err(refusal) if refusal.field.is_some() => {
            let said = Said { form: "add", contact: None, typed, refusal };
            let code = status(&said.refusal);
            page(&state, &who, code, None, Some((user, said))).await
        }
        Err(refusal) => Err(refusal.into()),
    }
}

#[derive(Deserialize)]
struct Nothing {}

/// The link is in the answer itself, once: it is not carried over a redirect, and nobody keeps the answer.
async fn invite(
    State(state): State<AppState>,
    who: Signed<Administer>,
    PagePath(id): PagePath<String>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> PageResult {
    let user = person(&id)?;
    let (permit, whom) = (who.permit.clone(), user.clone());
    let secret = state.run(move |unit| access::invite(unit, &permit, &whom)).await?;
    let link = state.link(&format!("/welcome/{}", secret.expose()));
    page(&state, &who, StatusCode::OK, Some((format!("@{user}"), link)), None).await
}

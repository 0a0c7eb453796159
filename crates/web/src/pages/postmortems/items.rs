//! `POST /postmortems/{slug}/actions`: an action item, refused without owner, due date and priority; everything typed is kept.

use super::{done, page};
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::Signed,
    present::postmortem::{Typed, TypedItem},
    respond::PageResult,
    state::AppState,
};
use axum::{extract::State, http::StatusCode};
use jiff::civil::Date;
use nightbell_engine::{
    domain::{access::Respond, refusal::Refusal},
    learning::{self, ItemInput},
};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Given {
    #[serde(default)]
    text: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    due: String,
    #[serde(default)]
    priority: String,
}

pub(super) async fn add(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(slug): PagePath<String>,
    CsrfForm(given): CsrfForm<Given>,
) -> PageResult {
    let input = ItemInput {
        text: given.text.clone(),
        owner: given.owner.parse().ok(),
        due_on: given.due.trim().parse::<Date>().ok(),
        priority: given.priority.parse().ok(),
    };
    let (permit, at, mistyped_due) =
        (who.permit.clone(), slug.clone(), input.due_on.is_none() && !given.due.trim().is_empty());
    let added = state.run(move |unit| learning::add_item(unit, &permit, &at, input.clone())).await?;
    match added {
        Ok(item) => Ok(done(&state, &slug, &format!("Added: {}", item.text))),
        Err(mut problems) => {
            if let Some(due) =
                problems.iter_mut().find(|refusal| mistyped_due && refusal.field.as_deref() == Some("due_on"))
            {
                *due = Refusal::invalid("due_on", "That is no date. Write it like 2026-05-15.");
            }
            let item =
                TypedItem { text: given.text, owner: given.owner, due: given.due, priority: given.priority, problems };
            page(&state, &who, slug, StatusCode::BAD_REQUEST, Typed { item: Some(item), ..Typed::default() }).await
        }
    }
}

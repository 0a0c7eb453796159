//! `/actions`: the weekly review. An item is finished with one press; dropping one takes a reason and a page of its own.

use super::postmortems::LISTED_MAX;
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::{Session, Signed},
    present::{
        self,
        actions::{Listed, Material},
        eyes::Reading,
    },
    respond::{self, PageResult},
    state::AppState,
    views::{Choice, Empty, Field, FlashKind, Nav, Shell},
};
use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use nightbell_engine::{
    Fault,
    domain::{
        access::{Read, Respond},
        ids::ActionItemId,
        learning::ActionItem,
        refusal::Refusal,
    },
    learning, views,
};
use serde::Deserialize;

/// The addresses.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/actions", get(list))
        .route("/actions/drop", get(drop_form).post(drop_chosen))
        .route("/actions/{id}/done", post(finish))
        .route("/actions/{id}/drop", post(drop_one))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    mine: String,
    #[serde(default)]
    state: String,
}

async fn list(State(state): State<AppState>, who: Signed<Read>, Query(wanted): Query<Wanted>) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Actions, "Weekly review", None).await?;
    let reading = Reading::of(&who);
    let listed = match (wanted.mine.as_str(), wanted.state.as_str()) {
        ("1", _) => Listed::Mine,
        (_, "settled") => Listed::Settled,
        _ => Listed::Open,
    };
    let view = state
        .read(move |tx, now, directory| {
            let material = Material {
                items: views::action_items(tx, false, LISTED_MAX)?,
                postmortems: views::postmortems(tx, LISTED_MAX)?,
                incidents: views::incidents(tx, false, views::NEWEST, LISTED_MAX)?.items,
            };
            Ok(present::actions::page(&reading.at(now, &directory.org), shell, listed, &material))
        })
        .await?;
    Ok(respond::page(&state, &view))
}

/// An id in an address or a form; what cannot be one is not found.
fn id_of(text: &str) -> Result<ActionItemId, Refusal> {
    text.parse().map_err(|_| Refusal::not_found("action item", "of that id"))
}

#[derive(Deserialize)]
struct Nothing {}

async fn finish(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(id): PagePath<String>,
    _form: CsrfForm<Nothing>,
) -> PageResult {
    let (id, permit) = (id_of(&id)?, who.permit.clone());
    let item = state.run(move |unit| learning::finish_item(unit, &permit, id)).await?;
    Ok(respond::see_other_saying(&state, "/actions", FlashKind::Done, &format!("Done: {}", item.text)))
}

/// Which item, and why.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{%- extends "base.html" -%}
{%- import "macros.html" as m -%}
{% block frame %}page narrow{% endblock %}
{% block content %}
<p class="crumbs"><a href="/actions">Weekly review</a></p>
<div class="head"><div><h1>Drop an action item</h1><p class="soft">It leaves the weekly list and is kept with your reason. Nothing is deleted.</p></div></div>
{% if items.is_empty() %}{{ empty }}{% else %}
<form method="post" action="/actions/drop" class="card stack">{{ m::csrf(shell.csrf) }}
{{ m::radios("drop-item", "Which one", "item", items, item_error) }}
{{ m::text("drop-reason", "Why it will not be done", "reason", reason, required=true) }}
<button>Drop it, with this reason</button></form>
{% endif %}
{% endblock %}"#
)]
struct DropPage {
    shell: Shell,
    items: Vec<Choice>,
    item_error: Option<String>,
    reason: Field,
    empty: Empty,
}

async fn drop_page(
    state: &AppState,
    who: &Session,
    status: StatusCode,
    chosen: String,
    item_error: Option<String>,
    reason: Field,
) -> PageResult {
    let shell = respond::frame(state, who, Nav::Actions, "Drop an action item", None).await?;
    let reading = Reading::of(who);
    let view = state
        .read(move |tx, now, directory| {
            let eyes = reading.at(now, &directory.org);
            let choice = |item: &ActionItem| {
                let hint = format!(
                    "{} · {} · due {}",
                    item.priority,
                    eyes.name(&item.owner),
                    present::actions::date(&eyes, item.due_on)
                );
                Choice::new(item.id.to_string(), present::line(&item.text), item.id.to_string() == chosen)
                    .with_hint(hint)
            };
            let items = views::action_items(tx, true, LISTED_MAX)?.iter().map(choice).collect();
            let empty = Empty::new("No action item is open.", "/actions", "Back to the review");
            Ok(DropPage { shell, items, item_error, reason, empty })
        })
        .await?;
    Ok(respond::page_with(state, status, &view))
}

async fn drop_form(State(state): State<AppState>, who: Signed<Respond>) -> PageResult {
    drop_page(&state, &who, StatusCode::OK, String::new(), None, Field::default()).await
}

#[derive(Deserialize)]
struct Dropped {
    #[serde(default)]
    item: String,
    #[serde(default)]
    reason: String,
}

async fn drop_chosen(
    State(state): State<AppState>,
    who: Signed<Respond>,
    CsrfForm(given): CsrfForm<Dropped>,
) -> PageResult {
    let Ok(id) = id_of(&given.item) else {
        let error = Some("Choose the item that will not be done.".to_owned());
        return drop_page(&state, &who, StatusCode::BAD_REQUEST, given.item, error, Field::new(given.reason)).await;
    };
    drop_item(&state, &who, id, given.reason).await
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    reason: String,
}

async fn drop_one(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(id): PagePath<String>,
    CsrfForm(given): CsrfForm<Reason>,
) -> PageResult {
    drop_item(&state, &who, id_of(&id)?, given.reason).await
}

async fn drop_item(state: &AppState, who: &Signed<Respond>, id: ActionItemId, reason: String) -> PageResult {
    let (permit, why) = (who.permit.clone(), reason.clone());
    match state.run(move |unit| learning::drop_item(unit, &permit, id, &why)).await {
        Ok(item) => Ok(dropped(state, &item)),
        Err(Fault::Refused(refusal)) if refusal.field.as_deref() == Some("reason") => {
            let reason = Field::refused(reason, refusal.message);
            drop_page(state, who, StatusCode::BAD_REQUEST, id.to_string(), None, reason).await
        }
        Err(fault) => Err(fault.into()),
    }
}

fn dropped(state: &AppState, item: &ActionItem) -> Response {
    respond::see_other_saying(state, "/actions", FlashKind::Done, &format!("Dropped: {}", item.text))
}

#[cfg(test)]
mod tests;

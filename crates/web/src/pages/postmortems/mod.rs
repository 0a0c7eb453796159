//! Postmortems: `/postmortems`, and one under the slug of its incident. Every `POST` asks for the right to respond; publishing for the right
//! to manage. What was typed and refused is shown again with what was wrong beside it.

mod edit;
mod export;
mod findings;
mod items;
mod list;
mod state;

pub(super) use list::LISTED_MAX;

use crate::{
    errors::PagePath,
    gate::{Session, Signed},
    present::{self, eyes::Reading, postmortem::Typed},
    respond::{self, PageResult},
    state::AppState,
    views::Nav,
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use nightbell_engine::{
    domain::{access::Read, refusal::Refusal},
    views,
};

/// The addresses.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/postmortems", get(list::show))
        .route("/postmortems/{slug}", get(show).post(edit::edit))
        .route("/postmortems/{slug}/export.md", get(export::export))
        .route("/postmortems/{slug}/state", post(state::change))
        .route("/postmortems/{slug}/dismiss", post(findings::dismiss))
        .route("/postmortems/{slug}/actions", post(items::add))
}

/// The page; `/postmortems/{slug}.md` is the document itself.
async fn show(State(state): State<AppState>, who: Signed<Read>, PagePath(slug): PagePath<String>) -> PageResult {
    match slug.strip_suffix(".md") {
        Some(slug) => export::answer(&state, slug.to_owned()).await,
        None => page(&state, &who, slug, StatusCode::OK, Typed::default()).await,
    }
}

/// The page of one postmortem, with what was typed.
async fn page(state: &AppState, who: &Session, slug: String, status: StatusCode, typed: Typed) -> PageResult {
    let topic = format!("incident:{slug}");
    let mut shell = respond::frame(state, who, Nav::Postmortems, "Postmortem", Some(&topic)).await?;
    let reading = Reading::of(who);
    let view = state
        .read(move |tx, now, directory| {
            let view = views::postmortem(tx, &slug)?;
            shell.title = format!("Postmortem: {}", view.incident.title);
            Ok(present::postmortem::page(&reading.at(now, &directory.org), shell, directory, &view, typed))
        })
        .await?;
    Ok(respond::page_with(state, status, &view))
}

/// The address of a postmortem's page. Slugs are our own, but this one came in by an address.
fn path(slug: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(slug.as_bytes()).collect();
    format!("/postmortems/{encoded}")
}

/// After a form that went through.
fn done(state: &AppState, slug: &str, text: &str) -> Response {
    respond::see_other_saying(state, &path(slug), crate::views::FlashKind::Done, text)
}

/// Nobody drafted it yet.
fn undrafted(slug: &str) -> Refusal {
    Refusal::not_found("postmortem of", format!("{slug}; draft one first"))
}

#[cfg(test)]
mod tests;

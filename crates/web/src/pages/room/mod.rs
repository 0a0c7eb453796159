//! `/incidents/{slug}`: the room and its forms. A refused form shows the room again with what was typed and why; a done one goes back (303).

mod entry;
mod press;
mod say;
mod words;

use super::form::{Pairs, refusal, status, typed};
use crate::{
    errors::PagePath,
    gate::{Session, Signed},
    present::{
        self,
        eyes::Reading,
        room::{Asked, Form, Refused},
    },
    respond::{self, PageResult},
    state::AppState,
    views::{FlashKind, Nav},
};
use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    routing::{get, post},
};
use nightbell_engine::{Fault, domain::access::Read, views};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/incidents/{slug}", get(show))
        .route("/incidents/{slug}/say", post(say::say))
        .route("/incidents/{slug}/roles", post(press::role))
        .route("/incidents/{slug}/mitigations", post(press::mitigation))
        .route("/incidents/{slug}/status", post(words::status))
        .route("/incidents/{slug}/severity", post(words::severity))
        .route("/incidents/{slug}/waive", post(words::waive))
        .route("/incidents/{slug}/page", post(words::page))
        .route("/incidents/{slug}/entries/{seq}", get(entry::show).post(entry::revise))
        .route("/incidents/{slug}/entries/{seq}/refute", post(entry::refute))
}

async fn show(
    State(state): State<AppState>,
    who: Signed<Read>,
    PagePath(slug): PagePath<String>,
    Query(query): Query<Pairs>,
) -> PageResult {
    let query = typed(query);
    let asked = Asked { show: query.word("show").to_owned(), skip: query.word("skip").parse().unwrap_or(0) };
    room(&state, &who, &slug, asked, None, StatusCode::OK).await
}

async fn room(
    state: &AppState,
    who: &Session,
    slug: &str,
    asked: Asked,
    refused: Option<Refused>,
    code: StatusCode,
) -> PageResult {
    let slug = slug.to_owned();
    let topic = format!("incident:{slug}");
    let mut shell = respond::frame(state, who, Nav::Incidents, "Incident", Some(&topic)).await?;
    let reading = Reading::of(who);
    let settings = state.settings().clone();
    let read = state.read(move |tx, now, directory| {
        let eyes = reading.at(now, &directory.org);
        let view = views::room(tx, directory, &settings, &slug, now)?;
        shell.title = present::line(&view.incident.title);
        Ok(present::room::page(&eyes, shell, &view, &asked, refused.as_ref()))
    });
    Ok(respond::page_with(state, code, &read.await?))
}

/// A form of the room as it was posted: what is shown again if it is refused.
struct Posted {
    form: Form,
    text: String,
    choice: String,
}

impl Posted {
    /// A form without fields to keep.
    fn press() -> Self {
        Self { form: Form::Press, text: String::new(), choice: String::new() }
    }
}

/// After a form: back to the room with what was done, or the room again with what was typed and why not.
async fn answer(
    state: &AppState,
    who: &Session,
    slug: &str,
    posted: Posted,
    result: Result<String, Fault>,
) -> PageResult {
    let refusal = match result {
        Ok(said) => return Ok(respond::see_other_saying(state, &path(slug), FlashKind::Done, &said)),
        Err(fault) => refusal(fault)?,
    };
    let code = status(&refusal);
    let Posted { form, text, choice } = posted;
    let refused = Refused { form, text, choice, message: refusal.message };
    room(state, who, slug, Asked::default(), Some(refused), code).await
}

/// The room's address, whatever was in the address of the form.
fn path(slug: &str) -> String {
    let plain: String = slug.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect();
    format!("/incidents/{plain}")
}

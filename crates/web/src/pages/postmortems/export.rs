//! `GET /postmortems/{slug}.md` and `/postmortems/{slug}/export.md`: the document as stored, with every tracked action item.

use super::undrafted;
use crate::{
    errors::PagePath,
    gate::Signed,
    respond::{self, PageResult},
    state::AppState,
};
use axum::extract::State;
use nightbell_engine::{domain::access::Read, views};

pub(super) async fn export(
    State(state): State<AppState>,
    _who: Signed<Read>,
    PagePath(slug): PagePath<String>,
) -> PageResult {
    answer(&state, slug).await
}

/// The document as a file. The caller has checked the right to read.
pub(super) async fn answer(state: &AppState, slug: String) -> PageResult {
    let (name, text) = state
        .read(move |tx, _, _| {
            let view = views::postmortem(tx, &slug)?;
            let text = view.document().ok_or_else(|| undrafted(&slug))?;
            Ok((format!("{}.md", view.incident.slug), text))
        })
        .await?;
    Ok(respond::text_file("text/markdown; charset=utf-8", &name, text))
}

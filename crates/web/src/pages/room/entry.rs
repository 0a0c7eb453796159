//! `/incidents/{slug}/entries/{seq}`: editing an entry of one's own, and refuting a hypothesis. The first words stay in the stream.

use super::path;
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::{Session, Signed},
    pages::form::{Pairs, refusal, status, typed},
    present::{self, eyes::Reading, room::timeline::Rewrite},
    respond::{self, PageResult},
    state::AppState,
    views::{FlashKind, Nav},
};
use axum::{extract::State, http::StatusCode};
use nightbell_engine::{
    Fault,
    domain::{
        access::{Read, Respond},
        refusal::Refusal,
        response::Incident,
    },
    response, views,
};

pub(super) async fn show(
    State(state): State<AppState>,
    who: Signed<Read>,
    PagePath((slug, seq)): PagePath<(String, u64)>,
) -> PageResult {
    form(&state, &who, slug, seq, Rewrite::default(), StatusCode::OK).await
}

async fn form(
    state: &AppState,
    who: &Session,
    slug: String,
    seq: u64,
    rewrite: Rewrite,
    code: StatusCode,
) -> PageResult {
    let shell = respond::frame(state, who, Nav::Incidents, "Edit an entry", None).await?;
    let reading = Reading::of(who);
    let settings = state.settings().clone();
    let read = state.read(move |tx, now, directory| {
        let eyes = reading.at(now, &directory.org);
        let view = views::room(tx, directory, &settings, &slug, now)?;
        let page = present::room::timeline::entry_page(&eyes, shell, &view, seq, &rewrite);
        Ok(page.ok_or_else(|| Refusal::not_found("entry to edit with the number", seq))?)
    });
    Ok(respond::page_with(state, code, &read.await?))
}

async fn answer(
    state: &AppState,
    who: &Session,
    (slug, seq): (String, u64),
    rewrite: Rewrite,
    result: Result<Incident, Fault>,
) -> PageResult {
    let refusal = match result {
        Ok(_) => {
            return Ok(respond::see_other_saying(
                state,
                &format!("{}#e{seq}", path(&slug)),
                FlashKind::Done,
                "The entry is changed.",
            ));
        }
        Err(fault) => refusal(fault)?,
    };
    let code = status(&refusal);
    form(state, who, slug, seq, Rewrite { refused: Some(refusal.message), ..rewrite }, code).await
}

pub(super) async fn revise(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath((slug, seq)): PagePath<(String, u64)>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let text = typed(pairs).text("text");
    let (permit, room, words) = (who.permit.clone(), slug.clone(), text.clone());
    let result = state.run(move |unit| response::revise(unit, &permit, &room, seq, &words)).await;
    answer(&state, &who, (slug, seq), Rewrite { text: Some(text), ..Rewrite::default() }, result).await
}

pub(super) async fn refute(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath((slug, seq)): PagePath<(String, u64)>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let reason = typed(pairs).text("reason");
    let (permit, room, words) = (who.permit.clone(), slug.clone(), reason.clone());
    let result = state.run(move |unit| response::refute(unit, &permit, &room, seq, &words)).await;
    answer(&state, &who, (slug, seq), Rewrite { reason: Some(reason), ..Rewrite::default() }, result).await
}

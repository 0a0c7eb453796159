//! `POST /incidents/{slug}/say` (`text`, `kind`): an entry of the chosen kind, or a command when it begins with `/`.

use super::{Posted, answer};
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::Signed,
    pages::form::{Pairs, typed},
    present::room::Form,
    respond::PageResult,
    state::AppState,
};
use axum::extract::State;
use nightbell_engine::{
    domain::{
        access::{Manage, Respond},
        refusal::Refusal,
        response::EntryKind,
    },
    response,
};

pub(super) async fn say(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(slug): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let typed = typed(pairs);
    let (text, kind) = (typed.text("text"), typed.word("kind").to_owned());
    let (permit, manager) = (who.permit.clone(), who.may::<Manage>());
    let (room, line, word) = (slug.clone(), text.clone(), kind.clone());
    let result = state.run(move |unit| {
        if line.starts_with('/') {
            return response::command(unit, &permit, manager.as_ref(), &room, &line);
        }
        response::write(unit, &permit, &room, entry_kind(&word)?, &line)?;
        Ok("Written down.".to_owned())
    });
    answer(&state, &who, &slug, Posted { form: Form::Say, text, choice: kind }, result.await).await
}

fn entry_kind(word: &str) -> Result<EntryKind, Refusal> {
    use EntryKind as K;
    let kinds = [K::Note, K::Decision, K::Hypothesis, K::Action, K::Output, K::Link];
    if word.is_empty() {
        return Ok(K::Note);
    }
    kinds
        .into_iter()
        .find(|kind| kind.word() == word)
        .ok_or_else(|| Refusal::invalid("kind", "Choose a kind of the list."))
}

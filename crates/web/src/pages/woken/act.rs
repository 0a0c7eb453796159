//! The presses on the page of a woken person. Every press reads the token again in its own unit of work.

use super::pressed;
use crate::{
    csrf::PlainForm,
    pages::form::{Pairs, typed},
    respond::PageResult,
    state::AppState,
    views::{Flash, FlashKind},
};
use axum::extract::{Path, State};
use nightbell_engine::{
    Fault, Unit,
    domain::{ids::SeverityId, refusal::Refusal},
    paging::{self, LinkHolder},
    response::{self, MitigationReport},
};

/// What is said after a press: a word in the address chooses one of these sentences, so that no address can put words into the page.
pub(super) fn said(word: &str) -> Option<Flash> {
    let text = match word {
        "acknowledged-all" => "Acknowledged. What still rings is listed below.",
        "handed-over" => "Handed over: whoever is next is being called now.",
        "declared" => "The incident is declared. Its room is open.",
        "reported" => "Noted in the incident.",
        _ => return None,
    };
    Some(Flash { kind: FlashKind::Done, text: text.to_owned() })
}

fn holder(unit: &Unit<'_>, token: &str) -> Result<LinkHolder, Refusal> {
    let holder = LinkHolder::check(unit.settings, token, unit.now)?;
    if unit.directory.org.users.contains_key(holder.user()) {
        return Ok(holder);
    }
    Err(Refusal::not_found("page behind this link;", "the account it was sent to no longer exists"))
}

/// One press: a unit of work as the holder of the link.
async fn press<T: Send + 'static>(
    state: &AppState,
    token: &str,
    mut work: impl FnMut(&mut Unit<'_>, &LinkHolder) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let link = token.to_owned();
    state
        .run_first(move |unit| {
            let holder = holder(unit, &link)?;
            work(unit, &holder)
        })
        .await
}

pub(super) async fn acknowledge(
    State(state): State<AppState>,
    Path(token): Path<String>,
    PlainForm(_): PlainForm<Pairs>,
) -> PageResult {
    let done = press(&state, &token, paging::acknowledge_by_link).await;
    pressed(&state, &token, "acknowledged", done).await
}

/// Pages taken in one unit of work: paging goes on between two of them.
const TAKEN_AT_ONCE: u32 = 100;
/// Units of work of one press. What is left after them still rings, and the page says so.
const TAKING_ROUNDS_MAX: usize = 200;

/// Takes everything the holder was told of in one message with this page.
pub(super) async fn acknowledge_all(
    State(state): State<AppState>,
    Path(token): Path<String>,
    PlainForm(_): PlainForm<Pairs>,
) -> PageResult {
    let mut done = Ok(0);
    for _ in 0..TAKING_ROUNDS_MAX {
        done = press(&state, &token, |unit, holder| paging::acknowledge_all_by_link(unit, holder, TAKEN_AT_ONCE)).await;
        if !matches!(&done, Ok(taken) if *taken >= TAKEN_AT_ONCE as usize) {
            break;
        }
    }
    pressed(&state, &token, "acknowledged-all", done).await
}

pub(super) async fn hand_over(
    State(state): State<AppState>,
    Path(token): Path<String>,
    PlainForm(_): PlainForm<Pairs>,
) -> PageResult {
    let done = press(&state, &token, paging::hand_over_by_link).await;
    pressed(&state, &token, "handed-over", done).await
}

pub(super) async fn report(
    State(state): State<AppState>,
    Path(token): Path<String>,
    PlainForm(pairs): PlainForm<Pairs>,
) -> PageResult {
    let typed = typed(pairs);
    let done = press(&state, &token, move |unit, holder| {
        let report = MitigationReport::from_word(typed.word("outcome"))?;
        response::report_mitigation_by_link(unit, holder, typed.word("mitigation"), report)
    });
    pressed(&state, &token, "reported", done.await).await
}

pub(super) async fn declare(
    State(state): State<AppState>,
    Path(token): Path<String>,
    PlainForm(pairs): PlainForm<Pairs>,
) -> PageResult {
    let typed = typed(pairs);
    let done = press(&state, &token, move |unit, holder| {
        let severity: Result<SeverityId, _> = typed.word("severity").parse();
        let severity = severity
            .map_err(|_| Refusal::invalid("severity", "Choose how bad it is; if unsure, take the higher one."))?;
        response::declare_by_link(unit, holder, &typed.text("title"), severity)
    });
    pressed(&state, &token, "declared", done.await).await
}

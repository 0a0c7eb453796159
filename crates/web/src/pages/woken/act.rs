//! The presses on the page of a woken person. Every press reads the token again in its own unit of work.

use super::pressed;
use crate::{
    csrf::PlainForm,
    pages::{
        form::{Pairs, typed},
        snooze::until,
    },
    respond::PageResult,
    state::AppState,
    views::{Flash, FlashKind},
};
use axum::extract::{Path, State};
use jiff::tz::TimeZone;
use nightbell_engine::{
    Fault, Unit,
    domain::{ids::SeverityId, refusal::Refusal},
    paging::{self, Button, LinkHolder},
    response::{self, MitigationReport},
};

/// What is said after a press: a word in the address chooses one of these sentences, so that no address can put words into the page.
pub(super) fn said(word: &str) -> Option<Flash> {
    let text = match word {
        "acknowledged-all" => "Acknowledged. What still rings is listed below.",
        "handed-to" => "Handed over. They are being called now, and you are not called for it any more.",
        "snoozed" => "It is yours until then. If it is not over by then, it rings again.",
        "still-on" => "Good. You are asked again before it rings.",
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
    // Looked at before anything is left at the writer's desk: what is forged costs nobody's page a moment.
    LinkHolder::check(state.settings(), token, state.now())?;
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

/// To somebody by name, or to another policy, with a reason.
pub(super) async fn hand_to(
    State(state): State<AppState>,
    Path(token): Path<String>,
    PlainForm(pairs): PlainForm<Pairs>,
) -> PageResult {
    let typed = typed(pairs);
    let done = press(&state, &token, move |unit, holder| {
        let to = response::target_named(&unit.directory.org, typed.text("to").trim())?;
        paging::hand_to_by_link(unit, holder, &to, &typed.text("reason"))
    });
    pressed(&state, &token, "handed-to", done.await).await
}

pub(super) async fn snooze(
    State(state): State<AppState>,
    Path(token): Path<String>,
    PlainForm(pairs): PlainForm<Pairs>,
) -> PageResult {
    let typed = typed(pairs);
    let done = press(&state, &token, move |unit, holder| {
        let zone = unit.directory.org.users.get(holder.user()).map(|user| user.time_zone.clone());
        let zone = zone.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC);
        let until = until(&typed, unit.now, &zone)?;
        paging::snooze_by_link(unit, holder, until)
    });
    pressed(&state, &token, "snoozed", done.await).await
}

pub(super) async fn still_on(
    State(state): State<AppState>,
    Path(token): Path<String>,
    PlainForm(_): PlainForm<Pairs>,
) -> PageResult {
    let done = press(&state, &token, |unit, holder| paging::press_by_link(unit, holder, Button::StillOn)).await;
    pressed(&state, &token, "still-on", done).await
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

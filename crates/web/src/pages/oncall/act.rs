//! Presses that need no page of their own: take over, give back, page whoever is on call, undo, answer a request, leave a note, take a plan
//! back. Each is a `POST` with the form's word; what is refused is said where it was pressed.

use super::{
    super::form::{Pairs, refusal, typed},
    id_of,
};
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::Signed,
    respond::{self, PageResult},
    state::AppState,
    views::FlashKind,
};
use axum::{Router, extract::State, routing::post};
use nightbell_engine::{
    Fault, Unit,
    domain::{
        access::{Permit, Respond},
        ids::ScheduleId,
        org::{Target, Urgency},
        record::Instant,
        refusal::Refusal,
    },
    paging, rota,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/oncall/{schedule}/take-over", post(take_over))
        .route("/oncall/{schedule}/give-back", post(give_back))
        .route("/oncall/{schedule}/page", post(page))
        .route("/oncall/{schedule}/undo", post(undo))
        .route("/oncall/{schedule}/note", post(note))
        .route("/oncall/{schedule}/unstage", post(unstage))
        .route("/oncall/{schedule}/requests/{request}/accept", post(accept))
        .route("/oncall/{schedule}/requests/{request}/decline", post(decline))
        .route("/oncall/{schedule}/requests/{request}/withdraw", post(withdraw))
}

/// Does it, and goes back to where it was pressed with what came of it.
async fn press(
    state: &AppState,
    who: &Signed<Respond>,
    schedule: &str,
    to: &str,
    work: impl Fn(&mut Unit<'_>, &Permit<Respond>, &ScheduleId) -> Result<(FlashKind, String), Fault> + Send + 'static,
) -> PageResult {
    let (id, permit) = (id_of(schedule)?, who.permit.clone());
    let said = match state.run_first(move |unit| work(unit, &permit, &id)).await {
        Ok(said) => said,
        Err(fault) => (FlashKind::Refused, refusal(fault)?.message),
    };
    Ok(respond::see_other_saying(state, to, said.0, &said.1))
}

async fn take_over(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(id): PagePath<String>,
    CsrfForm(_): CsrfForm<Pairs>,
) -> PageResult {
    let (zone, to) = (who.zone(), format!("/oncall/{id}"));
    press(&state, &who, &id, &to, move |unit, permit, id| {
        let taken = rota::take_over(unit, permit, id, None)?;
        let until = taken.until.to_zoned(zone.clone()).strftime("%a %-d %b %H:%M").to_string();
        let mut text = format!("You are on call for {id} until {until}.");
        if let Some(from) = &taken.from {
            text = format!("{text} @{from} is told.");
        }
        Ok(match taken.ringing {
            0 => (FlashKind::Done, text),
            n => (
                FlashKind::Careful,
                format!(
                    "{text} {n} that ring for them go on until somebody acknowledges: see Now. Later steps ring you."
                ),
            ),
        })
    })
    .await
}

async fn give_back(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(id): PagePath<String>,
    CsrfForm(_): CsrfForm<Pairs>,
) -> PageResult {
    let to = format!("/oncall/{id}");
    press(&state, &who, &id, &to, |unit, permit, id| {
        rota::give_back(unit, permit, id)?;
        Ok((FlashKind::Done, "Given back: the plan holds again.".to_owned()))
    })
    .await
}

async fn page(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(id): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let (message, to) = (typed(pairs).text("message"), format!("/oncall/{id}"));
    press(&state, &who, &id, &to, move |unit, permit, id| {
        paging::page_people(unit, permit, &[Target::Schedule(id.clone())], &message, Urgency::High)?;
        Ok((FlashKind::Done, "They are being called. You see on Now when they answer.".to_owned()))
    })
    .await
}

async fn undo(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(id): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let (span, to) = (typed(pairs).word("span").to_owned(), format!("/oncall/{id}"));
    press(&state, &who, &id, &to, move |unit, permit, id| {
        rota::undo(unit, permit, id, &span)?;
        Ok((FlashKind::Done, "Undone: the plan holds again. Those concerned are told.".to_owned()))
    })
    .await
}

async fn note(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(id): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let (text, to) = (typed(pairs).text("text"), format!("/oncall/{id}#notes-title"));
    press(&state, &who, &id, &to, move |unit, permit, id| {
        rota::leave_note(unit, permit, id, &text)?;
        Ok((FlashKind::Done, "The note goes along with the notice of the hand-off.".to_owned()))
    })
    .await
}

async fn unstage(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(id): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let (from, to) = (typed(pairs).word("from").to_owned(), format!("/oncall/{id}"));
    press(&state, &who, &id, &to, move |unit, permit, id| {
        let from: Instant = from.parse().map_err(|_| Refusal::not_found("plan that begins at", &from))?;
        rota::unstage(unit, permit, id, from)?;
        Ok((FlashKind::Done, "Taken back: the plan stays as it is.".to_owned()))
    })
    .await
}

async fn accept(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath((id, request)): PagePath<(String, String)>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let although = typed(pairs).given("although");
    press(&state, &who, &id, "/oncall/me", move |unit, permit, id| {
        let taken = rota::accept(unit, permit, id, &request, None, although.as_deref())?;
        Ok(if taken.misgivings.is_empty() {
            (FlashKind::Done, "You have it. Everybody concerned is told.".to_owned())
        } else {
            (FlashKind::Careful, format!("You have it. {}", taken.misgivings.join(" ")))
        })
    })
    .await
}

async fn decline(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath((id, request)): PagePath<(String, String)>,
    CsrfForm(_): CsrfForm<Pairs>,
) -> PageResult {
    press(&state, &who, &id, "/oncall/me", move |unit, permit, id| {
        rota::decline(unit, permit, id, &request)?;
        Ok((FlashKind::Done, "They are told that you cannot.".to_owned()))
    })
    .await
}

async fn withdraw(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath((id, request)): PagePath<(String, String)>,
    CsrfForm(_): CsrfForm<Pairs>,
) -> PageResult {
    press(&state, &who, &id, "/oncall/me", move |unit, permit, id| {
        rota::withdraw(unit, permit, id, &request)?;
        Ok((FlashKind::Done, "Taken back: it stays as planned.".to_owned()))
    })
    .await
}

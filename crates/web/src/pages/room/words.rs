//! Forms of the room that want words: `POST /incidents/{slug}/status` (`status`, `reason`), `/severity` (`severity`, `reason`), `/waive`
//! (`rule`, `reason`), `/page` (`who`, `message`).

use super::{Posted, answer, path};
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::Signed,
    pages::form::{Pairs, typed},
    present::{room::Form, typed::Typed},
    respond::{self, PageResult},
    state::AppState,
};
use axum::extract::State;
use nightbell_engine::{
    Fault, Unit,
    domain::{
        access::{Manage, Permit, Respond},
        ids::{IdError, SeverityId},
        refusal::Refusal,
        response::{IncidentStatus, RuleId},
    },
    response,
};

fn posted(form: Form, typed: &Typed, text: &str, choice: &str) -> Posted {
    Posted { form, text: typed.text(text), choice: typed.word(choice).to_owned() }
}

fn unreadable(field: &'static str) -> impl Fn(IdError) -> Refusal {
    move |e| Refusal::invalid(field, format!("{}.", e.0))
}

pub(super) async fn status(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(slug): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let typed = typed(pairs);
    // Resolving says a last word to everybody: it is written where updates are written, and previewed.
    if typed.word("status") == IncidentStatus::Resolved.word() {
        return Ok(respond::see_other(&format!("{}/update?status=resolved", path(&slug))));
    }
    let kept = posted(Form::Status, &typed, "reason", "status");
    let (permit, room) = (who.permit.clone(), slug.clone());
    let result = state.run(move |unit| set_status(unit, &permit, &room, &typed)).await;
    answer(&state, &who, &slug, kept, result).await
}

fn set_status(unit: &mut Unit<'_>, by: &Permit<Respond>, room: &str, typed: &Typed) -> Result<String, Fault> {
    let reason = typed.text("reason");
    match typed.word("status") {
        "closed" => response::close(unit, by, room).map(|_| "Closed: nothing is owed any more.".to_owned()),
        "cancelled" => {
            response::cancel(unit, by, room, &reason).map(|_| "Cancelled: kept as a false alarm.".to_owned())
        }
        word => {
            let to: IncidentStatus = word.parse().map_err(unreadable("status"))?;
            response::set_status(unit, by, room, to, Some(&reason))?;
            Ok(format!("Status: {to}. The public page says what it said before; use Update… to tell it."))
        }
    }
}

pub(super) async fn severity(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(slug): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let typed = typed(pairs);
    let kept = posted(Form::Severity, &typed, "reason", "severity");
    let (permit, room) = (who.permit.clone(), slug.clone());
    let result = state.run(move |unit| {
        let to: SeverityId = typed.word("severity").parse().map_err(unreadable("severity"))?;
        response::change_severity(unit, &permit, &room, &to, Some(&typed.text("reason")))?;
        Ok(format!("It is {} now; what is owed was computed anew.", to.as_str().to_uppercase()))
    });
    answer(&state, &who, &slug, kept, result.await).await
}

pub(super) async fn waive(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(slug): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let typed = typed(pairs);
    let kept = posted(Form::Waive(typed.word("rule").to_owned()), &typed, "reason", "rule");
    let (permit, manager, room) = (who.permit.clone(), who.may::<Manage>(), slug.clone());
    let result = state.run(move |unit| {
        let rule: RuleId = typed.word("rule").parse().map_err(unreadable("rule"))?;
        response::waive(unit, &permit, manager.as_ref(), &room, rule, &typed.text("reason"))?;
        Ok(format!("{} is waived.", rule.label()))
    });
    answer(&state, &who, &slug, kept, result.await).await
}

pub(super) async fn page(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(slug): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let typed = typed(pairs);
    let kept = posted(Form::Page, &typed, "message", "who");
    let (permit, room) = (who.permit.clone(), slug.clone());
    let result = state.run(move |unit| response::call(unit, &permit, &room, typed.word("who"), typed.given("message")));
    answer(&state, &who, &slug, kept, result.await).await
}

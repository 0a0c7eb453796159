//! `POST /alerts/{alert}/ack`, `/resolve` and `/snooze`.

use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::Signed,
    pages::{
        form::{Pairs, typed},
        snooze::until,
    },
    respond::{self, PageResult},
    state::AppState,
    views::FlashKind,
};
use axum::extract::State;
use jiff::tz::TimeZone;
use nightbell_engine::{
    domain::{access::Respond, ids::AlertId},
    signal,
};

pub(super) async fn acknowledge(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(alert): PagePath<AlertId>,
    CsrfForm(_): CsrfForm<Pairs>,
) -> PageResult {
    let permit = who.permit.clone();
    state.run_first(move |unit| signal::acknowledge(unit, &permit, alert)).await?;
    let said = "You have it. Nobody else is called for it.";
    Ok(respond::see_other_saying(&state, &format!("/alerts/{alert}"), FlashKind::Done, said))
}

pub(super) async fn resolve(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(alert): PagePath<AlertId>,
    CsrfForm(_): CsrfForm<Pairs>,
) -> PageResult {
    let permit = who.permit.clone();
    state.run_first(move |unit| signal::resolve(unit, &permit, alert)).await?;
    let said =
        "It is resolved. Whoever was paged for it is told once; if its source sends it again, that is a new alert.";
    Ok(respond::see_other_saying(&state, &format!("/alerts/{alert}"), FlashKind::Done, said))
}

pub(super) async fn snooze(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(alert): PagePath<AlertId>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let (permit, typed) = (who.permit.clone(), typed(pairs));
    state
        .run_first(move |unit| {
            let zone = unit.directory.org.users.get(permit.user()).map(|user| user.time_zone.clone());
            let zone = zone.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC);
            let until = until(&typed, unit.now, &zone)?;
            signal::snooze(unit, &permit, alert, until)
        })
        .await?;
    let said = "You have it until then. If it is not over by then, it rings again from the first step.";
    Ok(respond::see_other_saying(&state, &format!("/alerts/{alert}"), FlashKind::Done, said))
}

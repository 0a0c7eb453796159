//! `/oncall/new` and `/oncall/{schedule}/edit`: a plan is made, or changed from an instant on. Each press but the last shows the next eight
//! weeks and stores nothing.

use super::{
    super::form::{Pairs, refusal, status, typed},
    id_of, schedule_of,
};
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::{Session, Signed},
    present::{
        eyes::Reading,
        oncall::plan::{self as form, Filled},
        typed::Typed,
    },
    respond::{self, PageResult},
    state::AppState,
    views::{Flash, FlashKind, Nav},
};
use axum::{Router, extract::State, http::StatusCode, routing::get};
use nightbell_engine::{
    domain::{
        access::{Manage, Respond},
        ids::ScheduleId,
        org::Begin,
        refusal::Refusal,
    },
    proof::Known,
    rota::{self, NewPlan},
};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/oncall/new", get(blank).post(make)).route("/oncall/{schedule}/edit", get(edit).post(change))
}

async fn blank(State(state): State<AppState>, who: Signed<Manage>) -> PageResult {
    show(&state, &who, None, None, None).await
}

async fn edit(State(state): State<AppState>, who: Signed<Respond>, PagePath(id): PagePath<String>) -> PageResult {
    show(&state, &who, Some(id_of(&id)?), None, None).await
}

async fn make(State(state): State<AppState>, who: Signed<Manage>, CsrfForm(pairs): CsrfForm<Pairs>) -> PageResult {
    let typed = typed(pairs);
    if typed.word("step") != "save" {
        return stepped(&state, &who, None, typed).await;
    }
    let input = || -> Result<NewPlan, Refusal> {
        let team = Some(typed.word("team")).filter(|team| !team.is_empty());
        Ok(NewPlan {
            id: typed.word("id").parse().map_err(|e| Refusal::invalid("id", format!("{e}.")))?,
            team: team.map(|team| team.parse().map_err(|_| Refusal::not_found("team", team))).transpose()?,
            calendar: form::calendar(&typed)?,
        })
    };
    let plan = match input() {
        Ok(plan) => plan,
        Err(refused) => return show(&state, &who, None, Some(typed), Some(refused)).await,
    };
    let (permit, although) = (who.permit.clone(), typed.given("although"));
    match state.run(move |unit| rota::create(unit, &permit, plan.clone(), although.as_deref())).await {
        Ok(made) => {
            let text = "The schedule is made. It pages nobody until a policy names it.";
            Ok(respond::see_other_saying(&state, &format!("/oncall/{}", made.id), FlashKind::Done, text))
        }
        Err(fault) => show(&state, &who, None, Some(typed), Some(refusal(fault)?)).await,
    }
}

async fn change(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(id): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let (id, typed) = (id_of(&id)?, typed(pairs));
    if typed.word("step") != "save" {
        return stepped(&state, &who, Some(id), typed).await;
    }
    let (reading, wanted, schedule) = (Reading::of(&who), typed.clone(), id.clone());
    let read = state.read(move |_, now, directory| {
        schedule_of(&directory.org, schedule.as_str())?;
        let eyes = reading.at(now, &directory.org);
        Ok(form::calendar(&wanted).and_then(|calendar| Ok((calendar, form::begin(&eyes, &wanted)?))))
    });
    let (calendar, begin) = match read.await? {
        Ok(read) => read,
        Err(refused) => return show(&state, &who, Some(id), Some(typed), Some(refused)).await,
    };
    let (permit, although, schedule) = (who.permit.clone(), typed.given("although"), id.clone());
    let staged =
        state.run(move |unit| rota::stage(unit, &permit, &schedule, &calendar, begin, although.as_deref())).await;
    match staged {
        Ok(plan) => {
            let from = plan.from.to_zoned(who.zone()).strftime("%a %-d %b %H:%M").to_string();
            let text = format!("The new plan holds from {from}. What was before stays as it was.");
            Ok(respond::see_other_saying(&state, &format!("/oncall/{id}"), FlashKind::Done, &text))
        }
        Err(fault) => show(&state, &who, Some(id), Some(typed), Some(refusal(fault)?)).await,
    }
}

/// A press that only changes the form, or looks.
async fn stepped(state: &AppState, who: &Session, id: Option<ScheduleId>, typed: Typed) -> PageResult {
    let step = typed.word("step").to_owned();
    if step.starts_with("fair-") {
        return fair(state, who, id, typed, &step).await;
    }
    let next = if step == "add" || step.starts_with("drop-") { form::stepped(&typed, &step) } else { typed };
    show(state, who, id, Some(next), None).await
}

/// A press that spreads the next turns of a layer fairly: a proposal in the form, which is looked at and stored like any other change.
async fn fair(state: &AppState, who: &Session, id: Option<ScheduleId>, typed: Typed, step: &str) -> PageResult {
    let (reading, unsendable) = (Reading::of(who), state.unsendable());
    let (wanted, step, schedule) = (typed.clone(), step.to_owned(), id.clone());
    let read = state.read(move |tx, now, directory| {
        let eyes = reading.at(now, &directory.org);
        let input = || Ok((form::calendar(&wanted)?, form::fair(&wanted, &step)?, form::begin(&eyes, &wanted)?));
        let (calendar, (layer, turns), begin) = match input() {
            Ok(input) => input,
            Err(refused) => return Ok(Err::<_, Refusal>(refused)),
        };
        let begin = if schedule.is_some() { begin } else { Begin::Now };
        let known = Known::of_server(tx, now, unsendable)?;
        let plan = (schedule.as_ref(), &calendar);
        match rota::propose(tx, eyes.org, &known, plan, (layer, turns), (begin, now)) {
            Ok(proposal) => Ok(Ok(form::spread(&eyes, &wanted, layer, &proposal))),
            Err(fault) => Ok(Err(refusal(fault)?)),
        }
    });
    match read.await? {
        Ok((spread, said)) => show_saying(state, who, id, Some(spread), None, Some(said)).await,
        Err(refused) => show(state, who, id, Some(typed), Some(refused)).await,
    }
}

async fn show(
    state: &AppState,
    who: &Session,
    id: Option<ScheduleId>,
    typed: Option<Typed>,
    refused: Option<Refusal>,
) -> PageResult {
    show_saying(state, who, id, typed, refused, None).await
}

async fn show_saying(
    state: &AppState,
    who: &Session,
    id: Option<ScheduleId>,
    typed: Option<Typed>,
    refused: Option<Refusal>,
    said: Option<String>,
) -> PageResult {
    let title = if id.is_some() { "Change the plan" } else { "New schedule" };
    let mut shell = respond::frame(state, who, Nav::Oncall, title, None).await?;
    shell.flash = said.map(|text| Flash { kind: FlashKind::Done, text }).or(shell.flash);
    let reading = Reading::of(who);
    let code = refused.as_ref().map_or(StatusCode::OK, status);
    let read = state.read(move |_, now, directory| {
        let eyes = reading.at(now, &directory.org);
        let begun = typed.is_some();
        let typed = match (typed, &id) {
            (Some(typed), _) => typed,
            (None, Some(id)) => form::typed_of(&in_force(&directory.org, id, now)?),
            (None, None) => form::blank(&eyes),
        };
        let looked = form::calendar(&typed).and_then(|calendar| {
            let begin = if id.is_some() { form::begin(&eyes, &typed)? } else { Begin::Now };
            rota::preview(eyes.org, id.as_ref(), &calendar, begin, now)
        });
        // A blank form is not wrong yet.
        let refused = refused.or_else(|| looked.as_ref().err().filter(|_| begun).cloned());
        let known = |refusal: &&Refusal| {
            refusal.field.as_deref().is_some_and(|f| f.starts_with('l') && f.contains('-') || FIELDS.contains(&f))
        };
        if let Some(refusal) = refused.as_ref().filter(|refusal| !known(refusal)) {
            shell.flash = Some(Flash { kind: FlashKind::Refused, text: refusal.message.clone() });
        }
        let filled =
            Filled { typed: &typed, id: id.as_ref(), preview: looked.as_ref().ok(), refused: refused.as_ref() };
        Ok(form::page(&eyes, shell, &filled))
    });
    Ok(respond::page_with(state, code, &read.await?))
}

/// Fields that say themselves what is wrong with them.
const FIELDS: [&str; 4] = ["id", "zone", "at", "although"];

/// The plan that is in force.
fn in_force(
    org: &nightbell_engine::domain::org::Organisation,
    id: &ScheduleId,
    now: jiff::Timestamp,
) -> Result<nightbell_calendar::Schedule, Refusal> {
    let schedule = schedule_of(org, id.as_str())?;
    let staged = org.covers.get(id).and_then(|cover| cover.staged.iter().rev().find(|plan| plan.from <= now));
    let calendar = staged.map_or_else(|| schedule.calendar.clone(), |plan| plan.calendar.clone());
    if form::can_say(&calendar) {
        return Ok(calendar);
    }
    Err(Refusal::conflict(
        "not-in-a-form",
        "This plan says more than the form can: overrides or holidays of its own. Change it through the API or its file.",
    ))
}

//! `GET /oncall/{schedule}/override?from=&to=` and its `POST`: somebody into a span. The first look already says what it changes; nothing is
//! stored before "Save".

use super::{
    super::form::{Pairs, refusal, status, typed},
    id_of, schedule_of,
};
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::{Session, Signed},
    present::{
        eyes::{Eyes, Reading},
        oncall::turns,
        typed::Typed,
    },
    respond::{self, PageResult},
    state::AppState,
    views::{
        Field, Flash, FlashKind, Nav, Shell,
        oncall::turns::{OverridePage, SpanPreview},
    },
};
use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    routing::get,
};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use nightbell_calendar::{Override, OverrideKind, local};
use nightbell_engine::{
    domain::{access::Respond, ids::ScheduleId, refusal::Refusal},
    rota::{self, Arrange},
};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/oncall/{schedule}/override", get(show).post(save))
}

async fn show(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(id): PagePath<String>,
    Query(pairs): Query<Pairs>,
) -> PageResult {
    form(&state, &who, &id, typed(pairs), None).await
}

async fn save(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(id): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let typed = typed(pairs);
    if typed.word("step") != "save" {
        return form(&state, &who, &id, typed, None).await;
    }
    let input = match arrange(&who.zone(), &id_of(&id)?, &typed) {
        Ok(input) => input,
        Err(refused) => return form(&state, &who, &id, typed, Some(refused)).await,
    };
    let permit = who.permit.clone();
    match state.run(move |unit| rota::add_override(unit, &permit, input.clone())).await {
        Ok(done) if done.misgivings.is_empty() => {
            let text = "It is arranged. Those concerned are told.";
            Ok(respond::see_other_saying(&state, &format!("/oncall/{id}"), FlashKind::Done, text))
        }
        Ok(done) => {
            let text = format!("It is arranged. {}", done.misgivings.join(" "));
            Ok(respond::see_other_saying(&state, &format!("/oncall/{id}"), FlashKind::Careful, &text))
        }
        Err(fault) => form(&state, &who, &id, typed, Some(refusal(fault)?)).await,
    }
}

/// A time of the reader's as it was typed; or an instant, as links have it.
pub(super) fn instant_of(zone: &TimeZone, field: &str, text: &str) -> Result<Timestamp, Refusal> {
    let civil = || text.parse::<DateTime>().ok().and_then(|civil| local::instant(zone, civil).ok());
    let wrong = || Refusal::invalid(field, "Write a day and a time: 2026-05-03T18:00.");
    text.parse::<Timestamp>().ok().or_else(civil).ok_or_else(wrong)
}

fn arrange(zone: &TimeZone, schedule: &ScheduleId, typed: &Typed) -> Result<Arrange, Refusal> {
    Ok(Arrange {
        schedule: schedule.clone(),
        user: typed.word("user").parse().map_err(|_| Refusal::invalid("user", "Choose somebody of the list."))?,
        kind: turns::kind(typed.word("kind")),
        from: instant_of(zone, "from", typed.word("from"))?,
        to: instant_of(zone, "to", typed.word("to"))?,
        instead_of: None,
        note: typed.text("note"),
        although: typed.given("although"),
    })
}

async fn form(state: &AppState, who: &Session, id: &str, typed: Typed, refused: Option<Refusal>) -> PageResult {
    let shell = respond::frame(state, who, Nav::Oncall, "Put somebody on call", None).await?;
    let reading = Reading::of(who);
    let id = id.to_owned();
    let code = refused.as_ref().map_or(StatusCode::OK, status);
    let read = state.read(move |_, now, directory| {
        let schedule = schedule_of(&directory.org, &id)?;
        Ok(fill(&reading.at(now, &directory.org), shell, &schedule.id, &typed, refused.as_ref()))
    });
    Ok(respond::page_with(state, code, &read.await?))
}

fn fill(
    eyes: &Eyes<'_>,
    mut shell: Shell,
    schedule: &ScheduleId,
    typed: &Typed,
    refused: Option<&Refusal>,
) -> OverridePage {
    let chosen = if typed.word("user").is_empty() { eyes.me.to_string() } else { typed.word("user").to_owned() };
    let kind = if typed.word("kind").is_empty() { "replace" } else { typed.word("kind") };
    let arranges = eyes.role.is_some_and(|role| rota::may_arrange(eyes.org, schedule, &eyes.me, role));
    let at = |name: &str| of(refused, name, turns::field_of(eyes, typed.word(name)));
    let input = arrange(
        &eyes.zone,
        schedule,
        &Typed::new([
            ("user".to_owned(), chosen.clone()),
            ("kind".to_owned(), kind.to_owned()),
            ("from".to_owned(), typed.word("from").to_owned()),
            ("to".to_owned(), typed.word("to").to_owned()),
        ]),
    );
    let counts = matches!(turns::kind(kind), OverrideKind::Replace | OverrideKind::Add);
    let unreachable = counts && chosen.parse().is_ok_and(|user| !eyes.org.is_reachable(&user));
    let known = ["user", "from", "to", "note", "although"];
    if let Some(refusal) = refused.filter(|r| !known.contains(&r.field.as_deref().unwrap_or_default())) {
        shell.flash = Some(Flash { kind: FlashKind::Refused, text: refusal.message.clone() });
    }
    let query = |name: &str| typed.word(name).parse::<Timestamp>().map_or_else(|_| String::new(), |at| at.to_string());
    OverridePage {
        shell,
        id: schedule.to_string(),
        zone: eyes.zone.iana_name().unwrap_or("UTC").to_owned(),
        people: turns::people(eyes, schedule, &chosen, (!arranges).then_some(&eyes.me)),
        people_error: wrong(refused, "user"),
        kinds: turns::kinds(kind),
        from: at("from"),
        to: at("to"),
        note: of(refused, "note", Field::new(typed.text("note"))),
        although: unreachable.then(|| of(refused, "although", Field::new(typed.text("although")))),
        preview: input.ok().and_then(|input| preview(eyes, schedule, &input)),
        ask: format!("/oncall/{schedule}/ask?from={}&to={}", query("from"), query("to")),
    }
}

fn wrong(refused: Option<&Refusal>, name: &str) -> Option<String> {
    refused.filter(|refusal| refusal.field.as_deref() == Some(name)).map(|refusal| refusal.message.clone())
}

/// The field with what was wrong with it.
pub(super) fn of(refused: Option<&Refusal>, name: &str, field: Field) -> Field {
    Field { error: wrong(refused, name), ..field }
}

fn preview(eyes: &Eyes<'_>, schedule: &ScheduleId, input: &Arrange) -> Option<SpanPreview> {
    if input.to <= input.from {
        return None;
    }
    let span = Override::new(input.user.as_str(), input.from, input.to).kind(input.kind);
    let rows = turns::span_changes(eyes, schedule, span).ok()?;
    let counts = matches!(input.kind, OverrideKind::Replace | OverrideKind::Add);
    let misgivings = if counts { eyes.org.misgivings(schedule, &input.user, input.from, input.to) } else { Vec::new() };
    Some(SpanPreview { rows, misgivings })
}

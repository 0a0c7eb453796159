//! `GET /oncall/{schedule}/ask?from=&to=` and its `POST`: somebody is asked to take a turn, or a part of it, with or without one in return.

use super::{
    super::form::{Pairs, refusal, status, typed},
    id_of, schedule_of,
    span::{instant_of, of},
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
    views::{Choice, Field, Flash, FlashKind, Nav, Shell, oncall::turns::AskPage},
};
use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    routing::get,
};
use jiff::{Timestamp, tz::TimeZone};
use nightbell_engine::{
    domain::{
        access::Respond,
        ids::{ScheduleId, UserId},
        refusal::Refusal,
    },
    rota::{self, Ask},
};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/oncall/{schedule}/ask", get(show).post(send))
}

async fn show(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(id): PagePath<String>,
    Query(pairs): Query<Pairs>,
) -> PageResult {
    form(&state, &who, &id, typed(pairs), None).await
}

async fn send(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(id): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let typed = typed(pairs);
    let input = match ask(&who.zone(), &id_of(&id)?, who.permit.user(), &typed) {
        Ok(input) => input,
        Err(refused) => return form(&state, &who, &id, typed, Some(refused)).await,
    };
    let permit = who.permit.clone();
    match state.run(move |unit| rota::ask(unit, &permit, input.clone())).await {
        Ok(_) => {
            let text = "Asked. It stays yours until somebody takes it; you are told.";
            Ok(respond::see_other_saying(&state, "/oncall/me", FlashKind::Done, text))
        }
        Err(fault) => form(&state, &who, &id, typed, Some(refusal(fault)?)).await,
    }
}

fn ask(zone: &TimeZone, schedule: &ScheduleId, me: &UserId, typed: &Typed) -> Result<Ask, Refusal> {
    let person = |field: &str| -> Result<Option<UserId>, Refusal> {
        let named = Some(typed.word(field)).filter(|word| !word.is_empty());
        let read = |word: &str| word.parse().map_err(|_| Refusal::invalid(field, "Choose somebody of the list."));
        named.map(read).transpose()
    };
    let back = in_return(typed.word("back"))?;
    let asked = person("asked")?;
    if let (Some(asked), Some((other, _))) = (&asked, &back)
        && asked != other
    {
        return Err(Refusal::invalid("back", "That turn is somebody else's than whom you ask."));
    }
    Ok(Ask {
        schedule: schedule.clone(),
        user: person("user")?.unwrap_or_else(|| me.clone()),
        from: instant_of(zone, "from", typed.word("from"))?,
        to: instant_of(zone, "to", typed.word("to"))?,
        // Whose turn is wanted in return is who is asked.
        asked: asked.or_else(|| back.as_ref().map(|(other, _)| other.clone())),
        in_return: back.map(|(_, span)| span),
        note: typed.text("note"),
    })
}

/// Whose turn it is, and when.
type TurnOf = (UserId, (Timestamp, Timestamp));

/// `bob 2026-05-19T07:00:00Z 2026-05-20T07:00:00Z`: one of the list.
fn in_return(word: &str) -> Result<Option<TurnOf>, Refusal> {
    if word.is_empty() {
        return Ok(None);
    }
    let mut parts = word.split(' ');
    let mut read = || -> Option<TurnOf> {
        Some((parts.next()?.parse().ok()?, (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?)))
    };
    read().map(Some).ok_or_else(|| Refusal::invalid("back", "Choose a turn of the list."))
}

async fn form(state: &AppState, who: &Session, id: &str, typed: Typed, refused: Option<Refusal>) -> PageResult {
    let shell = respond::frame(state, who, Nav::Oncall, "Ask for cover", None).await?;
    let reading = Reading::of(who);
    let id = id.to_owned();
    let code = refused.as_ref().map_or(StatusCode::OK, status);
    let read = state.read(move |_, now, directory| {
        let schedule = schedule_of(&directory.org, &id)?;
        Ok(fill(&reading.at(now, &directory.org), shell, &schedule.id, &typed, refused.as_ref()))
    });
    Ok(respond::page_with(state, code, &read.await?))
}

/// Whose turn it is: as typed, else the reader's when they hold it, else whoever is on call then.
fn whose(eyes: &Eyes<'_>, schedule: &ScheduleId, typed: &Typed, from: Option<Timestamp>) -> UserId {
    let named = typed.word("user").parse().ok().filter(|user| eyes.org.users.contains_key(user));
    let holder = || -> Option<UserId> {
        let found = eyes.org.on_call(schedule, from?).ok()?;
        let mine = found.everyone().any(|member| member.as_str() == eyes.me.as_str());
        if mine { None } else { found.primary?.as_str().parse().ok() }
    };
    named.or_else(holder).unwrap_or_else(|| eyes.me.clone())
}

fn fill(eyes: &Eyes<'_>, mut shell: Shell, schedule: &ScheduleId, typed: &Typed, refused: Option<&Refusal>) -> AskPage {
    let from = instant_of(&eyes.zone, "from", typed.word("from")).ok();
    let arranges = eyes.role.is_some_and(|role| rota::may_arrange(eyes.org, schedule, &eyes.me, role));
    let user = if arranges { whose(eyes, schedule, typed, from) } else { eyes.me.clone() };
    let users = rota::everybody(eyes.org, schedule);
    let users = users.iter().filter(|known| arranges || **known == eyes.me);
    let at = |name: &str| of(refused, name, turns::field_of(eyes, typed.word(name)));
    let error = |name: &str| of(refused, name, Field::default()).error;
    let known = ["asked", "back", "from", "to", "note"];
    if let Some(refusal) = refused.filter(|r| !known.contains(&r.field.as_deref().unwrap_or_default())) {
        let field = if refusal.field.as_deref() == Some("in_return") { "In return: " } else { "" };
        shell.flash = Some(Flash { kind: FlashKind::Refused, text: format!("{field}{}", refusal.message) });
    }
    AskPage {
        shell,
        id: schedule.to_string(),
        zone: eyes.zone.iana_name().unwrap_or("UTC").to_owned(),
        users: users.map(|known| Choice::new(known.as_str(), eyes.name_or_you(known), *known == user)).collect(),
        person: turns::reader(eyes, &user),
        asked: turns::whom(eyes, schedule, &user, typed.word("asked")),
        asked_error: error("asked"),
        back: turns::in_return(eyes, schedule, &user, typed.word("back")),
        back_error: error("back"),
        from: at("from"),
        to: at("to"),
        note: of(refused, "note", Field::new(typed.text("note"))),
    }
}

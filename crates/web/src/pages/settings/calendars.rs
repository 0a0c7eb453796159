//! `/settings/calendars`: addresses for one's calendar program, when one is away, and turns of a schedule read from a calendar. A new address is
//! in the answer itself, once.

use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::{Session, Signed},
    present::{count, eyes::Reading},
    respond::{self, PageResult},
    state::AppState,
    views::{
        Choice, Field, FlashKind, Nav,
        calendars::{AwayRow, CalendarsPage, FeedRow},
    },
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use jiff::{SignedDuration, civil::Date};
use nightbell_engine::{
    Class, Fault, Unit, calendars,
    domain::{
        access::{Read, Respond},
        ids::{AbsenceId, FeedId},
        record::Instant,
        refusal::Refusal,
    },
    rota,
};
use serde::Deserialize;

/// How far ahead absences are shown.
const SHOWN: SignedDuration = SignedDuration::from_hours(400 * 24);

/// The addresses.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/settings/calendars", get(show).post(create))
        .route("/settings/calendars/{id}/revoke", post(revoke))
        .route("/settings/calendars/away", post(away))
        .route("/settings/calendars/away/{id}/forget", post(forget))
        .route("/settings/calendars/read", post(read))
        .route("/settings/calendars/import", post(import))
}

/// What a form left behind: the secret it made, what was wrong.
#[derive(Default)]
struct Left {
    made: Option<String>,
    told: Vec<String>,
    feed_error: Option<String>,
    from: Field,
    to: Field,
    calendar: Field,
    ics: Field,
    turns: Field,
}

async fn show(State(state): State<AppState>, who: Signed<Read>) -> PageResult {
    page(&state, &who, StatusCode::OK, Left::default()).await
}

async fn page(state: &AppState, who: &Session, status: StatusCode, left: Left) -> PageResult {
    let shell = respond::frame(state, who, Nav::Settings, "Calendars", None).await?;
    let (reading, user, role) = (Reading::of(who), who.person.id.clone(), who.caller.role());
    let view = state
        .read(move |tx, now, directory| {
            let (eyes, org) = (reading.at(now, &directory.org), &directory.org);
            let row = |feed: calendars::Feed| FeedRow {
                id: feed.id.to_string(),
                what: feed.schedule.map_or_else(|| "Your own turns".to_owned(), |id| format!("Schedule {id}")),
                created: eyes.when(feed.created_at),
                used: feed.last_used_at.map(|at| eyes.when(at)),
            };
            let feeds = calendars::feeds(tx, &user)?.into_iter().map(row).collect();
            let ahead = now.saturating_add(SHOWN).unwrap_or(now);
            let absences = calendars::absences_of(tx, &user, now, ahead)?.into_iter().map(|one| AwayRow {
                id: one.id.to_string(),
                from: eyes.when(one.from),
                to: eyes.when(one.to),
                source: if one.source == "said" { String::new() } else { one.source },
                turns: org.turns(&user, one.from, one.to).iter().map(|turn| turn.schedule.to_string()).collect(),
            });
            let ids: Vec<String> = org.schedules.keys().map(ToString::to_string).collect();
            let own = Choice::new("", "my own turns, on every schedule", true);
            let schedules = ids.iter().map(|id| Choice::new(id.clone(), format!("schedule {id}"), false));
            let may = org.schedules.keys().filter(|id| rota::may_arrange(org, id, &user, role));
            Ok(CalendarsPage {
                shell,
                made: left.made,
                told: left.told,
                feeds,
                schedules: std::iter::once(own).chain(schedules).collect(),
                feed_error: left.feed_error,
                absences: absences.collect(),
                from: left.from,
                to: left.to,
                calendar: left.calendar,
                ics: left.ics,
                arranges: may.map(|id| Choice::new(id.to_string(), id.to_string(), false)).collect(),
                turns: left.turns,
            })
        })
        .await?;
    Ok(respond::page_with(state, status, &view))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    schedule: String,
}

async fn create(State(state): State<AppState>, who: Signed<Read>, CsrfForm(given): CsrfForm<Wanted>) -> PageResult {
    let schedule = match given.schedule.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| Refusal::not_found("schedule", id))?),
    };
    let permit = who.permit.clone();
    match state.run(move |unit| calendars::create_feed(unit, &permit, schedule.clone())).await {
        Ok((_, secret)) => {
            let made = Some(state.link(&format!("/ical/{}.ics", secret.expose())));
            page(&state, &who, StatusCode::OK, Left { made, ..Left::default() }).await
        }
        Err(Fault::Refused(refusal)) => {
            let left = Left { feed_error: Some(refusal.message), ..Left::default() };
            page(&state, &who, StatusCode::BAD_REQUEST, left).await
        }
        Err(fault) => Err(fault.into()),
    }
}

#[derive(Deserialize)]
struct Nothing {}

async fn revoke(
    State(state): State<AppState>,
    who: Signed<Read>,
    PagePath(id): PagePath<FeedId>,
    _form: CsrfForm<Nothing>,
) -> PageResult {
    let permit = who.permit.clone();
    state.run(move |unit| calendars::revoke_feed(unit, &permit, id)).await?;
    let said = "The address opens nothing any more.";
    Ok(respond::see_other_saying(&state, "/settings/calendars", FlashKind::Done, said))
}

#[derive(Deserialize)]
struct Days {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

/// The begin of a day of the person's, or of the day after it.
fn day(who: &Session, text: &str, days_more: i64) -> Option<Instant> {
    let day: Date = text.trim().parse().ok()?;
    let day = day.checked_add(jiff::Span::new().days(days_more)).ok()?;
    day.to_zoned(who.zone()).ok().map(|begin| begin.timestamp())
}

async fn away(State(state): State<AppState>, who: Signed<Read>, CsrfForm(given): CsrfForm<Days>) -> PageResult {
    let refused = |field: &str, why: &str| {
        let one = |name: &str, text: &str| if name == field { Field::refused(text, why) } else { Field::new(text) };
        Left { from: one("from", &given.from), to: one("to", &given.to), ..Left::default() }
    };
    let (Some(from), Some(to)) = (day(&who, &given.from, 0), day(&who, &given.to, 1)) else {
        let field = if day(&who, &given.from, 0).is_none() { "from" } else { "to" };
        return page(&state, &who, StatusCode::BAD_REQUEST, refused(field, "Write a day like 2026-12-24.")).await;
    };
    let permit = who.permit.clone();
    match state.run(move |unit| calendars::say_absence(unit, &permit, from, to)).await {
        Ok(_) => {
            let said = "Noted. Where you are on call then, ask for cover.";
            Ok(respond::see_other_saying(&state, "/settings/calendars", FlashKind::Done, said))
        }
        Err(Fault::Refused(refusal)) => {
            page(&state, &who, StatusCode::BAD_REQUEST, refused("to", &refusal.message)).await
        }
        Err(fault) => Err(fault.into()),
    }
}

async fn forget(
    State(state): State<AppState>,
    who: Signed<Read>,
    PagePath(id): PagePath<AbsenceId>,
    _form: CsrfForm<Nothing>,
) -> PageResult {
    let permit = who.permit.clone();
    state.run(move |unit| calendars::forget_absence(unit, &permit, id)).await?;
    Ok(respond::see_other_saying(&state, "/settings/calendars", FlashKind::Done, "Forgotten."))
}

#[derive(Deserialize)]
struct Text {
    #[serde(default)]
    name: String,
    #[serde(default)]
    ics: String,
    #[serde(default)]
    schedule: String,
    #[serde(default)]
    plan: String,
}

async fn read(State(state): State<AppState>, who: Signed<Read>, CsrfForm(given): CsrfForm<Text>) -> PageResult {
    let (permit, user) = (who.permit.clone(), who.person.id.clone());
    let (name, ics) = (given.name.clone(), given.ics.clone());
    // Read before the writer is asked: it gets what the calendar says.
    let busy = state.read(move |_, now, directory| Ok(calendars::read_absences(directory, &user, &name, &ics, now)?));
    let noted = match busy.await {
        Ok(busy) => {
            let bytes = busy.bytes();
            let work = move |unit: &mut Unit<'_>| calendars::note_absences(unit, &permit, &busy);
            state.run_holding(bytes, Class::Person, work).await
        }
        Err(fault) => Err(fault),
    };
    match noted {
        Ok(found) => {
            let said = format!("{} read.", count(u64::try_from(found).unwrap_or(0), "absence"));
            Ok(respond::see_other_saying(&state, "/settings/calendars", FlashKind::Done, &said))
        }
        Err(Fault::Refused(refusal)) => {
            let of_name = refusal.field.as_deref() == Some("name");
            let one = |wrong: bool, text: String| {
                if wrong { Field::refused(text, refusal.message.clone()) } else { Field::new(text) }
            };
            let left = Left { calendar: one(of_name, given.name), ics: one(!of_name, given.ics), ..Left::default() };
            page(&state, &who, StatusCode::BAD_REQUEST, left).await
        }
        Err(fault) => Err(fault.into()),
    }
}

async fn import(State(state): State<AppState>, who: Signed<Respond>, CsrfForm(given): CsrfForm<Text>) -> PageResult {
    let schedule = given.schedule.parse().map_err(|_| Refusal::not_found("schedule", &given.schedule))?;
    let (permit, ics, apply) = (who.permit.clone(), given.ics.clone(), given.plan.is_empty());
    let reader = permit.clone();
    let turns =
        state.read(move |_, now, directory| Ok(calendars::read_turns(directory, &reader, &schedule, &ics, now)?));
    let imported = match turns.await {
        Ok(turns) => {
            let bytes = turns.bytes();
            let work = move |unit: &mut Unit<'_>| calendars::import_turns(unit, &permit, &turns, apply);
            state.run_holding(bytes, Class::Person, work).await
        }
        Err(fault) => Err(fault),
    };
    match imported {
        Ok(imported) => {
            let zone = who.zone();
            let shown = |at: Instant| at.to_zoned(zone.clone()).strftime("%a %-d %b %Y %H:%M").to_string();
            let turns = count(u64::try_from(imported.spans.len()).unwrap_or(0), "turn");
            let verb = if imported.applied { "read in" } else { "would be read in; nothing was changed" };
            let mut told = vec![format!("{turns} of {} {verb}.", imported.schedule)];
            let lines = imported.spans.iter().take(50);
            told.extend(lines.map(|one| format!("@{}: {} to {}", one.user, shown(one.from), shown(one.to))));
            let turns = if imported.applied { Field::default() } else { Field::new(given.ics) };
            page(&state, &who, StatusCode::OK, Left { told, turns, ..Left::default() }).await
        }
        Err(Fault::Refused(refusal)) => {
            let left = Left { turns: Field::refused(given.ics, refusal.message), ..Left::default() };
            page(&state, &who, StatusCode::BAD_REQUEST, left).await
        }
        Err(fault) => Err(fault.into()),
    }
}

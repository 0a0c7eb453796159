//! `GET /oncall/{schedule}?weeks=&from=`: the weeks as lanes, what was agreed, who is asked, the note.

use super::schedule_of;
use crate::{
    errors::PagePath,
    gate::Signed,
    present::{
        eyes::{Eyes, Reading},
        oncall::{card, is_relied_on, lanes, note, shift_rows, turns},
    },
    respond::{self, PageResult},
    state::AppState,
    views::{
        Filter, Nav, Shell,
        oncall::lanes::{LanesPage, NoteRow, StagedRow},
    },
};
use axum::{
    Router,
    extract::{Query, State},
    routing::get,
};
use jiff::{ToSpan as _, civil::Date};
use nightbell_engine::{
    Directory,
    domain::{
        access::Read,
        org::{Cover, Schedule},
    },
    live, rota,
};
use serde::Deserialize;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/oncall/{schedule}", get(show))
}

/// Weeks to choose from; four when nobody says.
const WEEKS: [u32; 4] = [1, 2, 4, 8];
/// Notes shown.
const NOTES_MAX: usize = 3;
/// A note is shown so long.
const NOTE_SHOWN: jiff::SignedDuration = jiff::SignedDuration::from_hours(24 * 21);

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    weeks: String,
    #[serde(default)]
    from: String,
}

async fn show(
    State(state): State<AppState>,
    who: Signed<Read>,
    PagePath(id): PagePath<String>,
    Query(wanted): Query<Wanted>,
) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Oncall, &id, Some(live::HOME)).await?;
    let reading = Reading::of(&who);
    let view = state
        .read(move |_, now, directory| {
            let schedule = schedule_of(&directory.org, &id)?;
            Ok(fill(&reading.at(now, &directory.org), shell, directory, schedule, &wanted))
        })
        .await?;
    Ok(respond::page(&state, &view))
}

fn fill(eyes: &Eyes<'_>, shell: Shell, directory: &Directory, schedule: &Schedule, wanted: &Wanted) -> LanesPage {
    let id = schedule.id.clone();
    let weeks = wanted.weeks.parse().ok().filter(|n| WEEKS.contains(n)).unwrap_or(4);
    let this = lanes::monday(eyes, eyes.now);
    let monday = wanted
        .from
        .parse::<Date>()
        .map_or(this, |day| day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).unwrap_or(this));
    let moved = |by: i64| {
        let to = monday.checked_add((by * i64::from(weeks) * 7).days()).unwrap_or(monday);
        format!("/oncall/{id}?weeks={weeks}&from={to}#lanes-title")
    };
    let may_act = eyes.may_respond();
    let opens = if may_act { format!("/oncall/{id}/override") } else { String::new() };
    let rota = eyes.org.rota(&id).ok();
    let relied_on = is_relied_on(eyes.org, id.as_str());
    let drawn = rota
        .as_ref()
        .and_then(|rota| lanes::lanes(eyes, &lanes::Drawing { rota, monday, weeks, opens, relied_on }).ok());
    let cover = eyes.org.covers.get(&id).cloned().unwrap_or_else(|| Cover::of(id.clone()));
    let from_file = rota::is_from_file(directory, &id);
    let arranges = eyes.role.is_some_and(|role| rota::may_arrange(eyes.org, &id, &eyes.me, role));
    let on_call = eyes.org.on_call(&id, eyes.now).ok();
    let serves = on_call.is_some_and(|found| found.everyone().any(|member| member.as_str() == eyes.me.as_str()));
    let asked = cover.requests.iter().rev().filter(|request| request.from > eyes.now);
    LanesPage {
        shell,
        note: note(eyes, schedule),
        source: source(from_file),
        now: card(eyes, schedule),
        spans: WEEKS.iter().map(|n| filter(&id, *n, weeks, monday)).collect(),
        earlier: moved(-1),
        later: moved(1),
        lanes: drawn.unwrap_or_default(),
        may_act,
        may_import: arranges,
        may_edit: arranges && !from_file && eyes.org.rota(&id).is_ok(),
        agreed: turns::agreed(eyes, &cover),
        requests: asked.map(|request| turns::request_row(eyes, &id, request)).collect(),
        staged: cover.staged.iter().rev().map(|plan| staged(eyes, plan)).collect(),
        notes: notes(eyes, &cover),
        may_note: may_act && (serves || arranges),
        shifts: rota.map(|rota| shift_rows(eyes, &rota)).unwrap_or_default(),
        id: id.to_string(),
    }
}

fn source(from_file: bool) -> String {
    if from_file {
        "The plan comes from a file: change it there and apply it. What you agree on here stands beside it.".to_owned()
    } else {
        "The plan is made here; every change begins when you say, and what was before stays.".to_owned()
    }
}

fn filter(id: &impl std::fmt::Display, weeks: u32, current: u32, monday: Date) -> Filter {
    Filter {
        href: format!("/oncall/{id}?weeks={weeks}&from={monday}#lanes-title"),
        label: if weeks == 1 { "1 week".to_owned() } else { format!("{weeks} weeks") },
        count: String::new(),
        current: weeks == current,
    }
}

fn staged(eyes: &Eyes<'_>, plan: &nightbell_engine::domain::org::StagedPlan) -> StagedRow {
    StagedRow {
        from: eyes.when(plan.from),
        iso: plan.from.to_string(),
        by: eyes.actor_or_you(&plan.by),
        begun: plan.from <= eyes.now,
    }
}

fn notes(eyes: &Eyes<'_>, cover: &Cover) -> Vec<NoteRow> {
    let fresh = cover.notes.iter().rev().filter(|note| eyes.now.duration_since(note.at) < NOTE_SHOWN);
    fresh
        .take(NOTES_MAX)
        .map(|note| NoteRow { by: eyes.name_or_you(&note.by), at: eyes.when(note.at), text: note.text.clone() })
        .collect()
}

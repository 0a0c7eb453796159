//! `GET /oncall/load` and `/oncall/load.csv`: what people carried in a month.

use crate::{
    errors::PageError,
    gate::Signed,
    present::{self, eyes::Reading},
    respond::{self, PageResult},
    state::AppState,
    views::Nav,
};
use axum::{
    Router,
    extract::{Query, State},
    routing::get,
};
use nightbell_engine::{
    domain::{access::Read, ids::ScheduleId, refusal::Refusal},
    views,
};
use serde::Deserialize;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/oncall/load", get(show)).route("/oncall/load.csv", get(file))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    month: String,
    #[serde(default)]
    schedule: String,
}

impl Wanted {
    fn only(&self) -> Result<Option<ScheduleId>, Refusal> {
        let text = self.schedule.trim();
        if text.is_empty() {
            return Ok(None);
        }
        super::id_of(text).map(Some)
    }
}

async fn show(State(state): State<AppState>, who: Signed<Read>, Query(wanted): Query<Wanted>) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Oncall, "Load", None).await?;
    let reading = Reading::of(&who);
    let view = state
        .read(move |tx, now, directory| {
            let eyes = reading.at(now, &directory.org);
            let month = present::oncall::load::month_of(&eyes, &wanted.month);
            let (from, to) = present::oncall::load::span_of(&eyes, month);
            let load = views::load(tx, &directory.org, wanted.only()?.as_ref(), from, to)?;
            Ok(present::oncall::load::page(&eyes, shell, month, wanted.schedule.trim(), &load))
        })
        .await?;
    Ok(respond::page(&state, &view))
}

async fn file(State(state): State<AppState>, who: Signed<Read>, Query(wanted): Query<Wanted>) -> PageResult {
    let reading = Reading::of(&who);
    let (name, text) = state
        .read(move |tx, now, directory| {
            let eyes = reading.at(now, &directory.org);
            let month = present::oncall::load::month_of(&eyes, &wanted.month);
            let (from, to) = present::oncall::load::span_of(&eyes, month);
            let load = views::load(tx, &directory.org, wanted.only()?.as_ref(), from, to)?;
            Ok((month.strftime("load-%Y-%m.csv").to_string(), present::oncall::load::csv(&eyes, &load)))
        })
        .await
        .map_err(PageError::from)?;
    Ok(respond::text_file("text/csv; charset=utf-8", &name, text))
}

//! `GET /explain?service=&at=`: who would hear what, when and why, if nobody acknowledged. Nothing is sent, nothing is stored.

use crate::{
    gate::Signed,
    present::{
        self,
        explain::Asked,
        eyes::{Eyes, Reading},
    },
    respond::{self, PageResult},
    state::AppState,
    views::{Field, Nav},
};
use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    routing::get,
};
use jiff::{Timestamp, civil::DateTime};
use nightbell_calendar::local;
use nightbell_engine::{
    domain::access::Read,
    paging::{ExplainSubject, explain},
};
use serde::Deserialize;

/// The address.
pub fn router() -> Router<AppState> {
    Router::new().route("/explain", get(show))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    service: String,
    #[serde(default)]
    at: String,
}

async fn show(State(state): State<AppState>, who: Signed<Read>, Query(wanted): Query<Wanted>) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Oncall, "Explain", None).await?;
    let reading = Reading::of(&who);
    let (status, view) = state
        .read(move |_, now, directory| {
            let eyes = reading.at(now, &directory.org);
            let (asked, at) = understand(&eyes, &wanted);
            let wrong = asked.service_error.is_some() || asked.at.error.is_some();
            let explanation = match (&asked.service, at) {
                (Some(service), Some(at)) => Some(explain(directory, &ExplainSubject::Service(service.clone()), at)?),
                _ => None,
            };
            let status = if wrong { StatusCode::BAD_REQUEST } else { StatusCode::OK };
            Ok((status, present::explain::page(&eyes, shell, asked, explanation.as_ref())))
        })
        .await?;
    Ok(respond::page_with(&state, status, &view))
}

/// What was asked, and when it is supposed to come; an empty instant is now.
fn understand(eyes: &Eyes<'_>, wanted: &Wanted) -> (Asked, Option<Timestamp>) {
    let service = wanted.service.parse().ok().filter(|id| eyes.org.services.contains_key(id));
    let unknown = !wanted.service.is_empty() && service.is_none();
    let service_error = unknown.then(|| "There is no such service. Choose one of the list.".to_owned());
    let typed = wanted.at.trim();
    let at = if typed.is_empty() { Some(eyes.now) } else { instant(eyes, typed) };
    let field = match at {
        Some(at) if typed.is_empty() => Field::new(present::oncall::typed_instant(eyes, at)),
        Some(_) => Field::new(typed),
        None => Field::refused(typed, "That is no instant. Write it like 2026-05-03T03:00."),
    };
    (Asked { service, service_error, at: field }, at)
}

/// Wall time in the reader's zone, by the calendar's rules for skipped and repeated hours; or an instant in UTC.
fn instant(eyes: &Eyes<'_>, typed: &str) -> Option<Timestamp> {
    let civil = || typed.parse::<DateTime>().ok().and_then(|civil| local::instant(&eyes.zone, civil).ok());
    typed.parse::<Timestamp>().ok().or_else(civil)
}

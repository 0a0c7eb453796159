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
    domain::{access::Read, org::Urgency, paging::Off},
    paging::{ExplainSubject, explain_without, turns},
    views,
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
    urgency: String,
    #[serde(default)]
    at: String,
    #[serde(default)]
    without: String,
}

async fn show(State(state): State<AppState>, who: Signed<Read>, Query(wanted): Query<Wanted>) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Oncall, "Explain", None).await?;
    let reading = Reading::of(&who);
    let (status, view) = state
        .read(move |tx, now, directory| {
            let eyes = reading.at(now, &directory.org);
            let (asked, at) = understand(&eyes, &wanted);
            let (asked, off) = phones(&eyes, &wanted, asked);
            let wrong = asked.service_error.is_some() || asked.at.error.is_some() || asked.without.error.is_some();
            let explanation = match (&asked.service, at) {
                (Some(service), Some(at)) if !wrong => {
                    let past = views::as_of(tx, at, now)?;
                    let directory = past.as_ref().unwrap_or(directory);
                    let subject = match asked.urgency {
                        Urgency::High => ExplainSubject::Service(service.clone()),
                        Urgency::Low => ExplainSubject::LowOnService(service.clone()),
                    };
                    Some(explain_without(directory, &turns(tx)?, &subject, at, &off)?)
                }
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
    let urgency = if wanted.urgency == Urgency::Low.word() { Urgency::Low } else { Urgency::High };
    (Asked { service, service_error, urgency, at: field, without: Field::new(wanted.without.as_str()) }, at)
}

/// Whose phones are off.
fn phones(eyes: &Eyes<'_>, wanted: &Wanted, asked: Asked) -> (Asked, Off) {
    let unknown = |off: &Off| off.users().find(|user| !eyes.org.users.contains_key(*user)).cloned();
    match Off::read(wanted.without.split([',', ' '])) {
        Ok(off) => match unknown(&off) {
            None => (asked, off),
            Some(user) => {
                let why = format!("There is nobody called @{user}. Write handles like alice, or alice/phone.");
                (Asked { without: Field::refused(wanted.without.as_str(), why), ..asked }, Off::default())
            }
        },
        Err(why) => (Asked { without: Field::refused(wanted.without.as_str(), why), ..asked }, Off::default()),
    }
}

/// Wall time in the reader's zone, by the calendar's rules for skipped and repeated hours; or an instant in UTC.
fn instant(eyes: &Eyes<'_>, typed: &str) -> Option<Timestamp> {
    let civil = || typed.parse::<DateTime>().ok().and_then(|civil| local::instant(&eyes.zone, civil).ok());
    typed.parse::<Timestamp>().ok().or_else(civil)
}

//! `GET /incidents/new` and `POST /incidents`: the questions, the row they propose and why, then the declaration. Without a script the first
//! press proposes and the second declares; whoever knows the row picks it and declares at once.

use super::form::{Pairs, refusal, status, typed};
use crate::{
    csrf::CsrfForm,
    gate::{Session, Signed},
    present::{self, eyes::Reading, typed::Typed},
    respond::{self, PageResult},
    state::AppState,
    views::{FlashKind, Nav},
};
use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    routing::{get, post},
};
use nightbell_engine::{
    Fault, Unit,
    domain::{
        access::{Permit, Respond},
        ids::AlertId,
        refusal::Refusal,
        response::{EntryKind, Incident},
    },
    response::{self, Declare},
    views,
};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/incidents/new", get(new)).route("/incidents", post(declare))
}

async fn new(State(state): State<AppState>, who: Signed<Respond>, Query(query): Query<Pairs>) -> PageResult {
    form(&state, &who, typed(query), false, None).await
}

async fn declare(State(state): State<AppState>, who: Signed<Respond>, CsrfForm(pairs): CsrfForm<Pairs>) -> PageResult {
    let typed = typed(pairs);
    // Nothing is declared with a row nobody saw.
    if typed.word("step") != "declare" || typed.word("severity").is_empty() {
        return form(&state, &who, typed, true, None).await;
    }
    let (permit, wanted) = (who.permit.clone(), typed.clone());
    match state.run(move |unit| work(unit, &permit, &wanted)).await {
        Ok(incident) => {
            let said = format!("{} is declared. This is its room.", incident.severity.as_str().to_uppercase());
            Ok(respond::see_other_saying(&state, &format!("/incidents/{}", incident.slug), FlashKind::Done, &said))
        }
        Err(fault) => form(&state, &who, typed, false, Some(refusal(fault)?)).await,
    }
}

fn work(unit: &mut Unit<'_>, by: &Permit<Respond>, typed: &Typed) -> Result<Incident, Fault> {
    let input = Declare {
        title: typed.text("title"),
        severity: Some(
            typed.word("severity").parse().map_err(|_| Refusal::invalid("severity", "Choose a row of the table."))?,
        ),
        answers: typed.has("affected").then(|| present::declare::answers(typed)),
        service: match typed.word("service") {
            "" => None,
            id => Some(id.parse().map_err(|_| Refusal::invalid("service", "Choose a service of the list."))?),
        },
        alert: alert_of(typed)?,
    };
    if input.title.trim().is_empty() {
        return Err(Refusal::invalid("title", "Say in a few words what is broken; it names the room.").into());
    }
    let incident = response::declare(unit, by, input)?;
    match typed.given("summary") {
        Some(summary) => response::write(unit, by, &incident.slug, EntryKind::Note, &summary),
        None => Ok(incident),
    }
}

fn alert_of(typed: &Typed) -> Result<Option<AlertId>, Refusal> {
    match typed.word("alert") {
        "" => Ok(None),
        id => id.parse().map(Some).map_err(|_| Refusal::not_found("alert", "of that name")),
    }
}

async fn form(state: &AppState, who: &Session, typed: Typed, propose: bool, refused: Option<Refusal>) -> PageResult {
    let mut shell = respond::frame(state, who, Nav::Incidents, "Declare an incident", None).await?;
    let reading = Reading::of(who);
    let settings = state.settings().clone();
    let code = refused.as_ref().map_or(StatusCode::OK, status);
    let read = state.read(move |tx, now, directory| {
        let eyes = reading.at(now, &directory.org);
        let alert = match alert_of(&typed)? {
            Some(id) => Some(views::alert(tx, directory, &settings, id, now)?.alert),
            None => None,
        };
        // Opened from an alert: its words, until somebody types others.
        let typed = match &alert {
            Some(alert) if !typed.has("title") => present::declare::from_alert(alert),
            _ => typed,
        };
        if let Some(refusal) = refused
            .as_ref()
            .filter(|refusal| !matches!(refusal.field.as_deref(), Some("title" | "service" | "severity")))
        {
            shell.flash = Some(crate::views::Flash { kind: FlashKind::Refused, text: refusal.message.clone() });
        }
        Ok(present::declare::page(&eyes, shell, &typed, alert.as_ref(), propose, refused.as_ref()))
    });
    Ok(respond::page_with(state, code, &read.await?))
}

//! `POST /postmortems/{slug}/dismiss`: a blame finding may stay as it is, for a reason that is kept.

use super::{done, page};
use crate::{
    csrf::CsrfForm, errors::PagePath, gate::Signed, present::postmortem::Typed, respond::PageResult, state::AppState,
    views::Field,
};
use axum::{extract::State, http::StatusCode};
use nightbell_engine::{
    Fault,
    domain::{access::Respond, refusal::Refusal},
    learning::{self, FindingAt},
};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Given {
    finding: String,
    #[serde(default)]
    reason: String,
}

pub(super) async fn dismiss(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(slug): PagePath<String>,
    CsrfForm(given): CsrfForm<Given>,
) -> PageResult {
    let (permit, slug_of, at, reason) = (who.permit.clone(), slug.clone(), place(&given.finding), given.reason.clone());
    let result = state
        .run(move |unit| {
            let at =
                at.ok_or_else(|| Refusal::conflict("finding-gone", "That is no finding of this page. Reload it."))?;
            learning::dismiss(unit, &permit, &slug_of, at, &reason)
        })
        .await;
    match result {
        Ok(_) => Ok(done(&state, &slug, "The line stays as it is; your reason is kept beside it.")),
        Err(Fault::Refused(refusal)) if refusal.field.as_deref() == Some("reason") => {
            let dismissal = Some((given.finding, Field::refused(given.reason, refusal.message)));
            page(&state, &who, slug, StatusCode::BAD_REQUEST, Typed { dismissal, ..Typed::default() }).await
        }
        Err(fault) => Err(fault.into()),
    }
}

/// The finding as the page named it: `present::postmortem::finding_id` turned round.
fn place(id: &str) -> Option<FindingAt> {
    let mut parts = id.split('-');
    let at = FindingAt {
        revision: parts.next()?.parse().ok()?,
        line: parts.next()?.parse().ok()?,
        number: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(at)
}

//! `POST /postmortems/{slug}/state`: drafts it, sends it to review, publishes it; waiving is done in the room, where its rule stands.

use super::done;
use crate::{
    csrf::CsrfForm,
    errors::{PagePath, Problem},
    gate::Signed,
    respond::{self, PageResult},
    state::AppState,
};
use axum::extract::State;
use nightbell_engine::{
    Fault,
    domain::{
        access::{Manage, Respond},
        response::RuleId,
    },
    learning,
};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Given {
    state: String,
}

pub(super) async fn change(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(slug): PagePath<String>,
    CsrfForm(given): CsrfForm<Given>,
) -> PageResult {
    let (permit, at) = (who.permit.clone(), slug.clone());
    let said = match given.state.as_str() {
        "draft" => {
            state.run(move |unit| learning::draft(unit, &permit, &at)).await?;
            "Drafted from the timeline. It is yours to correct now."
        }
        "review" => {
            state.run(move |unit| learning::send_to_review(unit, &permit, &at)).await?;
            "Sent to review."
        }
        "publish" => {
            let manager = who.caller.permit::<Manage>()?;
            state.run(move |unit| learning::publish(unit, &manager, &at)).await?;
            "Published."
        }
        "waive" => return Ok(respond::see_other(&waiver(&state, at).await?)),
        _ => {
            return Err(
                Problem::bad_request("A postmortem can be drafted, sent to review, published or waived.").into()
            );
        }
    };
    Ok(done(&state, &slug, said))
}

/// Where the rule stands with its form for the reason.
async fn waiver(state: &AppState, slug: String) -> Result<String, Fault> {
    let incident = state.read(move |tx, _, _| Ok(nightbell_engine::views::postmortem(tx, &slug)?.incident)).await?;
    Ok(format!("/incidents/{}#rule-{}", incident.slug, RuleId::PostmortemOnTime.word()))
}

//! `POST /postmortems/{slug}/dismiss`: a blame finding may stay as it is, for a reason that is kept.

use super::{done, page, undrafted};
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::Signed,
    present::postmortem::{Typed, finding_id},
    respond::PageResult,
    state::AppState,
    views::Field,
};
use axum::{extract::State, http::StatusCode};
use nightbell_engine::{
    Directory, Fault, Unit,
    domain::{
        access::{Permit, Respond},
        learning::Postmortem,
        refusal::Refusal,
    },
    views,
};
use serde::Deserialize;
use std::collections::BTreeMap;

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
    let (permit, at, finding, reason) = (who.permit.clone(), slug.clone(), given.finding.clone(), given.reason.clone());
    let result = state.run(move |unit| dismiss_finding(unit, &permit, &at, &finding, &reason)).await;
    match result {
        Ok(()) => Ok(done(&state, &slug, "The line stays as it is; your reason is kept beside it.")),
        Err(Fault::Refused(refusal)) if refusal.field.as_deref() == Some("reason") => {
            let dismissal = Some((given.finding, Field::refused(given.reason, refusal.message)));
            page(&state, &who, slug, StatusCode::BAD_REQUEST, Typed { dismissal, ..Typed::default() }).await
        }
        Err(fault) => Err(fault.into()),
    }
}

fn dismiss_finding(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    slug: &str,
    finding: &str,
    reason: &str,
) -> Result<(), Fault> {
    let directory = unit.directory.clone();
    let postmortem = views::postmortem(unit.tx, &directory, slug)?.postmortem.ok_or_else(|| undrafted(slug))?;
    let gone = || {
        Refusal::conflict(
            "finding-gone",
            "The text changed since you looked, so this line is not what you saw. Reload the page.",
        )
    };
    let line = line_of(&directory, &postmortem, finding).ok_or_else(gone)?;
    let events = postmortem.dismiss_finding(&line, reason)?;
    unit.commit(postmortem, events, &by.actor())?;
    Ok(())
}

/// The line of a finding as the page named it, when the text is still the one the page showed.
fn line_of(directory: &Directory, postmortem: &Postmortem, finding: &str) -> Option<String> {
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    let found = views::blame_findings(directory, &postmortem.markdown).into_iter().find(|found| {
        let number = numbers.entry(found.line).and_modify(|n| *n += 1).or_insert(0);
        finding_id(postmortem.revision, found.line, *number) == finding
    })?;
    postmortem.markdown.lines().nth(found.line.checked_sub(1)?).map(str::to_owned)
}

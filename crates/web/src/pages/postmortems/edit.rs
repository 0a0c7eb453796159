//! `POST /postmortems/{slug}`: previews or saves the text over the revision it was read at. A conflict keeps what was typed; blame and lint
//! advise and never block.

use super::{done, page, undrafted};
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::Signed,
    present::{count, postmortem::Typed},
    respond::PageResult,
    state::AppState,
    views::Field,
};
use axum::{extract::State, http::StatusCode};
use nightbell_engine::{
    Class, Fault,
    domain::{access::Respond, learning::Postmortem, refusal::Refusal},
    learning, views,
};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Given {
    markdown: String,
    version: u64,
    #[serde(default)]
    step: String,
}

pub(super) async fn edit(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(slug): PagePath<String>,
    CsrfForm(given): CsrfForm<Given>,
) -> PageResult {
    // Browsers send a textarea's lines with CR LF; the document has LF.
    let text = given.markdown.replace("\r\n", "\n");
    if given.step == "preview" {
        let typed = Typed {
            markdown: Some(Field::new(text)),
            revision: Some(given.version),
            preview: true,
            ..Typed::default()
        };
        return page(&state, &who, slug, StatusCode::OK, typed).await;
    }
    let (permit, at, typed) = (who.permit.clone(), slug.clone(), text.clone());
    let saved = state
        .run_holding(text.len(), Class::Person, move |unit| {
            let postmortem = learning::save(unit, &permit, &at, given.version, &typed)?;
            let findings = open_findings(unit.tx, &unit.directory, &postmortem)?;
            Ok((postmortem, findings))
        })
        .await;
    match saved {
        Ok((postmortem, findings)) => Ok(done(&state, &slug, &saved_words(&postmortem, findings))),
        Err(Fault::Refused(refusal)) if refusal.field.as_deref() == Some("markdown") => {
            again(&state, &who, slug, text, &refusal).await
        }
        Err(fault) => Err(fault.into()),
    }
}

fn open_findings(
    tx: &mut dyn nightbell_engine::Tx,
    directory: &nightbell_engine::Directory,
    postmortem: &Postmortem,
) -> Result<usize, Fault> {
    Ok(views::postmortem(tx, &postmortem.slug)?.findings(directory).len())
}

fn saved_words(postmortem: &Postmortem, findings: usize) -> String {
    let number = count(u64::try_from(findings).unwrap_or(u64::MAX), "line");
    match findings {
        0 => format!("Saved as revision {}.", postmortem.revision),
        1 => format!("Saved as revision {}. {number} reads as blame; see below.", postmortem.revision),
        _ => format!("Saved as revision {}. {number} read as blame; see below.", postmortem.revision),
    }
}

/// Shows what was typed beside what is stored now. Saving again is then a decision: it goes over the stored revision.
async fn again(state: &AppState, who: &Signed<Respond>, slug: String, text: String, refusal: &Refusal) -> PageResult {
    let at = slug.clone();
    let current = state
        .read(move |tx, _, _| {
            let view = views::postmortem(tx, &at)?;
            Ok(view.postmortem.ok_or_else(|| undrafted(&at))?.revision)
        })
        .await?;
    let typed = Typed {
        markdown: Some(Field::refused(text, refusal.message.clone())),
        revision: Some(current),
        ..Typed::default()
    };
    let status = if refusal.code == "revision-changed" { StatusCode::CONFLICT } else { StatusCode::BAD_REQUEST };
    page(state, who, slug, status, typed).await
}

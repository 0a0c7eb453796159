//! `/oncall/policies/new` and `/oncall/policies/{policy}/edit`: a policy is made or changed. Each press but the last shows what it would be, and
//! stores nothing. What reaches fewer people than before is saved only by whoever says so.

use super::{OPEN_MAX, policy_of};
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::{Session, Signed},
    pages::form::{Pairs, refusal, status, typed},
    present::{
        eyes::Reading,
        oncall::policy::{
            fields::{self, Filled},
            form, may_edit, turn_of,
        },
        typed::Typed,
    },
    respond::{self, PageResult},
    state::AppState,
    views::{Flash, FlashKind, Nav, Shell, oncall::policy::PolicyForm},
};
use axum::{Router, extract::State, http::StatusCode, routing::get};
use nightbell_engine::{
    Directory, Fault, Tx,
    domain::{
        access::{Manage, Respond},
        ids::PolicyId,
        org::Policy,
        record::Instant,
        refusal::Refusal,
    },
    organisation::{self, PolicyPreview},
    paging::turns,
    proof::Known,
    views,
};
use std::collections::BTreeSet;

/// What a policy is called in its preview before it has a name.
const UNNAMED: &str = "this-policy";

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/oncall/policies/new", get(blank).post(make))
        .route("/oncall/policies/{policy}/edit", get(edit).post(change))
}

async fn blank(State(state): State<AppState>, who: Signed<Manage>) -> PageResult {
    show(&state, &who, None, None, None).await
}

async fn edit(State(state): State<AppState>, who: Signed<Respond>, PagePath(id): PagePath<String>) -> PageResult {
    show(&state, &who, Some(id_of(&id)?), None, None).await
}

async fn make(State(state): State<AppState>, who: Signed<Manage>, CsrfForm(pairs): CsrfForm<Pairs>) -> PageResult {
    press(&state, &who, None, typed(pairs)).await
}

async fn change(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(id): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    press(&state, &who, Some(id_of(&id)?), typed(pairs)).await
}

fn id_of(text: &str) -> Result<PolicyId, Refusal> {
    text.parse().map_err(|_| Refusal::not_found("policy", text.chars().take(64).collect::<String>()))
}

async fn press(state: &AppState, who: &Session, id: Option<PolicyId>, typed: Typed) -> PageResult {
    let step = typed.word("step").to_owned();
    if step != "save" {
        let next = if form::is_step(&step) { form::stepped(&typed, &step) } else { typed };
        return show(state, who, id, Some(next), None).await;
    }
    let (wanted, changed, unsendable) = (typed.clone(), id.clone(), state.unsendable());
    let read = state.read(move |tx, now, directory| {
        let known = Known::of_server(tx, now, unsendable)?;
        Ok(agreed(directory, &known, &wanted, changed.as_ref(), now))
    });
    let policy = match read.await? {
        Ok(policy) => policy,
        Err(refused) => return show(state, who, id, Some(typed), Some(refused)).await,
    };
    let seen = id.is_some().then(|| typed.word("revision").parse().unwrap_or(0));
    let (permit, name, is_new) = (who.caller.permit::<Respond>()?, policy.id.clone(), id.is_none());
    match state.run(move |unit| organisation::save_policy(unit, &permit, &policy, seen)).await {
        Ok(()) => {
            let text = if is_new {
                "The policy is made. It pages nobody until a service or another policy names it."
            } else {
                "Saved: it holds from the next page on. Pages that run keep the policy they began with."
            };
            Ok(respond::see_other_saying(state, &format!("/oncall/policies/{name}"), FlashKind::Done, text))
        }
        Err(fault) => show(state, who, id, Some(typed), Some(refusal(fault)?)).await,
    }
}

/// The policy that was typed, when it fits and nobody is reached less than before, or it was said that this is meant.
fn agreed(
    directory: &Directory,
    known: &Known,
    typed: &Typed,
    id: Option<&PolicyId>,
    now: Instant,
) -> Result<Policy, Refusal> {
    let (policy, preview) = looked(directory, known, typed, id, now)?;
    if preview.worse.is_empty() || typed.ticked("although") {
        return Ok(policy);
    }
    let words = "It reaches fewer people than now. Tick this when you mean it, or change it.";
    Err(Refusal { field: Some("although".to_owned()), ..Refusal::conflict("reaches-fewer", words) })
}

fn looked(
    directory: &Directory,
    known: &Known,
    typed: &Typed,
    id: Option<&PolicyId>,
    now: Instant,
) -> Result<(Policy, PolicyPreview), Refusal> {
    let id = match (id, typed.word("id")) {
        (Some(id), _) => id.clone(),
        // It is looked at before it has a name.
        (None, "") if typed.word("step") != "save" => {
            UNNAMED.parse().map_err(|_| Refusal::not_found("policy", UNNAMED))?
        }
        (None, "new") => return Err(Refusal::invalid("id", "That is the address of this form. Choose another name.")),
        (None, word) => word.parse().map_err(|e| Refusal::invalid("id", format!("{e}.")))?,
    };
    let policy = form::policy(typed, id)?;
    let preview = organisation::preview_policy(&directory.org, known, &policy, now).map_err(|refused| {
        let field = refused.field.as_deref().and_then(|path| form::field_of(typed, path));
        Refusal { field, ..refused }
    })?;
    Ok((policy, preview))
}

async fn show(
    state: &AppState,
    who: &Session,
    id: Option<PolicyId>,
    typed: Option<Typed>,
    refused: Option<Refusal>,
) -> PageResult {
    let title = if id.is_some() { "Change the policy" } else { "New policy" };
    let shell = respond::frame(state, who, Nav::Oncall, title, None).await?;
    let reading = Reading::of(who);
    let code = refused.as_ref().map_or(StatusCode::OK, status);
    let asked = Asked { id, typed, refused, unsendable: state.unsendable() };
    let view = state.read(move |tx, now, directory| fill(tx, directory, (reading, now), asked, shell)).await?;
    Ok(respond::page_with(state, code, &view))
}

/// Whose form is asked for, what was typed, what was wrong with it.
struct Asked {
    id: Option<PolicyId>,
    typed: Option<Typed>,
    refused: Option<Refusal>,
    /// Media that nothing is set up for.
    unsendable: BTreeSet<String>,
}

fn fill(
    tx: &mut dyn Tx,
    directory: &Directory,
    (reading, now): (Reading, Instant),
    asked: Asked,
    mut shell: Shell,
) -> Result<PolicyForm, Fault> {
    let Asked { id, typed, refused, unsendable } = asked;
    let eyes = reading.at(now, &directory.org);
    let stored = id.as_ref().map(|id| policy_of(eyes.org, id.as_str())).transpose()?;
    let from_file = id.as_ref().is_some_and(|id| organisation::is_policy_from_file(directory, id));
    if !may_edit(&eyes, stored) {
        return Err(Refusal::forbidden("Managers and the policy's team may change it. Ask one of them.").into());
    }
    let known = Known::of_server(tx, now, unsendable)?;
    let newest = id.as_ref().map_or(Ok(0), |id| organisation::policy_revision(tx, id))?;
    let meanwhile = refused.as_ref().is_some_and(|refusal| refusal.code == "changed-meanwhile");
    let begun = typed.is_some();
    let seen = typed.as_ref().and_then(|typed| typed.word("revision").parse().ok());
    let typed = typed.unwrap_or_else(|| stored.map_or_else(form::blank, form::typed_of));
    let looked = looked(directory, &known, &typed, id.as_ref(), now);
    // A blank form is not wrong yet.
    let refused = refused.or_else(|| looked.as_ref().err().filter(|_| begun).cloned());
    let (turns, open) = (turns(tx)?, views::open_pages(tx, OPEN_MAX)?);
    let filled = Filled {
        typed: &typed,
        id: id.as_ref(),
        // Who has seen what the other one made may save over it.
        revision: seen.filter(|_| !meanwhile).unwrap_or(newest),
        from_file,
        look: looked.as_ref().ok().map(|(policy, preview)| (policy, preview)),
        refused: refused.as_ref(),
        turn: id.as_ref().map_or(0, |id| turn_of(&turns, id)),
        open: &open,
        theirs: stored.filter(|_| meanwhile),
    };
    let said = |refusal: &&Refusal| refusal.field.is_none();
    if let Some(refusal) = refused.as_ref().filter(said) {
        shell.flash = Some(Flash { kind: FlashKind::Refused, text: refusal.message.clone() });
    }
    Ok(fields::page(&eyes, shell, &filled))
}

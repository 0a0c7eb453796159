//! `/oncall/policies` and `/oncall/policies/{policy}`: whom a page rings, as sentences. Changing them is [`edit`].

mod edit;

use crate::{
    errors::PagePath,
    gate::Signed,
    present::{
        eyes::Reading,
        oncall::policy::{self as told, Beside},
    },
    respond::{self, PageResult},
    state::AppState,
    views::Nav,
};
use axum::{Router, extract::State, routing::get};
use nightbell_engine::{
    domain::{
        access::Read,
        ids::PolicyId,
        org::{Organisation, Policy},
        refusal::Refusal,
    },
    organisation::PREVIEW_AHEAD,
    paging::turns,
    proof::{self, Known, Place},
    views,
};

/// Pages that are looked through for those that run with a policy.
const OPEN_MAX: u32 = 500;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/oncall/policies", get(list))
        .route("/oncall/policies/{policy}", get(show))
        .merge(edit::router())
}

/// The policy of an address.
fn policy_of<'a>(org: &'a Organisation, id: &str) -> Result<&'a Policy, Refusal> {
    let found = id.parse::<PolicyId>().ok().and_then(|id| org.policies.get(&id));
    found.ok_or_else(|| Refusal::not_found("policy", id.chars().take(64).collect::<String>()))
}

async fn list(State(state): State<AppState>, who: Signed<Read>) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Oncall, "Policies", None).await?;
    let reading = Reading::of(&who);
    let view =
        state.read(move |_, now, directory| Ok(told::list(&reading.at(now, &directory.org), shell, directory))).await?;
    Ok(respond::page(&state, &view))
}

async fn show(State(state): State<AppState>, who: Signed<Read>, PagePath(id): PagePath<String>) -> PageResult {
    let shell = respond::frame(&state, &who, Nav::Oncall, "Policy", None).await?;
    let (reading, unsendable) = (Reading::of(&who), state.unsendable());
    let view = state
        .read(move |tx, now, directory| {
            let policy = policy_of(&directory.org, &id)?;
            let known = Known::of_server(tx, now, unsendable)?;
            let to = now.saturating_add(PREVIEW_AHEAD).unwrap_or(now);
            let here = Place::Policy(policy.id.clone());
            let mut holes = proof::prove(&directory.org, &known, now, to).holes;
            holes.retain(|hole| hole.place == here);
            let (turns, open) = (turns(tx)?, views::open_pages(tx, OPEN_MAX)?);
            let beside = Beside { directory, turns: &turns, open: &open, holes: &holes };
            Ok(told::page(&reading.at(now, &directory.org), shell, policy, &beside))
        })
        .await?;
    Ok(respond::page(&state, &view))
}

//! Forms of the room that are one press: `POST /incidents/{slug}/roles` (`role`, `act`, `user`) and `/mitigations` (`mitigation`, `outcome`).

use super::{Posted, answer};
use crate::{
    csrf::CsrfForm,
    errors::PagePath,
    gate::Signed,
    pages::form::{Pairs, typed},
    present::typed::Typed,
    respond::PageResult,
    state::AppState,
};
use axum::extract::State;
use nightbell_engine::{
    Fault, Unit,
    domain::{
        access::{Permit, Respond},
        ids::UserId,
        refusal::Refusal,
        response::RoleKind,
    },
    response::{self, MitigationReport},
};

pub(super) async fn role(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(slug): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let (typed, permit, room) = (typed(pairs), who.permit.clone(), slug.clone());
    let result = state.run(move |unit| change_role(unit, &permit, &room, &typed)).await;
    answer(&state, &who, &slug, Posted::press(), result).await
}

fn change_role(unit: &mut Unit<'_>, by: &Permit<Respond>, room: &str, typed: &Typed) -> Result<String, Fault> {
    let role: RoleKind = typed
        .word("role")
        .parse()
        .map_err(|e: nightbell_engine::domain::ids::IdError| Refusal::invalid("role", e.0))?;
    match typed.word("act") {
        "take" => response::take_role(unit, by, room, role).map(|_| format!("You are {role}.")),
        "accept" => response::accept_role(unit, by, room, role).map(|_| format!("You are {role}.")),
        "decline" => response::decline_role(unit, by, room, role).map(|_| format!("You declined {role}.")),
        "release" => response::release_role(unit, by, room, role).map(|_| format!("You left {role}.")),
        "offer" => {
            let to: UserId =
                typed.word("user").parse().map_err(|_| Refusal::invalid("user", "Choose somebody of the list."))?;
            response::offer_role(unit, by, room, role, &to)?;
            Ok(format!("{role} is offered to @{to}; it changes hands when they accept."))
        }
        _ => Err(Refusal::invalid("act", "Take, offer, accept, decline or release a seat.").into()),
    }
}

pub(super) async fn mitigation(
    State(state): State<AppState>,
    who: Signed<Respond>,
    PagePath(slug): PagePath<String>,
    CsrfForm(pairs): CsrfForm<Pairs>,
) -> PageResult {
    let (typed, permit, room) = (typed(pairs), who.permit.clone(), slug.clone());
    let result = state.run(move |unit| {
        let key = typed.word("mitigation");
        let said = match MitigationReport::from_word(typed.word("outcome"))? {
            MitigationReport::Tried => {
                response::try_mitigation(unit, &permit, &room, key).map(|_| "Noted as being tried.")?
            }
            MitigationReport::Worked => {
                response::judge_mitigation(unit, &permit, &room, key, true).map(|_| "Noted: it worked.")?
            }
            MitigationReport::Failed => {
                response::judge_mitigation(unit, &permit, &room, key, false).map(|_| "Noted: it did not help.")?
            }
        };
        Ok(said.to_owned())
    });
    answer(&state, &who, &slug, Posted::press(), result.await).await
}

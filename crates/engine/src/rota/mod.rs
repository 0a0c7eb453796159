//! What people agree on beside the plan (ADR 0028): overrides, take-overs, requests and swaps, plans that begin later, the hand-off.
//!
//! Each use case is one unit of work under a permit: whoever may respond acts on their own turns and takes over; managers and the schedule's
//! team arrange for others. What is agreed is decided by `domain::org::Cover` and stored as that one configuration object, a revision for every
//! change. The reconciler [`handoff`] tells people when their turn comes and lets requests run out. Reading order: [`arrange`] · [`ask`] ·
//! [`plan`] · [`fair`] · [`handoff`]. Called by `web`, and the reconciler by the binary's loop. Is not: who is on call (`Organisation::rota`), nor paging.

mod arrange;
mod ask;
mod fair;
mod handoff;
mod plan;
mod say;

pub use arrange::{Arrange, Arranged, TakenOver, add_override, give_back, leave_note, take_over, undo};
pub use ask::{Ask, Taken, accept, ask, decline, everybody, withdraw};
pub use fair::propose;
pub use handoff::handoff;
pub use plan::{
    NewPlan, PREVIEW_AHEAD, PlanPreview, create, is_from_file, needed, preview, stage, unreachable, unstage,
};

use crate::{Fault, Unit};
use nightbell_domain::{
    access::{Permit, Respond},
    ids::{ScheduleId, UserId},
    org::{AccessRole, Although, ConfigObject, Cover, Organisation},
    record::Actor,
    refusal::Refusal,
};
use nightbell_store::config;

/// Whether somebody of that role arranges turns of others on the schedule: managers, and the schedule's team.
pub fn may_arrange(org: &Organisation, schedule: &ScheduleId, user: &UserId, role: AccessRole) -> bool {
    let team = org.schedules.get(schedule).and_then(|found| org.teams.get(found.team.as_ref()?));
    role >= AccessRole::Manager
        || (role >= AccessRole::Responder && team.is_some_and(|team| team.members.contains(user)))
}

fn arranges(org: &Organisation, schedule: &ScheduleId, by: &Permit<Respond>) -> bool {
    may_arrange(org, schedule, by.user(), by.role())
}

fn not_yours(what: &str) -> Refusal {
    Refusal::forbidden(format!(
        "{what} Managers and the schedule's team may do that for others; you may act on your own turns and take over."
    ))
}

/// The schedule exists.
fn known(org: &Organisation, schedule: &ScheduleId) -> Result<(), Refusal> {
    if org.schedules.contains_key(schedule) { Ok(()) } else { Err(Refusal::not_found("schedule", schedule)) }
}

/// The person exists.
fn person_known(org: &Organisation, field: &str, user: &UserId) -> Result<(), Refusal> {
    if org.users.contains_key(user) {
        Ok(())
    } else {
        Err(Refusal::invalid(field, format!("There is nobody called @{user}.")))
    }
}

/// Changes what is agreed about a schedule: once for a schedule in a unit of work, because the unit goes on seeing what was before.
fn change<T>(
    unit: &mut Unit<'_>,
    schedule: &ScheduleId,
    actor: &Actor,
    work: impl FnOnce(&mut Cover) -> Result<T, Refusal>,
) -> Result<T, Fault> {
    known(&unit.directory.org, schedule)?;
    let stored = unit.directory.org.covers.get(schedule).cloned();
    let mut cover = stored.clone().unwrap_or_else(|| Cover::of(schedule.clone()));
    let answer = work(&mut cover)?;
    cover.fold(unit.now);
    if stored.as_ref() != Some(&cover) {
        config::put(unit.tx, &ConfigObject::Cover(cover), false, unit.now, actor)?;
        unit.reload = true;
    }
    Ok(answer)
}

/// Somebody whom nothing reaches is put on call only for a stated reason, which is kept.
fn stated(
    org: &Organisation,
    users: &[UserId],
    although: Option<&str>,
    (actor, now): (&Actor, nightbell_domain::record::Instant),
) -> Result<Option<Although>, Refusal> {
    let unreachable: Vec<UserId> = users.iter().filter(|user| !org.is_reachable(user)).cloned().collect();
    if unreachable.is_empty() {
        return Ok(None);
    }
    let Some(reason) = although.map(str::trim).filter(|reason| !reason.is_empty()) else {
        let names = unreachable.iter().map(|user| format!("@{user}")).collect::<Vec<_>>().join(", ");
        return Err(Refusal {
            field: Some("although".to_owned()),
            ..Refusal::conflict(
                "unreachable",
                format!(
                    "No proved method reaches {names}: a page would ring for nobody. Have a method proved under Settings, or say why it is done all the same."
                ),
            )
        });
    };
    Ok(Some(Although { unreachable, reason: reason.to_owned(), by: actor.clone(), at: now }))
}

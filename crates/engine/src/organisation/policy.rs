//! Escalation policies made and changed by people: what a change would mean, looked at before it is stored, and storing it. A policy that comes
//! from a file is changed there and nowhere else: the next `apply` would undo what was changed here.
//!
//! Called by `web`. Is not: what a policy does (`domain::org::Policy`), nor whom it reaches ahead (`crate::proof`, which is asked here). A page
//! that rings keeps the policy it began with (INV-12): nothing here touches it.

use crate::{
    Directory, Fault, Unit,
    proof::{self, Hole, Known, Place},
};
use jiff::SignedDuration;
use nightbell_domain::{
    access::{Permit, Respond},
    ids::PolicyId,
    org::{AccessRole, ConfigKind, ConfigObject, Organisation, Policy},
    record::Instant,
    refusal::Refusal,
};
use nightbell_store::{Tx, config};

/// How far a preview proves reach: what is farther away is found by the warnings ahead before it begins.
pub const PREVIEW_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 7 * 4);

/// What a new or changed policy means, beside its sentences.
#[derive(Debug, Clone, Default)]
pub struct PolicyPreview {
    /// Spans in which a way of a page reaches fewer people than as things stand, earliest first.
    pub worse: Vec<Hole>,
    /// How many spans with too few people are gone.
    pub mended: usize,
    /// Whether anything leads pages to this policy.
    pub is_used: bool,
}

/// Whether somebody of that role changes a policy: managers, and the responders of its team. A new one is made by managers.
pub fn may_change_policy(
    org: &Organisation,
    policy: Option<&Policy>,
    user: &nightbell_domain::ids::UserId,
    role: AccessRole,
) -> bool {
    let team = policy.and_then(|policy| org.teams.get(policy.team.as_ref()?));
    role >= AccessRole::Manager
        || (role >= AccessRole::Responder && team.is_some_and(|team| team.members.contains(user)))
}

/// Whether the policy is changed in its file alone.
pub fn is_policy_from_file(directory: &Directory, policy: &PolicyId) -> bool {
    directory.managed.contains(&(ConfigKind::Policy, policy.to_string()))
}

/// The number of a policy's newest revision; 0 when there never was one. Whoever saves says which they looked at.
///
/// # Errors
/// The store's.
pub fn policy_revision(tx: &mut dyn Tx, policy: &PolicyId) -> Result<u64, Fault> {
    Ok(config::newest(tx, ConfigKind::Policy, policy.as_str())?.map_or(0, |(revision, _)| revision))
}

/// The organisation with that policy in it, if it fits.
///
/// # Errors
/// The first thing that does not fit, with the dotted path of its field.
fn with(org: &Organisation, policy: &Policy) -> Result<Organisation, Refusal> {
    let mut after = org.clone();
    after.put(ConfigObject::Policy(policy.clone()));
    let problem =
        after.problems().into_iter().find(|one| one.kind == ConfigKind::Policy && one.id == policy.id.as_str());
    if let Some(problem) = problem {
        return Err(Refusal::invalid(&problem.path, spoken(&problem.message)));
    }
    let silent = policy.steps.iter().position(|step| step.notify.is_empty() && step.hand_over.is_none());
    match silent {
        Some(n) => Err(Refusal::invalid(&format!("steps[{n}].notify"), "Say whom this step rings, or take it out.")),
        None => Ok(after),
    }
}

/// What is told of files begins in lower case; beside a field it is a sentence.
fn spoken(message: &str) -> String {
    let mut letters = message.chars();
    let text: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    if text.ends_with(['.', '?']) { text } else { format!("{text}.") }
}

/// What storing a policy would mean. Stores nothing.
///
/// # Errors
/// The policy does not fit, with the dotted path of the field: `steps[0].notify[1]`.
pub fn preview_policy(
    org: &Organisation,
    known: &Known,
    policy: &Policy,
    now: Instant,
) -> Result<PolicyPreview, Refusal> {
    let after = with(org, policy)?;
    let to = now.saturating_add(PREVIEW_AHEAD).unwrap_or(now);
    let (before, then) = (proof::prove(org, known, now, to), proof::prove(&after, known, now, to));
    let is_used = then.ways.iter().any(|way| way.place == Place::Policy(policy.id.clone()));
    let mended = before.holes.iter().filter(|hole| worse_part(hole, &then.holes).is_some()).count();
    let worse = then.holes.iter().filter_map(|hole| worse_part(hole, &before.holes)).collect();
    Ok(PolicyPreview { worse, mended, is_used })
}

/// A hole from where on it is deeper than the others were: a minute that was no hole, or in which somebody was reached. `None` when it was so.
fn worse_part(hole: &Hole, others: &[Hole]) -> Option<Hole> {
    let mut from = hole.from;
    let same = |other: &&Hole| {
        other.place == hole.place && other.urgency == hole.urgency && (other.is_deaf() || !hole.is_deaf())
    };
    // Earliest first, as the proof lists them.
    for other in others.iter().filter(same) {
        if other.from <= from && from < other.to {
            from = other.to;
        }
    }
    (from < hole.to).then(|| Hole { from, ..hole.clone() })
}

/// Stores a policy, made new (`seen` is `None`) or changed from the revision that whoever saves has looked at.
///
/// # Errors
/// No right; it comes from a file; it does not fit; the handle is taken; somebody else changed it meanwhile (`changed-meanwhile`).
pub fn save_policy(unit: &mut Unit<'_>, by: &Permit<Respond>, policy: &Policy, seen: Option<u64>) -> Result<(), Fault> {
    let (directory, now, actor) = (unit.directory.clone(), unit.now, by.actor());
    let org = &directory.org;
    let stored = org.policies.get(&policy.id);
    match (stored, seen) {
        (Some(_), None) => {
            let message = format!("There is a policy called {} already. Choose another name.", policy.id);
            return Err(Refusal { field: Some("id".to_owned()), ..Refusal::conflict("taken", message) }.into());
        }
        (None, Some(_)) => return Err(Refusal::not_found("policy", &policy.id).into()),
        _ => {}
    }
    let may = |policy: Option<&Policy>| may_change_policy(org, policy, by.user(), by.role());
    if !may(stored) {
        let message = "Managers and the policy's team may change it; managers make new ones.";
        return Err(Refusal::forbidden(message).into());
    }
    if !may(Some(policy)) {
        let message = "You may not give the policy to a team that is not yours. Ask a manager.";
        return Err(Refusal { field: Some("team".to_owned()), ..Refusal::forbidden(message) }.into());
    }
    if is_policy_from_file(&directory, &policy.id) {
        let message = format!("The policy {} comes from a file: change it there and apply it.", policy.id);
        return Err(Refusal::conflict("from-a-file", message).into());
    }
    if let Some(seen) = seen.filter(|_| stored != Some(policy))
        && policy_revision(unit.tx, &policy.id)? != seen
    {
        let message = "Somebody else changed this policy while you did. Below stands what they made of it; what you typed is still here. Look at both, then save again.";
        return Err(Refusal::conflict("changed-meanwhile", message).into());
    }
    with(org, policy)?;
    if stored != Some(policy) {
        config::put(unit.tx, &ConfigObject::Policy(policy.clone()), false, now, &actor)?;
        unit.reload = true;
    }
    Ok(())
}

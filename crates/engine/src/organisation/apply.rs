//! `apply`: makes the organisation match files. The plan is computed, checked as a whole and stored in one unit of work; a plan that would
//! leave nobody to administer is refused.

use crate::{Fault, Unit};
use nightbell_domain::{
    access::{Administer, Permit},
    org::{AccessRole, ConfigKind, ConfigObject},
    record::Actor,
    refusal::Refusal,
};
use nightbell_store::{access, config, voice};
use nightbell_wire::org_files::{Action, FileProblem, Finding, ParsedFiles, Plan, check, plan};

/// What applying did, or would do.
#[derive(Debug)]
pub struct Applied {
    /// The difference.
    pub plan: Plan,
    /// What does not block but should be known: "nobody is reached by this step until …", with its place in the files.
    pub warnings: Vec<FileProblem>,
}

/// The difference between files and the organisation, checked; stores nothing. The inner error lists what blocks, with places.
pub fn plan_files(
    directory: &crate::Directory,
    parsed: &ParsedFiles,
    prune: bool,
) -> Result<Applied, Vec<FileProblem>> {
    let plan = plan(&directory.org, &directory.managed, parsed, prune);
    let after = plan.applied_to(&directory.org);
    let (blocking, warnings): (Vec<Finding>, Vec<Finding>) =
        check(&after).into_iter().partition(|finding| finding.blocking);
    let locate = |findings: Vec<Finding>| findings.iter().map(|f| parsed.locate(&f.problem)).collect::<Vec<_>>();
    if blocking.is_empty() { Ok(Applied { plan, warnings: locate(warnings) }) } else { Err(locate(blocking)) }
}

/// Applies files. `Ok(Err(problems))`: nothing was stored, here is why.
pub fn apply(
    unit: &mut Unit<'_>,
    by: &Permit<Administer>,
    parsed: &ParsedFiles,
    prune: bool,
) -> Result<Result<Applied, Vec<FileProblem>>, Fault> {
    let directory = unit.directory.clone();
    let applied = match plan_files(&directory, parsed, prune) {
        Ok(applied) => applied,
        Err(problems) => return Ok(Err(problems)),
    };
    let after = applied.plan.applied_to(&directory.org);
    let admins = |org: &nightbell_domain::org::Organisation| org.users.values().any(|u| u.role == AccessRole::Admin);
    if admins(&directory.org) && !admins(&after) {
        let message =
            "These files would leave nobody with the role admin. Give one user `role: admin`; nothing was stored.";
        return Err(Refusal::conflict("last-administrator", message).into());
    }
    let actor = by.actor();
    for change in &applied.plan.changes {
        match (&change.action, &change.object) {
            (Action::Delete, _) => config::remove(unit.tx, change.kind, &change.id, unit.now, &actor)?,
            (Action::Create | Action::Update, Some(object)) => config::put(unit.tx, object, true, unit.now, &actor)?,
            (Action::Keep, Some(object)) if !directory.managed.contains(&(change.kind, change.id.clone())) => {
                config::put(unit.tx, object, true, unit.now, &actor)?;
            }
            _ => continue,
        }
        unit.reload = true;
        if change.kind == ConfigKind::User {
            follow_user(unit, &directory, &after, &change.id, &actor)?;
        }
    }
    // Staged plans would win over the file; a later schedule of the same handle would inherit a cover.
    for (schedule, cover) in &applied.plan.covers {
        match cover {
            Some(cover) => config::put(unit.tx, &ConfigObject::Cover(cover.clone()), false, unit.now, &actor)?,
            None => config::remove(unit.tx, ConfigKind::Cover, schedule.as_str(), unit.now, &actor)?,
        }
        unit.reload = true;
    }
    crate::heartbeat::follow(unit, &directory.org, &after)?;
    for component in after.status_pages.values().flat_map(|page| &page.components) {
        voice::open_component(unit.tx, &component.id, unit.now)?;
    }
    Ok(Ok(applied))
}

/// Sessions die with a role change or removal; tokens, the password and open sign-in links with removal: a handle that is given again later opens
/// nothing for whoever had it before.
fn follow_user(
    unit: &mut Unit<'_>,
    before: &crate::Directory,
    after: &nightbell_domain::org::Organisation,
    id: &str,
    by: &Actor,
) -> Result<(), Fault> {
    let Ok(user) = id.parse() else { return Ok(()) };
    let role = |org: &nightbell_domain::org::Organisation| org.users.get(&user).map(|u| u.role);
    if role(&before.org) != role(after) {
        access::end_sessions_of(unit.tx, &user)?;
    }
    if role(after).is_none() {
        access::revoke_tokens_of(unit.tx, &user, unit.now)?;
        nightbell_store::calendars::revoke_feeds_of(unit.tx, &user, unit.now)?;
        access::forget_password(unit.tx, &user)?;
        access::forget_links_of(unit.tx, &user)?;
        crate::people::forget(unit, &user, by)?;
    }
    Ok(())
}

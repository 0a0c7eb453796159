//! Plans made and changed by people: created, changed from an instant on, taken back. With a preview of what a change means before it is made.
//!
//! A plan that comes from a file is changed there and nowhere else: the next `apply` would not know what was changed here, and a plan staged
//! here would win over the file from then on without the file's saying so. Applying a file therefore drops what was staged for its schedules before
//! it came, and says so; until then whoever arranges may take it back. Overrides, swaps and take-overs are for files' schedules as well.

use super::{arranges, change, known, not_yours, stated};
use crate::{Directory, Fault, Unit};
use jiff::SignedDuration;
use nightbell_calendar::{Change, Gap, Rota, Schedule as Calendar, Version, difference, validate};
use nightbell_domain::{
    access::{Manage, Permit, Respond},
    ids::{ScheduleId, TeamId, UserId},
    org::{Begin, ConfigKind, ConfigObject, Cover, Organisation, Schedule, StagedPlan},
    record::Instant,
    refusal::Refusal,
};
use nightbell_store::config;
use std::collections::BTreeSet;

/// How far a preview looks.
pub const PREVIEW_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 7 * 8);

/// A schedule that is made.
#[derive(Debug, Clone)]
pub struct NewPlan {
    /// Its handle.
    pub id: ScheduleId,
    /// Whose it is.
    pub team: Option<TeamId>,
    /// The plan.
    pub calendar: Calendar,
}

/// What a change means over the next eight weeks.
#[derive(Debug, Clone)]
pub struct PlanPreview {
    /// When it would begin.
    pub from: Instant,
    /// What the whole rota would be.
    pub rota: Rota,
    /// Where others would be on call than as things stand.
    pub changes: Vec<Change>,
    /// Where nobody would be.
    pub gaps: Vec<Gap>,
    /// People of the plan whom nothing reaches.
    pub unreachable: Vec<UserId>,
}

/// Everybody a plan puts on call, in the order of the layers, each once.
pub fn needed(calendar: &Calendar) -> Vec<UserId> {
    let slots = calendar.layers.iter().flat_map(|layer| &layer.members).flat_map(|slot| &slot.members);
    let overridden = calendar.overrides.iter().map(|entry| &entry.user);
    let mut seen = BTreeSet::new();
    let all = slots.chain(overridden).filter_map(|member| member.as_str().parse::<UserId>().ok());
    all.filter(|user| seen.insert(user.clone())).collect()
}

/// People of a plan whom nothing reaches: what publishing it must be justified for.
pub fn unreachable(org: &Organisation, calendar: &Calendar) -> Vec<UserId> {
    needed(calendar).into_iter().filter(|user| !org.is_reachable(user)).collect()
}

fn sound(org: &Organisation, calendar: &Calendar) -> Result<(), Refusal> {
    if let Err(problems) = validate(calendar) {
        let field = problems.first().map_or_else(|| "calendar".to_owned(), nightbell_calendar::ScheduleProblem::path);
        let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
        return Err(Refusal::invalid(&field, format!("{}.", words.join("; "))));
    }
    let unknown: Vec<String> =
        needed(calendar).iter().filter(|user| !org.users.contains_key(*user)).map(|user| format!("@{user}")).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Refusal::invalid("layers", format!("There is nobody called {}.", unknown.join(", "))))
}

/// What a plan would mean, on a schedule that exists or on none yet. Stores nothing.
///
/// # Errors
/// The plan makes no sense, or the instant lies in the past.
pub fn preview(
    org: &Organisation,
    schedule: Option<&ScheduleId>,
    calendar: &Calendar,
    begin: Begin,
    now: Instant,
) -> Result<PlanPreview, Refusal> {
    sound(org, calendar)?;
    let unreadable = |e: String| Refusal::invalid("calendar", format!("{e}."));
    let (before, from) = match schedule {
        Some(id) => {
            let rota = org.rota(id).map_err(unreadable)?;
            let from = begin.instant(&rota, now)?;
            (rota, from)
        }
        None => (Rota { versions: Vec::new(), overrides: Vec::new() }, now),
    };
    let mut after = before.clone();
    after.versions.retain(|version| version.from.is_none_or(|begins| begins < from));
    let begins = if after.versions.is_empty() { None } else { Some(from) };
    after.versions.push(Version { from: begins, schedule: calendar.clone() });
    let end = now.checked_add(PREVIEW_AHEAD).unwrap_or(Instant::MAX);
    let changes = difference(&before, &after, now, end).map_err(|e| unreadable(e.to_string()))?;
    let gaps = after.gaps(now, end).map_err(|e| unreadable(e.to_string()))?;
    let gaps = gaps.into_iter().filter(|gap| !gap.declared).collect();
    Ok(PlanPreview { from, changes, gaps, unreachable: unreachable(org, calendar), rota: after })
}

/// Makes a schedule. Nothing pages through it until a policy names it.
///
/// # Errors
/// The handle is taken; the plan makes no sense; nothing reaches somebody in it and no reason is given.
pub fn create(
    unit: &mut Unit<'_>,
    by: &Permit<Manage>,
    input: NewPlan,
    although: Option<&str>,
) -> Result<Schedule, Fault> {
    let (directory, now, actor) = (unit.directory.clone(), unit.now, by.actor());
    let org = &directory.org;
    if org.schedules.contains_key(&input.id) {
        let message = format!("There is a schedule called {} already. Choose another name.", input.id);
        return Err(Refusal { field: Some("id".to_owned()), ..Refusal::conflict("taken", message) }.into());
    }
    if let Some(team) = input.team.as_ref().filter(|team| !org.teams.contains_key(*team)) {
        return Err(Refusal::invalid("team", format!("There is no team {team}.")).into());
    }
    sound(org, &input.calendar)?;
    let although = stated(org, &needed(&input.calendar), although, (&actor, now))?;
    let schedule = Schedule { id: input.id, team: input.team, calendar: input.calendar };
    config::put(unit.tx, &ConfigObject::Schedule(schedule.clone()), false, now, &actor)?;
    // Nothing is inherited from a schedule that had the handle before.
    let left = org.covers.contains_key(&schedule.id);
    let mut cover = Cover::of(schedule.id.clone());
    cover.although.extend(although);
    if !cover.although.is_empty() {
        config::put(unit.tx, &ConfigObject::Cover(cover), false, now, &actor)?;
    } else if left {
        config::remove(unit.tx, ConfigKind::Cover, schedule.id.as_str(), now, &actor)?;
    }
    unit.reload = true;
    Ok(schedule)
}

/// Whether the schedule's plan is changed in its file alone.
pub fn is_from_file(directory: &Directory, schedule: &ScheduleId) -> bool {
    directory.managed.contains(&(ConfigKind::Schedule, schedule.to_string()))
}

fn editable(directory: &Directory, schedule: &ScheduleId) -> Result<(), Refusal> {
    if is_from_file(directory, schedule) {
        return Err(Refusal::conflict(
            "from-a-file",
            format!(
                "The plan of {schedule} comes from a file: change it there and apply it. Overrides, swaps and take-overs are made here."
            ),
        ));
    }
    Ok(())
}

/// Changes a schedule's plan from an instant on; what was before stays as it was (INV-12).
///
/// # Errors
/// No right; the plan comes from a file or makes no sense; nothing reaches somebody in it and no reason is given; a begin in the past.
pub fn stage(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    schedule: &ScheduleId,
    calendar: &Calendar,
    begin: Begin,
    although: Option<&str>,
) -> Result<StagedPlan, Fault> {
    let (directory, now, actor) = (unit.directory.clone(), unit.now, by.actor());
    let org = &directory.org;
    known(org, schedule)?;
    if !arranges(org, schedule, by) {
        return Err(not_yours("You may not change this plan.").into());
    }
    editable(&directory, schedule)?;
    let looked = preview(org, Some(schedule), calendar, begin, now)?;
    let although = stated(org, &needed(calendar), although, (&actor, now))?;
    let plan = StagedPlan { from: looked.from, calendar: calendar.clone(), by: actor.clone(), at: now };
    let staged = plan.clone();
    let old = change(unit, schedule, &actor, |cover| {
        cover.although.extend(although);
        cover.stage(staged, now)?;
        Ok(cover.take_old_plan(now))
    })?;
    if let (Some(calendar), Some(found)) = (old, org.schedules.get(schedule)) {
        let folded = Schedule { calendar, ..found.clone() };
        config::put(unit.tx, &ConfigObject::Schedule(folded), false, now, &actor)?;
    }
    Ok(plan)
}

/// Takes back a plan that has not begun.
///
/// # Errors
/// No right; there is none that begins then, or it has begun.
pub fn unstage(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    schedule: &ScheduleId,
    from: Instant,
) -> Result<StagedPlan, Fault> {
    let (now, actor) = (unit.now, by.actor());
    known(&unit.directory.org, schedule)?;
    if !arranges(&unit.directory.org, schedule, by) {
        return Err(not_yours("You may not change this plan.").into());
    }
    // Also where a file says the plan: what was staged before it came must not be stuck.
    change(unit, schedule, &actor, |cover| cover.unstage(from, now))
}

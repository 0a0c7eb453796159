//! Escalation policies in words: the list, and one as sentences with whom each would ring now. The sentences themselves are the domain's.

pub mod fields;
pub mod form;

use super::super::{Eyes, capital, line};
use crate::views::{
    Empty, Link, Shell,
    oncall::policy::{HoleLine, PoliciesPage, PolicyCard, PolicyPage, PolicyTold, RungNow, StepTold},
};
use jiff::SignedDuration;
use nightbell_engine::{
    Directory,
    domain::{
        ids::{PolicyId, UserId},
        org::{Condition, Facts, Organisation, Policy, PolicyStep, Target, Urgency},
        paging::Page,
        text::duration::human_duration,
    },
    organisation::{self, PREVIEW_AHEAD},
    paging::Turns,
    proof::Hole,
};
use nightbell_wire::org_files::export_policy;

/// Holes that are told; more are counted.
const HOLES_MAX: usize = 5;
/// What is there and lasts as long is said to have no end: nobody looked further.
const GOES_ON_FROM: SignedDuration = SignedDuration::from_hours(13 * 24);
/// The same beside other things.
const HOLES_BESIDE_MAX: usize = 3;

/// Fills `/oncall/policies`.
pub fn list(eyes: &Eyes<'_>, shell: Shell, directory: &Directory) -> PoliciesPage {
    let card = |policy: &Policy| PolicyCard {
        id: policy.id.to_string(),
        note: note(eyes, policy),
        from_file: organisation::is_policy_from_file(directory, &policy.id),
        sentences: policy.sentences(eyes.org),
        used_by: used_by(eyes, &policy.id),
    };
    let empty = if eyes.may_manage() {
        Empty::new("No policy yet: every page rings the administrators.", "/oncall/policies/new", "Make one")
    } else {
        Empty {
            text: "No policy yet: every page rings the administrators. A manager can make one.".to_owned(),
            next: None,
        }
    };
    PoliciesPage {
        shell,
        policies: eyes.org.policies.values().map(card).collect(),
        may_create: eyes.may_manage(),
        empty,
    }
}

/// What the page of one policy is filled from, beside the policy.
pub struct Beside<'a> {
    /// Who manages it.
    pub directory: &'a Directory,
    /// Whose turn it is.
    pub turns: &'a Turns,
    /// Pages that are open.
    pub open: &'a [Page],
    /// Holes of its ways.
    pub holes: &'a [Hole],
}

/// Fills `/oncall/policies/{policy}`.
pub fn page(eyes: &Eyes<'_>, shell: Shell, policy: &Policy, beside: &Beside<'_>) -> PolicyPage {
    let services = eyes.org.services.values().filter(|service| service.policy.as_ref() == Some(&policy.id));
    let explain = |id: &str, name: &str| Link::new(format!("/explain?service={id}"), line(name));
    PolicyPage {
        shell,
        id: policy.id.to_string(),
        note: note(eyes, policy),
        from_file: organisation::is_policy_from_file(beside.directory, &policy.id),
        may_edit: may_edit(eyes, Some(policy)),
        told: told(eyes, policy, turn_of(beside.turns, &policy.id), None),
        services: services.map(|service| explain(service.id.as_str(), &service.name)).collect(),
        led_by: led_by(eyes.org, &policy.id).join(", "),
        running: running(beside.open, &policy.id),
        holes: beside.holes.iter().take(HOLES_MAX).map(|one| hole(eyes, one)).collect(),
        more_holes: beside.holes.len().saturating_sub(HOLES_MAX),
        weeks: weeks(),
        yaml: export_policy(policy),
    }
}

/// Whether forms that change a policy, or make one, are shown.
pub fn may_edit(eyes: &Eyes<'_>, policy: Option<&Policy>) -> bool {
    eyes.role.is_some_and(|role| organisation::may_change_policy(eyes.org, policy, &eyes.me, role))
}

/// How many pages a policy has started that asks whose turn it is.
pub fn turn_of(turns: &Turns, policy: &PolicyId) -> u64 {
    turns.get(policy).copied().unwrap_or(0)
}

fn weeks() -> u64 {
    PREVIEW_AHEAD.as_hours().unsigned_abs() / (24 * 7)
}

fn note(eyes: &Eyes<'_>, policy: &Policy) -> String {
    let team = policy.team.as_ref();
    team.map_or_else(String::new, |id| eyes.org.teams.get(id).map_or_else(|| id.to_string(), |team| line(&team.name)))
}

fn used_by(eyes: &Eyes<'_>, policy: &PolicyId) -> String {
    let services = eyes.org.services.values().filter(|service| service.policy.as_ref() == Some(policy));
    services.map(|service| line(&service.name)).chain(led_by(eyes.org, policy)).collect::<Vec<_>>().join(", ")
}

/// What leads to a policy beside services.
fn led_by(org: &Organisation, policy: &PolicyId) -> Vec<String> {
    let target = Target::Policy(policy.clone());
    let leads = |other: &&Policy| {
        let steps = &other.steps;
        let over = steps.iter().any(|step| step.hand_over.as_ref() == Some(policy));
        other.id != *policy
            && (over || steps.iter().flat_map(|step| &step.notify).chain(&other.last_resort).any(|to| *to == target))
    };
    let roles = &org.response;
    let roles = [
        ("commander", &roles.commander),
        ("ops", &roles.ops),
        ("comms", &roles.comms),
        ("scribe", &roles.scribe),
        ("execs", &roles.execs),
    ];
    let roles = roles.into_iter().filter(|(_, targets)| targets.contains(&target));
    let policies = org.policies.values().filter(leads).map(|other| format!("the policy {}", other.id));
    policies.chain(roles.map(|(role, _)| format!("the role {role}"))).collect()
}

/// A change is for the next page; those that run are counted.
pub fn running(open: &[Page], policy: &PolicyId) -> String {
    match open.iter().filter(|page| page.policy.policy.as_ref() == Some(policy)).count() {
        0 => String::new(),
        1 => "1 page runs with the policy as it was when it began.".to_owned(),
        n => format!("{n} pages run with the policy as it was when they began."),
    }
}

/// Holes beside other things: the first few, and how many more.
pub fn holes(eyes: &Eyes<'_>, all: Vec<&Hole>) -> (Vec<HoleLine>, usize) {
    (all.iter().take(HOLES_BESIDE_MAX).map(|one| hole(eyes, one)).collect(), all.len().saturating_sub(HOLES_BESIDE_MAX))
}

/// A hole for people: their names, in the reader's zone.
pub fn hole(eyes: &Eyes<'_>, hole: &Hole) -> HoleLine {
    let names = hole.reached.iter().map(|user| eyes.name(user)).collect::<Vec<_>>().join(", then ");
    let place = capital(&hole.place.to_string());
    let is_there = hole.from <= eyes.now;
    let goes_on = is_there && hole.to.duration_since(eyes.now) >= GOES_ON_FROM;
    HoleLine {
        who: match hole.reached.as_slice() {
            [] => "Reaches nobody".to_owned(),
            [_] => format!("Reaches {names} alone"),
            _ => format!("Reaches one person alone: {names}"),
        },
        place: if hole.urgency == Urgency::Low { format!("{place} (low urgency)") } else { place },
        from: (!is_there).then(|| eyes.when(hole.from)),
        to: (!goes_on).then(|| eyes.when(hole.to)),
        long: if goes_on { String::new() } else { human_duration(hole.to.duration_since(hole.from)) },
        missing: hole.missing.iter().map(|one| format!("{}: {}", one.step, line(&one.why))).collect(),
        fix: hole.fix().to_owned(),
        is_deaf: hole.is_deaf(),
    }
}

/// A policy as sentences, each with whom it would ring now. `before`: the sentences as they were; what was not among them is marked.
pub fn told(eyes: &Eyes<'_>, policy: &Policy, turn: u64, before: Option<&[String]>) -> PolicyTold {
    let mut sentences = policy.sentences(eyes.org).into_iter();
    let is_new = |sentence: &String| before.is_some_and(|before| !before.contains(sentence));
    let first = policy.hold_low.as_ref().and_then(|_| sentences.next()).unwrap_or_default();
    let steps = policy.steps.iter().map(|step| {
        let sentence = sentences.next().unwrap_or_default();
        StepTold { is_new: is_new(&sentence), sentence, ..step_now(eyes, policy, step, turn) }
    });
    let steps: Vec<StepTold> = steps.collect();
    let sentence = sentences.next().unwrap_or_default();
    let last = if policy.last_resort.is_empty() { eyes.org.last_resort() } else { policy.last_resort.clone() };
    PolicyTold {
        before: first,
        steps,
        last: StepTold { is_new: is_new(&sentence), sentence, ..rung(eyes, &last) },
        after: sentences.next().unwrap_or_default(),
    }
}

fn step_now(eyes: &Eyes<'_>, policy: &Policy, step: &PolicyStep, turn: u64) -> StepTold {
    let hours = Condition { hours: step.when.hours.clone(), ..Condition::default() };
    let locality = policy.locality(eyes.org);
    if let Err(why) = hours.holds(Urgency::High, &Facts::default(), &locality, eyes.now) {
        return StepTold { notes: vec![format!("Skipped now: {why}.")], ..blank() };
    }
    if let Some(policy) = &step.hand_over {
        return StepTold {
            goes_on: Some(Link::new(format!("/oncall/policies/{policy}"), format!("See {policy}"))),
            ..blank()
        };
    }
    if !step.round_robin || step.notify.is_empty() {
        return rung(eyes, &step.notify);
    }
    let first = usize::try_from(turn % step.notify.len() as u64).unwrap_or(0);
    let mut now = rung(eyes, &step.notify[first..=first]);
    now.notes.push(format!("Their turn, {} of {}; the next page rings the next one.", first + 1, step.notify.len()));
    now
}

fn blank() -> StepTold {
    StepTold {
        sentence: String::new(),
        is_new: false,
        rings: Vec::new(),
        notes: Vec::new(),
        is_silent: false,
        goes_on: None,
    }
}

fn rung(eyes: &Eyes<'_>, targets: &[Target]) -> StepTold {
    let mut now = blank();
    let mut known: Vec<UserId> = Vec::new();
    for target in targets {
        match eyes.org.reach(target, eyes.now) {
            Err(why) => now.notes.push(format!("Reaches nobody: {}.", line(&why))),
            Ok(reached) => {
                for one in reached.into_iter().filter(|one| !known.contains(&one.user)).collect::<Vec<_>>() {
                    known.push(one.user.clone());
                    now.rings.push(RungNow {
                        person: eyes.person_or_you(&one.user),
                        why: if one.why == "named in the policy" { String::new() } else { line(&one.why) },
                        is_reached: eyes.org.is_reachable(&one.user),
                    });
                }
            }
        }
    }
    now.is_silent = now.rings.iter().all(|one| !one.is_reached);
    now
}

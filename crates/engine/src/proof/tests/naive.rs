//! The slow twin: how many people a page would reach at one instant, asked of the very functions that ring people. Shares no code with the proof.

use crate::proof::Known;
use nightbell_domain::{
    ids::{PolicyId, UserId},
    org::{Condition, Organisation, PolicyStep, Target, Urgency},
    record::Instant,
};
use std::collections::BTreeSet;

fn counts(org: &Organisation, known: &Known, user: &UserId, at: Instant) -> bool {
    let reached = org.person(user).is_some_and(|person| !person.ladder(Urgency::High).is_empty());
    reached && !known.absences.iter().any(|away| away.user == *user && away.from <= at && at < away.to)
}

fn take(org: &Organisation, known: &Known, targets: &[Target], at: Instant, found: &mut BTreeSet<UserId>) {
    for target in targets {
        let reached = org.reach(target, at).unwrap_or_default();
        found.extend(reached.into_iter().map(|one| one.user).filter(|user| counts(org, known, user, at)));
    }
}

fn rings(step: &PolicyStep, org: &Organisation, policy: &PolicyId, at: Instant) -> bool {
    let locality = org.policies.get(policy).map(|policy| policy.locality(org)).unwrap_or_default();
    let bare = Condition { hours: step.when.hours.clone(), ..Condition::default() };
    bare.holds(Urgency::High, &nightbell_domain::org::Facts::default(), &locality, at).is_ok()
}

/// Different people a page of high urgency by a policy reaches. Handing over is followed one level deep.
pub(super) fn people(org: &Organisation, known: &Known, policy: &PolicyId, at: Instant) -> usize {
    let mut found = BTreeSet::new();
    let first = &org.policies[policy];
    let mut last_resort = first.last_resort.clone();
    'steps: for step in &first.steps {
        if !rings(step, org, policy, at) {
            continue;
        }
        if let Some(next) = &step.hand_over {
            let Some(next) = org.policies.get(next).filter(|next| !next.steps.is_empty()) else { continue };
            for step in &next.steps {
                if rings(step, org, policy, at) {
                    take(org, known, &step.notify, at, &mut found);
                }
            }
            break 'steps;
        }
        take(org, known, &step.notify, at, &mut found);
    }
    if last_resort.is_empty() {
        let handed = first.steps.iter().filter_map(|step| org.policies.get(step.hand_over.as_ref()?));
        last_resort = handed.map(|next| next.last_resort.clone()).find(|last| !last.is_empty()).unwrap_or_default();
    }
    take(org, known, &last_resort, at, &mut found);
    found.len()
}

//! The policy as it was when a page started (INV-12): its steps, those of the policies it hands over to, one after the other, and what its
//! conditions are asked of. Steps keep their numbers for the whole page, and whoever hands over always goes forward (INV-04).

use crate::{
    ids::PolicyId,
    org::{Facts, HoldLow, Locality, Organisation, Policy, PolicyStep, Target},
    signal::AlertSeverity,
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most steps of a page, with those of every policy it may be handed over to.
const STEPS_MAX: usize = 200;

/// Where the steps of a policy lie that a step hands over to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The step that hands over.
    pub from_step: u32,
    /// To which policy.
    pub policy: PolicyId,
    /// Its first step.
    pub first: u32,
    /// Why that is not done: the policy led here, or does not exist. The step is then skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<String>,
}

/// The policy as it was when the page started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicySnapshot {
    /// Which policy it was, if it was one.
    pub policy: Option<PolicyId>,
    /// Its steps, then those of the policies it hands over to.
    pub steps: Vec<PolicyStep>,
    /// Its repeats.
    pub repeat: u16,
    /// Its last resort; when it has none, that of the first policy it hands over to that has one.
    pub last_resort: Vec<Target>,
    /// Policies that are handed over to, in the order of their steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Whether low urgency waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_low: Option<HoldLow>,
    /// After how long an acknowledged page rings again.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::text::duration::optional_duration_text")]
    pub ack_timeout: Option<SignedDuration>,
    /// Where its people work; kept when something asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locality: Option<Locality>,
    /// How many pages the policy had started before: whose turn it is.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub turn: u64,
    /// What its conditions are asked of.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub facts: Facts,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

fn is_nothing(facts: &Facts) -> bool {
    *facts == Facts::default()
}

impl PolicySnapshot {
    /// A policy with everything it hands over to.
    pub fn of(org: &Organisation, policy: &Policy) -> Self {
        let mut snapshot = Self {
            policy: Some(policy.id.clone()),
            repeat: policy.repeat,
            last_resort: policy.last_resort.clone(),
            hold_low: policy.hold_low.clone(),
            ack_timeout: policy.ack_timeout,
            ..Self::default()
        };
        snapshot.take_in(org, policy, &mut Vec::new());
        let asked = snapshot.hold_low.is_some() || snapshot.steps.iter().any(|step| step.when.hours.is_some());
        snapshot.locality = asked.then(|| policy.locality(org));
        snapshot
    }

    fn take_in<'a>(&mut self, org: &'a Organisation, policy: &'a Policy, path: &mut Vec<&'a PolicyId>) {
        let first = self.steps.len();
        self.steps.extend(policy.steps.iter().cloned());
        if self.last_resort.is_empty() {
            self.last_resort.clone_from(&policy.last_resort);
        }
        path.push(&policy.id);
        for (n, step) in policy.steps.iter().enumerate() {
            let Some(to) = &step.hand_over else { continue };
            let found = org.policies.get(to);
            let room = |to: &Policy| self.steps.len() + to.steps.len() <= STEPS_MAX;
            let cut = match found {
                None => Some(format!("policy {to} does not exist")),
                Some(_) if path.contains(&to) => Some(format!("policy {to} has been asked already: a loop")),
                Some(found) if found.steps.is_empty() => Some(format!("policy {to} has no steps")),
                Some(found) if !room(found) => Some(format!("with policy {to} it would have too many steps")),
                Some(_) => None,
            };
            let place = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let go = cut.is_none();
            self.parts.push(Part {
                from_step: place(first + n),
                policy: to.clone(),
                first: place(self.steps.len()),
                cut,
            });
            if let Some(found) = found.filter(|_| go) {
                self.take_in(org, found, path);
            }
        }
        path.pop();
    }

    /// One step that rings the targets at once, no repeat.
    pub fn direct(targets: Vec<Target>) -> Self {
        Self { steps: vec![PolicyStep::plain(SignedDuration::ZERO, targets)], ..Self::default() }
    }

    /// The same for an alert that looks like this: of the labels, only those are kept that a condition names.
    #[must_use]
    pub fn knowing(mut self, labels: &BTreeMap<String, String>, severity: AlertSeverity) -> Self {
        let asked = |step: &PolicyStep| step.when.severity.is_some();
        self.facts.severity = self.steps.iter().any(asked).then_some(severity);
        let names = self.steps.iter().flat_map(|step| step.when.labels_asked());
        let known = names.filter_map(|name| labels.get_key_value(name));
        self.facts.labels = known.map(|(name, value)| (name.clone(), value.clone())).collect();
        self
    }

    /// Whether it asks whose turn it is.
    pub fn takes_turns(&self) -> bool {
        self.steps.iter().any(|step| step.round_robin)
    }

    /// The wait after the last step, before a repeat or the last resort: the longest delay between two steps, 5 min when there is none.
    pub fn pause(&self) -> SignedDuration {
        let longest = self.steps.iter().map(|s| s.after).max().unwrap_or_default();
        if longest > SignedDuration::ZERO { longest } else { SignedDuration::from_mins(5) }
    }

    /// Before which step the page began: what is waited then.
    pub fn first_wait(&self) -> SignedDuration {
        self.steps.first().map_or(SignedDuration::ZERO, |step| step.after)
    }

    /// The place after the last step of the policy that a step belongs to.
    pub fn end_of_part(&self, step: u32) -> u32 {
        let next =
            self.parts.iter().filter(|part| part.cut.is_none() && part.first > step).map(|part| part.first).min();
        next.unwrap_or_else(|| self.end())
    }

    /// The place after all steps: the last resort's.
    pub fn end(&self) -> u32 {
        u32::try_from(self.steps.len()).unwrap_or(u32::MAX)
    }

    /// Where a step hands over to.
    pub fn part_from(&self, step: u32) -> Option<&Part> {
        self.parts.iter().find(|part| part.from_step == step)
    }

    /// The name of a step for people: `step 2`, `step 1 of database`, `last resort`.
    pub fn step_name(&self, step: u32) -> String {
        if step >= self.end() {
            return "last resort".to_owned();
        }
        match self.parts.iter().rfind(|part| part.cut.is_none() && part.first <= step) {
            Some(part) => format!("step {} of {}", step - part.first + 1, part.policy),
            None => format!("step {}", step + 1),
        }
    }

    /// Where its people work.
    pub fn locality(&self) -> Locality {
        self.locality.clone().unwrap_or_default()
    }
}

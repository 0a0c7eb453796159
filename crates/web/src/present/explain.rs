//! The plan of `explain` in words: who would hear what, when, by which method and why. The plan itself is the engine's, which runs what
//! would ring; this file only prints it.

use super::{Eyes, capital, line, oncall::services, sentence};
use crate::views::{
    Choice, Field, Link, Shell, Tag, Tone,
    oncall::{ExplainPage, Plan, PlanRound, PlanStep},
    time::{rough, span},
};
use nightbell_engine::{
    domain::{
        ids::{ServiceId, UserId},
        limits::LAST_RESORT_EVERY,
        org::{Service, Urgency},
        paging::PlanLine,
    },
    paging::Explanation,
};
use std::collections::BTreeSet;

/// The step of a plan's line that is the last resort.
const LAST_RESORT: &str = "last resort";

/// The step of the line that says how long low urgency waits.
const HELD: &str = "held";

/// What stands behind the name of a step when the policy goes through it again.
const REPEAT: &str = " (repeat ";

/// How the reason of a message ends that does not arrive.
const OFF: &str = "does not arrive";

/// What was asked, as typed, and what is wrong with it.
pub struct Asked {
    /// The service, when it was understood.
    pub service: Option<ServiceId>,
    /// What is wrong with the service.
    pub service_error: Option<String>,
    /// Whether it may wait.
    pub urgency: Urgency,
    /// The instant as typed.
    pub at: Field,
    /// Whose phones are off, as typed.
    pub without: Field,
}

/// Fills `/explain`.
pub fn page(eyes: &Eyes<'_>, shell: Shell, asked: Asked, explanation: Option<&Explanation>) -> ExplainPage {
    let service = asked.service.as_ref().and_then(|id| eyes.org.services.get(id));
    ExplainPage {
        shell,
        services: services(eyes, asked.service.as_ref()),
        service_error: asked.service_error,
        urgencies: [(Urgency::High, "high: it wakes people"), (Urgency::Low, "low: it may wait")]
            .map(|(urgency, label)| Choice::new(urgency.word(), label, urgency == asked.urgency))
            .into(),
        at: asked.at,
        without: asked.without,
        plan: explanation.zip(service).map(|(explanation, service)| plan(eyes, service, explanation)),
    }
}

fn plan(eyes: &Eyes<'_>, service: &Service, explanation: &Explanation) -> Plan {
    let at = explanation.at.to_zoned(eyes.zone.clone());
    let zone = eyes.zone.iana_name().unwrap_or("your time");
    let name = line(&service.name);
    Plan {
        lead: format!(
            "If an alert on {name} fired on {} ({zone}) and nobody acknowledged:",
            at.strftime("%a %-d %b %Y at %H:%M")
        ),
        policy: policy(eyes, service),
        rounds: rounds(eyes, explanation),
        ending: ending(explanation),
        warnings: warnings(eyes, explanation),
    }
}

fn policy(eyes: &Eyes<'_>, service: &Service) -> String {
    let name = line(&service.name);
    let Some(policy) = service.policy.as_ref().and_then(|id| eyes.org.policies.get(id)) else {
        return format!("{name} has no escalation policy, so its pages go to the last resort: every administrator.");
    };
    let steps = super::count(u64::try_from(policy.steps.len()).unwrap_or(u64::MAX), "step");
    let repeats = match policy.repeat {
        0 => "not repeated".to_owned(),
        1 => "repeated once".to_owned(),
        n => format!("repeated {n} times"),
    };
    format!("{name} uses the policy {}: {steps}, {repeats}, then the last resort.", policy.id)
}

/// Once through the steps, then what repeats them, folded, then the last resort.
fn rounds(eyes: &Eyes<'_>, explanation: &Explanation) -> Vec<PlanRound> {
    let key = |line: &PlanLine| match line.step.split_once(REPEAT) {
        Some((_, repeat)) => repeat.to_owned(),
        None if line.step == LAST_RESORT => LAST_RESORT.to_owned(),
        None => String::new(),
    };
    let mut rounds: Vec<(String, Vec<&PlanLine>)> = Vec::new();
    for line in &explanation.lines {
        let key = key(line);
        match rounds.last_mut().filter(|(of, _)| *of == key) {
            Some((_, lines)) => lines.push(line),
            None => rounds.push((key, vec![line])),
        }
    }
    let again = |lines: &[&PlanLine]| {
        let mut names: Vec<String> = Vec::new();
        for user in lines.iter().filter(|line| !line.why.ends_with(OFF)).filter_map(|line| line.user.as_ref()) {
            let name = eyes.name(user);
            if names.last() != Some(&name) {
                names.push(name);
            }
        }
        let who = if names.is_empty() { "nobody".to_owned() } else { names.join(", then ") };
        lines.first().map_or_else(String::new, |line| format!("Again from {}: {who}", eyes.when(line.at).clock))
    };
    let round = |(key, lines): (String, Vec<&PlanLine>)| PlanRound {
        again: if key.is_empty() || key == LAST_RESORT { String::new() } else { again(&lines) },
        steps: lines.iter().map(|line| step(eyes, explanation, line)).collect(),
    };
    rounds.into_iter().map(round).collect()
}

fn step(eyes: &Eyes<'_>, explanation: &Explanation, line: &PlanLine) -> PlanStep {
    let state = match &line.user {
        Some(_) if line.why.ends_with(OFF) => Some(Tag::new(Tone::Act, "▲", "off")),
        Some(_) => None,
        None if line.step == HELD => Some(Tag::new(Tone::Due, "◐", "waits")),
        None => Some(Tag::new(Tone::Act, "▲", "reaches nobody")),
    };
    let first = explanation.lines.iter().find(|other| other.user.is_some());
    let reason = match first.filter(|_| line.step == HELD) {
        Some(first) => format!("Low urgency waits: nobody is rung before {}.", eyes.when(first.at).clock),
        None => sentence(&format!("{}: {}", capital(&line.step), line.why)),
    };
    PlanStep {
        offset: format!("+{}", span(line.at.duration_since(explanation.at))),
        at: eyes.when(line.at),
        who: line.user.as_ref().map(|user| eyes.person(user)),
        method: if line.user.is_some() { method(line) } else { String::new() },
        reason,
        state,
        source: source(eyes, &line.why),
    }
}

fn method(line: &PlanLine) -> String {
    match (&line.medium, &line.contact) {
        (Some(medium), Some(contact)) if medium != contact.as_str() => format!("{medium} ({contact})"),
        (Some(medium), _) => medium.clone(),
        (None, _) => "no method".to_owned(),
    }
}

/// The schedule a reason names, to look it up.
fn source(eyes: &Eyes<'_>, why: &str) -> Option<Link> {
    let named = |id: &str| why == format!("primary on {id}") || why == format!("backup on {id}");
    let found = eyes.org.schedules.keys().find(|id| named(id.as_str()))?;
    Some(Link::new(format!("/oncall/{found}"), "schedule"))
}

fn ending(explanation: &Explanation) -> String {
    let last = explanation.lines.iter().find(|line| line.step == LAST_RESORT && line.user.is_some());
    let every = LAST_RESORT_EVERY.as_mins();
    match last {
        Some(line) => {
            let after = rough(line.at.duration_since(explanation.at).as_secs().unsigned_abs());
            let after = if after.is_empty() { "At once".to_owned() } else { format!("After {after}") };
            format!("{after} the last resort rings, and again every {every} min until somebody acknowledges.")
        }
        None => "After the last step nobody is left to ring; the page stays on the first page, exhausted, until somebody takes it.".to_owned(),
    }
}

fn warnings(eyes: &Eyes<'_>, explanation: &Explanation) -> Vec<String> {
    let mut all = Vec::new();
    for line in explanation.lines.iter().filter(|line| line.user.is_none() && line.step != HELD) {
        let step = line.step.split(REPEAT).next().unwrap_or(&line.step);
        let warning = sentence(&format!("{step} reaches nobody: {}", line.why));
        if !all.contains(&warning) {
            all.push(warning);
        }
    }
    let reached: BTreeSet<&UserId> = explanation.lines.iter().filter_map(|line| line.user.as_ref()).collect();
    match reached.first() {
        None => all.push("Nobody at all would hear of it.".to_owned()),
        Some(only) if reached.len() == 1 => {
            all.push(format!("{} is the only person who would ever hear of it.", eyes.name(only)))
        }
        Some(_) => {}
    }
    all
}

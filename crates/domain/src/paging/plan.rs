//! `explain`: who would hear what, when, by which method and why, if nobody acknowledged. It runs the very functions that ring people,
//! on a clock of its own, so it cannot disagree with them.

use super::{
    escalation::PageStart,
    event::PageEvent,
    notification::owed,
    page::{Page, PageStatus},
};
use crate::{
    ids::{ContactId, PageId, UserId},
    org::Organisation,
    record::{Actor, Aggregate, Instant, Recorded},
};
use serde::Serialize;

/// One line of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanLine {
    /// When.
    pub at: Instant,
    /// Who hears; `None` for a line that only says why nobody does.
    pub user: Option<UserId>,
    /// By which method.
    pub contact: Option<ContactId>,
    /// Its medium.
    pub medium: Option<String>,
    /// `step 1`, `step 2 (repeat 1)`, `last resort`.
    pub step: String,
    /// Why.
    pub why: String,
}

/// The whole plan from the start to the first ring of the last resort.
pub fn plan(org: &Organisation, start: PageStart, at: Instant) -> Vec<PlanLine> {
    let id = PageId::from(uuid::Uuid::nil());
    let begin = Recorded { seq: 1, at, actor: Actor::system("explain"), event: start.event(id, at) };
    let Some(mut page) = Page::evolve(None, &begin) else { return Vec::new() };
    let mut lines = Vec::new();
    if let Some(until) = page.held_until {
        let why = format!("low urgency: nobody is rung before {until}");
        lines.push(PlanLine { at, user: None, contact: None, medium: None, step: "held".to_owned(), why });
    }
    while let Some(now) = page.next_due_at.filter(|_| page.status == PageStatus::Ringing) {
        for event in page.advance(org, now) {
            describe(org, &page, &event, now, &mut lines);
            let recorded = Recorded { seq: page.version + 1, at: now, actor: Actor::system("explain"), event };
            match Page::evolve(Some(page.clone()), &recorded) {
                Some(next) => page = next,
                None => return lines,
            }
        }
    }
    lines.sort_by_key(|line| line.at);
    lines
}

fn step_name(page: &Page, cycle: u32, step: u32) -> String {
    let name = page.policy.step_name(step);
    match page.repeat_of(cycle) {
        0 => name,
        n => format!("{name} (repeat {n})"),
    }
}

pub(super) fn describe(org: &Organisation, page: &Page, event: &PageEvent, now: Instant, lines: &mut Vec<PlanLine>) {
    let nobody = |step: &str, why: String| PlanLine {
        at: now,
        user: None,
        contact: None,
        medium: None,
        step: step.to_owned(),
        why,
    };
    let (step, rung, silent) = match event {
        PageEvent::StepRang { cycle, step, rung, silent, .. } => {
            (step_name(page, *cycle, *step), rung.as_slice(), silent)
        }
        PageEvent::StepEmpty { cycle, step, silent, .. } => (step_name(page, *cycle, *step), &[][..], silent),
        PageEvent::LastResortRang { rung, silent, .. } => ("last resort".to_owned(), rung.as_slice(), silent),
        PageEvent::StepSkipped { cycle, step, why, .. } => {
            lines.push(nobody(&step_name(page, *cycle, *step), format!("skipped: {why}")));
            return;
        }
        PageEvent::StepHandedOver { cycle, step, to, .. } => {
            lines.push(nobody(&step_name(page, *cycle, *step), format!("goes on with policy {to}")));
            return;
        }
        _ => return,
    };
    for person in rung {
        for message in owed(org, page, &person.user, now) {
            lines.push(PlanLine {
                at: message.due_at,
                user: Some(message.user),
                contact: Some(message.contact),
                medium: Some(message.medium),
                step: step.clone(),
                why: message.waits.map_or_else(|| person.why.clone(), |waits| format!("{}; {waits}", person.why)),
            });
        }
    }
    if let PageEvent::StepRang { all: true, .. } = event {
        let names: Vec<String> = rung.iter().map(|person| format!("@{}", person.user)).collect();
        lines.push(nobody(&step, format!("rings on until each of these has acknowledged: {}", names.join(", "))));
    }
    if let PageEvent::StepRang { copies, .. } = event {
        lines.extend(copies.iter().map(|copy| nobody(&step, format!("@{} gets a copy: {}", copy.user, copy.why))));
    }
    lines.extend(silent.iter().map(|why| nobody(&step, why.clone())));
    if rung.is_empty() && silent.is_empty() {
        lines.push(nobody(&step, "names nobody".to_owned()));
    }
}

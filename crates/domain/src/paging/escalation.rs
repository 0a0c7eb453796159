//! What a page does next. Pure: the same function rings people, writes `explain`, and is checked by the simulator.

use super::{
    canary,
    page::{Page, PageEvent, PageStatus, PolicySnapshot, Rung, Subject},
    rank::Rank,
};
use crate::{
    ids::{PageId, ServiceId},
    limits,
    org::{Organisation, Target, Urgency},
    record::{Instant, Recorded},
    refusal::Refusal,
};

/// What a new page needs to know.
#[derive(Debug, Clone)]
pub struct PageStart {
    /// What for.
    pub subject: Subject,
    /// One line.
    pub title: String,
    /// Details.
    pub body: String,
    /// What it is about.
    pub service: Option<ServiceId>,
    /// How loudly.
    pub urgency: Urgency,
    /// Whom, in which order.
    pub policy: PolicySnapshot,
    /// Why.
    pub why: String,
    /// Its place among pages that are due together.
    pub rank: Rank,
}

impl PageStart {
    /// The first event; the first step is due after its own delay.
    pub fn event(self, id: PageId, now: Instant) -> PageEvent {
        let first = self.policy.steps.first().map_or(jiff::SignedDuration::ZERO, |s| s.after);
        PageEvent::Started {
            id,
            subject: self.subject,
            title: self.title,
            body: self.body,
            service: self.service,
            urgency: self.urgency,
            policy: self.policy,
            why: self.why,
            next_due_at: later(now, first),
            rank: self.rank,
        }
    }
}

/// `at + by`, staying put at the end of time rather than failing: a page must never lose its alarm to arithmetic.
pub fn later(at: Instant, by: jiff::SignedDuration) -> Instant {
    at.checked_add(by).unwrap_or(at)
}

/// Everybody some targets reach now with at least one verified method, each person once, and why the others reach nobody.
fn reach(org: &Organisation, targets: &[Target], urgency: Urgency, now: Instant) -> (Vec<Rung>, Vec<String>) {
    let (mut rung, mut silent): (Vec<Rung>, Vec<String>) = (Vec::new(), Vec::new());
    for target in targets {
        let reached = match org.reach(target, now) {
            Ok(reached) => reached,
            Err(why) => {
                silent.push(format!("{target}: {why}"));
                continue;
            }
        };
        for person in reached {
            let usable = org.users.get(&person.user).is_some_and(|u| !u.ladder(urgency).is_empty());
            if !usable {
                silent.push(format!("{target}: @{} has no verified contact method", person.user));
            } else if !rung.iter().any(|r| r.user == person.user) {
                rung.push(Rung { user: person.user, why: person.why });
            }
        }
    }
    (rung, silent)
}

impl Page {
    /// Everything that is due at `now`, in order: rings at most one step that reaches somebody; steps that reach nobody take no time.
    /// Idempotent: asked again at the same instant after its events were folded, it answers nothing.
    pub fn advance(&self, org: &Organisation, now: Instant) -> Vec<PageEvent> {
        let mut events = Vec::new();
        let mut page = self.clone();
        // One pass over every step of every repeat at most, then the last resort, which always moves the alarm into the future.
        while page.is_waiting() && page.next_due_at.is_some_and(|due| due <= now) {
            let event = page.next_ring(org, now);
            let recorded =
                Recorded { seq: page.version + 1, at: now, actor: crate::record::Actor::system("escalate"), event };
            page = match Self::evolve_known(page, &recorded) {
                Some(next) => next,
                None => break,
            };
            events.push(recorded.event);
        }
        events
    }

    fn evolve_known(page: Self, event: &Recorded<PageEvent>) -> Option<Self> {
        <Self as crate::record::Aggregate>::evolve(Some(page), event)
    }

    /// The one thing to do when the alarm rings.
    fn next_ring(&self, org: &Organisation, now: Instant) -> PageEvent {
        let (cycle, step) = (self.cycle, self.next_step);
        let Some(current) = self.policy.steps.get(step as usize).filter(|_| matches!(self.status, PageStatus::Ringing))
        else {
            return self.last_resort(org, now);
        };
        let (rung, silent) = self.reach(org, &current.notify, now);
        let more = (step as usize) + 1 < self.policy.steps.len();
        // A cycle in which nobody at all was reached is not worth repeating: straight to the last resort.
        let rang_before = self.rings.iter().any(|r| r.cycle == cycle);
        let repeats = cycle < u32::from(self.policy.repeat) && (rang_before || !rung.is_empty());
        let (next_cycle, next_step) = match (more, repeats) {
            (true, _) => (cycle, step + 1),
            (false, true) => (cycle + 1, 0),
            (false, false) => (cycle, self.policy.steps.len() as u32),
        };
        if rung.is_empty() {
            return PageEvent::StepEmpty { cycle, step, silent, next_cycle, next_step, next_due_at: now };
        }
        let wait = if more { self.policy.steps[step as usize + 1].after } else { self.policy.pause() };
        // Two steps at the same instant are still two steps: the alarm moves by a microsecond, so one pass rings one step.
        let wait = wait.max(jiff::SignedDuration::from_micros(1));
        PageEvent::StepRang { cycle, step, rung, silent, next_cycle, next_step, next_due_at: later(now, wait) }
    }

    /// Whom targets reach; a canary reaches its sink and never a human.
    fn reach(&self, org: &Organisation, targets: &[Target], now: Instant) -> (Vec<Rung>, Vec<String>) {
        match self.subject {
            Subject::Canary => (vec![canary::rung()], Vec::new()),
            _ => reach(org, targets, self.urgency, now),
        }
    }

    fn last_resort(&self, org: &Organisation, now: Instant) -> PageEvent {
        let (mut rung, mut silent) = self.reach(org, &self.policy.last_resort, now);
        if rung.is_empty() {
            if self.policy.last_resort.is_empty() {
                silent.push("the policy has no last resort: every administrator is rung".to_owned());
            }
            let (admins, unreachable) = reach(org, &org.last_resort(), self.urgency, now);
            rung = admins;
            silent.extend(unreachable);
        }
        PageEvent::LastResortRang {
            cycle: self.cycle,
            rung,
            silent,
            next_due_at: later(now, limits::LAST_RESORT_EVERY),
        }
    }

    /// A human takes it. Acknowledging twice changes nothing; after the end there is nothing to take.
    pub fn acknowledge(&self, via: &str) -> Result<Vec<PageEvent>, Refusal> {
        match &self.status {
            PageStatus::Ringing | PageStatus::Exhausted { .. } => {
                Ok(vec![PageEvent::Acknowledged { via: via.to_owned() }])
            }
            PageStatus::Acknowledged { .. } => Ok(Vec::new()),
            PageStatus::Ended { reason, .. } => Err(Refusal::conflict(
                "page-ended",
                format!("This page is over ({reason}); there is nothing left to acknowledge."),
            )),
        }
    }

    /// "Not mine": whoever is next is rung now. An acknowledged page cannot be handed over silently: page a person instead.
    pub fn hand_over(&self, now: Instant) -> Result<Vec<PageEvent>, Refusal> {
        if self.is_waiting() {
            return Ok(vec![PageEvent::HandedOver { next_due_at: now }]);
        }
        Err(Refusal::conflict(
            "page-not-ringing",
            format!("This page is {} and rings nobody any more.", self.status.word()),
        ))
    }

    /// It is over; nothing to do when it was already.
    pub fn end(&self, reason: &str) -> Vec<PageEvent> {
        if self.is_ended() { Vec::new() } else { vec![PageEvent::Ended { reason: reason.to_owned() }] }
    }
}

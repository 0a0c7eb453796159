//! What a page does next. Pure: the same function rings people, writes `explain`, and is checked by the simulator.

use super::{
    canary,
    event::PageEvent,
    page::{Page, PageStatus, Rung, Subject},
    proof,
    rank::Rank,
    snapshot::{Part, PolicySnapshot},
};
use crate::{
    ids::{PageId, ServiceId},
    limits,
    org::{Acknowledge, Organisation, PolicyStep, Target, Urgency},
    record::{Instant, Recorded},
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
    /// The first event; the first step is due after its own delay, counted from the morning when low urgency waits for it.
    pub fn event(self, id: PageId, now: Instant) -> PageEvent {
        let low = self.urgency == Urgency::Low;
        let hold = self.policy.hold_low.as_ref().filter(|_| low);
        let held_until = hold.and_then(|hold| hold.held_until(&self.policy.locality(), now));
        let next_due_at = later(held_until.unwrap_or(now), self.policy.first_wait());
        PageEvent::Started {
            id,
            subject: self.subject,
            title: self.title,
            body: self.body,
            service: self.service,
            urgency: self.urgency,
            policy: self.policy,
            why: self.why,
            next_due_at,
            rank: self.rank,
            held_until,
        }
    }
}

/// `at + by`, staying put at the end of time rather than failing: a page must never lose its alarm to arithmetic.
pub fn later(at: Instant, by: jiff::SignedDuration) -> Instant {
    at.checked_add(by).unwrap_or(at)
}

/// Who gets a copy when a step rings: nobody counts on them, so that they are not among those who are rung. Who watches a target that rings
/// nobody, because it is another one's turn, has nothing to watch.
fn copies(org: &Organisation, targets: &[Target], rung: &[Rung], now: Instant) -> Vec<Rung> {
    let rings = |target: &&Target| {
        org.reach(target, now).is_ok_and(|reached| reached.iter().any(|one| rung.iter().any(|r| r.user == one.user)))
    };
    let mut copies: Vec<Rung> = Vec::new();
    for person in targets.iter().filter(rings).flat_map(|target| org.shadows(target, now)) {
        let known = |list: &[Rung]| list.iter().any(|r| r.user == person.user);
        if !known(rung) && !known(&copies) {
            copies.push(Rung { user: person.user, why: person.why });
        }
    }
    copies
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
            let usable = org.person(&person.user).is_some_and(|u| !u.ladder(urgency).is_empty());
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
        if let Subject::Proof { user, .. } = &self.subject {
            return proof::next(self, user, now);
        }
        let (cycle, step) = (self.cycle, self.next_step);
        let Some(current) = self.policy.steps.get(step as usize).filter(|_| matches!(self.status, PageStatus::Ringing))
        else {
            return self.last_resort(org, now);
        };
        let skip = |why: String| {
            let (next_cycle, next_step, next_due_at) = self.after_nobody(step, now);
            PageEvent::StepSkipped { cycle, step, why, next_cycle, next_step, next_due_at }
        };
        if let Err(why) = current.when.holds(self.urgency, &self.policy.facts, &self.policy.locality(), now) {
            return skip(why);
        }
        if current.hand_over.is_some() {
            return match self.policy.part_from(step) {
                Some(Part { cut: Some(why), .. }) => skip(why.clone()),
                Some(part) => self.goes_into(part, now),
                None => skip("there is nothing to hand over to".to_owned()),
            };
        }
        let (rung, silent) = self.of_step(org, current, now);
        if rung.is_empty() {
            let (next_cycle, next_step, next_due_at) = self.after_nobody(step, now);
            return PageEvent::StepEmpty { cycle, step, silent, next_cycle, next_step, next_due_at };
        }
        let (next_cycle, next_step, wait) = self.after(step, true);
        // Two steps at the same instant are still two steps: the alarm moves by a microsecond, so one pass rings one step.
        let next_due_at = later(now, wait.max(jiff::SignedDuration::from_micros(1)));
        let all = current.acknowledge == Acknowledge::All;
        let copies = copies(org, &current.notify, &rung, now);
        PageEvent::StepRang { cycle, step, rung, silent, all, copies, next_cycle, next_step, next_due_at }
    }

    /// What comes after a step, and how long that is waited for: the next one, a repeat, the last resort.
    fn after(&self, step: u32, rings: bool) -> (u32, u32, jiff::SignedDuration) {
        let cycle = self.cycle;
        if step + 1 < self.policy.end_of_part(step) {
            return (cycle, step + 1, self.policy.steps[step as usize + 1].after);
        }
        // A cycle in which nobody at all was reached is not worth repeating: straight to the last resort.
        let rang = rings || self.rings.iter().any(|r| r.cycle == cycle);
        let again = cycle.saturating_sub(self.begun_cycle) < u32::from(self.policy.repeat) && rang;
        let (cycle, step) = if again { (cycle + 1, 0) } else { (cycle, self.policy.end()) };
        (cycle, step, self.policy.pause())
    }

    /// What comes after a step that rings nobody. It takes no time, for its delay was the chance of those before it. But where the steps end,
    /// whoever rang last in this cycle has the whole pause to answer, as if that step had been the last one.
    fn after_nobody(&self, step: u32, now: Instant) -> (u32, u32, Instant) {
        let (cycle, next, pause) = self.after(step, false);
        let ends = (cycle, next) != (self.cycle, step + 1) || next == self.policy.end();
        let rang = self.newest_ring().filter(|_| ends && !self.hurried);
        // A ring by a clock that was ahead and was put right since is no reason to wait for longer than the pause.
        let due = rang.map_or(now, |ring| later(ring.at, pause).clamp(now, later(now, pause)));
        (cycle, next, due)
    }

    fn goes_into(&self, part: &Part, now: Instant) -> PageEvent {
        let first = self.policy.steps.get(part.first as usize);
        PageEvent::StepHandedOver {
            cycle: self.cycle,
            step: self.next_step,
            to: part.policy.clone(),
            next_step: part.first,
            next_due_at: later(now, first.map_or(jiff::SignedDuration::ZERO, |step| step.after)),
        }
    }

    /// Whom a step rings: all its targets, or the one whose turn it is and whoever follows when that reaches nobody. Whoever has acknowledged
    /// while others still must is left alone.
    fn of_step(&self, org: &Organisation, step: &PolicyStep, now: Instant) -> (Vec<Rung>, Vec<String>) {
        if !step.round_robin || step.notify.is_empty() {
            return self.unanswered(self.reach(org, &step.notify, now));
        }
        let count = step.notify.len();
        let turn = self.policy.turn.wrapping_add(u64::from(self.cycle));
        let first = usize::try_from(turn % count as u64).unwrap_or(0);
        let mut silent = Vec::new();
        for n in 0..count {
            let target = &step.notify[(first + n) % count];
            let (mut rung, why) = self.unanswered(self.reach(org, std::slice::from_ref(target), now));
            silent.extend(why);
            if !rung.is_empty() {
                let turn = format!("their turn, {} of {count}", (first + n) % count + 1);
                rung.iter_mut().for_each(|person| person.why = format!("{}; {turn}", person.why));
                return (rung, silent);
            }
        }
        (Vec::new(), silent)
    }

    fn unanswered(&self, (rung, mut silent): (Vec<Rung>, Vec<String>)) -> (Vec<Rung>, Vec<String>) {
        let (done, rung): (Vec<_>, Vec<_>) = rung.into_iter().partition(|person| self.has_answered(&person.user));
        silent.extend(done.into_iter().map(|person| format!("@{} has acknowledged already", person.user)));
        (rung, silent)
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
}

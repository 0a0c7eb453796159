//! Rings: forward only, not before their time, to exactly the people whose turn it was, by the policy the page started with (INV-04, INV-10,
//! INV-12).

use super::{Checked, Oracle};
use crate::{disk::Disk, town};
use nightbell_engine::domain::{
    ids::UserId,
    org::RouteOutcome,
    paging::{Page, PageEvent, PageStatus, Rung, Subject},
    record::{Instant, Recorded},
    signal::Alert,
};
use nightbell_store::load;
use std::collections::BTreeSet;

impl Oracle {
    /// Judges what happened to a page.
    pub(super) fn check_page_event(
        &mut self,
        disk: &Disk,
        before: Option<&Page>,
        event: &Recorded<PageEvent>,
    ) -> Checked {
        let Some(page) = before else { return self.begun(disk, event) };
        self.check_ring(disk, page, event)?;
        self.check_taken(page, event)
    }

    /// A page begins: with its policy as it is, and held if it may wait.
    fn begun(&mut self, disk: &Disk, event: &Recorded<PageEvent>) -> Checked {
        let PageEvent::Started { id, policy, urgency, held_until, next_due_at, subject, .. } = &event.event else {
            return Ok(());
        };
        if *subject == Subject::Canary {
            return Ok(());
        }
        self.check_snapshot(policy)?;
        // A route that only tells starts a page that rings nobody: nothing is held, and nobody's turn is used up.
        let tells = match subject {
            Subject::Alert { alert } => disk.look(|tx| load::<Alert>(tx, &alert.to_string()))?,
            _ => None,
        };
        let tells = tells.is_some_and(|alert| alert.routing.outcome == RouteOutcome::Notify);
        if !tells {
            self.check_turn(policy)?;
        }
        let expected = self.held(policy, *urgency, event.at).filter(|_| !tells);
        if *held_until != expected {
            return Err(format!("{id} began at {} and is held until {held_until:?}, not {expected:?}", event.at));
        }
        match held_until.filter(|until| next_due_at < until) {
            Some(until) => Err(format!("{id} is held until {until} and rings at {next_due_at}")),
            None => Ok(()),
        }
    }

    fn check_ring(&mut self, disk: &Disk, page: &Page, event: &Recorded<PageEvent>) -> Checked {
        let when = |step: &u32| page.policy.steps.get(*step as usize).map(|step| &step.when);
        match &event.event {
            PageEvent::StepRang { cycle, step, .. } | PageEvent::StepEmpty { cycle, step, .. } => {
                self.forward(page, (*cycle, *step))?;
                on_time(page, event.at)?;
                if let Some(when) = when(step)
                    && !self.holds(disk, page, when, event.at)?
                {
                    return Err(format!("{} took step {step} although its condition does not hold: {when:?}", page.id));
                }
                let expected = self.of_step(page, *step, event.at);
                let rung = if let PageEvent::StepRang { rung, .. } = &event.event { rung.as_slice() } else { &[] };
                same(page, event.at, rung, &expected)
            }
            PageEvent::StepSkipped { cycle, step, .. } => {
                self.forward(page, (*cycle, *step))?;
                on_time(page, event.at)?;
                let cut = page.policy.parts.iter().any(|part| part.from_step == *step && part.cut.is_some());
                match when(step) {
                    Some(when) if !cut && self.holds(disk, page, when, event.at)? => {
                        Err(format!("{} skipped step {step} although its condition holds: {when:?}", page.id))
                    }
                    _ => Ok(()),
                }
            }
            PageEvent::StepHandedOver { cycle, step, to, next_step, .. } => {
                self.forward(page, (*cycle, *step))?;
                on_time(page, event.at)?;
                let named = page.policy.steps.get(*step as usize).and_then(|step| step.hand_over.as_ref());
                if named != Some(to) || next_step <= step {
                    return Err(format!("{} went from step {step} to {next_step}, for {to}", page.id));
                }
                Ok(())
            }
            PageEvent::LastResortRang { cycle, rung, .. } => {
                let step = u32::try_from(page.policy.steps.len()).unwrap_or(u32::MAX);
                self.forward(page, (*cycle, step))?;
                on_time(page, event.at)?;
                let mut expected = town::reached(&self.org, &page.policy.last_resort, event.at);
                if expected.is_empty() {
                    expected = town::administrators(&self.org);
                }
                same(page, event.at, rung, &expected)
            }
            PageEvent::Rescheduled { next_due_at, .. } => self.rescheduled(page, event.at, *next_due_at),
            PageEvent::Started { .. } => Err(format!("INV-12: {} started twice", page.id)),
            _ => Ok(()),
        }
    }

    /// INV-13: an alarm is armed anew because a clock was ahead; it comes earlier, and is not over before anybody could look.
    fn rescheduled(&self, page: &Page, at: Instant, next: Option<Instant>) -> Checked {
        let wrong = |why: &str| Err(format!("INV-13: {} was armed anew at {at} {why}: {next:?}", page.id));
        if !self.ever_back && !self.clocks_differ {
            return wrong("although no clock was ever set back");
        }
        match (next, page.next_due_at) {
            (None, _) => Ok(()),
            (Some(next), Some(before)) if at <= next && next < before => Ok(()),
            (Some(_), before) => wrong(&format!("from {before:?}")),
        }
    }

    fn forward(&mut self, page: &Page, now: (u32, u32)) -> Checked {
        match self.rings.insert(page.id, now) {
            Some(before) if before >= now => Err(format!("INV-04: {} went from {before:?} to {now:?}", page.id)),
            _ => Ok(()),
        }
    }
}

/// A step that rings before its time leaves the one before no chance.
fn on_time(page: &Page, at: Instant) -> Checked {
    match page.next_due_at {
        Some(due) if due <= at && page.is_waiting() => Ok(()),
        due => {
            Err(format!("INV-04: {} is {}, rang at {at}, and its step is due at {due:?}", page.id, word(&page.status)))
        }
    }
}

fn word(status: &PageStatus) -> &'static str {
    status.word()
}

fn same(page: &Page, at: Instant, rung: &[Rung], expected: &BTreeSet<UserId>) -> Checked {
    let rung: BTreeSet<UserId> = rung.iter().map(|r| r.user.clone()).collect();
    if rung != *expected {
        return Err(format!("INV-10: {} rang {rung:?} at {at}, on call were {expected:?}", page.id));
    }
    Ok(())
}

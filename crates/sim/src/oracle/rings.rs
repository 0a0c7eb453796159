//! Rings: forward only, not before their time, to exactly the people whose turn it was, by the policy the page started with (INV-04, INV-10,
//! INV-12).

use super::{Checked, Oracle};
use crate::town;
use nightbell_engine::domain::{
    ids::UserId,
    org::Target,
    paging::{Page, PageEvent, PageStatus, Rung},
    record::{Instant, Recorded},
};
use std::collections::BTreeSet;

impl Oracle {
    /// Judges what happened to a page.
    pub(super) fn check_ring(&mut self, before: Option<&Page>, event: &Recorded<PageEvent>) -> Checked {
        let Some(page) = before else { return Ok(()) };
        match &event.event {
            PageEvent::StepRang { cycle, step, rung, .. } => {
                self.forward(page, (*cycle, *step))?;
                on_time(page, event.at)?;
                let expected = self.of_step(page, *step, event.at);
                same(page, event.at, rung, &expected)
            }
            PageEvent::StepEmpty { cycle, step, .. } => {
                self.forward(page, (*cycle, *step))?;
                on_time(page, event.at)?;
                let expected = self.of_step(page, *step, event.at);
                same(page, event.at, &[], &expected)
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

    fn of_step(&self, page: &Page, step: u32, at: Instant) -> BTreeSet<UserId> {
        let targets: &[Target] = page.policy.steps.get(step as usize).map_or(&[], |step| &step.notify);
        town::reached(&self.org, targets, at)
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

//! The pump: reconcilers run when something is due, what they hand out goes to the providers.

use super::{Called, World, seconds};
use crate::{happening::Happening, oracle::Checked, phones};
use nightbell_engine::{learning, paging, response};
use nightbell_store::paging as store;

/// More passes at one instant mean that something spins.
const PASSES_MAX: usize = 400;

impl World {
    /// A node runs everything that is due by its clock. What does not happen is tried again a second later.
    pub(super) fn reconcile(&mut self, n: usize) -> Checked {
        let wall = self.nodes[n].clock.shows(self.now);
        if self.nodes[n].looking.is_some() {
            let before = self.counts.rearmed;
            if !self.arm_anew(n)? {
                return self.wake_all();
            }
            if self.nodes[n].tick_at.is_none_or(|at| at > self.now) && self.counts.rearmed == before {
                let due = self.disk.look(store::next_due)?.is_some_and(|due| due <= wall);
                return if due { Ok(()) } else { self.oracle.check_ran(&self.disk, wall) };
            }
        }
        for _ in 0..PASSES_MAX {
            match self.pass(n)? {
                // A method that turned out to be gone brings the next one forward to now: one more pass, as the pump does.
                Some(0) if self.disk.look(store::next_due)?.is_none_or(|due| due > wall) => {
                    self.oracle.check_ran(&self.disk, wall)?;
                    return self.wake_all();
                }
                Some(_) => {}
                None => {
                    self.wake_all()?;
                    self.nodes[n].tick_at = Some(self.now + seconds(1));
                    return Ok(());
                }
            }
        }
        Err(format!("after {PASSES_MAX} passes there is still something due: the reconcilers spin"))
    }

    /// One pass; how many messages were handed out, or `None` when a call did not come through.
    fn pass(&mut self, n: usize) -> Result<Option<usize>, String> {
        for reconciler in [paging::escalate, response::cadence, learning::chase] {
            if !matches!(self.call(n, reconciler)?, Called::Done(_)) {
                return Ok(None);
            }
        }
        self.disk.dispatching(true);
        let called = self.call(n, paging::dispatch);
        self.disk.dispatching(false);
        let Called::Done(work) = called? else { return Ok(None) };
        let handed_out = work.len();
        self.oracle.follow(&self.disk, &mut self.story)?;
        self.oracle.check_order(&work)?;
        let dies = handed_out > 0 && self.draws.faults.chance(self.options.crash_sending);
        for work in work {
            self.send(n, &work)?;
        }
        if dies {
            // After the sending began, before anybody hears how it ended.
            self.crash(n);
            return Ok(None);
        }
        Ok(Some(handed_out))
    }

    /// The transport begins an attempt.
    fn send(&mut self, n: usize, work: &paging::Work) -> Checked {
        let message = &work.message;
        let repeat = if message.repeat { " (repeat)" } else { "" };
        let (kind, medium) = (message.kind.word(), phones::medium(&work.address));
        self.note(&format!(
            "  node {n} sends {kind} to @{} by {medium}, {} attempt {}{repeat}, with {} more",
            message.user,
            work.notification,
            work.attempt,
            work.along.len()
        ));
        let wall = self.nodes[n].clock.shows(self.now);
        let along = self.oracle.handed_out(&self.disk, &self.phones, work, (self.now, wall))?;
        self.phones.begin(work, &along, self.now);
        self.counts.sends += 1;
        self.counts.repeats += u64::from(message.repeat);
        self.counts.bundles += u64::from(!along.is_empty());
        let fate = self.phones.fate(work, self.now, &self.options, &mut self.draws.providers);
        let report = Happening::Report {
            notification: work.notification,
            attempt: work.attempt,
            report: fate.report,
            life: self.nodes[n].life,
        };
        self.queue.push(self.now + fate.reported_after, report);
        if let Some(after) = fate.delivered_after {
            self.phones.delivered(work);
            self.rings(work, self.now + after);
        }
        Ok(())
    }
}

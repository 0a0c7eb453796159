//! The pump: reconcilers run when something is due, what they hand out goes to the providers.

use super::{Called, World, seconds};
use crate::{happening::Happening, oracle::Checked, phones};
use nightbell_engine::{learning, paging, response};
use nightbell_store::paging as store;

/// More passes at one instant mean that something spins.
const PASSES_MAX: usize = 200;

impl World {
    /// Runs everything that is due. What does not happen is tried again a second later.
    pub(super) fn reconcile(&mut self) -> Checked {
        for _ in 0..PASSES_MAX {
            match self.pass()? {
                // A method that turned out to be gone brings the next one forward to now: one more pass, as the pump does.
                Some(0) if self.disk.look(store::next_due)?.is_none_or(|due| due > self.now) => {
                    self.oracle.check_ran(&self.disk, self.now)?;
                    self.tick_at = self.disk.look(store::next_due)?.map(|due| due.max(self.now + seconds(1)));
                    return Ok(());
                }
                Some(_) => {}
                None => {
                    self.tick_at = Some(self.now + seconds(1));
                    return Ok(());
                }
            }
        }
        Err(format!("after {PASSES_MAX} passes there is still something due: the reconcilers spin"))
    }

    /// One pass; how many messages were handed out, or `None` when a call did not come through.
    fn pass(&mut self) -> Result<Option<usize>, String> {
        for reconciler in [paging::escalate, response::cadence, learning::chase] {
            if !matches!(self.call(reconciler)?, Called::Done(_)) {
                return Ok(None);
            }
        }
        self.disk.dispatching(true);
        let called = self.call(paging::dispatch);
        self.disk.dispatching(false);
        let Called::Done(work) = called? else { return Ok(None) };
        let handed_out = work.len();
        for work in work {
            self.send(&work)?;
        }
        Ok(Some(handed_out))
    }

    /// The transport begins an attempt.
    fn send(&mut self, work: &paging::Work) -> Checked {
        let message = &work.message;
        let repeat = if message.repeat { " (repeat)" } else { "" };
        let (kind, medium) = (message.kind.word(), phones::medium(&work.address));
        self.note(&format!(
            "  sends {kind} to @{} by {medium}, {} attempt {}{repeat}",
            message.user, work.notification, work.attempt
        ));
        self.oracle.handed_out(&self.disk, &self.phones, work, self.now)?;
        self.phones.begin(work, self.now);
        self.counts.sends += 1;
        self.counts.repeats += u64::from(message.repeat);
        let fate = self.phones.fate(message, medium, &self.options, &mut self.draws.providers);
        let report = Happening::Report {
            notification: work.notification,
            attempt: work.attempt,
            report: fate.report,
            life: self.life,
        };
        self.queue.push(self.now + fate.reported_after, report);
        if let Some(after) = fate.delivered_after {
            self.rings(work, self.now + after);
        }
        Ok(())
    }
}

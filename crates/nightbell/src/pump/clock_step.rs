//! The pump's eye on the wall clock (INV-13): when it falls behind the monotonic one, somebody set it back, and what was armed by the time it
//! showed before would stand still. Then, and once at the start, the engine looks at everything that waits, a slice in each round.
//!
//! Among nodes it is also done while another takes alerts with a clock that is far ahead: that one leaves ringing to the others, and what it takes
//! would wait until they show its time. A machine that slept makes the wall clock run ahead of the monotonic one, which is no step back. Is not: the decision what is armed anew
//! (`engine::clock_step`), nor a judge of which time is right (`node`).

use super::{Pump, REST_AFTER_TROUBLE, gone};
use jiff::{SignedDuration, Timestamp};
use nightbell_engine::{
    clock_step::{self, Progress},
    domain::paging::clock_step::TOLERANCE,
};
use std::{
    sync::{MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How often everything is looked at while another node's clock is far ahead.
const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(2);
/// How much longer than a look took it rests at least until the next: with much that waits, looking must not be all that is done.
const RESTS_AS_LONG: u32 = 4;

/// What was seen of both clocks, and how far the look at what waits has come.
pub(super) struct Eye {
    /// The reading against which the next is held: that by which the wall clock was furthest ahead of the monotonic one.
    before: (Instant, Timestamp),
    looking: Option<Looking>,
    /// When the look that is under way, or was the last, began, and when its newest slice ended.
    looked: (Instant, Instant),
}

#[derive(Clone)]
struct Looking {
    /// By how much the clock was set back; `None` when nobody saw it.
    by: Option<SignedDuration>,
    progress: Progress,
}

impl Looking {
    /// By how much earlier what waits is armed: among others this clock's step says nothing of what their clocks have armed.
    fn applies(&self, alone: bool) -> Option<SignedDuration> {
        self.by.filter(|_| alone)
    }
}

impl Eye {
    /// At the start, with everything to be looked at: the clock may have been ahead when the server was here last.
    pub(super) fn new(monotonic: Instant, wall: Timestamp) -> Self {
        let looking = Some(Looking { by: None, progress: Progress::default() });
        Self { before: (monotonic, wall), looking, looked: (monotonic, monotonic) }
    }

    /// Another node's clock is far ahead: everything is looked at again, when the last time was a while ago.
    fn look_again(&mut self, monotonic: Instant) {
        let (began, ended) = self.looked;
        let rest = LOOK_AGAIN_EVERY.max(ended.saturating_duration_since(began) * RESTS_AS_LONG);
        if self.looking.is_none() && monotonic.saturating_duration_since(ended) >= rest {
            self.begin(monotonic, None);
        }
    }

    fn begin(&mut self, monotonic: Instant, by: Option<SignedDuration>) {
        self.looking = Some(Looking { by, progress: Progress::default() });
        self.looked = (monotonic, monotonic);
    }

    /// Holds a reading of both clocks against the one before. Answers how far the wall clock was set back, when it was.
    fn see(&mut self, monotonic: Instant, wall: Timestamp) -> Option<SignedDuration> {
        let passed = monotonic.saturating_duration_since(self.before.0);
        let passed = SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX);
        let behind = passed.saturating_sub(wall.duration_since(self.before.1));
        if behind > SignedDuration::ZERO && behind <= TOLERANCE {
            // A clock that is slowed down comes here again and again, until it adds up.
            return None;
        }
        self.before = (monotonic, wall);
        (behind > TOLERANCE).then(|| {
            self.begin(monotonic, Some(behind));
            behind
        })
    }
}

impl Pump {
    fn eye(&self) -> MutexGuard<'_, Eye> {
        self.0.eye.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads both clocks. A clock that races in a demonstration is not held against the monotonic one.
    pub(super) fn look_at_clocks(&self) {
        if self.0.node.sees_another_ahead() {
            self.eye().look_again(Instant::now());
        }
        if self.0.pace > 1 {
            return;
        }
        let seen = self.eye().see(Instant::now(), self.0.clock.now());
        if let Some(by) = seen {
            let by_ms = by.as_millis();
            tracing::warn!(by_ms, "THE CLOCK WAS SET BACK: what was armed while it was ahead is armed anew");
        }
    }

    /// Has the next slice of what waits looked at. Answers how long to rest at most, when not everything was looked at yet.
    pub(super) async fn arm_anew(&self) -> Option<Duration> {
        let looking = self.eye().looking.clone()?;
        let (by, progress) = (looking.by, looking.progress.clone());
        let applied = looking.applies(self.0.node.is_alone());
        let done =
            self.submit(move |unit| clock_step::stepped_back(unit, applied, &progress)).await.unwrap_or_else(gone);
        match done {
            Ok(slice) => {
                if slice.moved > 0 {
                    tracing::warn!(moved = slice.moved, "pages that a clock had put off are armed anew");
                }
                let next = slice.next.map(|progress| Looking { by, progress });
                let more = next.is_some();
                let mut eye = self.eye();
                (eye.looking, eye.looked.1) = (next, Instant::now());
                more.then_some(Duration::ZERO)
            }
            Err(error) => {
                tracing::error!(%error, "PAGING AT RISK: what a clock put off cannot be armed anew; trying again");
                Some(REST_AFTER_TROUBLE)
            }
        }
    }
}

#[cfg(test)]
mod tests;

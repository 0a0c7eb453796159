//! The writer's side of the desk: takes units one by one, runs them in one transaction, answers each after the fsync. Lives on a thread of
//! its own. Ends when every desk is gone, or when the storage is broken: then the process must end too, and never tries again.

use super::{Shared, full, relief_places, stats::micros};
use crate::{Engine, Fault, engine::Job};
use nightbell_store::StoreError;
use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

/// Most units of work in one durable transaction.
pub(super) const BATCH_MAX: usize = 256;
/// How long a batch may run before it commits: whoever came first waits no longer for whoever came last.
pub(super) const BATCH_WITHIN: Duration = Duration::from_millis(20);

/// Makes room on a full disk and answers how much, in bytes.
type OnFull = Box<dyn Fn() -> u64 + Send>;

/// The writer's side.
pub struct Writer {
    engine: Engine,
    shared: Arc<Shared>,
    committed: Box<dyn Fn() + Send>,
    on_full: Option<OnFull>,
}

/// However the writer ends, nobody waits for it in vain.
struct Leaving(Arc<Shared>);

impl Drop for Leaving {
    fn drop(&mut self) {
        let mut inner = self.0.inner();
        inner.writer_gone = true;
        let mut left = inner.inbox.drain_below_paging();
        while let Some(job) = inner.inbox.take_paging() {
            left.push(job);
        }
        drop(inner);
        for job in left {
            job.finish(Err(StoreError::Unavailable("the writer is gone; nothing was stored".to_owned()).into()));
        }
    }
}

impl Writer {
    pub(super) fn new(engine: Engine, shared: Arc<Shared>, committed: Box<dyn Fn() + Send>) -> Self {
        Self { engine, shared, committed, on_full: None }
    }

    /// Called on the writer's thread when the disk is full: makes room for what rings already (INV-16) and answers how much, in bytes. From then
    /// on only the paging class is taken, and in an eighth of that room what can only end ringing, until [`super::Desk::take_everything`].
    /// Without a hook everything goes on being tried, and fails by itself.
    #[must_use]
    pub fn on_full(self, hook: OnFull) -> Self {
        Self { on_full: Some(hook), ..self }
    }

    /// Runs until every desk is gone or the storage is broken, then gives the engine back. Blocks: it wants a thread of its own.
    pub fn run(mut self) -> Engine {
        let _leaving = Leaving(Arc::clone(&self.shared));
        while let Some(first) = self.wait() {
            if let Err(StoreError::Broken(why)) = self.batch(first) {
                tracing::error!(
                    why,
                    "PAGING STOPS: the storage is broken, and what it says cannot be trusted; the process ends"
                );
                break;
            }
        }
        let Self { engine, .. } = self;
        engine
    }

    /// The first of the next batch; `None` when no more can come.
    fn wait(&self) -> Option<Box<dyn Job>> {
        let mut inner = self.shared.inner();
        loop {
            if let Some(job) = inner.inbox.take() {
                return Some(job);
            }
            if inner.closed {
                return None;
            }
            inner = self.shared.came.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn batch(&mut self, first: Box<dyn Job>) -> Result<(), StoreError> {
        let clock = Arc::clone(&self.shared.clock);
        let begun = clock.monotonic();
        let (mut first, mut taken, mut worked, mut opened) = (Some(first), 0, begun, None);
        let shared = &self.shared;
        let mut pull = || {
            worked = clock.monotonic();
            // Counted from the first unit on: whoever waited long for the writer's lock must not come away with a batch of one.
            let since = *opened.get_or_insert(worked);
            let used_up = taken >= BATCH_MAX || worked.saturating_sub(since) >= BATCH_WITHIN;
            if taken > 0 && used_up {
                return None;
            }
            let next = first.take().or_else(|| shared.inner().inbox.take());
            taken += usize::from(next.is_some());
            next
        };
        let batch = self.engine.execute_batch(clock.now(), &mut pull);
        let ended = clock.monotonic();
        self.account(batch.apart, &batch.durable, taken, (begun, worked, ended));
        // Before anybody is told: whoever comes back at once finds it settled.
        if let Err(StoreError::Full(why)) = &batch.durable {
            self.fill_up(why);
        }
        let why = batch.durable.as_ref().err().cloned();
        // A transaction that could not even begin took nobody.
        for job in batch.jobs.into_iter().chain(first) {
            job.finish(why.clone().map_or(Ok(()), |why| Err(Fault::from(why))));
        }
        if batch.stirred || batch.durable.is_err() {
            (self.committed)();
        }
        batch.durable
    }

    /// Counts, and lets others see the organisation this batch saw.
    fn account(
        &self,
        apart: bool,
        durable: &Result<(), StoreError>,
        units: usize,
        (begun, worked, ended): (Duration, Duration, Duration),
    ) {
        let directory = self.engine.directory();
        let mut inner = self.shared.inner();
        inner.directory = directory;
        let counts = &mut inner.counts;
        counts.batch_units.add(units as u64);
        counts.work_us.add(micros(worked.saturating_sub(begun)));
        counts.commit_us.add(micros(ended.saturating_sub(worked)));
        counts.failed += u64::from(durable.is_err());
        counts.apart += u64::from(apart);
    }

    /// The disk is full: room is made for what rings already, and everything else is told so at once.
    fn fill_up(&self, why: &str) {
        let Some(make_room) = &self.on_full else { return };
        // Room first, then the word: whoever sees the word and looks for room must not find what is about to be given away.
        let mut relief = 0;
        if !self.shared.inner().only_paging {
            tracing::error!(
                why,
                "PAGING AT RISK: the disk is full; only what rings already goes on until there is room"
            );
            relief = relief_places(make_room());
        }
        let mut inner = self.shared.inner();
        inner.only_paging = true;
        // Full again: what is left is for what rings alone.
        inner.relief = relief;
        let turned_away = inner.inbox.drain_below_paging();
        drop(inner);
        for job in turned_away {
            job.finish(Err(full()));
        }
    }
}

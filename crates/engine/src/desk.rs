//! The desk: where asynchronous callers leave units of work for the one writer. Bounded; a full desk answers "unavailable" at once (INV-02),
//! and nothing is answered before it is on disk (INV-01).

use crate::{Engine, Fault, Unit, engine::Job};
use nightbell_domain::record::Instant;
use nightbell_store::{StoreError, Verdict};
use std::sync::{
    Arc,
    mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
};

/// Reads the clock: the system's in the binary, a virtual one in tests.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Instant;
}

/// Most units of work in one durable transaction.
const BATCH_MAX: usize = 256;
/// Most units of work waiting.
const WAITING_MAX: usize = 4_096;

/// Called with the answer, on the writer's thread: must only hand it on.
type Reply<T> = Box<dyn FnOnce(Result<T, Fault>) + Send>;

struct Work<T, F> {
    work: F,
    answer: Option<Result<T, Fault>>,
    reply: Option<Reply<T>>,
}

impl<T: Send, F: FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send> Job for Work<T, F> {
    fn run(&mut self, unit: &mut Unit<'_>) -> Verdict {
        let result = (self.work)(unit);
        let verdict = if result.is_ok() { Verdict::Keep } else { Verdict::Undo };
        self.answer = Some(result);
        verdict
    }

    fn finish(mut self: Box<Self>, durable: Result<(), &StoreError>) {
        let broke_off =
            || Err(StoreError::Unavailable("the unit of work broke off; nothing was stored".to_owned()).into());
        let answer = match durable {
            Ok(()) => self.answer.take().unwrap_or_else(broke_off),
            Err(e) => Err(StoreError::Unavailable(e.to_string()).into()),
        };
        if let Some(reply) = self.reply.take() {
            reply(answer);
        }
    }
}

/// Leaves work for the writer. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    inbox: SyncSender<Box<dyn Job>>,
}

impl Desk {
    /// Leaves a unit of work; `reply` is called once, after the commit (or at once when the desk is full).
    pub fn submit<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send + 'static,
        reply: impl FnOnce(Result<T, Fault>) + Send + 'static,
    ) {
        let job: Box<dyn Job> = Box::new(Work { work, answer: None, reply: Some(Box::new(reply)) });
        if let Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) = self.inbox.try_send(job) {
            job.finish(Err(&StoreError::Unavailable("too much work is waiting; try again in a moment".to_owned())));
        }
    }
}

/// The writer's side.
pub struct Writer {
    engine: Engine,
    inbox: Receiver<Box<dyn Job>>,
    clock: Arc<dyn Clock>,
    committed: Box<dyn Fn() + Send>,
}

/// Makes a desk and its writer. `committed` is called after every durable batch: a hint for live streams and the pump, never the truth.
pub fn desk(engine: Engine, clock: Arc<dyn Clock>, committed: Box<dyn Fn() + Send>) -> (Desk, Writer) {
    let (sender, inbox) = sync_channel(WAITING_MAX);
    (Desk { inbox: sender }, Writer { engine, inbox, clock, committed })
}

impl Writer {
    /// Runs until every desk is gone, then gives the engine back. Blocks: it wants a thread of its own.
    pub fn run(mut self) -> Engine {
        while let Ok(first) = self.inbox.recv() {
            let mut batch = vec![first];
            batch.extend(self.inbox.try_iter().take(BATCH_MAX - 1));
            self.engine.execute_batch(self.clock.now(), batch);
            (self.committed)();
        }
        self.engine
    }
}

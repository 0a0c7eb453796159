//! The desk: where asynchronous callers leave units of work for the one writer, and the writer that makes them durable, many per fsync.
//!
//! Bounded by class ([`Class`]), in number and in bytes: what has no room is answered at once with how long to wait (INV-02), the lowest class
//! first; sources of alerts are served in turn (INV-21). Nothing is answered before it is on disk (INV-01). A batch is bounded in units and in time, and its
//! units are taken one by one, so that what is urgent overtakes what was waiting. Is not: a decision about what a unit of work does.

mod inbox;
mod stats;
mod work;
mod writer;

pub use inbox::Depth;
pub use stats::{CLASSES, Counts, DeskStats, Tally};
pub use writer::Writer;

use crate::{
    Directory, Engine, Fault, Unit,
    engine::{Asks, Job},
};
use inbox::{Inbox, Put};
use nightbell_domain::{ids::IntegrationId, record::Instant};
use nightbell_store::StoreError;
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use work::Work;

/// Reads the clock: the system's in the binary, a virtual one in tests.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Instant;

    /// A monotonic reading, from any beginning: bounds how long a batch may take and measures waits. One that stands still bounds batches
    /// by their number of units alone.
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

/// Whose unit of work it is: what is urgent goes first, what is not is shed first.
///
/// Whether an alert will page is known only after its routes were evaluated, inside the transaction: evaluating them twice would cost more
/// than it saves, so all alerts of a source are alike here. A request that holds no alert at all (a change event) is `Background`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Class {
    /// Escalating, handing out, settling, and a person's acknowledgement.
    Paging,
    /// What people do otherwise.
    Person,
    /// An inbound request of that integration. One whose key opens nothing is answered without the writer.
    Alert(IntegrationId),
    /// One that holds no trigger: it can only end ringing. Waits in its source's turn; on a full disk a few are taken all the same (INV-16).
    Relief(IntegrationId),
    /// Housekeeping, marks, whatever can wait.
    Background,
}

impl Class {
    /// When to come back after "no room", in seconds.
    pub fn retry_after_s(&self) -> u16 {
        match self {
            Self::Paging => 1,
            Self::Person => 2,
            Self::Alert(_) | Self::Relief(_) => 5,
            Self::Background => 30,
        }
    }
}

/// What ends ringing is taken on a full disk while it fits into this part of the room that was made: the rest is for what rings.
const RELIEF_SHARE: u64 = 8;

/// How many places what ends ringing has in so much room on a full disk.
fn relief_places(room_bytes: u64) -> usize {
    usize::try_from(room_bytes / RELIEF_SHARE).unwrap_or(usize::MAX) / inbox::PLACE_BYTES
}

/// When to come back while the disk is full, in seconds.
pub(crate) const RETRY_AFTER_FULL_S: u16 = 30;

/// What desks and writer share.
struct Shared {
    inner: Mutex<Inner>,
    came: Condvar,
    clock: Arc<dyn Clock>,
}

struct Inner {
    inbox: Inbox<Box<dyn Job>>,
    counts: Counts,
    /// Full disk: only the paging class goes on (INV-16), and relief while it lasts.
    only_paging: bool,
    /// Places left for what ends ringing while the disk is full.
    relief: usize,
    /// Every desk is gone, or the writer.
    closed: bool,
    writer_gone: bool,
    directory: Arc<Directory>,
}

impl Inner {
    /// Whether there is room on the disk for it.
    fn has_disk_for(&mut self, class: &Class, bytes: usize) -> bool {
        if !self.only_paging || *class == Class::Paging {
            return true;
        }
        let left = if matches!(class, Class::Relief(_)) { self.relief.checked_sub(inbox::places(bytes)) } else { None };
        self.relief = left.unwrap_or(self.relief);
        left.is_some()
    }
}

impl Shared {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A panic of a unit of work is caught elsewhere; the queues are whole whatever happened.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last desk that goes tells the writer.
struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.inner().closed = true;
        self.0.came.notify_all();
    }
}

/// Leaves work for the writer. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    open: Arc<Open>,
}

impl Desk {
    /// Leaves a unit of work; `reply` is called once: after the commit, or at once when there is no room. The work may run more than once
    /// (all but the last undone), so it must change nothing but through its unit.
    pub fn submit<T: Send + 'static>(
        &self,
        class: Class,
        work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send + 'static,
        reply: impl FnOnce(Result<T, Fault>) + Send + 'static,
    ) {
        self.submit_holding(0, class, None, work, reply);
    }

    /// The same for work that holds about so many bytes until it has run: what is large takes more of the room there is. `asks` says which alerts
    /// it will ask for first.
    pub fn submit_holding<T: Send + 'static>(
        &self,
        bytes: usize,
        class: Class,
        asks: Option<Asks>,
        work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send + 'static,
        reply: impl FnOnce(Result<T, Fault>) + Send + 'static,
    ) {
        let job: Box<dyn Job> = Box::new(Work::new(asks, work, Box::new(reply)));
        for (job, why) in self.put(class, job, bytes) {
            job.finish(Err(why));
        }
    }

    /// Who found no room or had to give way, and why.
    fn put(&self, class: Class, job: Box<dyn Job>, bytes: usize) -> Vec<(Box<dyn Job>, Fault)> {
        let shared = &self.open.0;
        let retry_after_s = class.retry_after_s();
        let kind = stats::index(&class);
        let now = shared.clock.monotonic();
        let mut inner = shared.inner();
        if inner.writer_gone {
            return vec![(job, StoreError::Unavailable("the writer is gone".to_owned()).into())];
        }
        if !inner.has_disk_for(&class, bytes) {
            inner.counts.shed[kind] += 1;
            return vec![(job, full())];
        }
        let (turned_away, taken) = match inner.inbox.put(class, job, bytes, now) {
            Put::Taken => (Vec::new(), true),
            Put::Instead(others) => (others, true),
            Put::Refused(job) => (vec![job], false),
        };
        inner.counts.shed[kind] += turned_away.len() as u64;
        drop(inner);
        if taken {
            shared.came.notify_one();
        }
        turned_away.into_iter().map(|job| (job, Fault::Busy { retry_after_s })).collect()
    }

    /// The organisation as the writer's newest batch saw it: good for choosing a queue, not for deciding.
    pub fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.open.0.inner().directory)
    }

    /// How it stands.
    pub fn stats(&self) -> DeskStats {
        let now = self.open.0.clock.monotonic();
        let inner = self.open.0.inner();
        DeskStats { depths: inner.inbox.depths(now), counts: inner.counts, only_paging: inner.only_paging }
    }

    /// There is no room on the disk from the start on but what was made, `room_bytes`: only the paging class is taken, and in an eighth of it what
    /// can only end ringing, until [`Desk::take_everything`].
    pub fn take_only_paging(&self, room_bytes: u64) {
        let mut inner = self.open.0.inner();
        inner.only_paging = true;
        inner.relief = relief_places(room_bytes);
    }

    /// There is room on the disk again: every class is taken.
    pub fn take_everything(&self) {
        self.open.0.inner().only_paging = false;
    }
}

fn full() -> Fault {
    StoreError::Full("only paging goes on; the operator has to make room".to_owned()).into()
}

/// Makes a desk and its writer. `committed` is called after every durable batch that may concern
/// anybody (repeats that are only counted do not): a hint for live streams and the pump, never the truth.
pub fn desk(engine: Engine, clock: Arc<dyn Clock>, committed: Box<dyn Fn() + Send>) -> (Desk, Writer) {
    let inner = Inner {
        inbox: Inbox::default(),
        counts: Counts::default(),
        only_paging: false,
        relief: 0,
        closed: false,
        writer_gone: false,
        directory: engine.directory(),
    };
    let shared = Arc::new(Shared { inner: Mutex::new(inner), came: Condvar::new(), clock });
    let writer = Writer::new(engine, Arc::clone(&shared), committed);
    (Desk { open: Arc::new(Open(shared)) }, writer)
}

#[cfg(test)]
mod tests;

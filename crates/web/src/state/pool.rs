//! The pool of read-only connections: opened when needed, used by one view at a time, thrown away when a view broke off in them.

use nightbell_engine::{Fault, Reader, StoreError, Tx};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Opens one more connection.
type Open = Box<dyn Fn() -> Result<Box<dyn Reader>, StoreError> + Send + Sync>;

/// Views that may wait for a reader; more are told to come back.
const WAITING_MAX: usize = 512;

/// Read-only connections.
pub struct ReadPool {
    open: Open,
    idle: Mutex<Vec<Box<dyn Reader>>>,
    free: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl ReadPool {
    /// At most `count_max` connections, made by `open` (for SQLite: `nightbell_engine::open_sqlite_reader`).
    pub fn new(
        count_max: usize,
        open: impl Fn() -> Result<Box<dyn Reader>, StoreError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            open: Box::new(open),
            idle: Mutex::new(Vec::new()),
            free: Arc::new(Semaphore::new(count_max.max(1))),
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
        }
    }

    /// Waits for a free reader.
    pub(super) async fn permit(&self) -> Result<OwnedSemaphorePermit, Fault> {
        let busy =
            |_| Fault::from(StoreError::Unavailable("too many readers are waiting; try again in a moment".to_owned()));
        let _in_line = Arc::clone(&self.waiting).try_acquire_owned().map_err(busy)?;
        Arc::clone(&self.free)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Unavailable("the readers are gone".to_owned()).into())
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Box<dyn Reader>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a view; blocks. Only with a permit.
    pub(super) fn read<T>(&self, view: impl FnOnce(&mut dyn Tx) -> Result<T, Fault>) -> Result<T, Fault> {
        let held = self.idle().pop();
        let mut reader = match held {
            Some(reader) => reader,
            None => (self.open)()?,
        };
        let (mut view, mut answer) = (Some(view), None);
        // A connection that fails, or in which a view panics, is dropped with its half-open transaction; the next view opens another.
        reader.read(&mut |tx| answer = view.take().map(|view| view(tx)))?;
        self.idle().push(reader);
        answer.unwrap_or_else(|| Err(StoreError::Unavailable("the database did not answer".to_owned()).into()))
    }
}

//! The database that survives a crash: the engine's value dies, this does not. And the faults of its commits.

use crate::sabotage::{Sabotage, Saboteur};
use nightbell_store::{Database, Sqlite, StoreError, Tx, Verdict, WriteOp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What goes wrong with the next commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitFault {
    /// Nothing is stored.
    Fails,
    /// Everything is stored, and reported as failed.
    Lies,
}

struct Inner {
    sqlite: Sqlite,
    next: Option<CommitFault>,
    sabotage: Option<Sabotage>,
    dispatching: bool,
}

/// A handle on the one database; clones share it.
#[derive(Clone)]
pub struct Disk(Arc<Mutex<Inner>>);

impl Disk {
    /// An empty one in memory.
    pub fn new(sabotage: Option<Sabotage>) -> Result<Self, StoreError> {
        Ok(Self(Arc::new(Mutex::new(Inner { sqlite: Sqlite::in_memory()?, next: None, sabotage, dispatching: false }))))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next commit goes wrong like this.
    pub fn arm(&self, fault: CommitFault) {
        self.inner().next = Some(fault);
    }

    /// Says whether the dispatcher is at work: one sabotage bends only what it reads.
    pub fn dispatching(&self, yes: bool) {
        self.inner().dispatching = yes;
    }

    /// What is stored, read beside the engine and without sabotage.
    pub fn look<T>(&self, mut view: impl FnMut(&mut dyn Tx) -> Result<T, StoreError>) -> Result<T, String> {
        let mut answer = None;
        self.inner().sqlite.read(&mut |tx| answer = Some(view(tx))).map_err(|e| e.to_string())?;
        answer.ok_or("the view did not run")?.map_err(|e| e.to_string())
    }

    /// The same through the sabotage: what a follower of the journal is told.
    pub fn follow<T>(&self, mut view: impl FnMut(&mut dyn Tx) -> Result<T, StoreError>) -> Result<T, String> {
        let mut inner = self.inner();
        let sabotage = inner.sabotage;
        let mut answer = None;
        let mut bent = |tx: &mut dyn Tx| answer = Some(view(&mut Saboteur { tx, sabotage, dispatching: false }));
        inner.sqlite.read(&mut bent).map_err(|e| e.to_string())?;
        answer.ok_or("the view did not run")?.map_err(|e| e.to_string())
    }
}

impl Database for Disk {
    fn write(&mut self, batch: &mut [WriteOp<'_>]) -> Result<(), StoreError> {
        let mut inner = self.inner();
        let (fault, sabotage, dispatching) = (inner.next.take(), inner.sabotage, inner.dispatching);
        let mut ops: Vec<_> = batch
            .iter_mut()
            .map(|op| {
                move |tx: &mut dyn Tx| {
                    let verdict = op(&mut Saboteur { tx, sabotage, dispatching });
                    if fault == Some(CommitFault::Fails) { Verdict::Undo } else { verdict }
                }
            })
            .collect();
        let mut ops: Vec<WriteOp<'_>> = ops.iter_mut().map(|op| op as WriteOp<'_>).collect();
        inner.sqlite.write(&mut ops)?;
        match fault {
            None => Ok(()),
            Some(_) => Err(StoreError::Unavailable("the simulated disk failed".to_owned())),
        }
    }

    fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
        self.inner().sqlite.read(view)
    }
}

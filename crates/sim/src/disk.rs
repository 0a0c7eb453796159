//! The database that survives a crash: the engines' values die, this does not. The faults of its commits, the image that a power cut leaves,
//! and the list of what was touched, so that the oracle looks at that alone. Several engines share one.

use crate::sabotage::{Bent, Sabotage, Saboteur};
use nightbell_store::{Database, Sqlite, StoreError, Tx, Verdict, WriteOp};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

/// What goes wrong with the next commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitFault {
    /// Nothing is stored.
    Fails,
    /// Nothing is stored: somebody else was first.
    Conflicts,
    /// Everything is stored, and reported as failed.
    Lies,
}

struct Inner {
    sqlite: Sqlite,
    next: Option<CommitFault>,
    full: bool,
    sabotage: Option<Sabotage>,
    dispatching: bool,
    /// What is on the platter; only kept in worlds whose power fails.
    platter: Option<Sqlite>,
    commits: u64,
    touched: BTreeSet<String>,
}

/// A handle on the one database; clones share it.
#[derive(Clone)]
pub struct Disk(Arc<Mutex<Inner>>);

/// An empty database whose migrations ran: made once, copied for every world.
fn template() -> Result<Sqlite, StoreError> {
    static TEMPLATE: OnceLock<Mutex<Sqlite>> = OnceLock::new();
    if TEMPLATE.get().is_none() {
        let _ = TEMPLATE.set(Mutex::new(Sqlite::in_memory()?));
    }
    match TEMPLATE.get() {
        Some(made) => made.lock().unwrap_or_else(PoisonError::into_inner).copy(),
        None => Sqlite::in_memory(),
    }
}

impl Disk {
    /// An empty one in memory. `power_fails`: keep what a power cut would leave.
    pub fn new(sabotage: Option<Sabotage>, power_fails: bool) -> Result<Self, StoreError> {
        let sqlite = template()?;
        let platter = if power_fails { Some(sqlite.copy()?) } else { None };
        let touched = BTreeSet::new();
        let inner =
            Inner { sqlite, next: None, full: false, sabotage, dispatching: false, platter, commits: 0, touched };
        Ok(Self(Arc::new(Mutex::new(inner))))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next commit goes wrong like this.
    pub fn arm(&self, fault: CommitFault) {
        self.inner().next = Some(fault);
    }

    /// Whether it takes anything.
    pub fn set_full(&self, full: bool) {
        self.inner().full = full;
    }

    /// Whether it takes nothing now.
    pub fn is_full(&self) -> bool {
        self.inner().full
    }

    /// Says whether the dispatcher is at work: one sabotage bends only what it reads.
    pub fn dispatching(&self, yes: bool) {
        self.inner().dispatching = yes;
    }

    /// The power fails: what was not synced is gone.
    pub fn power_cut(&self) -> Result<(), StoreError> {
        let mut inner = self.inner();
        if let Some(platter) = &inner.platter {
            inner.sqlite = platter.copy()?;
        }
        Ok(())
    }

    /// Ids of pages and notifications that were written since the last call.
    pub fn take_touched(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.inner().touched)
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
        let mut bent = |tx: &mut dyn Tx| {
            let mut bent = Bent::default();
            answer = Some(view(&mut Saboteur { tx, sabotage, dispatching: false, bent: &mut bent }));
        };
        inner.sqlite.read(&mut bent).map_err(|e| e.to_string())?;
        answer.ok_or("the view did not run")?.map_err(|e| e.to_string())
    }
}

impl Inner {
    /// What `synchronous=FULL` promises: what was answered is on the platter.
    fn sync(&mut self) -> Result<(), StoreError> {
        self.commits += 1;
        let lazy = self.sabotage == Some(Sabotage::AnsweredBeforeSync) && !self.commits.is_multiple_of(3);
        if self.platter.is_some() && !lazy {
            self.platter = Some(self.sqlite.copy()?);
        }
        Ok(())
    }
}

impl Database for Disk {
    fn write(&mut self, batch: &mut [WriteOp<'_>]) -> Result<(), StoreError> {
        let mut inner = self.inner();
        let fault = inner.next.take();
        if inner.full {
            return Err(StoreError::Unavailable("the simulated disk is full".to_owned()));
        }
        let (sabotage, dispatching) = (inner.sabotage, inner.dispatching);
        let refuse = matches!(fault, Some(CommitFault::Fails | CommitFault::Conflicts));
        let mut bent = Bent::default();
        let shared = std::cell::RefCell::new(&mut bent);
        let mut ops: Vec<_> = batch
            .iter_mut()
            .map(|op| {
                let shared = &shared;
                move |tx: &mut dyn Tx| {
                    let mut bent = shared.borrow_mut();
                    let verdict = op(&mut Saboteur { tx, sabotage, dispatching, bent: &mut bent });
                    if refuse || bent.forget { Verdict::Undo } else { verdict }
                }
            })
            .collect();
        let mut ops: Vec<WriteOp<'_>> = ops.iter_mut().map(|op| op as WriteOp<'_>).collect();
        inner.sqlite.write(&mut ops)?;
        drop(ops);
        inner.touched.append(&mut bent.touched);
        inner.sync()?;
        match fault {
            None => Ok(()),
            Some(CommitFault::Conflicts) => Err(StoreError::Conflict("another node was first".to_owned())),
            Some(_) => Err(StoreError::Unavailable("the simulated disk failed".to_owned())),
        }
    }

    fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
        self.inner().sqlite.read(view)
    }
}

//! The engine: the only caller of `commit`. Runs units of work, many per durable transaction, each undone alone when it is refused.

use crate::{Directory, Fault, Settings, Unit, batch::Session};
use nightbell_domain::{
    ids::{Entropy, IntegrationId},
    record::{Instant, to_microsecond},
};
use nightbell_store::{Database, StoreError, Tx, Verdict};
use std::sync::Arc;

/// Alerts that a unit of work will ask for before it does anything. Advice: where a question costs a round trip, they are asked for together with
/// those of others; what is not said here is asked for when it is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asks {
    /// Where they came in.
    pub integration: IntegrationId,
    /// Their keys.
    pub keys: Vec<String>,
}

/// One unit of work waiting for the writer: runs inside the transaction, and is told afterwards whether it is on disk.
pub trait Job: Send {
    /// Runs; `Undo` leaves no trace. May be called again after everything it did was undone.
    fn run(&mut self, unit: &mut Unit<'_>) -> Verdict;
    /// What it will ask for first.
    fn asks(&self) -> Option<&Asks> {
        None
    }
    /// The batch is durable, or it is not, or it was never tried.
    fn finish(self: Box<Self>, durable: Result<(), Fault>);
}

/// How a batch ended. Whoever gets it tells the jobs.
pub struct Batch {
    /// What ran, in order.
    pub jobs: Vec<Box<dyn Job>>,
    /// `Ok`: what the jobs kept is on disk. `Err`: nothing is.
    pub durable: Result<(), StoreError>,
    /// It ran twice: a job was undone after it had written.
    pub apart: bool,
    /// Something may be due, or show somewhere, that did not before.
    pub stirred: bool,
}

/// The engine.
pub struct Engine {
    database: Box<dyn Database>,
    entropy: Box<dyn Entropy>,
    directory: Arc<Directory>,
    settings: Settings,
    /// For so many batches more nobody hopes that nothing fails.
    wary_batches: u32,
}

/// How long nobody hopes, once something failed: a damaged row that is due must not have every batch done twice.
const WARY_BATCHES: u32 = 1_000;

impl Engine {
    /// Opens the engine on a database: makes the keys on the first start, loads the organisation. Sends nothing (INV-14).
    pub fn open(
        mut database: Box<dyn Database>,
        mut entropy: Box<dyn Entropy>,
        public_url: &str,
    ) -> Result<Self, Fault> {
        let mut opened = None;
        database.write(&mut [&mut |tx: &mut dyn Tx| {
            let result = Settings::load(tx, entropy.as_mut(), public_url)
                .and_then(|settings| Ok((settings, Directory::load(tx)?)));
            let verdict = if result.is_ok() { Verdict::Keep } else { Verdict::Undo };
            opened = Some(result);
            verdict
        }])?;
        let (settings, directory) =
            opened.unwrap_or_else(|| Err(StoreError::Unavailable("the database did not answer".to_owned()).into()))?;
        Ok(Self { database, entropy, directory: Arc::new(directory), settings, wary_batches: 0 })
    }

    /// The organisation as the engine holds it.
    pub fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.directory)
    }

    /// Settings and keys.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// One unit of work in a transaction of its own. `Ok` means it is on disk.
    pub fn execute<T>(
        &mut self,
        now: Instant,
        mut work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut answer: Option<Result<T, Fault>> = None;
        let (database, mut session) = self.session(now);
        let result = database.write(&mut [&mut |tx: &mut dyn Tx| {
            session.run(tx, &mut |unit| {
                let result = work(unit).and_then(|answer| unit.settled(answer));
                let verdict = if result.is_ok() { Verdict::Keep } else { Verdict::Undo };
                answer = Some(result);
                verdict
            })
        }]);
        let ended = session.end(result);
        self.directory = ended?;
        answer.unwrap_or_else(|| {
            Err(StoreError::Unavailable("the unit of work broke off (a fault of ours; it is in the log)".to_owned())
                .into())
        })
    }

    /// Many units of work in one durable transaction, pulled one by one until there is none.
    pub fn execute_batch(&mut self, now: Instant, pull: &mut dyn FnMut() -> Option<Box<dyn Job>>) -> Batch {
        let mut jobs = Vec::new();
        let (database, mut session) = self.session(now);
        let mut whole = true;
        // Hoping that nobody must be undone: a savepoint for each costs copies of every page it touches.
        let result = database.write(&mut [&mut |tx: &mut dyn Tx| {
            whole = session.run_together(tx, &mut jobs, pull);
            if whole { Verdict::Keep } else { Verdict::Undo }
        }]);
        let (mut stirred, met_damage) = (session.stirred(), session.met_damage());
        let mut durable = session.end(result);
        self.wary_batches = if met_damage { WARY_BATCHES } else { self.wary_batches.saturating_sub(1) };
        let apart = !whole && durable.is_ok();
        if apart {
            durable = self.each_alone(now, &mut jobs);
            stirred = true;
        }
        let durable = durable.map(|directory| self.directory = directory);
        Batch { jobs, durable, apart, stirred }
    }

    /// The same jobs again, each in a savepoint of its own.
    fn each_alone(&mut self, now: Instant, jobs: &mut [Box<dyn Job>]) -> Result<Arc<Directory>, StoreError> {
        let (database, session) = self.session(now);
        let session = std::cell::RefCell::new(session);
        let mut ops: Vec<_> = jobs
            .iter_mut()
            .map(|job| {
                let session = &session;
                move |tx: &mut dyn Tx| session.borrow_mut().run(tx, &mut |unit| job.run(unit))
            })
            .collect();
        let mut ops: Vec<nightbell_store::WriteOp<'_>> =
            ops.iter_mut().map(|op| op as nightbell_store::WriteOp<'_>).collect();
        let result = database.write(&mut ops);
        drop(ops);
        session.into_inner().end(result)
    }

    /// A consistent view, for tests, the simulator and commands that open the data themselves.
    pub fn read<T>(&mut self, mut view: impl FnMut(&mut dyn Tx) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut answer = None;
        self.database.read(&mut |tx| answer = Some(view(tx)))?;
        answer.unwrap_or_else(|| Err(StoreError::Unavailable("the database did not answer".to_owned()).into()))
    }

    fn session(&mut self, now: Instant) -> (&mut dyn Database, Session<'_>) {
        let Self { database, entropy, directory, settings, wary_batches } = self;
        let (now, wary) = (to_microsecond(now), *wary_batches > 0);
        (database.as_mut(), Session::new(now, Arc::clone(directory), settings, entropy.as_mut(), wary))
    }
}

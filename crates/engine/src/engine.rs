//! The engine: the only caller of `commit`. Runs units of work, many per durable transaction, each undone alone when it is refused.

use crate::{Directory, Fault, Settings, Unit};
use nightbell_domain::{
    ids::Entropy,
    record::{Instant, to_microsecond},
};
use nightbell_store::{Database, StoreError, Tx, Verdict, config};
use std::sync::Arc;

/// One unit of work waiting for the writer: runs inside the transaction, and is told afterwards whether it is on disk.
pub trait Job: Send {
    /// Runs; `Undo` leaves no trace.
    fn run(&mut self, unit: &mut Unit<'_>) -> Verdict;
    /// The batch is durable, or it is not.
    fn finish(self: Box<Self>, durable: Result<(), &StoreError>);
}

/// The engine.
pub struct Engine {
    database: Box<dyn Database>,
    entropy: Box<dyn Entropy>,
    directory: Arc<Directory>,
    settings: Settings,
}

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
        Ok(Self { database, entropy, directory: Arc::new(directory), settings })
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
        let mut op = |unit: &mut Unit<'_>| {
            let result = work(unit);
            let verdict = if result.is_ok() { Verdict::Keep } else { Verdict::Undo };
            answer = Some(result);
            verdict
        };
        self.transact(now, &mut [&mut op])?;
        answer.unwrap_or_else(|| {
            Err(StoreError::Unavailable("the unit of work broke off (a fault of ours; it is in the log)".to_owned())
                .into())
        })
    }

    /// Many units of work in one durable transaction; each is told how it ended.
    pub fn execute_batch(&mut self, now: Instant, mut jobs: Vec<Box<dyn Job>>) {
        let mut ops: Vec<_> = jobs.iter_mut().map(|job| move |unit: &mut Unit<'_>| job.run(unit)).collect();
        let mut ops: Vec<&mut dyn FnMut(&mut Unit<'_>) -> Verdict> =
            ops.iter_mut().map(|op| op as &mut dyn FnMut(&mut Unit<'_>) -> Verdict).collect();
        let durable = self.transact(now, &mut ops);
        drop(ops);
        for job in jobs {
            job.finish(durable.as_ref().copied());
        }
    }

    /// A consistent view, for tests, the simulator and commands that open the data themselves.
    pub fn read<T>(&mut self, mut view: impl FnMut(&mut dyn Tx) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut answer = None;
        self.database.read(&mut |tx| answer = Some(view(tx)))?;
        answer.unwrap_or_else(|| Err(StoreError::Unavailable("the database did not answer".to_owned()).into()))
    }

    fn transact(
        &mut self,
        now: Instant,
        work: &mut [&mut dyn FnMut(&mut Unit<'_>) -> Verdict],
    ) -> Result<(), StoreError> {
        let now = to_microsecond(now);
        self.refresh()?;
        let Self { database, entropy, directory, settings } = self;
        let held = &*settings;
        // Units of one batch see each other's configuration changes: the directory is reloaded inside the transaction.
        let mut current = Arc::clone(directory);
        let entropy = std::cell::RefCell::new(entropy.as_mut());
        let shared = std::cell::RefCell::new(&mut current);
        let mut ops: Vec<_> = work
            .iter_mut()
            .map(|op| {
                let (entropy, shared) = (&entropy, &shared);
                move |tx: &mut dyn Tx| {
                    let mut entropy = entropy.borrow_mut();
                    let mut shared = shared.borrow_mut();
                    let mut unit = Unit {
                        tx,
                        now,
                        directory: Arc::clone(&shared),
                        settings: held,
                        entropy: &mut **entropy,
                        reload: false,
                    };
                    let verdict = op(&mut unit);
                    if unit.reload && verdict == Verdict::Keep {
                        match Directory::load(unit.tx) {
                            Ok(directory) => **shared = Arc::new(directory),
                            Err(_) => return Verdict::Undo,
                        }
                    }
                    verdict
                }
            })
            .collect();
        let mut ops: Vec<nightbell_store::WriteOp<'_>> =
            ops.iter_mut().map(|op| op as nightbell_store::WriteOp<'_>).collect();
        let result = database.write(&mut ops);
        drop(ops);
        if result.is_ok() {
            self.directory = current;
        }
        result
    }

    /// Another process (`nightbell apply --data`) may have changed the organisation: one cheap look before each transaction.
    fn refresh(&mut self) -> Result<(), StoreError> {
        let held = self.directory.org.version;
        let mut loaded: Option<Result<Directory, Fault>> = None;
        let mut moved: Result<bool, StoreError> = Ok(false);
        self.database.read(&mut |tx| {
            moved = config::version(tx).map(|version| version != held);
            if matches!(moved, Ok(true)) {
                loaded = Some(Directory::load(tx));
            }
        })?;
        moved?;
        match loaded {
            Some(Ok(directory)) => self.directory = Arc::new(directory),
            Some(Err(Fault::Store(e))) => return Err(e),
            Some(Err(Fault::Refused(_))) | None => {}
        }
        Ok(())
    }
}

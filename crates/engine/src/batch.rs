//! What the units of work of one transaction share: the reading of the clock, and the organisation as that transaction sees it.
//! Called by the engine alone.

mod watched;

use crate::{Directory, Fault, Settings, Unit, engine::Job};
use nightbell_domain::{ids::Entropy, record::Instant};
use nightbell_store::{StoreError, Tx, Verdict, config};
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use watched::Watched;

/// One transaction's session.
pub(crate) struct Session<'a> {
    now: Instant,
    /// Units of one transaction see each other's configuration changes.
    directory: Arc<Directory>,
    settings: &'a Settings,
    entropy: &'a mut dyn Entropy,
    looked: bool,
    /// What makes the transaction void, whatever its units answered.
    void: Option<StoreError>,
    /// Something was written that makes something due or shows somewhere: everything but the counting of repeats.
    stirred: bool,
    /// Damage was met lately: what may fail alone gets a savepoint at once.
    wary: bool,
    /// A unit that did without savepoints met something that must be undone alone.
    met_damage: bool,
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        now: Instant,
        directory: Arc<Directory>,
        settings: &'a Settings,
        entropy: &'a mut dyn Entropy,
        wary: bool,
    ) -> Self {
        let (looked, void, stirred, met_damage) = (false, None, false, false);
        Self { now, directory, settings, entropy, looked, void, stirred, wary, met_damage }
    }

    /// Runs one unit of work.
    pub(crate) fn run(&mut self, tx: &mut dyn Tx, work: &mut dyn FnMut(&mut Unit<'_>) -> Verdict) -> Verdict {
        let mut watched = Watched::alone(tx);
        let verdict = match self.look(&mut watched) {
            Ok(()) => self.unit(&mut watched, true, work),
            Err(e) => {
                self.void.get_or_insert(e);
                Verdict::Undo
            }
        };
        self.stirred |= watched.stirred;
        self.void = self.void.take().or(watched.grave);
        verdict
    }

    /// Pulls and runs jobs without savepoints. False when all of it must be undone: a job wants to be undone after it has written, or
    /// broke off.
    pub(crate) fn run_together(
        &mut self,
        tx: &mut dyn Tx,
        jobs: &mut Vec<Box<dyn Job>>,
        pull: &mut dyn FnMut() -> Option<Box<dyn Job>>,
    ) -> bool {
        let mut watched = Watched::together(tx);
        let looked = self.look(&mut watched);
        if let Err(e) = looked {
            // They are taken all the same, so that each is told.
            jobs.extend(std::iter::from_fn(pull));
            self.void = Some(e);
            return false;
        }
        let mut waiting = VecDeque::new();
        while let Some(mut job) = next(&mut watched, &mut waiting, pull) {
            watched.wrote = false;
            let verdict = catch_unwind(AssertUnwindSafe(|| self.unit(&mut watched, false, &mut |unit| job.run(unit))));
            jobs.push(job);
            self.stirred |= watched.stirred;
            if watched.grave.is_some() {
                jobs.extend(waiting);
                self.void = watched.grave;
                return false;
            }
            self.met_damage |= verdict.is_err();
            if !matches!(verdict, Ok(Verdict::Keep)) && (watched.wrote || self.met_damage) {
                jobs.extend(waiting);
                return false;
            }
        }
        // What was queued and fails only now belongs to somebody: each alone tells whom.
        let flushed = watched.flush();
        self.void = watched.grave;
        self.met_damage |= flushed.is_err();
        flushed.is_ok()
    }

    fn unit(&mut self, tx: &mut dyn Tx, alone: bool, work: &mut dyn FnMut(&mut Unit<'_>) -> Verdict) -> Verdict {
        let mut unit = Unit {
            tx,
            now: self.now,
            directory: Arc::clone(&self.directory),
            settings: self.settings,
            entropy: &mut *self.entropy,
            reload: false,
            alone,
            hopes: !alone && !self.wary,
            met_damage: false,
        };
        let verdict = work(&mut unit);
        self.met_damage |= unit.met_damage;
        if unit.reload && verdict == Verdict::Keep {
            match Directory::load(unit.tx) {
                Ok(directory) => self.directory = Arc::new(directory),
                Err(_) => return Verdict::Undo,
            }
        }
        verdict
    }

    /// Another process or node may have changed the organisation: one cheap look inside each transaction, which nobody can write beside.
    fn look(&mut self, tx: &mut dyn Tx) -> Result<(), StoreError> {
        if !std::mem::replace(&mut self.looked, true) && config::version(tx)? != self.directory.org.version {
            match Directory::load(tx) {
                Ok(directory) => self.directory = Arc::new(directory),
                Err(Fault::Store(e)) => return Err(e),
                // What cannot be compiled leaves the organisation as it was held.
                Err(Fault::Refused(_) | Fault::Busy { .. }) => {}
            }
        }
        Ok(())
    }

    /// Whether the next sessions should rather be wary.
    pub(crate) fn met_damage(&self) -> bool {
        self.met_damage
    }

    /// Whether whoever waits for news should look.
    pub(crate) fn stirred(&self) -> bool {
        self.stirred
    }

    /// The organisation after the transaction, when it is on disk.
    pub(crate) fn end(self, written: Result<(), StoreError>) -> Result<Arc<Directory>, StoreError> {
        match (self.void, written) {
            // What broke first is the cause; the rest follows from it.
            (Some(void), _) => Err(void),
            (None, Err(e)) => Err(e),
            (None, Ok(())) => Ok(self.directory),
        }
    }
}

/// The next job. Where a question costs a round trip, some are taken at once, and what they will ask first is asked for all of them; a question
/// that fails there fails again when it is asked for one. No more are taken than one batch of alerts is worth: whatever is urgent and comes
/// meanwhile waits for these.
fn next(
    watched: &mut Watched<'_>,
    waiting: &mut VecDeque<Box<dyn Job>>,
    pull: &mut dyn FnMut() -> Option<Box<dyn Job>>,
) -> Option<Box<dyn Job>> {
    let ahead_max = watched.ahead_max();
    if waiting.is_empty() && ahead_max > 1 {
        let mut asked = 0;
        while asked < ahead_max
            && let Some(job) = pull()
        {
            asked += job.asks().map_or(ahead_max, |asks| asks.keys.len().max(1));
            waiting.push_back(job);
        }
        let asks = waiting.iter().filter_map(|job| job.asks());
        let keys: Vec<_> =
            asks.flat_map(|asks| asks.keys.iter().map(|key| (&asks.integration, key.as_str()))).collect();
        let _ = watched.ask_ahead(&keys);
        return waiting.pop_front();
    }
    waiting.pop_front().or_else(pull)
}

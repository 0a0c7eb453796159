//! A unit of work: one reading of the clock, one transaction, the organisation as it is now. Everything that changes state takes one.

use crate::{Directory, Fault, Settings};
use nightbell_domain::{
    ids::{Entropy, Ids},
    record::{Actor, Instant},
};
use nightbell_store::{StoreError, Stored, Tx, begin_part, keep_part, undo_part};
use std::sync::Arc;

/// One unit of work.
pub struct Unit<'a> {
    /// The transaction.
    pub tx: &'a mut dyn Tx,
    /// The one reading of the clock, to the microsecond.
    pub now: Instant,
    /// The organisation as it is now.
    pub directory: Arc<Directory>,
    /// The installation's settings and keys.
    pub settings: &'a Settings,
    pub(crate) entropy: &'a mut dyn Entropy,
    /// Set when configuration was written: the engine reloads the directory after the commit.
    pub(crate) reload: bool,
    /// It is told of its own writes before it answers; otherwise the whole batch is, and is repeated with each alone if need be.
    pub(crate) alone: bool,
    /// The whole batch is repeated with each unit alone when something in it fails, and nothing has failed lately.
    pub(crate) hopes: bool,
    /// Something that had no savepoint failed.
    pub(crate) met_damage: bool,
}

impl Unit<'_> {
    /// Makes identifiers for this unit.
    pub fn ids(&mut self) -> Ids<'_> {
        Ids::new(self.now, self.entropy)
    }

    /// The answer, once everything queued before it has reached the database.
    pub(crate) fn settled<T>(&mut self, answer: T) -> Result<T, Fault> {
        if self.alone {
            self.tx.flush()?;
        }
        Ok(answer)
    }

    /// The aggregate, if there is one.
    pub fn load<A: Stored>(&mut self, key: impl std::fmt::Display) -> Result<Option<A>, Fault> {
        Ok(nightbell_store::load(self.tx, &key.to_string())?)
    }

    /// One item of work that goes through many, undone alone when it fails: damage, a refusal or a fault of ours in one is told loudly and
    /// answers `None`, so that the others go on. Only a store that cannot be used ends the whole unit.
    pub(crate) fn apart<T>(
        &mut self,
        kind: &'static str,
        key: impl std::fmt::Display,
        work: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        match self.part(work)? {
            Ok(answer) => return Ok(Some(answer)),
            Err(Some(error)) => {
                tracing::error!(kind, %key, %error, "PAGING AT RISK: left out, the others go on; run `nightbell verify`");
            }
            Err(None) => {
                tracing::error!(kind, %key, "PAGING AT RISK: broke off (a fault of ours), the others go on");
            }
        }
        Ok(None)
    }

    /// Many items of work as one part: `None` when one of them failed, and all are undone. Whoever asks does them again, each [`Unit::apart`],
    /// to learn which; as long as none fails, that saves a savepoint for each.
    pub(crate) fn together<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<Option<T>, Fault> {
        Ok(self.part(work)?.ok())
    }

    /// The same without any savepoint, which copies every page of the database that is touched, while nothing has failed lately: one that fails
    /// then ends this unit, and all of its transaction is done again with each unit alone.
    pub(crate) fn hopefully<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        if !self.hopes {
            return self.together(work);
        }
        let done = work(self);
        self.met_damage |= done.is_err();
        done.map(Some)
    }

    /// A part of the transaction, undone alone when it fails; then with why, or `None` when it broke off.
    fn part<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<Result<T, Option<Fault>>, Fault> {
        begin_part(self.tx)?;
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let answer = work(self)?;
            // What it queued is its own to fail with, not the next one's.
            self.tx.flush()?;
            Ok(answer)
        }));
        let failed = match done {
            Ok(Ok(answer)) => {
                keep_part(self.tx)?;
                return Ok(Ok(answer));
            }
            Ok(Err(Fault::Store(
                error @ (StoreError::Unavailable(_) | StoreError::Full(_) | StoreError::Broken(_)),
            ))) => return Err(error.into()),
            Ok(Err(error)) => Some(error),
            Err(_) => None,
        };
        undo_part(self.tx)?;
        Ok(Err(failed))
    }

    /// The aggregate as far as a message mentions it: one that is damaged is told loudly and not mentioned, so that the message still goes out.
    pub(crate) fn load_sound<A: Stored>(&mut self, key: impl std::fmt::Display) -> Result<Option<A>, Fault> {
        match self.load(&key) {
            Err(Fault::Store(StoreError::Corrupt(what))) => {
                tracing::error!(kind = A::KIND, %key, what, "stored data is damaged: left out; run `nightbell verify`");
                Ok(None)
            }
            other => other,
        }
    }

    /// Records events of an aggregate and its new row, together.
    pub fn commit<A: Stored>(&mut self, before: A, events: Vec<A::Event>, actor: &Actor) -> Result<A, Fault> {
        let key = before.key();
        nightbell_store::commit(self.tx, Some(before), events, self.now, actor)?
            .ok_or_else(|| Fault::missing(A::KIND, key))
    }

    /// Records the first events of a new aggregate.
    pub fn create<A: Stored>(&mut self, events: Vec<A::Event>, actor: &Actor) -> Result<A, Fault> {
        self.create_by(events.into_iter().map(|event| (event, actor.clone())).collect())
    }

    /// The same where somebody begins what the house goes on with in the same breath: one row, one write.
    pub fn create_by<A: Stored>(&mut self, events: Vec<(A::Event, Actor)>) -> Result<A, Fault> {
        nightbell_store::commit_by(self.tx, None, events, self.now)?.ok_or_else(|| Fault::missing(A::KIND, "(new)"))
    }
}

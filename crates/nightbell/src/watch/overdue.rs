//! The watchdog: looks beside the pump, on a connection of its own, whether what waits is looked at in time, and says so loudly when not (INV-03).
//! Changes nothing. `/metrics` and `/readyz` tell the same; it also carries the figures that somebody must fetch to the metrics.

use super::{Shared, Size, vigil::LOOK_KEEPS};
use crate::pump::Stopping;
use jiff::SignedDuration;
use nightbell_engine::{Clock, Reader, StoreError, Tx, watch};
use nightbell_web::AppState;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep_until, timeout};

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The watchdog. Cheap to clone.
#[derive(Clone)]
pub struct Watchdog {
    reader: Arc<Mutex<Box<dyn Reader>>>,
    clock: Arc<dyn Clock>,
    late_after: SignedDuration,
}

impl Watchdog {
    /// A watchdog that waits to be run.
    pub fn new(reader: Box<dyn Reader>, clock: Arc<dyn Clock>, late_after: SignedDuration) -> Self {
        Self { reader: Arc::new(Mutex::new(reader)), clock, late_after }
    }

    /// What there is to say, if anything.
    ///
    /// # Errors
    /// The store's.
    pub fn look(&self) -> Result<Option<String>, StoreError> {
        let (now, after) = (self.clock.now(), self.late_after);
        let late = self.read(|tx| watch::late(tx, now, after))?;
        Ok((!late.is_empty()).then(|| {
            format!(
                "PAGING IS LATE: {} should have been looked at more than 30 s ago. Call people by other means, then look at the lines above \
                 and at the disk.",
                watch::in_words(&late)
            )
        }))
    }

    /// The acknowledgements since a place in the journal.
    fn acknowledged(&self, place: Option<u64>) -> Result<(u64, Vec<SignedDuration>), StoreError> {
        self.read(|tx| watch::acknowledged(tx, place))
    }

    fn read<T>(&self, mut look: impl FnMut(&mut dyn Tx) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut found = None;
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.read(&mut |tx| found = Some(look(tx)))?;
        found.unwrap_or_else(|| Err(StoreError::Unavailable("the database did not answer".to_owned())))
    }
}

/// Looks until the server stops.
pub(super) async fn run(dog: Watchdog, state: AppState, size: Size, shared: Shared, mut stopping: Stopping) {
    let mut place = None;
    loop {
        let (looking, measure) = (dog.clone(), Arc::clone(&size));
        let mut look = tokio::task::spawn_blocking(move || (looking.look(), looking.acknowledged(place), measure()));
        let looked = match timeout(LOOK_KEEPS, &mut look).await {
            Ok(looked) => looked,
            Err(_) => {
                tracing::error!(
                    "PAGING AT RISK: the watchdog has waited {} s for the database; whether anything is late is not known",
                    LOOK_KEEPS.as_secs()
                );
                look.await
            }
        };
        let broke_off = || StoreError::Unavailable("looking broke off".to_owned());
        let (late, taken, bytes) = looked.unwrap_or_else(|_| (Err(broke_off()), Err(broke_off()), None));
        shared.with(|vigil, now| vigil.looked(now, late.as_ref().ok().map(Option::is_some)));
        match late {
            Ok(None) => {}
            Ok(Some(bark)) => tracing::error!("{bark}"),
            Err(error) => tracing::error!(%error, "PAGING AT RISK: the watchdog cannot read the database"),
        }
        if let Ok((next, delays)) = taken {
            place = Some(next);
            // A clock that was set back meanwhile took no time at all.
            delays.into_iter().for_each(|delay| state.metrics().acknowledged(delay.try_into().unwrap_or_default()));
        }
        if let Some(bytes) = bytes {
            state.metrics().database_bytes(bytes);
        }
        tokio::select! {
            () = stopping.wait() => return,
            () = sleep_until(Instant::now() + LOOK_EVERY) => {}
        }
    }
}

#[cfg(test)]
mod tests;

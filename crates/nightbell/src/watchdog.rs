//! The watchdog: looks beside the pump, on a connection of its own, whether pages are advanced in time, and says so loudly when not (INV-03).
//! Changes nothing. `/metrics` shows the same figures as `nightbell_pages_overdue` and `nightbell_oldest_due_ms`.

use crate::pump::Stopping;
use nightbell_engine::{Clock, Reader, StoreError, live};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep_until};

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The watchdog. Cheap to clone.
#[derive(Clone)]
pub struct Watchdog {
    reader: Arc<Mutex<Box<dyn Reader>>>,
    clock: Arc<dyn Clock>,
}

impl Watchdog {
    /// A watchdog that waits to be run.
    pub fn new(reader: Box<dyn Reader>, clock: Arc<dyn Clock>) -> Self {
        Self { reader: Arc::new(Mutex::new(reader)), clock }
    }

    /// Looks until the server stops.
    pub async fn run(self, mut stopping: Stopping) {
        loop {
            tokio::select! {
                () = stopping.wait() => return,
                () = sleep_until(Instant::now() + LOOK_EVERY) => {}
            }
            let dog = self.clone();
            let looked = tokio::task::spawn_blocking(move || dog.look()).await;
            match looked.unwrap_or_else(|_| Err(StoreError::Unavailable("looking broke off".to_owned()))) {
                Ok(None) => {}
                Ok(Some(bark)) => tracing::error!("{bark}"),
                Err(error) => tracing::error!(%error, "PAGING AT RISK: the watchdog cannot read the database"),
            }
        }
    }

    /// What there is to say, if anything.
    ///
    /// # Errors
    /// The store's.
    pub fn look(&self) -> Result<Option<String>, StoreError> {
        let now = self.clock.now();
        let mut pulse = None;
        self.reader
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .read(&mut |tx| pulse = Some(live::pulse(tx, now)))?;
        let Some(pulse) = pulse.transpose()? else { return Ok(None) };
        Ok((pulse.pages_overdue > 0).then(|| {
            let (pages, waited_s) = (pulse.pages_overdue, pulse.oldest_due_ms / 1_000);
            format!(
                "PAGING IS LATE: {pages} page(s) should have been advanced more than 30 s ago (the oldest has waited {waited_s} s). \
                 Call people by other means, then look at the lines above and at the disk."
            )
        }))
    }
}

#[cfg(test)]
mod tests;

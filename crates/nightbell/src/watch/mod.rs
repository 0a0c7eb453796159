//! The watch: looks beside the pump whether Nightbell does what it promises, and tells somebody outside while it does (INV-03, INV-24).
//!
//! Reading order: [`vigil`] (what is known, and whether a heartbeat may go out) · [`overdue`] (is anything late?) · [`canary`] (does a signal come
//! through?) · [`beat`] (the heartbeat to the outside watcher). Changes nothing that people see; a server works without it, unwatched.
//! Started by `server` alone.

mod beat;
mod canary;
mod overdue;
mod own;
mod vigil;

pub use overdue::Watchdog;
pub use own::Own;
pub use vigil::Vigil;

use crate::{failure::Failure, pump::Stopping};
use beat::Beat;
use canary::Canary;
use nightbell_delivery::egress::EgressPolicy;
use nightbell_engine::{Clock, Reader};
use nightbell_web::{AppState, tasks::spawn_supervised};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{task::JoinHandle, time::Instant};

/// How often canaries are sent, and heartbeats unless the settings say otherwise.
pub const EVERY: Duration = Duration::from_secs(60);

/// What the watch does beside looking for what is overdue.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// How often a canary is sent; `None`: never.
    pub canary: Option<Duration>,
    /// The outside watcher, when there is one.
    pub heartbeat: Option<Heartbeat>,
}

/// The outside watcher.
#[derive(Clone)]
pub struct Heartbeat {
    /// Asked with `GET`; holds a key.
    pub url: String,
    /// How often.
    pub every: Duration,
}

impl fmt::Debug for Heartbeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heartbeat").field("every", &self.every).finish_non_exhaustive()
    }
}

/// Answers how large the database is, in bytes, where that is cheap to know.
pub type Size = Arc<dyn Fn() -> Option<u64> + Send + Sync>;

/// What a watch needs.
pub struct Parts {
    /// The server's own state: its metrics, and views of its data.
    pub state: AppState,
    /// A connection of its own.
    pub reader: Box<dyn Reader>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where the outside watcher may be.
    pub egress: EgressPolicy,
    /// The server's own listener.
    pub own: Own,
    /// How large the database is.
    pub size: Size,
    /// Whether no other server works on this database: what is left on the wing is then nobody's.
    pub alone: bool,
    /// What is wanted.
    pub settings: Settings,
}

/// What the tasks of a watch share. Cheap to clone.
#[derive(Clone)]
struct Shared {
    vigil: Arc<Mutex<Vigil>>,
    begun: Instant,
}

impl Shared {
    fn with<T>(&self, look: impl FnOnce(&mut Vigil, Duration) -> T) -> T {
        look(&mut self.vigil.lock().unwrap_or_else(PoisonError::into_inner), self.begun.elapsed())
    }
}

/// Starts looking, until the server stops.
///
/// # Errors
/// When the system's TLS settings cannot be read.
pub fn start(parts: Parts, stopping: &Stopping) -> Result<Vec<JoinHandle<()>>, Failure> {
    let Parts { state, reader, clock, egress, own, size, alone, settings } = parts;
    let vigil = Vigil::new(settings.canary);
    let shared = Shared { vigil: Arc::new(Mutex::new(vigil)), begun: Instant::now() };
    let dog = Watchdog::new(reader, Arc::clone(&clock), state.late_after());
    let (figures, known, until) = (state.clone(), shared.clone(), stopping.clone());
    let mut tasks = vec![spawn_supervised("watchdog", move || {
        overdue::run(dog.clone(), figures.clone(), Arc::clone(&size), known.clone(), until.clone())
    })];
    if let Some(every) = settings.canary {
        let canary = Canary { state: state.clone(), own, alone, every, shared: shared.clone() };
        let until = stopping.clone();
        tasks.push(spawn_supervised("canary", move || canary.clone().run(until.clone())));
    }
    if let Some(heartbeat) = settings.heartbeat {
        let beat = Beat::new(state, egress, heartbeat, shared)?;
        let until = stopping.clone();
        tasks.push(spawn_supervised("heartbeat", move || beat.clone().run(until.clone())));
    }
    Ok(tasks)
}

#[cfg(test)]
mod tests;

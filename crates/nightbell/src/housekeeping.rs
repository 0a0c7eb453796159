//! Housekeeping: runs the `retention` reconciler now and then, in small units of work that never hold up paging. What is forgotten and after
//! how long is the engine's matter.

use crate::pump::Stopping;
use nightbell_engine::{Class, retention};
use nightbell_web::AppState;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// A start has more urgent work.
const FIRST_AFTER: Duration = Duration::from_secs(60);
/// How often what is over is looked for.
const EVERY: Duration = Duration::from_secs(3_600);
/// Pause between two units of work while there is more.
const PAUSE: Duration = Duration::from_secs(1);
/// That many rows at once mean that there may be more.
const MORE_FROM: u64 = 1_000;

/// Runs until the server stops.
pub async fn run(state: AppState, mut stopping: Stopping) {
    let mut wait = FIRST_AFTER;
    loop {
        tokio::select! {
            () = stopping.wait() => return,
            () = sleep_until(Instant::now() + wait) => {}
        }
        wait = match state.run_as(Class::Background, retention).await {
            Ok(forgotten) if forgotten >= MORE_FROM => PAUSE,
            Ok(_) => EVERY,
            Err(error) => {
                tracing::warn!(%error, "what is over could not be forgotten; trying again in an hour");
                EVERY
            }
        };
    }
}

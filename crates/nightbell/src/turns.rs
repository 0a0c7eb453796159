//! Turns: runs the `rota::handoff` reconciler twice a minute, behind paging: whoever comes on call is told, requests run out. What is told, and
//! that it is told once, is the engine's matter; every node runs it.

use crate::pump::Stopping;
use nightbell_engine::{Class, rota};
use nightbell_web::AppState;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How often it looks: a hand-off is told within half a minute.
const EVERY: Duration = Duration::from_secs(30);

/// Runs until the server stops; `pace` is how much faster than real time the clock runs.
pub async fn run(state: AppState, mut stopping: Stopping, pace: u32) {
    loop {
        tokio::select! {
            () = stopping.wait() => return,
            () = sleep_until(Instant::now() + EVERY / pace.max(1)) => {}
        }
        if let Err(error) = state.run_as(Class::Background, rota::handoff).await {
            tracing::warn!(%error, "nobody could be told of their turn; trying again in half a minute");
        }
    }
}

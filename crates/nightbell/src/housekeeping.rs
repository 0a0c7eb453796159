//! Housekeeping: runs the `retention` reconciler now and then and lets people be told of holes ahead, in small units of work that never hold up
//! paging. What is forgotten and told, and when, is the engine's matter.

use crate::pump::Stopping;
use nightbell_engine::{Class, Fault, people, proof, retention};
use nightbell_web::AppState;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// A start has more urgent work.
const FIRST_AFTER: Duration = Duration::from_secs(60);
/// How often what is over is looked for, and whose test page is due.
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
        if let Err(error) = state.run_as(Class::Background, people::weekly).await {
            tracing::warn!(%error, "test pages that are due could not begin; trying again in an hour");
        }
        wait = match state.run_as(Class::Background, retention).await {
            Ok(forgotten) if forgotten >= MORE_FROM => PAUSE,
            Ok(_) => {
                coverage(&state).await;
                EVERY
            }
            Err(error) => {
                tracing::warn!(%error, "what is over could not be forgotten; trying again in an hour");
                EVERY
            }
        };
    }
}

/// Tells people of the holes ahead of them. Where those are is looked up beside the writer: only the telling is a unit of work.
async fn coverage(state: &AppState) {
    let unsendable = state.unsendable();
    let told = async {
        let holes = state.read(move |tx, now, directory| proof::ahead(tx, directory, now, unsendable)).await?;
        state.run_as(Class::Background, move |unit| proof::warn(unit, &holes)).await
    };
    match told.await {
        Ok(0) => {}
        Ok(people) => tracing::info!(people, "told of holes in who is on call within a week"),
        Err(error) => warn_of(&error),
    }
}

fn warn_of(error: &Fault) {
    tracing::warn!(%error, "people could not be told of holes in who is on call; trying again in an hour");
}

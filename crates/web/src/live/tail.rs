//! The tail of the journal: reads what is new, once for all streams.

use crate::state::AppState;
use nightbell_engine::{Fault, live};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// Lines read at once.
const LINES_MAX: u32 = 256;
/// A look without having been woken: another process may have written (`nightbell apply --data`).
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Least time between two looks: a writer that commits a thousand times a second must not be read a thousand times a second. The first look
/// after a quiet moment is made at once.
const LOOKS_APART: Duration = Duration::from_millis(20);

/// Runs until the hub stops.
pub async fn tail(state: AppState) {
    let hub = state.live().clone();
    let mut position = None;
    loop {
        tokio::select! {
            () = hub.stopped() => return,
            () = hub.0.woken.notified() => {}
            _ = tokio::time::timeout(LOOK_EVERY, std::future::pending::<()>()) => {}
        }
        match look(&state, position).await {
            Ok(reached) => position = Some(reached),
            Err(e) => tracing::warn!(error = %e, "the live stream could not read the journal; it tries again"),
        }
        let _ = tokio::time::timeout(LOOKS_APART, hub.stopped()).await;
    }
}

/// Broadcasts what lies after `position`; answers how far it read.
async fn look(state: &AppState, position: Option<u64>) -> Result<u64, Fault> {
    let hub = state.live();
    let head = state.read(|tx, _, _| Ok(live::head(tx)?)).await?;
    // Asked after the head was read: whoever subscribes later reads the journal up to there, or further, by itself.
    if hub.0.happenings.receiver_count() == 0 {
        hub.0.newest.fetch_max(head, Ordering::AcqRel);
        return Ok(head);
    }
    // After a restart of this task, go back a little rather than miss a line: streams skip what they have seen.
    let mut position = position.unwrap_or_else(|| hub.newest().min(head));
    loop {
        let found = state.read(move |tx, _, _| Ok(live::after(tx, position, LINES_MAX)?)).await?;
        let full = found.len() == LINES_MAX as usize;
        for happening in found {
            position = happening.position;
            hub.0.newest.fetch_max(position, Ordering::AcqRel);
            // Nobody listening any more is not an error.
            let _ = hub.0.happenings.send(Arc::new(happening));
        }
        if !full {
            return Ok(position);
        }
    }
}

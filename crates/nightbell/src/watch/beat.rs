//! The heartbeat to the outside watcher: goes out only while canaries arrive and nothing is overdue, so that its absence means something (INV-24).
//! A heartbeat that cannot be delivered is tried again at the next beat: it is the watcher's alarm that matters, not this log.

use super::{Heartbeat, Shared};
use crate::{failure::Failure, pump::Stopping};
use nightbell_delivery::egress::{Call, EgressClient, EgressPolicy, Timeouts};
use nightbell_web::AppState;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep_until};

/// How soon a beat that was withheld is considered again: the first after a start must not come a minute late.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Sends heartbeats. Cheap to clone.
#[derive(Clone)]
pub(super) struct Beat {
    state: AppState,
    client: Arc<EgressClient>,
    watcher: Heartbeat,
    shared: Shared,
}

impl Beat {
    pub(super) fn new(
        state: AppState,
        egress: EgressPolicy,
        watcher: Heartbeat,
        shared: Shared,
    ) -> Result<Self, Failure> {
        let client = EgressClient::new(egress, Timeouts::default()).map_err(|e| Failure::unreachable(e.to_string()))?;
        Ok(Self { state, client: Arc::new(client), watcher, shared })
    }

    /// Beats until the server stops.
    pub(super) async fn run(self, mut stopping: Stopping) {
        let mut said = "";
        loop {
            let withheld = self.shared.with(|vigil, now| vigil.withheld(now));
            let outcome = match withheld {
                Some(_) => "withheld",
                None => self.beat().await,
            };
            self.state.metrics().heartbeat(outcome, self.state.now());
            if outcome != said {
                match withheld {
                    Some(why) => tracing::warn!(why, "no heartbeat goes to the outside watcher"),
                    None if outcome == "accepted" => tracing::info!("the outside watcher hears us"),
                    None => {}
                }
            }
            said = outcome;
            let wait = if outcome == "withheld" { self.watcher.every.min(AGAIN_AFTER) } else { self.watcher.every };
            tokio::select! {
                () = stopping.wait() => return,
                () = sleep_until(Instant::now() + wait) => {}
            }
        }
    }

    async fn beat(&self) -> &'static str {
        let call = Call { method: "GET", url: &self.watcher.url, headers: &[], body: &[], answer_bytes_max: 1_024 };
        match self.client.call(call).await {
            Ok(answer) if (200..300).contains(&answer.status) => "accepted",
            Ok(answer) => {
                tracing::warn!(status = answer.status, "the outside watcher did not take the heartbeat");
                "failed"
            }
            Err(error) => {
                tracing::warn!(%error, "the outside watcher cannot be reached");
                "failed"
            }
        }
    }
}

//! Sends the canary, waits for its receipt, and says how long it took (INV-24). What it proves and what it does not: ADR 0019.

use super::{Own, Shared};
use crate::pump::Stopping;
use nightbell_engine::{Fault, StoreError, canary, domain::ids::PageId};
use nightbell_web::{AppState, ops::CANARY_KEY};
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout};

/// The first one after a start: soon, because no heartbeat goes out before it arrived.
const FIRST_AFTER: Duration = Duration::from_secs(2);
/// Later than this is missed.
const WITHIN: Duration = Duration::from_secs(30);
/// How often it is looked for the receipt: on whichever node it was taken, the database tells.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// What is posted, like any tool's event.
const BODY: &[u8] = br#"{"title":"canary","severity":"info"}"#;

/// Sends canaries. Cheap to clone.
#[derive(Clone)]
pub(super) struct Canary {
    pub(super) state: AppState,
    pub(super) own: Own,
    pub(super) alone: bool,
    pub(super) every: Duration,
    pub(super) shared: Shared,
}

impl Canary {
    /// Sends one after another until the server stops.
    pub(super) async fn run(self, mut stopping: Stopping) {
        if self.alone
            && let Err(error) = self.state.run_first(canary::sweep).await
        {
            tracing::warn!(%error, "canaries that an earlier run left could not be ended");
        }
        let mut next = Instant::now() + FIRST_AFTER.min(self.every);
        loop {
            tokio::select! {
                () = stopping.wait() => return,
                () = sleep_until(next) => {}
            }
            next = Instant::now() + self.every;
            tokio::select! {
                () = stopping.wait() => return,
                () = self.fly() => {}
            }
        }
    }

    /// One, from the request to the receipt.
    async fn fly(&self) {
        let begun = Instant::now();
        let mut sent = None;
        match timeout(WITHIN, self.arrives(&mut sent)).await {
            Ok(Ok(())) => {
                self.shared.with(super::Vigil::arrived);
                self.state.metrics().canary_arrived(begun.elapsed(), self.state.now());
                tracing::debug!(took_ms = begun.elapsed().as_millis(), "the canary arrived");
            }
            Ok(Err(why)) => self.missed(sent, &why).await,
            Err(_) => self.missed(sent, "no receipt in time").await,
        }
    }

    async fn arrives(&self, sent: &mut Option<PageId>) -> Result<(), String> {
        let key = (CANARY_KEY.to_owned(), canary::key(self.state.settings()));
        let (status, body) = self.own.post("/canary", key, BODY).await.map_err(|e| e.to_string())?;
        if status != 202 {
            return Err(format!("the own listener answered {status}"));
        }
        let answer: serde_json::Value = serde_json::from_slice(&body).map_err(|e| e.to_string())?;
        let page: PageId =
            answer["page"].as_str().and_then(|id| id.parse().ok()).ok_or("the own listener named no page")?;
        *sent = Some(page);
        loop {
            if self.state.read(move |tx, _, _| canary::arrived(tx, page)).await.map_err(|e| e.to_string())? {
                return Ok(());
            }
            sleep_until(Instant::now() + LOOK_EVERY).await;
        }
    }

    async fn missed(&self, sent: Option<PageId>, why: &str) {
        let misses = self.shared.with(|vigil, _| vigil.missed());
        self.state.metrics().canary_missed();
        tracing::error!(misses, why, "PAGING AT RISK: the canary did not arrive");
        if let Some(page) = sent {
            let given_up = self.state.run_first(move |unit| canary::give_up(unit, page));
            let ended = timeout(WITHIN, given_up).await;
            if let Err(error) = ended.unwrap_or_else(|_| Err(Fault::Store(StoreError::Unavailable("no answer".into()))))
            {
                tracing::warn!(%error, "a canary that did not arrive could not be ended; the next one ends it");
            }
        }
    }
}

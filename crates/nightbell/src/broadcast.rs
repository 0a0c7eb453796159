//! The broadcast: mails to subscribers of status pages, beside the pump and behind it. A loop of its own, so that a page never waits for a crowd: the
//! lowest class at the desk, a handful of connections to the mail server, a rest between two hand-outs.
//!
//! Keeps nothing: what was under way when it stopped is given up when its lease runs out, and not sent again (INV-20). Is not a decision about whom
//! or how often (the engine's `subscription`). Started by `server` where there is a mail server.

use crate::pump::{Stopping, report};
use jiff::Timestamp;
use nightbell_delivery::{Lease, Outcome, mail::MailSettings};
use nightbell_engine::{
    Class, Fault,
    domain::limits::SENDING_LEASE,
    subscription::{self, Work},
};
use nightbell_web::AppState;
use std::{sync::Arc, time::Duration};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// Mails under way at once: the mail server's other connections are for pages.
const IN_FLIGHT_MAX: usize = 4;
/// Rest between two looks while there is something to send.
const PAUSE: Duration = Duration::from_secs(1);
/// Longest rest.
const REST_MAX: Duration = Duration::from_secs(5);
/// How long mails under way may take to end when the server stops. What does not is not sent again.
const DRAIN_WITHIN: Duration = Duration::from_secs(5);
/// How often recording an outcome is tried. Longer than that the lease has run out anyway.
const SETTLE_TRIES_MAX: u32 = 10;

/// The broadcast. Cheap to clone; run it once.
#[derive(Clone)]
pub struct Broadcast {
    state: AppState,
    server: MailSettings,
    pace: u32,
}

impl Broadcast {
    /// One that waits to be run. `pace` is how many seconds of the state's clock pass in one real second.
    pub fn new(state: AppState, server: MailSettings, pace: u32) -> Self {
        Self { state, server, pace: pace.max(1) }
    }

    /// Runs until the server stops.
    pub async fn run(self, mut stopping: Stopping) {
        let mut rest = REST_MAX;
        loop {
            tokio::select! {
                () = stopping.wait() => return,
                () = sleep_until(Instant::now() + rest) => {}
            }
            rest = match self.round(&stopping).await {
                Ok(true) => PAUSE,
                Ok(false) => REST_MAX / self.pace.min(5),
                Err(error) => {
                    tracing::warn!(%error, "mail to subscribers could not be handed out; trying again");
                    REST_MAX
                }
            };
        }
    }

    /// Sends what is due; false when nothing was.
    async fn round(&self, stopping: &Stopping) -> Result<bool, Fault> {
        let due = self.state.read(|tx, now, _| Ok(subscription::next_due(tx)?.is_some_and(|due| due <= now))).await?;
        if !due {
            return Ok(false);
        }
        let asked = Instant::now();
        let work = self.state.run_as(Class::Background, subscription::broadcast).await?;
        let mut sending = JoinSet::new();
        for next in work {
            while sending.len() >= IN_FLIGHT_MAX {
                sending.join_next().await;
            }
            sending.spawn(self.clone().attempt(next, asked, stopping.clone()));
        }
        let mut stopped = stopping.clone();
        let late = async {
            stopped.wait().await;
            sleep_until(Instant::now() + DRAIN_WITHIN).await;
        };
        tokio::select! {
            () = async { while sending.join_next().await.is_some() {} } => {}
            () = late => {}
        }
        Ok(true)
    }

    /// Until when the mail is ours to send. A clock that races has no leases.
    fn lease(&self, marked_at: Timestamp, asked: Instant) -> Lease {
        if self.pace > 1 {
            return Lease::endless();
        }
        let state = self.state.clone();
        let until = marked_at.checked_add(SENDING_LEASE).unwrap_or(Timestamp::MAX);
        Lease::new(asked, SENDING_LEASE.unsigned_abs(), until, Arc::new(move || state.now()))
    }

    /// One attempt, and its outcome recorded.
    async fn attempt(self, work: Work, asked: Instant, stopping: Stopping) {
        let Work { subscriber, about, attempt, marked_at, mail } = work;
        let lease = self.lease(marked_at, asked);
        let outcome = if lease.is_short() || stopping.is_set() {
            Outcome::Deferred { detail: "not begun: the server stopped or was held up".to_owned(), retry_after: None }
        } else {
            self.server.send(&mail, self.state.now(), &lease).await
        };
        // Never the address.
        tracing::debug!(%subscriber, about, attempt, detail = outcome.detail(), "mail to a subscriber");
        let report = report(outcome);
        for _ in 0..SETTLE_TRIES_MAX {
            let (about, report) = (about.clone(), report.clone());
            let settle = move |unit: &mut nightbell_engine::Unit<'_>| {
                subscription::settle(unit, subscriber, &about, attempt, &report)
            };
            match self.state.run_as(Class::Background, settle).await {
                Err(error) if error.may_pass() => {
                    tracing::warn!(%subscriber, %error, "the outcome of a mail could not be stored; trying again");
                    sleep_until(Instant::now() + PAUSE).await;
                }
                Err(error) => {
                    tracing::error!(%subscriber, %error, "the outcome of a mail to a subscriber cannot be recorded");
                    return;
                }
                Ok(()) => return,
            }
        }
    }
}

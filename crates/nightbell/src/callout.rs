//! What a callback asks to be done at the provider, and where the provider is told to call: the Telegram bot. Each call is tried once and missed by
//! nobody: what a press changed is stored before it is told.
//!
//! Is not the way of messages (`pump`): nothing here rings anybody. Started by the wiring; fed by `web`'s callbacks.

use crate::{failure::Failure, pump::Stopping, server::Options};
use nightbell_delivery::{
    Lease,
    egress::Timeouts,
    http::HttpSender,
    providers::{Way, telegram::Telegram},
};
use nightbell_engine::Clock;
use nightbell_web::{
    callbacks::telegram::{Bot, PATH},
    tasks::spawn_supervised,
};
use nightbell_wire::outbound::{
    HttpRequest, Outcome, Wrong,
    telegram::{Verdict, classify},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinHandle,
    time::{Instant, sleep_until},
};

/// Calls that wait. People press slower than that; what comes beyond is dropped, and only told later.
const WAITING_MAX: usize = 256;
/// How long after a failure Telegram is told again where to call.
const AGAIN_AFTER: Duration = Duration::from_secs(60);

/// The calls of the bot. Cheap to clone.
#[derive(Clone)]
pub struct Callouts(Arc<Inner>);

struct Inner {
    telegram: Telegram,
    public_url: String,
    http: HttpSender,
    clock: Arc<dyn Clock>,
    give: mpsc::Sender<HttpRequest>,
    take: Mutex<mpsc::Receiver<HttpRequest>>,
}

impl Callouts {
    /// Those of the bot, when there is one.
    ///
    /// # Errors
    /// When the TLS library refuses its settings.
    pub fn of(options: &Options, public_url: &str) -> Result<Option<Self>, Failure> {
        let Some(telegram) = options.providers.telegram.clone() else { return Ok(None) };
        let http = HttpSender::new(options.egress.clone(), Timeouts::default());
        let http = http.map_err(|e| Failure::unreachable(e.to_string()))?;
        let (give, take) = mpsc::channel(WAITING_MAX);
        let (public_url, clock) = (public_url.to_owned(), Arc::clone(&options.clock));
        Ok(Some(Self(Arc::new(Inner { telegram, public_url, http, clock, give, take: Mutex::new(take) }))))
    }

    /// The bot, as callbacks know it.
    pub fn bot(&self) -> Bot {
        let give = self.0.give.clone();
        let send = move |call| {
            if give.try_send(call).is_err() {
                tracing::warn!("too many answers to Telegram are waiting; one was dropped, what it tells of is stored");
            }
        };
        let telegram = &self.0.telegram;
        let (base_url, secret) = (telegram.base_url(), telegram.secret().to_owned());
        Bot { key: telegram.bot().clone(), base_url, secret, send: Arc::new(send) }
    }

    /// Tells Telegram where to call, and makes the calls, until the server stops.
    pub fn start(self, stopping: &Stopping) -> [JoinHandle<()>; 2] {
        let (told, until) = (self.clone(), stopping.clone());
        let (calls, stopping) = (self, stopping.clone());
        [
            spawn_supervised("telegram webhook", move || told.clone().announce(until.clone())),
            spawn_supervised("callouts", move || calls.clone().run(stopping.clone())),
        ]
    }

    async fn run(self, mut stopping: Stopping) {
        let mut take = self.0.take.lock().await;
        loop {
            let call = tokio::select! {
                call = take.recv() => call,
                () = stopping.wait() => None,
            };
            let Some(call) = call else { return };
            if let Err(why) = self.call(&call).await {
                tracing::warn!(why, "an answer to Telegram did not arrive; what it tells of is stored");
            }
        }
    }

    /// Until Telegram knows where to call, buttons in its chats do nothing: the link beside them works all the same.
    async fn announce(self, mut stopping: Stopping) {
        let url = format!("{}{PATH}", self.0.public_url);
        let call = self.0.telegram.set_webhook(&url);
        loop {
            match self.call(&call).await {
                Ok(()) => {
                    tracing::info!(url, "Telegram calls this server when somebody presses a button");
                    return;
                }
                Err(why) => tracing::error!(
                    why,
                    url,
                    "Telegram was not told where to call: its Acknowledge buttons do nothing. Look at [telegram] and server.public_url; trying again"
                ),
            }
            tokio::select! {
                () = stopping.wait() => return,
                () = sleep_until(Instant::now() + AGAIN_AFTER) => {}
            }
        }
    }

    /// Told without the token, which is in the address.
    async fn call(&self, call: &HttpRequest) -> Result<(), String> {
        let way = Way { http: &self.0.http, now: self.0.clock.now(), lease: &Lease::endless() };
        let outcome = way.send(call, Wrong::Provider, &[], |answer| match classify(answer) {
            Verdict::Is(outcome) => outcome,
            Verdict::Moved(_) | Verdict::NoButton => Outcome::wrong_provider(format!("HTTP {}", answer.status)),
        });
        match outcome.await {
            Outcome::Accepted { .. } => Ok(()),
            failed => Err(failed.detail().to_owned()),
        }
    }
}

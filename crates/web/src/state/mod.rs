//! What every handler may use: the door to the writer, the readers, the clock, settings, the live hub, limits and metrics.
//! Is not: configuration (the binary's) or a cache of anything but the compiled organisation.

mod ahead;
mod newest;
mod place;
mod pool;

pub use place::Place;
pub use pool::ReadPool;

use crate::{
    callbacks::{Answers, telegram},
    gate::SignInLimiter,
    live::Hub,
    ops::{Metrics, ScrapeToken},
};
use ahead::Ahead;
use jiff::SignedDuration;
use newest::Newest;
use nightbell_engine::{
    Asks, Class, Clock, Desk, Directory, DirectoryCache, Fault, Settings, StoreError, Tx, Unit,
    domain::record::Instant, watch::LATE_AFTER,
};
use std::{
    collections::BTreeSet,
    net::IpAddr,
    sync::{Arc, Mutex},
};
use tokio::sync::{Semaphore, oneshot};

/// What the binary hands in.
pub struct Setup {
    /// The writer's inbox.
    pub desk: Desk,
    /// The readers.
    pub readers: ReadPool,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Public address and keys: `engine.settings().clone()`.
    pub settings: Settings,
    /// The live hub; its waker was given to the writer (`nightbell_engine::desk`).
    pub live: Hub,
    /// The address the server listens on.
    pub bound: IpAddr,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// Whether the demo's mail catcher has a page.
    pub mail_inbox: bool,
    /// Whether there is a mail server: without one, status pages offer no mail.
    pub sends_mail: bool,
    /// Media that this server can send by: what people may be reached by.
    pub media: BTreeSet<&'static str>,
    /// The installation's Telegram bot, which is called back.
    pub telegram: Option<telegram::Bot>,
    /// What opens the metrics beside an administrator's token.
    pub scrape_token: Option<ScrapeToken>,
    /// How many seconds of `clock` pass in one real second: 1, but for a demonstration.
    pub pace: u32,
}

/// Shared by every handler. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

struct Inner {
    desk: Desk,
    readers: ReadPool,
    directory: DirectoryCache,
    newest: Newest,
    ahead: Ahead,
    clock: Arc<dyn Clock>,
    settings: Settings,
    place: Place,
    live: Hub,
    limiter: Mutex<SignInLimiter>,
    subscribe_limiter: Mutex<SignInLimiter>,
    callback_limiter: Mutex<SignInLimiter>,
    feed_limiter: Mutex<SignInLimiter>,
    answers: Mutex<Answers>,
    metrics: Metrics,
    hashing: Semaphore,
    mail_inbox: bool,
    sends_mail: bool,
    media: BTreeSet<&'static str>,
    telegram: Option<telegram::Bot>,
    scrape_token: Option<ScrapeToken>,
    late_after: SignedDuration,
}

/// Password hashes computed at the same time: each takes 19 MiB and a core.
const HASHING_MAX: usize = 2;

impl AppState {
    /// Puts it together.
    pub fn new(setup: Setup) -> Self {
        let metrics = Metrics::new(&setup.desk, setup.clock.now());
        let late_after = LATE_AFTER.saturating_mul(i32::try_from(setup.pace.max(1)).unwrap_or(i32::MAX));
        let place = Place::new(&setup.settings.public_url, setup.bound, setup.trusted_proxies);
        Self(Arc::new(Inner {
            desk: setup.desk,
            readers: setup.readers,
            directory: DirectoryCache::default(),
            newest: Newest::default(),
            ahead: Ahead::default(),
            clock: setup.clock,
            settings: setup.settings,
            place,
            live: setup.live,
            limiter: Mutex::new(SignInLimiter::default()),
            subscribe_limiter: Mutex::new(SignInLimiter::default()),
            callback_limiter: Mutex::new(SignInLimiter::default()),
            feed_limiter: Mutex::new(SignInLimiter::default()),
            answers: Mutex::new(Answers::default()),
            metrics,
            hashing: Semaphore::new(HASHING_MAX),
            mail_inbox: setup.mail_inbox,
            sends_mail: setup.sends_mail,
            media: setup.media,
            telegram: setup.telegram,
            scrape_token: setup.scrape_token,
            late_after,
        }))
    }

    /// Changes something: one unit of work on the writer. `Ok` means it is on disk (INV-01).
    ///
    /// # Errors
    /// A refusal, or the store could not: then nothing was stored.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.run_as(Class::Person, work).await
    }

    /// The same before everything else that waits: what ends somebody's ringing.
    ///
    /// # Errors
    /// As [`AppState::run`].
    pub async fn run_first<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.run_as(Class::Paging, work).await
    }

    /// The same for a class of its own: an alert in its source's turn, housekeeping last.
    ///
    /// # Errors
    /// A refusal, the store could not, or there was no room: then nothing was stored.
    pub async fn run_as<T: Send + 'static>(
        &self,
        class: Class,
        work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.run_holding(0, class, work).await
    }

    /// The same for work that holds about so many bytes until it has run: what is large takes more of the room there is.
    ///
    /// # Errors
    /// As [`AppState::run_as`].
    pub async fn run_holding<T: Send + 'static>(
        &self,
        bytes: usize,
        class: Class,
        work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.run_asking(bytes, class, None, work).await
    }

    /// The same for work of which it is known which alerts it will ask for first.
    ///
    /// # Errors
    /// As [`AppState::run_as`].
    pub async fn run_asking<T: Send + 'static>(
        &self,
        bytes: usize,
        class: Class,
        asks: Option<Asks>,
        work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let (answer, answered) = oneshot::channel();
        self.0.desk.submit_holding(bytes, class, asks, work, move |result| drop(answer.send(result)));
        answered.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the writer is gone".to_owned()).into()))
    }

    /// The writer's inbox: how it stands, and the organisation as it saw it last.
    pub fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// Leaves a unit of work whose answer nobody waits for: "last used" marks. A failure is logged and costs nothing else.
    pub fn run_aside(&self, what: &'static str, work: impl FnMut(&mut Unit<'_>) -> Result<(), Fault> + Send + 'static) {
        self.0.desk.submit(Class::Background, work, move |result| {
            if let Err(e) = result {
                tracing::warn!(what, error = %e, "an unimportant write did not happen");
            }
        });
    }

    /// Reads something: one consistent view on a reader, with the time and the organisation of that view.
    ///
    /// # Errors
    /// A refusal (no such thing), or the store could not.
    pub async fn read<T: Send + 'static>(
        &self,
        view: impl FnOnce(&mut dyn Tx, Instant, &Directory) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.view(move |tx, now, directory| view(tx, now, &directory)).await
    }

    /// The holes in the coverage that begin within a week, as of some minutes ago at most.
    ///
    /// # Errors
    /// The store could not.
    pub async fn holes_ahead(&self) -> Result<Arc<Vec<nightbell_engine::proof::Hole>>, Fault> {
        let (state, unsendable) = (self.clone(), self.unsendable());
        self.read(move |tx, now, directory| state.0.ahead.holes(tx, now, directory, unsendable)).await
    }

    /// The organisation as the store has it after this was asked: what other nodes changed is in it. Many who ask at the same time share one
    /// look, so that whoever sends wrong keys by the thousand takes no reader from anybody.
    ///
    /// # Errors
    /// The store could not.
    pub async fn newest_directory(&self) -> Result<Arc<Directory>, Fault> {
        self.0.newest.get(|| self.view(|_, _, directory| Ok(directory))).await
    }

    async fn view<T: Send + 'static>(
        &self,
        view: impl FnOnce(&mut dyn Tx, Instant, Arc<Directory>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let permit = self.0.readers.permit().await?;
        let state = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            let (inner, _held) = (&state.0, permit);
            let now = inner.clock.now();
            inner.readers.read(|tx| {
                let directory = inner.directory.current(tx)?;
                view(tx, now, directory)
            })
        });
        task.await.unwrap_or_else(|_| {
            Err(StoreError::Unavailable("a view broke off (a fault of ours; it is in the log)".to_owned()).into())
        })
    }

    /// Runs slow password work aside, at most two at once.
    ///
    /// # Errors
    /// Unavailable when the work broke off.
    pub async fn hash<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let broke_off = || Fault::from(StoreError::Unavailable("password work broke off".to_owned()));
        let _held = self.0.hashing.acquire().await.map_err(|_| broke_off())?;
        tokio::task::spawn_blocking(work).await.map_err(|_| broke_off())
    }

    /// Reads the clock: once per request, where no view or unit of work brings its own reading.
    pub fn now(&self) -> Instant {
        self.0.clock.now()
    }

    /// Settings and keys.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// A link that works from outside: always from `public_url`, never from a request's `Host`.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.0.settings.public_url)
    }

    /// What follows from where the installation is reached: cookie name, origin, proxies.
    pub fn place(&self) -> &Place {
        &self.0.place
    }

    /// The live hub.
    pub fn live(&self) -> &Hub {
        &self.0.live
    }

    /// The metrics.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// What opens the metrics beside an administrator's token.
    pub fn scrape_token(&self) -> Option<&ScrapeToken> {
        self.0.scrape_token.as_ref()
    }

    /// How late, by the clock of this server, means that nobody looks: 30 s of real time (INV-03).
    pub fn late_after(&self) -> SignedDuration {
        self.0.late_after
    }

    /// Limits on sign-in attempts.
    pub(crate) fn limiter(&self) -> std::sync::MutexGuard<'_, SignInLimiter> {
        self.0.limiter.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Limits on addresses typed on status pages.
    pub(crate) fn subscribe_limiter(&self) -> std::sync::MutexGuard<'_, SignInLimiter> {
        self.0.subscribe_limiter.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Limits on guessing where no session and no signature stand behind a call.
    pub(crate) fn callback_limiter(&self) -> std::sync::MutexGuard<'_, SignInLimiter> {
        self.0.callback_limiter.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Limits on guessing the addresses of calendar feeds.
    pub(crate) fn feed_limiter(&self) -> std::sync::MutexGuard<'_, SignInLimiter> {
        self.0.feed_limiter.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Who was answered lately, of those who write to us.
    pub(crate) fn answers(&self) -> std::sync::MutexGuard<'_, Answers> {
        self.0.answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Whether there is a mail server.
    pub fn sends_mail(&self) -> bool {
        self.0.sends_mail
    }

    /// Media that this server can send by: the words of contact methods.
    pub fn media(&self) -> &BTreeSet<&'static str> {
        &self.0.media
    }

    /// Media that nothing is set up for here: nobody counts as reached by one of these.
    pub fn unsendable(&self) -> BTreeSet<String> {
        let known = nightbell_engine::domain::org::ContactKind::WORDS.into_iter();
        known.filter(|word| !self.0.media.contains(word)).map(str::to_owned).collect()
    }

    /// The installation's Telegram bot.
    pub fn telegram(&self) -> Option<&telegram::Bot> {
        self.0.telegram.as_ref()
    }

    /// Whether the demo's mail catcher has a page.
    pub fn mail_inbox(&self) -> bool {
        self.0.mail_inbox
    }
}

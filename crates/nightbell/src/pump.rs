//! The pump: the engine hands out work, delivery sends it, the engine settles it. Nothing else sends.
//!
//! One task looks when the next thing is due, runs the reconcilers through the desk (each a unit of work of its own, so that one that fails
//! does not hold up the others), and sends what they hand out, many at a time. It keeps nothing: whatever it was doing when it stopped, broke
//! or was killed is in the store as "sending" with a lease, and comes back as due (INV-06). The writer's commits wake it; that is a hint, never
//! the truth. Is not: a decision about whom, when or how often. Started by `server` alone.

mod clock_step;
mod delivery;
pub mod node;
mod stopping;

pub use delivery::{describe, report};
pub use node::Node;
pub use stopping::{Stop, Stopping};

use crate::watch::Own;
use jiff::{SignedDuration, Timestamp};
use nightbell_delivery::{Lease, Sender};
use nightbell_engine::{
    Class, Clock, Desk, Fault, Reader, StoreError, Unit,
    domain::{limits::SENDING_LEASE, paging::canary::MEDIUM},
    heartbeat, learning, nodes, paging, people, response,
};
use nightbell_web::ops::Sent;
use node::Hold;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, oneshot},
    task::{JoinError, JoinHandle, JoinSet},
    time::{Instant, sleep_until, timeout},
};

/// Attempts under way at which nothing more is handed out. One more hand-out (64) may come on top.
const IN_FLIGHT_MAX: usize = 256;
/// Longest sleep: after this the wall clock is looked at again, in case it was set or the machine slept.
const SLEEP_MAX: Duration = Duration::from_secs(10);
/// The same among other nodes, whose hint may have been lost.
const SLEEP_AMONG_OTHERS_MAX: Duration = Duration::from_secs(2);
/// What another node committed is left to that node for a moment: it knows first.
const HINT_RESTS: Duration = Duration::from_millis(50);
/// Rest after the store could not.
const REST_AFTER_TROUBLE: Duration = Duration::from_secs(1);
/// Rest when something stays due although everything was run: it must not become a spin.
const REST_WITHOUT_PROGRESS: Duration = Duration::from_millis(100);
/// How long the look may take: after this everything is run without it, because whoever writes may well go on.
const LOOK_WITHIN: Duration = Duration::from_secs(2);
/// How long after a full disk nobody's silence is judged: what beat meanwhile was refused, and counts as not listened to then.
const DEAF_AFTER_FULL: Duration = Duration::from_secs(31);
/// How long attempts under way may take to end when the server stops. What does not is sent again after the next start, marked a repeat.
const DRAIN_WITHIN: Duration = Duration::from_secs(8);
/// How often recording an outcome is tried, once a second: longer than that the lease has run out anyway.
const SETTLE_TRIES_MAX: u32 = 30;

/// Wakes the pump. Cheap to clone; may be called from any thread.
#[derive(Debug, Clone, Default)]
pub struct Waker(Arc<Wakes>);

#[derive(Debug, Default)]
struct Wakes {
    own: Notify,
    hint: Notify,
}

impl Waker {
    /// Something may be due, by a commit of this node.
    pub fn wake(&self) {
        self.0.own.notify_one();
    }

    /// Something may be due, by a commit of any node.
    pub fn hint(&self) {
        self.0.hint.notify_one();
    }
}

/// Told of each attempt, for the metrics.
pub type Observer = Box<dyn Fn(&Sent) + Send + Sync>;

/// What a pump needs.
pub struct Parts {
    /// The writer's inbox.
    pub desk: Desk,
    /// A connection of its own, to see what is due without writing.
    pub reader: Box<dyn Reader>,
    /// The transports.
    pub sender: Sender,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Woken by the writer's commits.
    pub waker: Waker,
    /// How many seconds of `clock` pass in one real second: 1, but for a demonstration.
    pub pace: u32,
    /// Told of each attempt.
    pub observer: Observer,
    /// The server's own listener, for canaries; without one they are refused.
    pub own: Option<Own>,
    /// This server among the others.
    pub node: Node,
}

/// The pump. Cheap to clone; run it once.
#[derive(Clone)]
pub struct Pump(Arc<Inner>);

/// A look at what is due, under way.
type Look = JoinHandle<Result<Option<Timestamp>, StoreError>>;

struct Inner {
    desk: Desk,
    reader: Mutex<Box<dyn Reader>>,
    /// A look that took too long, and still goes on.
    looking: Mutex<Option<Look>>,
    /// When the disk was last seen full.
    full_at: Mutex<Option<Instant>>,
    /// A hand-out may be stored although its answer was lost: nobody here holds what it gave.
    doubt: AtomicBool,
    eye: Mutex<clock_step::Eye>,
    sender: Sender,
    clock: Arc<dyn Clock>,
    waker: Waker,
    pace: u32,
    observer: Observer,
    own: Option<Own>,
    node: Node,
}

/// What one look brought.
struct Round {
    /// How long to rest if nothing wakes the pump.
    rest: Duration,
    /// What to send.
    work: Vec<paging::Work>,
    /// When the hand-out began: its leases began no earlier.
    asked: Instant,
    /// The right to send it.
    hold: Hold,
}

/// When a hand-out ran, and what it gave; nothing when this node was given up.
type HandedOut = (node::Moment, Option<Vec<paging::Work>>);

impl Pump {
    /// A pump that waits to be run.
    pub fn new(parts: Parts) -> Self {
        let Parts { desk, reader, sender, clock, waker, pace, observer, own, node } = parts;
        let (reader, pace) = (Mutex::new(reader), pace.max(1));
        let (looking, full_at) = (Mutex::new(None), Mutex::new(None));
        let eye = Mutex::new(clock_step::Eye::new(Instant::now(), clock.now()));
        Self(Arc::new(Inner {
            desk,
            reader,
            looking,
            full_at,
            doubt: AtomicBool::new(false),
            eye,
            sender,
            clock,
            waker,
            pace,
            observer,
            own,
            node,
        }))
    }

    /// Runs until the server stops, then lets attempts under way end.
    pub async fn run(self, mut stopping: Stopping) {
        let mut sending = JoinSet::new();
        let mut last_due = None;
        let mut patience = Duration::ZERO;
        while !stopping.is_set() {
            let round = self.round(sending.len(), patience, &mut last_due).await;
            for work in round.work {
                sending.spawn(self.clone().attempt(work, round.asked, round.hold.clone()));
            }
            let until = Instant::now() + round.rest;
            patience = self.0.node.patience();
            tokio::select! {
                () = stopping.wait() => {}
                // What this node made due itself waits for nobody.
                () = self.0.waker.0.own.notified() => patience = Duration::ZERO,
                () = self.0.waker.0.hint.notified() => sleep_until(until.min(Instant::now() + HINT_RESTS)).await,
                // The settling commit wakes as well; this is for the attempt that ended without one.
                Some(ended) = sending.join_next() => note_broken(ended),
                () = sleep_until(until) => {}
            }
        }
        let drained = timeout(DRAIN_WITHIN, async {
            while let Some(ended) = sending.join_next().await {
                note_broken(ended);
            }
        });
        if drained.await.is_err() {
            tracing::warn!(
                attempts = sending.len(),
                "stopped with attempts under way; they are made again after the next start, marked as repeats"
            );
        }
    }

    /// Looks what is due and has it done.
    async fn round(&self, under_way: usize, patience: Duration, last_due: &mut Option<Timestamp>) -> Round {
        let asked = Instant::now();
        let nothing = |rest| Round { rest, work: Vec::new(), asked, hold: self.0.node.hold() };
        let listens = self.listens();
        self.look_at_clocks();
        if under_way == 0 {
            self.give_back().await;
        }
        if self.0.node.stands_aside() {
            return nothing(SLEEP_AMONG_OTHERS_MAX);
        }
        let rest_max = self.arm_anew().await.unwrap_or(Duration::MAX);
        let due = match self.next_due().await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(%error, "PAGING AT RISK: what is due cannot be read; trying again");
                return nothing(REST_AFTER_TROUBLE);
            }
        };
        let now = self.0.clock.now();
        let due = due.map(|due| later(due, patience));
        match due.filter(|due| *due <= now) {
            None => {
                *last_due = None;
                nothing(self.rest_until(due, now).min(rest_max))
            }
            Some(due) => {
                let stuck = last_due.replace(due) == Some(due);
                let round = self.reconcile(under_way < IN_FLIGHT_MAX, listens, stuck).await;
                Round { rest: round.rest.min(rest_max), ..round }
            }
        }
    }

    fn rest_until(&self, due: Option<Timestamp>, now: Timestamp) -> Duration {
        let wait = due.map_or(SignedDuration::MAX, |due| due.duration_since(now));
        let wait = Duration::try_from(wait).unwrap_or(Duration::ZERO) / self.0.pace;
        wait.min(if self.0.node.is_alone() { SLEEP_MAX } else { SLEEP_AMONG_OTHERS_MAX })
    }

    /// Runs every reconciler once, in the order in which one makes work for the next.
    async fn reconcile(&self, room: bool, listens: bool, stuck: bool) -> Round {
        // All left at the desk before the first answer is awaited: usually one transaction, one fsync.
        let escalated = self.submit(paging::escalate);
        let kept = self.submit(response::cadence);
        let chased = self.submit(learning::chase);
        let listened = self.submit(move |unit| if listens { heartbeat::heartbeat(unit) } else { Ok(0) });
        let hold = self.0.node.hold();
        let handed_out = self.hand_out(room, &hold);
        let mut trouble = false;
        for (name, done) in [("escalate", escalated), ("cadence", kept), ("chase", chased), ("heartbeat", listened)] {
            if let Err(error) = done.await.unwrap_or_else(gone) {
                trouble = true;
                tracing::error!(reconciler = name, %error, "PAGING AT RISK: a reconciler failed; trying again");
            }
        }
        let ran = self.handed_out(handed_out.await.unwrap_or_else(gone), &hold).await;
        let (asked, work) = ran.unwrap_or_else(|error| {
            trouble = true;
            if matches!(error, Fault::Store(StoreError::Unavailable(_))) {
                self.0.doubt.store(true, Ordering::Relaxed);
            }
            tracing::error!(reconciler = "dispatch", %error, "PAGING AT RISK: a reconciler failed; trying again");
            (Instant::now(), Vec::new())
        });
        let rest = match (trouble, work.is_empty()) {
            (true, _) => REST_AFTER_TROUBLE,
            (false, true) if stuck => REST_WITHOUT_PROGRESS,
            (false, _) => Duration::ZERO,
        };
        Round { rest, work, asked, hold }
    }

    /// Leaves the hand-out at the desk; it notes when it ran, because having been there to run it is a sign of life.
    fn hand_out(&self, room: bool, hold: &Hold) -> oneshot::Receiver<Result<HandedOut, Fault>> {
        let (node, id) = (self.0.node.clone(), hold.id());
        self.submit(move |unit| {
            let begun = node.moment();
            let work = if room { nodes::dispatch(unit, id)? } else { Some(Vec::new()) };
            Ok((begun, work))
        })
    }

    /// What was handed out, and when that began: what waited at the desk before it has cost nobody a lease.
    async fn handed_out(
        &self,
        ran: Result<HandedOut, Fault>,
        hold: &Hold,
    ) -> Result<(Instant, Vec<paging::Work>), Fault> {
        let (begun, work) = ran?;
        let Some(work) = work else {
            self.0.node.join_again(&self.0.desk, hold.id()).await?;
            return Ok((Instant::now(), Vec::new()));
        };
        if !work.is_empty() {
            self.0.node.was_seen(hold.id(), begun);
        }
        let began_at = work.iter().map(|work| work.message.sent_at).min();
        Ok((began_at.map_or_else(Instant::now, |began_at| begun.when(began_at)), work))
    }

    /// After a hand-out whose answer was lost, and while nothing is under way here: what is marked as this node's is due again, not only when
    /// its lease is over.
    async fn give_back(&self) {
        if !self.0.doubt.load(Ordering::Relaxed) {
            return;
        }
        let id = self.0.node.id();
        match self.submit(move |unit| nodes::give_back(unit, id)).await.unwrap_or_else(gone) {
            Ok(messages) => {
                self.0.doubt.store(false, Ordering::Relaxed);
                if messages > 0 {
                    tracing::warn!(
                        messages,
                        "the answer of a hand-out was lost; what it gave is sent now, marked as repeats"
                    );
                }
            }
            Err(error) => tracing::error!(%error, "PAGING AT RISK: a lost hand-out cannot be taken back; trying again"),
        }
    }

    /// Leaves a unit of work at the desk.
    fn submit<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, Fault>> {
        let (answer, answered) = oneshot::channel();
        self.0.desk.submit(Class::Paging, work, move |result| drop(answer.send(result)));
        answered
    }

    /// Whether beats are taken, and were long enough for a silence to mean something.
    fn listens(&self) -> bool {
        let mut full_at = self.0.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if self.0.desk.stats().only_paging {
            *full_at = Some(Instant::now());
        }
        full_at.is_none_or(|full_at| full_at.elapsed() > DEAF_AFTER_FULL)
    }

    /// When the next thing is due; now, when that is not known in time.
    async fn next_due(&self) -> Result<Option<Timestamp>, Fault> {
        let looking = || self.0.looking.lock().unwrap_or_else(PoisonError::into_inner);
        let before = looking().take();
        // What a look of an earlier round says is of then.
        let old = before.is_some();
        let mut look = before.unwrap_or_else(|| self.look());
        let broke_off = |_| Err(StoreError::Unavailable("looking for what is due broke off".to_owned()));
        match timeout(LOOK_WITHIN, &mut look).await {
            Ok(looked) if !old => Ok(looked.unwrap_or_else(broke_off)?),
            Ok(_) => Ok(Some(self.0.clock.now())),
            Err(_) => {
                *looking() = Some(look);
                tracing::error!("PAGING AT RISK: looking for what is due takes too long; everything is run without it");
                Ok(Some(self.0.clock.now()))
            }
        }
    }

    fn look(&self) -> JoinHandle<Result<Option<Timestamp>, StoreError>> {
        let inner = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || {
            let mut due = Ok(None);
            let mut reader = inner.reader.lock().unwrap_or_else(PoisonError::into_inner);
            reader.read(&mut |tx| due = nightbell_store::paging::next_due(tx))?;
            due
        })
    }

    /// Until when the work is ours to send (INV-05, INV-22). A clock that races in a demonstration has none: a lease would be over in no time.
    fn lease(&self, work: &paging::Work, asked: Instant) -> Lease {
        if self.0.pace > 1 {
            return Lease::endless();
        }
        let clock = Arc::clone(&self.0.clock);
        let until = work.message.sent_at.checked_add(SENDING_LEASE).unwrap_or(Timestamp::MAX);
        Lease::new(asked, SENDING_LEASE.unsigned_abs(), until, Arc::new(move || clock.now()))
    }

    /// The transports; for a canary the same, aimed at the server's own listener and nothing else.
    fn sender_of(&self, work: &paging::Work) -> &Sender {
        match (&work.address, &self.0.own) {
            (paging::Address::Canary { .. }, Some(own)) => own.sender(),
            _ => &self.0.sender,
        }
    }

    /// One attempt, and its outcome recorded. Dropped or panicking half-way it leaves the lease to run out.
    async fn attempt(self, work: paging::Work, asked: Instant, hold: Hold) {
        let (id, attempt) = (work.notification, work.attempt);
        let (medium, delivery) = describe(&work, self.0.own.as_ref());
        let begun = Instant::now();
        let lease = self.lease(&work, asked);
        let sender = self.sender_of(&work);
        let outcome = hold.send(sender.deliver(&delivery, self.0.clock.now(), &lease)).await;
        let word = delivery::word(&outcome);
        let waited = work.waited.and_then(|waited| waited.try_into().ok());
        (self.0.observer)(&Sent { medium, outcome: word, took: begun.elapsed(), waited });
        match word {
            "accepted" if medium == MEDIUM => tracing::debug!(notification = %id, attempt, medium, "sent"),
            "accepted" => tracing::info!(notification = %id, attempt, medium, "sent"),
            _ if delivery::is_ours(&outcome) => tracing::error!(
                notification = %id, attempt, medium, outcome = word, detail = outcome.detail(),
                "PAGING AT RISK: not sent, and nobody will be reached by this way until its settings are right"
            ),
            _ => {
                tracing::warn!(notification = %id, attempt, medium, outcome = word, detail = outcome.detail(), "not sent")
            }
        }
        let ended = delivery::ended(&work, &outcome);
        let report = report(outcome);
        for _ in 0..SETTLE_TRIES_MAX {
            let report = report.clone();
            let ended = ended.clone();
            let settled = self.submit(move |unit| {
                if let Some((user, kind)) = &ended {
                    people::ended(unit, user, kind)?;
                }
                paging::settle(unit, id, attempt, report.clone())
            });
            match settled.await.unwrap_or_else(gone) {
                Ok(()) => return,
                Err(error) if error.may_pass() => {
                    tracing::error!(notification = %id, attempt, %error, "the outcome of an attempt could not be stored; trying again");
                    sleep_until(Instant::now() + REST_AFTER_TROUBLE).await;
                }
                Err(error) => {
                    tracing::error!(notification = %id, attempt, %error, "the outcome of an attempt cannot be recorded");
                    return;
                }
            }
        }
    }
}

/// Later by that much.
fn later(at: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| at.checked_add(by).ok()).unwrap_or(at)
}

/// The answer of a desk whose writer is gone.
fn gone<T>(_: oneshot::error::RecvError) -> Result<T, Fault> {
    Err(StoreError::Unavailable("the writer is gone".to_owned()).into())
}

fn note_broken(ended: Result<(), JoinError>) {
    if ended.is_err_and(|error| error.is_panic()) {
        tracing::error!("an attempt broke off (a fault of ours); it is made again when its lease runs out");
    }
}

#[cfg(test)]
pub(crate) mod tests;

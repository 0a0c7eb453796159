//! This server among the nodes of one database: its signs of life, its eye on the others, and the proof that what it holds is still its own
//! (ADR 0018, INV-22). Who is silent and what becomes of their messages is the engine's to say; here are the clocks.
//!
//! A node may begin a send only for [`HOLDS_FOR`] after a sign of life; the others give it up no sooner than [`SILENT_LOOKS`] of their own beats
//! later, which is longer. A process that was stopped in the middle finds out before it sends another byte: every step of a send looks first
//! at how long nobody here was awake, by the monotonic clock and by the wall's (which goes on while a machine sleeps).
//! On a data folder there is one server: nothing beats, and what it holds is its own.

use super::{Stopping, Waker};
use jiff::{SignedDuration, Timestamp};
use nightbell_delivery::Outcome;
use nightbell_engine::{
    Beside, Class, Clock, Desk, Fault, Settings, StoreError, Unit,
    domain::ids::NodeId,
    nodes::{self, Beaten, Look, Member, OwnClock, SILENT_LOOKS, Silent, Watch},
};
use std::{
    future::poll_fn,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};
use tokio::{
    sync::{Notify, oneshot},
    time::{Instant, sleep_until},
};

/// How often a node shows that it lives.
const BEAT_EVERY: Duration = Duration::from_millis(400);
/// How long after a sign of life a send may begin.
const HOLDS_FOR: Duration = Duration::from_millis(1_500);
/// How often it is noted that this process is awake, and how long a gap means that it was stopped.
const AWAKE_EVERY: Duration = Duration::from_millis(200);
const STOPPED_AFTER: Duration = Duration::from_millis(1_200);
/// How much longer than the node before it in the roll a node leaves what is due to whoever is faster: three nodes that pounce on everything
/// together would do the same looking three times.
const PATIENCE: Duration = Duration::from_millis(120);

/// How long a node stands aside without having compared its clock again: whoever cannot ask goes on, because silence is worse.
const ASIDE_FOR: Duration = Duration::from_secs(10);
/// How often clocks that differ are told of.
const TELL_SKEW_EVERY: Duration = Duration::from_secs(60);

const _: () = {
    let silence_ms_min = BEAT_EVERY.as_millis() * SILENT_LOOKS as u128;
    assert!(
        HOLDS_FOR.as_millis() + BEAT_EVERY.as_millis() < silence_ms_min,
        "a send may begin after the node was given up"
    );
    assert!(
        STOPPED_AFTER.as_millis() + BEAT_EVERY.as_millis() + AWAKE_EVERY.as_millis() < silence_ms_min,
        "a stop may stay unnoticed"
    );
    assert!(silence_ms_min <= 2_500, "take-over within three seconds");
};

/// A reading of both clocks.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    monotonic: Instant,
    wall: Timestamp,
}

impl Moment {
    /// When, by the monotonic clock, the wall's said `wall`, which is not after this moment.
    pub(super) fn when(self, wall: Timestamp) -> Instant {
        let since = Duration::try_from(self.wall.duration_since(wall)).unwrap_or(Duration::ZERO);
        self.monotonic.checked_sub(since).unwrap_or(self.monotonic)
    }

    /// How long ago, by whichever clock says more. A wall clock that was set back says nothing.
    fn age(self, now: Self) -> Duration {
        let wall = Duration::try_from(now.wall.duration_since(self.wall)).unwrap_or(Duration::ZERO);
        now.monotonic.saturating_duration_since(self.monotonic).max(wall)
    }
}

/// This server's place. Cheap to clone.
#[derive(Clone)]
pub struct Node(Arc<Inner>);

struct Inner {
    name: String,
    alone: bool,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// The key of links was renewed since this server was opened.
    key_renewed: Notify,
}

struct State {
    id: NodeId,
    /// Its place in the roll.
    rank: u32,
    /// A moment not later than the newest sign of life.
    beaten_at: Moment,
    awake_at: Moment,
    /// How often this process was found to have been stopped.
    stops: u64,
    /// When it was last found that its clock is wrong and somebody else's right, or that it is not known yet.
    aside_at: Option<Instant>,
    /// When another node was last seen to take alerts with a clock that is far ahead, and to rely on this one's.
    other_ahead_at: Option<Instant>,
}

/// Is told how far the database's clock is ahead of ours, at every sign of life.
pub type ClockObserver = Arc<dyn Fn(SignedDuration) + Send + Sync>;

/// What a sign of life found, and how far the database's clock is ahead of ours.
type Beat = (Beaten, SignedDuration);

/// The right to what one hand-out gave.
#[derive(Clone)]
pub struct Hold {
    node: Node,
    id: NodeId,
    stops: u64,
}

impl Node {
    /// The one server of a data folder, joined as `id`.
    pub fn alone(id: NodeId, name: String, clock: Arc<dyn Clock>) -> Self {
        Self::new(id, name, clock, true)
    }

    /// One of several, joined as `id`. [`Node::beat`] and [`Node::stay_awake`] must run.
    pub fn among_others(id: NodeId, name: String, clock: Arc<dyn Clock>) -> Self {
        Self::new(id, name, clock, false)
    }

    fn new(id: NodeId, name: String, clock: Arc<dyn Clock>, alone: bool) -> Self {
        let now = Moment { monotonic: Instant::now(), wall: clock.now() };
        let state = Mutex::new(State {
            id,
            rank: 0,
            beaten_at: now,
            awake_at: now,
            stops: 0,
            aside_at: (!alone).then_some(now.monotonic),
            other_ahead_at: None,
        });
        Self(Arc::new(Inner { name, alone, clock, state, key_renewed: Notify::new() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Both clocks, now.
    pub fn moment(&self) -> Moment {
        Moment { monotonic: Instant::now(), wall: self.0.clock.now() }
    }

    /// Whether there can be no other.
    pub fn is_alone(&self) -> bool {
        self.0.alone
    }

    /// As whom it joined.
    pub fn id(&self) -> NodeId {
        self.state().id
    }

    /// How long what is due is left to whoever is faster.
    pub fn patience(&self) -> Duration {
        if self.0.alone { Duration::ZERO } else { PATIENCE * self.state().rank }
    }

    /// Whether the work is left to the others, because this node's clock is wrong, or was not compared yet.
    pub fn stands_aside(&self) -> bool {
        self.state().aside_at.is_some_and(|at| at.elapsed() < ASIDE_FOR)
    }

    /// Whether another node arms what it takes by a clock that is far ahead: it stands aside, so nobody would ring it for as long.
    pub fn sees_another_ahead(&self) -> bool {
        self.state().other_ahead_at.is_some_and(|at| at.elapsed() < ASIDE_FOR)
    }

    /// The right to what is handed out from now on.
    pub fn hold(&self) -> Hold {
        let state = self.state();
        Hold { node: self.clone(), id: state.id, stops: state.stops }
    }

    /// A sign of life was stored; `begun` is not later than that.
    pub fn was_seen(&self, id: NodeId, begun: Moment) {
        let mut state = self.state();
        if state.id == id && begun.monotonic > state.beaten_at.monotonic {
            state.beaten_at = begun;
        }
    }

    /// Completes when the key of links was renewed while this server was asleep or cut off. Whoever waits ends the process: its pages open with
    /// links that nobody may open any more. For one that waits.
    pub async fn key_renewed(&self) {
        self.0.key_renewed.notified().await;
    }

    fn must_end(&self) {
        tracing::error!(
            "THE KEY OF LINKS WAS RENEWED while this server was asleep or cut off: it would open links that nobody may open any more. It ends"
        );
        self.0.key_renewed.notify_one();
    }

    /// Joins again, as another, after the others gave `lost` up.
    ///
    /// # Errors
    /// The store's; unavailable when the key of links was renewed, then [`Node::key_renewed`] completes.
    pub async fn join_again(&self, desk: &Desk, lost: NodeId) -> Result<(), Fault> {
        if self.id() != lost {
            return Ok(());
        }
        tracing::warn!(node = %lost, "the other nodes took this one for gone; what it was sending is theirs, it joins again");
        let (name, begun) = (self.0.name.clone(), self.moment());
        let Some(id) = submit(desk, move |unit| nodes::join_again(unit, &name)).await? else {
            self.must_end();
            return Err(StoreError::Unavailable("the key of links was renewed".to_owned()).into());
        };
        let mut state = self.state();
        (state.id, state.beaten_at) = (id, begun);
        Ok(())
    }

    /// Beats and watches the others until the server stops. `settings` are those it was opened with.
    pub async fn beat(
        self,
        beside: Arc<Mutex<Box<dyn Beside>>>,
        settings: Settings,
        desk: Desk,
        waker: Waker,
        observer: ClockObserver,
        mut stopping: Stopping,
    ) {
        let mut watch = Watch::default();
        let (mut ill, mut skew_told, mut clock_told) = (false, None, None);
        loop {
            tokio::select! {
                () = stopping.wait() => return,
                () = sleep_until(Instant::now() + BEAT_EVERY) => {}
            }
            let (id, begun) = (self.id(), self.moment());
            let beaten = beat_once(&beside, &settings, id, &self.0.clock).await;
            if let Err(error) = &beaten {
                if !std::mem::replace(&mut ill, true) {
                    tracing::warn!(%error, "this node cannot show that it lives; it goes on trying, and sends nothing meanwhile");
                }
                continue;
            }
            ill = false;
            match beaten {
                Ok((Beaten::Among(roll), apart)) => {
                    self.was_seen(id, begun);
                    self.state().rank = rank(id, &roll);
                    let look = watch.look(id, &roll, begun.wall);
                    observer(apart);
                    let clock = nodes::own_clock(id, &roll, &look.silent, begun.wall, apart);
                    self.mind_the_others(&look, apart);
                    let was_aside = self.stands_aside();
                    self.heed(clock, apart, &mut clock_told);
                    if clock == OwnClock::StandAside {
                        continue;
                    }
                    if was_aside {
                        waker.wake();
                    }
                    for silent in look.silent {
                        take_over(&desk, silent).await;
                        waker.wake();
                    }
                    if !look.skewed.is_empty() && skew_told.is_none_or(|told: Instant| told.elapsed() > TELL_SKEW_EVERY)
                    {
                        skew_told = Some(Instant::now());
                        tell_skew(look.skewed);
                    }
                }
                Ok((Beaten::KeyRenewed, _)) => {
                    self.must_end();
                    return stopping.wait().await;
                }
                Ok((Beaten::GivenUp, _)) => {
                    if let Err(error) = self.join_again(&desk, id).await {
                        tracing::error!(%error, "PAGING AT RISK: this node cannot join the others again; trying again");
                    }
                }
                Err(_) => {}
            }
        }
    }

    /// Notes that another node leaves ringing to this one, by what a look at them found, when the database's clock is ahead of ours by `apart`.
    fn mind_the_others(&self, look: &Look, apart: SignedDuration) {
        if look.someone_is_far_ahead(apart) {
            self.state().other_ahead_at = Some(Instant::now());
        }
    }

    /// Stands aside or comes back because of its own clock, and says why, at once and then every minute.
    fn heed(&self, clock: OwnClock, apart: SignedDuration, told: &mut Option<(OwnClock, Instant)>) {
        self.state().aside_at = (clock == OwnClock::StandAside).then(Instant::now);
        if told.is_some_and(|(last, at)| last == clock && at.elapsed() <= TELL_SKEW_EVERY) {
            return;
        }
        let apart_ms = apart.as_millis();
        match clock {
            OwnClock::Sound if told.take().is_some() => {
                tracing::info!("this machine's clock agrees with the database's again")
            }
            OwnClock::Sound => return,
            OwnClock::Apart => tracing::error!(
                apart_ms,
                "CLOCK IS WRONG: this machine's clock is not the database's; pages ring early or late by that much. Set both by NTP"
            ),
            OwnClock::StandAside => tracing::error!(
                apart_ms,
                "PAGING AT RISK: this machine's clock is wrong; this node takes alerts, but leaves ringing people to the others. Set it by NTP"
            ),
        }
        *told = (clock != OwnClock::Sound).then(|| (clock, Instant::now()));
    }

    /// Notes that this process is awake, until the server stops.
    pub async fn stay_awake(self, mut stopping: Stopping) {
        loop {
            tokio::select! {
                () = stopping.wait() => return,
                () = sleep_until(Instant::now() + AWAKE_EVERY) => self.note_awake(),
            }
        }
    }

    fn note_awake(&self) {
        let now = self.moment();
        let mut state = self.state();
        let slept = state.awake_at.age(now);
        state.awake_at = now;
        if slept > STOPPED_AFTER {
            state.stops += 1;
            drop(state);
            let slept_ms = u64::try_from(slept.as_millis()).unwrap_or(u64::MAX);
            tracing::warn!(slept_ms, "this process stood still; what it was sending is left to whoever took over");
        }
    }
}

impl Hold {
    /// As whom.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// Whether a send may begin now.
    ///
    /// # Errors
    /// Why not, for the delivery log.
    pub fn may_begin(&self) -> Result<(), &'static str> {
        if self.node.0.alone {
            return Ok(());
        }
        if self.was_stopped() {
            return Err("not sent: this node stood still after it took the message");
        }
        let (now, state) = (self.node.moment(), self.node.state());
        if state.id != self.id || state.beaten_at.age(now) > HOLDS_FOR {
            return Err("not sent: this node could not show that it lives");
        }
        Ok(())
    }

    /// Whether this process was stopped since.
    fn was_stopped(&self) -> bool {
        let (now, state) = (self.node.moment(), self.node.state());
        state.stops != self.stops || state.awake_at.age(now) > STOPPED_AFTER
    }

    /// Runs a send, if it may begin, and as long as this process is not stopped in the middle.
    pub async fn send(&self, send: impl Future<Output = Outcome>) -> Outcome {
        if let Err(why) = self.may_begin() {
            return Outcome::Deferred { detail: why.to_owned(), retry_after: None };
        }
        self.unless_stopped(send).await.unwrap_or_else(|| Outcome::Unknown {
            detail: "this node was stopped while it was sending; it may have arrived".to_owned(),
        })
    }

    /// Runs a send; `None` when this process was stopped in the middle: not one more byte goes out then.
    async fn unless_stopped<T>(&self, send: impl Future<Output = T>) -> Option<T> {
        let mut send = pin!(send);
        poll_fn(|context| {
            if !self.node.0.alone && self.was_stopped() {
                return Poll::Ready(None);
            }
            send.as_mut().poll(context).map(Some)
        })
        .await
    }
}

/// The place of a node in the roll.
fn rank(id: NodeId, roll: &[Member]) -> u32 {
    u32::try_from(roll.iter().take_while(|member| member.id != id).count()).unwrap_or(0)
}

async fn beat_once(
    beside: &Arc<Mutex<Box<dyn Beside>>>,
    settings: &Settings,
    id: NodeId,
    clock: &Arc<dyn Clock>,
) -> Result<Beat, StoreError> {
    let (beside, settings, clock) = (Arc::clone(beside), settings.clone(), Arc::clone(clock));
    let beaten = tokio::task::spawn_blocking(move || {
        let mut answer = (Beaten::GivenUp, SignedDuration::ZERO);
        let mut beside = beside.lock().unwrap_or_else(PoisonError::into_inner);
        beside.write(&mut |tx| {
            let before = clock.now();
            let theirs = nodes::postgres_clock(tx)?;
            let apart = nodes::apart(before, theirs, clock.now());
            nodes::beat(tx, &settings, id, before).map(|beaten| answer = (beaten, apart))
        })?;
        Ok(answer)
    });
    beaten.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the beat broke off".to_owned())))
}

/// Which nodes' clocks are not this one's, and by how much.
fn tell_skew(skewed: Vec<(String, SignedDuration)>) {
    for (name, apart) in skewed {
        let apart_ms = apart.as_millis();
        tracing::error!(
            node = name,
            apart_ms,
            "CLOCKS DIFFER: another node's clock is not this one's; pages ring early or late by that much. Set both by NTP"
        );
    }
}

async fn take_over(desk: &Desk, silent: Silent) {
    let given_up = silent.clone();
    match submit(desk, move |unit| nodes::take_over(unit, &given_up)).await {
        Ok(Some(messages)) => tracing::warn!(
            node = %silent.id,
            name = silent.name,
            messages,
            "a node fell silent; what it was sending is sent by the others now, marked as repeats"
        ),
        Ok(None) => {}
        Err(error) => {
            tracing::error!(%error, "PAGING AT RISK: a silent node's messages cannot be taken over; trying again")
        }
    }
}

/// A unit of work, and its answer.
pub(super) async fn submit<T: Send + 'static>(
    desk: &Desk,
    work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let (answer, answered) = oneshot::channel();
    desk.submit(Class::Paging, work, move |result| drop(answer.send(result)));
    answered.await.unwrap_or_else(super::gone)
}

#[cfg(test)]
mod tests;

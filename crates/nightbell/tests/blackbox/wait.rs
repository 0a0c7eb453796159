//! Waiting for something to become true, with a deadline; and the two clocks a test may look at. Never waits for time to pass by itself.

use std::{
    sync::{Condvar, Mutex},
    time::{Duration, Instant},
};

/// How long anything that should happen soon may take on a machine that is busy with other tests.
pub const SOON: Duration = Duration::from_secs(30);
/// How often a thing that cannot tell by itself is asked again.
const ASK_EVERY: Duration = Duration::from_millis(20);

/// When waiting ends.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// That long from now.
    #[expect(clippy::disallowed_methods, reason = "a deadline of a test on real processes, on the monotonic clock")]
    pub fn within(limit: Duration) -> Self {
        Self(Instant::now() + limit)
    }

    /// What is left; zero when it is over.
    #[expect(clippy::disallowed_methods, reason = "a deadline of a test on real processes, on the monotonic clock")]
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether it is over.
    pub fn over(self) -> bool {
        self.left().is_zero()
    }
}

/// The wall clock, which the server on the same machine reads too.
#[expect(clippy::disallowed_methods, reason = "compared with the times in the server's own messages")]
pub fn wall_clock() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Asks until there is an answer; panics with `what` when there is none in time.
pub fn until<T>(what: &str, within: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Deadline::within(within);
    let (lock, nobody) = (Mutex::new(()), Condvar::new());
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(!deadline.over(), "did not happen within {within:?}: {what}");
        let held = lock.lock().expect("nobody else has it");
        let _ = nobody.wait_timeout(held, ASK_EVERY.min(deadline.left()));
    }
}

/// Asks very often, for a moment that is over quickly; nothing when it does not come in time.
pub fn catch<T>(every: Duration, within: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Deadline::within(within);
    while !deadline.over() {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        pause(every);
    }
    None
}

/// Lets a moment pass: for faults whose moment is drawn at random, never to wait for something to become true.
pub fn pause(moment: Duration) {
    let (lock, nobody) = (Mutex::new(()), Condvar::new());
    let held = lock.lock().expect("nobody else has it");
    drop(nobody.wait_timeout_while(held, moment, |()| true));
}

/// Starts a thread of a test; the one place that does.
#[expect(clippy::disallowed_methods, reason = "doubles and clients of tests have threads of their own")]
pub fn thread<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> std::thread::JoinHandle<T> {
    std::thread::spawn(body)
}

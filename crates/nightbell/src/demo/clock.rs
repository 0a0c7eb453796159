//! The demo's time: the system's clock when people watch, a story's clock when it has to be quick. The story's clock stands still until
//! it is moved, so that whatever became due has happened before anything else does.

use crate::system::SystemClock;
use jiff::{SignedDuration, Timestamp};
use nightbell_engine::Clock;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// The Saturday of the playbook, when the alert fired.
const BEGINNING: &str = "2026-05-02T09:32:00Z";

/// A clock that is moved forward by hand.
#[derive(Debug)]
pub struct StoryClock(AtomicI64);

impl StoryClock {
    fn new(begin: Timestamp) -> Self {
        Self(AtomicI64::new(begin.as_microsecond()))
    }

    /// Moves it forward; never back.
    fn forward_to(&self, at: Timestamp) {
        self.0.fetch_max(at.as_microsecond(), Ordering::SeqCst);
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }
}

/// How time passes in the demo.
#[derive(Clone)]
pub enum Pace {
    /// On the story's clock, from beat to beat at once.
    Fast(Arc<StoryClock>),
    /// On the system's clock, a few seconds a beat.
    Watched,
}

impl Pace {
    /// A story's clock that stands at its beginning.
    ///
    /// # Panics
    /// Never: the beginning is a literal, and a test reads it.
    pub fn fast() -> Self {
        Self::Fast(Arc::new(StoryClock::new(BEGINNING.parse().expect("a literal time is well formed"))))
    }

    /// The clock for everything in the demo.
    pub fn clock(&self) -> Arc<dyn Clock> {
        match self {
            Self::Fast(clock) => Arc::clone(clock) as Arc<dyn Clock>,
            Self::Watched => Arc::new(SystemClock),
        }
    }

    /// Moves the story's clock to `after` its beginning; the system's goes by itself.
    pub fn forward(&self, begin: Timestamp, after: SignedDuration) {
        if let Self::Fast(clock) = self {
            clock.forward_to(begin + after);
        }
    }

    /// Whether time is the story's.
    pub fn is_fast(&self) -> bool {
        matches!(self, Self::Fast(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stands_still_and_never_goes_back() {
        let pace = Pace::fast();
        let clock = pace.clock();
        let begin = clock.now();
        let check = |minutes: i64, expected: &str| {
            pace.forward(begin, SignedDuration::from_mins(minutes));
            assert_eq!(clock.now().to_string(), expected);
        };
        check(0, "2026-05-02T09:32:00Z");
        check(10, "2026-05-02T09:42:00Z");
        check(3, "2026-05-02T09:42:00Z");
    }
}

//! The one place in xtask that reads a clock. Only for telling people how long something took; no check depends on it.

use std::time::{Duration, Instant};

/// A running stopwatch. Copies show the same time.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "durations shown to a person; no product code and no decision reads this"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

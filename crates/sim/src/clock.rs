//! A node's wall clock: what it shows is the true time, shifted by every step somebody made and by its drift. The world's queue runs on the
//! true time, which is also what a monotonic clock would measure; the engine is only ever told what a wall clock shows.

use jiff::SignedDuration;
use nightbell_engine::domain::record::Instant;

/// A wall clock.
#[derive(Debug, Clone)]
pub struct WallClock {
    /// How far it is off, in microseconds, at `set_at`.
    offset_us: i64,
    /// Microseconds it gains in a second; negative when it is slow.
    drift_ppm: i64,
    /// When the offset was taken, in true time.
    set_at: Instant,
}

impl WallClock {
    /// One that is off by so much from the start.
    pub fn new(truth: Instant, off_by: SignedDuration, drift_ppm: i64) -> Self {
        Self { offset_us: micros(off_by), drift_ppm, set_at: truth }
    }

    /// How far it is off, in microseconds.
    fn off_us(&self, truth: Instant) -> i64 {
        let passed = micros(truth.duration_since(self.set_at));
        self.offset_us + (i128::from(passed) * i128::from(self.drift_ppm) / 1_000_000) as i64
    }

    /// What it shows.
    pub fn shows(&self, truth: Instant) -> Instant {
        shifted(truth, self.off_us(truth))
    }

    /// When, in true time, it will show that; close enough for a few weeks.
    pub fn truth_of(&self, shown: Instant, truth: Instant) -> Instant {
        let left = micros(shown.duration_since(self.shows(truth)));
        let drifted = i128::from(left) * i128::from(self.drift_ppm) / 1_000_000;
        // A microsecond later rather than earlier: looking too early would find nothing due.
        shifted(truth, left - drifted as i64 + 1)
    }

    /// Somebody sets it.
    pub fn step(&mut self, truth: Instant, by: SignedDuration) {
        self.offset_us = self.off_us(truth) + micros(by);
        self.set_at = truth;
    }

    /// How far it is off.
    pub fn off_by(&self, truth: Instant) -> SignedDuration {
        SignedDuration::from_micros(self.off_us(truth))
    }
}

fn micros(span: SignedDuration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX / 4)
}

fn shifted(at: Instant, by_us: i64) -> Instant {
    at.checked_add(SignedDuration::from_micros(by_us)).unwrap_or(at)
}

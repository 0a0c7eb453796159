//! How the desk stands, for metrics: depths, waits, what was shed, how large and how long batches are. Cheap to take at any moment.

use super::{Class, inbox::Depth};
use std::time::Duration;

/// A class's name in metrics, from the highest.
pub const CLASSES: [&str; 4] = ["paging", "person", "alert", "background"];

/// A quantity that was measured many times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// The sum.
    pub sum: u64,
    /// The largest.
    pub max: u64,
    /// The newest.
    pub last: u64,
    /// How often it was at most 1, 2, 4, 8 … 2^24 and more than the bound before; the last one takes whatever is larger.
    pub buckets: [u64; 25],
}

impl Tally {
    pub(super) fn add(&mut self, value: u64) {
        self.count += 1;
        self.sum = self.sum.saturating_add(value);
        self.max = self.max.max(value);
        self.last = value;
        let bits = u64::BITS - value.saturating_sub(1).leading_zeros();
        self.buckets[(bits as usize).min(self.buckets.len() - 1)] += 1;
    }
}

/// What is counted from the start of the process on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Units of work refused or pushed out because there was no room, by class in the order of [`CLASSES`].
    pub shed: [u64; 4],
    /// Units of work in each durable batch.
    pub batch_units: Tally,
    /// How long each batch ran before its commit, in microseconds.
    pub work_us: Tally,
    /// How long each commit took, the fsync included, in microseconds.
    pub commit_us: Tally,
    /// Batches that were not stored.
    pub failed: u64,
    /// Batches that ran twice, because a unit of work was undone after it had written.
    pub apart: u64,
}

/// How the desk stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeskStats {
    /// What waits, by class in the order of [`CLASSES`].
    pub depths: [Depth; 4],
    /// What was counted.
    pub counts: Counts,
    /// Only the paging class is taken: the disk is full.
    pub only_paging: bool,
}

pub(super) fn index(class: &Class) -> usize {
    match class {
        Class::Paging => 0,
        Class::Person => 1,
        Class::Alert(_) | Class::Relief(_) => 2,
        Class::Background => 3,
    }
}

pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

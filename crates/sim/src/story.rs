//! What happened, line by line: the hash that proves that a seed is one world, the last lines for whoever must understand a failure, and all
//! of them when a replay wants to tell the whole.

use nightbell_engine::domain::record::Instant;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// How many happenings a failure shows.
const SHOWN: usize = 50;

/// The story of one world.
pub struct Story {
    whole: bool,
    lines: VecDeque<String>,
    hash: Sha256,
}

impl Story {
    /// One that keeps its last lines, or the whole.
    pub fn new(whole: bool) -> Self {
        Self { whole, lines: VecDeque::new(), hash: Sha256::new() }
    }

    /// A line.
    pub fn note(&mut self, at: Instant, what: &str) {
        let line = format!("{at} {what}");
        self.hash.update(line.as_bytes());
        self.lines.push_back(line);
        if !self.whole && self.lines.len() > SHOWN {
            self.lines.pop_front();
        }
    }

    /// Something that was recorded: it belongs to the hash alone.
    pub fn recorded(&mut self, hash: &[u8]) {
        self.hash.update(hash);
    }

    /// The last lines, oldest first.
    pub fn recent(&self) -> Vec<String> {
        self.lines.iter().rev().take(SHOWN).rev().cloned().collect()
    }

    /// Every line that was kept, oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// Over everything.
    pub fn hash(&self) -> String {
        self.hash.clone().finalize().iter().map(|b| format!("{b:02x}")).collect()
    }
}

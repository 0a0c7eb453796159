//! One queue: first in, first out, and how many places what waits in it takes. Only the inbox calls it.

use std::{collections::VecDeque, time::Duration};

/// Something that waits.
pub(super) struct Waiting<T> {
    pub item: T,
    /// A monotonic reading.
    pub since: Duration,
    /// What it takes of the queue's room.
    pub places: usize,
}

/// One queue.
pub(super) struct Line<T> {
    waiting: VecDeque<Waiting<T>>,
    places: usize,
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), places: 0 }
    }
}

impl<T> Line<T> {
    pub(super) fn push(&mut self, waiting: Waiting<T>) {
        self.places += waiting.places;
        self.waiting.push_back(waiting);
    }

    /// The oldest.
    pub(super) fn pop(&mut self) -> Option<Waiting<T>> {
        let taken = self.waiting.pop_front()?;
        self.places -= taken.places;
        Some(taken)
    }

    pub(super) fn pop_newest(&mut self) -> Option<Waiting<T>> {
        let taken = self.waiting.pop_back()?;
        self.places -= taken.places;
        Some(taken)
    }

    pub(super) fn count(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn places(&self) -> usize {
        self.places
    }

    /// Since when the oldest has waited.
    pub(super) fn oldest(&self) -> Option<Duration> {
        self.waiting.front().map(|first| first.since)
    }

    pub(super) fn into_items(self) -> impl Iterator<Item = T> {
        self.waiting.into_iter().map(|waiting| waiting.item)
    }
}

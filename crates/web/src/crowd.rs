//! Who holds how many of something at the same time: connections of an address, streams of a reader. What is held is let go by itself.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

type Held<K> = BTreeMap<K, usize>;

/// Counts by holder. Cheap to clone; knows nobody who holds nothing.
pub struct Crowd<K: Ord>(Arc<Mutex<Held<K>>>);

impl<K: Ord> Clone for Crowd<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Ord> Default for Crowd<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// One of the things somebody holds, counted as long as this lives.
pub struct Seat<K: Ord> {
    crowd: Crowd<K>,
    who: K,
}

impl<K: Ord + Clone> Crowd<K> {
    /// Counts one more, or says that `who` has `most` already.
    pub fn enter(&self, who: K, most: usize) -> Option<Seat<K>> {
        let mut held = self.held();
        let count = held.entry(who.clone()).or_insert(0);
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Seat { crowd: self.clone(), who })
    }
}

impl<K: Ord> Crowd<K> {
    fn held(&self) -> MutexGuard<'_, Held<K>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody holds anything.
    pub fn is_empty(&self) -> bool {
        self.held().is_empty()
    }
}

impl<K: Ord> Drop for Seat<K> {
    fn drop(&mut self) {
        let mut held = self.crowd.held();
        if let Some(count) = held.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.who);
            }
        }
    }
}

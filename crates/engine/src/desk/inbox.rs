//! The queues before the one writer: by class, bounded, fair between the sources of alerts. Pure: no threads, no clock; times are handed in.
//!
//! Is not: the waiting itself (the desk's) or a decision about an alert. Only the desk calls it.

use super::Class;
use nightbell_domain::ids::IntegrationId;
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// Most units of the paging machinery and acknowledgements waiting. The pump has at most a few hundred under way.
pub(super) const PAGING_MAX: usize = 8_192;
/// Most of people's other acts waiting.
pub(super) const PERSON_MAX: usize = 1_024;
/// Most inbound requests waiting, of all sources together.
pub(super) const ALERT_MAX: usize = 4_096;
/// Most inbound requests of one source waiting: a flood is answered "later" when its own share is full.
pub(super) const ALERT_OF_SOURCE_MAX: usize = 1_024;
/// The same for requests whose key opens nothing we know: they share one queue.
pub(super) const ALERT_OF_UNKNOWN_MAX: usize = 64;
/// Most housekeeping waiting.
pub(super) const BACKGROUND_MAX: usize = 256;

/// Something that waits, and since when (a monotonic reading).
struct Waiting<T> {
    item: T,
    since: Duration,
}

/// What became of something that was put.
pub(super) enum Put<T> {
    /// It waits.
    Taken,
    /// It waits, and the newest of the longest queue had to give way.
    Instead(T),
    /// There is no room for it.
    Refused(T),
}

/// How one class stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// How many wait.
    pub waiting: usize,
    /// How long the oldest of them has waited.
    pub oldest_wait: Duration,
}

/// The queues.
pub(super) struct Inbox<T> {
    paging: VecDeque<Waiting<T>>,
    person: VecDeque<Waiting<T>>,
    alerts: Fair<T>,
    background: VecDeque<Waiting<T>>,
    turn: u8,
}

impl<T> Default for Inbox<T> {
    fn default() -> Self {
        let empty = VecDeque::new;
        Self { paging: empty(), person: empty(), alerts: Fair::default(), background: empty(), turn: 0 }
    }
}

impl<T> Inbox<T> {
    /// Puts something in its queue. Each queue has its own bound, and the writer serves the lowest class last: under overload the lowest
    /// fills first and is the first to be shed; the paging machinery, which nobody outside can flood, the last (INV-02).
    pub(super) fn put(&mut self, class: Class, item: T, now: Duration) -> Put<T> {
        let waiting = Waiting { item, since: now };
        let (queue, bound) = match class {
            Class::Paging => (&mut self.paging, PAGING_MAX),
            Class::Person => (&mut self.person, PERSON_MAX),
            Class::Background => (&mut self.background, BACKGROUND_MAX),
            Class::Alert(source) => return self.alerts.put(source, waiting),
        };
        if queue.len() >= bound {
            return Put::Refused(waiting.item);
        }
        queue.push_back(waiting);
        Put::Taken
    }

    /// The next to be done. Paging first, always. Below it nothing starves: of eight turns people's acts have four, alerts three and
    /// housekeeping one; a turn nobody wants goes to the highest class that does.
    pub(super) fn take(&mut self) -> Option<T> {
        if let Some(first) = self.paging.pop_front() {
            return Some(first.item);
        }
        self.turn = (self.turn + 1) % 8;
        let taken = match self.turn {
            0 => self.background.pop_front().or_else(|| self.person.pop_front()).or_else(|| self.alerts.take()),
            2 | 4 | 6 => self.alerts.take().or_else(|| self.person.pop_front()).or_else(|| self.background.pop_front()),
            _ => self.person.pop_front().or_else(|| self.alerts.take()).or_else(|| self.background.pop_front()),
        };
        taken.map(|waiting| waiting.item)
    }

    /// The next of the paging class alone: what goes on when there is no room on the disk for anything else.
    pub(super) fn take_paging(&mut self) -> Option<T> {
        self.paging.pop_front().map(|waiting| waiting.item)
    }

    /// Everything below the paging class, emptied.
    pub(super) fn drain_below_paging(&mut self) -> Vec<T> {
        let alerts = std::mem::take(&mut self.alerts);
        let waiting = self.person.drain(..).chain(alerts.into_items()).chain(self.background.drain(..));
        waiting.map(|waiting| waiting.item).collect()
    }

    /// How the classes stand, from the highest: paging, people, alerts, background.
    pub(super) fn depths(&self, now: Duration) -> [Depth; 4] {
        let depth = |queue: &VecDeque<Waiting<T>>| Depth {
            waiting: queue.len(),
            oldest_wait: queue.front().map_or(Duration::ZERO, |first| now.saturating_sub(first.since)),
        };
        let oldest = self.alerts.queues.values().filter_map(|queue| queue.front().map(|first| first.since)).min();
        let alerts = Depth {
            waiting: self.alerts.count,
            oldest_wait: oldest.map_or(Duration::ZERO, |since| now.saturating_sub(since)),
        };
        [depth(&self.paging), depth(&self.person), alerts, depth(&self.background)]
    }
}

/// A queue for each source, served in turn: a source's flood delays its own, and another's first only by as many turns as there are
/// sources waiting (INV-21).
struct Fair<T> {
    queues: BTreeMap<Option<IntegrationId>, VecDeque<Waiting<T>>>,
    /// The sources that wait, in the order of their turns; each once.
    turns: VecDeque<Option<IntegrationId>>,
    count: usize,
}

impl<T> Default for Fair<T> {
    fn default() -> Self {
        Self { queues: BTreeMap::new(), turns: VecDeque::new(), count: 0 }
    }
}

impl<T> Fair<T> {
    fn put(&mut self, source: Option<IntegrationId>, waiting: Waiting<T>) -> Put<T> {
        let bound = if source.is_some() { ALERT_OF_SOURCE_MAX } else { ALERT_OF_UNKNOWN_MAX };
        let own = self.queues.get(&source).map_or(0, VecDeque::len);
        if own >= bound {
            return Put::Refused(waiting.item);
        }
        let mut given_way = None;
        if self.count >= ALERT_MAX {
            // Whoever has most waiting gives way to whoever has less; at the same length first come, first served.
            let longest = self.queues.values_mut().max_by_key(|queue| queue.len());
            given_way = longest.filter(|queue| queue.len() > own + 1).and_then(VecDeque::pop_back);
            if given_way.is_none() {
                return Put::Refused(waiting.item);
            }
            self.count -= 1;
        }
        if own == 0 {
            self.turns.push_back(source.clone());
        }
        self.queues.entry(source).or_default().push_back(waiting);
        self.count += 1;
        given_way.map_or(Put::Taken, |newest| Put::Instead(newest.item))
    }

    fn take(&mut self) -> Option<Waiting<T>> {
        let source = self.turns.pop_front()?;
        let queue = self.queues.get_mut(&source)?;
        let taken = queue.pop_front();
        self.count -= usize::from(taken.is_some());
        if queue.is_empty() {
            // Integrations come and go; an empty queue must not stay for each that ever was.
            self.queues.remove(&source);
        } else {
            self.turns.push_back(source);
        }
        taken
    }

    fn into_items(self) -> impl Iterator<Item = Waiting<T>> {
        self.queues.into_values().flatten()
    }
}

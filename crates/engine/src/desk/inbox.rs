//! The queues before the one writer: by class, bounded, fair between the sources of alerts. Pure: no threads, no clock; times are handed in.
//!
//! Bounded in places: a unit of work takes one, and one more for each 16 KiB it holds meanwhile (a request's body and what was read from it),
//! so that neither many units nor large ones take the machine's memory.
//!
//! Is not: the waiting itself (the desk's) or a decision about an alert. Only the desk calls it.

mod line;

use super::Class;
use line::{Line, Waiting};
use nightbell_domain::ids::IntegrationId;
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// For each so many bytes that a unit of work holds it takes one more place.
pub(super) const PLACE_BYTES: usize = 16 * 1024;
/// Places for the paging machinery and acknowledgements. The pump has at most a few hundred under way.
pub(super) const PAGING_MAX: usize = 8_192;
/// Places for people's other acts: 32 MiB, twice the largest upload.
pub(super) const PERSON_MAX: usize = 2_048;
/// Places for inbound requests, of all sources together: 64 MiB.
pub(super) const ALERT_MAX: usize = 4_096;
/// Places for inbound requests of one source: a flood is answered "later" when its own share is full.
pub(super) const ALERT_OF_SOURCE_MAX: usize = 1_024;
/// Places for housekeeping: 4 MiB.
pub(super) const BACKGROUND_MAX: usize = 256;

/// How many places something takes that holds so many bytes.
pub(super) fn places(bytes: usize) -> usize {
    1 + bytes / PLACE_BYTES
}

/// What became of something that was put.
pub(super) enum Put<T> {
    /// It waits.
    Taken,
    /// It waits, and the newest of the longest queue had to give way: as many as take its places.
    Instead(Vec<T>),
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
    paging: Line<T>,
    person: Line<T>,
    alerts: Fair<T>,
    background: Line<T>,
    turn: u8,
}

impl<T> Default for Inbox<T> {
    fn default() -> Self {
        let empty = Line::default;
        Self { paging: empty(), person: empty(), alerts: Fair::default(), background: empty(), turn: 0 }
    }
}

impl<T> Inbox<T> {
    /// Puts something that holds so many bytes in its queue. Each queue has its own bound, and the writer serves the lowest class last: under
    /// overload the lowest fills first and is the first to be shed; the paging machinery, which nobody outside can flood, the last (INV-02).
    /// Nothing takes more than the bound: what is small enough for the door, and larger when read, would be told to come later for ever.
    pub(super) fn put(&mut self, class: Class, item: T, bytes: usize, now: Duration) -> Put<T> {
        let waiting = |bound: usize| Waiting { item, since: now, places: places(bytes).min(bound) };
        let (line, bound) = match class {
            Class::Paging => (&mut self.paging, PAGING_MAX),
            Class::Person => (&mut self.person, PERSON_MAX),
            Class::Background => (&mut self.background, BACKGROUND_MAX),
            Class::Alert(source) | Class::Relief(source) => {
                return self.alerts.put(source, waiting(ALERT_OF_SOURCE_MAX));
            }
        };
        let waiting = waiting(bound);
        if line.places() + waiting.places > bound {
            return Put::Refused(waiting.item);
        }
        line.push(waiting);
        Put::Taken
    }

    /// The next to be done. Paging first, always. Below it nothing starves: of eight turns people's acts have four, alerts three and
    /// housekeeping one; a turn nobody wants goes to the highest class that does.
    pub(super) fn take(&mut self) -> Option<T> {
        if let Some(first) = self.paging.pop() {
            return Some(first.item);
        }
        self.turn = (self.turn + 1) % 8;
        let taken = match self.turn {
            0 => self.background.pop().or_else(|| self.person.pop()).or_else(|| self.alerts.take()),
            2 | 4 | 6 => self.alerts.take().or_else(|| self.person.pop()).or_else(|| self.background.pop()),
            _ => self.person.pop().or_else(|| self.alerts.take()).or_else(|| self.background.pop()),
        };
        taken.map(|waiting| waiting.item)
    }

    /// The next of the paging class alone: what goes on when there is no room on the disk for anything else.
    pub(super) fn take_paging(&mut self) -> Option<T> {
        self.paging.pop().map(|waiting| waiting.item)
    }

    /// Everything below the paging class, emptied.
    pub(super) fn drain_below_paging(&mut self) -> Vec<T> {
        let (person, background) = (std::mem::take(&mut self.person), std::mem::take(&mut self.background));
        let alerts = std::mem::take(&mut self.alerts);
        person.into_items().chain(alerts.into_items()).chain(background.into_items()).collect()
    }

    /// How the classes stand, from the highest: paging, people, alerts, background.
    pub(super) fn depths(&self, now: Duration) -> [Depth; 4] {
        let depth = |waiting: usize, oldest: Option<Duration>| Depth {
            waiting,
            oldest_wait: oldest.map_or(Duration::ZERO, |since| now.saturating_sub(since)),
        };
        let of = |line: &Line<T>| depth(line.count(), line.oldest());
        let (count, oldest) = (self.alerts.lines.values().map(Line::count).sum(), self.alerts.lines.values());
        [of(&self.paging), of(&self.person), depth(count, oldest.filter_map(Line::oldest).min()), of(&self.background)]
    }
}

/// A queue for each source, served in turn: a source's flood delays its own, and another's first only by as many turns as there are
/// sources waiting (INV-21).
struct Fair<T> {
    lines: BTreeMap<IntegrationId, Line<T>>,
    /// Whoever has a line, in the order of their turns; each once.
    turns: VecDeque<IntegrationId>,
    /// Taken by all of them together.
    places: usize,
}

impl<T> Default for Fair<T> {
    fn default() -> Self {
        Self { lines: BTreeMap::new(), turns: VecDeque::new(), places: 0 }
    }
}

impl<T> Fair<T> {
    fn put(&mut self, source: IntegrationId, waiting: Waiting<T>) -> Put<T> {
        let own = self.lines.get(&source).map_or(0, Line::places) + waiting.places;
        if own > ALERT_OF_SOURCE_MAX {
            return Put::Refused(waiting.item);
        }
        let Some(given_way) = self.make_room(&source, own, waiting.places) else {
            return Put::Refused(waiting.item);
        };
        self.places += waiting.places;
        if !self.lines.contains_key(&source) {
            self.turns.push_back(source.clone());
        }
        self.lines.entry(source).or_default().push(waiting);
        if given_way.is_empty() { Put::Taken } else { Put::Instead(given_way) }
    }

    /// Whoever has most places gives way to whoever has fewer, also with what it asks for; at the same length first come, first served.
    /// `None`, and nothing moved, when that makes no room.
    fn make_room(&mut self, source: &IntegrationId, own: usize, wanted: usize) -> Option<Vec<T>> {
        let mut moved: Vec<(IntegrationId, Waiting<T>)> = Vec::new();
        while self.places + wanted > ALERT_MAX {
            let longest = self.lines.iter_mut().max_by_key(|(_, line)| line.places());
            let gives = longest.filter(|(whose, line)| *whose != source && line.places() > own);
            let Some((whose, newest)) = gives.and_then(|(whose, line)| Some((whose.clone(), line.pop_newest()?)))
            else {
                for (whose, waiting) in moved.into_iter().rev() {
                    self.places += waiting.places;
                    self.lines.entry(whose).or_default().push(waiting);
                }
                return None;
            };
            self.places -= newest.places;
            moved.push((whose, newest));
        }
        Some(moved.into_iter().map(|(_, waiting)| waiting.item).collect())
    }

    fn take(&mut self) -> Option<Waiting<T>> {
        // A source whose last one gave way has a turn still, and nothing to do with it.
        while let Some(source) = self.turns.pop_front() {
            let Some(line) = self.lines.get_mut(&source) else { continue };
            let taken = line.pop();
            if line.count() == 0 {
                // Integrations come and go; an empty queue must not stay for each that ever was.
                self.lines.remove(&source);
            } else {
                self.turns.push_back(source);
            }
            if let Some(taken) = taken {
                self.places -= taken.places;
                return Some(taken);
            }
        }
        None
    }

    fn into_items(self) -> impl Iterator<Item = T> {
        self.lines.into_values().flat_map(Line::into_items)
    }
}

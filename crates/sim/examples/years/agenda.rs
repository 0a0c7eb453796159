//! What happens when: one queue, the earliest first, of one moment in the order in which it was put down.

use jiff::Timestamp;
use nightbell_engine::domain::ids::{ActionItemId, NotificationId, PageId, SubscriberId, UserId};
use std::collections::BTreeMap;

/// Something that will happen.
#[derive(Debug, Clone)]
pub enum Deed {
    /// A request with new alerts comes in, and the next one is put down.
    Arrive,
    /// A tool says the same again.
    Again(u32),
    /// Alerts are over.
    Over(Vec<u32>),
    /// A provider reports.
    Report { notification: NotificationId, attempt: u32, taken: Taken },
    /// A mail to a subscriber was taken.
    Mailed { subscriber: SubscriberId, about: String, attempt: u32 },
    /// Somebody takes a page.
    Take { page: PageId, user: UserId },
    /// Somebody takes everything one message told of.
    TakeAll { token: String },
    /// Something is bad enough to be declared, and the next such thing is put down.
    Trouble,
    /// The next thing in the life of an incident, by its number.
    Care(u32),
    /// An action item is done, or dropped.
    Settle { item: ActionItemId, owner: UserId, done: bool },
    /// The heartbeats beat.
    Beat,
    /// What is over is forgotten.
    Forget,
    /// Readers subscribe.
    Subscribe,
}

/// How an attempt ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Accepted.
    Yes,
    /// Not now.
    Later,
    /// Never.
    No,
}

/// The queue.
#[derive(Default)]
pub struct Agenda {
    deeds: BTreeMap<(Timestamp, u64), Deed>,
    written: u64,
}

impl Agenda {
    /// Puts something down.
    pub fn put(&mut self, at: Timestamp, deed: Deed) {
        self.written += 1;
        self.deeds.insert((at, self.written), deed);
    }

    /// When the next thing happens.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.deeds.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next thing.
    pub fn pop(&mut self) -> Option<Deed> {
        self.deeds.pop_first().map(|(_, deed)| deed)
    }
}

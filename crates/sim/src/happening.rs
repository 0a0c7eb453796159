//! What can happen, and when: the one queue of the world, in true time.

use nightbell_engine::domain::{
    ids::{AlertId, NotificationId, PageId, UserId},
    paging::Report,
    record::Instant,
    signal::EventAction,
};
use std::collections::BTreeMap;

/// One message of a monitoring tool.
#[derive(Debug, Clone)]
pub struct Signal {
    /// Where it comes in.
    pub integration: &'static str,
    /// What it is about.
    pub key: String,
    /// What it says.
    pub action: EventAction,
    /// When that trouble began, by the source's clock.
    pub begin: Instant,
    /// The label `route`.
    pub route: &'static str,
    /// How bad, 0 to 3, 0 the worst.
    pub severity: u8,
}

/// What a person does.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Acknowledges from the link in the message.
    AckLink(String, PageId),
    /// Acknowledges everything that rings for them, from the link.
    AckAll(String),
    /// Acknowledges signed in.
    Ack(PageId),
    /// "Not mine", from the link.
    HandOver(String),
    /// Puts it off, for so many minutes.
    Snooze(PageId, i64),
    /// "Still on it".
    StillOn(PageId),
    /// Gives it to somebody else: a target.
    Give(PageId, &'static str),
    /// Ends the alert.
    Resolve(AlertId),
}

/// Something that happens.
#[derive(Debug, Clone)]
pub enum Happening {
    /// A tool sends, for the n-th time.
    Signal(Signal, u32),
    /// A provider's report reaches the process that sent.
    Report {
        /// Of which notification.
        notification: NotificationId,
        /// Of which attempt.
        attempt: u32,
        /// What it says.
        report: Report,
        /// The process that sent: a later one does not hear it.
        life: u32,
    },
    /// A person does something, for the n-th time.
    Deed(UserId, Deed, u32),
    /// The next thing in an incident's life.
    Care {
        /// Its slug.
        incident: String,
        /// How far it is.
        round: u32,
    },
    /// The organisation changes.
    Edit,
    /// A node's clock is set by so many seconds.
    Step(usize, i64),
    /// A node stops for so many seconds, and goes on as if nothing had been.
    Sleep(usize, i64),
    /// The power fails for every node.
    PowerCut,
    /// The disk takes nothing for so many seconds.
    DiskFull(i64),
    /// Somebody makes room.
    DiskFree,
    /// A process comes up again.
    Start(usize),
}

/// The queue, in order of time and then of arrival.
#[derive(Default)]
pub struct Queue {
    waiting: BTreeMap<(Instant, u64), Happening>,
    arrivals: u64,
}

impl Queue {
    /// Later.
    pub fn push(&mut self, at: Instant, happening: Happening) {
        self.arrivals += 1;
        self.waiting.insert((at, self.arrivals), happening);
    }

    /// When the next one is due.
    pub fn next_at(&self) -> Option<Instant> {
        self.waiting.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next one.
    pub fn pop(&mut self) -> Option<Happening> {
        self.waiting.pop_first().map(|(_, happening)| happening)
    }

    /// Only these stay.
    pub fn retain(&mut self, stays: impl Fn(&Happening) -> bool) {
        self.waiting.retain(|_, happening| stays(happening));
    }
}

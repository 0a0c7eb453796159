//! The providers and the phones: what becomes of an attempt, and the ledger of what was begun, delivered and accepted. The oracle believes
//! this ledger, not the engine.

use crate::{dice::Dice, options::Options};
use jiff::SignedDuration;
use nightbell_engine::{
    domain::{
        ids::{NotificationId, PageId, UserId},
        paging::{Message, MessageKind, Report},
        record::Instant,
    },
    paging::{Address, Work},
};
use std::collections::{BTreeMap, BTreeSet};

/// What the transport reported of an attempt, as far as it got through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// No report was recorded.
    Nothing,
    /// A report was recorded, or not: its commit failed to say.
    Perhaps,
    /// Taken.
    Accepted,
    /// Not now.
    Deferred,
    /// Never.
    Rejected,
    /// Nobody knows.
    Unknown,
}

/// An attempt as the transport saw it.
#[derive(Debug, Clone)]
pub struct Sight {
    /// 1-based attempt.
    pub attempt: u32,
    /// When it was begun.
    pub began_at: Instant,
    /// What the engine was told of it.
    pub heard: Heard,
}

/// What is known of a notification.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its page.
    pub page: PageId,
    /// Its person.
    pub user: UserId,
    /// Why it was sent.
    pub kind: MessageKind,
    /// Its attempts, in order.
    pub sights: Vec<Sight>,
}

/// What a provider makes of an attempt.
pub struct Fate {
    /// Whether and when the person gets it.
    pub delivered_after: Option<SignedDuration>,
    /// What is reported, and when.
    pub report: Report,
    /// When the report comes.
    pub reported_after: SignedDuration,
}

/// Everything that was sent.
#[derive(Default)]
pub struct Phones {
    /// By notification.
    pub lines: BTreeMap<NotificationId, Line>,
    /// Notifications that a provider really took.
    pub taken: BTreeSet<NotificationId>,
    /// Contact methods that never work (until the faults stop).
    dead: BTreeMap<(UserId, &'static str), bool>,
}

/// The medium of an address.
pub fn medium(address: &Address) -> &'static str {
    match address {
        Address::Email { .. } => "email",
        Address::Webhook { .. } => "webhook",
        Address::Canary { .. } => "canary",
    }
}

fn seconds(s: i64) -> SignedDuration {
    SignedDuration::from_secs(s)
}

impl Phones {
    /// The attempt begins: it stands in the ledger whatever becomes of it.
    pub fn begin(&mut self, work: &Work, now: Instant) {
        let message = &work.message;
        let line = self.lines.entry(work.notification).or_insert_with(|| Line {
            page: message.page,
            user: message.user.clone(),
            kind: message.kind,
            sights: Vec::new(),
        });
        line.sights.push(Sight { attempt: work.attempt, began_at: now, heard: Heard::Nothing });
    }

    /// The engine was told of an attempt.
    pub fn heard(&mut self, notification: NotificationId, attempt: u32, heard: Heard) {
        let line = self.lines.get_mut(&notification);
        if let Some(sight) = line.and_then(|l| l.sights.iter_mut().find(|s| s.attempt == attempt)) {
            // The first report that was surely recorded stays; a later one changes no history, except that "accepted" always counts.
            let sure = !matches!(sight.heard, Heard::Nothing | Heard::Perhaps);
            if !sure || heard == Heard::Accepted {
                sight.heard = heard;
            }
        }
    }

    /// What the provider makes of an attempt.
    pub fn fate(&mut self, message: &Message, medium: &'static str, options: &Options, dice: &mut Dice) -> Fate {
        let dead = options.dead_contact > 0
            && *self.dead.entry((message.user.clone(), medium)).or_insert_with(|| dice.chance(options.dead_contact));
        let quick = seconds(dice.between(0, 2));
        let nothing =
            |report: Report, after: i64| Fate { delivered_after: None, report, reported_after: seconds(after) };
        let detail = || "simulated".to_owned();
        if dead || dice.chance(options.rejected) {
            return nothing(Report::Rejected { detail: detail() }, 1);
        }
        if dice.chance(options.deferred) {
            let retry_after = dice.chance(300).then(|| seconds(dice.between(1, 90)));
            return nothing(Report::Deferred { detail: detail(), retry_after }, 2);
        }
        if dice.chance(options.hangs) {
            return nothing(Report::Unknown { detail: detail() }, 30);
        }
        if dice.chance(options.delivered_unknown) {
            let report = Report::Unknown { detail: detail() };
            return Fate { delivered_after: Some(quick), report, reported_after: seconds(30) };
        }
        self.taken.insert(message.id);
        let late = dice.chance(options.slow);
        let reported_after = if late { seconds(dice.between(50, 300)) } else { quick };
        Fate {
            delivered_after: Some(quick),
            report: Report::Accepted { detail: detail(), provider_id: None },
            reported_after,
        }
    }

    /// The faults are over: every method works.
    pub fn heal(&mut self) {
        self.dead.clear();
    }
}

/// What a report says, for the ledger.
pub fn heard(report: &Report) -> Heard {
    match report {
        Report::Accepted { .. } => Heard::Accepted,
        Report::Deferred { .. } => Heard::Deferred,
        Report::Rejected { .. } => Heard::Rejected,
        Report::Unknown { .. } => Heard::Unknown,
    }
}

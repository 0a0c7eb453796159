//! The providers and the phones: what becomes of an attempt, and the ledger of what was begun, delivered and accepted. The oracle believes
//! this ledger, not the engine.

use crate::{dice::Dice, options::Options};
use jiff::SignedDuration;
use nightbell_engine::{
    domain::{
        ids::{NotificationId, UserId},
        paging::Report,
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
    /// The message it went along with, and which attempt of that.
    pub with: Option<(NotificationId, u32)>,
}

impl Sight {
    fn begun(attempt: u32, began_at: Instant, with: Option<(NotificationId, u32)>) -> Self {
        Self { attempt, began_at, heard: Heard::Nothing, with }
    }
}

/// A report that comes so soon is surely recorded before the message is given up.
const SURE_WITHIN: SignedDuration = SignedDuration::from_secs(20);

/// What is known of a notification.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its person.
    pub user: UserId,
    /// How often it was begun again while an earlier end was unknown.
    pub excuses: u32,
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
    /// How many copies of a notification reached its person.
    pub copies: BTreeMap<NotificationId, u32>,
    /// What went along with which attempt.
    along: BTreeMap<(NotificationId, u32), Vec<NotificationId>>,
    /// Attempts under way when an earlier one turned out to be accepted.
    overtaken: BTreeSet<(NotificationId, u32)>,
    /// Contact methods that are broken or not, and until when that stays so.
    dead: BTreeMap<(UserId, &'static str), (bool, Instant)>,
}

/// The medium of an address.
pub fn medium(address: &Address) -> &'static str {
    match address {
        Address::Contact(_) => "email",
        Address::Webhook { .. } => "webhook",
        Address::Canary { .. } => "canary",
    }
}

fn seconds(s: i64) -> SignedDuration {
    SignedDuration::from_secs(s)
}

impl Phones {
    /// The attempt begins: it stands in the ledger whatever becomes of it, and so does what goes along, each with its own attempt's number.
    pub fn begin(&mut self, work: &Work, along: &[(NotificationId, u32)], now: Instant) {
        let user = &work.message.user;
        self.sight(work.notification, user, Sight::begun(work.attempt, now, None));
        for (id, attempt) in along {
            let with = Some((work.notification, work.attempt));
            self.sight(*id, user, Sight::begun(*attempt, now, with));
        }
    }

    fn sight(&mut self, id: NotificationId, user: &UserId, sight: Sight) {
        if let Some((leader, _)) = sight.with {
            self.along.entry((leader, sight.with.map_or(0, |(_, n)| n))).or_default().push(id);
        }
        let line = self.lines.entry(id).or_insert_with(|| Line { user: user.clone(), excuses: 0, sights: Vec::new() });
        let open = |s: &Sight| matches!(s.heard, Heard::Nothing | Heard::Perhaps | Heard::Unknown);
        line.excuses += u32::from(line.sights.iter().any(open));
        line.sights.push(sight);
    }

    /// A copy reaches the person, of everything the message tells.
    pub fn delivered(&mut self, work: &Work) {
        for id in std::iter::once(&work.notification).chain(&work.along) {
            *self.copies.entry(*id).or_insert(0) += 1;
        }
    }

    /// The engine was told of an attempt.
    pub fn heard(&mut self, notification: NotificationId, attempt: u32, heard: Heard, now: Instant) {
        let of = |line: Option<&mut Line>, with: Option<(NotificationId, u32)>, heard: Heard| {
            let sights = line.map_or(&mut [][..], |line| &mut line.sights[..]);
            let mine = |s: &&mut Sight| with.map_or(s.attempt == attempt && s.with.is_none(), |_| s.with == with);
            // "Not now" and "never" of an attempt that was given up meanwhile come too late to be believed.
            let newest = sights.last().map(|s| s.attempt);
            if let Some(sight) = sights.iter_mut().find(mine) {
                let superseded = newest != Some(sight.attempt) && heard != Heard::Accepted;
                let heard = if superseded { Heard::Perhaps } else { heard };
                // The first report that was surely recorded stays; a later one changes no history, except that "accepted" always counts.
                let sure = !matches!(sight.heard, Heard::Nothing | Heard::Perhaps);
                if !sure || heard == Heard::Accepted && with.is_none() {
                    sight.heard = heard;
                }
            }
        };
        of(self.lines.get_mut(&notification), None, heard);
        // Accepted after all: nobody waits for the attempt that is under way, and what went along with that one may be told again.
        let newest = self.lines.get(&notification).and_then(|l| l.sights.last()).filter(|s| s.attempt > attempt);
        if let Some(newest) = newest.filter(|s| s.heard == Heard::Nothing && heard != Heard::Deferred) {
            self.overtaken.insert((notification, newest.attempt));
        }
        let with = (notification, attempt);
        for id in self.along.get(&with).into_iter().flatten() {
            let line = self.lines.get_mut(id);
            // What a late report means for what went along is the engine's to say: the message may have been given up by then.
            let began_at =
                line.as_ref().and_then(|l| l.sights.iter().find(|s| s.with == Some(with))).map(|s| s.began_at);
            let late = self.overtaken.contains(&with) || began_at.is_none_or(|at| now.duration_since(at) > SURE_WITHIN);
            of(line, Some(with), if late { Heard::Perhaps } else { heard });
        }
    }

    /// What the provider makes of an attempt.
    pub fn fate(&mut self, work: &Work, now: Instant, options: &Options, dice: &mut Dice) -> Fate {
        let medium = medium(&work.address);
        let message = &work.message;
        let dead = options.dead_contact > 0 && self.is_dead((message.user.clone(), medium), now, options, dice);
        // A sender that pauses between the hand-out and the sending does both later: what follows begins then.
        let stalls = if dice.chance(options.stalls) { dice.between(1, 90) } else { 0 };
        let quick = seconds(stalls + dice.between(0, 2));
        let nothing = |report: Report, after: i64| Fate {
            delivered_after: None,
            report,
            reported_after: seconds(stalls + after),
        };
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
            return Fate { delivered_after: Some(quick), report, reported_after: quick + seconds(30) };
        }
        self.taken.extend(std::iter::once(work.notification).chain(work.along.iter().copied()));
        let late = dice.chance(options.slow);
        let reported_after = if late { seconds(dice.between(50, 300)) } else { quick };
        Fate {
            delivered_after: Some(quick),
            report: Report::Accepted { detail: detail(), provider_id: None },
            reported_after,
        }
    }

    /// Whether a contact method is broken now: it stays as it is for hours.
    fn is_dead(&mut self, method: (UserId, &'static str), now: Instant, options: &Options, dice: &mut Dice) -> bool {
        let known = self.dead.get(&method).filter(|(_, until)| *until > now);
        let (dead, until) = match known {
            Some(known) => *known,
            None => (dice.chance(options.dead_contact), now + seconds(dice.between(1, 12) * 3_600)),
        };
        self.dead.insert(method, (dead, until));
        dead
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

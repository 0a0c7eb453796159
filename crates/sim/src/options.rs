//! What a seed chooses before anything happens: how long, how much, and how likely each fault is. Any of them may be zero, so that a rare
//! combination is somebody's whole life (swarm testing).

use crate::dice::Dice;

/// Options of one run. Likelihoods are per mille.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How long signals come in, in hours.
    pub hours: i64,
    /// Troubles that begin in that time.
    pub troubles: u64,
    /// A commit fails and nothing is stored.
    pub commit_fails: u32,
    /// A commit is stored and reported as failed.
    pub commit_lies: u32,
    /// The process dies before a commit.
    pub crash_before: u32,
    /// The process dies after a commit, before anybody hears of it.
    pub crash_after: u32,
    /// A provider says "not now".
    pub deferred: u32,
    /// A provider says "never".
    pub rejected: u32,
    /// A provider hangs; nothing arrives.
    pub hangs: u32,
    /// A provider delivers, and the answer is lost.
    pub delivered_unknown: u32,
    /// A provider delivers and answers after the lease.
    pub slow: u32,
    /// A report comes twice.
    pub reports_twice: u32,
    /// A contact method never works until the faults stop.
    pub dead_contact: u32,
    /// A signal is sent twice.
    pub signal_twice: u32,
    /// A signal is sent again hours later.
    pub signal_replayed: u32,
    /// A resolve overtakes what it resolves.
    pub signal_reordered: u32,
    /// A person does not react to a message.
    pub ignores: u32,
    /// A person reacts after up to two hours.
    pub late: u32,
    /// A person presses twice.
    pub acts_twice: u32,
    /// A person says "not mine".
    pub hands_over: u32,
    /// A person ends the alert by hand.
    pub resolves: u32,
    /// A trouble declares an incident.
    pub incidents: u32,
    /// Changes of the organisation in that time: turns, overrides, people deleted, methods lost.
    pub edits: u64,
    /// Jumps of the clock, forward.
    pub jumps: u64,
}

impl Options {
    /// Of a seed.
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed, "options");
        let mut rate = |most: u32| {
            let on = dice.chance(600);
            let drawn = u32::try_from(dice.below(u64::from(most))).unwrap_or(0) + 1;
            if on { drawn } else { 0 }
        };
        let mut options = Self {
            hours: 0,
            troubles: 0,
            commit_fails: rate(30),
            commit_lies: rate(20),
            crash_before: rate(8),
            crash_after: rate(15),
            deferred: rate(250),
            rejected: rate(100),
            hangs: rate(100),
            delivered_unknown: rate(100),
            slow: rate(100),
            reports_twice: rate(150),
            dead_contact: rate(250),
            signal_twice: rate(300),
            signal_replayed: rate(200),
            signal_reordered: rate(150),
            ignores: rate(700),
            late: rate(400),
            acts_twice: rate(250),
            hands_over: rate(200),
            resolves: rate(200),
            incidents: rate(150),
            edits: u64::from(rate(6)),
            jumps: u64::from(rate(4)),
        };
        options.hours = dice.between(6, 60);
        options.troubles = dice.below(14) + 3;
        options
    }

    /// The same without any fault or surprise: what the last phase runs with.
    pub fn calm(&self) -> Self {
        let of = Self {
            commit_fails: 0,
            commit_lies: 0,
            crash_before: 0,
            crash_after: 0,
            deferred: 0,
            rejected: 0,
            ..self.clone()
        };
        let of =
            Self { hangs: 0, delivered_unknown: 0, slow: 0, reports_twice: 0, dead_contact: 0, signal_twice: 0, ..of };
        Self { ignores: 0, late: 0, acts_twice: 0, hands_over: 0, resolves: 0, incidents: 0, edits: 0, jumps: 0, ..of }
    }
}

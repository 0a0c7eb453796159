//! What a seed chooses before anything happens: how long, how much, and how likely each fault is. Any of them may be zero, so that a rare
//! combination is somebody's whole life (swarm testing).

use crate::dice::Dice;
use std::fmt;

/// Options of one run. Likelihoods are per mille of what they concern; a clock or a fault of the whole is a number of times in the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// How long signals come in, in hours.
    pub hours: i64,
    /// Which of the beginnings: a quiet spring, or days before the clocks change.
    pub beginning: u64,
    /// Troubles that begin in that time.
    pub troubles: u64,
    /// Engines on the one store: 1 or 2.
    pub nodes: u64,
    /// Most that a wall clock is off at the start, in milliseconds.
    pub skew_ms_max: i64,
    /// Most that a wall clock drifts, in parts per million.
    pub drift_ppm_max: i64,
    /// A commit fails and nothing is stored.
    pub commit_fails: u32,
    /// A commit is stored and reported as failed.
    pub commit_lies: u32,
    /// Somebody else was first: a commit ends as a conflict, and so do the next few.
    pub conflicts: u32,
    /// The process dies before a commit.
    pub crash_before: u32,
    /// The process dies after a commit, before anybody hears of it: after a lease too, before anything is sent.
    pub crash_after: u32,
    /// The process dies while messages are under way, before it hears how they ended.
    pub crash_sending: u32,
    /// Times the power fails: every process dies, and what was not synced is gone.
    pub power_cuts: u64,
    /// Times the disk is full for some minutes.
    pub disk_full: u64,
    /// Times a node is stopped for a while (suspend, a paused machine).
    pub sleeps: u64,
    /// Times a wall clock is set forward.
    pub steps_forward: u64,
    /// Times a wall clock is set back.
    pub steps_back: u64,
    /// A clock is ahead when a trouble begins, and is put right while it rings.
    pub ahead: u32,
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
    /// The sender pauses between the hand-out and the sending, at times beyond the lease.
    pub stalls: u32,
    /// A report comes twice.
    pub reports_twice: u32,
    /// A contact method does not work for hours.
    pub dead_contact: u32,
    /// A signal is sent twice.
    pub signal_twice: u32,
    /// A signal is sent again hours later.
    pub signal_replayed: u32,
    /// A resolve overtakes what it resolves.
    pub signal_reordered: u32,
    /// Most that a source's clock is off, in seconds.
    pub source_skew_s_max: i64,
    /// Alerts that come all at once in a storm; 0 for none.
    pub storm: u64,
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
    /// A person puts it off.
    pub snoozes: u32,
    /// A person gives it to somebody by name.
    pub gives: u32,
    /// A trouble declares an incident.
    pub incidents: u32,
    /// An update of an incident is published.
    pub publishes: u32,
    /// Changes of the organisation in that time: turns, overrides, people deleted, methods lost.
    pub edits: u64,
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
        let faults = Self {
            commit_fails: rate(30),
            commit_lies: rate(20),
            conflicts: rate(15),
            crash_before: rate(8),
            crash_after: rate(15),
            crash_sending: rate(20),
            deferred: rate(250),
            rejected: rate(100),
            hangs: rate(100),
            delivered_unknown: rate(100),
            slow: rate(100),
            stalls: rate(60),
            reports_twice: rate(150),
            dead_contact: rate(250),
            ..Self::default()
        };
        let life = Self {
            signal_twice: rate(300),
            signal_replayed: rate(200),
            signal_reordered: rate(150),
            ignores: rate(700),
            late: rate(400),
            acts_twice: rate(250),
            hands_over: rate(200),
            resolves: rate(200),
            incidents: rate(150),
            publishes: rate(500),
            edits: u64::from(rate(8)),
            ..faults
        };
        let all = life.with_times(&mut dice);
        let mut clocks = Dice::new(seed, "clocks that are ahead");
        let ahead = if all.nodes == 1 && clocks.chance(300) { clocks.below(300) + 1 } else { 0 };
        let mut people = Dice::new(seed, "what people can do with a page");
        let mut rate = |likely: u32, most: u64| if people.chance(likely) { people.below(most) + 1 } else { 0 };
        let [snoozes, gives] = [rate(300, 200), rate(300, 150)].map(|rate| u32::try_from(rate).unwrap_or(0));
        Self { ahead: u32::try_from(ahead).unwrap_or(0), snoozes, gives, ..all }
    }

    /// How long, how much, which machines.
    fn with_times(self, dice: &mut Dice) -> Self {
        let mut times = |likely: u32, most: u64| if dice.chance(likely) { dice.below(most) + 1 } else { 0 };
        let (power_cuts, disk_full, sleeps) = (times(120, 3), times(200, 3), times(300, 4));
        let (steps_forward, steps_back, nodes) = (times(300, 4), times(300, 4), 1 + times(300, 1));
        let storm = times(40, 240);
        // One seed in three is a few crowded days; the others are weeks, as most installations live.
        let (hours, troubles) = match dice.below(3) {
            0 => (dice.between(6, 72), dice.below(22) + 3),
            1 => (dice.between(24 * 7, 24 * 28), dice.below(22) + 3),
            _ => (dice.between(24 * 28, 24 * 90), dice.below(30) + 3),
        };
        // Two nodes keep their clocks together, as operations.md asks for: to much less than a lease.
        let most = if nodes == 2 { 12_000 } else { 900_000 };
        let clocks = dice.chance(500);
        Self {
            hours,
            troubles,
            nodes,
            beginning: dice.below(4),
            skew_ms_max: if clocks { dice.between(1, most) } else { 0 },
            drift_ppm_max: if nodes == 1 && dice.chance(300) { 200 } else { 0 },
            source_skew_s_max: if dice.chance(300) { dice.between(1, 900) } else { 0 },
            power_cuts,
            disk_full,
            sleeps,
            steps_forward: if nodes == 2 { 0 } else { steps_forward },
            steps_back: if nodes == 2 { 0 } else { steps_back },
            storm: if storm > 0 { storm + 60 } else { 0 },
            ..self
        }
    }

    /// The same without any fault or surprise: what the last phase runs with.
    pub fn calm(&self) -> Self {
        Self {
            hours: self.hours,
            troubles: self.troubles,
            nodes: self.nodes,
            beginning: self.beginning,
            ..Self::default()
        }
    }
}

/// Only what is switched on, for whoever reads a failure.
impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = format!("{self:?}");
        let inside = all.trim_start_matches("Options { ").trim_end_matches(" }");
        let on: Vec<_> = inside.split(", ").filter(|option| !option.ends_with(": 0")).collect();
        f.write_str(&on.join(", "))
    }
}

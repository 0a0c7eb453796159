//! The machines: engines that die and come up, are stopped and go on, with clocks that are off, drift and are set; one call of an engine
//! with whatever goes wrong with it.

use super::{Draws, LOOKS_EVERY, World, seconds};
use crate::{clock::WallClock, dice::Dice, disk::CommitFault, disk::Disk, happening::Happening, oracle::Checked};
use jiff::SignedDuration;
use nightbell_engine::{
    Engine, Fault, Unit,
    clock_step::{self, Progress},
    domain::{record::Instant, refusal::Refusal},
};
use nightbell_store::{journal, paging as store};

/// How a call of the engine ended, as its caller sees it.
pub enum Called<T> {
    /// It is on disk.
    Done(T),
    /// It was refused.
    Refused(Refusal),
    /// Nobody can say.
    Unsure,
    /// It did not happen.
    NotDone,
}

/// A machine with one process on it.
pub struct Node {
    /// The process; `None` while it is down.
    pub engine: Option<Engine>,
    /// Which process.
    pub life: u32,
    /// Its wall clock.
    pub clock: WallClock,
    /// It is stopped until then.
    pub asleep_until: Option<Instant>,
    /// When it looks at what is due, in true time.
    pub tick_at: Option<Instant>,
    /// How long after somebody else's commit it looks.
    pub lag: SignedDuration,
    /// It made the last commit.
    pub acted: bool,
    /// How far it has come with looking at what waits, since it began or saw its clock set back, and by how much.
    pub looking: Option<(Option<SignedDuration>, Progress)>,
    /// When it notices, in true time.
    pub looks_at: Option<Instant>,
    /// Seconds its clock was set back in steps too small to be noticed alone.
    pub slipped_s: i64,
}

/// A step back by more is noticed.
const NOTICED_S: i64 = 2;

impl World {
    pub(super) fn build_nodes(&mut self) {
        for _ in 0..self.options.nodes.max(1) {
            let dice = &mut self.draws.machines;
            let (most, drift) = (self.options.skew_ms_max, self.options.drift_ppm_max);
            let off_by = SignedDuration::from_millis(dice.between(-most, most));
            let clock = WallClock::new(self.now, off_by, dice.between(-drift, drift));
            let lag = SignedDuration::from_millis(dice.between(1, LOOKS_EVERY.as_millis() as i64));
            let (asleep_until, tick_at) = (None, None);
            let (looking, looks_at) = (None, None);
            self.nodes.push(Node {
                engine: None,
                life: 0,
                clock,
                asleep_until,
                tick_at,
                lag,
                acted: false,
                looking,
                looks_at,
                slipped_s: 0,
            });
        }
    }

    /// The node that looks next at what is due, and when.
    pub(super) fn next_tick(&self) -> Option<(Instant, usize)> {
        let up = self.nodes.iter().enumerate().filter(|(_, node)| node.engine.is_some());
        let next = |node: &Node| match (node.tick_at, node.looks_at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        up.filter_map(|(n, node)| Some((next(node)?, n))).min()
    }

    pub(super) fn is_up(&self, n: usize) -> bool {
        self.nodes[n].engine.is_some() && self.nodes[n].asleep_until.is_none_or(|until| until <= self.now)
    }

    /// Whoever a request reaches.
    pub(super) fn any_node(&mut self) -> usize {
        usize::try_from(self.draws.machines.below(self.nodes.len() as u64)).unwrap_or(0)
    }

    /// One call of an engine, with whatever goes wrong now.
    pub(super) fn call<T>(
        &mut self,
        n: usize,
        work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault>,
    ) -> Result<Called<T>, String> {
        self.call_by(|draws| &mut draws.faults, n, work)
    }

    /// The same, with those dice.
    fn call_by<T>(
        &mut self,
        dice: fn(&mut Draws) -> &mut Dice,
        n: usize,
        work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault>,
    ) -> Result<Called<T>, String> {
        let (dice, o) = (dice(&mut self.draws), &self.options);
        let [crash_before, fails, lies, crash_after, conflicts] =
            [o.crash_before, o.commit_fails, o.commit_lies, o.crash_after, o.conflicts].map(|rate| dice.chance(rate));
        if conflicts {
            self.conflicts_left = 1 + dice.below(6);
        }
        if !self.is_up(n) {
            return Ok(Called::NotDone);
        }
        if crash_before {
            self.crash(n);
            return Ok(Called::NotDone);
        }
        let fault = match (fails, lies, self.conflicts_left > 0) {
            (_, _, true) => Some(CommitFault::Conflicts),
            (true, _, _) => Some(CommitFault::Fails),
            (_, true, _) => Some(CommitFault::Lies),
            _ => None,
        };
        self.conflicts_left = self.conflicts_left.saturating_sub(1);
        if let Some(fault) = fault {
            self.disk.arm(fault);
        }
        let full = self.disk.is_full();
        let node = &mut self.nodes[n];
        node.acted = true;
        let wall = node.clock.shows(self.now);
        let Some(engine) = node.engine.as_mut() else { return Ok(Called::NotDone) };
        let result = engine.execute(wall, work);
        match (result, fault) {
            (Ok(_), _) if full => Err("INV-16: a full disk, and the answer is success".to_owned()),
            (result, _) if crash_after => {
                self.crash(n);
                drop(result);
                Ok(Called::Unsure)
            }
            (Ok(answer), None) => Ok(Called::Done(answer)),
            (Ok(_), Some(_)) => Err("INV-02: a commit that failed was answered with success".to_owned()),
            (Err(Fault::Refused(refusal)), _) => Ok(Called::Refused(refusal)),
            (Err(Fault::Busy { .. }), _) => Ok(Called::NotDone),
            (Err(Fault::Store(_)), Some(CommitFault::Lies)) if !full => Ok(Called::Unsure),
            (Err(Fault::Store(_)), Some(_)) => Ok(Called::NotDone),
            (Err(Fault::Store(_)), None) if full => Ok(Called::NotDone),
            (Err(Fault::Store(e)), None) => Err(format!("the engine failed without a fault: {e}")),
        }
    }

    /// The process dies; somebody starts it again.
    pub(super) fn crash(&mut self, n: usize) {
        self.note(&format!("  the process of node {n} dies"));
        self.counts.crashes += 1;
        self.nodes[n].engine = None;
        let down = seconds(self.draws.faults.between(1, 120));
        self.queue.push(self.now + down, Happening::Start(n));
    }

    /// The process comes up; opening records and sends nothing (INV-14).
    pub(super) fn start(&mut self, n: usize) -> Checked {
        if self.nodes[n].engine.is_some() {
            return Ok(());
        }
        let state =
            |disk: &Disk| disk.look(|tx| Ok((journal::head(tx)?, store::due_notifications(tx, Instant::MAX, 10_000)?)));
        let before = state(&self.disk)?;
        self.lives += 1;
        let entropy = Dice::new(self.seed, &format!("ids of process {}", self.lives));
        let opened = Engine::open(Box::new(self.disk.clone()), Box::new(entropy), "https://nightbell.example.com");
        let engine = match opened {
            Ok(engine) => engine,
            Err(_) if self.disk.is_full() => {
                self.queue.push(self.now + seconds(20), Happening::Start(n));
                return Ok(());
            }
            Err(e) => return Err(format!("the database does not open: {e}")),
        };
        if state(&self.disk)? != before {
            return Err("INV-14: opening the database recorded or owed something".to_owned());
        }
        let node = &mut self.nodes[n];
        (node.engine, node.life, node.asleep_until, node.acted) = (Some(engine), self.lives, None, true);
        (node.looking, node.looks_at, node.slipped_s) = (Some((None, Progress::default())), Some(self.now), 0);
        Ok(())
    }

    /// A node looks at everything that waits, because it begins or its clock was set back. False when that did not come through.
    pub(super) fn arm_anew(&mut self, n: usize) -> Result<bool, String> {
        while let Some((by, progress)) = self.nodes[n].looking.clone() {
            let acted = self.nodes[n].acted;
            let look = |unit: &mut Unit<'_>| clock_step::stepped_back(unit, by, &progress);
            let Called::Done(slice) = self.call_by(|draws| &mut draws.clocks, n, look)? else {
                let soon = self.now + seconds(1);
                self.nodes[n].looks_at = Some(soon.max(self.nodes[n].asleep_until.unwrap_or(soon)));
                return Ok(false);
            };
            if slice.moved == 0 {
                self.nodes[n].acted = acted;
            }
            self.counts.rearmed += slice.moved as u64;
            self.nodes[n].looking = slice.next.map(|progress| (by, progress));
        }
        self.nodes[n].looks_at = None;
        Ok(true)
    }

    /// Its clock was set by so much: it notices when it looks at both clocks next.
    fn notices(&mut self, n: usize, by: i64) {
        let (now, alone) = (self.now, self.nodes.len() == 1);
        let node = &mut self.nodes[n];
        node.slipped_s = if by < 0 { node.slipped_s - by } else { 0 };
        if node.slipped_s > NOTICED_S && node.engine.is_some() {
            // Among others this clock's step says nothing of what their clocks have armed.
            let by = alone.then(|| SignedDuration::from_secs(node.slipped_s));
            node.looking = Some((by, Progress::default()));
            node.looks_at = Some((now + node.lag).max(node.asleep_until.unwrap_or(now)));
            node.slipped_s = 0;
        }
    }

    /// Somebody sets a node's clock.
    pub(super) fn step_clock(&mut self, n: usize, by: i64) -> Checked {
        self.counts.clock_steps += 1;
        let now = self.now;
        self.nodes[n].clock.step(now, seconds(by));
        self.oracle.clock_was_set(by < 0, now);
        self.notices(n, by);
        let off = self.nodes[n].clock.off_by(now);
        self.note(&format!("  the clock of node {n} is now off by {off:#}"));
        Ok(())
    }

    /// A node stops in the middle of what it does, and goes on later.
    pub(super) fn sleep(&mut self, n: usize, by: i64) -> Checked {
        self.nodes[n].asleep_until = Some(self.now + seconds(by));
        Ok(())
    }

    /// Every process dies, and what was not synced is gone.
    pub(super) fn power_cut(&mut self) -> Checked {
        self.counts.power_cuts += 1;
        self.disk.power_cut().map_err(|e| e.to_string())?;
        for n in 0..self.nodes.len() {
            if self.nodes[n].engine.is_some() {
                self.crash(n);
            }
        }
        self.oracle.power_failed(&self.disk)
    }
}

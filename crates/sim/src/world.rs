//! The world: one true time, one queue, one or two engines on one store that may die between any two calls. Every draw comes from the seed.

mod nodes;
mod outside;
mod people;
mod reconcile;

pub use nodes::Called;

use crate::{
    dice::Dice,
    disk::Disk,
    happening::{Happening, Queue},
    options::Options,
    oracle::{Checked, Oracle},
    phones::{Heard, Phones, heard},
    sabotage::Sabotage,
    story::Story,
    town::{self, Town},
};
use jiff::SignedDuration;
use nightbell_engine::{
    domain::{
        access::{Administer, Caller, Permit, Via},
        ids::{NotificationId, PageId},
        org::AccessRole,
        paging::Report,
        record::Instant,
    },
    organisation, paging,
};
use nightbell_store::paging as store;
use nodes::Node;
use std::collections::BTreeMap;

/// How long the calm phase may last.
const CALM: SignedDuration = SignedDuration::from_hours(8);
/// A node that sleeps until something is due looks at its clock at least that often.
const LOOKS_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// More happenings than any life has.
const EVENTS_MAX: u64 = 60_000;

/// Randomness by concern.
struct Draws {
    arrivals: Dice,
    faults: Dice,
    people: Dice,
    providers: Dice,
    edits: Dice,
    machines: Dice,
    clocks: Dice,
}

impl Draws {
    fn of(seed: u64) -> Self {
        let dice = |concern| Dice::new(seed, concern);
        Self {
            arrivals: dice("arrivals"),
            faults: dice("faults"),
            people: dice("people"),
            providers: dice("providers"),
            edits: dice("edits"),
            machines: dice("machines"),
            clocks: dice("clocks"),
        }
    }
}

/// One simulated world.
pub struct World {
    seed: u64,
    options: Options,
    draws: Draws,
    /// True time: what a monotonic clock would measure.
    now: Instant,
    begin: Instant,
    queue: Queue,
    disk: Disk,
    nodes: Vec<Node>,
    /// Counts processes: reports reach only the one that sent.
    lives: u32,
    /// Commits that end as conflicts before one comes through again.
    conflicts_left: u64,
    calm: bool,
    town: Town,
    phones: Phones,
    oracle: Oracle,
    story: Story,
    counts: Counts,
    /// How often each page reached somebody.
    woken: BTreeMap<PageId, u32>,
}

/// What a run did, to prove that it did something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Happenings.
    pub events: u64,
    /// Attempts the transport began.
    pub sends: u64,
    /// Of those, marked as possible second copies.
    pub repeats: u64,
    /// Messages that told of more than one notification.
    pub bundles: u64,
    /// Deaths of a process.
    pub crashes: u64,
    /// Times the power failed.
    pub power_cuts: u64,
    /// Times a wall clock was set.
    pub clock_steps: u64,
    /// Pages whose alarms were armed anew, because a clock had been ahead.
    pub rearmed: u64,
    /// Worlds with two engines on one store.
    pub pairs: u64,
    /// Incidents cared for.
    pub incidents: u64,
    /// Notices published.
    pub published: u64,
}

impl Counts {
    /// Adds another run's.
    pub fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.sends += other.sends;
        self.repeats += other.repeats;
        self.bundles += other.bundles;
        self.crashes += other.crashes;
        self.power_cuts += other.power_cuts;
        self.clock_steps += other.clock_steps;
        self.rearmed += other.rearmed;
        self.pairs += other.pairs;
        self.incidents += other.incidents;
        self.published += other.published;
    }
}

/// Where worlds begin, all at 06:00 UTC: a quiet Monday, days before the clocks of Berlin go forward and back, and before 29 February.
const BEGINNINGS: [i64; 4] = [1_778_479_200, 1_774_591_200, 1_792_735_200, 1_708_927_200];

fn seconds(s: i64) -> SignedDuration {
    SignedDuration::from_secs(s)
}

impl World {
    /// A new world: an empty database, the town applied, nothing happened yet.
    pub fn new(seed: u64, options: Options, sabotage: Option<Sabotage>, whole: bool) -> Result<Self, String> {
        let begin = BEGINNINGS[usize::try_from(options.beginning).unwrap_or(0) % BEGINNINGS.len()];
        let begin = Instant::from_second(begin).map_err(|e| e.to_string())?;
        let town = Town::new(begin, seed);
        let mut world = Self {
            seed,
            draws: Draws::of(seed),
            now: begin,
            begin,
            queue: Queue::default(),
            disk: Disk::new(sabotage, options.power_cuts > 0).map_err(|e| e.to_string())?,
            nodes: Vec::new(),
            lives: 0,
            conflicts_left: 0,
            calm: false,
            oracle: Oracle::new(town::organisation(&town.files()?)),
            town,
            phones: Phones::default(),
            story: Story::new(whole),
            counts: Counts::default(),
            woken: BTreeMap::new(),
            options,
        };
        world.build_nodes();
        world.counts.pairs = u64::from(world.nodes.len() > 1);
        world.oracle.clocks_differ = world.nodes.len() > 1;
        world.start(0)?;
        world.apply()?;
        for n in 1..world.nodes.len() {
            world.start(n)?;
        }
        world.schedule();
        Ok(world)
    }

    /// What it did, and the hash over all happenings and everything that was recorded.
    pub fn finish(self) -> (Counts, String) {
        (self.counts, self.story.hash())
    }

    /// What happened, as far as it was kept.
    pub fn story(&self) -> &Story {
        &self.story
    }

    /// The database, for whoever wants to look after the end.
    pub fn disk(&self) -> &Disk {
        &self.disk
    }

    /// How much time has passed.
    pub fn elapsed(&self) -> SignedDuration {
        self.now.duration_since(self.begin)
    }

    /// Runs until nothing is left to come in, then lets everything settle without faults; or until `until`, and no verdict on what waits.
    pub fn run(&mut self, until: Option<Instant>) -> Checked {
        let end = self.now + SignedDuration::from_hours(self.options.hours);
        if let Some(until) = until.filter(|until| *until < end) {
            while self.step(until)? {}
            return Ok(());
        }
        while self.step(end)? {}
        self.be_calm()?;
        let end = self.now + CALM;
        while self.step(until.map_or(end, |until| until.min(end)))? {}
        if until.is_some_and(|until| until < end) {
            return Ok(());
        }
        self.now = self.now.max(end);
        let wall = self.wall();
        self.oracle.check_end(&self.disk, &self.phones, wall)
    }

    /// What the clock of the first node shows.
    fn wall(&self) -> Instant {
        self.nodes.first().map_or(self.now, |node| node.clock.shows(self.now))
    }

    fn be_calm(&mut self) -> Checked {
        self.note("the faults stop");
        self.options = self.options.calm();
        self.calm = true;
        self.conflicts_left = 0;
        self.disk.set_full(false);
        self.phones.heal();
        let surprise = |h: &Happening| {
            let machines = matches!(h, Happening::Step(..) | Happening::Sleep(..) | Happening::PowerCut);
            machines
                || matches!(h, Happening::Signal(..) | Happening::Edit | Happening::DiskFull(_) | Happening::DiskFree)
        };
        self.queue.retain(|happening| !surprise(happening));
        for n in 0..self.nodes.len() {
            if self.nodes[n].engine.is_none() {
                self.queue.push(self.now, Happening::Start(n));
            }
            self.nodes[n].asleep_until = None;
            self.nodes[n].tick_at = Some(self.now);
            // Somebody puts the clock right.
            let off_s = self.nodes[n].clock.off_by(self.now).as_secs();
            if off_s != 0 && self.nodes.len() == 1 {
                self.step_clock(n, -off_s)?;
            }
        }
        Ok(())
    }

    /// The next thing; false when nothing happens before `end` any more.
    fn step(&mut self, end: Instant) -> Result<bool, String> {
        let tick = self.next_tick();
        let next = match (self.queue.next_at(), tick.map(|(at, _)| at)) {
            (Some(happening), Some(tick)) => happening.min(tick),
            (one, other) => match one.or(other) {
                Some(at) => at,
                None => return Ok(false),
            },
        };
        if next > end {
            return Ok(false);
        }
        self.now = self.now.max(next);
        self.counts.events += 1;
        if self.counts.events > EVENTS_MAX {
            return Err(format!("{EVENTS_MAX} happenings, and no end: something spins"));
        }
        match tick.filter(|(at, _)| *at <= next) {
            Some((_, n)) => self.reconcile(n)?,
            None => {
                if let Some(happening) = self.queue.pop() {
                    self.note(&format!("{happening:?}"));
                    self.happen(happening)?;
                    self.wake_all()?;
                }
            }
        }
        self.oracle.check(
            &self.disk,
            &self.phones,
            &mut self.story,
            self.nodes.iter().map(|n| n.clock.shows(self.now)).max().unwrap_or(self.now),
        )?;
        Ok(true)
    }

    fn happen(&mut self, happening: Happening) -> Checked {
        match happening {
            Happening::Signal(signal, tries) => self.signal(&signal, tries),
            Happening::Report { notification, attempt, report, life } => {
                self.report(notification, attempt, report, life)
            }
            Happening::Deed(user, deed, tries) => self.deed(&user, deed, tries),
            Happening::Care { incident, round } => self.care(&incident, round),
            Happening::Edit => self.edit(),
            Happening::Step(n, by) => self.step_clock(n, by),
            Happening::Sleep(n, by) => self.sleep(n, by),
            Happening::PowerCut => self.power_cut(),
            Happening::DiskFull(by) => {
                self.disk.set_full(true);
                self.queue.push(self.now + seconds(by), Happening::DiskFree);
                Ok(())
            }
            Happening::DiskFree => {
                self.disk.set_full(false);
                Ok(())
            }
            Happening::Start(n) => self.start(n),
        }
    }

    /// The organisation changes, by somebody who waits until there is room and a server.
    fn edit(&mut self) -> Checked {
        let up = (0..self.nodes.len()).any(|n| self.is_up(n));
        if self.disk.is_full() || !up {
            self.queue.push(self.now + seconds(60), Happening::Edit);
            return Ok(());
        }
        let what = self.town.edit(&mut self.draws.edits);
        self.note(what);
        self.apply()
    }

    /// The town's files are applied.
    fn apply(&mut self) -> Checked {
        let files = self.town.files()?;
        let carol = "carol".parse().map_err(|e| format!("{e}"))?;
        let admin: Permit<Administer> =
            Caller::new(carol, AccessRole::Admin, Via::Terminal).permit().map_err(|e| e.to_string())?;
        let now = self.now;
        let up = (0..self.nodes.len()).find(|n| self.is_up(*n)).ok_or("no node is up")?;
        let node = &mut self.nodes[up];
        let wall = node.clock.shows(now);
        let engine = node.engine.as_mut().ok_or("the engine is up")?;
        let applied =
            engine.execute(wall, |unit| organisation::apply(unit, &admin, &files, true)).map_err(|e| e.to_string())?;
        applied.map_err(|problems| format!("the town's files were refused: {problems:?}"))?;
        self.oracle.org = town::organisation(&files);
        Ok(())
    }

    /// A provider's report is recorded, sometimes twice, sometimes never.
    fn report(&mut self, notification: NotificationId, attempt: u32, report: Report, life: u32) -> Checked {
        let Some(n) = self.nodes.iter().position(|node| node.life == life && node.engine.is_some()) else {
            return Ok(());
        };
        let again = || Happening::Report { notification, attempt, report: report.clone(), life };
        if let Some(wakes) = self.nodes[n].asleep_until.filter(|wakes| *wakes > self.now) {
            self.queue.push(wakes, again());
            return Ok(());
        }
        let twice = self.draws.providers.chance(self.options.reports_twice);
        for _ in 0..=usize::from(twice) {
            match self.call(n, |unit| paging::settle(unit, notification, attempt, report.clone()))? {
                Called::Done(()) => self.phones.heard(notification, attempt, heard(&report), self.now),
                Called::Unsure => self.phones.heard(notification, attempt, Heard::Perhaps, self.now),
                Called::Refused(refusal) => return Err(format!("a report was refused: {refusal}")),
                Called::NotDone => {
                    // A sender may give up; the lease is there for that.
                    if self.nodes[n].engine.is_some() && self.draws.providers.chance(700) {
                        self.queue.push(self.now + seconds(2), again());
                    }
                }
            }
        }
        Ok(())
    }

    /// Something happened: every node finds out when the next thing is due, whoever committed at once, others at their next look.
    fn wake_all(&mut self) -> Checked {
        let due = self.disk.look(store::next_due)?;
        let now = self.now;
        for node in &mut self.nodes {
            if node.engine.is_none() {
                continue;
            }
            let at = due.map(|due| node.clock.truth_of(due, now).max(now));
            let wait = if node.acted { SignedDuration::ZERO } else { node.lag };
            node.tick_at = at.map(|at| at.max(now + wait).max(node.asleep_until.unwrap_or(now)));
            node.acted = false;
        }
        Ok(())
    }

    /// Keeps a line for the hash and for whoever must understand a failure.
    fn note(&mut self, what: &str) {
        self.story.note(self.now, what);
    }
}

//! The world: one clock, one queue, one engine that may die between any two calls. Every draw comes from the seed.

mod outside;
mod people;
mod reconcile;

use crate::{
    dice::Dice,
    disk::{CommitFault, Disk},
    happening::{Happening, Queue},
    options::Options,
    oracle::{Checked, Oracle},
    phones::{Heard, Phones, heard},
    sabotage::Sabotage,
    town::{self, Town},
};
use jiff::SignedDuration;
use nightbell_engine::{
    Engine, Fault, Unit,
    domain::{
        access::{Administer, Caller, Permit, Via},
        ids::NotificationId,
        org::AccessRole,
        paging::Report,
        record::Instant,
        refusal::Refusal,
    },
    organisation, paging,
};
use nightbell_store::{journal, paging as store};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// How many happenings a failure shows.
const SHOWN: usize = 50;
/// How long the calm phase may last.
const CALM: SignedDuration = SignedDuration::from_hours(8);

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

/// Randomness by concern.
struct Draws {
    arrivals: Dice,
    faults: Dice,
    people: Dice,
    providers: Dice,
    edits: Dice,
}

/// One simulated world.
pub struct World {
    seed: u64,
    options: Options,
    draws: Draws,
    now: Instant,
    queue: Queue,
    tick_at: Option<Instant>,
    disk: Disk,
    engine: Option<Engine>,
    /// Counts processes: reports reach only the one that sent.
    life: u32,
    calm: bool,
    town: Town,
    phones: Phones,
    oracle: Oracle,
    recent: VecDeque<String>,
    hash: Sha256,
    counts: Counts,
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
    /// Deaths of the process.
    pub crashes: u64,
    /// Incidents cared for.
    pub incidents: u64,
}

/// Monday, 11 May 2026, 06:00 UTC.
fn begin() -> Instant {
    Instant::from_second(1_778_479_200).unwrap_or_default()
}

fn seconds(s: i64) -> SignedDuration {
    SignedDuration::from_secs(s)
}

impl World {
    /// A new world: an empty database, the town applied, nothing happened yet.
    pub fn new(seed: u64, options: Options, sabotage: Option<Sabotage>) -> Result<Self, String> {
        let dice = |concern| Dice::new(seed, concern);
        let draws = Draws {
            arrivals: dice("arrivals"),
            faults: dice("faults"),
            people: dice("people"),
            providers: dice("providers"),
            edits: dice("edits"),
        };
        let town = Town::default();
        let mut world = Self {
            seed,
            options,
            draws,
            now: begin(),
            queue: Queue::default(),
            tick_at: None,
            disk: Disk::new(sabotage).map_err(|e| e.to_string())?,
            engine: None,
            life: 0,
            calm: false,
            oracle: Oracle::new(town::organisation(&town.files()?)),
            town,
            phones: Phones::default(),
            recent: VecDeque::new(),
            hash: Sha256::new(),
            counts: Counts::default(),
        };
        world.start()?;
        world.apply()?;
        world.schedule();
        Ok(world)
    }

    /// What it did, and the hash over all happenings.
    pub fn finish(self) -> (Counts, String) {
        (self.counts, self.hash.finalize().iter().map(|b| format!("{b:02x}")).collect())
    }

    /// The last happenings, oldest first.
    pub fn recent(&self) -> Vec<String> {
        self.recent.iter().cloned().collect()
    }

    /// How much time has passed.
    pub fn elapsed(&self) -> SignedDuration {
        self.now.duration_since(begin())
    }

    /// Runs until nothing is left to come in, then lets everything settle without faults.
    pub fn run(&mut self) -> Checked {
        let end = self.now + SignedDuration::from_hours(self.options.hours);
        while self.step(end)? {}
        self.be_calm();
        let end = self.now + CALM;
        while self.step(end)? {}
        self.now = self.now.max(end);
        self.oracle.check_end(&self.disk, &self.phones, self.now)
    }

    fn be_calm(&mut self) {
        self.note("the faults stop");
        self.options = self.options.calm();
        self.calm = true;
        self.phones.heal();
        self.queue
            .retain(|happening| !matches!(happening, Happening::Signal(..) | Happening::Edit | Happening::Jump(_)));
        if self.engine.is_none() {
            self.queue.push(self.now, Happening::Start);
        }
        self.tick_at = Some(self.now);
    }

    /// The next thing; false when nothing happens before `end` any more.
    fn step(&mut self, end: Instant) -> Result<bool, String> {
        let tick = self.tick_at.filter(|_| self.engine.is_some());
        let next = match (self.queue.next_at(), tick) {
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
        if tick.is_some_and(|tick| tick <= next) {
            self.reconcile()?;
        } else if let Some(happening) = self.queue.pop() {
            self.note(&format!("{happening:?}"));
            self.happen(happening)?;
        }
        self.oracle.check(&self.disk, &self.phones, self.now)?;
        Ok(true)
    }

    fn happen(&mut self, happening: Happening) -> Checked {
        match happening {
            Happening::Signal(signal, tries) => self.signal(&signal, tries)?,
            Happening::Report { notification, attempt, report, life } if life == self.life => {
                self.report(notification, attempt, report)?;
            }
            Happening::Report { .. } => {}
            Happening::Deed(user, deed, tries) => self.deed(&user, deed, tries)?,
            Happening::Care { incident, round } => self.care(&incident, round)?,
            Happening::Edit => {
                let what = self.town.edit(&mut self.draws.edits);
                self.note(what);
                self.apply()?;
            }
            Happening::Jump(by) => self.now += seconds(by),
            Happening::Start => self.start()?,
        }
        // Whatever happened may have made something due.
        self.tick_at = Some(self.now);
        Ok(())
    }

    /// One call of the engine, with whatever goes wrong now.
    fn call<T>(&mut self, work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault>) -> Result<Called<T>, String> {
        let (dice, o) = (&mut self.draws.faults, &self.options);
        let draws = [
            dice.chance(o.crash_before),
            dice.chance(o.commit_fails),
            dice.chance(o.commit_lies),
            dice.chance(o.crash_after),
        ];
        let Some(engine) = self.engine.as_mut() else { return Ok(Called::NotDone) };
        let [crash_before, fails, lies, crash_after] = draws;
        if crash_before {
            self.crash();
            return Ok(Called::NotDone);
        }
        if fails || lies {
            self.disk.arm(if fails { CommitFault::Fails } else { CommitFault::Lies });
        }
        let result = engine.execute(self.now, work);
        match result {
            _ if crash_after => {
                self.crash();
                Ok(Called::Unsure)
            }
            Ok(answer) if !fails && !lies => Ok(Called::Done(answer)),
            Err(Fault::Refused(refusal)) => Ok(Called::Refused(refusal)),
            Err(Fault::Store(_)) if fails => Ok(Called::NotDone),
            Err(Fault::Store(_)) if lies => Ok(Called::Unsure),
            Err(Fault::Store(e)) => Err(format!("the engine failed without a fault: {e}")),
            Ok(_) => Err("INV-02: a commit that failed was answered with success".to_owned()),
        }
    }

    fn crash(&mut self) {
        self.note("the process dies");
        self.counts.crashes += 1;
        self.engine = None;
        self.life += 1;
        let down = seconds(self.draws.faults.between(1, 120));
        self.queue.push(self.now + down, Happening::Start);
    }

    /// The process comes up; opening records and sends nothing (INV-14).
    fn start(&mut self) -> Checked {
        if self.engine.is_some() {
            return Ok(());
        }
        let state =
            |disk: &Disk| disk.look(|tx| Ok((journal::head(tx)?, store::due_notifications(tx, Instant::MAX, 10_000)?)));
        let before = state(&self.disk)?;
        let entropy = Dice::new(self.seed, &format!("ids of process {}", self.life));
        let engine = Engine::open(Box::new(self.disk.clone()), Box::new(entropy), "https://nightbell.example.com")
            .map_err(|e| e.to_string())?;
        if state(&self.disk)? != before {
            return Err("INV-14: opening the database recorded or owed something".to_owned());
        }
        self.engine = Some(engine);
        Ok(())
    }

    /// The town's files are applied, by somebody who insists.
    fn apply(&mut self) -> Checked {
        self.start()?;
        let files = self.town.files()?;
        let carol = "carol".parse().map_err(|e| format!("{e}"))?;
        let admin: Permit<Administer> =
            Caller::new(carol, AccessRole::Admin, Via::Terminal).permit().map_err(|e| e.to_string())?;
        let engine = self.engine.as_mut().ok_or("the engine is up")?;
        let applied = engine
            .execute(self.now, |unit| organisation::apply(unit, &admin, &files, true))
            .map_err(|e| e.to_string())?;
        applied.map_err(|problems| format!("the town's files were refused: {problems:?}"))?;
        self.oracle.org = town::organisation(&files);
        Ok(())
    }

    /// A provider's report is recorded, sometimes twice, sometimes never.
    fn report(&mut self, notification: NotificationId, attempt: u32, report: Report) -> Checked {
        let twice = self.draws.providers.chance(self.options.reports_twice);
        for _ in 0..=usize::from(twice) {
            match self.call(|unit| paging::settle(unit, notification, attempt, report.clone()))? {
                Called::Done(()) => self.phones.heard(notification, attempt, heard(&report)),
                Called::Unsure => self.phones.heard(notification, attempt, Heard::Perhaps),
                Called::Refused(refusal) => return Err(format!("a report was refused: {refusal}")),
                Called::NotDone => {
                    let again = Happening::Report { notification, attempt, report: report.clone(), life: self.life };
                    // A sender may give up; the lease is there for that.
                    if self.engine.is_some() && self.draws.providers.chance(700) {
                        self.queue.push(self.now + seconds(2), again);
                    }
                }
            }
        }
        Ok(())
    }

    /// Keeps a line for the hash and for whoever must understand a failure.
    fn note(&mut self, what: &str) {
        let line = format!("{} {what}", self.now);
        self.hash.update(line.as_bytes());
        self.recent.push_back(line);
        if self.recent.len() > SHOWN {
            self.recent.pop_front();
        }
    }
}

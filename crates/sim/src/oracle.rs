//! The oracle: what must hold after every step and at the end, judged from what went in, what people did, what the phones saw and what is
//! stored. It shares no decision with the engine. After a step it looks at what the step touched; now and then, and at the end, at everything.

mod awake;
mod delivery;
mod end;
mod folds;
mod handed;
mod rings;
mod signals;
mod steps;

pub use signals::{Known, Signals};

use delivery::{check_attempts, check_outcomes, owes_every_ring};
use folds::{Folds, Followed};

use crate::{disk::Disk, happening::Signal, phones::Phones, story::Story};
use jiff::SignedDuration;
use nightbell_engine::{
    domain::{
        ids::{IncidentId, NotificationId, PageId, PolicyId, UserId},
        limits,
        org::Organisation,
        paging::{Notification, NotificationStatus, Page},
        record::{Aggregate, Instant},
        response::Incident,
    },
    signal::Receipt,
};
use nightbell_store::{journal, load, paging as store};
use std::collections::{BTreeMap, BTreeSet};

/// Nothing, or what is wrong.
pub type Checked = Result<(), String>;

/// A row that waits further ahead than this waits for nothing that exists: the longest wait of a page or a message is a last resort's.
const ALARM_WITHIN: SignedDuration = SignedDuration::from_mins(16);
/// The longest that an acknowledgement or a snooze lasts here.
const WAKES_WITHIN: SignedDuration = SignedDuration::from_hours(5);
/// More events make a long history.
const LONG: u64 = 200;
/// Everything is looked at after so many steps.
const SWEEP_EVERY: u64 = 64;
/// How far apart the clocks of two nodes may be; what the oracle forgives of a lease.
const SKEW_MAX: SignedDuration = SignedDuration::from_secs(25);

/// A clock that is set back by less is not noticed.
const UNNOTICED_MAX: SignedDuration = SignedDuration::from_secs(3);

/// What the oracle remembers.
pub struct Oracle {
    /// The organisation as the files say.
    pub org: Organisation,
    /// What the tools were told.
    pub signals: Signals,
    /// The journal, as far as it was followed.
    position: u64,
    /// Pages that moved since they were looked at last.
    moved: BTreeSet<PageId>,
    /// Pages of a long history that moved, whose messages are looked at with everything else.
    long: BTreeSet<PageId>,
    folds: Folds,
    /// Pages that somebody surely took or ended, and when.
    closed: BTreeMap<PageId, Instant>,
    /// Where each page rang last.
    rings: BTreeMap<PageId, (u32, u32)>,
    /// Who must still acknowledge a page, when everybody has to.
    wanted: BTreeMap<PageId, BTreeSet<UserId>>,
    /// Who has acknowledged while others still must.
    answered: BTreeMap<PageId, BTreeSet<UserId>>,
    /// How many pages each policy has started that asks whose turn it is.
    turns: BTreeMap<PolicyId, u64>,
    /// When messages to a contact method were begun lately, and of which rank.
    begun: BTreeMap<(UserId, &'static str), Vec<Instant>>,
    /// Who was told that a page is over, by which notification.
    told: BTreeMap<(PageId, UserId), NotificationId>,
    /// The commanders seen last.
    commanders: BTreeMap<IncidentId, UserId>,
    /// Incidents of which something was published by somebody.
    published: BTreeSet<String>,
    /// There are several clocks, none of them quite right.
    pub clocks_differ: bool,
    /// A clock was set, and the reconcilers have not run since.
    clock_moved: bool,
    /// When a clock was set last, in true time: leases that began before end when it says so.
    clock_set_at: Option<Instant>,
    /// A clock was set back at some time: the order of ids is not the order of time any more.
    ever_back: bool,
    steps: u64,
}

impl Oracle {
    /// Of a town.
    pub fn new(org: Organisation) -> Self {
        Self {
            org,
            signals: Signals::default(),
            position: 0,
            moved: BTreeSet::new(),
            long: BTreeSet::new(),
            folds: Folds::default(),
            closed: BTreeMap::new(),
            rings: BTreeMap::new(),
            wanted: BTreeMap::new(),
            answered: BTreeMap::new(),
            turns: BTreeMap::new(),
            begun: BTreeMap::new(),
            told: BTreeMap::new(),
            commanders: BTreeMap::new(),
            published: BTreeSet::new(),
            clocks_differ: false,
            clock_moved: false,
            clock_set_at: None,
            ever_back: false,
            steps: 0,
        }
    }

    /// Somebody took or ended a page, and it is on disk.
    pub fn closed(&mut self, page: PageId, at: Instant) {
        self.closed.entry(page).or_insert(at);
    }

    /// Somebody published something of an incident, or may have.
    pub fn published(&mut self, incident: &str) {
        self.published.insert(incident.to_owned());
    }

    /// A clock was set: what waits may be further ahead than it should until the reconcilers ran.
    pub fn clock_was_set(&mut self, back: bool, now: Instant) {
        self.clock_moved = true;
        self.clock_set_at = Some(now);
        self.ever_back |= back;
    }

    /// The power failed: everything that was seen is still there.
    pub fn power_failed(&self, disk: &Disk) -> Checked {
        let head = disk.look(journal::head)?;
        if head < self.position {
            return Err(format!(
                "INV-01: the power failed, and the journal ends at {head}; {} was answered before",
                self.position
            ));
        }
        Ok(())
    }

    /// A request was answered with 2xx. `now` is true time and the node's wall clock.
    pub fn answered(
        &mut self,
        disk: &Disk,
        signal: (&Signal, Known),
        receipt: &Receipt,
        (now, wall): (Instant, Instant),
    ) -> Checked {
        for page in self.signals.answered(disk, signal, receipt, (wall, self.ever_back))? {
            self.closed(page, now);
        }
        Ok(())
    }

    /// After every step: what was touched folds to its row, and what waits waits for a reason. `wall` is what the fastest clock shows.
    pub fn check(&mut self, disk: &Disk, phones: &Phones, story: &mut Story, wall: Instant) -> Checked {
        self.steps += 1;
        let touched = disk.take_touched();
        self.follow(disk, story)?;
        let mut pages = std::mem::take(&mut self.moved);
        let regularly = self.steps.is_multiple_of(SWEEP_EVERY);
        if regularly {
            self.sweep(disk)?;
            pages.append(&mut self.long);
        }
        // A statement that names no row may have changed whatever waits.
        if regularly || touched.contains("*") {
            for waiting in waiting(disk)? {
                self.check_waits(&waiting, wall)?;
                pages.insert(waiting.page);
            }
        }
        for id in &touched {
            if let Ok(page) = id.parse::<PageId>() {
                pages.insert(page);
            } else if let Ok(id) = id.parse::<NotificationId>()
                && let Some(notification) = disk.look(|tx| store::notification(tx, id))?
            {
                self.check_waits(&notification, wall)?;
                pages.insert(notification.page);
            }
        }
        for id in pages {
            self.check_page(disk, phones, id, (wall, regularly))?;
        }
        Ok(())
    }

    /// What is stored of every page's state and alarm, beside what its events say.
    fn sweep(&self, disk: &Disk) -> Checked {
        let open: BTreeSet<PageId> = disk.look(|tx| store::open(tx, 10_000))?.into_iter().map(|page| page.id).collect();
        let alarms = disk.look(|tx| store::due_pages(tx, Instant::MAX, 10_000))?;
        let stored: BTreeSet<PageId> = alarms.iter().copied().collect();
        if stored.len() != alarms.len() {
            return Err("INV-03: a page has two alarms".to_owned());
        }
        for page in self.folds.pages() {
            if page.is_waiting() != stored.contains(&page.id) {
                return Err(format!(
                    "INV-03: {} is {} and its stored alarms say otherwise",
                    page.id,
                    page.status.word()
                ));
            }
            if page.is_ended() == open.contains(&page.id) {
                return Err(format!("{} is {} and its row says otherwise", page.id, page.status.word()));
            }
        }
        Ok(())
    }

    /// INV-07: whatever waits is looked at soon.
    fn check_waits(&self, waiting: &Notification, wall: Instant) -> Checked {
        let open = matches!(waiting.status, NotificationStatus::Queued | NotificationStatus::Sending);
        let Some(next) = waiting.next_due_at.filter(|_| open) else {
            let wrong = open || waiting.next_due_at.is_some();
            return if wrong { Err(format!("INV-07: {waiting:?} waits without an alarm")) } else { Ok(()) };
        };
        let lease = waiting.status == NotificationStatus::Sending;
        let most = if lease { limits::SENDING_LEASE + UNNOTICED_MAX } else { ALARM_WITHIN };
        if !self.clock_moved && next.duration_since(wall) > most {
            return Err(format!(
                "INV-07: {} is {} and nobody looks at it until {next}; it is {wall}",
                waiting.id,
                waiting.status.word()
            ));
        }
        Ok(())
    }

    /// After the reconcilers ran without a fault: nothing that is due was left lying, and a clock that was set is coped with (INV-13).
    pub fn check_ran(&mut self, disk: &Disk, wall: Instant) -> Checked {
        let pages = disk.look(|tx| store::due_pages(tx, wall, 10))?;
        if let Some(page) = pages.first() {
            return Err(format!("INV-03: {page} is due and was left"));
        }
        let wakes = disk.look(|tx| store::due_wakes(tx, wall, 10))?;
        if let Some(page) = wakes.first() {
            return Err(format!("INV-03: {page} is acknowledged, its time has come, and it was left"));
        }
        let notifications = disk.look(|tx| store::due_notifications(tx, wall, 10))?;
        if let Some(n) = notifications.first() {
            return Err(format!("INV-07: {} is due and was left", n.id));
        }
        self.check_held(disk, wall)?;
        if std::mem::take(&mut self.clock_moved) {
            // As they are stored: what the reconcilers have just done is folded after this step.
            for page in disk.look(|tx| store::open(tx, 10_000))? {
                check_alarm(&page, wall).map_err(|why| format!("INV-13: after a clock was set, {why}"))?;
            }
            for n in waiting(disk)? {
                self.check_waits(&n, wall).map_err(|why| format!("INV-13: after a clock was set, {why}"))?;
            }
        }
        Ok(())
    }

    fn check_page(&mut self, disk: &Disk, phones: &Phones, id: PageId, (wall, regularly): (Instant, bool)) -> Checked {
        let Some(page) = self.folds.page(id) else {
            // What was written may have been undone.
            let stored = disk.look(|tx| load::<Page>(tx, &id.to_string()))?;
            return stored.map_or(Ok(()), |_| Err(format!("{id} is stored and has no events")));
        };
        if page.is_waiting() && self.closed.contains_key(&id) {
            return Err(format!("INV-05: {id} was taken and rings again"));
        }
        if !self.clock_moved {
            check_alarm(page, wall)?;
            if !self.ever_back {
                Self::check_awake(page, wall)?;
            }
        }
        // What rang for weeks owes thousands of messages: to look at all of them after each step would be all that is done.
        if page.version > LONG && !regularly {
            self.long.insert(id);
            return Ok(());
        }
        let notifications = disk.look(|tx| store::of_page(tx, id))?;
        owes_every_ring(page, &notifications)?;
        check_attempts(disk, phones, id, &notifications)?;
        check_outcomes(phones, &notifications)
    }

    /// Follows the journal: contiguous for each stream, and each stream that moved folds to its row. Also before what is handed out is judged:
    /// a page may have woken and rung in the same pass.
    pub fn follow(&mut self, disk: &Disk, story: &mut Story) -> Checked {
        let mut moved = BTreeSet::new();
        loop {
            let position = self.position;
            let lines = disk.follow(|tx| journal::after(tx, position, 500))?;
            let Some(last) = lines.last() else { break };
            self.position = last.position;
            for line in &lines {
                story.recorded(&line.hash);
                if let Followed::Page(page) = self.folds.take(line)? {
                    self.check_page_event(disk, page.0.as_ref(), &page.1)?;
                }
                moved.insert((line.stream_kind.clone(), line.stream_id.clone()));
            }
        }
        for (kind, id) in moved {
            disk.look(|tx| self.folds.check_row(tx, &kind, &id))?
                .map_err(|what| format!("fold and row differ: {what}"))?;
            match kind.as_str() {
                Incident::KIND => self.check_commander(&id)?,
                Page::KIND => self.moved.extend(id.parse::<PageId>().ok()),
                _ => {}
            }
        }
        Ok(())
    }

    /// INV-17: once there is a commander, there is one until it is over. INV-19: public is what somebody published.
    fn check_commander(&mut self, id: &str) -> Checked {
        let Some(incident) = self.folds.incident(id) else { return Ok(()) };
        match (&incident.roles.commander, self.commanders.get(&incident.id)) {
            (Some(now), _) => drop(self.commanders.insert(incident.id, now.clone())),
            (None, Some(before)) if incident.status.is_open() => {
                return Err(format!("INV-17: {} lost its commander @{before}", incident.slug));
            }
            (None, _) => {}
        }
        if incident.public.is_some() && !self.published.contains(id) {
            return Err(format!("INV-19: {} is public, and nobody published anything", incident.slug));
        }
        Ok(())
    }
}

/// INV-03: exactly one alarm while it waits, not too far ahead; none when it does not wait.
fn check_alarm(page: &Page, wall: Instant) -> Checked {
    let (id, word) = (page.id, page.status.word());
    if page.next_due_at.is_some() != page.is_waiting() {
        return Err(format!("INV-03: {id} is {word} and its alarm says {:?}", page.next_due_at));
    }
    // Low urgency waits for the morning, over a weekend too.
    let held = page.held_until.filter(|until| *until > wall && page.rings.is_empty());
    match page.next_due_at {
        Some(due) if due.duration_since(held.unwrap_or(wall)) > ALARM_WITHIN => {
            Err(format!("INV-03: {id} is {word}, its alarm is at {due}, and it is {wall}"))
        }
        _ => Ok(()),
    }
}

fn waiting(disk: &Disk) -> Result<Vec<Notification>, String> {
    disk.look(|tx| store::due_notifications(tx, Instant::MAX, 10_000))
}

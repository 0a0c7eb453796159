//! The oracle: what must hold after every step and at the end, judged from what went in, what people did, what the phones saw and what is
//! stored. It shares no decision with the engine.

mod delivery;
mod signals;

pub use signals::Signals;

use delivery::{again, check_attempts, lost_before, owes_every_ring};

use crate::{disk::Disk, happening::Signal, phones::Phones, town};
use jiff::SignedDuration;
use nightbell_engine::{
    domain::{
        ids::{IncidentId, NotificationId, PageId, UserId},
        learning::Postmortem,
        limits,
        org::Organisation,
        paging::{MessageKind, Notification, NotificationStatus, Page, PageStatus},
        record::{Aggregate, Instant},
        response::Incident,
        signal::Alert,
    },
    paging::Work,
    signal::Receipt,
};
use nightbell_store::{Tx, journal, load, paging as store};
use std::collections::{BTreeMap, BTreeSet};

/// Nothing, or what is wrong.
pub type Checked = Result<(), String>;

/// A row that waits further ahead than this waits for nothing that exists: the longest wait is a promised update or a postmortem's nag.
const ALARM_WITHIN: SignedDuration = SignedDuration::from_mins(16);
/// More new messages to one person by one method within a minute than any policy of the town can ask for.
const STORM: usize = 12;

/// What the oracle remembers.
pub struct Oracle {
    /// The organisation as the files say.
    pub org: Organisation,
    /// What the tools were told.
    pub signals: Signals,
    /// The journal, as far as it was followed.
    position: u64,
    /// The newest event of each stream that the follower was told.
    followed: BTreeMap<(String, String), u64>,
    /// Pages that somebody surely took or ended, and when.
    closed: BTreeMap<PageId, Instant>,
    /// How many rings of each page were judged.
    rings: BTreeMap<PageId, usize>,
    /// When new messages to somebody were begun.
    begun: BTreeMap<(PageId, UserId, &'static str), Vec<Instant>>,
    /// Who was told that a page is over, by which notification.
    told: BTreeMap<(PageId, UserId), NotificationId>,
    /// The commanders seen last.
    commanders: BTreeMap<IncidentId, UserId>,
}

impl Oracle {
    /// Of a town.
    pub fn new(org: Organisation) -> Self {
        Self {
            org,
            signals: Signals::default(),
            position: 0,
            followed: BTreeMap::new(),
            closed: BTreeMap::new(),
            rings: BTreeMap::new(),
            begun: BTreeMap::new(),
            told: BTreeMap::new(),
            commanders: BTreeMap::new(),
        }
    }

    /// Somebody took or ended a page, and it is on disk.
    pub fn closed(&mut self, page: PageId, at: Instant) {
        self.closed.entry(page).or_insert(at);
    }

    /// A request was answered with 2xx.
    pub fn answered(&mut self, disk: &Disk, signal: &Signal, receipt: &Receipt, now: Instant) -> Checked {
        for page in self.signals.answered(disk, signal, receipt)? {
            self.closed(page, now);
        }
        Ok(())
    }

    /// The transport was handed an attempt. Call before it is in the ledger.
    pub fn handed_out(&mut self, disk: &Disk, phones: &Phones, work: &Work, now: Instant) -> Checked {
        let message = &work.message;
        let what = format!(
            "{} {} attempt {} of {} to @{}",
            message.kind.word(),
            work.notification,
            work.attempt,
            message.page,
            message.user
        );
        if message.kind == MessageKind::Page
            && let Some(at) = self.closed.get(&message.page)
        {
            return Err(format!("INV-05: {what} began although the page was taken or ended at {at}"));
        }
        if matches!(message.kind, MessageKind::Resolved | MessageKind::Cancelled) {
            let page = disk.look(|tx| load::<Page>(tx, &message.page.to_string()))?;
            if !page.is_some_and(|p| p.is_ended()) {
                return Err(format!("INV-09: {what}, but the page is not over"));
            }
            let first = *self.told.entry((message.page, message.user.clone())).or_insert(work.notification);
            if first != work.notification {
                return Err(format!("INV-09: {what}, but @{} was told by {first} already", message.user));
            }
        }
        match phones.lines.get(&work.notification) {
            Some(line) => again(line, work, now).map_err(|why| format!("INV-06: {what}: {why}")),
            None => {
                self.fresh(work, now).map_err(|why| format!("{what}: {why}"))?;
                lost_before(work).map_err(|why| format!("INV-06: {what}: {why}"))
            }
        }
    }

    fn fresh(&mut self, work: &Work, now: Instant) -> Checked {
        let key = (work.message.page, work.message.user.clone(), crate::phones::medium(&work.address));
        let times = self.begun.entry(key).or_default();
        times.retain(|at| now.duration_since(*at) < SignedDuration::from_mins(1));
        times.push(now);
        if times.len() > STORM {
            return Err(format!("a storm: {} new messages by one method within a minute", times.len()));
        }
        Ok(())
    }

    /// After every step: what changed folds to its row, and what waits waits for a reason.
    pub fn check(&mut self, disk: &Disk, phones: &Phones, now: Instant) -> Checked {
        self.follow(disk)?;
        let alarms = disk.look(|tx| store::due_pages(tx, Instant::MAX, 10_000))?;
        for page in disk.look(|tx| store::open(tx, 1_000))? {
            check_alarm(&page, &alarms, now)?;
            self.check_page(disk, phones, &page)?;
        }
        for waiting in waiting(disk)? {
            let next = waiting.next_due_at.ok_or_else(|| format!("INV-07: {waiting:?} waits without an alarm"))?;
            let lease = waiting.status == NotificationStatus::Sending;
            let most = if lease { limits::SENDING_LEASE } else { ALARM_WITHIN };
            if next.duration_since(now) > most {
                return Err(format!(
                    "INV-07: {} is {} and nobody looks at it until {next}",
                    waiting.id,
                    waiting.status.word()
                ));
            }
        }
        Ok(())
    }

    /// After the reconcilers ran without a fault: nothing that is due was left lying.
    pub fn check_ran(&self, disk: &Disk, now: Instant) -> Checked {
        let pages = disk.look(|tx| store::due_pages(tx, now, 10))?;
        if let Some(page) = pages.first() {
            return Err(format!("INV-03: {page} is due and was left"));
        }
        let notifications = disk.look(|tx| store::due_notifications(tx, now, 10))?;
        notifications.first().map_or(Ok(()), |n| Err(format!("INV-07: {} is due and was left", n.id)))
    }

    fn check_page(&mut self, disk: &Disk, phones: &Phones, page: &Page) -> Checked {
        let id = page.id;
        if page.is_waiting() && self.closed.contains_key(&id) {
            return Err(format!("INV-05: {id} was taken and rings again"));
        }
        self.check_rings(page)?;
        let notifications = disk.look(|tx| store::of_page(tx, id))?;
        owes_every_ring(page, &notifications)?;
        check_attempts(disk, phones, id, &notifications)
    }

    /// INV-04 and INV-10: forward only, and exactly the people whose turn it was.
    fn check_rings(&mut self, page: &Page) -> Checked {
        let judged = self.rings.entry(page.id).or_insert(0);
        for (n, ring) in page.rings.iter().enumerate().skip(*judged) {
            if let Some(before) = n.checked_sub(1).and_then(|n| page.rings.get(n))
                && (before.cycle, before.step) >= (ring.cycle, ring.step)
            {
                return Err(format!("INV-04: {} went from {before:?} to {ring:?}", page.id));
            }
            let mut expected = match page.policy.steps.get(ring.step as usize) {
                Some(step) => town::reached(&self.org, &step.notify, ring.at),
                None => town::reached(&self.org, &page.policy.last_resort, ring.at),
            };
            if expected.is_empty() && ring.step as usize >= page.policy.steps.len() {
                expected = town::administrators(&self.org);
            }
            let rung: BTreeSet<UserId> = ring.rung.iter().map(|r| r.user.clone()).collect();
            if rung != expected {
                return Err(format!("INV-10: {} rang {rung:?} at {}, on call were {expected:?}", page.id, ring.at));
            }
        }
        *judged = page.rings.len();
        Ok(())
    }

    /// Follows the journal: contiguous for each stream, and each stream that moved folds to its row.
    fn follow(&mut self, disk: &Disk) -> Checked {
        loop {
            let position = self.position;
            let lines = disk.follow(|tx| journal::after(tx, position, 500))?;
            let Some(last) = lines.last() else { return Ok(()) };
            self.position = last.position;
            let mut touched = BTreeSet::new();
            for line in &lines {
                let stream = (line.stream_kind.clone(), line.stream_id.clone());
                let before = self.followed.entry(stream.clone()).or_insert(0);
                if line.seq != *before + 1 {
                    return Err(format!(
                        "a follower of the journal was told event {} of {stream:?} after event {before}",
                        line.seq
                    ));
                }
                *before = line.seq;
                touched.insert(stream);
            }
            for (kind, id) in touched {
                disk.look(|tx| prove(tx, &kind, &id))?.map_err(|what| format!("fold and row differ: {what}"))?;
                if kind == Incident::KIND {
                    self.check_commander(disk, &id)?;
                }
            }
        }
    }

    /// INV-17: once there is a commander, there is one until it is over.
    fn check_commander(&mut self, disk: &Disk, id: &str) -> Checked {
        let Some(incident) = disk.look(|tx| load::<Incident>(tx, id))? else { return Ok(()) };
        match (&incident.roles.commander, self.commanders.get(&incident.id)) {
            (Some(now), _) => drop(self.commanders.insert(incident.id, now.clone())),
            (None, Some(before)) if incident.status.is_open() => {
                return Err(format!("INV-17: {} lost its commander @{before}", incident.slug));
            }
            (None, _) => {}
        }
        if incident.public.is_some() {
            return Err(format!("INV-19: {} is public, and nobody published anything", incident.slug));
        }
        Ok(())
    }

    /// At the end: nobody waits, and whoever was paged for something that is over was told.
    pub fn check_end(&self, disk: &Disk, phones: &Phones, now: Instant) -> Checked {
        let pending = self.pending(disk, now)?;
        if !pending.is_empty() {
            return Err(format!("after the faults stopped, still waiting:\n  {}", pending.join("\n  ")));
        }
        for key in disk.look(|tx| journal::streams(tx, Page::KIND))? {
            let Some(page) = disk.look(|tx| load::<Page>(tx, &key))? else {
                return Err(format!("{key} has events and no row"));
            };
            let notifications = disk.look(|tx| store::of_page(tx, page.id))?;
            check_attempts(disk, phones, page.id, &notifications)?;
            Self::check_told(&page, phones, &notifications)?;
        }
        Ok(())
    }

    /// Which page waits for what, since when.
    fn pending(&self, disk: &Disk, now: Instant) -> Result<Vec<String>, String> {
        let mut lines = Vec::new();
        for page in disk.look(|tx| store::open(tx, 1_000))?.into_iter().filter(Page::is_waiting) {
            let due = page.next_due_at.map_or_else(|| "nothing".to_owned(), |due| due.to_string());
            lines.push(format!(
                "{} {} since {}, now {now}, waits for {due}",
                page.id,
                page.status.word(),
                page.started_at
            ));
            lines.extend(page.rings.iter().map(|ring| format!("    rang {ring:?}")));
        }
        for n in waiting(disk)? {
            lines.push(format!(
                "{} {} of {} to @{} waits for {:?}",
                n.id,
                n.status.word(),
                n.page,
                n.user,
                n.next_due_at
            ));
        }
        Ok(lines)
    }

    fn check_told(page: &Page, phones: &Phones, notifications: &[Notification]) -> Checked {
        let PageStatus::Ended { reason, .. } = &page.status else { return Ok(()) };
        if !reason.starts_with("resolved") {
            return Ok(());
        }
        for line in phones.lines.values().filter(|line| line.page == page.id && line.kind == MessageKind::Page) {
            if !notifications.iter().any(|n| n.kind == MessageKind::Resolved && n.user == line.user) {
                return Err(format!(
                    "INV-09: {} is over ({reason}) and @{}, who was paged for it, was not told",
                    page.id, line.user
                ));
            }
        }
        Ok(())
    }
}

/// INV-03: exactly one alarm while it waits, none when it does not.
fn check_alarm(page: &Page, alarms: &[PageId], now: Instant) -> Checked {
    let (id, word) = (page.id, page.status.word());
    let stored = alarms.iter().filter(|due| **due == id).count();
    if stored != usize::from(page.is_waiting()) || page.next_due_at.is_some() != page.is_waiting() {
        return Err(format!("INV-03: {id} is {word}, has {stored} alarms and says {:?}", page.next_due_at));
    }
    match page.next_due_at {
        Some(due) if due.duration_since(now) > ALARM_WITHIN => {
            Err(format!("INV-03: {id} is {word} and its alarm is at {due}"))
        }
        _ => Ok(()),
    }
}

fn waiting(disk: &Disk) -> Result<Vec<Notification>, String> {
    disk.look(|tx| store::due_notifications(tx, Instant::MAX, 10_000))
}

fn prove(tx: &mut dyn Tx, kind: &str, id: &str) -> Result<Result<usize, String>, nightbell_store::StoreError> {
    match kind {
        Alert::KIND => journal::verify::<Alert>(tx, id),
        Page::KIND => journal::verify::<Page>(tx, id),
        Incident::KIND => journal::verify::<Incident>(tx, id),
        Postmortem::KIND => journal::verify::<Postmortem>(tx, id),
        other => Ok(Err(format!("a stream of unknown kind {other}"))),
    }
}

//! At the end, when the faults have stopped and time has passed: nobody waits, everybody was told, every stream is whole, and no copy too many
//! reached anybody.

use super::{Checked, Oracle, SKEW_MAX, delivery::check_attempts, waiting};
use crate::{disk::Disk, phones::Phones};
use jiff::SignedDuration;
use nightbell_engine::{
    domain::{
        ids::PageId,
        paging::{MessageKind, Notification, Page, PageStatus},
        record::{Aggregate, Instant},
    },
    verify,
};
use nightbell_store::{journal, load, paging as store, voice};
use std::collections::BTreeSet;

/// Within this time somebody answers every page, when nothing goes wrong any more.
const ANSWERED_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// Lines of a page's timeline that a failure shows.
const TIMELINE: usize = 40;

impl Oracle {
    /// Everything, once.
    pub fn check_end(&self, disk: &Disk, phones: &Phones, wall: Instant) -> Checked {
        let pending = pending(disk, wall)?;
        if !pending.is_empty() {
            return Err(format!("after the faults stopped, still waiting:\n  {}", pending.join("\n  ")));
        }
        let proof = disk.look(|tx| Ok(verify::verify(tx).map_err(|e| e.to_string())))??;
        if let Some(finding) = proof.findings.first() {
            return Err(format!("INV-18: {finding}"));
        }
        for key in disk.look(|tx| journal::streams(tx, Page::KIND))? {
            let Some(page) = disk.look(|tx| load::<Page>(tx, &key))? else {
                return Err(format!("{key} has events and no row"));
            };
            let notifications = disk.look(|tx| store::of_page(tx, page.id))?;
            check_attempts(disk, phones, page.id, &notifications)?;
            check_told(&page, phones, &notifications)?;
        }
        self.check_public(disk)?;
        check_copies(phones)
    }

    /// INV-19: there are no more notices than somebody published, and no internal word is in them.
    fn check_public(&self, disk: &Disk) -> Checked {
        let page = "main".parse().map_err(|e| format!("{e}"))?;
        let notices = disk.look(|tx| voice::notices(tx, &page, Instant::MIN))?;
        if notices.len() > self.published.len() {
            return Err(format!("INV-19: {} notices, {} published", notices.len(), self.published.len()));
        }
        let told = format!("{notices:?}");
        match ["rack seven", "in trouble", "alert_", "page_", "inc_", "@"].iter().find(|w| told.contains(**w)) {
            Some(word) => Err(format!("INV-19: {word:?} is public: {told}")),
            None => Ok(()),
        }
    }
}

/// Which page waits for what, since when, and what became of it so far.
fn pending(disk: &Disk, wall: Instant) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    let open = disk.look(|tx| store::open(tx, 10_000))?;
    // What is acknowledged and may ring again asks, or rang, a moment ago; what is held waits for its morning.
    let awake: BTreeSet<PageId> = open.iter().filter(|page| page.awake.is_some()).map(|page| page.id).collect();
    let waiting_pages = open.into_iter().filter(|page| page.is_waiting() && !page.is_held(wall));
    // A playbook clock may start a page at any time; one that is younger than this is answered soon. One that says it began later than now
    // began before the clock was put right.
    let (young, old): (Vec<_>, Vec<_>) =
        waiting_pages.partition(|page| (-SKEW_MAX..ANSWERED_WITHIN).contains(&wall.duration_since(begun(page))));
    let young: BTreeSet<PageId> = young.into_iter().map(|page| page.id).chain(awake).collect();
    for page in old.into_iter().take(5) {
        let due = page.next_due_at.map_or_else(|| "nothing".to_owned(), |due| due.to_string());
        lines.push(format!(
            "{} {} since {}, now {wall}, waits for {due}",
            page.id,
            page.status.word(),
            page.started_at
        ));
        lines.extend(timeline(disk, page.id)?);
    }
    for n in waiting(disk)?.into_iter().filter(|n| !young.contains(&n.page)).take(20) {
        lines.push(format!("{} {} of {} to @{} waits for {:?}", n.id, n.status.word(), n.page, n.user, n.next_due_at));
    }
    Ok(lines)
}

/// Since when a page rings: from its start, its morning, or the first ring of its newest run.
fn begun(page: &Page) -> Instant {
    let start = page.held_until.map_or(page.started_at, |until| until.max(page.started_at));
    let run = page.rings.iter().find(|ring| ring.cycle >= page.begun_cycle && page.begun_cycle > 0);
    run.map_or(start, |ring| ring.at)
}

/// The newest lines of a page's stream.
fn timeline(disk: &Disk, page: PageId) -> Result<Vec<String>, String> {
    let lines = disk.look(|tx| journal::raw_stream(tx, Page::KIND, &page.to_string()))?;
    let newest = lines.iter().skip(lines.len().saturating_sub(TIMELINE));
    Ok(newest
        .map(|line| {
            let at = Instant::from_microsecond(line.at).map_or_else(|_| line.at.to_string(), |at| at.to_string());
            let body: String = line.body.chars().take(240).collect();
            format!("    {at} {} {body}", line.kind)
        })
        .collect())
}

/// INV-09: whoever was paged for something that is resolved was told.
fn check_told(page: &Page, phones: &Phones, notifications: &[Notification]) -> Checked {
    let PageStatus::Ended { reason, .. } = &page.status else { return Ok(()) };
    if !reason.starts_with("resolved") {
        return Ok(());
    }
    for n in notifications.iter().filter(|n| n.kind == MessageKind::Page && phones.lines.contains_key(&n.id)) {
        if !notifications.iter().any(|told| told.kind == MessageKind::Resolved && told.user == n.user) {
            return Err(format!(
                "INV-09: {} is over ({reason}) and @{}, who was paged for it, was not told",
                page.id, n.user
            ));
        }
    }
    Ok(())
}

/// INV-06: a copy more than one needs an attempt whose end nobody knows: an unknown outcome, or a process that died.
fn check_copies(phones: &Phones) -> Checked {
    for (id, copies) in &phones.copies {
        let Some(line) = phones.lines.get(id) else { return Err(format!("{id} reached somebody and was never sent")) };
        if *copies > 1 + line.excuses {
            return Err(format!("INV-06: {id} reached @{} {copies} times: {:?}", line.user, line.sights));
        }
    }
    Ok(())
}

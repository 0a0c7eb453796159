//! What the monitoring tools were promised: every answered event has one outcome that is kept, and nothing late reopens what is over.

use crate::{disk::Disk, happening::Signal};
use nightbell_engine::{
    domain::{
        ids::{AlertId, PageId},
        record::Instant,
        signal::{Alert, EventAction},
    },
    signal::{EventOutcome, Receipt},
};
use nightbell_store::{load, paging, signal as store};
use std::collections::{BTreeMap, BTreeSet};

/// What was answered so far.
#[derive(Default)]
pub struct Signals {
    /// Alerts seen in answers.
    seen: BTreeSet<AlertId>,
    /// For each key, the latest begin that its source surely ended.
    over: BTreeMap<String, Instant>,
}

impl Signals {
    /// Judges an answer; says which pages it surely closed.
    pub fn answered(&mut self, disk: &Disk, signal: &Signal, receipt: &Receipt) -> Result<Vec<PageId>, String> {
        let [outcome] = receipt.outcomes.as_slice() else {
            return Err(format!("INV-01: one event, {} outcomes", receipt.outcomes.len()));
        };
        if outcome.reason.is_empty() {
            return Err(format!("INV-01: {signal:?} has no reason"));
        }
        let kept = disk.look(|tx| store::raw(tx, "~", 500))?;
        if !kept.iter().any(|raw| raw.id == receipt.request && raw.outcome.contains(&outcome.reason)) {
            return Err(format!("INV-01: {} was answered and is not kept", receipt.request));
        }
        match signal.action {
            EventAction::Trigger => self.triggered(disk, signal, outcome).map(|()| Vec::new()),
            EventAction::Acknowledge => closed(disk, outcome),
            EventAction::Resolve => self.resolved(disk, signal, outcome),
        }
    }

    fn triggered(&mut self, disk: &Disk, signal: &Signal, outcome: &EventOutcome) -> Result<(), String> {
        let Some(id) = outcome.alert else {
            let excused = signal.route == "drop" || outcome.reason.contains("late copy");
            return if excused { Ok(()) } else { Err(format!("INV-01: {signal:?} has no alert: {}", outcome.reason)) };
        };
        let fresh = self.seen.insert(id);
        if fresh && self.over.get(&signal.key).is_some_and(|over| signal.begin <= *over) {
            return Err(format!("INV-09: a late copy of {signal:?} made {id}"));
        }
        let alert =
            disk.look(|tx| load::<Alert>(tx, &id.to_string()))?.ok_or_else(|| format!("INV-01: {id} is not stored"))?;
        let pages = disk.look(|tx| paging::of_subject(tx, &id.to_string()))?.len();
        let expected = usize::from(signal.route != "record");
        if fresh && (pages != expected || alert.page.is_some() != matches!(signal.route, "page" | "declare")) {
            return Err(format!("INV-01: {signal:?} has {pages} pages, expected {expected}"));
        }
        Ok(())
    }

    fn resolved(&mut self, disk: &Disk, signal: &Signal, outcome: &EventOutcome) -> Result<Vec<PageId>, String> {
        let Some(id) = outcome.alert else { return Ok(Vec::new()) };
        let alert =
            disk.look(|tx| load::<Alert>(tx, &id.to_string()))?.ok_or_else(|| format!("INV-01: {id} is not stored"))?;
        if outcome.reason != "resolved at the source" {
            return Ok(Vec::new());
        }
        if alert.is_open() {
            return Err(format!("INV-09: {id} was resolved and is open"));
        }
        let over = self.over.entry(signal.key.clone()).or_insert(signal.begin);
        *over = signal.begin.max(*over);
        closed(disk, outcome)
    }
}

/// The pages of an outcome's alert.
fn closed(disk: &Disk, outcome: &EventOutcome) -> Result<Vec<PageId>, String> {
    let Some(id) = outcome.alert else { return Ok(Vec::new()) };
    let pages = disk.look(|tx| paging::of_subject(tx, &id.to_string()))?;
    Ok(pages.into_iter().filter(|page| !page.is_waiting()).map(|page| page.id).collect())
}

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

/// Whether a signal may be a late copy: something of its key that began no earlier was sent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known(bool);

/// What was answered so far.
#[derive(Default)]
pub struct Signals {
    /// For each key, the latest begin that was sent at all.
    sent: BTreeMap<String, Instant>,
    /// Alerts seen in answers.
    seen: BTreeSet<AlertId>,
    /// For each key, the latest begin that its source surely ended.
    over: BTreeMap<String, Instant>,
}

impl Signals {
    /// A tool sends, whatever comes of it.
    pub fn tried(&mut self, signal: &Signal) -> Known {
        let before = self.sent.get(&signal.key).copied();
        let latest = before.map_or(signal.begin, |before| before.max(signal.begin));
        self.sent.insert(signal.key.clone(), latest);
        Known(before.is_some_and(|before| before >= signal.begin))
    }

    /// Judges an answer; says which pages it surely closed. `wall` is what the node's clock shows; `ever_back`: a clock was set back.
    pub fn answered(
        &mut self,
        disk: &Disk,
        (signal, known): (&Signal, Known),
        receipt: &Receipt,
        (wall, ever_back): (Instant, bool),
    ) -> Result<Vec<PageId>, String> {
        let [outcome] = receipt.outcomes.as_slice() else {
            return Err(format!("INV-01: one event, {} outcomes", receipt.outcomes.len()));
        };
        if outcome.reason.is_empty() {
            return Err(format!("INV-01: {signal:?} has no reason"));
        }
        if let Some(request) = receipt.request {
            let just_after = format!("{request}~");
            let kept = disk.look(|tx| store::raw(tx, &just_after, 1))?;
            if !kept.iter().any(|raw| raw.id == request && raw.outcome.contains(&outcome.reason)) {
                return Err(format!("INV-01: {request} was answered and is not kept"));
            }
        } else {
            // Said before in the same words: counted with its alert.
            let counted = outcome.alert.map(|id| disk.look(|tx| store::repeats(tx, id))).transpose()?.flatten();
            if counted.is_none_or(|repeats| repeats.events == 0) {
                return Err(format!("INV-01: {signal:?} was answered, neither kept nor counted"));
            }
        }
        // Nothing began after now: what a source with a fast clock says is cut to the present.
        let began = signal.begin.min(wall);
        match signal.action {
            EventAction::Trigger if outcome.alert.is_none() && outcome.reason.contains("late copy") && !known.0 => {
                Err(format!("INV-01: {signal:?} is new and was dropped: {}", outcome.reason))
            }
            EventAction::Trigger => {
                let late = self.over.get(&signal.key).is_some_and(|over| began <= *over && *over <= wall) && !ever_back;
                self.triggered(disk, (signal, late), outcome).map(|()| Vec::new())
            }
            EventAction::Acknowledge => closed(disk, outcome),
            EventAction::Resolve => self.resolved(disk, (signal, began), outcome),
        }
    }

    fn triggered(
        &mut self,
        disk: &Disk,
        (signal, late): (&Signal, bool),
        outcome: &EventOutcome,
    ) -> Result<(), String> {
        let Some(id) = outcome.alert else {
            let excused = signal.route == "drop" || outcome.reason.contains("late copy");
            return if excused { Ok(()) } else { Err(format!("INV-01: {signal:?} has no alert: {}", outcome.reason)) };
        };
        let fresh = self.seen.insert(id);
        if fresh && late {
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

    fn resolved(
        &mut self,
        disk: &Disk,
        (signal, began): (&Signal, Instant),
        outcome: &EventOutcome,
    ) -> Result<Vec<PageId>, String> {
        let Some(id) = outcome.alert else { return Ok(Vec::new()) };
        let alert =
            disk.look(|tx| load::<Alert>(tx, &id.to_string()))?.ok_or_else(|| format!("INV-01: {id} is not stored"))?;
        if outcome.reason != "resolved at the source" {
            return Ok(Vec::new());
        }
        if alert.is_open() {
            return Err(format!("INV-09: {id} was resolved and is open"));
        }
        let over = self.over.entry(signal.key.clone()).or_insert(began);
        *over = began.max(*over);
        closed(disk, outcome)
    }
}

/// The pages of an outcome's alert.
fn closed(disk: &Disk, outcome: &EventOutcome) -> Result<Vec<PageId>, String> {
    let Some(id) = outcome.alert else { return Ok(Vec::new()) };
    let pages = disk.look(|tx| paging::of_subject(tx, &id.to_string()))?;
    Ok(pages.into_iter().filter(|page| !page.is_waiting()).map(|page| page.id).collect())
}

//! What is handed to the transport: wanted, due, not twice without an excuse, the most severe first, and a storm in a few messages that tell of
//! everything (INV-05, INV-06, INV-08, INV-09, INV-15).

use super::{
    Checked, Oracle, SKEW_MAX,
    delivery::{again, lost_before},
};
use crate::{
    disk::Disk,
    phones::{Phones, medium},
};
use jiff::SignedDuration;
use nightbell_engine::{
    domain::{
        ids::NotificationId,
        limits,
        paging::{MessageKind, Notification, Page},
        record::Instant,
    },
    paging::Work,
};
use nightbell_store::{load, paging as store};

/// More messages to one contact method within a minute than a storm may be: one of each rank, and one every 5 s while a provider fails.
const MESSAGES_PER_MINUTE_MAX: usize = 24;
/// How long a message may be held back after it was due.
const HELD_MAX: SignedDuration = SignedDuration::from_secs(60);

impl Oracle {
    /// The transport was handed an attempt. Call before it is in the ledger. `now` is true time and the node's wall clock. Answers what goes
    /// along, each with its own attempt's number.
    pub fn handed_out(
        &mut self,
        disk: &Disk,
        phones: &Phones,
        work: &Work,
        now: (Instant, Instant),
    ) -> Result<Vec<(NotificationId, u32)>, String> {
        let message = &work.message;
        let what = format!("{} {} attempt {}", message.kind.word(), work.notification, work.attempt);
        let wrong = |why: String| format!("{what} of {} to @{}: {why}", message.page, message.user);
        if message.id != work.notification {
            return Err(wrong(format!("INV-06: it carries the id {}", message.id)));
        }
        if message.also.count != work.along.len() as u64
            || message.also.listed.len() as u64 != message.also.count.min(u64::from(limits::BUNDLE_LISTED_MAX))
        {
            let (says, lists) = (message.also.count, message.also.listed.len());
            return Err(wrong(format!("INV-08: {} go along, it says {says} and lists {lists}", work.along.len())));
        }
        self.one(disk, phones, (work.notification, work.attempt, message.repeat), now).map_err(wrong)?;
        let mut along = Vec::with_capacity(work.along.len());
        for id in &work.along {
            let stored = disk.look(|tx| store::notification(tx, *id))?;
            let n = stored.ok_or_else(|| wrong(format!("INV-08: {id} goes along and is not stored")))?;
            let why = |why: String| wrong(format!("with it {id} attempt {} of {}: {why}", n.attempts, n.page));
            if (&n.user, n.kind) != (&message.user, message.kind) {
                return Err(why("INV-08: it is for somebody else, or says something else".to_owned()));
            }
            self.one(disk, phones, (*id, n.attempts, n.repeat), now).map_err(why)?;
            along.push((*id, n.attempts));
        }
        self.fresh(work, now.0).map_err(wrong)?;
        Ok(along)
    }

    /// One notification of a message.
    fn one(
        &mut self,
        disk: &Disk,
        phones: &Phones,
        (id, attempt, repeat): (NotificationId, u32, bool),
        (now, wall): (Instant, Instant),
    ) -> Checked {
        let stored = disk.look(|tx| store::notification(tx, id))?;
        let n = stored.ok_or("INV-01: it is not stored")?;
        if n.kind == MessageKind::Page
            && let Some(at) = self.closed.get(&n.page)
        {
            return Err(format!("INV-05: it began although the page was taken or ended at {at}"));
        }
        if n.due_at > wall && !self.ever_back {
            return Err(format!("INV-14: it began at {wall} and is due at {}", n.due_at));
        }
        if matches!(n.kind, MessageKind::Resolved | MessageKind::Cancelled) {
            self.tells(disk, &n).map_err(|why| format!("INV-09: {why}"))?;
        }
        let judged = match phones.lines.get(&id) {
            Some(line) => again(line, (attempt, repeat), now, self.clock_set_at),
            None => lost_before(attempt, repeat),
        };
        judged.map_err(|why| format!("INV-06: {why}"))
    }

    /// INV-09: it is over, and nobody is told twice.
    fn tells(&mut self, disk: &Disk, n: &Notification) -> Checked {
        let page = disk.look(|tx| load::<Page>(tx, &n.page.to_string()))?;
        if !page.is_some_and(|p| p.is_ended()) {
            return Err("the page is not over".to_owned());
        }
        let first = *self.told.entry((n.page, n.user.clone())).or_insert(n.id);
        if first != n.id {
            return Err(format!("@{} was told by {first} already", n.user));
        }
        Ok(())
    }

    /// INV-08: a storm is a few messages.
    fn fresh(&mut self, work: &Work, now: Instant) -> Checked {
        if work.message.kind != MessageKind::Page {
            return Ok(());
        }
        let times = self.begun.entry((work.message.user.clone(), medium(&work.address))).or_default();
        times.retain(|at| now.duration_since(*at) < SignedDuration::from_mins(1));
        times.push(now);
        if times.len() > MESSAGES_PER_MINUTE_MAX {
            return Err(format!("INV-08: {} messages by one method within a minute", times.len()));
        }
        Ok(())
    }

    /// INV-15: what one look hands out goes by severity.
    pub fn check_order(&self, work: &[Work]) -> Checked {
        let pages = work.iter().filter(|w| w.message.kind == MessageKind::Page);
        let ranks: Vec<_> =
            pages.filter_map(|w| Some((self.folds.page(w.message.page)?.rank, w.message.page))).collect();
        match ranks.windows(2).find(|pair| pair[0].0 > pair[1].0) {
            Some(pair) => Err(format!("INV-15: {} goes out before {}, which is more severe", pair[0].1, pair[1].1)),
            None => Ok(()),
        }
    }

    /// INV-08: after the reconcilers ran, nobody has been kept waiting for longer than a minute by what rings already.
    pub(super) fn check_held(&self, disk: &Disk, wall: Instant) -> Checked {
        for n in disk.look(|tx| store::due_notifications(tx, wall + HELD_MAX + SKEW_MAX, 10_000))? {
            let late = wall.duration_since(n.due_at);
            if n.attempts == 0 && n.kind == MessageKind::Page && late > HELD_MAX + SKEW_MAX {
                return Err(format!("INV-08: {} of {} to @{} is held back for {late:#} now", n.id, n.page, n.user));
            }
        }
        Ok(())
    }
}

//! A wall clock that was set back (INV-13): which alarms of a page were armed by a clock that was ahead, and when they ring now.
//!
//! An alarm is a wait, counted from the instant at which it was armed. When that instant has not come yet, the clock was ahead then, and the
//! alarm stands still until the clock shows that time again. It is armed anew: by as much earlier as the clock was set back, and never further
//! ahead than its own wait. What was armed before now is left alone, however far away it is: its time is as true as it ever was.
//! Is not: a decision about a page's next step. Called by the engine's reconciler of the same name.

use super::{AttemptOutcome, Awake, MessageKind, Notification, NotificationStatus, Page, PageEvent, later};
use crate::{
    limits,
    record::{Instant, Recorded, to_microsecond},
    text::duration::human_duration,
};
use jiff::SignedDuration;

/// Clocks that differ by less are not worth a word: an alarm armed that far ahead is as late at most.
pub const TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

/// An alarm and the instant at which it was armed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Armed {
    /// When it was armed, by the clock of that time.
    pub at: Instant,
    /// When it rings.
    pub due: Instant,
}

impl Armed {
    /// When it must ring, when it was armed by a clock that was ahead of `now` and has to be armed anew. `by`: how far the clock was set back, if
    /// somebody was there to see it.
    pub fn anew(self, now: Instant, by: Option<SignedDuration>) -> Option<Instant> {
        if self.at <= later(now, TOLERANCE) || self.due < self.at {
            return None;
        }
        let latest = later(now, self.due.duration_since(self.at));
        let due = by.map_or(latest, |by| later(self.due, -by).clamp(now, latest));
        // A step is measured by clocks that are finer than what is stored.
        let due = to_microsecond(due);
        (due < self.due).then_some(due)
    }
}

/// What a page and its messages need.
#[derive(Debug, Clone, PartialEq)]
pub struct Rearmed {
    /// To be recorded.
    pub event: PageEvent,
    /// Messages as they are and as they shall be.
    pub messages: Vec<(Notification, Notification)>,
}

/// Looks at every alarm of a page: its own and those of `messages`, by its whole history. `None` when all of them were armed before now.
pub fn put_right(
    page: &Page,
    history: &[Recorded<PageEvent>],
    messages: &[Notification],
    now: Instant,
    by: Option<SignedDuration>,
) -> Option<Rearmed> {
    let next_due_at = alarm_of_page(page, history).and_then(|alarm| alarm.anew(now, by));
    let rings_again_at = time_out(page, history).and_then(|alarm| alarm.anew(now, by));
    let messages: Vec<_> =
        messages.iter().filter_map(|n| Some((n.clone(), moved(page, n, history, now, by)?))).collect();
    if next_due_at.is_none() && rings_again_at.is_none() && messages.is_empty() {
        return None;
    }
    let why = match by {
        Some(by) => {
            let rounded = by.saturating_add(SignedDuration::from_millis(500));
            format!("the clock was set back by {}", human_duration(rounded))
        }
        None => "the clock had been ahead".to_owned(),
    };
    let ids = messages.iter().map(|(n, _)| n.id).collect();
    Some(Rearmed { event: PageEvent::Rescheduled { next_due_at, rings_again_at, messages: ids, why }, messages })
}

/// A message as it shall be, when its alarm has to be armed anew.
fn moved(
    page: &Page,
    n: &Notification,
    history: &[Recorded<PageEvent>],
    now: Instant,
    by: Option<SignedDuration>,
) -> Option<Notification> {
    // Whoever sends it may still be there, and goes by its own clock: it gets a whole lease from now (INV-22).
    let by = by.filter(|_| n.status != NotificationStatus::Sending);
    let alarm = alarm_of_message(page, n, history)?;
    let at = alarm.anew(now, by)?;
    // When the rules wanted it goes along, if the same clock said so: what was held back keeps the time it has waited (INV-08).
    let wanted_ahead = n.attempts > 0 || rung_at(page, n, history).is_some_and(|at| at > later(now, TOLERANCE));
    let due_at = if wanted_ahead && n.due_at > now { later(n.due_at, -alarm.due.duration_since(at)) } else { n.due_at };
    Some(Notification { due_at: due_at.min(at), next_due_at: Some(at), ..n.clone() })
}

/// The page's own alarm: armed by the newest event that set one. What is held waits for a time of day, whatever clock said so.
fn alarm_of_page(page: &Page, history: &[Recorded<PageEvent>]) -> Option<Armed> {
    let sets = |event: &PageEvent| match event {
        PageEvent::Started { .. }
        | PageEvent::StepRang { .. }
        | PageEvent::StepEmpty { .. }
        | PageEvent::StepSkipped { .. }
        | PageEvent::StepHandedOver { .. }
        | PageEvent::LastResortRang { .. }
        | PageEvent::HandedOver { .. }
        | PageEvent::RangAgain { .. }
        | PageEvent::HandedTo { .. }
        | PageEvent::Unreachable { .. } => true,
        PageEvent::Rescheduled { next_due_at, .. } | PageEvent::Raised { next_due_at, .. } => next_due_at.is_some(),
        _ => false,
    };
    let last = history.iter().rfind(|recorded| sets(&recorded.event))?;
    if matches!(last.event, PageEvent::Started { held_until: Some(_), .. }) {
        return None;
    }
    Some(Armed { at: last.at, due: page.next_due_at? })
}

/// When an acknowledgement runs out is a wait, armed by the newest event that began it. A snooze ends at a time that a person named.
fn time_out(page: &Page, history: &[Recorded<PageEvent>]) -> Option<Armed> {
    let Some(Awake::TimesOut { rings_again_at, .. }) = page.awake else { return None };
    let sets = |event: &PageEvent| match event {
        PageEvent::Acknowledged { .. } | PageEvent::Prolonged { .. } => true,
        PageEvent::Rescheduled { rings_again_at, .. } => rings_again_at.is_some(),
        _ => false,
    };
    let at = history.iter().rfind(|recorded| sets(&recorded.event))?.at;
    Some(Armed { at, due: rings_again_at })
}

/// A message's alarm. A lease, a retry and a bundle last so long at most: whatever set them, it was no earlier than that before the end.
fn alarm_of_message(page: &Page, n: &Notification, history: &[Recorded<PageEvent>]) -> Option<Armed> {
    let due = n.next_due_at?;
    let no_earlier_than = |longest: SignedDuration| later(due, -longest);
    if n.status == NotificationStatus::Sending {
        return Some(Armed { at: no_earlier_than(limits::SENDING_LEASE), due });
    }
    let at = rung_at(page, n, history).unwrap_or(n.due_at);
    let at = match n.attempts {
        1.. => at.max(no_earlier_than(limits::RETRY_WITHIN)),
        0 if due != n.due_at => at.max(no_earlier_than(limits::BUNDLE_WITHIN)),
        0 => at,
    };
    Some(Armed { at, due })
}

/// When a queued message was armed by what the stream tells.
fn rung_at(page: &Page, n: &Notification, history: &[Recorded<PageEvent>]) -> Option<Instant> {
    history.iter().rfind(|recorded| sets_message(page, n, recorded)).map(|recorded| recorded.at)
}

/// Whether an event armed a queued message: its ring, the end of its last attempt, another method that failed and brought it forward.
fn sets_message(page: &Page, n: &Notification, recorded: &Recorded<PageEvent>) -> bool {
    match &recorded.event {
        PageEvent::Rescheduled { messages, .. } => messages.contains(&n.id),
        PageEvent::Attempted { notification, .. } if *notification == n.id => true,
        PageEvent::Attempted { user, outcome, .. } => {
            let failed = !matches!(outcome, AttemptOutcome::Accepted { .. });
            let forward = recorded.at..=later(recorded.at, limits::FALLBACK_WITHIN);
            n.attempts == 0 && failed && *user == n.user && forward.contains(&n.due_at)
        }
        PageEvent::StepRang { cycle, step, .. } => n.kind == MessageKind::Page && (*cycle, *step) == (n.cycle, n.step),
        PageEvent::LastResortRang { cycle, .. } => {
            n.kind == MessageKind::Page && *cycle == n.cycle && n.step >= page.policy.end()
        }
        PageEvent::AskedStillOn { .. } => n.kind == MessageKind::StillOn,
        _ => false,
    }
}

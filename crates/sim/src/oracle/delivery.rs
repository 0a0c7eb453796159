//! What attempts may look like: a second one needs an excuse and says so, each has an end, "accepted" is the provider's word (INV-06, INV-07).

use super::{Checked, SKEW_MAX};
use crate::{
    disk::Disk,
    phones::{Heard, Line, Phones},
};
use nightbell_engine::domain::{
    ids::PageId,
    limits,
    paging::{MessageKind, Notification, NotificationStatus, Page},
    record::Instant,
};
use nightbell_store::paging as store;

/// An attempt of a notification the transport knows: it needs an excuse.
pub(super) fn again(
    line: &Line,
    (attempt, repeat): (u32, bool),
    now: Instant,
    clock_set_at: Option<Instant>,
) -> Checked {
    let mut missing_end = false;
    let mut clean = true;
    for sight in &line.sights {
        match sight.heard {
            Heard::Accepted => return Err(format!("attempt {} was accepted already", sight.attempt)),
            // "Never" of an attempt that had been given up says nothing of the one after it.
            Heard::Rejected if sight.attempt + 1 == attempt => {
                return Err(format!("attempt {} was rejected already", sight.attempt));
            }
            Heard::Rejected => clean = false,
            Heard::Unknown => (missing_end, clean) = (true, false),
            // In true time: a node whose clock is ahead sees a lease end a little early.
            Heard::Nothing
                if now.duration_since(sight.began_at) < limits::SENDING_LEASE - SKEW_MAX
                    && clock_set_at.is_none_or(|set_at| set_at < sight.began_at) =>
            {
                return Err(format!("attempt {} is under way since {}", sight.attempt, sight.began_at));
            }
            Heard::Nothing => (missing_end, clean) = (true, false),
            Heard::Perhaps => clean = false,
            Heard::Deferred => {}
        }
    }
    let last = line.sights.last().map_or(0, |s| s.attempt);
    if attempt <= last {
        return Err(format!("attempt {last} was seen before it"));
    }
    // Attempts the transport never saw were lost with a process: they may have been sent as far as anybody knows.
    let unseen = line.sights.len() as u32 + 1 != attempt;
    match (missing_end || unseen, clean && !unseen, repeat) {
        (true, _, false) => Err("it is a second copy and does not say so".to_owned()),
        (_, true, true) => Err("it says it may be a second copy, but every earlier end is known".to_owned()),
        _ => Ok(()),
    }
}

/// The first attempt the transport sees.
pub(super) fn lost_before(attempt: u32, repeat: bool) -> Checked {
    match (attempt, repeat) {
        (1, true) => Err("the first attempt says it may be a second copy".to_owned()),
        (2.., false) => {
            Err("an earlier attempt was lost, and this one does not say that it may be a second copy".to_owned())
        }
        _ => Ok(()),
    }
}

/// INV-06: every ring owes each of its people at least one message.
pub(super) fn owes_every_ring(page: &Page, notifications: &[Notification]) -> Checked {
    for ring in &page.rings {
        // The last resort's messages count their step from the far end.
        let of_ring = |n: &&Notification| {
            n.cycle == ring.cycle
                && (n.step == ring.step || n.step == u32::MAX || n.step as usize >= page.policy.steps.len())
        };
        for rung in &ring.rung {
            let owed = notifications.iter().filter(of_ring).any(|n| n.user == rung.user && n.kind == MessageKind::Page);
            if !owed {
                return Err(format!("INV-06: {} rang @{} and owes them no message: {ring:?}", page.id, rung.user));
            }
        }
    }
    Ok(())
}

/// INV-07: every attempt has an end unless it is under way, and "accepted" means that a provider took it.
pub(super) fn check_attempts(disk: &Disk, phones: &Phones, page: PageId, notifications: &[Notification]) -> Checked {
    for attempt in disk.look(|tx| store::attempts(tx, page))? {
        let n = notifications.iter().find(|n| n.id == attempt.notification);
        let under_way = n.is_some_and(|n| n.status == NotificationStatus::Sending && n.attempts == attempt.n);
        if attempt.ended_at.is_none() && !under_way {
            return Err(format!(
                "INV-07: attempt {} of {} never ends; it is {:?}",
                attempt.n,
                attempt.notification,
                n.map(|n| n.status)
            ));
        }
    }
    for n in notifications.iter().filter(|n| n.status == NotificationStatus::Accepted) {
        if !phones.taken.contains(&n.id) {
            return Err(format!("INV-07: {} of {page} counts as accepted, and no provider took it", n.id));
        }
    }
    Ok(())
}

/// INV-07: a message fails for good when its provider says never, or when its method is gone; not because nobody knows.
pub(super) fn check_outcomes(phones: &Phones, notifications: &[Notification]) -> Checked {
    for n in notifications.iter().filter(|n| n.status == NotificationStatus::Failed) {
        let Some(line) = phones.lines.get(&n.id) else { continue };
        let unseen = line.sights.len() as u32 != n.attempts;
        let told = line.sights.iter().any(|s| matches!(s.heard, Heard::Rejected | Heard::Perhaps | Heard::Nothing));
        if !unseen && !told {
            return Err(format!("INV-07: {} counts as failed, and no provider said never: {:?}", n.id, line.sights));
        }
    }
    Ok(())
}

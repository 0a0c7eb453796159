//! Settling: an attempt ended, and that is recorded through the same door. A method that fails brings the person's next one forward; when none
//! is left the page goes to whoever is next (INV-07).

use super::{bundle, escalate::advance, phone};
use crate::{Fault, Unit};
use nightbell_domain::{
    ids::NotificationId,
    paging::{AttemptOutcome, MessageKind, Notification, NotificationStatus, Page, PageEvent, PageStatus, Report},
    record::{Actor, Instant},
    refusal::Refusal,
};
use nightbell_store::paging as store;

/// Records how an attempt ended. A report for an attempt that was already given up changes no history, but "accepted" still ends what is owed.
pub fn settle(unit: &mut Unit<'_>, id: NotificationId, attempt: u32, report: Report) -> Result<(), Fault> {
    let notification = store::notification(unit.tx, id)?.ok_or_else(|| Refusal::not_found("notification", id))?;
    let page = unit.load::<Page>(notification.page)?.ok_or_else(|| Fault::missing("page", notification.page))?;
    settle_now(unit, page, &notification, attempt, report)?;
    bundle::ended(unit, &notification)
}

pub(super) fn settle_now(
    unit: &mut Unit<'_>,
    page: Page,
    notification: &Notification,
    attempt: u32,
    report: Report,
) -> Result<(), Fault> {
    let current = attempt == notification.attempts && notification.status == NotificationStatus::Sending;
    let accepted = matches!(report, Report::Accepted { .. });
    let settled = notification.settle(report, unit.now);
    let fresh = store::end_attempt(unit.tx, notification.id, attempt, unit.now, &settled.outcome)?;
    let still_owed = notification.next_due_at.is_some();
    // Whoever has acknowledged meanwhile, while the page rings on for others, is not tried again.
    let unwanted = notification.still_wanted(&page).err().filter(|_| page.is_waiting());
    if current || (accepted && still_owed) {
        let after = match &unwanted {
            Some(reason) if settled.notification.status == NotificationStatus::Queued => {
                settled.notification.cancel(reason)
            }
            _ => settled.notification.clone(),
        };
        store::save(unit.tx, notification, &after)?;
    }
    let mut events = Vec::new();
    if fresh {
        events.push(attempted(notification, attempt, settled.outcome));
    }
    if accepted && !current && notification.status == NotificationStatus::Sending {
        // The attempt under way is not waited for any more, so nobody would notice if its sender were lost: its end is recorded now (INV-07).
        let outcome = AttemptOutcome::Unknown {
            detail: "an earlier attempt was accepted after all; this one may have arrived too".to_owned(),
        };
        if store::end_attempt(unit.tx, notification.id, notification.attempts, unit.now, &outcome)? {
            events.push(attempted(notification, notification.attempts, outcome));
        }
    }
    let page = unit.commit(page, events, &Actor::system("dispatch"))?;
    if current
        && accepted
        && let Some(why) = phone::known_lost(unit, &settled.notification)?
    {
        return phone::settled_as_lost(unit, page, &settled.notification, &why);
    }
    match settled.fall_back_by {
        Some(by) if current && unwanted.is_none() && notification.kind == MessageKind::Page && page.is_waiting() => {
            fall_back(unit, page, notification, by)
        }
        _ => Ok(()),
    }
}

/// What the page's stream says about an attempt's end.
pub(super) fn attempted(notification: &Notification, attempt: u32, outcome: AttemptOutcome) -> PageEvent {
    PageEvent::Attempted {
        notification: notification.id,
        user: notification.user.clone(),
        contact: notification.contact.clone(),
        medium: notification.medium.clone(),
        attempt,
        outcome,
    }
}

/// Brings the person's next untried method of the same step forward; none left and none in flight means the person cannot be reached.
pub(super) fn fall_back(unit: &mut Unit<'_>, page: Page, failed: &Notification, by: Instant) -> Result<(), Fault> {
    let of_page = store::of_page(unit.tx, page.id)?;
    let same_ring = |n: &&Notification| {
        n.kind == failed.kind
            && n.user == failed.user
            && n.cycle == failed.cycle
            && n.step == failed.step
            && n.id != failed.id
    };
    let untried = of_page.iter().filter(same_ring).find(|n| n.status == NotificationStatus::Queued && n.attempts == 0);
    if let Some(next) = untried {
        if next.due_at > by {
            store::save(unit.tx, next, &Notification { due_at: by, next_due_at: Some(by), ..next.clone() })?;
        }
        return Ok(());
    }
    let failed_for_good =
        |n: &Notification| matches!(n.status, NotificationStatus::Failed | NotificationStatus::Cancelled);
    let failed_now = store::notification(unit.tx, failed.id)?.is_some_and(|n| failed_for_good(&n));
    // An exhausted page rings its last resort again by its own alarm; hurrying it would only spin on a dead method.
    let ringing = page.status == PageStatus::Ringing;
    if ringing && failed_now && of_page.iter().filter(same_ring).all(failed_for_good) {
        let event = PageEvent::Unreachable { user: failed.user.clone(), next_due_at: unit.now };
        let page = unit.commit(page, vec![event], &Actor::system("dispatch"))?;
        advance(unit, page)?;
    }
    Ok(())
}

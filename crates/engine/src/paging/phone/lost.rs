//! A message that was taken and did not arrive: the attempt's own end stays in the history, what was learned later stands beside it, and the person's
//! next method is wanted now.

use super::{AT_ONCE, goes_by_phone};
use crate::{Fault, Unit, paging::settle};
use nightbell_domain::{
    ids::NotificationId,
    paging::{AttemptOutcome, MessageKind, Notification, Page},
    record::Actor,
};
use nightbell_store::{delivery_report, paging as store};

/// The sentence of the log.
pub(super) fn why(what: &str, detail: &str) -> String {
    let separator = if detail.is_empty() { "" } else { ": " };
    format!("taken, but {what} in the end{separator}{detail}")
}

/// Why a message that is being settled as taken is known not to arrive: its provider was faster than the record of its answer.
pub(in crate::paging) fn known_lost(unit: &mut Unit<'_>, taken: &Notification) -> Result<Option<String>, Fault> {
    let Some(begun_at) = taken.begun_at.filter(|_| goes_by_phone(taken)) else { return Ok(None) };
    let known = delivery_report::failed(unit.tx, taken.sent_with.unwrap_or(taken.id), begun_at)?;
    Ok(known.map(|(what, detail)| why(&what, &detail)))
}

/// Everything that went in one message did not arrive. Answers whether there may be more of it than were written down here.
pub(super) fn all(unit: &mut Unit<'_>, leader: NotificationId, attempt: u32, why: &str) -> Result<bool, Fault> {
    let Some(notification) = store::notification(unit.tx, leader)? else { return Ok(false) };
    if notification.attempts != attempt {
        // It went out again since; that one's end counts.
        return Ok(false);
    }
    one(unit, leader, why)?;
    let Some(begun_at) = notification.begun_at else { return Ok(false) };
    let along = delivery_report::taken_along(unit.tx, leader, begun_at, AT_ONCE)?;
    for id in &along {
        unit.apart("notification", id, |unit| one(unit, *id, why))?;
    }
    Ok(along.len() >= AT_ONCE as usize)
}

fn one(unit: &mut Unit<'_>, id: NotificationId, why: &str) -> Result<(), Fault> {
    let Some(notification) = store::notification(unit.tx, id)? else { return Ok(()) };
    let page = unit.load::<Page>(notification.page)?.ok_or_else(|| Fault::missing("page", notification.page))?;
    settled_as_lost(unit, page, &notification, why)
}

/// Writes it down, once.
pub(in crate::paging) fn settled_as_lost(
    unit: &mut Unit<'_>,
    page: Page,
    taken: &Notification,
    why: &str,
) -> Result<(), Fault> {
    let Some(failed) = taken.not_arrived(why) else { return Ok(()) };
    store::save(unit.tx, taken, &failed)?;
    let outcome = AttemptOutcome::FailedPermanent { detail: why.to_owned() };
    let event = settle::attempted(&failed, failed.attempts, outcome);
    let page = unit.commit(page, vec![event], &Actor::system("dispatch"))?;
    if failed.kind == MessageKind::Page && page.is_waiting() && failed.still_wanted(&page).is_ok() {
        return settle::fall_back(unit, page, &failed, unit.now);
    }
    Ok(())
}

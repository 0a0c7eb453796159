//! Bundles (INV-08): the first message that wakes a person goes out at once; while its page rings for them, what else comes for the same method
//! is told in one message at most a minute later. Everything keeps its own record, its own attempt and its own outcome; none is dropped.
//! Is not: a limit on how many pages there are, or on escalation. Called by the other files of this room alone.

use super::{dispatch::LOST, settle::settle_now};
use crate::{Fault, Unit};
use nightbell_domain::{
    ids::NotificationId,
    limits,
    paging::{AlsoTold, Bundle, MessageKind, Notification, NotificationStatus, Owed, Page, later},
    record::Instant,
};
use nightbell_store::{bundle as store, paging, people};

/// Owes one message, held back when its method has just been used for something at least as severe that is not over yet.
pub(super) fn owe(
    unit: &mut Unit<'_>,
    page: &Page,
    kind: MessageKind,
    place: (u32, u32),
    owed: Owed,
) -> Result<(), Fault> {
    let id = unit.ids().make();
    let mut notification = Notification::owed(id, page, kind, place, owed);
    if let Some(at) = held_until(unit, &notification)?.filter(|at| *at > notification.due_at) {
        notification = notification.hold_until(at);
    }
    paging::owe(unit.tx, &notification)?;
    Ok(())
}

/// Until when a message must wait because another went to the same contact method: a minute when that one got through and still rings, the
/// shortest retry when it failed. `None`: it may go.
fn held_until(unit: &mut Unit<'_>, waiting: &Notification) -> Result<Option<Instant>, Fault> {
    // Whoever waits for a code looks at the phone.
    if waiting.kind == MessageKind::Code {
        return Ok(None);
    }
    let method = (&waiting.user, &waiting.contact);
    // What began later than now, by a clock that was set back since, holds nobody back.
    let lately = (later(unit.now, -limits::BUNDLE_WITHIN), unit.now);
    let lately = match waiting.kind {
        MessageKind::Page => store::last_rung(unit.tx, method, waiting.rank, lately, waiting.page)?,
        kind => store::last_told(unit.tx, method, kind, lately, waiting.page)?,
    };
    let end = |began: Option<Instant>, wait| began.map(|at| later(at, wait));
    let open_at = end(lately.reached, limits::BUNDLE_WITHIN).max(end(lately.tried, limits::retry_after(1)));
    Ok(open_at.filter(|at| *at > unit.now))
}

/// Until when a method's owner lets it rest: it got as many messages as they want, and this one tells them nothing they were not told of by
/// another way. A page they have not been told of is never held back by that, nor is a message of another kind.
fn rests_until(unit: &mut Unit<'_>, waiting: &Notification) -> Result<Option<Instant>, Fault> {
    let own = unit.directory.org.personal.get(&waiting.user);
    let Some(rule) = own.and_then(|own| own.at_most.get(&waiting.contact)).copied() else { return Ok(None) };
    if waiting.kind != MessageKind::Page {
        return Ok(None);
    }
    // A page that rings again is news, whatever was told of it before.
    let since = unit.load::<Page>(&waiting.page)?.map_or(0, |page| page.begun_cycle);
    if !people::is_told(unit.tx, waiting.page, &waiting.user, since)? {
        return Ok(None);
    }
    let span = (later(unit.now, -rule.per), unit.now);
    let begun = people::begun_lately(unit.tx, &waiting.user, &waiting.contact, span, rule.count)?;
    let oldest = begun.get(rule.count.saturating_sub(1) as usize);
    Ok(oldest.map(|at| later(*at, rule.per)).filter(|at| *at > unit.now))
}

/// Whether a message whose time has come is held back after all: one to the same method overtook it. It then waits to go along with the next.
pub(super) fn held_back(unit: &mut Unit<'_>, due: &Notification) -> Result<bool, Fault> {
    // A sender was lost with it: it may not have arrived, and is repeated at once.
    if due.status == NotificationStatus::Sending {
        return Ok(false);
    }
    if let Some(at) = rests_until(unit, due)? {
        paging::save(unit.tx, due, &due.hold_until(at))?;
        return Ok(true);
    }
    // Whatever was sent meanwhile, nobody waits longer than the minute to be told at all.
    if due.attempts == 0 && unit.now >= later(due.due_at, limits::BUNDLE_WITHIN) {
        return Ok(false);
    }
    let Some(at) = held_until(unit, due)? else { return Ok(false) };
    paging::save(unit.tx, due, &due.hold_until(at))?;
    Ok(true)
}

/// What goes along with a message whose attempt has just begun: how much, the first of it by name, and all of it by id.
pub(super) fn take_along(unit: &mut Unit<'_>, begun: &Notification) -> Result<(Bundle, Vec<NotificationId>), Fault> {
    let count = store::take_along(unit.tx, begun, LOST)?;
    if count == 0 {
        return Ok((Bundle::default(), Vec::new()));
    }
    let listed = store::along(unit.tx, begun, limits::BUNDLE_LISTED_MAX)?.into_iter().map(also_told).collect();
    Ok((Bundle { count, listed }, store::along_ids(unit.tx, begun)?))
}

fn also_told(page: Page) -> AlsoTold {
    AlsoTold { page: page.id, title: page.title, service: page.service, started_at: page.started_at }
}

/// An attempt ended: what went along with it is written down next, in small pieces, after everything that still has to be said.
pub(super) fn ended(unit: &mut Unit<'_>, leader: &Notification) -> Result<(), Fault> {
    if let Some(begun_at) = leader.begun_at {
        store::write_down_along(unit.tx, leader.id, begun_at, unit.now)?;
    }
    Ok(())
}

/// Writes down how a message ended that went along with another. False when the other is still under way or its sender was lost.
pub(super) fn written_down(unit: &mut Unit<'_>, page: &Page, along: &Notification) -> Result<bool, Fault> {
    let (Some(leader), Some(begun_at)) = (along.sent_with, along.begun_at) else { return Ok(false) };
    let Some(report) = store::how_it_ended(unit.tx, leader, begun_at)? else { return Ok(false) };
    let ranked = Notification { rank: page.rank, ..along.clone() };
    settle_now(unit, page.clone(), &ranked, along.attempts, report)?;
    Ok(true)
}

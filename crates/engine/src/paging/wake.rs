//! An acknowledged page that must be looked at: whoever has it is asked whether they are still on it, or it rings again. Called by the
//! `escalate` reconciler alone.

use super::{
    act::{cancel_queued, end},
    escalate::{advance, tell_first},
    hand::rings_again,
};
use crate::{Fault, Unit};
use nightbell_domain::{
    ids::PageId,
    paging::{MessageKind, Page, PageEvent, PageStatus, Subject},
    record::Actor,
    response::Incident,
    signal::Alert,
};

/// Asks, or rings again from the first step in a new cycle; what is over rings nobody.
pub(super) fn one(unit: &mut Unit<'_>, id: PageId) -> Result<(), Fault> {
    let page = unit.load::<Page>(id)?.ok_or_else(|| Fault::missing("page", id))?;
    let house = Actor::system("escalate");
    if let Some(reason) = over(unit, &page)? {
        return end(unit, page, &reason, &house);
    }
    let has_it = match &page.status {
        PageStatus::Acknowledged { by, .. } => by.user().cloned(),
        _ => None,
    };
    let events = page.wake(unit.now);
    let again = matches!(events.first(), Some(PageEvent::RangAgain { .. }));
    let page = unit.commit(page, events, &house)?;
    if again {
        // What is left of the cycle before is not said any more: the new one says it.
        cancel_queued(unit, &page, "the page has begun to ring anew", None)?;
        rings_again(unit, &page)?;
        return advance(unit, page).map(drop);
    }
    match has_it {
        Some(user) => tell_first(unit, &page, MessageKind::StillOn, question(&page), &user),
        None => Ok(()),
    }
}

/// The place of a message that belongs to no step: each time another.
pub(super) fn question(page: &Page) -> (u32, u32) {
    (page.cycle, u32::try_from(page.version).unwrap_or(u32::MAX))
}

/// Why a page needs nobody any more although nobody ended it.
fn over(unit: &mut Unit<'_>, page: &Page) -> Result<Option<String>, Fault> {
    Ok(match &page.subject {
        Subject::Alert { alert } => {
            let open = unit.load::<Alert>(alert)?.is_some_and(|alert| alert.is_open());
            (!open).then(|| "resolved: its alert is over".to_owned())
        }
        Subject::Incident { incident, .. } => {
            let open = unit.load::<Incident>(incident)?.is_some_and(|incident| incident.status.is_open());
            (!open).then(|| "resolved: its incident is over".to_owned())
        }
        _ => None,
    })
}

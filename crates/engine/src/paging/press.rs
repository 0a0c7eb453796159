//! The one press of a button in a message: on a lock screen, in a chat. It takes the page, or says that its owner is still on it. Is not: what is
//! pressed on the page behind the link (`act`, `hand`), nor keys and texts (`phone`).

use super::{
    LinkHolder,
    act::{acknowledge_by_contact, acknowledge_by_link, load},
    hand::keep,
};
use crate::{
    Fault, Unit,
    people::{self, How},
};
use nightbell_domain::{
    ids::{ContactId, PageId, UserId},
    paging::{Page, PageStatus},
    record::Actor,
};

/// What a button asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    /// It is theirs.
    Acknowledge,
    /// It still is: their acknowledgement is good for its whole time again.
    StillOn,
}

/// A press by the signed link in a message.
///
/// # Errors
/// No such page, it is over, or no time of theirs runs out; the store's.
pub fn press_by_link(unit: &mut Unit<'_>, holder: &LinkHolder, button: Button) -> Result<Page, Fault> {
    match still_on(unit, button, holder.page(), holder.user())? {
        Some(page) => Ok(page),
        None => acknowledge_by_link(unit, holder),
    }
}

/// A press in a chat that is theirs alone, which proves that the chat reaches them. `via` is its medium.
///
/// # Errors
/// No such page, or it is over; the store's.
pub fn press_by_contact(
    unit: &mut Unit<'_>,
    (user, contact): (&UserId, &ContactId),
    page: PageId,
    button: Button,
    via: &str,
) -> Result<Page, Fault> {
    let page = match still_on(unit, button, page, user)? {
        Some(page) => page,
        None => acknowledge_by_contact(unit, user, page, via)?,
    };
    people::proven(unit, user, contact, How::Page)?;
    Ok(page)
}

/// The page with its owner's time prolonged. Only whoever has it prolongs their own time: anybody else's press, and one that comes when it rings
/// again, is that of somebody who takes it.
fn still_on(unit: &mut Unit<'_>, button: Button, id: PageId, user: &UserId) -> Result<Option<Page>, Fault> {
    if button != Button::StillOn {
        return Ok(None);
    }
    let page = load(unit, id)?;
    if !is_theirs(&page, user) {
        return Ok(None);
    }
    keep(unit, id, &Actor::User(user.clone())).map(Some)
}

/// Whether they have it, and nobody else.
pub(super) fn is_theirs(page: &Page, user: &UserId) -> bool {
    matches!(&page.status, PageStatus::Acknowledged { by, .. } if by.user() == Some(user))
}

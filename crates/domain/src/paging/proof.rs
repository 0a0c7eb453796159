//! Proof of one contact method: a page that rings its owner alone, by that method alone, and ends by itself when nobody answers. A code is told
//! the same way, and is over as soon as it is owed. Whoever is on call is never rung by one, nor is the last resort.

use super::{
    event::PageEvent,
    later,
    notification::Owed,
    page::{Page, Rung},
};
use crate::{
    ids::{ContactId, UserId},
    limits,
    org::Organisation,
    record::Instant,
};

/// What ends one that nobody answered.
pub const UNANSWERED: &str = "nobody said within an hour that it rang";

/// It rings once; when its alarm rings again, nobody has answered.
pub(super) fn next(page: &Page, user: &UserId, now: Instant) -> PageEvent {
    if !page.rings.is_empty() {
        return PageEvent::Ended { reason: UNANSWERED.to_owned() };
    }
    PageEvent::StepRang {
        cycle: page.cycle,
        step: page.next_step,
        rung: vec![Rung { user: user.clone(), why: "their own contact method is tried out".to_owned() }],
        silent: Vec::new(),
        all: false,
        copies: Vec::new(),
        next_cycle: page.cycle,
        next_step: page.next_step + 1,
        next_due_at: later(now, limits::PROOF_WAITS),
    }
}

/// One message, by the method that is tried out, whatever the owner's rules say.
pub(super) fn owed(org: &Organisation, user: &UserId, contact: &ContactId, now: Instant) -> Vec<Owed> {
    let Some(person) = org.person(user) else { return Vec::new() };
    let found = person.contacts.iter().find(|known| known.id == *contact);
    let medium = found.map(|known| known.kind.word().to_owned());
    medium
        .map(|medium| Owed { user: user.clone(), contact: contact.clone(), medium, due_at: now, waits: None })
        .into_iter()
        .collect()
}

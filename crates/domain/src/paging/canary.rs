//! The canary: a page that proves the way of pages and rings no human. It takes the steps of every page; only whom it reaches is fixed here:
//! nobody of the organisation, one message, at once. Each has a contact method of its own, so that nothing is bundled with it (INV-08).

use super::{notification::Owed, page::Page, page::Rung};
use crate::{
    ids::{ContactId, UserId},
    record::Instant,
};

/// The medium of its message.
pub const MEDIUM: &str = "canary";

/// Who is rung. Not a person: no account, no address, found in no list.
pub fn receiver() -> UserId {
    "nightbell.canary".parse().expect("a handle")
}

pub(super) fn rung() -> Rung {
    Rung { user: receiver(), why: "the canary".to_owned() }
}

pub(super) fn owed(page: &Page, now: Instant) -> Owed {
    let contact: ContactId = format!("sink.{}", page.id).parse().expect("a handle");
    Owed { user: receiver(), contact, medium: MEDIUM.to_owned(), due_at: now, waits: None }
}

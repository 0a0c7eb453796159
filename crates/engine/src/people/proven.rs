//! What proves that a method reaches its owner: a code that was entered, a test page that was answered, and a page that was told to somebody by
//! this method alone and that they acknowledged.

use super::address;
use crate::{Fault, Unit};
use nightbell_domain::{
    ids::{ContactId, UserId},
    org::Contact,
    paging::{MessageKind, NotificationStatus, Page, Subject},
    record::Actor,
};
use nightbell_store::{paging, people as store};
use std::collections::BTreeSet;

/// How a method proved to reach its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// A code that it carried was entered.
    Code,
    /// A page that was told by it was acknowledged: by it (a key, a reply), or it was the only one.
    Page,
    /// A test page was answered.
    Test,
}

impl How {
    /// The word in the database, the API and views.
    pub fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Page => "page",
            Self::Test => "test",
        }
    }
}

/// A method has proved to reach its owner, now.
pub(super) fn note(unit: &mut Unit<'_>, user: &UserId, contact: &Contact, how: How) -> Result<(), Fault> {
    store::see(unit.tx, user, &contact.id, &address(&contact.kind), unit.now)?;
    Ok(store::prove(unit.tx, user, &contact.id, unit.now, how.word())?)
}

/// The owner answered by the method itself: a key pressed in the call, a reply to the text message. Nothing when it is gone meanwhile.
///
/// # Errors
/// The store's.
pub fn proven(unit: &mut Unit<'_>, user: &UserId, contact: &ContactId, how: How) -> Result<(), Fault> {
    let directory = unit.directory.clone();
    let Some(person) = directory.org.person(user) else { return Ok(()) };
    person.verified(contact).map_or(Ok(()), |contact| note(unit, user, contact, how))
}

/// Somebody acknowledged a page: when one method alone had told them of it, that is the one that reached them.
///
/// # Errors
/// The store's.
pub(crate) fn acknowledged(unit: &mut Unit<'_>, page: &Page, by: &Actor) -> Result<(), Fault> {
    let Some(user) = by.user().filter(|_| !matches!(page.subject, Subject::Proof { .. } | Subject::Canary)) else {
        return Ok(());
    };
    let told = paging::of_page(unit.tx, page.id)?;
    let theirs = told.iter().filter(|n| n.user == *user && n.kind == MessageKind::Page && n.attempts > 0);
    let (arrived, others): (BTreeSet<&ContactId>, BTreeSet<&ContactId>) =
        theirs.fold(Default::default(), |(mut yes, mut no), n| {
            // What is under way, or may have arrived, may have been it.
            let told = n.status == NotificationStatus::Accepted;
            if told {
                yes.insert(&n.contact)
            } else {
                n.status != NotificationStatus::Failed && no.insert(&n.contact)
            };
            (yes, no)
        });
    match (arrived.iter().next(), arrived.len(), others.is_subset(&arrived)) {
        (Some(contact), 1, true) => proven(unit, user, contact, How::Page),
        _ => Ok(()),
    }
}

//! Whether a person counts: somebody whom a message of an urgency would reach by a method that is verified, can be sent by, and was proved
//! lately as far as the server knows. Files alone know no more than `verified: true`.

use super::holes::{Lack, Spot};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::{ContactId, UserId},
    org::{ConfigKind, Contact, Organisation, Urgency},
    record::Instant,
};
use std::collections::{BTreeMap, BTreeSet};

/// A method counts for so long after it was proved to reach its owner: five weeks, so that one missed weekly test is no hole.
pub const PROVEN_WITHIN: SignedDuration = SignedDuration::from_hours(35 * 24);

/// A person is away in `[from, to)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// Who.
    pub user: UserId,
    /// Inclusive.
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
}

/// What is known beside the organisation. The default is what files in git know: nothing.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Against which proofs are old; `None`: no proof is looked at.
    pub now: Option<Instant>,
    /// When each method was last proved to reach its owner. One that is not here counts when it is verified.
    pub proven: BTreeMap<(UserId, ContactId), Instant>,
    /// Media that cannot be sent by here: `email` without a mail server.
    pub unsendable: BTreeSet<String>,
    /// Who is away.
    pub absences: Vec<Away>,
}

impl Known {
    /// When a method was proved last, if that is too long ago.
    fn stale(&self, user: &UserId, contact: &Contact) -> Option<Instant> {
        let at = *self.proven.get(&(user.clone(), contact.id.clone()))?;
        let now = self.now?;
        (now.duration_since(at) > PROVEN_WITHIN).then_some(at)
    }

    /// The absences of a person that meet `[from, to)`.
    pub(super) fn away<'a>(&'a self, user: &'a UserId, from: Instant, to: Instant) -> impl Iterator<Item = &'a Away> {
        self.absences.iter().filter(move |away| away.user == *user && away.from < to && from < away.to)
    }
}

/// Why a person does not count, whenever; `Ok` when they do while they are not away.
///
/// # Errors
/// What is lacking, and what to do.
pub(super) fn standing(org: &Organisation, known: &Known, id: &UserId, urgency: Urgency) -> Result<(), Lack> {
    let user = Spot::of(ConfigKind::User, id.as_str(), "contacts");
    let lack = |why: String, fix: String, spot: Spot| Err(Lack { why, fix, spot: Some(spot) });
    let Some(person) = org.person(id) else {
        return Err(Lack {
            why: format!("@{id} does not exist"),
            fix: "Put somebody else there, or define them.".to_owned(),
            spot: None,
        });
    };
    let ladder = person.ladder(urgency);
    if ladder.is_empty() {
        return match person.contacts.first() {
            None => lack(format!("@{id} has no contact method"), format!("Give @{id} a contact method."), user),
            Some(first) => lack(
                format!("@{id} has no verified contact method"),
                format!("Let @{id} prove {} under Settings, or set `verified: true` once it was tried.", first.id),
                Spot::of(ConfigKind::User, id.as_str(), "contacts[0].verified"),
            ),
        };
    }
    let sendable: Vec<&Contact> = ladder
        .iter()
        .map(|(_, contact)| *contact)
        .filter(|contact| !known.unsendable.contains(contact.kind.word()))
        .collect();
    if sendable.is_empty() {
        let media: BTreeSet<&str> = ladder.iter().map(|(_, contact)| contact.kind.word()).collect();
        let media = media.into_iter().collect::<Vec<_>>().join(" and ");
        return lack(
            format!("@{id} is reached by {media} alone, and nothing is set up to send that"),
            format!("Set up {media}, or give @{id} another method."),
            user,
        );
    }
    let stale: Option<Vec<_>> = sendable.iter().map(|contact| known.stale(id, contact)).collect();
    match stale.and_then(|stale| stale.into_iter().max()) {
        None => Ok(()),
        Some(newest) => lack(
            format!(
                "no method of @{id} was proved to work since {}, more than {} days ago",
                newest.strftime("%Y-%m-%d"),
                PROVEN_WITHIN.as_hours() / 24
            ),
            format!("Let @{id} press \"Test my phone\", or take the weekly test page."),
            user,
        ),
    }
}

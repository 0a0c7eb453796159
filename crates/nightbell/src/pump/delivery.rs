//! The engine's words for what is owed and delivery's words for what came of it, translated. No decision here.

use crate::watch::Own;
use nightbell_delivery::{Delivery, Outcome};
use nightbell_engine::{
    domain::{
        ids::UserId,
        org::ContactKind,
        paging::{Report, canary},
    },
    paging::{Address, Work},
};
use nightbell_wire::outbound::{Wrong, mail, webhook};

/// The medium of an attempt and what to send. A canary goes to the server's own listener.
pub fn describe(work: &Work, own: Option<&Own>) -> (&'static str, Delivery) {
    match &work.address {
        Address::Contact(ContactKind::Email { address }) => {
            ("email", Delivery::Mail(mail::page_mail(&work.message, address)))
        }
        Address::Contact(to) => {
            (to.word(), Delivery::Contact { to: to.clone(), message: Box::new(work.message.clone()) })
        }
        Address::Webhook { url, secret } => ("webhook", Delivery::Http(webhook::request(url, secret, &work.message))),
        Address::Canary { path, secret } => {
            // Without a listener of its own it is no address, and is refused as such.
            let url = own.map_or_else(|| path.clone(), |own| own.url(path));
            (canary::MEDIUM, Delivery::Http(webhook::request(&url, secret, &work.message)))
        }
    }
}

/// What the engine is told.
pub fn report(outcome: Outcome) -> Report {
    match outcome {
        Outcome::Accepted { provider_id, detail } => Report::Accepted { detail, provider_id },
        Outcome::Deferred { detail, retry_after } => Report::Deferred { detail, retry_after },
        Outcome::Rejected { detail, .. } => Report::Rejected { detail },
        Outcome::Unknown { detail } => Report::Unknown { detail },
    }
}

/// The address that an attempt found ended, and whose it was.
pub(super) fn ended(work: &Work, outcome: &Outcome) -> Option<(UserId, ContactKind)> {
    match (&work.address, outcome) {
        (Address::Contact(kind), Outcome::Rejected { wrong: Wrong::Gone, .. }) => {
            Some((work.message.user.clone(), kind.clone()))
        }
        _ => None,
    }
}

/// Whether an attempt failed for good because of the installation's own settings: nobody else is reached by this way either.
pub(super) fn is_ours(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Rejected { wrong: Wrong::Provider, .. })
}

/// The word of an outcome in logs and metrics.
pub(super) fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted { .. } => "accepted",
        Outcome::Deferred { .. } => "deferred",
        Outcome::Rejected { .. } => "rejected",
        Outcome::Unknown { .. } => "unknown",
    }
}

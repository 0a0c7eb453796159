//! Knowing the same readers by another key. By what a reader is known is a digest under the key of links; a key that changed without it would make a
//! stranger of everybody: whoever subscribes again would be told everything twice, and leave only once (INV-20). Called in the transaction that
//! changes the key, by whatever changes it; sends nothing.

use super::recipient;
use crate::Key;
use nightbell_domain::{
    record::Instant,
    voice::subscriber::{Subscriber, SubscriberState},
};
use nightbell_store::{StoreError, Tx, subscriber as store};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// Why nothing more is sent to the second of two subscriptions.
const TWICE: &str = "the same mailbox was subscribed twice";

/// Whoever is known is known by `key` from now on, with what was sent to them, wherever their address is still held: on any page. Who left all of
/// them is a stranger, as they wanted. A mailbox that stands on one page twice, after a key that changed without this, stays once.
///
/// # Errors
/// The store's.
pub(crate) fn know_by(tx: &mut dyn Tx, key: &Key, now: Instant) -> Result<(), StoreError> {
    let mut everybody = store::everybody(tx)?;
    let digests: BTreeMap<String, String> = everybody
        .iter()
        .filter_map(|one| Some((one.recipient.clone(), recipient(key, one.email.as_deref()?))))
        .collect();
    for (before, after) in &digests {
        store::mails_are_to(tx, before, after)?;
    }
    everybody.sort_by_key(|one| (claim(one), Reverse((one.changed_at, one.id))));
    let mut known = BTreeSet::new();
    for one in &everybody {
        let Some(after) = digests.get(&one.recipient) else { continue };
        if known.insert((&one.page, after)) {
            store::know_as(tx, one.id, after)?;
        } else if one.email.is_some() {
            store::save(tx, one, &one.turned(SubscriberState::Unsubscribed, now))?;
            store::cancel_queued(tx, one.id, TWICE)?;
        }
    }
    tx.flush()
}

/// Which of two subscriptions of one mailbox stays: the lower.
fn claim(one: &Subscriber) -> u8 {
    match one.state {
        SubscriberState::Confirmed => 0,
        SubscriberState::Pending => 1,
        SubscriberState::Unsubscribed | SubscriberState::Broken => 2,
    }
}

//! Mail subscribers of status pages: they ask, say yes, say no; each public update is owed to them once (INV-20).
//!
//! What strangers do here answers the same whether an address is known or not. Nobody is told anything before a press in the mailbox itself said yes.
//! Is not paging: nothing here rings anybody, and all of it comes after what does ([`broadcast`]). Callers: the public pages (the acts), the
//! publication (`owe`), the binary's broadcast (the reconciler), housekeeping (`forget`), a restore, a renewal of the key (`know_by`).

mod broadcast;
mod known;
mod settle;

pub use broadcast::{Work, broadcast, next_due};
pub use settle::settle;

pub(crate) use known::know_by;

use crate::{Fault, Key, Unit};
use hmac::{Hmac, KeyInit, Mac};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::{StatusPageId, SubscriberId},
    limits::{CONFIRM_LINK_LIFETIME, SUBSCRIBER_MAILS_KEPT, SUBSCRIBER_QUESTIONS_PER_DAY_MAX, SUBSCRIBERS_MAX},
    record::Instant,
    refusal::Refusal,
    voice::subscriber::{Subscriber, SubscriberState, address},
};
use nightbell_store::{StoreError, Tx, subscriber as store};
use nightbell_wire::outbound::{
    links::LinkError,
    subscriber_links::{Purpose, decode},
};
use sha2::Sha256;

/// A second question to the same recipient within this time would be an impatient finger's.
const ASK_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(10);
/// Over which time questions to one recipient are counted.
const QUESTIONS_OVER: SignedDuration = SignedDuration::from_hours(24);
/// Most rows forgotten in one unit of work.
const FORGOTTEN_MAX: u32 = 1_000;

fn before(now: Instant, span: SignedDuration) -> Instant {
    now.checked_sub(span).unwrap_or(Instant::MIN)
}

/// By what an address is known where it need not be read: a keyed digest, the same for every spelling of it.
fn recipient(key: &Key, email: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(key.bytes()).expect("HMAC takes a key of any length");
    let digest = mac.chain_update(b"subscriber\0").chain_update(email.to_lowercase()).finalize().into_bytes();
    digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Somebody typed an address on the status page `slug`: its reader is asked by mail. Answers the same whether the address is new, waits, was asked
/// too often or has subscribed already.
///
/// # Errors
/// A refusal when there is no such page, the text is no address, or the page has all the subscribers it may have; the store's.
pub fn subscribe(unit: &mut Unit<'_>, slug: &str, typed: &str) -> Result<(), Fault> {
    let directory = unit.directory.clone();
    let page = directory.org.status_pages.values().find(|page| page.slug == slug);
    let page = &page.ok_or_else(|| Refusal::not_found("status page", slug))?.id;
    let email = address(typed)
        .ok_or_else(|| Refusal::invalid("email", "This is not a mail address. It looks like name@example.com."))?;
    if store::count(unit.tx, page)? >= SUBSCRIBERS_MAX {
        return Err(Refusal::conflict(
            "subscribers-full",
            "This page takes no more subscribers by mail. The feeds have room for everybody.",
        )
        .into());
    }
    let recipient = recipient(&unit.settings.link_key, &email);
    let known = store::of_recipient(unit.tx, page, &recipient)?;
    if known.as_ref().is_some_and(|known| known.state == SubscriberState::Confirmed) || !may_ask(unit, &recipient)? {
        return Ok(());
    }
    let asked = pending(unit, page, recipient, email, known)?;
    let key = unit.ids().public_slug();
    Ok(store::ask(unit.tx, &asked, &key, unit.now)?)
}

/// Nobody's mailbox is filled with questions, whoever types the address where and how often.
fn may_ask(unit: &mut Unit<'_>, recipient: &str) -> Result<bool, Fault> {
    let asked = store::asked(unit.tx, recipient, before(unit.now, QUESTIONS_OVER))?;
    let lately = asked.last().is_some_and(|last| unit.now.duration_since(*last) < ASK_AGAIN_AFTER);
    Ok(!lately && asked.len() < SUBSCRIBER_QUESTIONS_PER_DAY_MAX)
}

fn pending(
    unit: &mut Unit<'_>,
    page: &StatusPageId,
    recipient: String,
    email: String,
    known: Option<Subscriber>,
) -> Result<Subscriber, Fault> {
    let Some(known) = known else {
        let new = Subscriber {
            id: unit.ids().make(),
            page: page.clone(),
            recipient,
            email: Some(email),
            state: SubscriberState::Pending,
            rejections: 0,
            changed_at: unit.now,
        };
        store::add(unit.tx, &new)?;
        return Ok(new);
    };
    let again = Subscriber { email: Some(email), ..known.clone() }.turned(SubscriberState::Pending, unit.now);
    store::save(unit.tx, &known, &again)?;
    Ok(again)
}

fn gone() -> Refusal {
    Refusal::conflict("link-expired", "This link does not work any more. Subscribe again on the status page.")
}

fn holder(unit: &mut Unit<'_>, purpose: Purpose, token: &str) -> Result<Subscriber, Fault> {
    let id: SubscriberId =
        decode(unit.settings.link_key.bytes(), purpose, token, unit.now).map_err(|error| match error {
            LinkError::Expired => gone(),
            LinkError::Malformed | LinkError::Forged => Refusal::not_found(
                "subscription behind this link;",
                "it is incomplete or too old: open it from the newest mail",
            ),
        })?;
    Ok(store::one(unit.tx, id)?.ok_or_else(gone)?)
}

/// The reader of the mailbox says yes. A second time changes nothing; after a no it is too late.
///
/// # Errors
/// A refusal when the link is none, is too old, or was answered with no; the store's.
pub fn confirm(unit: &mut Unit<'_>, token: &str) -> Result<(), Fault> {
    let whom = holder(unit, Purpose::Confirm, token)?;
    match whom.state {
        SubscriberState::Confirmed => Ok(()),
        SubscriberState::Pending => {
            Ok(store::save(unit.tx, &whom, &whom.turned(SubscriberState::Confirmed, unit.now))?)
        }
        SubscriberState::Unsubscribed | SubscriberState::Broken => Err(gone().into()),
    }
}

/// The reader of the mailbox says no: nothing that still waits is sent, and the address is forgotten. A second time changes nothing.
///
/// # Errors
/// A refusal when the link is none; the store's.
pub fn unsubscribe(unit: &mut Unit<'_>, token: &str) -> Result<(), Fault> {
    let whom = match holder(unit, Purpose::Unsubscribe, token) {
        // Forgotten altogether: nothing is sent, which is what was asked for.
        Err(Fault::Refused(refusal)) if refusal.code == gone().code => return Ok(()),
        other => other?,
    };
    if whom.state == SubscriberState::Unsubscribed {
        return Ok(());
    }
    store::save(unit.tx, &whom, &whom.turned(SubscriberState::Unsubscribed, unit.now))?;
    store::cancel_queued(unit.tx, whom.id, "they unsubscribed")?;
    Ok(())
}

/// An update was published: it is owed to every subscriber of the page, in the transaction that publishes it.
///
/// # Errors
/// The store's.
pub(crate) fn owe(unit: &mut Unit<'_>, page: &StatusPageId, notice: &str, update: &str) -> Result<u64, Fault> {
    Ok(store::owe(unit.tx, page, update, notice, unit.now)?)
}

/// Forgets those who never answered, and what became of old mails. Answers how many rows.
///
/// # Errors
/// The store's.
pub(crate) fn forget(unit: &mut Unit<'_>) -> Result<u64, Fault> {
    let unanswered = store::forget_unconfirmed(unit.tx, before(unit.now, CONFIRM_LINK_LIFETIME), FORGOTTEN_MAX)?;
    Ok(unanswered + store::forget_mails(unit.tx, before(unit.now, SUBSCRIBER_MAILS_KEPT), FORGOTTEN_MAX)?)
}

/// After a restore: what waited in the backup may have been sent since, and nothing is mailed twice.
///
/// # Errors
/// The store's.
pub(crate) fn forget_what_waited(tx: &mut dyn Tx) -> Result<u64, StoreError> {
    store::cancel_everything(tx, "restored from a backup: it may have been sent after that was made")
}

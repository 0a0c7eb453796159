//! The `dispatch` reconciler: notifications whose time has come are marked "sending" and handed out. The page's state is read again in that
//! same transaction (INV-05); a sender that was lost leaves an unknown outcome and its message is sent again, marked as a repeat (INV-06).

use super::{
    bundle, compose, due,
    settle::{attempted, settle_now},
};
use crate::{Fault, Unit, canary};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::NotificationId,
    org::ContactKind,
    paging::{AttemptOutcome, Message, MessageKind, Notification, NotificationStatus, Page, Report, Subject},
    record::Actor,
};
use nightbell_store::paging as store;
use nightbell_wire::outbound::standard_webhooks::Secret;

/// Most notifications handed out in one unit of work.
const HANDED_OUT_MAX: u32 = 64;

/// What is known of an attempt whose sender is gone.
pub(super) const LOST: &str = "the sender was lost before it could report; it may have arrived";

/// Where a message goes.
pub enum Address {
    /// A contact method of whatever medium needs no key of ours.
    Contact(ContactKind),
    /// A signed POST.
    Webhook {
        /// Where to.
        url: String,
        /// The contact's Standard Webhooks secret.
        secret: Secret,
    },
    /// The server's own sink: a signed POST to its own listener.
    Canary {
        /// On whichever listener the server has.
        path: String,
        /// Signs it like any webhook.
        secret: Secret,
    },
}

/// One attempt to make, already recorded as begun.
pub struct Work {
    /// The notification.
    pub notification: NotificationId,
    /// 1-based attempt; reported back with the outcome.
    pub attempt: u32,
    /// Where to.
    pub address: Address,
    /// What it says.
    pub message: Message,
    /// The notifications that are told in the same message (INV-08); they share its outcome.
    pub along: Vec<NotificationId>,
    /// Of a first attempt: how long after it was due it began. A new page's is due when its alert was accepted.
    pub waited: Option<SignedDuration>,
}

/// Hands out what is due now.
pub fn dispatch(unit: &mut Unit<'_>) -> Result<Vec<Work>, Fault> {
    let (work, _) = due::each(unit, "notification", HANDED_OUT_MAX, store::due_notification_ids, hand_out)?;
    Ok(work.into_iter().flatten().collect())
}

fn hand_out(unit: &mut Unit<'_>, id: NotificationId) -> Result<Option<Work>, Fault> {
    let due = store::notification(unit.tx, id)?.ok_or_else(|| Fault::missing("notification", id))?;
    if due.next_due_at.is_none_or(|at| at > unit.now) {
        // One before it in the same round settled it.
        return Ok(None);
    }
    let mut page = unit.load::<Page>(due.page)?.ok_or_else(|| Fault::missing("page", due.page))?;
    if due.status == NotificationStatus::Sending {
        if bundle::written_down(unit, &page, &due)? {
            return Ok(None);
        }
        page = give_up_on_sender(unit, page, &due)?;
    }
    // Whatever it was waiting for, from now on it goes by its page's place.
    let ranked = Notification { rank: page.rank, ..due.clone() };
    if let Err(reason) = due.still_wanted(&page) {
        store::save(unit.tx, &due, &due.cancel(&reason))?;
        return Ok(None);
    }
    if due.kind == MessageKind::Code
        && let Err(reason) = crate::people::is_wanted(unit, &due)?
    {
        store::save(unit.tx, &due, &due.cancel(&reason))?;
        return Ok(None);
    }
    if bundle::held_back(unit, &ranked)? {
        return Ok(None);
    }
    let begun = ranked.begin(unit.now);
    store::save(unit.tx, &due, &begun)?;
    store::begin_attempt(unit.tx, begun.id, begun.attempts, unit.now)?;
    match address(unit, &page, &begun) {
        Ok(address) => {
            let (also, along) = bundle::take_along(unit, &begun)?;
            let message = Message { also, ..compose::message(unit, &page, &begun)? };
            let waited = (begun.attempts == 1).then(|| unit.now.duration_since(due.due_at));
            Ok(Some(Work { notification: begun.id, attempt: begun.attempts, address, message, along, waited }))
        }
        Err(detail) => {
            settle_now(unit, page, &begun, begun.attempts, Report::Rejected { detail })?;
            Ok(None)
        }
    }
}

/// The lease ran out: whoever was sending is gone, and what became of it is unknown.
fn give_up_on_sender(unit: &mut Unit<'_>, page: Page, lost: &Notification) -> Result<Page, Fault> {
    let outcome = AttemptOutcome::Unknown { detail: LOST.to_owned() };
    if !store::end_attempt(unit.tx, lost.id, lost.attempts, unit.now, &outcome)? {
        return Ok(page);
    }
    unit.commit(page, vec![attempted(lost, lost.attempts, outcome)], &Actor::system("dispatch"))
}

/// The contact method as it is configured now; it may have gone since the notification was owed.
fn address(unit: &Unit<'_>, page: &Page, notification: &Notification) -> Result<Address, String> {
    if page.subject == Subject::Canary {
        return Ok(canary::address(unit, page));
    }
    let org = &unit.directory.org;
    let user = org.person(&notification.user).ok_or_else(|| format!("@{} no longer exists", notification.user))?;
    // A code goes to a method that is yet to be proved; no page does.
    let proves = notification.kind == MessageKind::Code;
    let named = user.contacts.iter().find(|known| known.id == notification.contact).filter(|_| proves);
    let contact = named.or_else(|| user.verified(&notification.contact)).ok_or_else(|| {
        format!("@{} has no verified contact method {} any more", notification.user, notification.contact)
    })?;
    Ok(match &contact.kind {
        ContactKind::Webhook { url } => {
            Address::Webhook { url: url.clone(), secret: unit.settings.webhook_secret(&user.id, &contact.id) }
        }
        kind => Address::Contact(kind.clone()),
    })
}

//! The `broadcast` reconciler: mails to subscribers whose time has come, a few at a time, marked "sending" in the transaction that looks once more
//! whether they are wanted. It may be late; it may not be in the way.
//!
//! The opposite of `dispatch` in one point: a sender that was lost is never made up for. What may have arrived is over (INV-20).

use super::before;
use crate::{Fault, Unit};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::SubscriberId,
    limits::{CONFIRM_LINK_LIFETIME, SUBSCRIBER_MAILS_PER_MINUTE_MAX},
    org::{Organisation, StatusPage},
    record::Instant,
    voice::subscriber::{CEILING_OVER, MailKind, MailStatus, Subscriber, SubscriberMail, ceiling},
};
use nightbell_public::Notice;
use nightbell_store::{Tx, subscriber as store, voice};
use nightbell_wire::outbound::{
    mail::{
        MailMessage,
        subscriber::{Envelope, Update, question_mail, update_mail},
    },
    subscriber_links::{Purpose, encode},
};

/// Most mails handed out in one unit of work.
const HANDED_OUT_MAX: u32 = 20;

/// What is known of an attempt whose sender is gone.
const LOST: &str = "the sender was lost before it could report; it may have arrived, so it is not sent again";

/// One attempt to make, already recorded as begun.
pub struct Work {
    /// To whom.
    pub subscriber: SubscriberId,
    /// About what; reported back with the outcome.
    pub about: String,
    /// 1-based attempt; reported back with the outcome.
    pub attempt: u32,
    /// When the attempt was marked: its lease began.
    pub marked_at: Instant,
    /// What to send.
    pub mail: MailMessage,
}

/// When the next mail to a subscriber is due.
///
/// # Errors
/// The store's.
pub fn next_due(tx: &mut dyn Tx) -> Result<Option<Instant>, Fault> {
    Ok(store::next_due(tx)?)
}

/// Hands out what is due now, within what all subscribers together may get in a minute.
///
/// # Errors
/// The store's.
pub fn broadcast(unit: &mut Unit<'_>) -> Result<Vec<Work>, Fault> {
    let begun = store::begun_since(unit.tx, before(unit.now, SignedDuration::from_mins(1)))?;
    let room = u64::from(SUBSCRIBER_MAILS_PER_MINUTE_MAX).saturating_sub(begun);
    let most = u32::try_from(room).unwrap_or(u32::MAX).min(HANDED_OUT_MAX);
    let mut work = Vec::new();
    for (id, about) in store::due(unit.tx, unit.now, most)? {
        let key = format!("{id} {about}");
        work.extend(unit.apart("mail to subscriber", key, |unit| hand_out(unit, id, &about))?.flatten());
    }
    Ok(work)
}

fn hand_out(unit: &mut Unit<'_>, id: SubscriberId, about: &str) -> Result<Option<Work>, Fault> {
    let due = store::mail_about(unit.tx, id, about)?.ok_or_else(|| Fault::missing("mail to subscriber", id))?;
    if due.next_due_at.is_none_or(|at| at > unit.now) {
        // It was folded into another of the same round.
        return Ok(None);
    }
    let whom = store::one(unit.tx, id)?.ok_or_else(|| Fault::missing("subscriber", id))?;
    let email = match not_any_more(&due, &whom, unit.now) {
        Ok(email) => email.to_owned(),
        Err(ended) => return Ok(store::save_mail(unit.tx, &due, &ended).map(|()| None)?),
    };
    let begun_to = store::begun_to(unit.tx, &due.recipient, before(unit.now, CEILING_OVER))?;
    let over = ceiling(&begun_to).err();
    let Some(due) = folded(unit, due, over.is_some())? else { return Ok(None) };
    if let Some(room_at) = over {
        let later = due.wait(room_at.max(unit.now + SignedDuration::from_secs(1)), "held back: enough for this hour");
        return Ok(store::save_mail(unit.tx, &due, &later).map(|()| None)?);
    }
    let Some(mail) = compose(unit, &due, &whom, email)? else {
        let ended = due.end(MailStatus::Cancelled, "it is not published any more");
        return Ok(store::save_mail(unit.tx, &due, &ended).map(|()| None)?);
    };
    let begun = due.begin(unit.now);
    store::save_mail(unit.tx, &due, &begun)?;
    Ok(Some(Work { subscriber: id, about: begun.about, attempt: begun.attempts, marked_at: unit.now, mail }))
}

/// The address, when the mail is still to be sent; else what becomes of the mail.
fn not_any_more<'s>(due: &SubscriberMail, whom: &'s Subscriber, now: Instant) -> Result<&'s str, Box<SubscriberMail>> {
    if due.status == MailStatus::Sending {
        return Err(Box::new(due.end(MailStatus::Failed, LOST)));
    }
    let email = whom.wants(due.kind).map_err(|reason| Box::new(due.end(MailStatus::Cancelled, reason)))?;
    if due.is_stale(now) {
        return Err(Box::new(due.end(MailStatus::Cancelled, "it waited until it was no news any more")));
    }
    Ok(email)
}

/// What waits for the same subscriber and is older goes into the newest: of the same notice always, of the whole page when the ceiling is reached.
/// `None` when this mail itself went into a newer one.
fn folded(unit: &mut Unit<'_>, due: SubscriberMail, whole_page: bool) -> Result<Option<SubscriberMail>, Fault> {
    if due.kind == MailKind::Confirm {
        return Ok(Some(due));
    }
    let mut queued = store::queued(unit.tx, due.subscriber)?;
    queued.retain(|one| whole_page || one.notice == due.notice);
    let Some((newest, older)) = queued.split_first() else { return Ok(Some(due)) };
    let mut taken = newest.folded;
    for one in older {
        store::save_mail(unit.tx, one, &one.end(MailStatus::Cancelled, "a newer update came before it went out"))?;
        taken = taken.saturating_add(one.folded).saturating_add(1);
    }
    if older.is_empty() {
        return Ok(Some(due));
    }
    let carrying = SubscriberMail { folded: taken, ..newest.clone() };
    store::save_mail(unit.tx, newest, &carrying)?;
    Ok((carrying.about == due.about).then_some(carrying))
}

/// What the mail says, from the public model as it is now. `None` when the page, the notice or the update is gone from it.
fn compose(
    unit: &mut Unit<'_>,
    due: &SubscriberMail,
    whom: &Subscriber,
    email: String,
) -> Result<Option<MailMessage>, Fault> {
    let directory = unit.directory.clone();
    let Some(page) = page_of(&directory.org, whom) else { return Ok(None) };
    let key = unit.settings.link_key.bytes();
    let to = Envelope {
        subscriber: whom.id,
        email,
        about: due.about.clone(),
        page: (page.name.clone(), page.slug.clone()),
        public_url: unit.settings.public_url.clone(),
        unsubscribe_token: encode(key, Purpose::Unsubscribe, whom.id, None),
    };
    if due.kind == MailKind::Confirm {
        let token = encode(key, Purpose::Confirm, whom.id, unit.now.checked_add(CONFIRM_LINK_LIFETIME).ok());
        return Ok(Some(question_mail(&to, &token)));
    }
    let notice = voice::notice(unit.tx, &due.notice)?;
    Ok(notice.and_then(|notice| update(page, &notice, due)).map(|update| update_mail(&to, &update)))
}

fn page_of<'o>(org: &'o Organisation, whom: &Subscriber) -> Option<&'o StatusPage> {
    org.status_pages.get(&whom.page)
}

fn update(page: &StatusPage, notice: &Notice, due: &SubscriberMail) -> Option<Update> {
    let said = notice.updates.iter().find(|update| update.id == due.about)?;
    let concerned = page.components.iter().filter(|one| notice.components.iter().any(|id| id == one.id.as_str()));
    Some(Update {
        notice: notice.id.clone(),
        title: notice.title.clone(),
        status: said.status.label().to_owned(),
        text: said.text.clone(),
        at: said.at,
        next_update_at: said.next_update_at,
        components: concerned.map(|component| component.name.clone()).collect(),
        time_zone: page.time_zone.clone(),
        folded: due.folded,
    })
}

//! Settling: how an attempt to mail a subscriber ended. A report that comes after the attempt was given up changes nothing: it is over either way.

use super::before;
use crate::{Fault, Unit};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::SubscriberId,
    paging::Report,
    voice::subscriber::{MailStatus, SubscriberState},
};
use nightbell_store::subscriber as store;

/// Within which time a mail to somebody else must have been taken for a refusal to be about the address.
const OTHERS_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// Records how an attempt ended.
///
/// # Errors
/// The store's.
pub fn settle(
    unit: &mut Unit<'_>,
    subscriber: SubscriberId,
    about: &str,
    attempt: u32,
    report: &Report,
) -> Result<(), Fault> {
    let Some(mail) = store::mail_about(unit.tx, subscriber, about)? else { return Ok(()) };
    if mail.status != MailStatus::Sending || mail.attempts != attempt {
        return Ok(());
    }
    let whom = store::one(unit.tx, subscriber)?.ok_or_else(|| Fault::missing("subscriber", subscriber))?;
    let others = store::others_arrive(unit.tx, &mail.recipient, before(unit.now, OTHERS_WITHIN))?;
    let after = whom.heard_of(report, others, unit.now);
    let settled = mail.settle(report, unit.now);
    // Whoever said no while it was under way is not tried again.
    let settled = match after.wants(mail.kind) {
        Err(reason) if settled.status == MailStatus::Queued => settled.end(MailStatus::Cancelled, reason),
        _ => settled,
    };
    store::save_mail(unit.tx, &mail, &settled)?;
    if after != whom {
        store::save(unit.tx, &whom, &after)?;
    }
    if after.state != whom.state && after.state == SubscriberState::Broken {
        store::cancel_queued(unit.tx, subscriber, "the address does not take mail")?;
    }
    Ok(())
}

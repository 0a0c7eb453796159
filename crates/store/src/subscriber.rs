//! Mail subscribers of status pages and the mails they are owed (INV-20). The address is in one column of one table; everything else goes by its
//! keyed digest. Decides nothing: who is asked, told, held back or forgotten is the domain's and the engine's matter.

use crate::tx::{Row, StoreError, Tx, Value};
use nightbell_domain::{
    ids::{StatusPageId, SubscriberId},
    record::Instant,
    voice::subscriber::{MailKind, MailStatus, Subscriber, SubscriberMail, SubscriberState},
};

pub(crate) const INSERT: &str = "INSERT INTO subscriber (id, status_page, recipient, email, state, rejections, changed_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub(crate) const UPDATE: &str =
    "UPDATE subscriber SET email = $2, state = $3, rejections = $4, changed_at = $5 WHERE id = $1 AND state = $6";
pub(crate) const ONE: &str =
    "SELECT id, status_page, recipient, email, state, rejections, changed_at FROM subscriber WHERE id = $1";
pub(crate) const OF_RECIPIENT: &str = "SELECT id, status_page, recipient, email, state, rejections, changed_at FROM subscriber \
     WHERE status_page = $1 AND recipient = $2";
pub(crate) const EVERYBODY: &str =
    "SELECT id, status_page, recipient, email, state, rejections, changed_at FROM subscriber ORDER BY id";
pub(crate) const KNOW_AS: &str = "UPDATE subscriber SET recipient = $2 WHERE id = $1";
pub(crate) const MAILS_ARE_TO: &str = "UPDATE subscriber_mail SET recipient = $2 WHERE recipient = $1";
pub(crate) const COUNT: &str = "SELECT COUNT(*) FROM subscriber WHERE status_page = $1 AND email IS NOT NULL";
pub(crate) const FORGET_UNCONFIRMED_MAILS: &str = "DELETE FROM subscriber_mail WHERE subscriber IN \
     (SELECT id FROM subscriber WHERE state = 'pending' AND changed_at < $1 ORDER BY changed_at, id LIMIT $2)";
pub(crate) const FORGET_UNCONFIRMED: &str = "DELETE FROM subscriber WHERE id IN \
     (SELECT id FROM subscriber WHERE state = 'pending' AND changed_at < $1 ORDER BY changed_at, id LIMIT $2)";

pub(crate) const ASK: &str = "INSERT INTO subscriber_mail (subscriber, about, recipient, kind, notice, status, attempts, folded, owed_at, next_due_at) \
     VALUES ($1, $2, $3, 'confirm', '', 'queued', 0, 0, $4, $4)";
/// INV-20: whoever is owed this update already is not owed it again.
pub(crate) const OWE: &str = "INSERT INTO subscriber_mail (subscriber, about, recipient, kind, notice, status, attempts, folded, owed_at, next_due_at) \
     SELECT id, $2, recipient, 'update', $3, 'queued', 0, 0, $4, $4 FROM subscriber WHERE status_page = $1 AND state = 'confirmed' \
     ON CONFLICT (subscriber, about) DO NOTHING";
pub(crate) const MAIL: &str = "SELECT subscriber, about, recipient, kind, notice, status, attempts, folded, owed_at, begun_at, next_due_at, reason \
     FROM subscriber_mail WHERE subscriber = $1 AND about = $2";
pub(crate) const SAVE: &str = "UPDATE subscriber_mail SET status = $3, attempts = $4, folded = $5, begun_at = $6, next_due_at = $7, reason = $8 \
     WHERE subscriber = $1 AND about = $2 AND status = $9 AND attempts = $10";
pub(crate) const DUE: &str = "SELECT subscriber, about FROM subscriber_mail WHERE kind = $1 AND next_due_at <= $2 \
     ORDER BY next_due_at, subscriber, about LIMIT $3";
pub(crate) const NEXT_DUE: &str = "SELECT MIN(next_due_at) FROM subscriber_mail WHERE next_due_at IS NOT NULL";
pub(crate) const BEGUN_SINCE: &str = "SELECT COUNT(*) FROM subscriber_mail WHERE begun_at > $1";
pub(crate) const BEGUN_TO: &str = "SELECT begun_at FROM subscriber_mail WHERE recipient = $1 AND begun_at > $2 \
     AND status IN ('sending', 'accepted', 'failed') ORDER BY begun_at";
pub(crate) const ASKED: &str =
    "SELECT owed_at FROM subscriber_mail WHERE recipient = $1 AND kind = 'confirm' AND owed_at > $2 ORDER BY owed_at";
pub(crate) const QUEUED: &str = "SELECT subscriber, about, recipient, kind, notice, status, attempts, folded, owed_at, begun_at, next_due_at, reason \
     FROM subscriber_mail WHERE subscriber = $1 AND kind = 'update' AND status = 'queued' ORDER BY owed_at DESC, about DESC";
pub(crate) const OTHERS_ARRIVE: &str =
    "SELECT 1 FROM subscriber_mail WHERE begun_at > $1 AND status = 'accepted' AND recipient <> $2 LIMIT 1";
/// What is with a sender is left to it: nobody can call it back.
pub(crate) const CANCEL_QUEUED: &str = "UPDATE subscriber_mail SET status = 'cancelled', next_due_at = NULL, reason = $2 \
     WHERE subscriber = $1 AND status = 'queued'";
pub(crate) const CANCEL_EVERYTHING: &str = "UPDATE subscriber_mail SET status = 'cancelled', next_due_at = NULL, reason = $1 \
     WHERE next_due_at IS NOT NULL";
/// Armed by a clock that was ahead: by its newest attempt, or when it was owed. What was tried since by a clock that is right waits by that one.
pub(crate) const BRING_FORWARD: &str = "UPDATE subscriber_mail SET next_due_at = $1 WHERE (subscriber, about) IN (SELECT subscriber, about FROM subscriber_mail \
     WHERE kind = $3 AND status = 'queued' AND next_due_at > $1 AND COALESCE(begun_at, owed_at) > $2 LIMIT $4)";
pub(crate) const FORGET_MAILS: &str = "DELETE FROM subscriber_mail WHERE (subscriber, about) IN \
     (SELECT subscriber, about FROM subscriber_mail WHERE owed_at < $1 AND next_due_at IS NULL ORDER BY owed_at LIMIT $2)";

fn word<T>(row: &Row, column: usize, read: fn(&str) -> Option<T>) -> Result<T, StoreError> {
    let word = row.text(column)?;
    read(word).ok_or_else(|| StoreError::Corrupt(format!("{word:?} is no word of a subscriber or its mail")))
}

fn small(row: &Row, column: usize) -> Result<u32, StoreError> {
    u32::try_from(row.count(column)?).map_err(|e| StoreError::Corrupt(format!("column {column}: {e}")))
}

fn subscriber(row: &Row) -> Result<Subscriber, StoreError> {
    Ok(Subscriber {
        id: row.parse(0)?,
        page: row.parse(1)?,
        recipient: row.text(2)?.to_owned(),
        email: row.text_option(3)?.map(str::to_owned),
        state: word(row, 4, SubscriberState::from_word)?,
        rejections: small(row, 5)?,
        changed_at: row.instant(6)?,
    })
}

fn mail(row: &Row) -> Result<SubscriberMail, StoreError> {
    Ok(SubscriberMail {
        subscriber: row.parse(0)?,
        about: row.text(1)?.to_owned(),
        recipient: row.text(2)?.to_owned(),
        kind: word(row, 3, MailKind::from_word)?,
        notice: row.text(4)?.to_owned(),
        status: word(row, 5, MailStatus::from_word)?,
        attempts: small(row, 6)?,
        folded: small(row, 7)?,
        owed_at: row.instant(8)?,
        begun_at: row.instant_option(9)?,
        next_due_at: row.instant_option(10)?,
        reason: row.text_option(11)?.map(str::to_owned),
    })
}

/// Adds a subscriber.
pub fn add(tx: &mut dyn Tx, new: &Subscriber) -> Result<(), StoreError> {
    let values = vec![
        new.id.to_string().into(),
        new.page.as_str().into(),
        new.recipient.as_str().into(),
        new.email.clone().into(),
        new.state.word().into(),
        new.rejections.into(),
        new.changed_at.into(),
    ];
    tx.queue(INSERT, values, None)
}

/// Writes what changed of a subscriber; a conflict when it is not in the state it was read in.
pub fn save(tx: &mut dyn Tx, before: &Subscriber, after: &Subscriber) -> Result<(), StoreError> {
    let values = vec![
        after.id.to_string().into(),
        after.email.clone().into(),
        after.state.word().into(),
        after.rejections.into(),
        after.changed_at.into(),
        before.state.word().into(),
    ];
    tx.queue(UPDATE, values, Some(format!("subscriber {} changed meanwhile", after.id)))
}

/// A subscriber.
pub fn one(tx: &mut dyn Tx, id: SubscriberId) -> Result<Option<Subscriber>, StoreError> {
    tx.row(ONE, &[id.to_string().into()])?.as_ref().map(subscriber).transpose()
}

/// The subscriber of a page with that digest of an address.
pub fn of_recipient(tx: &mut dyn Tx, page: &StatusPageId, recipient: &str) -> Result<Option<Subscriber>, StoreError> {
    tx.row(OF_RECIPIENT, &[page.as_str().into(), recipient.into()])?.as_ref().map(subscriber).transpose()
}

/// Everybody of every page, those who left too.
pub fn everybody(tx: &mut dyn Tx) -> Result<Vec<Subscriber>, StoreError> {
    tx.rows(EVERYBODY, &[])?.iter().map(subscriber).collect()
}

/// A subscriber goes by another digest from now on: that of the same address by another key.
pub fn know_as(tx: &mut dyn Tx, id: SubscriberId, recipient: &str) -> Result<(), StoreError> {
    tx.queue(KNOW_AS, vec![id.to_string().into(), recipient.into()], Some(format!("subscriber {id} is gone")))
}

/// What was sent to a digest counts for another from now on.
pub fn mails_are_to(tx: &mut dyn Tx, before: &str, after: &str) -> Result<(), StoreError> {
    tx.queue(MAILS_ARE_TO, vec![before.into(), after.into()], None)
}

/// How many of a page want mail or were asked.
pub fn count(tx: &mut dyn Tx, page: &StatusPageId) -> Result<u64, StoreError> {
    tx.row(COUNT, &[page.as_str().into()])?.map_or(Ok(0), |row| row.count(0))
}

/// Owes somebody the question whether they want mail; `key` is new.
pub fn ask(tx: &mut dyn Tx, whom: &Subscriber, key: &str, now: Instant) -> Result<(), StoreError> {
    let values = vec![whom.id.to_string().into(), key.into(), whom.recipient.as_str().into(), now.into()];
    tx.queue(ASK, values, None)
}

/// Owes an update to everybody of a page who said yes; answers how many.
pub fn owe(tx: &mut dyn Tx, page: &StatusPageId, update: &str, notice: &str, now: Instant) -> Result<u64, StoreError> {
    tx.run(OWE, &[page.as_str().into(), update.into(), notice.into(), now.into()])
}

/// A mail.
pub fn mail_about(tx: &mut dyn Tx, whom: SubscriberId, about: &str) -> Result<Option<SubscriberMail>, StoreError> {
    tx.row(MAIL, &[whom.to_string().into(), about.into()])?.as_ref().map(mail).transpose()
}

/// Writes what changed of a mail; a conflict when it is not as it was read.
pub fn save_mail(tx: &mut dyn Tx, before: &SubscriberMail, after: &SubscriberMail) -> Result<(), StoreError> {
    let values: Vec<Value> = vec![
        after.subscriber.to_string().into(),
        after.about.as_str().into(),
        after.status.word().into(),
        after.attempts.into(),
        after.folded.into(),
        after.begun_at.into(),
        after.next_due_at.into(),
        after.reason.clone().into(),
        before.status.word().into(),
        before.attempts.into(),
    ];
    let conflict = format!("the mail to {} about {} changed meanwhile", after.subscriber, after.about);
    tx.queue(SAVE, values, Some(conflict))
}

/// Mails whose alarm rang: questions first, in each kind the oldest.
pub fn due(tx: &mut dyn Tx, now: Instant, count_max: u32) -> Result<Vec<(SubscriberId, String)>, StoreError> {
    let mut found = Vec::new();
    for kind in [MailKind::Confirm, MailKind::Update] {
        let room = count_max.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
        for row in tx.rows(DUE, &[kind.word().into(), now.into(), room.into()])? {
            found.push((row.parse(0)?, row.text(1)?.to_owned()));
        }
    }
    Ok(found)
}

/// The earliest alarm of any mail to a subscriber.
pub fn next_due(tx: &mut dyn Tx) -> Result<Option<Instant>, StoreError> {
    tx.row(NEXT_DUE, &[])?.map_or(Ok(None), |row| row.instant_option(0))
}

/// How many mails to anybody began after an instant.
pub fn begun_since(tx: &mut dyn Tx, after: Instant) -> Result<u64, StoreError> {
    tx.row(BEGUN_SINCE, &[after.into()])?.map_or(Ok(0), |row| row.count(0))
}

/// When mails to a recipient began that arrived or may have, after an instant; oldest first.
pub fn begun_to(tx: &mut dyn Tx, recipient: &str, after: Instant) -> Result<Vec<Instant>, StoreError> {
    tx.rows(BEGUN_TO, &[recipient.into(), after.into()])?.iter().map(|row| row.instant(0)).collect()
}

/// When a recipient was asked whether they want mail, after an instant; oldest first.
pub fn asked(tx: &mut dyn Tx, recipient: &str, after: Instant) -> Result<Vec<Instant>, StoreError> {
    tx.rows(ASKED, &[recipient.into(), after.into()])?.iter().map(|row| row.instant(0)).collect()
}

/// Updates that wait for a subscriber, newest first.
pub fn queued(tx: &mut dyn Tx, whom: SubscriberId) -> Result<Vec<SubscriberMail>, StoreError> {
    tx.rows(QUEUED, &[whom.to_string().into()])?.iter().map(mail).collect()
}

/// Whether the mail server took a mail to anybody else that began after an instant.
pub fn others_arrive(tx: &mut dyn Tx, besides: &str, after: Instant) -> Result<bool, StoreError> {
    Ok(tx.row(OTHERS_ARRIVE, &[after.into(), besides.into()])?.is_some())
}

/// Everything that waits for a subscriber is not sent any more, but what a sender has already.
pub fn cancel_queued(tx: &mut dyn Tx, whom: SubscriberId, reason: &str) -> Result<u64, StoreError> {
    tx.run(CANCEL_QUEUED, &[whom.to_string().into(), reason.into()])
}

/// Everything that waits for any subscriber is not sent any more.
pub fn cancel_everything(tx: &mut dyn Tx, reason: &str) -> Result<u64, StoreError> {
    tx.run(CANCEL_EVERYTHING, &[reason.into()])
}

/// What waits and was last tried later than `ahead_of`, or was never tried and owed later, by a clock that was ahead, is due now: of each kind so
/// many at most. Answers how many of the kind of which there were most.
pub fn bring_forward(tx: &mut dyn Tx, now: Instant, ahead_of: Instant, count_max: u32) -> Result<u64, StoreError> {
    let mut most = 0;
    for kind in [MailKind::Confirm, MailKind::Update] {
        let values: [Value; 4] = [now.into(), ahead_of.into(), kind.word().into(), count_max.into()];
        most = most.max(tx.run(BRING_FORWARD, &values)?);
    }
    Ok(most)
}

/// Forgets those who were asked before an instant and never said yes, with what they were sent.
pub fn forget_unconfirmed(tx: &mut dyn Tx, before: Instant, count_max: u32) -> Result<u64, StoreError> {
    tx.run(FORGET_UNCONFIRMED_MAILS, &[before.into(), count_max.into()])?;
    tx.run(FORGET_UNCONFIRMED, &[before.into(), count_max.into()])
}

/// Forgets mails that were owed before an instant and are over.
pub fn forget_mails(tx: &mut dyn Tx, before: Instant, count_max: u32) -> Result<u64, StoreError> {
    tx.run(FORGET_MAILS, &[before.into(), count_max.into()])
}

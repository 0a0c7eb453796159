//! What is known of people's contact methods beside their settings: codes on their way, when a method last proved to reach its owner, when it was
//! tried and missed. Decides nothing; the settings themselves are configuration ([`crate::config`]). The engine's `people` room calls it.

use crate::tx::{Row, StoreError, Tx, Value};
use nightbell_domain::{
    ids::{ContactId, PageId, UserId},
    record::Instant,
};

pub(crate) const ADD_CODE: &str = "INSERT INTO contact_code (user_id, contact, made_at, salt, address, expires_at, tries) VALUES ($1, $2, $3, $4, $5, $6, 0)";
pub(crate) const CODE: &str = "SELECT made_at, salt, address, expires_at, tries, ended_at FROM contact_code WHERE user_id = $1 AND contact = $2 \
     ORDER BY made_at DESC LIMIT 1";
/// The newest first, so that the last one says when there is room again.
pub(crate) const ASKED_BY: &str = "SELECT asked_at FROM contact_asked WHERE user_id = $1 AND what = $2 AND asked_at > $3 AND asked_at <= $4 ORDER BY asked_at DESC LIMIT $5";
pub(crate) const ASKED_OF: &str = "SELECT asked_at FROM contact_asked WHERE address = $1 AND what = $2 AND asked_at > $3 AND asked_at <= $4 ORDER BY asked_at DESC LIMIT $5";
pub(crate) const ASK: &str = "INSERT INTO contact_asked (user_id, what, asked_at, address) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (user_id, what, asked_at, address) DO NOTHING";
pub(crate) const FORGET_ASKED: &str = "DELETE FROM contact_asked WHERE asked_at < $1";
pub(crate) const TRY_CODE: &str =
    "UPDATE contact_code SET tries = tries + 1 WHERE user_id = $1 AND contact = $2 AND made_at = $3 AND tries < $4";
pub(crate) const END_CODE: &str =
    "UPDATE contact_code SET ended_at = $4 WHERE user_id = $1 AND contact = $2 AND made_at = $3 AND ended_at IS NULL";
pub(crate) const FORGET_CODES: &str = "DELETE FROM contact_code WHERE made_at < $1";
pub(crate) const FORGET_CODES_OF: &str = "DELETE FROM contact_code WHERE user_id = $1";
pub(crate) const PROOFS: &str = "SELECT user_id, contact, address, seen_at, proven_at, how, tested_at, missed_at FROM contact_proof ORDER BY user_id, contact";
pub(crate) const PROOFS_OF: &str = "SELECT user_id, contact, address, seen_at, proven_at, how, tested_at, missed_at FROM contact_proof WHERE user_id = $1 ORDER BY contact";
/// Another address is another method: what was known of the one before is no longer so.
pub(crate) const SEE: &str = "INSERT INTO contact_proof (user_id, contact, address, seen_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (user_id, contact) DO UPDATE SET address = excluded.address, seen_at = excluded.seen_at, proven_at = NULL, how = NULL, \
     tested_at = NULL, missed_at = NULL WHERE contact_proof.address <> excluded.address";
pub(crate) const PROVE: &str = "UPDATE contact_proof SET proven_at = $3, how = $4, missed_at = NULL WHERE user_id = $1 AND contact = $2 \
     AND (proven_at IS NULL OR proven_at < $3)";
pub(crate) const TRIED: &str = "UPDATE contact_proof SET tested_at = $3 WHERE user_id = $1 AND contact = $2";
pub(crate) const MISSED: &str = "UPDATE contact_proof SET missed_at = $3 WHERE user_id = $1 AND contact = $2";
pub(crate) const FORGET_PROOF: &str = "DELETE FROM contact_proof WHERE user_id = $1 AND contact = $2";
pub(crate) const FORGET_PROOFS_OF: &str = "DELETE FROM contact_proof WHERE user_id = $1";
pub(crate) const NEWEST_SENT: &str = "SELECT status, reason, begun_at FROM notification \
     WHERE user_id = $1 AND contact = $2 AND begun_at IS NOT NULL AND sent_with IS NULL ORDER BY begun_at DESC LIMIT 1";
pub(crate) const BEGUN_LATELY: &str = "SELECT begun_at FROM notification WHERE user_id = $1 AND contact = $2 AND begun_at > $3 AND begun_at <= $4 \
     AND sent_with IS NULL ORDER BY begun_at DESC LIMIT $5";
pub(crate) const IS_TOLD: &str = "SELECT 1 FROM notification WHERE page = $1 AND kind = 'page' AND user_id = $2 AND status = 'accepted' AND cycle >= $3 LIMIT 1";
pub(crate) const RINGS: &str = "SELECT 1 FROM notification n JOIN page p ON p.id = n.page WHERE n.user_id = $1 AND n.contact = $2 AND n.begun_at > $3 \
     AND n.sent_with IS NULL AND n.kind = 'page' AND p.status IN ('ringing', 'exhausted') LIMIT 1";

/// A code that was sent, without the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// When it was made: which of the method's codes it is.
    pub made_at: Instant,
    /// What it is derived from.
    pub salt: Vec<u8>,
    /// A hash of where it was sent.
    pub address: Vec<u8>,
    /// Until when it is good.
    pub expires_at: Instant,
    /// How often something was entered.
    pub tries: u32,
    /// When it was used, or replaced.
    pub ended_at: Option<Instant>,
}

/// What is known of a contact method. Holds for the address it was learned for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Whose.
    pub user: UserId,
    /// Which.
    pub contact: ContactId,
    /// A hash of where it leads.
    pub address: Vec<u8>,
    /// Known since.
    pub seen_at: Instant,
    /// When it last proved to reach its owner, and how: `code`, `page`, `test`.
    pub proven: Option<(Instant, String)>,
    /// When a test page last went to it.
    pub tested_at: Option<Instant>,
    /// When a test page to it went unanswered; `None` once it proved itself again.
    pub missed_at: Option<Instant>,
}

fn method(user: &UserId, contact: &ContactId) -> [Value; 2] {
    [user.as_str().into(), contact.as_str().into()]
}

fn with(user: &UserId, contact: &ContactId, more: impl IntoIterator<Item = Value>) -> Vec<Value> {
    method(user, contact).into_iter().chain(more).collect()
}

/// A code was made for a method.
pub fn add_code(
    tx: &mut dyn Tx,
    (user, contact): (&UserId, &ContactId),
    made_at: Instant,
    salt: &[u8],
    address: &[u8],
    expires_at: Instant,
) -> Result<(), StoreError> {
    let values =
        with(user, contact, [made_at.into(), salt.to_vec().into(), address.to_vec().into(), expires_at.into()]);
    tx.run(ADD_CODE, &values).map(drop)
}

/// The newest code of a method.
pub fn code(tx: &mut dyn Tx, user: &UserId, contact: &ContactId) -> Result<Option<Code>, StoreError> {
    let read = |row: Row| {
        Ok(Code {
            made_at: row.instant(0)?,
            salt: row.blob(1)?.to_vec(),
            address: row.blob(2)?.to_vec(),
            expires_at: row.instant(3)?,
            tries: u32::try_from(row.count(4)?).unwrap_or(u32::MAX),
            ended_at: row.instant_option(5)?,
        })
    };
    tx.row(CODE, &method(user, contact))?.map(read).transpose()
}

/// Somebody had a message sent to an address to try it out: a code, or a test. `address` is a hash of where it goes, whoever's it is.
pub fn ask(tx: &mut dyn Tx, user: &UserId, what: &'static str, address: &[u8], at: Instant) -> Result<(), StoreError> {
    tx.run(ASK, &[user.as_str().into(), what.into(), at.into(), address.to_vec().into()]).map(drop)
}

/// When a person last had messages of a sort sent, after one instant and up to another, newest first.
pub fn asked_by(
    tx: &mut dyn Tx,
    user: &UserId,
    what: &'static str,
    (after, until): (Instant, Instant),
    count_max: u32,
) -> Result<Vec<Instant>, StoreError> {
    let values = [user.as_str().into(), what.into(), after.into(), until.into(), count_max.into()];
    tx.rows(ASKED_BY, &values)?.iter().map(|row| row.instant(0)).collect()
}

/// When anybody last had messages of a sort sent to an address; as [`asked_by`].
pub fn asked_of(
    tx: &mut dyn Tx,
    address: &[u8],
    what: &'static str,
    (after, until): (Instant, Instant),
    count_max: u32,
) -> Result<Vec<Instant>, StoreError> {
    let values = [address.to_vec().into(), what.into(), after.into(), until.into(), count_max.into()];
    tx.rows(ASKED_OF, &values)?.iter().map(|row| row.instant(0)).collect()
}

/// Forgets what was asked for before an instant; answers how many.
pub fn forget_asked(tx: &mut dyn Tx, before: Instant) -> Result<u64, StoreError> {
    tx.run(FORGET_ASKED, &[before.into()])
}

/// Something was entered for a code; false when it was tried `tries_max` times already.
pub fn try_code(
    tx: &mut dyn Tx,
    user: &UserId,
    contact: &ContactId,
    made_at: Instant,
    tries_max: u32,
) -> Result<bool, StoreError> {
    tx.run(TRY_CODE, &with(user, contact, [made_at.into(), tries_max.into()])).map(|touched| touched == 1)
}

/// A code was used, or another took its place.
pub fn end_code(
    tx: &mut dyn Tx,
    user: &UserId,
    contact: &ContactId,
    made_at: Instant,
    at: Instant,
) -> Result<(), StoreError> {
    tx.run(END_CODE, &with(user, contact, [made_at.into(), at.into()])).map(drop)
}

/// Forgets codes made before an instant; answers how many.
pub fn forget_codes(tx: &mut dyn Tx, before: Instant) -> Result<u64, StoreError> {
    tx.run(FORGET_CODES, &[before.into()])
}

fn proof(row: &Row) -> Result<Proof, StoreError> {
    let proven_at = row.instant_option(4)?;
    let how = row.text_option(5)?.unwrap_or_default().to_owned();
    Ok(Proof {
        user: row.parse(0)?,
        contact: row.parse(1)?,
        address: row.blob(2)?.to_vec(),
        seen_at: row.instant(3)?,
        proven: proven_at.map(|at| (at, how)),
        tested_at: row.instant_option(6)?,
        missed_at: row.instant_option(7)?,
    })
}

/// What is known of every contact method.
pub fn proofs(tx: &mut dyn Tx) -> Result<Vec<Proof>, StoreError> {
    tx.rows(PROOFS, &[])?.iter().map(proof).collect()
}

/// What is known of one person's contact methods.
pub fn proofs_of(tx: &mut dyn Tx, user: &UserId) -> Result<Vec<Proof>, StoreError> {
    tx.rows(PROOFS_OF, &[user.as_str().into()])?.iter().map(proof).collect()
}

/// A method is there; the first time it is, or the first time with another address, is noted.
pub fn see(tx: &mut dyn Tx, user: &UserId, contact: &ContactId, address: &[u8], at: Instant) -> Result<(), StoreError> {
    tx.run(SEE, &with(user, contact, [address.to_vec().into(), at.into()])).map(drop)
}

/// A method that is known ([`see`]) has proved to reach its owner.
pub fn prove(
    tx: &mut dyn Tx,
    user: &UserId,
    contact: &ContactId,
    at: Instant,
    how: &'static str,
) -> Result<(), StoreError> {
    tx.run(PROVE, &with(user, contact, [at.into(), how.into()])).map(drop)
}

/// A test page goes to a method that is known.
pub fn tried(tx: &mut dyn Tx, user: &UserId, contact: &ContactId, at: Instant) -> Result<(), StoreError> {
    tx.run(TRIED, &with(user, contact, [at.into()])).map(drop)
}

/// Nobody said that a test page to a method rang.
pub fn missed(tx: &mut dyn Tx, user: &UserId, contact: &ContactId, at: Instant) -> Result<(), StoreError> {
    tx.run(MISSED, &with(user, contact, [at.into()])).map(drop)
}

/// A method is gone, and what was known of it.
pub fn forget_method(tx: &mut dyn Tx, user: &UserId, contact: &ContactId) -> Result<(), StoreError> {
    tx.run(FORGET_PROOF, &method(user, contact)).map(drop)
}

/// A person is gone, and what was known of their methods.
pub fn forget_person(tx: &mut dyn Tx, user: &UserId) -> Result<(), StoreError> {
    tx.run(FORGET_CODES_OF, &[user.as_str().into()])?;
    tx.run(FORGET_PROOFS_OF, &[user.as_str().into()]).map(drop)
}

/// How the newest message to a method stands: its status' word, why it failed, when its attempt began.
pub fn newest_sent(
    tx: &mut dyn Tx,
    user: &UserId,
    contact: &ContactId,
) -> Result<Option<(String, Option<String>, Instant)>, StoreError> {
    let read = |row: Row| Ok((row.text(0)?.to_owned(), row.text_option(1)?.map(str::to_owned), row.instant(2)?));
    tx.row(NEWEST_SENT, &method(user, contact))?.map(read).transpose()
}

/// When the newest messages to a method began, after one instant and up to another, newest first; what went along with another does not count.
pub fn begun_lately(
    tx: &mut dyn Tx,
    user: &UserId,
    contact: &ContactId,
    (after, until): (Instant, Instant),
    count_max: u32,
) -> Result<Vec<Instant>, StoreError> {
    let values = with(user, contact, [after.into(), until.into(), count_max.into()]);
    tx.rows(BEGUN_LATELY, &values)?.iter().map(|row| row.instant(0)).collect()
}

/// Whether a provider took a message about a page for a person, by whatever method, since that cycle began.
pub fn is_told(tx: &mut dyn Tx, page: PageId, user: &UserId, cycle: u32) -> Result<bool, StoreError> {
    Ok(tx.row(IS_TOLD, &[page.to_string().into(), user.as_str().into(), cycle.into()])?.is_some())
}

/// Whether a page rings for a person by a method, of which a message began after an instant.
pub fn rings(tx: &mut dyn Tx, user: &UserId, contact: &ContactId, after: Instant) -> Result<bool, StoreError> {
    Ok(tx.row(RINGS, &with(user, contact, [after.into()]))?.is_some())
}

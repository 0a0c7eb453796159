//! Codes: six digits that are sent by a contact method and entered on a page prove that it reaches its owner. The code stands nowhere: it is
//! derived from a random salt with the installation's key when it is sent, and again when it is compared, so that a copy of the table alone tells
//! none. Good for ten minutes and five tries; so many an hour.

use super::{
    Hand, address,
    asked::{self, Asked},
    proven::note,
    settings,
};
use crate::{Fault, Unit, access::same_bytes, paging};
use hmac::{Hmac, KeyInit, Mac};
use nightbell_domain::{
    ids::{ContactId, UserId},
    limits,
    org::{Contact, Target, Urgency},
    paging::{MessageKind, Notification, Owed, PageStart, PolicySnapshot, Rank, Subject, later},
    record::Instant,
    refusal::Refusal,
    text::duration::spelled_duration,
};
use nightbell_store::people as store;
use sha2::Sha256;

/// A code is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentCode {
    /// By which method.
    pub contact: ContactId,
    /// Until when it is good.
    pub expires_at: Instant,
}

/// What became of an entered code. A wrong one is no refusal: that it was tried is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// The method is verified.
    Proved,
    /// Not that one.
    Wrong {
        /// Tries that are left.
        left: u32,
    },
    /// There is nothing to enter any more: why, and what to do.
    Over(&'static str),
}

/// Sends a new code by a method; an older one is good for nothing from now on.
///
/// # Errors
/// No such method, or too many codes within the hour, by this person or to this address; the store's.
pub fn send_code(unit: &mut Unit<'_>, hand: &Hand, id: &ContactId) -> Result<SentCode, Fault> {
    hand.must_be_own("prove their contact methods")?;
    let contact = own_contact(unit, hand.user(), id)?;
    asked::count(unit, hand.user(), &contact.kind, Asked::Code)?;
    let mut made_at = unit.now;
    if let Some(before) = store::code(unit.tx, hand.user(), id)? {
        store::end_code(unit.tx, hand.user(), id, before.made_at, unit.now)?;
        // A code is known by when it was made: no two at the same instant, and none before the older one by a clock that was set back.
        made_at = made_at.max(later(before.made_at, jiff::SignedDuration::from_micros(1)));
    }
    let salt = unit.ids().random::<16>();
    let expires_at = later(made_at, limits::CODE_LIFETIME);
    store::add_code(unit.tx, (hand.user(), id), made_at, &salt, &address(&contact.kind), expires_at)?;
    owe(unit, hand, &contact, made_at)?;
    Ok(SentCode { contact: id.clone(), expires_at })
}

fn own_contact(unit: &Unit<'_>, user: &UserId, id: &ContactId) -> Result<Contact, Fault> {
    let person = unit.directory.org.person(user).ok_or_else(|| Refusal::not_found("user", format!("@{user}")))?;
    let found = person.contacts.iter().find(|known| known.id == *id).cloned();
    Ok(found.ok_or_else(|| Refusal::not_found("contact method", id))?)
}

/// The message, on a page of its own that is over at once: nobody is asked to act on it.
fn owe(unit: &mut Unit<'_>, hand: &Hand, contact: &Contact, made_at: Instant) -> Result<(), Fault> {
    let user = hand.user().clone();
    let medium = contact.kind.word().to_owned();
    let start = PageStart {
        subject: Subject::Proof { user: user.clone(), contact: contact.id.clone() },
        title: format!("A code for {} ({medium})", contact.id),
        body: String::new(),
        service: None,
        urgency: Urgency::High,
        policy: PolicySnapshot::direct(vec![Target::User(user.clone())]),
        why: format!("@{user} proves a contact method"),
        rank: Rank::QUIET,
    };
    let owed = Owed { user, contact: contact.id.clone(), medium, due_at: made_at, waits: None };
    paging::tell_once(
        unit,
        start,
        MessageKind::Code,
        vec![owed],
        "a code was sent; nobody is asked to act",
        hand.actor(),
    )
}

/// Enters a code. The try is stored, whatever comes of it; so is the proof.
///
/// # Errors
/// No such method; the store's.
pub fn enter_code(unit: &mut Unit<'_>, hand: &Hand, id: &ContactId, given: &str) -> Result<Entered, Fault> {
    hand.must_be_own("prove their contact methods")?;
    let contact = own_contact(unit, hand.user(), id)?;
    const NONE: &str = "No code is on its way. Have one sent.";
    let Some(sent) = store::code(unit.tx, hand.user(), id)? else { return Ok(Entered::Over(NONE)) };
    if sent.ended_at.is_some() || sent.address != address(&contact.kind) {
        return Ok(Entered::Over(NONE));
    }
    if sent.expires_at <= unit.now {
        return Ok(Entered::Over("That code has expired. Have a new one sent."));
    }
    if !store::try_code(unit.tx, hand.user(), id, sent.made_at, limits::CODE_TRIES_MAX)? {
        return Ok(Entered::Over("It was tried too often. Have a new code sent."));
    }
    let digits: String = given.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if !same_bytes(digits.as_bytes(), digits_of(unit.settings, hand.user(), id, &sent.salt).as_bytes()) {
        let left = limits::CODE_TRIES_MAX.saturating_sub(sent.tries + 1);
        let over = Entered::Over("That is not the code, and it was the last try. Have a new one sent.");
        return Ok(if left == 0 { over } else { Entered::Wrong { left } });
    }
    store::end_code(unit.tx, hand.user(), id, sent.made_at, unit.now)?;
    let directory = unit.directory.clone();
    let proved = settings::settings(&directory, hand.user()).prove(hand.person(&directory)?, id, unit.now)?;
    settings::put(unit, hand, proved)?;
    note(unit, hand.user(), &contact, super::How::Code)?;
    Ok(Entered::Proved)
}

/// The six digits: uniform to one part in 10¹³ over the salts.
fn digits_of(settings: &crate::Settings, user: &UserId, contact: &ContactId, salt: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(settings.link_key.bytes()).expect("HMAC takes a key of any length");
    let text = format!("contact-code:{user}/{contact}:");
    let bytes = mac.chain_update(text).chain_update(salt).finalize().into_bytes();
    let number = bytes.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    format!("{:06}", number % 1_000_000)
}

/// Whether the message with a code is still worth sending: not when the code has expired, was used, or another took its place.
pub(crate) fn is_wanted(unit: &mut Unit<'_>, due: &Notification) -> Result<Result<(), String>, Fault> {
    let sent = store::code(unit.tx, &due.user, &due.contact)?;
    let good =
        sent.is_some_and(|code| code.ended_at.is_none() && code.expires_at > unit.now && code.made_at == due.due_at);
    Ok(if good { Ok(()) } else { Err("the code is good for nothing any more".to_owned()) })
}

/// What the message with a code says: title and body. A call reads digit after digit.
pub(crate) fn title(unit: &mut Unit<'_>, sending: &Notification) -> Result<(String, String), Fault> {
    let sent = store::code(unit.tx, &sending.user, &sending.contact)?;
    let sent = sent.ok_or_else(|| Fault::missing("code", &sending.contact))?;
    let digits = digits_of(unit.settings, &sending.user, &sending.contact, &sent.salt);
    let spoken = digits.chars().map(String::from).collect::<Vec<_>>().join(" ");
    let shown = if sending.medium == "voice" { spoken } else { digits };
    let body = format!(
        "Enter it under Settings, How Nightbell reaches me, within {}. If you did not ask for it, somebody has mistyped an address: do nothing.",
        spelled_duration(limits::CODE_LIFETIME)
    );
    Ok((format!("Your Nightbell code: {shown}"), body))
}

//! How often people may have messages sent to try out a method: codes and tests, counted within the hour by who asked and by where it goes. Real
//! pages are no part of it, nor are the weekly test pages: nobody asked for those. Codes that are guessed by text message are counted the same way.

use crate::{Fault, Unit};
use jiff::SignedDuration;
use nightbell_calendar::local;
use nightbell_domain::{ids::UserId, limits, org::ContactKind, paging::later, record::Instant, refusal::Refusal};
use nightbell_store::people as store;
use sha2::{Digest as _, Sha256};

/// Over which time they are counted.
const WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// What somebody has sent to themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// A code: to an address that nobody has proved yet, which may be somebody else's.
    Code,
    /// A test page, to an address that was proved.
    Test,
}

impl Asked {
    /// The word in the database.
    fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Test => "test",
        }
    }

    fn most(self) -> u32 {
        match self {
            Self::Code => limits::CODES_PER_HOUR_MAX,
            Self::Test => limits::TESTS_PER_HOUR_MAX,
        }
    }
}

/// Counts one more, when there is room.
///
/// # Errors
/// Too many within the hour, with when the next one may be sent; the store's.
pub(super) fn count(unit: &mut Unit<'_>, user: &UserId, kind: &ContactKind, what: Asked) -> Result<(), Fault> {
    let (word, most, ear) = (what.word(), what.most(), ear(kind));
    // What a clock that was ahead wrote down counts as well, for an hour.
    let within = (later(unit.now, -WITHIN), later(unit.now, WITHIN));
    let own = store::asked_by(unit.tx, user, word, within, most)?;
    let there = store::asked_of(unit.tx, &ear, word, within, most)?;
    let full = |asked: &[Instant]| asked.last().filter(|_| asked.len() >= most as usize).map(|at| later(*at, WITHIN));
    if let Some(at) = full(&own) {
        let again = clock(unit, user, at);
        let (code, message) = match what {
            Asked::Code => (
                "too-many-codes",
                format!(
                    "{most} codes within an hour are enough. The next one can be sent at {again}. Look whether the address is right, and in the \
                     spam folder."
                ),
            ),
            Asked::Test => (
                "too-many-tests",
                format!(
                    "{most} tests within an hour are enough. The next one can be sent at {again}. Real pages are not held back by this."
                ),
            ),
        };
        return Err(Refusal::conflict(code, message).into());
    }
    if let Some(at) = full(&there) {
        let again = clock(unit, user, at);
        let (code, several) = match what {
            Asked::Code => ("too-many-codes", "codes"),
            Asked::Test => ("too-many-tests", "tests"),
        };
        let message = format!(
            "{most} {several} went to this address within the hour, which is enough. The next one can be sent at {again}."
        );
        return Err(Refusal::conflict(code, message).into());
    }
    // Two at one instant are two.
    let newest = own.first().into_iter().chain(there.first()).max().copied();
    let at = newest.map_or(unit.now, |newest| unit.now.max(later(newest, SignedDuration::from_micros(1))));
    Ok(store::ask(unit.tx, user, word, &ear, at)?)
}

/// The word of a reply code that was guessed.
const GUESS: &str = "guess";

/// A text message from a number named a code of no page of its owner's: counted.
pub(crate) fn guessed(unit: &mut Unit<'_>, user: &UserId, number: &str) -> Result<(), Fault> {
    let ear = telephone(number);
    let within = (later(unit.now, -WITHIN), later(unit.now, WITHIN));
    let newest = store::asked_of(unit.tx, &ear, GUESS, within, 1)?.first().copied();
    let at = newest.map_or(unit.now, |newest| unit.now.max(later(newest, SignedDuration::from_micros(1))));
    Ok(store::ask(unit.tx, user, GUESS, &ear, at)?)
}

/// Until when nothing is taken from a number, as its owner's clock shows it, because too many codes were guessed there.
pub(crate) fn locked(unit: &mut Unit<'_>, user: &UserId, number: &str) -> Result<Option<String>, Fault> {
    let within = (later(unit.now, -WITHIN), later(unit.now, WITHIN));
    let most = limits::REPLY_CODE_TRIES_MAX;
    let guesses = store::asked_of(unit.tx, &telephone(number), GUESS, within, most)?;
    let first = guesses.last().filter(|_| guesses.len() >= most as usize);
    Ok(first.map(|at| clock(unit, user, later(*at, WITHIN))))
}

fn telephone(number: &str) -> Vec<u8> {
    ear(&ContactKind::Sms { number: number.to_owned() })
}

/// Where it rings, whatever the method is called: a call and a text message go to one telephone.
fn ear(kind: &ContactKind) -> Vec<u8> {
    let text = match kind {
        ContactKind::Sms { number } | ContactKind::Voice { number } => format!("telephone {number}"),
        ContactKind::Email { address } => format!("email {}", address.to_lowercase()),
        other => format!("{} {}", other.word(), other.address()),
    };
    Sha256::digest(text.as_bytes()).to_vec()
}

/// `14:05 (Europe/Berlin)`: the next whole minute, by the person's clock.
fn clock(unit: &Unit<'_>, user: &UserId, at: Instant) -> String {
    let zone = unit.directory.org.users.get(user).map_or("UTC", |user| user.time_zone.as_str());
    let minute = later(at, SignedDuration::from_secs(59));
    match local::zone(zone) {
        Ok(known) => format!("{} ({zone})", local::civil(&known, minute).strftime("%H:%M")),
        Err(_) => minute.strftime("%H:%M UTC").to_string(),
    }
}

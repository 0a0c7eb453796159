//! Browsers that ring: set up from their own page, proved by one press there, moved to another address, and ended by their push service.

use super::{Entered, Hand, address, enter_code, settings};
use crate::{Fault, Unit, access::same_bytes};
use nightbell_domain::{
    ids::{ContactId, UserId},
    org::{ConfigObject, Contact, ContactKind, Organisation, Personal},
    record::Actor,
    refusal::Refusal,
};
use nightbell_store::{config, people as store};

fn endpoint(kind: &ContactKind) -> Option<&str> {
    match kind {
        ContactKind::Push { endpoint, .. } => Some(endpoint),
        _ => None,
    }
}

/// A browser of theirs was set up; `kind` is its subscription. One that is known already keeps its name, and its proof unless its keys are others.
/// `name` is a wish.
///
/// # Errors
/// There are too many methods; the store's.
pub fn subscribe(
    unit: &mut Unit<'_>,
    hand: &Hand,
    name: Option<ContactId>,
    kind: ContactKind,
) -> Result<ContactId, Fault> {
    hand.must_be_own("set up their own browser")?;
    let directory = unit.directory.clone();
    let person = directory.org.person(hand.user()).ok_or_else(|| Refusal::not_found("user", hand.user()))?;
    if let Some(known) = person.contacts.iter().find(|known| endpoint(&known.kind) == endpoint(&kind)) {
        if known.kind != kind {
            // Its old keys ring nobody any more, whoever is on call.
            let after = settings::settings(&directory, hand.user()).moved(&known.id, &known.kind, &kind).ended(&kind);
            settings::put(unit, hand, after)?;
        }
        return Ok(known.id.clone());
    }
    let free = name.filter(|name| person.contacts.iter().all(|known| known.id != *name));
    settings::add(unit, hand, free, kind)
}

/// The code that a push message carried came back from that browser, in one press.
///
/// # Errors
/// They have no such browser; the store's.
pub fn rang(unit: &mut Unit<'_>, hand: &Hand, given: &str, code: &str) -> Result<Entered, Fault> {
    let directory = unit.directory.clone();
    let person = directory.org.person(hand.user()).ok_or_else(|| Refusal::not_found("user", hand.user()))?;
    let known = person.contacts.iter().find(|known| endpoint(&known.kind) == Some(given));
    let known = known.ok_or_else(|| Refusal::not_found("browser", "set up for you; set it up again"))?;
    enter_code(unit, hand, &known.id, code)
}

/// Whether somebody has that browser: by its address and its secret, which only it and we know. Reads, so that whoever guesses costs the writer nothing.
pub fn is_known(org: &Organisation, before: (&str, &str)) -> bool {
    found(org, before).is_some()
}

fn found<'o>(org: &'o Organisation, before: (&str, &str)) -> Option<(&'o Personal, &'o Contact)> {
    let is_it = |own: &&Contact| {
        matches!(&own.kind, ContactKind::Push { endpoint, auth, .. }
            if endpoint == before.0 && same_bytes(auth.as_bytes(), before.1.as_bytes()))
    };
    org.personal.values().find_map(|own| Some((own, own.contacts.iter().find(is_it)?)))
}

/// A browser has another address. `before` is the old one and its secret ([`is_known`]). Answers whether it is somebody's.
///
/// # Errors
/// The store's.
pub fn renewed(unit: &mut Unit<'_>, before: (&str, &str), kind: &ContactKind) -> Result<bool, Fault> {
    let directory = unit.directory.clone();
    let Some((own, contact)) = found(&directory.org, before) else { return Ok(false) };
    let after = own.clone().moved(&contact.id, &contact.kind, kind);
    put(unit, after, &Actor::User(own.user.clone()))?;
    store::see(unit.tx, &own.user, &contact.id, &address(kind), unit.now)?;
    Ok(true)
}

/// Whoever gave out an address has ended it: it is not used before it is proved anew, and the person's page says so. Undone alone when it fails:
/// the outcome of the attempt is recorded all the same.
///
/// # Errors
/// The store's.
pub fn ended(unit: &mut Unit<'_>, user: &UserId, kind: &ContactKind) -> Result<(), Fault> {
    let directory = unit.directory.clone();
    let Some(own) = directory.org.personal.get(user) else { return Ok(()) };
    unit.apart("personal", user, |unit| put(unit, own.clone().ended(kind), &Actor::system("dispatch"))).map(drop)
}

fn put(unit: &mut Unit<'_>, after: Personal, by: &Actor) -> Result<(), Fault> {
    if unit.directory.org.personal.get(&after.user) == Some(&after) {
        return Ok(());
    }
    config::put(unit.tx, &ConfigObject::Personal(after), false, unit.now, by)?;
    unit.reload = true;
    Ok(())
}

//! A person's own settings change: each change is decided by the domain, and stored with a revision like every configuration object.

use super::{Hand, next_turn};
use crate::{Directory, Fault, Unit};
use jiff::tz::TimeZone;
use nightbell_domain::{
    ids::{ContactId, UserId},
    org::{AtMost, ConfigKind, ConfigObject, ContactKind, NotificationRules, Personal, QuietHours, free_handle},
    refusal::Refusal,
};
use nightbell_store::{config, people as store};

/// What a person set, so far.
pub fn settings(directory: &Directory, user: &UserId) -> Personal {
    directory.org.personal.get(user).cloned().unwrap_or_else(|| Personal::of(user.clone()))
}

/// Stores what the settings have become, unless they are the same.
pub(super) fn put(unit: &mut Unit<'_>, hand: &Hand, after: Personal) -> Result<(), Fault> {
    if settings(&unit.directory, hand.user()) == after {
        return Ok(());
    }
    config::put(unit.tx, &ConfigObject::Personal(after), false, unit.now, hand.actor())?;
    unit.reload = true;
    Ok(())
}

/// A new way to reach them; not used before they prove it. Without a name it is named after its medium. Answers the name.
///
/// # Errors
/// The name or address is taken, or there are too many; the store's.
pub fn add(unit: &mut Unit<'_>, hand: &Hand, name: Option<ContactId>, kind: ContactKind) -> Result<ContactId, Fault> {
    let directory = unit.directory.clone();
    let user = hand.person(&directory)?;
    let before = settings(&directory, hand.user());
    let name = name.unwrap_or_else(|| free_handle(&before.over(user), kind.word()));
    let after = before.add(user, name.clone(), kind)?;
    put(unit, hand, after)?;
    Ok(name)
}

/// Another name for their own method; rules follow. The secret of a webhook changes with it (ADR 0013).
///
/// # Errors
/// No such method, one of the files, or the name is taken; the store's.
pub fn rename(unit: &mut Unit<'_>, hand: &Hand, contact: &ContactId, to: ContactId) -> Result<(), Fault> {
    hand.must_be_own("rename their contact methods")?;
    let directory = unit.directory.clone();
    let after = settings(&directory, hand.user()).rename(hand.person(&directory)?, contact, to.clone())?;
    put(unit, hand, after)?;
    if *contact != to {
        store::forget_method(unit.tx, hand.user(), contact)?;
    }
    Ok(())
}

/// The method leads elsewhere; it is not used before that is proved. `anyway`: although nothing reaches them until then.
///
/// # Errors
/// No such method, the address is taken, or it is the last of somebody on call; the store's.
pub fn readdress(
    unit: &mut Unit<'_>,
    hand: &Hand,
    contact: &ContactId,
    kind: ContactKind,
    anyway: bool,
) -> Result<(), Fault> {
    hand.must_be_own("change where they are reached")?;
    let directory = unit.directory.clone();
    let after = settings(&directory, hand.user()).readdress(hand.person(&directory)?, contact, kind)?;
    still_reached(unit, hand, &after, anyway)?;
    put(unit, hand, after)
}

/// The method goes, and rules that name it. `anyway`: although nothing reaches them then.
///
/// # Errors
/// No such method, one of the files, or the last of somebody on call; the store's.
pub fn remove(unit: &mut Unit<'_>, hand: &Hand, contact: &ContactId, anyway: bool) -> Result<(), Fault> {
    hand.must_be_own("remove their contact methods")?;
    let directory = unit.directory.clone();
    let after = settings(&directory, hand.user()).remove(hand.person(&directory)?, contact)?;
    still_reached(unit, hand, &after, anyway)?;
    put(unit, hand, after)?;
    Ok(store::forget_method(unit.tx, hand.user(), contact)?)
}

/// Whoever is on call soon does not lose their last verified method without having been told what that means.
fn still_reached(unit: &Unit<'_>, hand: &Hand, after: &Personal, anyway: bool) -> Result<(), Fault> {
    let org = &unit.directory.org;
    let user = hand.person(&unit.directory)?;
    let usable = |settings: &Personal| settings.over(user).contacts.iter().any(|contact| contact.verified);
    if anyway || usable(after) || !usable(&settings(&unit.directory, hand.user())) {
        return Ok(());
    }
    let Some(turn) = next_turn(org, hand.user(), unit.now) else { return Ok(()) };
    let zone = TimeZone::get(&user.time_zone).unwrap_or(TimeZone::UTC);
    let from = turn.from.to_zoned(zone).strftime("%A %-d %B, %H:%M").to_string();
    let when = if turn.from <= unit.now { "now".to_owned() } else { format!("from {from}") };
    Err(Refusal::conflict(
        "last-method",
        format!(
            "This is the last verified method of @{}, who is on call on {} {when}. Without it no page reaches them. Prove another method first, \
             or say that it shall be so.",
            hand.user(),
            turn.schedule
        ),
    )
    .into())
}

/// Their own rules from now on.
///
/// # Errors
/// A rule names a method they do not have, or waits too long; the store's.
pub fn set_rules(unit: &mut Unit<'_>, hand: &Hand, rules: NotificationRules) -> Result<(), Fault> {
    hand.must_be_own("set their rules")?;
    let directory = unit.directory.clone();
    let after = settings(&directory, hand.user()).with_rules(hand.person(&directory)?, Some(rules))?;
    put(unit, hand, after)
}

/// No rules of their own any more: those of the files, or the default ladder.
///
/// # Errors
/// The store's.
pub fn reset_rules(unit: &mut Unit<'_>, hand: &Hand) -> Result<(), Fault> {
    hand.must_be_own("set their rules")?;
    let directory = unit.directory.clone();
    let after = settings(&directory, hand.user()).with_rules(hand.person(&directory)?, None)?;
    put(unit, hand, after)
}

/// When low urgency waits; `None`: never.
///
/// # Errors
/// They would last all day; the store's.
pub fn set_quiet(unit: &mut Unit<'_>, hand: &Hand, quiet: Option<QuietHours>) -> Result<(), Fault> {
    hand.must_be_own("set their quiet hours")?;
    let after = settings(&unit.directory, hand.user()).with_quiet(quiet)?;
    put(unit, hand, after)
}

/// How many messages a method gets at most; `None`: all.
///
/// # Errors
/// No such method, or the limit means nothing; the store's.
pub fn set_at_most(unit: &mut Unit<'_>, hand: &Hand, contact: &ContactId, rule: Option<AtMost>) -> Result<(), Fault> {
    hand.must_be_own("limit their messages")?;
    let directory = unit.directory.clone();
    let after = settings(&directory, hand.user()).with_at_most(hand.person(&directory)?, contact, rule)?;
    put(unit, hand, after)
}

/// A person is removed from the organisation: their settings go with them, and what is known of their methods (ADR 0028).
///
/// # Errors
/// The store's.
pub(crate) fn forget(unit: &mut Unit<'_>, user: &UserId, by: &nightbell_domain::record::Actor) -> Result<(), Fault> {
    if unit.directory.org.personal.contains_key(user) {
        config::remove(unit.tx, ConfigKind::Personal, user.as_str(), unit.now, by)?;
        unit.reload = true;
    }
    Ok(store::forget_person(unit.tx, user)?)
}

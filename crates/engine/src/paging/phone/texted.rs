//! Somebody answered a text message. Who it is the number tells, as far as a number can; which page the code tells, or that only one rings.

use super::{Done, Told, Way, act_on};
use crate::{
    Fault, Unit,
    people::{guessed, locked},
};
use nightbell_domain::{
    ids::{ContactId, PageId, UserId},
    limits,
    org::{ContactKind, Organisation},
    paging::later,
};
use nightbell_store::{bundle::told_with, delivery_report, paging as store};
use nightbell_wire::outbound::phone::{Act, CODE_CHARS, Reply, read_reply, reply_code};
use std::collections::BTreeSet;

/// Messages to one person that are looked through, newest first.
const LOOKED_THROUGH_MAX: u32 = 50;

/// What is written back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Texted {
    /// Nothing: the provider answers that itself.
    Nothing,
    /// This.
    Back(Done),
}

/// Something that changes nothing: told when there is time for it.
fn aside(said: impl Into<String>) -> Texted {
    Texted::Back(Done { said: said.into(), more: false, news: false })
}

/// A reply that named the code of its message: only whoever got that knew it.
const CODED: Way = Way { via: "sms", how: "by text message", proves: true };
/// One that named none: anybody can have sent it who knows the number.
const BARE: Way = Way { via: "sms", how: "by text message", proves: false };

/// Whether a number is somebody's verified one. Reads, so that strangers cost the writer nothing.
pub fn is_known(org: &Organisation, number: &str) -> bool {
    !people(org, number).is_empty()
}

/// Does what a text message from a number asks for, as the person whose verified number it is. A sender can be forged, so that the number alone does
/// next to nothing: what ends a page, passes it on or prolongs it needs the code of its message, and wrong ones are counted. Without a code the one
/// page that rings is acknowledged, when there is only one.
///
/// # Errors
/// What is refused says why; then nothing was stored.
pub fn texted(unit: &mut Unit<'_>, number: &str, body: &str) -> Result<Texted, Fault> {
    let people = people(&unit.directory.org, number);
    let Some((first, _)) = people.first().cloned() else { return Ok(Texted::Nothing) };
    let (act, code) = match read_reply(body) {
        Reply::ForTheProvider => return Ok(Texted::Nothing),
        Reply::Unclear => {
            return Ok(aside(
                "Nightbell did not understand that. Write the code of the message and 4 to acknowledge, 6 to resolve, 8 to escalate: \"4711 4\".",
            ));
        }
        Reply::Do { act, code } => (act, code),
    };
    if let Some(until) = locked(unit, &first, number)? {
        return Ok(aside(format!(
            "Too many wrong codes came from this number. Text messages are taken from it again at {until}; open the link in the message instead."
        )));
    }
    let mut messages = Vec::new();
    for whose in &people {
        messages.extend(messages_to(unit, whose)?);
    }
    let Some(code) = code else { return bare(unit, messages, act) };
    match coded(unit, messages, &code) {
        Meant::One(told) => act_on(unit, &told, act, CODED).map(Texted::Back),
        Meant::None => {
            guessed(unit, &first, number)?;
            Ok(aside("No page of yours has this code."))
        }
        Meant::Several => Ok(aside("Two of your pages have this code. Open the link in the message.")),
    }
}

/// A reply without a code.
fn bare(unit: &mut Unit<'_>, messages: Vec<Told>, act: Act) -> Result<Texted, Fault> {
    let digit = match act {
        Act::Acknowledge => {
            return Ok(match only_one(unit, messages)? {
                Meant::One(told) => Texted::Back(act_on(unit, &told, act, BARE)?),
                Meant::None => aside("Nothing rings for you."),
                Meant::Several => aside(format!(
                    "Several pages ring. Begin with the {CODE_CHARS} digits of the one you mean, or open the link in its message."
                )),
            });
        }
        Act::Resolve => 6,
        Act::Escalate => 8,
    };
    Ok(aside(format!(
        "That needs the code in the message, so that nobody does it in your name: \"4711 {digit}\", or open the link."
    )))
}

/// Whose verified number it is, and by which contact method.
fn people(org: &Organisation, number: &str) -> Vec<(UserId, ContactId)> {
    let mut found = Vec::new();
    for id in org.users.keys() {
        let Some(person) = org.person(id) else { continue };
        let theirs = |kind: &ContactKind| matches!(kind, ContactKind::Sms { number: known } if known == number);
        let contacts = person.contacts.iter().filter(|contact| contact.verified && theirs(&contact.kind));
        found.extend(contacts.map(|contact| (id.clone(), contact.id.clone())));
    }
    found
}

/// The messages that went there while their links still work, newest first.
fn messages_to(unit: &mut Unit<'_>, (user, contact): &(UserId, ContactId)) -> Result<Vec<Told>, Fault> {
    let since = later(unit.now, -limits::PAGE_LINK_LIFETIME);
    let found = delivery_report::lately_told(unit.tx, (user, contact), since, LOOKED_THROUGH_MAX)?;
    let mut messages = Vec::new();
    for (id, page) in found {
        let attempt = store::notification(unit.tx, id)?.map_or(0, |notification| notification.attempts);
        messages.push(Told { user: user.clone(), page, notification: id, attempt });
    }
    Ok(messages)
}

enum Meant {
    One(Told),
    None,
    Several,
}

fn coded(unit: &Unit<'_>, messages: Vec<Told>, code: &str) -> Meant {
    let key = unit.settings.link_key.bytes();
    let mut found = messages.into_iter().filter(|told| reply_code(key, told.notification) == code);
    match (found.next(), found.next()) {
        (Some(told), None) => Meant::One(told),
        (None, _) => Meant::None,
        (Some(_), Some(_)) => Meant::Several,
    }
}

/// The message about the one page that waits for the owner of the number, when there is exactly one.
fn only_one(unit: &mut Unit<'_>, messages: Vec<Told>) -> Result<Meant, Fault> {
    let mut waiting: BTreeSet<(UserId, PageId)> = BTreeSet::new();
    let mut found = None;
    for told in messages {
        let together = told_with(unit.tx, &told.user, told.page, 0, 2)?;
        waiting.extend(together.iter().map(|page| (told.user.clone(), *page)));
        if !together.is_empty() && found.is_none() {
            found = Some(told);
        }
        if waiting.len() > 1 {
            return Ok(Meant::Several);
        }
    }
    Ok(found.map_or(Meant::None, Meant::One))
}

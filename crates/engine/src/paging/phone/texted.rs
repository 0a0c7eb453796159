//! Somebody answered a text message. Who it is the number tells, which page the code tells, or that there is only one.

use super::{AT_ONCE, Done, Told, act_on};
use crate::{Fault, Unit};
use nightbell_domain::{
    ids::{ContactId, PageId, UserId},
    limits,
    org::ContactKind,
    paging::{Page, later},
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

fn back(said: impl Into<String>) -> Texted {
    Texted::Back(Done { said: said.into(), more: false })
}

/// Does what a text message from a number asks for, as the person whose verified number it is.
///
/// # Errors
/// What is refused says why; then nothing was stored.
pub fn texted(unit: &mut Unit<'_>, number: &str, body: &str) -> Result<Texted, Fault> {
    let (act, code) = match read_reply(body) {
        Reply::ForTheProvider => return Ok(Texted::Nothing),
        Reply::Unclear => {
            return Ok(back("Nightbell did not understand that. Reply 4 to acknowledge, 6 to resolve, 8 to escalate."));
        }
        Reply::Do { act, code } => (act, code),
    };
    let people = people(unit, number);
    if people.is_empty() {
        return Ok(back("Nightbell does not know this number."));
    }
    let mut messages = Vec::new();
    for whose in &people {
        messages.extend(messages_to(unit, whose)?);
    }
    let meant = match &code {
        Some(code) => coded(unit, messages, code),
        None => only_one(unit, messages, act)?,
    };
    match meant {
        Meant::One(told) => act_on(unit, &told, act, "sms", "by text message").map(Texted::Back),
        Meant::None if code.is_some() => Ok(back("No page of yours has this code.")),
        Meant::None => Ok(back("Nothing rings for you.")),
        Meant::Several => Ok(back(format!(
            "Several pages ring. Begin with the {CODE_CHARS} digits of the one you mean, or open the link in its message."
        ))),
    }
}

/// Whose verified number it is, and by which contact method.
fn people(unit: &Unit<'_>, number: &str) -> Vec<(UserId, ContactId)> {
    let org = &unit.directory.org;
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

/// The one message that told of everything that still waits for them. What is resolved need not wait: somebody may have it.
fn only_one(unit: &mut Unit<'_>, messages: Vec<Told>, act: Act) -> Result<Meant, Fault> {
    let mut waiting: BTreeSet<PageId> = BTreeSet::new();
    let mut candidates: Vec<(Told, BTreeSet<PageId>)> = Vec::new();
    let mut open: Vec<Told> = Vec::new();
    for told in messages {
        if candidates.iter().any(|(known, _)| known.page == told.page)
            || open.iter().any(|known| known.page == told.page)
        {
            continue;
        }
        let together: BTreeSet<PageId> = told_with(unit.tx, &told.user, told.page, AT_ONCE)?.into_iter().collect();
        if !together.is_empty() {
            waiting.extend(&together);
            candidates.push((told, together));
        } else if unit.load_sound::<Page>(&told.page)?.is_some_and(|page| !page.is_ended()) {
            open.push(told);
        }
    }
    if candidates.is_empty() {
        // A page that asks whether its owner is still on it waits for nobody else, and can be answered as well.
        return Ok(match (open.len(), act) {
            (1, Act::Resolve | Act::Acknowledge) => open.pop().map_or(Meant::None, Meant::One),
            (0, _) | (_, Act::Escalate) => Meant::None,
            _ => Meant::Several,
        });
    }
    let all = candidates.into_iter().find(|(_, together)| *together == waiting);
    Ok(all.map_or(Meant::Several, |(told, _)| Meant::One(told)))
}

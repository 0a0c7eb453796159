//! One person is told something that asks for nothing now: by the first of their methods for low urgency, once. What is sent is a page that is
//! over as it begins, so that it has its place in the delivery log like every message.

use super::bundle;
use crate::{Fault, Unit};
use nightbell_domain::{
    ids::UserId,
    org::{Target, Urgency},
    paging::{MessageKind, Owed, Page, PageStart, PolicySnapshot, Rank, Subject},
    record::Actor,
};

/// Tells a person. False when nothing that was proved reaches them: then nothing is kept either.
///
/// # Errors
/// The store's.
pub(crate) fn tell(
    unit: &mut Unit<'_>,
    to: &UserId,
    (title, body): (&str, &str),
    actor: &Actor,
) -> Result<bool, Fault> {
    let directory = unit.directory.clone();
    let Some(person) = directory.org.person(to) else { return Ok(false) };
    let Some((_, contact)) = person.ladder(Urgency::Low).into_iter().next() else { return Ok(false) };
    let begin = PageStart {
        subject: Subject::Person,
        title: nightbell_domain::signal::cut(title, nightbell_domain::limits::TITLE_CHARS_MAX),
        body: body.to_owned(),
        service: None,
        urgency: Urgency::Low,
        policy: PolicySnapshot::direct(vec![Target::User(to.clone())]),
        why: "told, not called".to_owned(),
        rank: Rank::QUIET,
    };
    let id = unit.ids().make();
    let started = begin.event(id, unit.now);
    let page: Page = unit.create(vec![started], actor)?;
    let owed = Owed {
        user: to.clone(),
        contact: contact.id.clone(),
        medium: contact.kind.word().to_owned(),
        due_at: unit.now,
        waits: None,
    };
    bundle::owe(unit, &page, MessageKind::Notice, (0, 0), owed)?;
    let over = page.end("told; nobody is asked to act");
    unit.commit(page, over, actor)?;
    Ok(true)
}

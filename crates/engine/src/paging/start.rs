//! A page starts: its first step rings in the same unit of work, so that an answered request already owes its notifications.

use super::{bundle, escalate::begin};
use crate::{Fault, Unit};
use nightbell_domain::{
    org::Urgency,
    paging::{MessageKind, Owed, Page, PageStart, Rank},
    record::Actor,
};

/// Starts a page and rings whatever is due at once.
pub fn start(unit: &mut Unit<'_>, start: PageStart, actor: &Actor) -> Result<Page, Fault> {
    let id = unit.ids().make();
    let started = start.event(id, unit.now);
    begin(unit, started, actor)
}

/// Tells, wakes nobody: one mail to whoever the first step reaches, then it is over. A route's `notify`.
pub fn notice(unit: &mut Unit<'_>, start: PageStart, actor: &Actor) -> Result<Page, Fault> {
    let quiet = PageStart { urgency: Urgency::Low, rank: Rank::QUIET, ..start };
    let id = unit.ids().make();
    let started = quiet.event(id, unit.now);
    let page: Page = unit.create(vec![started], actor)?;
    let directory = unit.directory.clone();
    let step = page.policy.steps.first();
    let targets = step.map_or(&page.policy.last_resort, |s| &s.notify).clone();
    let mut told = std::collections::BTreeSet::new();
    let now = unit.now;
    for reached in targets.iter().filter_map(|target| directory.org.reach(target, now).ok()).flatten() {
        let mail = directory
            .org
            .users
            .get(&reached.user)
            .and_then(|u| u.contacts.iter().find(|c| c.verified && c.kind.word() == "email"));
        if let Some(contact) = mail.filter(|_| told.insert(reached.user.clone())) {
            let owed = Owed {
                user: reached.user.clone(),
                contact: contact.id.clone(),
                medium: contact.kind.word().to_owned(),
                due_at: unit.now,
            };
            bundle::owe(unit, &page, MessageKind::Notice, (0, 0), owed)?;
        }
    }
    let over = page.end("told by mail; nobody is asked to act");
    unit.commit(page, over, actor)
}

//! A page starts: its first step rings in the same unit of work, so that an answered request already owes its notifications.

use super::{bundle, escalate::begin};
use crate::{Fault, Unit};
use nightbell_domain::{
    org::Urgency,
    paging::{MessageKind, Owed, Page, PageStart, PolicySnapshot, Rank},
    record::Actor,
};
use nightbell_store::paging as store;

/// Starts a page and rings whatever is due at once.
pub fn start(unit: &mut Unit<'_>, start: PageStart, actor: &Actor) -> Result<Page, Fault> {
    let id = unit.ids().make();
    let policy = in_turn(unit, start.policy)?;
    let started = PageStart { policy, ..start }.event(id, unit.now);
    begin(unit, started, actor)
}

/// Whose turn it is, when a policy asks: counted for each page that it starts.
pub(super) fn in_turn(unit: &mut Unit<'_>, policy: PolicySnapshot) -> Result<PolicySnapshot, Fault> {
    match policy.policy.clone().filter(|_| policy.takes_turns()) {
        Some(id) => Ok(PolicySnapshot { turn: store::take_turn(unit.tx, &id)?, ..policy }),
        None => Ok(policy),
    }
}

/// Tells, wakes nobody: one mail to whoever the first step reaches, then it is over. A route's `notify`.
pub fn notice(unit: &mut Unit<'_>, start: PageStart, actor: &Actor) -> Result<Page, Fault> {
    let policy = PolicySnapshot { hold_low: None, ..start.policy };
    let quiet = PageStart { urgency: Urgency::Low, rank: Rank::QUIET, policy, ..start };
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
                waits: None,
            };
            bundle::owe(unit, &page, MessageKind::Notice, (0, 0), owed)?;
        }
    }
    let over = page.end("told by mail; nobody is asked to act");
    unit.commit(page, over, actor)
}

/// Tells and wakes nobody else: the messages are owed, and the page they hang on is over at once.
pub(crate) fn tell_once(
    unit: &mut Unit<'_>,
    start: PageStart,
    kind: MessageKind,
    owed: Vec<Owed>,
    reason: &str,
    actor: &Actor,
) -> Result<(), Fault> {
    let id = unit.ids().make();
    let started = start.event(id, unit.now);
    let page: Page = unit.create(vec![started], actor)?;
    for one in owed {
        bundle::owe(unit, &page, kind, (0, 0), one)?;
    }
    let over = page.end(reason);
    unit.commit(page, over, actor).map(drop)
}

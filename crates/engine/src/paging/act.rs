//! People (and sources) act on pages: acknowledge, hand over, page somebody. What was queued is cancelled in the same unit of work (INV-05);
//! whoever was paged is told once when it is over (INV-09).

use super::{bundle, escalate::advance, start::start};
use crate::{Fault, Unit};
use nightbell_domain::{
    access::{Permit, Respond},
    ids::{AlertId, PageId, UserId},
    org::{Target, Urgency},
    paging::{MessageKind, Notification, NotificationStatus, Owed, Page, PageStart, PolicySnapshot, Rank, Subject},
    record::Actor,
    refusal::Refusal,
    signal::{Alert, AlertStatus},
};
use nightbell_store::{bundle::told_with, paging as store};
use nightbell_wire::outbound::links::{LinkError, PageLink};
use std::collections::BTreeMap;

/// The bearer of a signed, unexpired `/p/{token}` link: may act on that page, and on what one message told of
/// with it, as that user, and nothing else.
#[derive(Debug, Clone)]
pub struct LinkHolder {
    page: PageId,
    user: UserId,
}

impl LinkHolder {
    /// Checks a token. A forged and a garbled one look alike; an expired one says so, for the person is real.
    pub fn check(
        settings: &crate::Settings,
        token: &str,
        now: nightbell_domain::record::Instant,
    ) -> Result<Self, Refusal> {
        match PageLink::decode(settings.link_key.bytes(), token, now) {
            Ok(link) => Ok(Self { page: link.page, user: link.user }),
            Err(LinkError::Expired) => Err(Refusal::conflict(
                "link-expired",
                "This link has expired. The page itself goes on as planned; sign in to act on it, or use the newest message you were sent.",
            )),
            Err(_) => Err(Refusal::not_found("page behind this link;", "check that the whole link was copied")),
        }
    }

    /// Which page.
    pub fn page(&self) -> PageId {
        self.page
    }

    /// Who opened it.
    pub fn user(&self) -> &UserId {
        &self.user
    }
}

/// Takes a page.
pub fn acknowledge(unit: &mut Unit<'_>, by: &Permit<Respond>, id: PageId) -> Result<Page, Fault> {
    take(unit, id, &by.actor(), by.via().word())
}

/// Takes a page from the link in a message.
pub fn acknowledge_by_link(unit: &mut Unit<'_>, holder: &LinkHolder) -> Result<Page, Fault> {
    take(unit, holder.page, &Actor::User(holder.user.clone()), "link")
}

/// Takes whatever the holder of a link was told of in one message with the page behind it, and that still rings: a storm is taken with one press,
/// and an old link takes nothing it did not tell of. Takes at most `count_max` in one unit of work and answers how many; less than that means that
/// nothing is left. One that cannot be taken holds up no other.
pub fn acknowledge_all_by_link(unit: &mut Unit<'_>, holder: &LinkHolder, count_max: u32) -> Result<usize, Fault> {
    let actor = Actor::User(holder.user.clone());
    let mut ids: Vec<PageId> = vec![holder.page];
    if let Err(Fault::Refused(unknown)) = load(unit, holder.page) {
        return Err(unknown.into());
    }
    let together = told_with(unit.tx, &holder.user, holder.page, count_max)?;
    let count = together.len();
    ids.extend(together.into_iter().filter(|id| *id != holder.page));
    for id in &ids {
        unit.apart("page", id, |unit| match take(unit, *id, &actor, "link") {
            // The page behind the link may be over by now; the others still ring.
            Err(Fault::Refused(_)) => Ok(()),
            other => other.map(drop),
        })?;
    }
    Ok(count)
}

fn load(unit: &mut Unit<'_>, id: PageId) -> Result<Page, Fault> {
    Ok(unit.load::<Page>(id)?.ok_or_else(|| Refusal::not_found("page", id))?)
}

fn take(unit: &mut Unit<'_>, id: PageId, actor: &Actor, via: &str) -> Result<Page, Fault> {
    let page = load(unit, id)?;
    let events = page.acknowledge(via)?;
    if events.is_empty() {
        return Ok(page);
    }
    let page = unit.commit(page, events, actor)?;
    cancel_queued(unit, &page, &format!("acknowledged by {actor}"))?;
    match &page.subject {
        Subject::Alert { alert } => alert_follows(unit, *alert, actor)?,
        Subject::Incident { incident, .. } => crate::response::page_acknowledged(unit, *incident, &page, actor)?,
        // A call is over when it is answered: there is nothing behind it that could be resolved.
        // Nor behind a canary.
        Subject::Person | Subject::Canary => {
            let over = page.end(&format!("answered by {actor}"));
            return unit.commit(page, over, actor);
        }
    }
    Ok(page)
}

fn alert_follows(unit: &mut Unit<'_>, id: AlertId, actor: &Actor) -> Result<(), Fault> {
    let alert = unit.load::<Alert>(id)?.ok_or_else(|| Fault::missing("alert", id))?;
    if matches!(alert.status, AlertStatus::Firing) {
        let events = alert.acknowledge()?;
        let alert = crate::signal::record(unit, alert, events, actor)?;
        if let Some(incident) = alert.incident {
            crate::response::alert_acknowledged(unit, incident, &alert, actor)?;
        }
    }
    Ok(())
}

/// Every page that still waits for a subject is acknowledged: the source or a person took the alert itself.
pub fn acknowledge_for(unit: &mut Unit<'_>, subject: &str, actor: &Actor, via: &str) -> Result<(), Fault> {
    for page in store::of_subject(unit.tx, subject)?.into_iter().filter(Page::is_waiting) {
        let events = page.acknowledge(via)?;
        let page = unit.commit(page, events, actor)?;
        cancel_queued(unit, &page, &format!("acknowledged by {actor}"))?;
    }
    Ok(())
}

/// Every page of a subject ends; whoever was paged is told once.
pub fn end_for(unit: &mut Unit<'_>, subject: &str, reason: &str, actor: &Actor) -> Result<(), Fault> {
    for page in store::of_subject(unit.tx, subject)?.into_iter().filter(|p| !p.is_ended()) {
        end(unit, page, reason, actor)?;
    }
    Ok(())
}

/// One page ends; a reason that begins with "cancelled" tells people it was called off, any other that it is resolved.
pub(crate) fn end(unit: &mut Unit<'_>, page: Page, reason: &str, actor: &Actor) -> Result<(), Fault> {
    let kind = if reason.starts_with("cancelled") { MessageKind::Cancelled } else { MessageKind::Resolved };
    let events = page.end(reason);
    let page = unit.commit(page, events, actor)?;
    cancel_queued(unit, &page, reason)?;
    tell(unit, &page, kind, actor)
}

/// What is queued is no longer owed. What is being sent settles by itself; a retry of it is cancelled when it comes up.
fn cancel_queued(unit: &mut Unit<'_>, page: &Page, reason: &str) -> Result<(), Fault> {
    for queued in store::of_page(unit.tx, page.id)? {
        if queued.status == NotificationStatus::Queued && queued.kind == MessageKind::Page {
            store::save(unit.tx, &queued, &queued.cancel(reason))?;
        }
    }
    Ok(())
}

/// One message to everybody an attempt was made for, by the method that was accepted, else the first that was tried. Whoever calls a page off
/// knows it already.
fn tell(unit: &mut Unit<'_>, page: &Page, kind: MessageKind, actor: &Actor) -> Result<(), Fault> {
    let mut by_person: BTreeMap<UserId, Notification> = BTreeMap::new();
    for tried in store::of_page(unit.tx, page.id)?.into_iter().filter(|n| n.kind == MessageKind::Page && n.attempts > 0)
    {
        match by_person.get(&tried.user) {
            Some(known)
                if known.status == NotificationStatus::Accepted || tried.status != NotificationStatus::Accepted => {}
            _ => drop(by_person.insert(tried.user.clone(), tried)),
        }
    }
    if let Some(user) = actor.user().filter(|_| kind == MessageKind::Cancelled) {
        by_person.remove(user);
    }
    for reached in by_person.into_values() {
        let medium = reached.medium;
        let told = Owed { user: reached.user, contact: reached.contact, medium, due_at: unit.now };
        bundle::owe(unit, page, kind, (0, 0), told)?;
    }
    Ok(())
}

/// "Not mine": whoever is next rings now.
pub fn hand_over(unit: &mut Unit<'_>, by: &Permit<Respond>, id: PageId) -> Result<Page, Fault> {
    pass_on(unit, id, &by.actor())
}

/// "Not mine", from the link in a message.
pub fn hand_over_by_link(unit: &mut Unit<'_>, holder: &LinkHolder) -> Result<Page, Fault> {
    pass_on(unit, holder.page, &Actor::User(holder.user.clone()))
}

fn pass_on(unit: &mut Unit<'_>, id: PageId, actor: &Actor) -> Result<Page, Fault> {
    let page = load(unit, id)?;
    let events = page.hand_over(unit.now)?;
    let page = unit.commit(page, events, actor)?;
    advance(unit, page)
}

/// One person calls others, directly.
pub fn page_people(
    unit: &mut Unit<'_>,
    by: &Permit<Respond>,
    who: &[Target],
    message: &str,
    urgency: Urgency,
) -> Result<Page, Fault> {
    if message.trim().is_empty() {
        return Err(
            Refusal::invalid("message", "Say in a sentence what you need; it is the first thing they read.").into()
        );
    }
    for target in who {
        unit.directory
            .org
            .reach(target, unit.now)
            .map_err(|why| Refusal::invalid("who", format!("Nobody would be reached: {why}.")))?;
    }
    let begin = PageStart {
        subject: Subject::Person,
        title: nightbell_domain::signal::cut(message.trim(), nightbell_domain::limits::TITLE_CHARS_MAX),
        body: format!("Called by @{}.", by.user()),
        service: None,
        urgency,
        policy: PolicySnapshot::direct(who.to_vec()),
        why: format!("@{} called", by.user()),
        rank: if urgency == Urgency::Low { Rank::QUIET } else { Rank::FIRST },
    };
    start(unit, begin, &by.actor())
}

//! People (and sources) take and end pages, and page somebody. What was queued is cancelled in the same unit of work (INV-05);
//! whoever was paged is told once when it is over (INV-09).

use super::{bundle, escalate::tell_first, start::start, wake::question};
use crate::{Fault, Unit};
use nightbell_domain::{
    access::{Permit, Respond},
    ids::{AlertId, PageId, UserId},
    org::{Target, Urgency},
    paging::{
        MessageKind, Notification, NotificationStatus, Owed, Page, PageEvent, PageStart, PolicySnapshot, Rank, Subject,
    },
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

/// Takes a page by a contact method that was proved to be theirs: a button in their chat. `via` is its medium.
///
/// # Errors
/// No such page, or it is over; the store's.
pub fn acknowledge_by_contact(unit: &mut Unit<'_>, user: &UserId, page: PageId, via: &str) -> Result<Page, Fault> {
    take(unit, page, &Actor::User(user.clone()), via)
}

/// Takes whatever the holder of a link was told of in one message with the page behind it, and that still rings: a storm is taken with one press,
/// and an old link takes nothing it did not tell of. Takes at most `count_max` beside it in one unit of work and answers how many; less than that
/// means that nothing is left. One that cannot be taken holds up no other.
pub fn acknowledge_all_by_link(unit: &mut Unit<'_>, holder: &LinkHolder, count_max: u32) -> Result<usize, Fault> {
    take_together(unit, &holder.user, holder.page, "link", count_max)
}

/// Most pages that a press passes over in one unit of work because their rest is for others to acknowledge.
const PASSED_MAX: u32 = 1_000;

/// Takes a page and what one message told a person of with it.
pub(super) fn take_together(
    unit: &mut Unit<'_>,
    user: &UserId,
    page: PageId,
    via: &str,
    count_max: u32,
) -> Result<usize, Fault> {
    let actor = Actor::User(user.clone());
    if let Err(Fault::Refused(unknown)) = load(unit, page) {
        return Err(unknown.into());
    }
    // The page behind the link may be over by now; the others still ring.
    let one = |unit: &mut Unit<'_>, id: PageId| match take(unit, id, &actor, via) {
        Err(Fault::Refused(_)) => Ok(None),
        other => other.map(Some),
    };
    unit.apart("page", page, |unit| one(unit, page).map(drop))?;
    let (mut taken, mut passed) = (0, 0);
    while taken < count_max && passed < PASSED_MAX {
        let together = told_with(unit.tx, user, page, passed, count_max - taken)?;
        if together.is_empty() {
            break;
        }
        for id in together {
            let known = unit.load_sound::<Page>(id)?.is_some_and(|page| page.has_answered(user));
            let after = if known { None } else { unit.apart("page", id, |unit| one(unit, id))?.flatten() };
            taken += u32::from(!known);
            // What others must acknowledge too, or cannot be read, is found again, before what was not looked at yet.
            passed += u32::from(after.is_none_or(|page| page.is_waiting()));
        }
    }
    Ok(taken as usize)
}

/// Resolves the alert that a page rings for.
pub(super) fn resolve_alert(unit: &mut Unit<'_>, id: AlertId, actor: &Actor) -> Result<(), Fault> {
    crate::signal::resolve_as(unit, id, actor).map(drop)
}

pub(super) fn load(unit: &mut Unit<'_>, id: PageId) -> Result<Page, Fault> {
    Ok(unit.load::<Page>(id)?.ok_or_else(|| Refusal::not_found("page", id))?)
}

fn take(unit: &mut Unit<'_>, id: PageId, actor: &Actor, via: &str) -> Result<Page, Fault> {
    let page = load(unit, id)?;
    let events = page.acknowledge(actor, via, unit.now)?;
    if events.is_empty() {
        return Ok(page);
    }
    if matches!(page.subject, Subject::Proof { .. }) {
        crate::people::answered(unit, &page)?;
    }
    let page = taken(unit, page, events, actor)?;
    crate::people::acknowledged(unit, &page, actor)?;
    if page.is_waiting() {
        // Everybody must acknowledge: it is theirs alone so far.
        return Ok(page);
    }
    subject_follows(unit, page, actor)
}

/// Records that somebody has a page, or their part of it: what is queued for whoever is not wanted any more is no longer owed, and those it was
/// taken over from are told by whom.
pub(super) fn taken(unit: &mut Unit<'_>, page: Page, events: Vec<PageEvent>, actor: &Actor) -> Result<Page, Fault> {
    let took_over = events.iter().any(|event| matches!(event, PageEvent::Acknowledged { took_over: true, .. }));
    let page = unit.commit(page, events, actor)?;
    let only = actor.user().filter(|_| page.is_waiting());
    cancel_queued(unit, &page, &format!("acknowledged by {actor}"), only)?;
    if took_over {
        for (user, _) in told_so_far(unit, &page)?.into_iter().filter(|(user, _)| Some(user) != actor.user()) {
            tell_first(unit, &page, MessageKind::Notice, question(&page), &user)?;
        }
    }
    Ok(page)
}

pub(super) fn subject_follows(unit: &mut Unit<'_>, page: Page, actor: &Actor) -> Result<Page, Fault> {
    match &page.subject {
        Subject::Alert { alert } => alert_follows(unit, *alert, actor)?,
        Subject::Incident { incident, .. } => crate::response::page_acknowledged(unit, *incident, &page, actor)?,
        // A call is over when it is answered: there is nothing behind it that could be resolved.
        // Nor behind a canary, or a test page.
        Subject::Person | Subject::Canary | Subject::Proof { .. } => {
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

/// Every page that still waits for a subject is acknowledged: the source or a person took the alert itself. Answers whether none of them rings
/// on because others must acknowledge too.
pub fn acknowledge_for(unit: &mut Unit<'_>, subject: &str, actor: &Actor, via: &str) -> Result<bool, Fault> {
    let mut all = true;
    for page in store::of_subject(unit.tx, subject)?.into_iter().filter(Page::is_waiting) {
        let events = page.acknowledge(actor, via, unit.now)?;
        let page = if events.is_empty() { page } else { taken(unit, page, events, actor)? };
        all &= !page.is_waiting();
    }
    Ok(all)
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
    cancel_queued(unit, &page, reason, None)?;
    tell(unit, &page, kind, actor)
}

/// What is queued is no longer owed, of one person or of all. What is being sent settles by itself; a retry of it is cancelled when it comes up.
pub(super) fn cancel_queued(
    unit: &mut Unit<'_>,
    page: &Page,
    reason: &str,
    only: Option<&UserId>,
) -> Result<(), Fault> {
    for queued in store::queued_of_page(unit.tx, page.id)? {
        let asks = matches!(queued.kind, MessageKind::Page | MessageKind::StillOn);
        let theirs = only.is_none_or(|user| *user == queued.user);
        if asks && theirs {
            store::save(unit.tx, &queued, &queued.cancel(reason))?;
        }
    }
    Ok(())
}

/// Everybody an attempt was made for, with the method that was accepted, else the first that was tried.
fn told_so_far(unit: &mut Unit<'_>, page: &Page) -> Result<BTreeMap<UserId, Notification>, Fault> {
    let mut by_person: BTreeMap<UserId, Notification> = BTreeMap::new();
    for tried in store::of_page(unit.tx, page.id)?.into_iter().filter(|n| n.kind == MessageKind::Page && n.attempts > 0)
    {
        match by_person.get(&tried.user) {
            Some(known)
                if known.status == NotificationStatus::Accepted || tried.status != NotificationStatus::Accepted => {}
            _ => drop(by_person.insert(tried.user.clone(), tried)),
        }
    }
    Ok(by_person)
}

/// One message to everybody an attempt was made for. Whoever calls a page off knows it already.
fn tell(unit: &mut Unit<'_>, page: &Page, kind: MessageKind, actor: &Actor) -> Result<(), Fault> {
    let mut by_person = told_so_far(unit, page)?;
    if let Some(user) = actor.user().filter(|_| kind == MessageKind::Cancelled) {
        by_person.remove(user);
    }
    for reached in by_person.into_values() {
        let medium = reached.medium;
        let told = Owed { user: reached.user, contact: reached.contact, medium, due_at: unit.now, waits: None };
        bundle::owe(unit, page, kind, (0, 0), told)?;
    }
    Ok(())
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

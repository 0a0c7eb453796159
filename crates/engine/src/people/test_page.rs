//! Test pages: a page to one person by one of their methods, that asks whether it rang. Once a week for whoever is on call within the next eight
//! weeks, in their working hours, to the method that has not proved itself for longest; or at once, when they ask. Nobody else is rung: one that
//! is not answered within the hour ends, and its owner is warned by another method.

use super::{
    Hand, How, address,
    asked::{self, Asked},
    on_call,
    proven::note,
};
use crate::{Fault, Unit, paging};
use jiff::{SignedDuration, ToSpan, civil};
use nightbell_calendar::local;
use nightbell_domain::{
    ids::{ContactId, UserId},
    org::{Contact, Organisation, Target, Urgency, User},
    paging::{MessageKind, NotificationStatus, Owed, Page, PageStart, PolicySnapshot, Rank, Subject, later},
    record::{Actor, Instant},
    refusal::Refusal,
    response::Incident,
};
use nightbell_store::{paging as messages, people as store, response};
use std::collections::BTreeMap;

/// Test pages begin on that day and at that hour of the person's clock; who could not be tried then is tried on a later working day of the week.
const DAY: civil::Weekday = civil::Weekday::Tuesday;
const FROM_HOUR: i8 = 10;
const TO_HOUR: i8 = 17;
/// A page that began longer ago and still rings is no reason any more to leave somebody alone.
const RINGS_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// Open incidents that are looked at.
const INCIDENTS_MAX: u32 = 200;
/// Most test pages begun in one unit of work.
const BEGUN_MAX: usize = 50;

/// "Test my phone": a page by this method, now.
///
/// # Errors
/// No such method, it is not verified, or there were too many within the hour; the store's.
pub fn test(unit: &mut Unit<'_>, hand: &Hand, id: &ContactId) -> Result<Page, Fault> {
    hand.must_be_own("test their contact methods")?;
    let directory = unit.directory.clone();
    let person = directory.org.person(hand.user()).ok_or_else(|| Refusal::not_found("user", hand.user()))?;
    let contact = person.contacts.iter().find(|known| known.id == *id);
    let contact = contact.ok_or_else(|| Refusal::not_found("contact method", id))?;
    if !contact.verified {
        let message = format!("{id} is not verified: no page goes out by it. Have a code sent instead.");
        return Err(Refusal::conflict("contact-not-verified", message).into());
    }
    asked::count(unit, hand.user(), &contact.kind, Asked::Test)?;
    begin(unit, &person.id, contact, "you asked for it", hand.actor())
}

fn begin(unit: &mut Unit<'_>, user: &UserId, contact: &Contact, why: &str, by: &Actor) -> Result<Page, Fault> {
    store::see(unit.tx, user, &contact.id, &address(&contact.kind), unit.now)?;
    store::tried(unit.tx, user, &contact.id, unit.now)?;
    let start = PageStart {
        subject: Subject::Proof { user: user.clone(), contact: contact.id.clone() },
        title: format!("Test: does {} reach you?", contact.id),
        body: format!("Nothing is broken. Press to say that it rang ({why})."),
        service: None,
        urgency: Urgency::High,
        policy: PolicySnapshot::direct(vec![Target::User(user.clone())]),
        why: format!("a test page: {why}"),
        rank: Rank::QUIET,
    };
    paging::start(unit, start, by)
}

/// A test page was taken, which its owner alone may ([`Page::acknowledge`]): it speaks of their method once it was sent.
///
/// # Errors
/// The store's.
pub(crate) fn answered(unit: &mut Unit<'_>, page: &Page) -> Result<(), Fault> {
    let Subject::Proof { user, contact } = &page.subject else { return Ok(()) };
    let sent = messages::of_page(unit.tx, page.id)?;
    let arrived = sent.iter().any(|n| n.attempts > 0 && n.status != NotificationStatus::Failed);
    let directory = unit.directory.clone();
    let person = directory.org.person(user);
    let known = person.as_ref().and_then(|person| person.contacts.iter().find(|known| known.id == *contact));
    match known.filter(|_| arrived) {
        Some(contact) => note(unit, user, contact, How::Test),
        None => Ok(()),
    }
}

/// Nobody answered a test page: noted, and its owner is told by mail, or by whatever other method they have.
///
/// # Errors
/// The store's.
pub(crate) fn unanswered(unit: &mut Unit<'_>, page: &Page) -> Result<(), Fault> {
    let Subject::Proof { user, contact } = &page.subject else { return Ok(()) };
    store::missed(unit.tx, user, contact, unit.now)?;
    let directory = unit.directory.clone();
    let Some(person) = directory.org.person(user) else { return Ok(()) };
    let mut others: Vec<_> = person.contacts.iter().filter(|known| known.verified && known.id != *contact).collect();
    others.sort_by_key(|known| known.kind.word() != "email");
    let Some(by) = others.first() else { return Ok(()) };
    let medium = by.kind.word().to_owned();
    let owed = Owed { user: user.clone(), contact: by.id.clone(), medium, due_at: unit.now, waits: None };
    let start = PageStart {
        subject: Subject::Proof { user: user.clone(), contact: by.id.clone() },
        title: format!("Your test page by {contact} was not answered"),
        body: format!(
            "A test page went to {contact} at {} and nobody said that it rang. If it did not, no page reaches you by it: look under Settings, \
             How Nightbell reaches me.",
            page.started_at.strftime("%Y-%m-%d %H:%M UTC")
        ),
        urgency: Urgency::Low,
        service: None,
        policy: PolicySnapshot::direct(vec![Target::User(user.clone())]),
        why: "a test page was not answered".to_owned(),
        rank: Rank::QUIET,
    };
    let reason = "told; nobody is asked to act";
    paging::tell_once(unit, start, MessageKind::Notice, vec![owed], reason, &Actor::system("people"))
}

/// The reconciler: begins the test pages that are due. Idempotent; no input but the clock. Answers how many began. Whoever is new is noted, and
/// tried from the next Tuesday on.
///
/// # Errors
/// The store's.
pub fn weekly(unit: &mut Unit<'_>) -> Result<u64, Fault> {
    let directory = unit.directory.clone();
    let org = &directory.org;
    let mut known: BTreeMap<UserId, Vec<store::Proof>> = BTreeMap::new();
    for proof in store::proofs(unit.tx)? {
        known.entry(proof.user.clone()).or_default().push(proof);
    }
    let mut due = Vec::new();
    for id in org.users.keys().filter(|id| !is_spared(org, id)) {
        let Some(person) = org.person(id) else { continue };
        let proofs = known.get(id).map_or(&[][..], Vec::as_slice);
        see_all(unit, &person, proofs)?;
        if let Some(contact) = due_method(&person, proofs, unit.now) {
            due.push((id.clone(), contact.clone()));
        }
    }
    if due.is_empty() {
        return Ok(0);
    }
    let on_call = on_call::everybody(org, unit.now);
    let incidents = response::open(unit.tx, INCIDENTS_MAX)?;
    let mut begun = 0;
    for (user, contact) in due.into_iter().filter(|(user, _)| on_call.contains(user)) {
        if begun < BEGUN_MAX && !is_busy(unit, &user, &incidents)? {
            let why = "once a week, for whoever is on call within the next eight weeks";
            begun += usize::from(
                unit.apart("test page of", &user, |unit| begin(unit, &user, &contact, why, &Actor::system("people")))?
                    .is_some(),
            );
        }
    }
    Ok(begun as u64)
}

/// A team may spare its members.
fn is_spared(org: &Organisation, user: &UserId) -> bool {
    org.teams.values().any(|team| team.no_test_page && team.members.contains(user))
}

/// Notes methods that are new, or lead elsewhere than before.
fn see_all(unit: &mut Unit<'_>, person: &User, proofs: &[store::Proof]) -> Result<(), Fault> {
    for contact in person.contacts.iter().filter(|contact| contact.verified) {
        let address = address(&contact.kind);
        if proofs.iter().all(|proof| proof.contact != contact.id || proof.address != address) {
            store::see(unit.tx, &person.id, &contact.id, &address, unit.now)?;
        }
    }
    Ok(())
}

/// The method to try now: the one that has not proved itself for longest, when this week's turn has come and nothing was tried since.
fn due_method<'a>(person: &'a User, proofs: &[store::Proof], now: Instant) -> Option<&'a Contact> {
    let since = turn_of_week(&person.time_zone, now)?;
    let known = |contact: &Contact| {
        proofs.iter().find(|proof| proof.contact == contact.id && proof.address == address(&contact.kind))
    };
    let usable: Vec<_> =
        person.contacts.iter().filter(|c| c.verified).filter_map(|c| known(c).map(|proof| (c, proof))).collect();
    let tried = usable.iter().any(|(_, proof)| proof.tested_at.is_some_and(|at| at >= since));
    let settled =
        |proof: &store::Proof| proof.seen_at < since && proof.proven.as_ref().is_none_or(|(at, _)| *at < since);
    let last = |proof: &store::Proof| proof.proven.as_ref().map(|(at, _)| *at).max(proof.tested_at);
    let candidates = usable.into_iter().filter(|(_, proof)| settled(proof) && !tried);
    candidates.min_by_key(|(_, proof)| last(proof)).map(|(contact, _)| contact)
}

/// When this week's test pages begin, if it is time for them: from Tuesday 10:00 on, in working hours of the person's zone.
fn turn_of_week(zone: &str, now: Instant) -> Option<Instant> {
    let zone = local::zone(zone).ok()?;
    let shown = local::civil(&zone, now);
    let days = shown.date().weekday().to_monday_zero_offset() - DAY.to_monday_zero_offset();
    let working = days >= 0 && shown.date().weekday().to_monday_zero_offset() <= 4;
    if !working || !(FROM_HOUR..TO_HOUR).contains(&shown.hour()) {
        return None;
    }
    let tuesday = shown.date().checked_sub(i32::from(days).days()).ok()?;
    local::instant(&zone, tuesday.to_datetime(civil::time(FROM_HOUR, 0, 0, 0))).ok()
}

/// A page rings for them, or they are in an incident: not now.
fn is_busy(unit: &mut Unit<'_>, user: &UserId, incidents: &[Incident]) -> Result<bool, Fault> {
    if incidents.iter().any(|incident| !incident.roles.hats(user).is_empty()) {
        return Ok(true);
    }
    let directory = unit.directory.clone();
    let Some(person) = directory.org.person(user) else { return Ok(true) };
    for contact in &person.contacts {
        if store::rings(unit.tx, user, &contact.id, later(unit.now, -RINGS_WITHIN))? {
            return Ok(true);
        }
    }
    Ok(false)
}

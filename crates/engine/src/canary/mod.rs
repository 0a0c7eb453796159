//! The canary (INV-24): a synthetic signal that takes the way of every page and ends in a receipt. What begins one, takes its receipt, gives it up
//! and forgets it; everything between is paging as it is.
//!
//! Is not: the sender and the clock of canaries (the binary's watch). It rings no human, stands in no list and counts in no figure of people.
//! Callers: the addresses of `web::ops::canary`, the watch, `dispatch`, `retention`.

use crate::{
    Class, Fault, Settings, Unit,
    access::same_bytes,
    paging::{self, Address, LinkHolder},
};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::PageId,
    limits,
    org::{PolicyStep, Urgency},
    paging::{Page, PageStart, PageStatus, PolicySnapshot, Rank, Subject, canary, later},
    record::{Actor, Instant},
    refusal::Refusal,
};
use nightbell_store::{Tx, canary as store, load};
use nightbell_wire::outbound::{links::PageLink, standard_webhooks::Secret};

/// The step rings a moment after the commit, so that the due scan must find it.
const RINGS_AFTER: SignedDuration = SignedDuration::from_millis(1);
/// Long after it is given up: one canary is one message.
const RINGS_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(10);
/// One that is older and still waits was begun by a watch that is gone.
const ABANDONED_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// How long ended ones are kept, for whoever looks into a miss.
const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// Most looked at in one unit of work.
const LOOKED_AT_MAX: u32 = 500;
/// What ends one that did not arrive.
const GIVEN_UP: &str = "cancelled: the canary did not arrive in time";

/// Signs what is sent to the sink, and is the key of the address that begins canaries.
fn secret(settings: &Settings) -> Secret {
    settings.webhook_secret(&canary::receiver(), &"sink".parse().expect("a handle"))
}

/// The key of the address that begins canaries. Derived, so that every node knows it.
pub fn key(settings: &Settings) -> String {
    secret(settings).reveal()
}

/// Whether somebody has that key.
pub fn opens(settings: &Settings, given: &str) -> bool {
    same_bytes(key(settings).as_bytes(), given.as_bytes())
}

/// The queue canaries wait in: among the sources of alerts, in a turn of their own, so that nobody's flood sheds them.
pub fn class() -> Class {
    Class::Alert("nightbell.canary".parse().expect("a handle"))
}

/// Begins a canary.
///
/// # Errors
/// The store's.
pub fn start(unit: &mut Unit<'_>) -> Result<PageId, Fault> {
    let abandoned = later(unit.now, -ABANDONED_AFTER);
    end_left(unit, abandoned)?;
    let begin = PageStart {
        subject: Subject::Canary,
        title: "canary".to_owned(),
        body: String::new(),
        service: None,
        urgency: Urgency::High,
        policy: PolicySnapshot {
            steps: [RINGS_AFTER, RINGS_AGAIN_AFTER].map(|after| PolicyStep::plain(after, Vec::new())).to_vec(),
            ..PolicySnapshot::default()
        },
        why: "every minute the way of pages is tried out".to_owned(),
        // Behind what is severe, like most pages: it tells how long those wait.
        rank: Rank::THIRD,
    };
    Ok(paging::start(unit, begin, &Actor::system("canary"))?.id)
}

/// Ends what an earlier run of the only server of this database left on the wing.
///
/// # Errors
/// The store's.
pub fn sweep(unit: &mut Unit<'_>) -> Result<(), Fault> {
    end_left(unit, Instant::MAX)
}

fn end_left(unit: &mut Unit<'_>, before: Instant) -> Result<(), Fault> {
    for left in store::waiting(unit.tx, LOOKED_AT_MAX)?.into_iter().filter(|page| page.started_at < before) {
        end(unit, left)?;
    }
    Ok(())
}

/// Where its message goes: a link of this page, signed like every other.
pub(crate) fn address(unit: &Unit<'_>, page: &Page) -> Address {
    let expires_at = later(unit.now, limits::PAGE_LINK_LIFETIME);
    let link = PageLink { page: page.id, user: canary::receiver(), expires_at };
    let path = format!("/canary/{}", link.encode(unit.settings.link_key.bytes()));
    Address::Canary { path, secret: secret(unit.settings) }
}

/// It arrived: acknowledged by its link, like a page by whoever was woken. A second copy changes nothing.
///
/// # Errors
/// A refusal when the link is of no canary; the store's.
pub fn receive(unit: &mut Unit<'_>, holder: &LinkHolder) -> Result<(), Fault> {
    let page = unit.load::<Page>(holder.page())?.filter(|page| page.subject == Subject::Canary);
    match page {
        None => Err(Refusal::not_found("canary", holder.page()).into()),
        Some(page) if page.is_ended() => Ok(()),
        Some(_) => paging::acknowledge_by_link(unit, holder).map(drop),
    }
}

/// Whether its receipt is on disk.
///
/// # Errors
/// The store's.
pub fn arrived(tx: &mut dyn Tx, id: PageId) -> Result<bool, Fault> {
    let page: Option<Page> = load(tx, &id.to_string())?;
    Ok(page.is_some_and(|page| matches!(page.status, PageStatus::Ended { reason, .. } if reason != GIVEN_UP)))
}

/// Nobody waits for it any more. What it still owes is cancelled when it comes up.
///
/// # Errors
/// The store's.
pub fn give_up(unit: &mut Unit<'_>, id: PageId) -> Result<(), Fault> {
    let page = unit.load::<Page>(id)?.filter(|page| page.subject == Subject::Canary);
    page.map_or(Ok(()), |page| end(unit, page))
}

fn end(unit: &mut Unit<'_>, page: Page) -> Result<(), Fault> {
    let over = page.end(GIVEN_UP);
    unit.commit(page, over, &Actor::system("canary")).map(drop)
}

/// Forgets what ended long ago; answers how many. The one stream that is not kept: it records nothing that happened to anybody.
pub(crate) fn forget(unit: &mut Unit<'_>) -> Result<u64, Fault> {
    let before = later(unit.now, -KEPT);
    let mut forgotten = 0;
    for page in store::all(unit.tx, LOOKED_AT_MAX)? {
        let over = matches!(&page.status, PageStatus::Ended { at, .. } if *at < before);
        forgotten += u64::from(over && store::forget(unit.tx, page.id)?);
    }
    Ok(forgotten)
}

//! Feeds: made, listed, opened by their secret, revoked. Stored hashed; the address is shown once.

use crate::{Directory, Fault, Unit, access::Secret};
use nightbell_domain::{
    access::{Permit, Read},
    ids::{FeedId, ScheduleId, UserId},
    record::Instant,
    refusal::Refusal,
};
use nightbell_store::{
    Tx,
    calendars::{self as store, Feed},
};

/// Feeds one person may have open at once.
pub const FEEDS_MAX: usize = 20;

/// Makes a feed: of the person's own turns, or of a schedule. Answers its secret, for the one showing.
///
/// # Errors
/// No such schedule; too many feeds already.
pub fn create_feed(
    unit: &mut Unit<'_>,
    by: &Permit<Read>,
    schedule: Option<ScheduleId>,
) -> Result<(Feed, Secret), Fault> {
    if let Some(unknown) = schedule.as_ref().filter(|id| !unit.directory.org.schedules.contains_key(*id)) {
        return Err(Refusal::invalid("schedule", format!("There is no schedule {unknown}.")).into());
    }
    if store::feeds_of(unit.tx, by.user())?.len() >= FEEDS_MAX {
        let why = format!("You have {FEEDS_MAX} calendar addresses already; revoke one you do not use any more.");
        return Err(Refusal::conflict("too-many-feeds", why).into());
    }
    let secret = Secret::random(unit);
    let feed = Feed {
        id: unit.ids().make::<FeedId>(),
        user: by.user().clone(),
        schedule,
        created_at: unit.now,
        last_used_at: None,
        revoked_at: None,
    };
    store::add_feed(unit.tx, &feed, &secret.hash())?;
    Ok((feed, secret))
}

/// A person's own feeds, oldest first.
///
/// # Errors
/// The store's.
pub fn feeds(tx: &mut dyn Tx, user: &UserId) -> Result<Vec<Feed>, Fault> {
    Ok(store::feeds_of(tx, user)?)
}

/// The feed a secret opens. One of somebody who is no more, or of a schedule that is no more, opens nothing.
///
/// # Errors
/// The store's.
pub fn open_feed(tx: &mut dyn Tx, directory: &Directory, secret: &Secret) -> Result<Option<Feed>, Fault> {
    let found = store::feed(tx, &secret.hash())?;
    let org = &directory.org;
    Ok(found.filter(|feed| {
        org.users.contains_key(&feed.user) && feed.schedule.as_ref().is_none_or(|id| org.schedules.contains_key(id))
    }))
}

/// Notes that a calendar read it. Call it when [`crate::access::worth_noting`].
///
/// # Errors
/// The store's.
pub fn use_feed(unit: &mut Unit<'_>, id: FeedId) -> Result<(), Fault> {
    Ok(store::use_feed(unit.tx, id, unit.now)?)
}

/// Closes one of the person's own feeds. Somebody else's and an unknown one look alike.
///
/// # Errors
/// There is no such feed.
pub fn revoke_feed(unit: &mut Unit<'_>, by: &Permit<Read>, id: FeedId) -> Result<Instant, Fault> {
    if store::revoke_feed(unit.tx, id, by.user(), unit.now)? {
        return Ok(unit.now);
    }
    Err(Refusal::not_found("calendar address", id).into())
}

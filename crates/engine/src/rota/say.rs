//! The words of the room's notices: spans in the reader's own zone, people by name. Crate-private.

use crate::{Fault, Unit, paging::tell};
use jiff::tz::TimeZone;
use nightbell_domain::{
    ids::{ScheduleId, UserId},
    org::Organisation,
    record::{Actor, Instant},
};

/// The author of what the house says by itself.
pub(super) fn house() -> Actor {
    Actor::system("rota")
}

pub(super) fn name(org: &Organisation, user: &UserId) -> String {
    org.users.get(user).map_or_else(|| format!("@{user}"), |person| person.name.clone())
}

pub(super) fn who(org: &Organisation, actor: &Actor) -> String {
    actor.user().map_or_else(|| "Nightbell".to_owned(), |user| name(org, user))
}

fn zone(org: &Organisation, reader: &UserId) -> TimeZone {
    let named = org.users.get(reader).and_then(|person| nightbell_calendar::local::zone(&person.time_zone).ok());
    named.unwrap_or(TimeZone::UTC)
}

/// `Tue 24 Nov 09:00 (Europe/Berlin)`.
pub(super) fn moment(org: &Organisation, reader: &UserId, at: Instant) -> String {
    let zone = zone(org, reader);
    let shown = at.to_zoned(zone.clone()).strftime("%a %-d %b %H:%M").to_string();
    format!("{shown} ({})", zone.iana_name().unwrap_or("UTC"))
}

/// `Tue 24 Nov 09:00 to Wed 25 Nov 09:00 (Europe/Berlin)`.
pub(super) fn span(org: &Organisation, reader: &UserId, (from, to): (Instant, Instant)) -> String {
    let begin = from.to_zoned(zone(org, reader)).strftime("%a %-d %b %H:%M").to_string();
    format!("{begin} to {}", moment(org, reader, to))
}

/// Tells a person, unless they did it themselves; then where to look.
pub(super) fn tell_other(
    unit: &mut Unit<'_>,
    to: &UserId,
    by: &Actor,
    title: &str,
    body: &str,
    path: &str,
) -> Result<(), Fault> {
    if by.user() == Some(to) {
        return Ok(());
    }
    let link = format!("{}{path}", unit.settings.public_url.trim_end_matches('/'));
    let body = if body.is_empty() { link } else { format!("{body}\n{link}") };
    tell(unit, to, (title, &body), by).map(drop)
}

/// The page of a schedule.
pub(super) fn page_of(schedule: &ScheduleId) -> String {
    format!("/oncall/{schedule}")
}

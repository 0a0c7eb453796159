//! Warnings ahead: a hole is told to its people seven, two and one days before it begins, and when it is there: once for each.

use super::{Hole, Known, Place, prove};
use crate::{Directory, Fault, Unit, paging};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::UserId,
    org::{AccessRole, ConfigKind, Organisation},
    record::{Actor, Instant},
};
use nightbell_store::{Tx, calendars, holes as store};
use std::collections::{BTreeMap, BTreeSet};

/// Days ahead at which is warned, the earliest first.
pub const STAGES_DAYS: [u32; 3] = [7, 2, 1];
/// A hole without an end is told again after so long.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(8 * 7 * 24);
/// How far ahead is looked: further than is warned, so that the end of a hole is known.
const LOOKED_AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);
/// What lasts as long is said to have no end.
const GOES_ON_FROM: SignedDuration = SignedDuration::from_hours(13 * 24);
/// Holes one message lists.
const TOLD_MAX: usize = 5;

/// What is within a week: the holes people are warned of. A look for a reader; [`warn`] tells.
///
/// # Errors
/// The store's.
pub fn ahead(
    tx: &mut dyn Tx,
    directory: &Directory,
    now: Instant,
    unsendable: BTreeSet<String>,
) -> Result<Vec<Hole>, Fault> {
    let known = Known::of_server(tx, now, unsendable)?;
    let to = now.saturating_add(LOOKED_AHEAD).unwrap_or(now);
    let week = SignedDuration::from_hours(i64::from(STAGES_DAYS[0]) * 24);
    let mut holes = prove(&directory.org, &known, now, to).holes;
    holes.retain(|hole| hole.from.duration_since(now) <= week);
    Ok(holes)
}

/// The stage a hole has reached: 0 once it is there.
fn stage(hole: &Hole, now: Instant) -> u32 {
    if hole.from <= now {
        return 0;
    }
    let lead = hole.from.duration_since(now);
    let within = |days: &u32| lead <= SignedDuration::from_hours(i64::from(*days) * 24);
    STAGES_DAYS.into_iter().rev().find(within).unwrap_or(STAGES_DAYS[0])
}

fn goes_on(hole: &Hole, now: Instant) -> bool {
    hole.to.duration_since(now) >= GOES_ON_FROM
}

/// Stays the same while the hole does, although what is looked at moves on.
fn key(hole: &Hole, now: Instant) -> String {
    let way = format!("{}/{}", hole.place, hole.urgency.word());
    match (hole.from <= now, goes_on(hole, now)) {
        (true, true) => format!("{way}/goes on"),
        (true, false) => format!("{way}/until {}", hole.to),
        (false, _) => format!("{way}/{}", hole.from),
    }
}

/// Tells the people of each hole, unless they were told at this stage. Idempotent; answers how many people are told.
///
/// # Errors
/// The store's.
pub fn warn(unit: &mut Unit<'_>, holes: &[Hole]) -> Result<usize, Fault> {
    let (now, directory) = (unit.now, unit.directory.clone());
    let mut told: BTreeMap<UserId, Vec<&Hole>> = BTreeMap::new();
    for hole in holes {
        let open_end = hole.from <= now && goes_on(hole, now);
        let forget = if open_end { now.saturating_add(AGAIN_AFTER) } else { hole.to.saturating_add(AGAIN_AFTER) };
        if store::warn(unit.tx, &key(hole, now), stage(hole, now), now, forget.unwrap_or(now))? {
            for user in menders(&directory.org, hole) {
                told.entry(user).or_default().push(hole);
            }
        }
    }
    store::forget(unit.tx, now)?;
    calendars::forget_absences_before(unit.tx, now.checked_sub(AGAIN_AFTER).unwrap_or(now))?;
    let count = told.len();
    for (user, holes) in told {
        let (title, body) = words(&holes, now, &unit.settings.public_url);
        paging::tell(unit, &user, (&title, &body), &Actor::system("coverage"))?;
    }
    Ok(count)
}

fn words(holes: &[&Hole], now: Instant, public_url: &str) -> (String, String) {
    let title = match holes {
        [hole] if hole.from <= now => format!("Nobody stands behind {} now", hole.place),
        [hole] => format!("{} is not covered from {}", hole.place, hole.from.strftime("%Y-%m-%d %H:%M UTC")),
        several => format!("{} holes in who is on call within a week", several.len()),
    };
    let mut lines: Vec<String> =
        holes.iter().take(TOLD_MAX).map(|hole| format!("{hole} What to do: {}", hole.fix())).collect();
    if holes.len() > TOLD_MAX {
        lines.push(format!("And {} more.", holes.len() - TOLD_MAX));
    }
    lines.push(format!("{}/oncall/coverage", public_url.trim_end_matches('/')));
    (title, lines.join("\n"))
}

/// Who is to mend a hole: the team of the schedule that is missing, else that of the policy, else the administrators.
pub fn menders(org: &Organisation, hole: &Hole) -> BTreeSet<UserId> {
    let of_schedule = hole.missing.iter().filter_map(|missing| missing.spot.as_ref()).find_map(|spot| {
        let named = org.schedules.values().find(|one| spot.kind == ConfigKind::Schedule && one.id.as_str() == spot.id);
        named?.team.clone()
    });
    let of_policy = || match &hole.place {
        Place::Policy(id) => org.policies.get(id).and_then(|policy| policy.team.clone()),
        Place::Role(_) | Place::Administrators => None,
    };
    let team = of_schedule.or_else(of_policy).and_then(|id| org.teams.get(&id));
    let members = team.map(|team| &team.members).into_iter().flatten().filter(|user| org.users.contains_key(*user));
    let found: BTreeSet<UserId> = members.cloned().collect();
    if found.is_empty() {
        org.users.values().filter(|user| user.role == AccessRole::Admin).map(|user| user.id.clone()).collect()
    } else {
        found
    }
}

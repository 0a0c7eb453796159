//! When somebody is next on call on a schedule, asked of the rota (INV-10).

use nightbell_domain::{
    ids::{ScheduleId, UserId},
    limits,
    org::Organisation,
    paging::later,
    record::Instant,
};
use std::collections::BTreeSet;

/// Somebody is on call, or will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Where.
    pub schedule: ScheduleId,
    /// Since or from when; not before the instant that was asked for.
    pub from: Instant,
}

/// The person's first turn within [`limits::ON_CALL_AHEAD`], as the first or behind them.
pub fn next_turn(org: &Organisation, user: &UserId, now: Instant) -> Option<Turn> {
    let until = later(now, limits::ON_CALL_AHEAD);
    let first = |schedule: &ScheduleId| {
        let shifts = org.rota(schedule).ok()?.shifts(now, until).ok()?;
        let theirs =
            shifts.iter().find(|shift| shift.everyone().chain(&shift.backup).any(|m| m.as_str() == user.as_str()));
        theirs.map(|shift| Turn { schedule: schedule.clone(), from: shift.from.max(now) })
    };
    org.schedules.keys().filter_map(first).min_by_key(|turn| turn.from)
}

/// Everybody with a turn within [`limits::ON_CALL_AHEAD`].
pub(super) fn everybody(org: &Organisation, now: Instant) -> BTreeSet<UserId> {
    let until = later(now, limits::ON_CALL_AHEAD);
    let shifts = |id| org.rota(id).ok()?.shifts(now, until).ok();
    let all = org.schedules.keys().filter_map(shifts).flatten();
    all.flat_map(|shift| {
        shift.everyone().chain(&shift.backup).filter_map(|m| m.as_str().parse().ok()).collect::<Vec<_>>()
    })
    .collect()
}

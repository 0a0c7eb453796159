//! Heartbeats: an expected event whose absence is an alert. What one whose time has come amounts to, and the events that say so.
//! "Never seen yet" is not "expired": nothing waits before the first beat. Called by the engine's reconciler of the same name.

use super::{AlertSeverity, Event, EventAction};
use crate::{
    ids::IntegrationId,
    org::Rhythm,
    record::Instant,
    text::duration::{human_duration, print_duration},
};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// Looked at later than this, nobody can have listened meanwhile: Nightbell was down, asleep, or its clock was set.
pub const DEAF_AFTER: SignedDuration = SignedDuration::from_secs(30);

/// The one alert of a heartbeat has this key on its integration.
pub const DEDUP_KEY: &str = "heartbeat";

/// What a heartbeat amounts to when its alarm rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// It may still come: look again then.
    Awaited {
        /// When.
        next_due_at: Instant,
    },
    /// It did not come.
    Absent,
}

/// Judges a heartbeat last heard at `seen_at` whose alarm was set to `due_at` and rang at `now`.
///
/// A silence that Nightbell slept through itself proves nothing: what was sent then was not heard, so one more rhythm is waited.
pub fn judge(rhythm: &Rhythm, seen_at: Instant, due_at: Instant, now: Instant) -> Judged {
    let missed_at = rhythm.missed_at(seen_at);
    if missed_at > now {
        return Judged::Awaited { next_due_at: missed_at };
    }
    if now.duration_since(due_at) > DEAF_AFTER {
        return Judged::Awaited { next_due_at: rhythm.missed_at(now) };
    }
    Judged::Absent
}

/// The alarm of a heartbeat whose rhythm was changed at `now`: the new one counts from the last beat, or from now when that would be over.
pub fn rearmed(rhythm: &Rhythm, seen_at: Instant, now: Instant) -> Instant {
    let missed_at = rhythm.missed_at(seen_at);
    if missed_at > now { missed_at } else { rhythm.missed_at(now) }
}

/// The event of an absence.
pub fn absent(id: &IntegrationId, rhythm: &Rhythm, seen_at: Instant, now: Instant) -> Event {
    let silent = human_duration(now.duration_since(seen_at));
    let (every, grace) = (print_duration(rhythm.every), print_duration(rhythm.grace));
    let heard = seen_at.strftime("%Y-%m-%d %H:%M:%S UTC");
    let title = format!("No heartbeat from {id} for {silent}");
    let body = format!("Last heard at {heard}. It is expected every {every}, and was waited for {grace} longer.");
    event(id, EventAction::Trigger, title, body)
}

/// The event of a return.
pub fn back(id: &IntegrationId) -> Event {
    event(id, EventAction::Resolve, format!("{id} beats again"), String::new())
}

fn event(id: &IntegrationId, action: EventAction, title: String, body: String) -> Event {
    Event {
        action,
        dedup_key: Some(DEDUP_KEY.to_owned()),
        title,
        body,
        severity: AlertSeverity::Critical,
        source: id.to_string(),
        labels: BTreeMap::from([("heartbeat".to_owned(), id.to_string())]),
        links: Vec::new(),
        runbook_url: None,
        // Without a begin of its own: a clock that was set back must not make it a late copy of the last one.
        started_at: None,
    }
    .bounded()
}

#[cfg(test)]
mod tests;

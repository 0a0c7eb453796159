//! What a heartbeat amounts to, second by second.

use super::{Judged, absent, back, judge, rearmed};
use crate::{ids::IntegrationId, org::Rhythm, record::Instant, signal::EventAction};
use jiff::SignedDuration;

const RHYTHM: Rhythm = Rhythm { every: SignedDuration::from_secs(60), grace: SignedDuration::from_secs(20) };

/// Seconds after the last beat.
fn at(seconds: i64) -> Instant {
    let seen: Instant = "2026-05-12T01:00:00Z".parse().expect("an instant");
    seen + SignedDuration::from_secs(seconds)
}

#[test]
fn absence_is_told_from_nobody_having_listened() {
    // (alarm, looked at, what it amounts to)
    let cases = [
        (80, 80, Judged::Absent),
        (80, 110, Judged::Absent),
        // Down, asleep or set forward by more than half a minute: one more rhythm.
        (80, 111, Judged::Awaited { next_due_at: at(191) }),
        (80, 86_400, Judged::Awaited { next_due_at: at(86_480) }),
        (191, 191, Judged::Absent),
        // Beaten meanwhile, made slower, or the clock was set back.
        (10, 10, Judged::Awaited { next_due_at: at(80) }),
        (80, -3_600, Judged::Awaited { next_due_at: at(80) }),
    ];
    for (due, now, expected) in cases {
        assert_eq!(judge(&RHYTHM, at(0), at(due), at(now)), expected, "due {due}, now {now}");
    }
}

#[test]
fn a_new_rhythm_never_rings_at_once() {
    for (now, expected) in [(0, 80), (79, 80), (80, 160), (500, 580)] {
        assert_eq!(rearmed(&RHYTHM, at(0), at(now)), at(expected), "{now}");
    }
}

#[test]
fn the_alert_says_since_when_and_what_was_expected() {
    let id: IntegrationId = "backup-db".parse().expect("a handle");
    let event = absent(&id, &RHYTHM, at(0), at(80));
    assert_eq!(event.title, "No heartbeat from backup-db for 1 min");
    assert_eq!(
        event.body,
        "Last heard at 2026-05-12 01:00:00 UTC. It is expected every 1m, and was waited for 20s longer."
    );
    assert_eq!((event.action, event.started_at), (EventAction::Trigger, None));
    let over = back(&id);
    assert_eq!((over.action, over.dedup_key), (EventAction::Resolve, event.dedup_key));
}

#[test]
fn the_end_of_time_is_no_overflow() {
    let forever = Rhythm { every: SignedDuration::MAX, grace: SignedDuration::MAX };
    assert_eq!(forever.missed_at(at(0)), Instant::MAX);
}

//! How long an attempt is the sender's own: by the wall clock, as the other nodes read it, and by the monotonic clock, which no one can set.
//!
//! A process that was stopped, or a machine that slept, wakes up in the middle of an attempt that somebody else may have taken over, or that
//! an acknowledgement has made pointless: whatever has not begun by then must not begin (INV-05, INV-22). Made by the pump for each piece of work
//! it is handed; asked by the transports right before they send. Is not a time-out: those are the transports' own, and shorter.

use crate::mail::MailSettings;
use jiff::Timestamp;
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// Reads the wall clock.
pub type WallClock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The longest an attempt may take by any transport, its goodbyes included. One that has less than this left is not begun.
pub const ATTEMPT_MAX: Duration = Duration::from_secs(25);

// Looking up a name, then the exchange; a mail, then its goodbye.
const _: () = assert!(MailSettings::TIMEOUT.as_secs() < ATTEMPT_MAX.as_secs());

/// What is left of the right to send.
#[derive(Clone, Default)]
pub struct Lease(Option<Ends>);

#[derive(Clone)]
struct Ends {
    monotonic: Instant,
    wall: Timestamp,
    wall_clock: WallClock,
}

impl Lease {
    /// One that began at `begun` at the latest, lasts for `length`, and ends at `until` by the wall clock. Whichever comes first counts.
    pub fn new(begun: Instant, length: Duration, until: Timestamp, wall_clock: WallClock) -> Self {
        Self(Some(Ends { monotonic: begun + length, wall: until, wall_clock }))
    }

    /// One that never ends: for calls that nobody else makes, and for clocks that race in a demonstration.
    pub fn endless() -> Self {
        Self(None)
    }

    /// What is left, by the clock that says less.
    pub fn left(&self) -> Duration {
        self.left_at(Instant::now())
    }

    fn left_at(&self, now: Instant) -> Duration {
        let Some(ends) = &self.0 else { return Duration::MAX };
        let by_wall = ends.wall.duration_since((ends.wall_clock)());
        let by_wall = Duration::try_from(by_wall).unwrap_or(Duration::ZERO);
        by_wall.min(ends.monotonic.saturating_duration_since(now))
    }

    /// Whether somebody else may be sending by now.
    pub fn is_over(&self) -> bool {
        self.left().is_zero()
    }

    /// Whether there is too little left to begin an attempt.
    pub fn is_short(&self) -> bool {
        self.left() < ATTEMPT_MAX
    }
}

/// Why something was not sent, for the delivery log.
pub(crate) const HELD_UP: &str =
    "not sent: this process was held up (stopped, asleep or overloaded) until another could have been sending it";

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    const LENGTH: Duration = Duration::from_secs(45);

    #[test]
    fn inv_22_the_clock_that_says_less_counts() {
        let (begun, start) = (Instant::now(), Timestamp::UNIX_EPOCH);
        let until = start + SignedDuration::from_secs(45);
        // Seconds gone by the monotonic clock, seconds gone by the wall clock → seconds left.
        for (monotonic, wall, left) in [
            (0, 0, 45),
            (20, 20, 25),
            (21, 0, 24),
            (0, 21, 24),
            (45, 0, 0),
            (0, 45, 0),
            (1_000, 1_000, 0),
            (0, 86_400, 0),
            (10, -86_400, 35),
        ] {
            let lease = Lease::new(begun, LENGTH, until, Arc::new(move || start + SignedDuration::from_secs(wall)));
            let found = lease.left_at(begun + Duration::from_secs(monotonic));
            assert_eq!(found, Duration::from_secs(left), "{monotonic} {wall}");
        }
    }

    #[test]
    fn inv_22_what_has_too_little_left_is_not_begun_and_what_has_nothing_left_is_over() {
        let found = |gone: i64| {
            let (begun, start) = (Instant::now(), Timestamp::UNIX_EPOCH);
            let wall = Arc::new(move || start + SignedDuration::from_secs(gone));
            let lease = Lease::new(begun, LENGTH, start + SignedDuration::from_secs(45), wall);
            (lease.is_short(), lease.is_over())
        };
        assert_eq!([0, 15, 21, 45].map(found), [(false, false), (false, false), (true, false), (true, true)]);
        assert_eq!((Lease::endless().is_short(), Lease::endless().is_over()), (false, false));
    }
}

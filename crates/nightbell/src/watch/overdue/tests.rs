//! When the watchdog barks: something whose alarm is more than 30 s past, and nothing earlier.

use crate::pump::tests::world::World;
use jiff::SignedDuration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inv_03_barks_when_something_is_late_and_not_before() {
    // No pump: nobody hands out the message, nobody advances the page.
    let world = World::new(&[]).await;
    world.alert("Checkout is down").await;
    let dog = world.watchdog();
    // The notification is due at once and the page itself in 30 min: its second step.
    let due = world.notification().unwrap().due_at;
    for (late_s, barks) in [
        (0, None),
        (29, None),
        (30, Some("PAGING IS LATE: 1 notification since 2026-05-02T03:00:00Z should")),
        (1_829, Some("PAGING IS LATE: 1 notification since")),
        (
            1_830,
            Some("PAGING IS LATE: 1 page since 2026-05-02T03:30:00Z, 1 notification since 2026-05-02T03:00:00Z should"),
        ),
    ] {
        world.advance_to(due + SignedDuration::from_secs(late_s));
        let bark = dog.look().unwrap();
        assert_eq!(bark.is_some(), barks.is_some(), "{late_s} s: {bark:?}");
        assert!(bark.unwrap_or_default().starts_with(barks.unwrap_or_default()), "{late_s} s");
    }
}

//! When the watchdog barks: a page whose alarm is more than 30 s past, and nothing earlier.

use crate::pump::tests::world::World;
use jiff::SignedDuration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn barks_when_a_page_is_late_and_not_before() {
    // No pump: nobody advances the page.
    let world = World::new(&[]).await;
    world.alert("Checkout is down").await;
    let dog = world.watchdog();
    // The notification is due at once and the page itself in 30 min: its second step.
    let due = world.notification().unwrap().due_at + SignedDuration::from_mins(30);
    for (late_s, barks) in [(-1, false), (29, false), (31, true), (3_600, true)] {
        world.advance_to(due + SignedDuration::from_secs(late_s));
        let bark = dog.look().unwrap();
        assert_eq!(bark.is_some(), barks, "{late_s} s: {bark:?}");
        assert!(bark.is_none_or(|text| text.starts_with("PAGING IS LATE: 1 page(s)")));
    }
}

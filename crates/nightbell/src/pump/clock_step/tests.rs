//! What the eye sees, and the pump behind it: what rang while the clock was ahead goes on after it was set back, and after a restart too.

use super::*;
use crate::pump::tests::world::World;
use nightbell_engine::domain::paging::NotificationStatus;

fn wall(clock: &str) -> Timestamp {
    format!("2026-05-02T{clock}Z").parse().expect("a time")
}

#[tokio::test]
async fn inv_13_only_a_clock_that_fell_behind_was_set_back() {
    let begin = Instant::now();
    let after = |seconds| begin + Duration::from_secs(seconds);
    let mut eye = Eye::new(begin, wall("03:00:00"));
    assert_eq!(eye.looking.take().map(|looking| looking.by), Some(None), "at the start everything is looked at");
    for (seconds, shown, what) in [
        (10, "03:00:10", "both go on"),
        (20, "03:00:19", "one that is a second slow"),
        (30, "03:00:28", "and two: not worth a word"),
        (40, "04:00:38", "set forward"),
        (50, "05:00:00", "the machine slept"),
    ] {
        assert_eq!(eye.see(after(seconds), wall(shown)), None, "{what}");
        assert!(eye.looking.is_none(), "{what}");
    }
    assert_eq!(eye.see(after(60), wall("04:00:10")), Some(SignedDuration::from_hours(1)));
    let looking = eye.looking.take().expect("everything is looked at");
    assert_eq!((looking.by, &looking.progress), (Some(SignedDuration::from_hours(1)), &Progress::default()));
    assert_eq!(looking.applies(true), Some(SignedDuration::from_hours(1)));
    assert_eq!(looking.applies(false), None, "what other servers armed, they armed by other clocks");
    assert_eq!(eye.see(after(70), wall("04:00:20")), None, "once");
    // Slewed back, a second in each ten.
    let slewed: Vec<_> = (1..=6_u64)
        .map(|n| eye.see(after(70 + 10 * n), wall(&format!("04:{:02}:{:02}", (20 + 9 * n) / 60, (20 + 9 * n) % 60))))
        .map(|by| by.map(|by| by.as_secs()))
        .collect();
    assert_eq!(slewed, [None, None, Some(3), None, None, Some(3)], "what is slewed adds up");
}

#[test]
fn inv_13_the_longer_a_look_took_the_longer_it_rests() {
    let begin = Instant::now();
    let after = |seconds| begin + Duration::from_secs(seconds);
    for (took_s, rests_s) in [(0, 2), (1, 4), (10, 40)] {
        let mut eye = Eye::new(begin, wall("03:00:00"));
        assert!(eye.looking.take().is_some(), "the one at the start");
        eye.look_again(after(100));
        assert!(eye.looking.is_some());
        // Its last slice.
        (eye.looking, eye.looked.1) = (None, after(100 + took_s));
        eye.look_again(after(100 + took_s + rests_s - 1));
        assert!(eye.looking.is_none(), "{took_s} s");
        eye.look_again(after(100 + took_s + rests_s));
        assert!(eye.looking.is_some(), "{took_s} s");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inv_03_13_a_clock_that_was_ahead_holds_up_no_next_step() {
    let mut world = World::new(&[200, 200]).await;
    world.start_pump();
    world.advance_to(wall("09:00:00"));
    world.alert("Checkout is down").await;
    world.received().await;
    world.until(|n| n.status == NotificationStatus::Accepted).await;
    let rings = world.page().expect("it rings").next_due_at;
    assert_eq!(rings, Some(wall("09:30:00")));
    world.advance_to(wall("03:00:00"));
    let page = world.until_page(|page| page.next_due_at != rings).await;
    let next = page.next_due_at.expect("it rings");
    assert!(next <= wall("03:30:00"), "within its own delay: {next}");
    assert!(next > wall("03:29:00"), "not before the time it had left: {next}");
    world.advance_to(next);
    assert_eq!(world.received().await.body["title"], "Checkout is down");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inv_13_what_a_server_with_a_fast_clock_left_behind_goes_on_after_the_start() {
    let mut world = World::new(&[200, 200]).await;
    world.advance_to(wall("09:00:00"));
    world.alert("Checkout is down").await;
    world.advance_to(wall("03:00:00"));
    world.start_pump();
    assert_eq!(world.received().await.body["title"], "Checkout is down");
    let page = world.until_page(|page| page.next_due_at == Some(wall("03:30:00"))).await;
    assert_eq!(page.rings.len(), 1);
    world.advance_to(wall("03:30:00"));
    world.received().await;
    world.stop().await;
}

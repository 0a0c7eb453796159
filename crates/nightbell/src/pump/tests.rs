//! The pump against a receiver on loopback: taken, refused for a while, lost with its sender, and stopped half-way. Time is a value that tests set.

pub(crate) mod world;

use super::*;
use nightbell_engine::domain::paging::NotificationStatus;
use world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_is_settled_once() {
    let mut world = World::new(&[200]).await;
    world.start_pump();
    world.alert("Checkout is down").await;
    let request = world.received().await;
    assert_eq!(request.body["type"], "page");
    assert_eq!(request.body["title"], "Checkout is down");
    assert_eq!(request.body["repeat"], false);
    assert!(request.signed_by(&world.secret()), "the request is signed with the contact's own secret");
    let notification = world.until(|n| n.status == NotificationStatus::Accepted).await;
    assert_eq!(notification.attempts, 1);
    assert_eq!(world.outcomes(), [("webhook", "accepted")]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_receiver_is_tried_again_at_the_retry_time() {
    let mut world = World::new(&[500, 200]).await;
    world.start_pump();
    world.alert("Checkout is down").await;
    let first = world.received().await;
    let waiting = world.until(|n| n.attempts == 1 && n.status == NotificationStatus::Queued).await;
    world.advance_to(waiting.next_due_at.expect("a queued notification has an alarm"));
    let second = world.received().await;
    assert_eq!(second.id, first.id, "the id is that of the notification on every attempt");
    assert_eq!(second.body["repeat"], false, "a refusal is known not to have arrived");
    let notification = world.until(|n| n.status == NotificationStatus::Accepted).await;
    assert_eq!(notification.attempts, 2);
    assert_eq!(world.outcomes(), [("webhook", "deferred"), ("webhook", "accepted")]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_lost_with_its_sender_comes_again_marked_a_repeat() {
    let mut world = World::new(&[200]).await;
    world.alert("Checkout is down").await;
    // Handed out, then dropped: what a crash between hand-out and settlement leaves behind.
    let lost = world.run(paging::dispatch).await;
    assert_eq!(lost.len(), 1);
    drop(lost);
    let sending = world.until(|n| n.status == NotificationStatus::Sending).await;
    world.start_pump();
    world.advance_to(sending.next_due_at.expect("a lease ends"));
    let request = world.received().await;
    assert_eq!(request.body["repeat"], true);
    let notification = world.until(|n| n.status == NotificationStatus::Accepted).await;
    assert_eq!(notification.attempts, 2);
    assert_eq!(world.attempt_outcomes(), [Some("unknown".to_owned()), Some("accepted".to_owned())]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inv_05_inv_22_work_that_was_held_up_is_not_sent_and_comes_again() {
    let mut world = World::new(&[200]).await;
    world.alert("Checkout is down").await;
    let asked = Instant::now();
    let work = world.run(paging::dispatch).await.pop().expect("the page is due");
    // The machine sleeps; when it wakes, ten seconds of the lease are left: too few to end within it.
    let lease_ends = world.notification().and_then(|n| n.next_due_at).expect("a lease ends");
    world.advance_to(lease_ends - SignedDuration::from_secs(10));
    let hold = world.node.hold();
    world.pump().attempt(work, asked, hold).await;
    let waiting = world.until(|n| n.status == NotificationStatus::Queued).await;
    assert_eq!((waiting.attempts, waiting.repeat), (1, false), "it is known not to have been sent");
    world.start_pump();
    world.advance_to(waiting.next_due_at.expect("a queued notification has an alarm"));
    assert_eq!(world.received().await.body["repeat"], false);
    world.until(|n| n.status == NotificationStatus::Accepted).await;
    assert_eq!(world.outcomes(), [("webhook", "deferred"), ("webhook", "accepted")]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_waits_for_the_attempt_under_way() {
    let mut world = World::new(&[200]).await;
    let gate = world.hold_answers();
    world.start_pump();
    world.alert("Checkout is down").await;
    world.received().await;
    world.signal_stop();
    gate.add_permits(1);
    world.stop().await;
    let notification = world.notification().expect("it is stored");
    assert_eq!((notification.status, notification.attempts), (NotificationStatus::Accepted, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledged_page_is_not_sent() {
    let mut world = World::new(&[]).await;
    world.alert("Checkout is down").await;
    world.acknowledge().await;
    world.start_pump();
    world.until(|n| n.status == NotificationStatus::Cancelled).await;
    world.stop().await;
    assert!(world.outcomes().is_empty(), "nothing was sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inv_03_a_look_that_never_ends_holds_up_no_page() {
    let mut world = World::new(&[200]).await;
    let stuck = world.start_pump_that_sees_nothing();
    world.alert("Checkout is down").await;
    assert_eq!(world.received().await.body["title"], "Checkout is down");
    world.until(|n| n.status == NotificationStatus::Accepted).await;
    drop(stuck);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inv_05_what_waited_at_the_desk_costs_no_lease() {
    let world = World::new(&[]).await;
    let (begun, now) = (world.node.moment(), "2026-05-02T03:00:00Z".parse().unwrap());
    let second = SignedDuration::from_secs(1);
    assert_eq!(Instant::now().saturating_duration_since(begun.when(now)).as_secs(), 0, "the unit began just now");
    let age = begun.when(now).saturating_duration_since(begun.when(now - second));
    assert_eq!(age, Duration::from_secs(1), "the batch began a second before its unit");
    assert_eq!(begun.when(now + second), begun.when(now), "a clock that was set back says nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inv_16_nobodys_silence_is_judged_while_the_disk_is_full() {
    let world = World::new(&[]).await;
    let pump = world.pump();
    assert!(pump.listens());
    world.desk().take_only_paging(0);
    assert!(!pump.listens(), "beats are refused");
    world.desk().take_everything();
    assert!(!pump.listens(), "those that were refused come again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_joins_again_and_finds_the_key_of_links_renewed_asks_for_its_end() {
    let world = World::new(&[]).await;
    world.run(|unit| Ok(nightbell_store::meta::set(unit.tx, "link_key", &"0".repeat(64))?)).await;
    let joined = world.node.join_again(world.desk(), world.node.id()).await;
    assert!(joined.is_err());
    tokio::time::timeout(Duration::from_secs(10), world.node.key_renewed()).await.expect("it asks for its end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inv_06_a_hand_out_whose_answer_was_lost_is_sent_before_its_lease_is_over() {
    let mut world = World::new(&[200]).await;
    world.alert("Checkout is down").await;
    let id = world.node.id();
    // Stored, and nobody was told.
    let lost = world.run(move |unit| nodes::dispatch(unit, id)).await.expect("this node is there");
    assert_eq!(lost.len(), 1);
    drop(lost);
    let pump = world.pump();
    pump.0.doubt.store(true, Ordering::Relaxed);
    world.start(pump);
    assert_eq!(world.received().await.body["repeat"], true);
    world.until(|n| n.status == NotificationStatus::Accepted).await;
    world.stop().await;
}

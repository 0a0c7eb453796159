//! The table of two providers: what each says, what comes of it, and who was asked.

use super::*;
use jiff::Timestamp;
use std::{cell::RefCell, sync::Arc, time::Duration};
use tokio::time::Instant;

fn taken() -> Outcome {
    Outcome::accepted(Some("SM1".to_owned()), "queued")
}
fn down() -> Outcome {
    Outcome::deferred("HTTP 500", None)
}
fn busy(seconds: i64) -> Outcome {
    Outcome::deferred("HTTP 429", Some(SignedDuration::from_secs(seconds)))
}
fn stranger() -> Outcome {
    Outcome::wrong_provider("HTTP 401")
}
fn no_number() -> Outcome {
    Outcome::wrong_address("no such number")
}
fn silent() -> Outcome {
    Outcome::unknown("no answer within 15 s")
}

/// Two providers that say that; who was asked, and what came of it.
async fn between(one: Outcome, other: Outcome, attempt: u32, lease: &Lease) -> (Vec<&'static str>, Outcome) {
    let (asked, says) = (RefCell::new(Vec::new()), [("one", one), ("other", other)]);
    let outcome = failover(
        &says,
        |(name, _)| name,
        attempt,
        lease,
        |(name, outcome)| {
            asked.borrow_mut().push(*name);
            std::future::ready(outcome.clone())
        },
    )
    .await;
    (asked.into_inner(), outcome.expect("there are two"))
}

#[tokio::test]
async fn a_provider_that_refuses_for_its_own_reason_is_followed_at_once() {
    let wait = |seconds| Some(SignedDuration::from_secs(seconds));
    let both = ["one", "other"].as_slice();
    for (one, other, asked, expected) in [
        // Nobody else is asked once it was taken, may have been taken, or the number is wrong everywhere.
        (taken(), taken(), &both[..1], Outcome::accepted(Some("SM1".to_owned()), "one: queued")),
        (silent(), taken(), &both[..1], Outcome::unknown("one: no answer within 15 s")),
        (no_number(), taken(), &both[..1], Outcome::wrong_address("one: no such number")),
        // The first one's own reason.
        (down(), taken(), both, Outcome::accepted(Some("SM1".to_owned()), "one: HTTP 500; other: queued")),
        (busy(60), taken(), both, Outcome::accepted(Some("SM1".to_owned()), "one: HTTP 429; other: queued")),
        (stranger(), taken(), both, Outcome::accepted(Some("SM1".to_owned()), "one: HTTP 401; other: queued")),
        (down(), silent(), both, Outcome::unknown("one: HTTP 500; other: no answer within 15 s")),
        (stranger(), no_number(), both, Outcome::wrong_address("one: HTTP 401; other: no such number")),
        // Nobody took it: later, if anybody may take it later.
        (down(), down(), both, Outcome::deferred("one: HTTP 500; other: HTTP 500", None)),
        (down(), stranger(), both, Outcome::deferred("one: HTTP 500; other: HTTP 401", None)),
        (stranger(), down(), both, Outcome::deferred("one: HTTP 401; other: HTTP 500", None)),
        (busy(60), busy(20), both, Outcome::deferred("one: HTTP 429; other: HTTP 429", wait(20))),
        (busy(60), down(), both, Outcome::deferred("one: HTTP 429; other: HTTP 500", None)),
        (stranger(), busy(9), both, Outcome::deferred("one: HTTP 401; other: HTTP 429", wait(9))),
        (stranger(), stranger(), both, Outcome::wrong_provider("one: HTTP 401; other: HTTP 401")),
    ] {
        let row = format!("{one:?} {other:?}");
        assert_eq!(between(one, other, 1, &Lease::endless()).await, (asked.to_vec(), expected), "{row}");
    }
}

#[tokio::test]
async fn the_next_attempt_begins_with_the_next_provider() {
    for (attempt, asked) in [(1, ["one", "other"]), (2, ["other", "one"]), (3, ["one", "other"])] {
        let (found, _) = between(down(), down(), attempt, &Lease::endless()).await;
        assert_eq!(found, asked, "attempt {attempt}");
    }
    // What may have been sent by the one is sent again, as a repeat, by the other.
    assert_eq!(between(silent(), taken(), 2, &Lease::endless()).await.0, ["other"]);
}

#[tokio::test]
async fn inv_22_no_other_is_asked_when_too_little_of_the_lease_is_left() {
    let end = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(20);
    let short = Lease::new(Instant::now(), Duration::from_secs(20), end, Arc::new(|| Timestamp::UNIX_EPOCH));
    let (asked, outcome) = between(stranger(), taken(), 1, &short).await;
    assert_eq!(asked, ["one"]);
    let told = "one: HTTP 401; no time was left for the others";
    assert_eq!(outcome, Outcome::deferred(told, None), "the others may still take it");
}

#[tokio::test]
async fn without_a_provider_nothing_is_said() {
    let none: [(&'static str, Outcome); 0] = [];
    let lease = Lease::endless();
    let outcome = failover(&none, |(name, _)| name, 1, &lease, |(_, says)| std::future::ready(says.clone()));
    assert!(outcome.await.is_none());
}

//! What becomes of attempts: failures that pass, failures that stay, senders that are lost, reports that come late; and the links in messages.

use super::{Answer::*, World, world::at};
use crate::paging::{self, LinkHolder};
use nightbell_domain::paging::{NotificationStatus, PageStatus, Report};

fn accepted() -> Report {
    Report::Accepted { detail: "250 OK".to_owned(), provider_id: Some("provider-1".to_owned()) }
}

#[test]
fn inv_07_a_permanent_failure_uses_the_next_method_at_once() {
    let mut world = World::new();
    world.script("alice/hook", &[Reject]);
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(4 * 60);
    assert_eq!(world.sent(), ["0:00 page alice/hook", "0:00 page alice/mail"]);
    assert_eq!(world.attempts(page), ["failed-permanent", "accepted"]);
}

#[test]
fn inv_07_nobody_reachable_means_the_next_step_at_once() {
    let mut world = World::new();
    world.script("alice/hook", &[Reject]);
    world.script("alice/mail", &[Reject]);
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(4 * 60);
    assert_eq!(world.sent(), ["0:00 page alice/hook", "0:00 page alice/mail", "0:00 page bob/mail"]);
    let page = world.page(page);
    assert_eq!(page.rings.len(), 2);
    assert_eq!(page.next_due_at, Some(at(5 * 60)));
}

#[test]
fn a_dead_last_resort_is_tried_every_ten_minutes_and_not_in_a_storm() {
    let mut world = World::new();
    for contact in ["alice/hook", "alice/mail", "bob/mail", "carol/mail"] {
        world.script(contact, &[Reject; 20]);
    }
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(25 * 60);
    let sent = world.sent();
    let carol: Vec<_> = sent.iter().filter(|line| line.contains("carol")).collect();
    assert_eq!(carol, ["0:00 page carol/mail", "10:00 page carol/mail", "20:00 page carol/mail"]);
    assert!(matches!(world.page(page).status, PageStatus::Exhausted { .. }));
}

#[test]
fn a_temporary_failure_is_tried_again_and_the_next_method_comes_within_20_seconds() {
    let mut world = World::new();
    world.script("alice/hook", &[Defer, Defer]);
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(4 * 60);
    let expected = ["0:00 page alice/hook", "0:05 page alice/hook", "0:15 page alice/hook", "0:20 page alice/mail"];
    assert_eq!(world.sent(), expected, "no repeat is marked: each failure is known");
    assert_eq!(world.attempts(page), ["failed-temporary", "failed-temporary", "accepted", "accepted"]);
}

#[test]
fn a_notification_has_no_last_retry() {
    let mut world = World::new();
    world.script("alice/hook", &[Defer; 500]);
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(8 * 3600);
    let hook = world.notifications(page).into_iter().find(|n| n.medium == "webhook" && n.cycle == 0).expect("owed");
    assert!(hook.attempts > 200, "{} attempts", hook.attempts);
    assert!(hook.next_due_at.is_some_and(|next| next <= world.now + nightbell_domain::limits::retry_after(99)));
    assert!(!world.sent().is_empty());
}

#[test]
fn inv_06_a_lost_sender_leaves_an_unknown_outcome_and_one_marked_repeat() {
    let mut world = World::new();
    world.script("alice/hook", &[Lost]);
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(55);
    assert_eq!(world.sent(), ["0:00 page alice/hook", "0:45 page alice/hook repeat"]);
    assert_eq!(world.attempts(page), ["unknown", "accepted"]);
}

#[test]
fn inv_06_an_unknown_outcome_is_still_owed_and_its_next_attempt_says_so() {
    let mut world = World::new();
    world.script("alice/hook", &[Unknown]);
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(30);
    assert_eq!(world.sent(), ["0:00 page alice/hook", "0:05 page alice/hook repeat", "0:20 page alice/mail"]);
    assert_eq!(world.attempts(page), ["unknown", "accepted", "accepted"]);
}

#[test]
fn inv_06_without_faults_everything_is_sent_exactly_once() {
    let mut world = World::new();
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(7 * 60);
    world.tick();
    assert_eq!(world.sent(), ["0:00 page alice/hook", "1:00 page alice/mail", "5:00 page bob/mail"]);
    assert!(world.notifications(page).iter().all(|n| n.attempts == 1 && !n.repeat));
}

/// (seconds at which the report of the lost attempt comes, what is sent, the attempts at the end)
#[test]
fn a_late_acceptance_ends_what_is_owed_and_changes_no_history() {
    let mut world = World::new();
    world.script("alice/hook", &[Lost, Defer]);
    let page = world.trigger("db").page.expect("it pages");
    world.tick();
    let first = world.ledger[0].clone();
    world.run_until(47);
    world.settle(&first, accepted());
    world.run_until(4 * 60);
    assert_eq!(world.sent(), ["0:00 page alice/hook", "0:45 page alice/hook repeat", "1:00 page alice/mail"]);
    let hook = world.notifications(page).into_iter().find(|n| n.medium == "webhook").expect("owed");
    assert_eq!(hook.status, NotificationStatus::Accepted);
    assert_eq!(world.attempts(page), ["unknown", "failed-temporary", "accepted"]);
}

#[test]
fn inv_07_a_late_acceptance_leaves_no_attempt_open_when_the_second_sender_is_lost_too() {
    let mut world = World::new();
    world.script("alice/hook", &[Lost, Lost]);
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(46);
    let first = world.ledger[0].clone();
    world.settle(&first, accepted());
    world.run_until(4 * 60);
    assert_eq!(world.sent(), ["0:00 page alice/hook", "0:45 page alice/hook repeat", "1:00 page alice/mail"]);
    assert_eq!(world.attempts(page), ["unknown", "unknown", "accepted"]);
}

#[test]
fn a_duplicate_or_late_failure_report_changes_nothing() {
    let mut world = World::new();
    let page = world.trigger("db").page.expect("it pages");
    world.tick();
    let first = world.ledger[0].clone();
    let before = world.notifications(page);
    for report in [
        accepted(),
        Report::Rejected { detail: "late".to_owned() },
        Report::Deferred { detail: "late".to_owned(), retry_after: None },
    ] {
        world.settle(&first, report);
    }
    assert_eq!(world.notifications(page), before);
    assert_eq!(world.attempts(page), ["accepted"]);
    assert_eq!(world.sent(), ["0:00 page alice/hook"]);
}

#[test]
fn a_link_acknowledges_as_its_holder_and_nobody_else() {
    let mut world = World::new();
    let page = world.trigger("db").page.expect("it pages");
    world.tick();
    world.sent();
    let token = world.ledger[0].ack_token.clone();
    let holder = LinkHolder::check(world.engine.settings(), &token, world.now).expect("a good link");
    assert_eq!((holder.page(), holder.user().as_str()), (page, "alice"));
    let page = world.act(|unit| paging::acknowledge_by_link(unit, &holder));
    assert!(
        matches!(&page.status, PageStatus::Acknowledged { by, .. } if by.user().is_some_and(|u| u.as_str() == "alice"))
    );
    world.run_until(3600);
}

#[test]
fn a_link_hands_over_too() {
    let mut world = World::new();
    world.trigger("db");
    world.tick();
    let token = world.ledger[0].ack_token.clone();
    let holder = LinkHolder::check(world.engine.settings(), &token, world.now).expect("a good link");
    world.act(|unit| paging::hand_over_by_link(unit, &holder));
    world.tick();
    assert_eq!(world.sent(), ["0:00 page alice/hook", "0:00 page bob/mail"]);
}

#[test]
fn expired_forged_and_garbled_links_open_nothing() {
    let mut world = World::new();
    world.trigger("db");
    world.tick();
    world.sent();
    let token = world.ledger[0].ack_token.clone();
    let forged = format!("{}A", &token[..token.len() - 1]);
    let other = if forged == token { format!("{}B", &token[..token.len() - 1]) } else { forged };
    let cases = [
        (token.as_str(), 48 * 3600 - 1, None),
        (token.as_str(), 48 * 3600, Some("link-expired")),
        (other.as_str(), 0, Some("not-found")),
        (&token[..20], 0, Some("not-found")),
        ("", 0, Some("not-found")),
    ];
    for (token, seconds, expected) in cases {
        let found = LinkHolder::check(world.engine.settings(), token, at(seconds)).err().map(|refusal| refusal.code);
        assert_eq!(found.as_deref(), expected, "{token} after {seconds} s");
    }
}

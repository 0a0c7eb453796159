//! What waits comes back when its time has come: the most overdue first, ties by id, never early, never more than asked for.

use crate::{
    Database, StoreError, learning, paging, response,
    tests::samples::{
        at, commit, incident_id, new_alert, new_incident, new_page, new_postmortem, notification, notification_id, owe,
        page_id, postmortem_id, read, try_read, write,
    },
    watch,
};
use nightbell_domain::{
    learning::PostmortemEvent,
    paging::{NotificationStatus, PageEvent},
    record::Instant,
};

const DAY: i64 = 86_400;

/// A microsecond before.
fn just_before(instant: Instant) -> Instant {
    instant - jiff::SignedDuration::from_micros(1)
}

pub fn pages_are_due_by_time_then_id(db: &mut dyn Database) {
    let due = |db: &mut dyn Database, now: Instant, max: u32| read(db, |tx| paging::due_pages(tx, now, max));
    for (n, second) in [(1, 30), (4, 10), (3, 10), (2, 20)] {
        new_page(db, n, second);
    }
    assert_eq!(due(db, just_before(at(10)), 10), []);
    assert_eq!(due(db, at(10), 10), [page_id(3), page_id(4)]);
    assert_eq!(due(db, at(29), 10), [page_id(3), page_id(4), page_id(2)]);
    assert_eq!(due(db, at(DAY), 10), [page_id(3), page_id(4), page_id(2), page_id(1)]);
    assert_eq!(due(db, at(DAY), 2), [page_id(3), page_id(4)]);
    assert_eq!(due(db, at(DAY), 0), []);
    let overdue = |db: &mut dyn Database, before: Instant| read(db, |tx| watch::overdue(tx, before));
    assert_eq!(overdue(db, at(20)), [("page".to_owned(), 3, at(10))]);
    let page =
        read(db, |tx| crate::load::<nightbell_domain::paging::Page>(tx, &page_id(3).to_string())).expect("a page");
    commit(db, Some(&page), &[PageEvent::taken("link")], 11);
    assert_eq!(due(db, at(DAY), 10), [page_id(4), page_id(2), page_id(1)], "acknowledged: it waits no more");
    assert_eq!(overdue(db, at(DAY)), [("page".to_owned(), 3, at(10))]);
}

/// Whoever sends goes by the ids: one row that cannot be understood holds up nobody else's message.
pub fn damaged_notification_hides_no_other(db: &mut dyn Database) {
    new_page(db, 1, 0);
    for n in [1, 2] {
        owe(db, &notification(n, 1, 10));
    }
    let sql = "UPDATE notification SET kind = 'of-a-later-version' WHERE id = $1";
    write(db, |tx| tx.run(sql, &[notification_id(1).to_string().into()])).expect("altered");
    let ids = |db: &mut dyn Database, now: Instant| read(db, |tx| paging::due_notification_ids(tx, now, 10));
    assert_eq!(ids(db, just_before(at(10))), []);
    assert_eq!(ids(db, at(10)), [notification_id(1), notification_id(2)]);
    let hurt = try_read(db, |tx| paging::notification(tx, notification_id(1)));
    assert!(matches!(hurt, Err(StoreError::Corrupt(_))), "{hurt:?}");
    assert_eq!(read(db, |tx| paging::notification(tx, notification_id(2))), Some(notification(2, 1, 10)));
}

pub fn notifications_are_due_by_time_then_id(db: &mut dyn Database) {
    let due = |db: &mut dyn Database, now: Instant, max: u32| -> Vec<_> {
        read(db, |tx| paging::due_notifications(tx, now, max)).iter().map(|n| n.id).collect()
    };
    new_page(db, 1, 0);
    for (n, second) in [(1, 30), (4, 10), (3, 10), (2, 20)] {
        owe(db, &notification(n, 1, second));
    }
    assert_eq!(due(db, just_before(at(10)), 10), []);
    assert_eq!(due(db, at(10), 10), [notification_id(3), notification_id(4)]);
    assert_eq!(due(db, at(DAY), 3), [notification_id(3), notification_id(4), notification_id(2)]);
    // In flight it is due again when its lease ends, not before.
    let queued = notification(3, 1, 10);
    let sending = queued.begin(at(10));
    write(db, |tx| paging::save(tx, &queued, &sending)).expect("saved");
    let lease_ends = sending.next_due_at.expect("a lease");
    assert_eq!(due(db, just_before(lease_ends), 10), [notification_id(4), notification_id(2), notification_id(1)]);
    assert_eq!(due(db, lease_ends, 10).last(), Some(&notification_id(3)));
    let cancelled = sending.cancel("the page is acknowledged");
    write(db, |tx| paging::save(tx, &sending, &cancelled)).expect("saved");
    assert_eq!(cancelled.status, NotificationStatus::Cancelled);
    assert_eq!(due(db, at(DAY), 10), [notification_id(4), notification_id(2), notification_id(1)]);
}

pub fn incidents_are_due_by_time_then_id(db: &mut dyn Database) {
    let due = |db: &mut dyn Database, now: Instant, max: u32| read(db, |tx| response::due(tx, now, max));
    let first = [(1, 30), (4, 10), (3, 10), (2, 20)].map(|(n, second)| new_incident(db, n, second))[2].clone();
    let rings = first.next_due_at.expect("a clock");
    assert_eq!(due(db, just_before(rings), 10), []);
    assert_eq!(due(db, rings, 10), [incident_id(3), incident_id(4)]);
    assert_eq!(due(db, at(DAY), 10), [incident_id(3), incident_id(4), incident_id(2), incident_id(1)]);
    assert_eq!(due(db, at(DAY), 1), [incident_id(3)]);
    let events = first.cancel("A false alarm").expect("cancelled");
    commit(db, Some(&first), &events, 15);
    assert_eq!(due(db, at(DAY), 10), [incident_id(4), incident_id(2), incident_id(1)]);
}

pub fn postmortems_are_due_by_time_then_id(db: &mut dyn Database) {
    let due = |db: &mut dyn Database, now: Instant, max: u32| read(db, |tx| learning::due(tx, now, max));
    for (n, second) in [(1, 30), (4, 10), (3, 10), (2, 20)] {
        new_incident(db, n, 0);
        // Chased for the first time a day before it is due.
        new_postmortem(db, n, n, DAY + second);
    }
    assert_eq!(due(db, just_before(at(10)), 10), []);
    assert_eq!(due(db, at(10), 10), [postmortem_id(3), postmortem_id(4)]);
    assert_eq!(due(db, at(DAY), 3), [postmortem_id(3), postmortem_id(4), postmortem_id(2)]);
    let third = read(db, |tx| learning::of_incident(tx, incident_id(3))).expect("a postmortem");
    commit(db, Some(&third), &[PostmortemEvent::Published], 15);
    assert_eq!(due(db, at(DAY), 10), [postmortem_id(4), postmortem_id(2), postmortem_id(1)]);
}

pub fn earliest_alarm_is_that_of_anything_that_waits(db: &mut dyn Database) {
    let next = |db: &mut dyn Database| read(db, paging::next_due);
    assert_eq!(next(db), None, "nothing waits");
    new_alert(db, 1, "cpu");
    assert_eq!(next(db), None, "an alert waits for nothing itself");
    let incident = new_incident(db, 1, 0);
    assert_eq!(next(db), incident.next_due_at);
    new_page(db, 1, 100);
    assert_eq!(next(db), Some(at(100)));
    owe(db, &notification(1, 1, 50));
    assert_eq!(next(db), Some(at(50)));
    new_postmortem(db, 1, 1, DAY + 5);
    assert_eq!(next(db), Some(at(5)));
}

//! What tells when an alarm was armed, on both databases: of a long stream its end alone, and damage in one row stays there.

use super::samples::{at, commit, new_page, notification, notification_id, owe, page_id, read, write};
use crate::{
    Database, Postgres, Sqlite,
    clock_step::{Piece, Place, messages, pages},
    testing::postgres_database,
};
use nightbell_domain::{
    ids::NotificationId,
    paging::{AttemptOutcome, Notification, NotificationStatus, Page, PageEvent, Rank},
    record::Instant,
};

/// The same on both databases.
fn on_both(case: fn(&mut dyn Database)) {
    case(&mut Sqlite::in_memory().expect("a database"));
    let made = postgres_database();
    case(&mut Postgres::open(made.url()).expect("a database"));
}

fn attempted(notification: NotificationId) -> PageEvent {
    PageEvent::Attempted {
        notification,
        user: "alice".parse().expect("a handle"),
        contact: "mail".parse().expect("a handle"),
        medium: "email".to_owned(),
        attempt: 1,
        outcome: AttemptOutcome::Unknown { detail: String::new() },
    }
}

/// The second of the newest event that may have armed the page, and its message.
fn armed_by(db: &mut dyn Database) -> (Instant, Instant) {
    let begin = Place::before(at(0));
    let piece = |found: Piece| found.sound[0].armed_by.expect("something armed it");
    let page = read(db, |tx| pages(tx, Rank::SECOND, &begin, 1));
    (piece(page), piece(read(db, |tx| messages(tx, Rank::SECOND, &begin, 1))))
}

#[test]
fn inv_13_of_a_long_stream_the_end_tells_what_armed_an_alarm() {
    on_both(|db| {
        let tried = |db: &mut dyn Database, page: &Page, count, second| {
            commit(db, Some(page), &vec![attempted(notification_id(1)); count], second)
        };
        let page = new_page(db, 1, 9_000);
        owe(db, &notification(1, 1, 9_000));
        assert_eq!(armed_by(db), (at(0), at(0)));
        let page = tried(db, &page, 1, 5_000);
        assert_eq!(armed_by(db), (at(0), at(5_000)), "an attempt arms no page, but its messages");
        let page = tried(db, &page, 62, 10);
        assert_eq!(armed_by(db), (at(0), at(5_000)), "64 events");
        let page = tried(db, &page, 1, 11);
        assert_eq!(armed_by(db), (at(5_000), at(5_000)), "its step is further back: the latest of the others");
        let page = tried(db, &page, 1, 11);
        assert_eq!(armed_by(db), (at(11), at(11)), "64 attempts have seen a right clock since");
        let page = tried(db, &page, 1, 6_000);
        assert_eq!(armed_by(db), (at(6_000), at(6_000)));
        let event = PageEvent::Rescheduled {
            next_due_at: None,
            rings_again_at: None,
            messages: Vec::new(),
            why: String::new(),
        };
        let page = commit(db, Some(&page), &[event], 20);
        assert_eq!(armed_by(db), (at(20), at(20)), "all of its alarms were looked at then");
        tried(db, &page, 1, 30);
        assert_eq!(armed_by(db), (at(20), at(30)));
    });
}

#[test]
fn inv_13_a_row_that_cannot_be_understood_is_left_out_and_passed_by() {
    on_both(|db| {
        for n in [1, 2, 3] {
            new_page(db, n, 9_000);
        }
        let sql = "UPDATE page SET id = 'page_nonsense' WHERE id = $1";
        write(db, |tx| tx.run(sql, &[page_id(2).to_string().into()])).expect("altered");
        let mut after = Place::before(at(0));
        let mut found = Vec::new();
        for _ in 0..3 {
            let piece = read(db, |tx| pages(tx, Rank::SECOND, &after, 1));
            assert_eq!(piece.count, 1);
            after = piece.last.expect("a place");
            found.extend(piece.sound.into_iter().map(|waiting| waiting.page));
        }
        found.sort();
        assert_eq!(found, [page_id(1), page_id(3)]);
        assert_eq!(read(db, |tx| pages(tx, Rank::SECOND, &after, 1)).count, 0);
    });
}

#[test]
fn inv_13_a_time_that_is_none_is_left_out_too() {
    on_both(|db| {
        new_page(db, 1, 9_000);
        for n in [1, 2] {
            owe(db, &notification(n, 1, 9_000));
        }
        let sql = "UPDATE notification SET next_due_at = 9000000000000000000 WHERE id = $1";
        write(db, |tx| tx.run(sql, &[notification_id(1).to_string().into()])).expect("altered");
        let piece = read(db, |tx| messages(tx, Rank::SECOND, &Place::before(at(0)), 10));
        assert_eq!((piece.count, piece.sound.len()), (2, 1));
        let last = piece.last.expect("a place");
        assert_eq!(read(db, |tx| messages(tx, Rank::SECOND, &last, 10)).count, 0);
    });
}

#[test]
fn inv_08_13_what_no_event_tells_is_told_by_the_longest_wait_of_its_kind() {
    on_both(|db| {
        new_page(db, 1, 30);
        let owed = notification(1, 1, 10);
        let tried = Notification { attempts: 1, next_due_at: Some(at(9_000)), ..owed.clone() };
        let lease = Notification { status: NotificationStatus::Sending, ..tried.clone() };
        owe(db, &owed);
        let mut before = owed.clone();
        for (now, second) in
            [(owed.clone(), 0), (owed.hold_until(at(9_000)), 9_000 - 60), (tried, 9_000 - 300), (lease, 9_000 - 45)]
        {
            write(db, |tx| crate::paging::save(tx, &before, &now)).expect("storable");
            let found = read(db, |tx| messages(tx, Rank::SECOND, &Place::before(at(0)), 1));
            assert_eq!(found.sound[0].armed_by, Some(at(second)), "{now:?}");
            before = now;
        }
    });
}

//! Notifications and attempts: who settles from an old state is told; the delivery log changes no history.

use crate::{
    Database, StoreError,
    paging::{self, Attempt},
    tests::samples::{at, commit, new_page, notification, notification_id, owe, page_id, read, started, write},
};
use nightbell_domain::paging::{AttemptOutcome, Notification, Page, Report};

pub fn notification_moves_only_from_what_was_read(db: &mut dyn Database) {
    new_page(db, 1, 0);
    let queued = Notification { reason: Some("first".to_owned()), ..notification(1, 1, 10) };
    owe(db, &queued);
    assert_eq!(read(db, |tx| paging::notification(tx, queued.id)), Some(queued.clone()));
    assert_eq!(read(db, |tx| paging::notification(tx, notification_id(9))), None);
    let sending = queued.begin(at(10));
    write(db, |tx| paging::save(tx, &queued, &sending)).expect("saved");
    for other in [queued.begin(at(11)), queued.cancel("too late")] {
        let stale = write(db, |tx| paging::save(tx, &queued, &other));
        assert!(matches!(stale, Err(StoreError::Conflict(_))), "{stale:?}");
    }
    let repeat = sending.begin(at(60));
    assert!(repeat.repeat && repeat.attempts == 2, "the lease ran out");
    write(db, |tx| paging::save(tx, &sending, &repeat)).expect("saved");
    let late = write(db, |tx| paging::save(tx, &sending, &sending.cancel("of the first attempt")));
    assert!(matches!(late, Err(StoreError::Conflict(_))), "same word, earlier attempt: {late:?}");
    let settled =
        repeat.settle(Report::Accepted { detail: "250 OK".to_owned(), provider_id: None }, at(61)).notification;
    write(db, |tx| paging::save(tx, &repeat, &settled)).expect("saved");
    assert_eq!(read(db, |tx| paging::notification(tx, queued.id)), Some(settled));
}

pub fn attempt_ends_once(db: &mut dyn Database) {
    new_page(db, 1, 0);
    owe(db, &notification(1, 1, 0));
    let id = notification_id(1);
    let accepted = AttemptOutcome::Accepted { detail: "250 OK".to_owned(), provider_id: Some("q-1".to_owned()) };
    let failed = AttemptOutcome::FailedPermanent { detail: "550".to_owned() };
    assert!(!write(db, |tx| paging::end_attempt(tx, id, 1, at(2), &accepted)).expect("asked"), "none began");
    write(db, |tx| paging::begin_attempt(tx, id, 1, at(1))).expect("begun");
    assert!(write(db, |tx| paging::end_attempt(tx, id, 1, at(2), &accepted)).expect("asked"));
    assert!(!write(db, |tx| paging::end_attempt(tx, id, 1, at(3), &failed)).expect("asked"), "a late report");
    assert_eq!(
        read(db, |tx| paging::attempts(tx, page_id(1))),
        [Attempt {
            notification: id,
            n: 1,
            begun_at: at(1),
            ended_at: Some(at(2)),
            outcome: Some("accepted".to_owned()),
            detail: Some("250 OK".to_owned()),
            provider_id: Some("q-1".to_owned()),
        }]
    );
}

pub fn delivery_log_is_in_the_order_of_attempts(db: &mut dyn Database) {
    new_page(db, 1, 0);
    new_page(db, 2, 0);
    for (n, page, due) in [(1, 1, 30), (2, 1, 10), (3, 2, 0)] {
        owe(db, &notification(n, page, due));
    }
    for (n, attempt, second) in [(1, 1, 30), (2, 1, 10), (2, 2, 40), (3, 1, 0)] {
        write(db, |tx| paging::begin_attempt(tx, notification_id(n), attempt, at(second))).expect("begun");
    }
    let log: Vec<_> = read(db, |tx| paging::attempts(tx, page_id(1)))
        .iter()
        .map(|a| (a.notification, a.n, a.ended_at, a.outcome.clone()))
        .collect();
    assert_eq!(
        log,
        [(notification_id(2), 1, None, None), (notification_id(1), 1, None, None), (notification_id(2), 2, None, None)]
    );
    let owed: Vec<_> = read(db, |tx| paging::of_page(tx, page_id(1))).iter().map(|n| n.id).collect();
    assert_eq!(owed, [notification_id(2), notification_id(1)], "in the order they are due");
}

pub fn pages_are_found_by_subject_and_listed_while_open(db: &mut dyn Database) {
    let pages: Vec<Page> = [(2, 7), (1, 7), (3, 8)].map(|(n, alert)| commit(db, None, &started(n, alert, 0), 0)).into();
    let ids = |pages: Vec<Page>| pages.iter().map(|p| p.id).collect::<Vec<_>>();
    let subject = paging::subject_key(&pages[0].subject);
    assert_eq!(ids(read(db, |tx| paging::of_subject(tx, &subject))), [page_id(1), page_id(2)]);
    assert_eq!(ids(read(db, |tx| paging::open(tx, 10))), [page_id(3), page_id(2), page_id(1)]);
    assert_eq!(ids(read(db, |tx| paging::open(tx, 1))), [page_id(3)]);
    commit(db, Some(&pages[0]), &pages[0].end("resolved"), 1);
    assert_eq!(ids(read(db, |tx| paging::open(tx, 10))), [page_id(3), page_id(1)]);
    assert_eq!(ids(read(db, |tx| paging::of_subject(tx, &subject))), [page_id(1), page_id(2)], "ended ones too");
}

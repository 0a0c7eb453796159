//! Which message another goes along with (INV-08), and who goes first (INV-15): the same rows on every database.

use crate::{
    Database, bundle, paging,
    tests::samples::{at, commit, new_page, notification, notification_id, owe, page_id, read, write},
};
use nightbell_domain::{
    ids::NotificationId,
    paging::{AttemptOutcome, Notification, NotificationStatus, Page, PageEvent, Rank, Report},
};

/// Notification `n` of page `n`, due at `due`, of that rank.
fn waiting(db: &mut dyn Database, n: u32, due: i64, rank: Rank) -> Notification {
    new_page(db, n, 0);
    let queued = Notification { rank, ..notification(n, n, due) };
    owe(db, &queued);
    queued
}

/// The attempt of a leader begins; answers it and what went along.
fn lead(db: &mut dyn Database, queued: &Notification, second: i64) -> (Notification, Vec<NotificationId>) {
    let begun = queued.begin(at(second));
    let count = write(db, |tx| {
        paging::save(tx, queued, &begun)?;
        paging::begin_attempt(tx, begun.id, begun.attempts, at(second))?;
        bundle::take_along(tx, &begun, "lost")
    });
    let along = read(db, |tx| bundle::along_ids(tx, &begun));
    assert_eq!(count.expect("taken"), along.len() as u64);
    (begun, along)
}

fn stored(db: &mut dyn Database, n: u32) -> Notification {
    read(db, |tx| paging::notification(tx, notification_id(n))).expect("stored")
}

fn acknowledge(db: &mut dyn Database, n: u32) {
    let page = read(db, |tx| crate::load::<Page>(tx, &page_id(n).to_string())).expect("a page");
    commit(db, Some(&page), &[PageEvent::taken("link")], 5);
}

pub fn inv_15_due_goes_by_rank_then_time(db: &mut dyn Database) {
    for (n, due, rank) in [(1, 10, Rank::QUIET), (2, 30, Rank::FIRST), (3, 20, Rank::THIRD), (4, 25, Rank::FIRST)] {
        waiting(db, n, due, rank);
    }
    let due = |db: &mut dyn Database, now, max| read(db, |tx| paging::due_notification_ids(tx, now, max));
    let ids = |of: &[u32]| of.iter().map(|n| notification_id(*n)).collect::<Vec<_>>();
    assert_eq!(due(db, at(60), 10), ids(&[4, 2, 3, 1]));
    assert_eq!(due(db, at(60), 3), ids(&[4, 2, 3]));
    assert_eq!(due(db, at(26), 10), ids(&[4, 3, 1]));
    // Every page's own alarm lies at zero.
    assert_eq!(read(db, |tx| paging::next_due(tx)), Some(at(0)));
}

pub fn inv_08_what_waits_goes_along_once(db: &mut dyn Database) {
    let first = waiting(db, 1, 10, Rank::FIRST);
    for (n, due) in [(2, 10), (3, 5), (4, 100)] {
        waiting(db, n, due, Rank::SECOND);
    }
    let held = waiting(db, 5, 8, Rank::SECOND);
    write(db, |tx| paging::save(tx, &held, &held.hold_until(at(70)))).expect("held back");
    let (begun, along) = lead(db, &first, 10);
    assert_eq!(along, [3, 5, 2].map(notification_id), "by age; what is not due yet stays");
    let taken = stored(db, 5);
    assert_eq!((taken.status, taken.attempts, taken.sent_with), (NotificationStatus::Sending, 1, Some(begun.id)));
    assert_eq!((taken.begun_at, taken.next_due_at, taken.repeat), (Some(at(10)), begun.next_due_at, false));
    assert_eq!(stored(db, 4).attempts, 0);
    let listed = read(db, |tx| bundle::along(tx, &begun, 2));
    assert_eq!(listed.iter().map(|page| page.id).collect::<Vec<_>>(), [page_id(3), page_id(5)]);
    let attempts = read(db, |tx| paging::attempts(tx, page_id(5)));
    assert_eq!(attempts.iter().map(|a| (a.n, a.begun_at, a.ended_at)).collect::<Vec<_>>(), [(1, at(10), None)]);
    // While it is under way nothing is known; afterwards everything that went along is due, after whatever has to be said.
    let ended = |db: &mut dyn Database| read(db, |tx| bundle::how_it_ended(tx, begun.id, at(10)));
    assert_eq!(ended(db), None);
    let outcome = AttemptOutcome::Accepted { detail: "250".to_owned(), provider_id: Some("q-1".to_owned()) };
    write(db, |tx| paging::end_attempt(tx, begun.id, 1, at(11), &outcome)).expect("ended");
    assert_eq!(ended(db), Some(Report::Accepted { detail: "250".to_owned(), provider_id: Some("q-1".to_owned()) }));
    assert_eq!(write(db, |tx| bundle::write_down_along(tx, begun.id, at(10), at(11))).expect("due"), 3);
    assert_eq!((stored(db, 5).rank, stored(db, 5).next_due_at), (Rank::WRITE_DOWN, Some(at(11))));
    assert_eq!(write(db, |tx| bundle::write_down_along(tx, begun.id, at(10), at(12))).expect("due"), 0, "once");
}

pub fn inv_05_what_no_longer_rings_stays_behind(db: &mut dyn Database) {
    let first = waiting(db, 1, 10, Rank::FIRST);
    for n in [2, 3] {
        waiting(db, n, 5, Rank::FIRST);
    }
    acknowledge(db, 2);
    assert_eq!(lead(db, &first, 10).1, [notification_id(3)]);
    assert_eq!(stored(db, 2).attempts, 0);
}

pub fn inv_06_what_a_lost_sender_had_goes_along_again(db: &mut dyn Database) {
    let first = waiting(db, 1, 10, Rank::FIRST);
    waiting(db, 2, 10, Rank::FIRST);
    let (begun, along) = lead(db, &first, 10);
    assert_eq!(along, [notification_id(2)]);
    let (again, along) = lead(db, &begun, 60);
    assert_eq!(along, [notification_id(2)], "its lease ran out with the leader's");
    let taken = stored(db, 2);
    assert_eq!((taken.attempts, taken.repeat, taken.begun_at), (2, true, again.begun_at));
    let attempts = read(db, |tx| paging::attempts(tx, page_id(2)));
    let told: Vec<_> = attempts.iter().map(|a| (a.n, a.outcome.as_deref(), a.detail.as_deref())).collect();
    assert_eq!(told, [(1, Some("unknown"), Some("lost")), (2, None, None)]);
}

pub fn inv_08_only_what_still_rings_holds_others_back(db: &mut dyn Database) {
    let first = waiting(db, 1, 10, Rank::SECOND);
    lead(db, &first, 10);
    let method = (first.user.clone(), first.contact.clone());
    let lately = |db: &mut dyn Database, rank, after, besides| {
        let found =
            read(db, |tx| bundle::last_rung(tx, (&method.0, &method.1), rank, (after, at(20)), page_id(besides)));
        (found.reached, found.tried)
    };
    let rung = (Some(at(10)), Some(at(10)));
    assert_eq!(lately(db, Rank::SECOND, at(0), 9), rung);
    assert_eq!(lately(db, Rank::QUIET, at(0), 9), rung);
    assert_eq!(lately(db, Rank::FIRST, at(0), 9), (None, None), "what is worse does not wait");
    assert_eq!(lately(db, Rank::SECOND, at(10), 9), (None, None), "long ago");
    let early = read(db, |tx| bundle::last_rung(tx, (&method.0, &method.1), Rank::SECOND, (at(0), at(9)), page_id(9)));
    assert_eq!((early.reached, early.tried), (None, None), "later than now: the clock was set back since");
    assert_eq!(lately(db, Rank::SECOND, at(0), 1), (None, None), "a page does not wait for itself");
    let sending = stored(db, 1);
    let deferred =
        sending.settle(Report::Deferred { detail: "busy".to_owned(), retry_after: None }, at(11)).notification;
    write(db, |tx| paging::save(tx, &sending, &deferred)).expect("settled");
    assert_eq!(lately(db, Rank::SECOND, at(0), 9), (None, Some(at(10))), "tried, and nobody was reached");
    acknowledge(db, 1);
    assert_eq!(lately(db, Rank::SECOND, at(0), 9), (None, None), "taken");
    let told = read(db, |tx| bundle::last_told(tx, (&method.0, &method.1), first.kind, (at(0), at(20)), page_id(9)));
    assert_eq!((told.reached, told.tried), (None, Some(at(10))));
}

pub fn pages_are_told_of_together(db: &mut dyn Database) {
    let queued: Vec<_> =
        [(1, Rank::THIRD), (2, Rank::FIRST), (3, Rank::SECOND)].map(|(n, rank)| waiting(db, n, 10, rank)).into();
    lead(db, &queued[1], 11);
    let later = waiting(db, 4, 12, Rank::FIRST);
    lead(db, &later, 13);
    let user = later.user.clone();
    let together = |db: &mut dyn Database, n| read(db, |tx| bundle::told_with(tx, &user, page_id(n), 0, 10));
    for n in [1, 2, 3] {
        let mut all = together(db, n);
        all.sort_unstable();
        assert_eq!(all, [1, 2, 3].map(page_id));
    }
    let second = read(db, |tx| bundle::told_with(tx, &user, page_id(1), 1, 1));
    assert_eq!(second, [page_id(2)], "the first was left out");
    assert_eq!(together(db, 4), [page_id(4)], "another message");
    assert_eq!(together(db, 9), []);
    acknowledge(db, 2);
    assert_eq!(together(db, 2).len(), 2, "what is taken waits no more");
    let nobody = read(db, |tx| bundle::told_with(tx, &"nobody".parse().expect("a handle"), page_id(1), 0, 10));
    assert_eq!(nobody, []);
}

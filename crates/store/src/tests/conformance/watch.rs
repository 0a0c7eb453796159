//! What the watch looks at and what it leaves behind: overdue things of every kind, heartbeats, canaries that are forgotten whole.

use crate::{
    Database, canary, heartbeat, journal, paging,
    tests::samples::{
        at, commit, handle, new_incident, new_page, notification, owe, page_id, read, started, try_read, write,
    },
    watch,
};
use nightbell_domain::{
    ids::IntegrationId,
    paging::{PageEvent, Subject},
};

pub fn overdue_things_are_counted_by_kind(db: &mut dyn Database) {
    let overdue = |db: &mut dyn Database, second: i64| read(db, |tx| watch::overdue(tx, at(second)));
    assert_eq!(overdue(db, 1_000_000), []);
    for (n, second) in [(1, 30), (2, 20), (3, 40)] {
        new_page(db, n, second);
    }
    owe(db, &notification(1, 1, 25));
    let beat: IntegrationId = handle("backup");
    write(db, |tx| heartbeat::heard(tx, &beat, at(0), at(35))).expect("heard");
    let expected = |kinds: &[(&str, u64, i64)]| -> Vec<_> {
        kinds.iter().map(|(kind, count, since)| ((*kind).to_owned(), *count, at(*since))).collect()
    };
    assert_eq!(overdue(db, 19), []);
    assert_eq!(overdue(db, 20), expected(&[("page", 1, 20)]));
    assert_eq!(overdue(db, 30), expected(&[("page", 2, 20), ("notification", 1, 25)]));
    assert_eq!(overdue(db, 50), expected(&[("page", 3, 20), ("notification", 1, 25), ("heartbeat", 1, 35)]));
    let alarms = read(db, |tx| watch::alarms(tx, at(30)));
    let page = alarms.iter().find(|of| of.kind == "page").expect("every kind is told");
    assert_eq!((page.waiting, page.overdue, page.next_due_at), (3, 2, Some(at(20))));
    let none = alarms.iter().find(|of| of.kind == "postmortem").expect("every kind is told");
    assert_eq!((none.waiting, none.overdue, none.next_due_at), (0, 0, None));
    new_incident(db, 1, 0);
    assert!(overdue(db, 1_000_000).iter().any(|(kind, count, _)| kind == "incident" && *count == 1));
}

pub fn heartbeat_waits_is_missed_once_and_is_heard_again(db: &mut dyn Database) {
    let id: IntegrationId = handle("backup");
    let one = |db: &mut dyn Database| read(db, |tx| heartbeat::one(tx, &id)).map(|h| (h.seen_at, h.next_due_at));
    assert_eq!(one(db), None);
    write(db, |tx| heartbeat::heard(tx, &id, at(0), at(60))).expect("heard");
    write(db, |tx| heartbeat::heard(tx, &id, at(50), at(110))).expect("heard");
    assert_eq!(one(db), Some((at(50), Some(at(110)))));
    assert_eq!(read(db, |tx| paging::next_due(tx)), Some(at(110)), "the pump wakes for it");
    assert_eq!(read(db, |tx| heartbeat::due(tx, at(109), 10)), []);
    assert_eq!(read(db, |tx| heartbeat::due(tx, at(110), 10)), std::slice::from_ref(&id));
    assert!(write(db, |tx| heartbeat::missed(tx, &id)).expect("missed"));
    assert!(!write(db, |tx| heartbeat::missed(tx, &id)).expect("known"), "for the one caller that says so first");
    write(db, |tx| heartbeat::wait(tx, &id, at(500))).expect("nothing happens");
    assert_eq!(one(db), Some((at(50), None)));
    write(db, |tx| heartbeat::heard(tx, &id, at(200), at(260))).expect("heard");
    write(db, |tx| heartbeat::wait(tx, &id, at(300))).expect("put off");
    assert_eq!(one(db), Some((at(200), Some(at(300)))));
    write(db, |tx| heartbeat::forget(tx, &id)).expect("forgotten");
    assert_eq!(read(db, |tx| heartbeat::all(tx)), []);
}

/// The n-th page, a canary's, due at once.
fn new_canary(db: &mut dyn Database, n: u32) -> nightbell_domain::paging::Page {
    let events = started(n, 1, 0).into_iter().map(|event| match event {
        PageEvent::Started { id, title, body, service, urgency, policy, why, next_due_at, rank, .. } => {
            let subject = Subject::Canary;
            PageEvent::Started {
                id,
                subject,
                title,
                body,
                service,
                urgency,
                policy,
                why,
                next_due_at,
                rank,
                held_until: None,
            }
        }
        other => other,
    });
    commit(db, None, &events.collect::<Vec<_>>(), 0)
}

pub fn inv_24_canary_is_forgotten_whole_and_alone(db: &mut dyn Database) {
    let person = new_page(db, 1, 0);
    owe(db, &notification(1, 1, 0));
    let bird = new_canary(db, 2);
    owe(db, &notification(2, 2, 0));
    write(db, |tx| paging::begin_attempt(tx, notification(2, 2, 0).id, 1, at(1))).expect("begun");
    assert_eq!(read(db, |tx| paging::open(tx, 10)).iter().map(|p| p.id).collect::<Vec<_>>(), [person.id], "not listed");
    let later = |db: &mut dyn Database, n: u32| new_page(db, n, 50);
    later(db, 3);
    // One that still waits is not forgotten, nor is anything of it.
    assert!(write(db, |tx| canary::forget(tx, bird.id)).is_err());
    assert_eq!(read(db, |tx| canary::waiting(tx, 10)).len(), 1);
    assert_eq!(read(db, |tx| paging::attempts(tx, bird.id)).len(), 1);
    commit(db, Some(&bird), &[PageEvent::Ended { reason: "answered".to_owned() }], 2);
    assert!(!write(db, |tx| canary::forget(tx, bird.id)).expect("asked"), "the newest line of the journal stays");
    later(db, 4);
    let lines = |db: &mut dyn Database, n: u32| read(db, |tx| journal::raw_stream(tx, "page", &page_id(n).to_string()));
    assert!(write(db, |tx| canary::forget(tx, bird.id)).expect("forgotten"));
    assert_eq!((lines(db, 2).len(), read(db, |tx| canary::all(tx, 10)).len()), (0, 0));
    assert_eq!(read(db, |tx| paging::notification(tx, notification(2, 2, 0).id)), None);
    // Nobody's page is one, ended or not.
    commit(db, Some(&person), &[PageEvent::Ended { reason: "over".to_owned() }], 3);
    later(db, 5);
    assert!(write(db, |tx| canary::forget(tx, person.id)).is_err());
    assert!(!lines(db, 1).is_empty());
    assert!(try_read(db, |tx| paging::notification(tx, notification(1, 1, 0).id)).expect("readable").is_some());
}

//! Calendar feeds open by their secret until they are revoked; absences are read by person and by time, all of them; a hole is warned of once.

use crate::{
    Database,
    calendars::{self, Absence, Feed},
    holes,
    tests::samples::{at, handle, id, read, write},
};
use nightbell_domain::ids::{AbsenceId, FeedId, UserId};

fn feed(user: &str, schedule: Option<&str>, second: u32) -> Feed {
    Feed {
        id: id::<FeedId>(FeedId::PREFIX, second),
        user: handle(user),
        schedule: schedule.map(handle),
        created_at: at(second.into()),
        last_used_at: None,
        revoked_at: None,
    }
}

pub fn feed_opens_by_its_secret_until_it_is_revoked(db: &mut dyn Database) {
    let (own, shared, other) = (feed("alice", None, 1), feed("alice", Some("night"), 2), feed("bob", None, 3));
    for (feed, secret) in [(&own, b"1"), (&shared, b"2"), (&other, b"3")] {
        write(db, |tx| calendars::add_feed(tx, feed, secret)).expect("kept");
    }
    assert!(write(db, |tx| calendars::add_feed(tx, &feed("bob", None, 4), b"1")).is_err(), "one secret, one feed");
    assert_eq!(read(db, |tx| calendars::feed(tx, b"2")), Some(shared.clone()));
    assert_eq!(read(db, |tx| calendars::feed(tx, b"no")), None);
    write(db, |tx| calendars::use_feed(tx, own.id, at(50))).expect("noted");
    let used = Feed { last_used_at: Some(at(50)), ..own.clone() };
    assert_eq!(read(db, |tx| calendars::feeds_of(tx, &handle("alice"))), [used, shared.clone()], "oldest first");
    for (of, closes) in [("bob", false), ("alice", true), ("alice", false)] {
        let closed = write(db, |tx| calendars::revoke_feed(tx, shared.id, &handle(of), at(60))).expect("asked");
        assert_eq!(closed, closes, "{of}");
    }
    assert_eq!(read(db, |tx| calendars::feed(tx, b"2")), None, "it opens nothing");
    write(db, |tx| calendars::revoke_feeds_of(tx, &handle("alice"), at(70))).expect("closed");
    assert!(read(db, |tx| calendars::feeds_of(tx, &handle("alice"))).is_empty());
    assert_eq!(read(db, |tx| calendars::feed(tx, b"3")), Some(other), "somebody else's stays");
}

fn absence(n: u32, user: &str, source: &str, from: i64, to: i64) -> Absence {
    let id = id::<AbsenceId>(AbsenceId::PREFIX, n);
    Absence { id, user: handle(user), source: source.to_owned(), from: at(from), to: at(to), noted_at: at(0) }
}

pub fn absence_is_read_by_person_and_by_time(db: &mut dyn Database) {
    let (alice, bob): (UserId, UserId) = (handle("alice"), handle("bob"));
    let all = [
        absence(1, "alice", "said", 10, 20),
        absence(2, "alice", "work", 15, 40),
        absence(3, "bob", "work", 18, 30),
        absence(4, "alice", "work", 50, 60),
    ];
    for one in &all {
        write(db, |tx| calendars::add_absence(tx, one)).expect("noted");
    }
    let backwards = absence(5, "bob", "said", 20, 20);
    assert!(write(db, |tx| calendars::add_absence(tx, &backwards)).is_err(), "one that lasts no time");
    let everybody = |db: &mut dyn Database, from, to| read(db, |tx| calendars::absences(tx, at(from), at(to)));
    assert_eq!(everybody(db, 0, 99), [all[0].clone(), all[2].clone(), all[1].clone(), all[3].clone()]);
    assert_eq!(everybody(db, 20, 50), [all[2].clone(), all[1].clone()], "half-open at both ends");
    let own = |db: &mut dyn Database, user, from, to, most| {
        read(db, |tx| calendars::absences_of(tx, user, at(from), at(to), most))
    };
    assert_eq!(own(db, &alice, 0, 99, 9), [all[0].clone(), all[1].clone(), all[3].clone()]);
    assert_eq!(own(db, &alice, 20, 50, 9), [all[1].clone()]);
    assert_eq!(own(db, &bob, 0, 99, 9), [all[2].clone()]);
    assert_eq!(own(db, &alice, 0, 99, 1).len(), 1);
    let counted = |db: &mut dyn Database, user, after| read(db, |tx| calendars::count_absences(tx, user, at(after)));
    assert_eq!((counted(db, &alice, 0), counted(db, &alice, 20), counted(db, &bob, 30)), (3, 2, 0));
    assert!(!write(db, |tx| calendars::forget_absence(tx, all[2].id, &alice)).expect("asked"), "not hers");
    assert!(write(db, |tx| calendars::forget_absence(tx, all[2].id, &bob)).expect("asked"));
    assert_eq!(write(db, |tx| calendars::forget_absences(tx, &alice, "work")).expect("forgotten"), 2);
    assert_eq!(everybody(db, 0, 99), [all[0].clone()]);
    assert_eq!(write(db, |tx| calendars::forget_absences_before(tx, at(20))).expect("forgotten"), 0, "before, not at");
    assert_eq!(write(db, |tx| calendars::forget_absences_before(tx, at(21))).expect("forgotten"), 1);
}

/// More than is read at once, and many of them ending at the same time.
pub fn no_number_of_absences_hides_another(db: &mut dyn Database) {
    let many = 2_500;
    write(db, |tx| {
        for n in 0..many {
            calendars::add_absence(tx, &absence(n, "alice", "said", 10, if n % 5 == 0 { 90 } else { 80 }))?;
        }
        calendars::add_absence(tx, &absence(many, "bob", "said", 10, 91))
    })
    .expect("noted");
    let found = read(db, |tx| calendars::absences(tx, at(0), at(99)));
    assert_eq!(found.len(), many as usize + 1, "each once");
    assert!(found.is_sorted_by_key(|one| (one.to, one.id.to_string())), "in order");
    assert_eq!(found.last().map(|one| one.user.clone()), Some(handle("bob")));
    assert_eq!(read(db, |tx| calendars::absences(tx, at(80), at(99))).len(), many as usize / 5 + 1);
}

pub fn hole_is_warned_of_once_for_each_stage(db: &mut dyn Database) {
    for (days, first) in [(7, true), (7, false), (2, true)] {
        let warned = write(db, |tx| holes::warn(tx, "night 2026", days, at(10), at(100))).expect("kept");
        assert_eq!(warned, first, "{days}");
    }
    assert_eq!(write(db, |tx| holes::forget(tx, at(99))).expect("forgotten"), 0);
    assert_eq!(write(db, |tx| holes::forget(tx, at(101))).expect("forgotten"), 2);
    assert!(write(db, |tx| holes::warn(tx, "night 2026", 7, at(102), at(200))).expect("kept"), "told anew");
}

//! What people had sent to try out a method is counted by who asked and by where it went.

use crate::{
    Database, people,
    tests::samples::{at, handle, read, write},
};
use nightbell_domain::ids::UserId;

pub fn what_is_asked_for_is_counted_by_person_and_by_address(db: &mut dyn Database) {
    let (alice, bob): (UserId, UserId) = (handle("alice"), handle("bob"));
    for (user, what, address, second) in [
        (&alice, "code", 1_u8, 10),
        (&alice, "code", 1, 20),
        (&alice, "code", 1, 20),
        (&alice, "test", 1, 30),
        (&bob, "code", 1, 40),
        (&bob, "code", 2, 50),
    ] {
        write(db, |tx| people::ask(tx, user, what, &[address], at(second))).expect("counted");
    }
    let by = |db: &mut dyn Database, user: &UserId, what, after, until, most| {
        read(db, |tx| people::asked_by(tx, user, what, (at(after), at(until)), most))
    };
    assert_eq!(by(db, &alice, "code", 0, 99, 9), [at(20), at(10)], "newest first; the same once");
    assert_eq!(by(db, &alice, "code", 10, 99, 9), [at(20)], "after, not at");
    assert_eq!(by(db, &alice, "code", 0, 19, 9), [at(10)]);
    assert_eq!(by(db, &alice, "code", 0, 99, 1), [at(20)]);
    let of = read(db, |tx| people::asked_of(tx, &[1], "code", (at(0), at(99)), 9));
    assert_eq!(of, [at(40), at(20), at(10)], "whoever asked");
    assert_eq!(write(db, |tx| people::forget_asked(tx, at(20))).expect("forgotten"), 1);
    assert_eq!(by(db, &alice, "code", 0, 99, 9), [at(20)]);
}

//! What is known of contact methods: codes on their way, and when a method last proved to reach its owner.

use crate::{
    Database,
    people::{self, Code, Proof},
    tests::samples::{at, handle, read, write},
};
use nightbell_domain::ids::{ContactId, UserId};

const TRIES_MAX: u32 = 3;

fn alice() -> (UserId, ContactId) {
    (handle("alice"), handle("phone"))
}

pub fn code_is_tried_so_often_and_ended_once(db: &mut dyn Database) {
    let (user, contact) = alice();
    let add = |db: &mut dyn Database, second, salt: u8| {
        let made = (at(second), at(second + 600));
        write(db, |tx| people::add_code(tx, (&user, &contact), made.0, &[salt], b"address", made.1)).expect("kept");
    };
    let newest = |db: &mut dyn Database| read(db, |tx| people::code(tx, &user, &contact));
    assert_eq!(newest(db), None);
    add(db, 10, 1);
    add(db, 20, 2);
    let known = Code {
        made_at: at(20),
        salt: vec![2],
        address: b"address".to_vec(),
        expires_at: at(620),
        tries: 0,
        ended_at: None,
    };
    assert_eq!(newest(db), Some(known.clone()), "the newest");
    for wanted in [true, true, true, false, false] {
        let tried = write(db, |tx| people::try_code(tx, &user, &contact, at(20), TRIES_MAX)).expect("counted");
        assert_eq!(tried, wanted);
    }
    assert_eq!(newest(db).map(|code| code.tries), Some(TRIES_MAX));
    for second in [30, 40] {
        write(db, |tx| people::end_code(tx, &user, &contact, at(20), at(second))).expect("ended");
    }
    assert_eq!(newest(db).and_then(|code| code.ended_at), Some(at(30)), "it ended once");
    assert_eq!(write(db, |tx| people::forget_codes(tx, at(20))).expect("forgotten"), 1, "before, not at");
    assert_eq!(newest(db).map(|code| code.made_at), Some(at(20)));
}

pub fn proof_holds_for_its_address_and_forgets_a_miss(db: &mut dyn Database) {
    let (user, contact) = alice();
    let see = |db: &mut dyn Database, address: &'static [u8], second| {
        write(db, |tx| people::see(tx, &user, &contact, address, at(second))).expect("seen");
    };
    let prove = |db: &mut dyn Database, second, how| {
        write(db, |tx| people::prove(tx, &user, &contact, at(second), how)).expect("proved");
    };
    let known = |db: &mut dyn Database| read(db, |tx| people::proofs_of(tx, &user));
    prove(db, 5, "code");
    assert_eq!(known(db), [], "what is not known proves nothing");
    see(db, b"one", 10);
    see(db, b"one", 20);
    let plain = Proof {
        user: user.clone(),
        contact: contact.clone(),
        address: b"one".to_vec(),
        seen_at: at(10),
        proven: None,
        tested_at: None,
        missed_at: None,
    };
    assert_eq!(known(db), std::slice::from_ref(&plain), "since it was first seen");
    write(db, |tx| people::tried(tx, &user, &contact, at(30))).expect("noted");
    write(db, |tx| people::missed(tx, &user, &contact, at(31))).expect("noted");
    let missed = Proof { tested_at: Some(at(30)), missed_at: Some(at(31)), ..plain.clone() };
    assert_eq!(known(db), [missed]);
    prove(db, 40, "test");
    prove(db, 35, "page");
    let proven = Proof { proven: Some((at(40), "test".to_owned())), tested_at: Some(at(30)), ..plain.clone() };
    assert_eq!(known(db), [proven], "the newest proof, and no miss any more");
    see(db, b"two", 50);
    let anew = Proof { address: b"two".to_vec(), seen_at: at(50), ..plain };
    assert_eq!(known(db), [anew], "another address is another method");
}

pub fn gone_person_leaves_no_code_and_no_proof(db: &mut dyn Database) {
    let methods = [("alice", "phone"), ("alice", "mail"), ("bob", "phone")].map(|(u, c)| (handle(u), handle(c)));
    for (user, contact) in &methods {
        let made = (at(10), at(600));
        write(db, |tx| people::add_code(tx, (user, contact), made.0, b"salt", b"address", made.1)).expect("kept");
        write(db, |tx| people::see(tx, user, contact, b"address", at(10))).expect("seen");
    }
    let whose = |db: &mut dyn Database| {
        let all = read(db, people::proofs);
        all.iter().map(|proof| format!("{}/{}", proof.user, proof.contact)).collect::<Vec<_>>()
    };
    assert_eq!(whose(db), ["alice/mail", "alice/phone", "bob/phone"]);
    write(db, |tx| people::forget_method(tx, &methods[1].0, &methods[1].1)).expect("forgotten");
    assert_eq!(whose(db), ["alice/phone", "bob/phone"]);
    write(db, |tx| people::forget_person(tx, &methods[0].0)).expect("forgotten");
    assert_eq!(whose(db), ["bob/phone"]);
    for (user, contact) in &methods {
        let left = read(db, |tx| people::code(tx, user, contact)).is_some();
        assert_eq!(left, user.as_str() == "bob", "{user}/{contact}");
    }
}

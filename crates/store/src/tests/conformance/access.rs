//! Passwords, sessions, tokens, links: found by the hash of their secret, used as often as they may be.

use crate::{
    Database, StoreError,
    access::{self, Session, Token},
    tests::samples::{at, handle, id, read, write},
};
use nightbell_domain::ids::{SessionId, TokenId, UserId};

const SECRET: &[u8] = &[7; 32];
const OTHER: &[u8] = &[8; 32];

fn session(n: u32, user: &str) -> Session {
    Session {
        id: id(SessionId::PREFIX, n),
        user: handle(user),
        csrf: format!("csrf-{n}"),
        created_at: at(0),
        last_seen_at: at(0),
        expires_at: at(86_400),
    }
}

fn token(n: u32, user: &str) -> Token {
    Token {
        id: id(TokenId::PREFIX, n),
        user: handle(user),
        name: format!("deploy {n}"),
        scope: "responder".to_owned(),
        created_at: at(0),
        last_used_at: None,
        revoked_at: None,
    }
}

fn open(db: &mut dyn Database, session: &Session, secret: &[u8]) {
    write(db, |tx| access::open_session(tx, session, secret)).expect("opened");
}

pub fn password_change_ends_every_session(db: &mut dyn Database) {
    let alice: UserId = handle("alice");
    assert_eq!(read(db, |tx| access::password(tx, &alice)), None);
    write(db, |tx| access::set_password(tx, &alice, "hash-1", at(0))).expect("set");
    open(db, &session(1, "alice"), SECRET);
    open(db, &session(2, "bob"), OTHER);
    write(db, |tx| access::set_password(tx, &alice, "hash-2", at(1))).expect("set");
    assert_eq!(read(db, |tx| access::password(tx, &alice)).as_deref(), Some("hash-2"));
    assert_eq!(read(db, |tx| access::session(tx, SECRET)), None, "signed out everywhere");
    assert_eq!(read(db, |tx| access::session(tx, OTHER)), Some(session(2, "bob")), "the others stay");
}

pub fn session_is_found_by_its_secret_until_it_ends(db: &mut dyn Database) {
    let first = session(1, "alice");
    open(db, &first, SECRET);
    assert_eq!(read(db, |tx| access::session(tx, SECRET)), Some(first.clone()));
    assert_eq!(read(db, |tx| access::session(tx, OTHER)), None);
    assert_eq!(read(db, |tx| access::session(tx, &SECRET[..31])), None, "a part of the hash is not the hash");
    write(db, |tx| access::see_session(tx, first.id, at(60))).expect("seen");
    let seen = Session { last_seen_at: at(60), ..first.clone() };
    assert_eq!(read(db, |tx| access::session(tx, SECRET)), Some(seen));
    write(db, |tx| access::end_session(tx, first.id)).expect("ended");
    assert_eq!(read(db, |tx| access::session(tx, SECRET)), None);
}

pub fn secrets_are_unique(db: &mut dyn Database) {
    open(db, &session(1, "alice"), SECRET);
    let twice = write(db, |tx| access::open_session(tx, &session(2, "bob"), SECRET));
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
    write(db, |tx| access::add_token(tx, &token(1, "alice"), SECRET)).expect("added");
    let twice = write(db, |tx| access::add_token(tx, &token(2, "bob"), SECRET));
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
    write(db, |tx| access::add_link(tx, SECRET, &handle("alice"), at(60))).expect("added");
    let twice = write(db, |tx| access::add_link(tx, SECRET, &handle("bob"), at(60)));
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
}

pub fn token_is_revoked_once(db: &mut dyn Database) {
    let (first, second) = (token(1, "alice"), token(2, "bob"));
    write(db, |tx| access::add_token(tx, &second, OTHER)).expect("added");
    write(db, |tx| access::add_token(tx, &first, SECRET)).expect("added");
    assert_eq!(read(db, access::tokens), [first.clone(), second.clone()], "oldest first");
    write(db, |tx| access::use_token(tx, first.id, at(5))).expect("used");
    assert!(write(db, |tx| access::revoke_token(tx, first.id, at(6))).expect("asked"));
    assert!(!write(db, |tx| access::revoke_token(tx, first.id, at(7))).expect("asked"), "once");
    assert!(!write(db, |tx| access::revoke_token(tx, id(TokenId::PREFIX, 9), at(7))).expect("asked"));
    let revoked = Token { last_used_at: Some(at(5)), revoked_at: Some(at(6)), ..first };
    assert_eq!(read(db, |tx| access::token(tx, SECRET)), Some(revoked.clone()), "found, and known to be revoked");
    write(db, |tx| access::revoke_tokens_of(tx, &handle("bob"), at(8))).expect("revoked");
    write(db, |tx| access::revoke_tokens_of(tx, &handle("alice"), at(9))).expect("nothing left");
    assert_eq!(read(db, access::tokens), [revoked, Token { revoked_at: Some(at(8)), ..second }]);
}

pub fn sign_in_link_works_once_and_in_time(db: &mut dyn Database) {
    let alice: UserId = handle("alice");
    write(db, |tx| access::add_link(tx, SECRET, &alice, at(60))).expect("added");
    write(db, |tx| access::add_link(tx, OTHER, &alice, at(60))).expect("added");
    for (secret, second, opens) in [(SECRET, 59, true), (SECRET, 60, false), (&[9; 32][..], 0, false)] {
        assert_eq!(read(db, |tx| access::link(tx, secret, at(second))).is_some(), opens, "at {second}");
    }
    let used = |db: &mut dyn Database, secret: &[u8], second: i64| {
        write(db, |tx| access::use_link(tx, secret, at(second))).expect("asked")
    };
    assert!(!used(db, SECRET, 60), "too late");
    assert!(used(db, SECRET, 59));
    assert!(!used(db, SECRET, 59), "somebody was faster");
    assert_eq!(read(db, |tx| access::link(tx, SECRET, at(0))), None);
    assert_eq!(read(db, |tx| access::link(tx, OTHER, at(0))), Some(alice), "the other one still opens");
}

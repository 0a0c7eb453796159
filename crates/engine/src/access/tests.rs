//! Access: the first administrator, passwords, one-time links, sessions, tokens. On a database in memory, with a clock that is an argument.

use super::{
    password::{check_password, hash_password, verify_password},
    token::well_formed,
    *,
};
use crate::{Directory, Engine, Fault, Unit};
use jiff::SignedDuration;
use nightbell_domain::{
    access::{Caller, Permit, Via},
    ids::{Entropy, TokenId, UserId},
    limits::{SESSION_IDLE, SESSION_LIFETIME, SIGN_IN_LINK_LIFETIME},
    org::{AccessRole, ConfigKind, ConfigObject, ContactKind, User},
    record::Actor,
    refusal::{Refusal, RefusalKind},
};
use nightbell_store::{Row, Sqlite, StoreError, Tx, Value, config};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use std::sync::OnceLock;

struct Seeded(ChaCha8Rng);

impl Entropy for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

const ROLES: [AccessRole; 4] = [AccessRole::Viewer, AccessRole::Responder, AccessRole::Manager, AccessRole::Admin];
const PASSWORD: &str = "a lamp in the hall";

fn begin() -> Instant {
    "2026-05-02T03:07:00Z".parse().expect("an instant")
}

fn open(database: Sqlite, seed: u64) -> Engine {
    Engine::open(Box::new(database), Box::new(Seeded(ChaCha8Rng::seed_from_u64(seed))), "https://nightbell.test")
        .expect("opens")
}

fn engine() -> Engine {
    open(Sqlite::in_memory().expect("a database"), 1)
}

fn user(id: &str) -> UserId {
    id.parse().expect("a handle")
}

fn refused<T>(result: Result<T, Fault>) -> Refusal {
    match result {
        Err(Fault::Refused(refusal)) => refusal,
        Err(e) => panic!("a fault, not a refusal: {e}"),
        Ok(_) => panic!("it was not refused"),
    }
}

/// Stores a person with a role, replacing the one of that handle.
fn person(engine: &mut Engine, id: &str, role: AccessRole) {
    let object = ConfigObject::User(User {
        id: user(id),
        name: id.to_owned(),
        email: format!("{id}@example.com"),
        role,
        time_zone: "UTC".to_owned(),
        contacts: Vec::new(),
        rules: nightbell_domain::org::NotificationRules::default(),
    });
    let store = |unit: &mut Unit<'_>| {
        unit.reload = true;
        Ok(config::put(unit.tx, &object, false, unit.now, &Actor::system("test"))?)
    };
    engine.execute(begin(), store).expect("stored");
}

fn remove(engine: &mut Engine, id: &str) {
    let gone = |unit: &mut Unit<'_>| {
        unit.reload = true;
        Ok(config::remove(unit.tx, ConfigKind::User, id, unit.now, &Actor::system("test"))?)
    };
    engine.execute(begin(), gone).expect("removed");
}

/// One slow hash for all tests.
fn hash() -> PasswordHash {
    static HASH: OnceLock<PasswordHash> = OnceLock::new();
    HASH.get_or_init(|| hash_password(PASSWORD, [3; 16]).unwrap_or_else(|e| panic!("{e}"))).clone()
}

fn admin() -> Permit<nightbell_domain::access::Administer> {
    Caller::new(user("root"), AccessRole::Admin, Via::Terminal).permit().expect("an administrator")
}

fn caller(id: &str, role: AccessRole) -> Caller {
    Caller::new(user(id), role, Via::Page)
}

/// A session of a person, by a link.
fn signed(engine: &mut Engine, id: &str, at: Instant) -> Secret {
    let hash = hash();
    let work = |unit: &mut Unit<'_>| {
        let link = invite(unit, &admin(), &user(id))?;
        set_password_by_link(unit, &link, &hash)
    };
    engine.execute(at, work).expect("signed in")
}

/// A look at the store, with the organisation of now.
fn view<T>(engine: &mut Engine, mut look: impl FnMut(&mut dyn Tx, &Directory) -> Result<T, Fault>) -> Result<T, Fault> {
    let directory = engine.directory();
    engine.read(|tx| look(tx, &directory))
}

fn who(engine: &mut Engine, secret: &Secret, at: Instant) -> Option<SignedIn> {
    view(engine, |tx, directory| authenticate_session(tx, directory, secret, at)).expect("read")
}

fn bearer(engine: &mut Engine, secret: &Secret) -> Option<Caller> {
    view(engine, |tx, directory| authenticate_token(tx, directory, secret)).expect("read").map(|(caller, _)| caller)
}

#[test]
fn the_first_administrator_can_sign_in_and_is_reachable() {
    let mut engine = engine();
    let first =
        engine.execute(begin(), |unit| init_first_admin(unit, " Ann.Lee+ops@Example.com ", "Ann Lee")).expect("made");
    assert_eq!(first.user, user("ann.lee-ops"));
    let directory = engine.directory();
    let person = &directory.org.users[&first.user];
    assert_eq!(
        (person.role, person.name.as_str(), person.email.as_str()),
        (AccessRole::Admin, "Ann Lee", "Ann.Lee+ops@Example.com")
    );
    assert!(matches!(&person.contacts[0].kind, ContactKind::Email { address } if address == "Ann.Lee+ops@Example.com"));
    assert!(person.contacts[0].verified);
    assert_eq!(bearer(&mut engine, &first.token_secret).map(|c| c.role()), Some(AccessRole::Admin));
    let hash = hash();
    let session =
        engine.execute(begin(), |unit| set_password_by_link(unit, &first.sign_in_secret, &hash)).expect("signed in");
    assert_eq!(who(&mut engine, &session, begin()).map(|s| s.caller.role()), Some(AccessRole::Admin));
}

#[test]
fn two_inits_make_one_administrator() {
    // In one process: the second finds an administrator.
    let mut one = engine();
    one.execute(begin(), |unit| init_first_admin(unit, "ann@example.com", "")).expect("made");
    let refusal = refused(one.execute(begin(), |unit| init_first_admin(unit, "bob@example.com", "")));
    assert_eq!((refusal.kind, refusal.code.as_str()), (RefusalKind::Conflict, "administrator-exists"));
    // Even when the first is gone again: the claim stays, `apply` with the data folder in hand makes administrators.
    remove(&mut one, "ann");
    assert_eq!(
        refused(one.execute(begin(), |unit| init_first_admin(unit, "bob@example.com", ""))).code,
        "administrator-exists"
    );
    // Two processes on one file, both having looked before either wrote.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("nightbell.db");
    let mut a = open(Sqlite::open(&file).expect("a database"), 1);
    let mut b = open(Sqlite::open(&file).expect("a database"), 2);
    a.execute(begin(), |unit| init_first_admin(unit, "ann@example.com", "")).expect("made");
    assert_eq!(
        refused(b.execute(begin(), |unit| init_first_admin(unit, "bob@example.com", ""))).code,
        "administrator-exists"
    );
    assert_eq!(b.directory().org.users.len(), 1);
}

#[test]
fn init_takes_addresses_and_keeps_who_is_there() {
    for email in
        ["", "ann", "@example.com", "ann@", "a b@example.com", "a@b@c", "ann@example.com\r\nBcc: x@example.com"]
    {
        let refusal = refused(engine().execute(begin(), |unit| init_first_admin(unit, email, "Ann")));
        assert_eq!(refusal.field.as_deref(), Some("email"), "{email:?}");
    }
    for (email, handle) in
        [("ann@x.org", "ann-2"), ("Ünal@x.org", "nal"), ("++@x.org", "admin"), ("BOB@example.com", "bob")]
    {
        let mut engine = engine();
        person(&mut engine, "ann", AccessRole::Viewer);
        person(&mut engine, "bob", AccessRole::Responder);
        let first = engine.execute(begin(), |unit| init_first_admin(unit, email, "")).expect("made");
        assert_eq!(first.user, user(handle), "{email}");
        assert_eq!(engine.directory().org.users[&first.user].role, AccessRole::Admin, "{email}");
    }
}

#[test]
fn passwords_are_argon2id_with_owasps_parameters() {
    let hash = hash();
    assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.0);
    assert!(verify_password(&hash.0, PASSWORD));
    assert!(!verify_password(&hash.0, "a lamp in the hal1"));
    for nonsense in ["", "$argon2id$", "plain"] {
        assert!(!verify_password(nonsense, PASSWORD), "{nonsense}");
    }
    for (password, good) in [("ninechars", false), ("ten chars!", true), ("äöüäöüäöüä", true)] {
        assert_eq!(check_password(password).is_ok(), good, "{password}");
    }
    assert!(check_password(&"x".repeat(513)).is_err() && check_password(&"x".repeat(512)).is_ok());
}

#[test]
fn sign_in_needs_the_password_that_holds_now() {
    let mut engine = engine();
    person(&mut engine, "rita", AccessRole::Responder);
    let before = signed(&mut engine, "rita", begin());
    let attempt = |engine: &mut Engine, email: &str, password: &str| {
        let attempt = view(engine, |tx, directory| SignInAttempt::new(tx, directory, email)).expect("read");
        attempt.verify(password)
    };
    assert!(attempt(&mut engine, "rita@example.com", "wrong password").is_none());
    assert!(attempt(&mut engine, "nobody@example.com", PASSWORD).is_none());
    let verified = attempt(&mut engine, " RITA@example.com ", PASSWORD).expect("right");
    let secret = engine.execute(begin(), |unit| sign_in(unit, &verified, Some(&before))).expect("signed in");
    assert!(who(&mut engine, &before, begin()).is_none(), "rotation: the browser's previous session is over");
    assert_eq!(who(&mut engine, &secret, begin()).map(|s| s.caller.user().clone()), Some(user("rita")));
    // The password changes between the check and the session.
    let other = PasswordHash(hash().0.replace("$argon2id", "$argon2id "));
    let change = |unit: &mut Unit<'_>| {
        let link = invite(unit, &admin(), &user("rita"))?;
        set_password_by_link(unit, &link, &other)
    };
    engine.execute(begin(), change).expect("changed");
    assert!(who(&mut engine, &secret, begin()).is_none(), "sessions die with the password");
    assert_eq!(refused(engine.execute(begin(), |unit| sign_in(unit, &verified, None))).kind, RefusalKind::Forbidden);
    remove(&mut engine, "rita");
    assert_eq!(refused(engine.execute(begin(), |unit| sign_in(unit, &verified, None))).kind, RefusalKind::Forbidden);
}

#[test]
fn links_open_once_and_for_a_day() {
    let mut engine = engine();
    person(&mut engine, "rita", AccessRole::Responder);
    let hash = hash();
    let links: Vec<Secret> =
        (0..3).map(|_| engine.execute(begin(), |unit| invite(unit, &admin(), &user("rita"))).expect("made")).collect();
    let end = begin() + SIGN_IN_LINK_LIFETIME;
    let look =
        |engine: &mut Engine, link: &Secret, at| view(engine, |tx, directory| link_holder(tx, directory, link, at));
    assert_eq!(look(&mut engine, &links[0], end - SignedDuration::from_secs(1)).expect("open").id, user("rita"));
    assert_eq!(refused(look(&mut engine, &links[0], end)).kind, RefusalKind::NotFound);
    assert_eq!(
        refused(engine.execute(end, |unit| set_password_by_link(unit, &links[0], &hash))).kind,
        RefusalKind::NotFound
    );
    engine.execute(begin(), |unit| set_password_by_link(unit, &links[1], &hash)).expect("used");
    let again = refused(engine.execute(begin(), |unit| set_password_by_link(unit, &links[1], &hash)));
    let unknown = refused(look(&mut engine, &Secret::from_text("nonsense"), begin()));
    assert_eq!(again, unknown, "used and unknown look alike");
    assert_eq!(refused(look(&mut engine, &links[2], begin())), unknown, "one that was used closes the others");
    let left = engine.execute(begin(), |unit| invite(unit, &admin(), &user("rita"))).expect("made");
    assert_eq!(look(&mut engine, &left, begin()).expect("open").id, user("rita"));
    remove(&mut engine, "rita");
    assert_eq!(refused(look(&mut engine, &left, begin())), unknown);
    assert_eq!(
        refused(engine.execute(begin(), |unit| invite(unit, &admin(), &user("rita")))).kind,
        RefusalKind::NotFound
    );
}

#[test]
fn sessions_end_when_idle_and_when_old() {
    let mut engine = engine();
    person(&mut engine, "rita", AccessRole::Responder);
    let secret = signed(&mut engine, "rita", begin());
    let second = SignedDuration::from_secs(1);
    assert!(who(&mut engine, &secret, begin() + SESSION_IDLE - second).is_some());
    assert!(who(&mut engine, &secret, begin() + SESSION_IDLE).is_none());
    // Used every six days it lives on, until its absolute end.
    let step = SignedDuration::from_hours(24 * 6);
    let mut at = begin();
    while at + step < begin() + SESSION_LIFETIME {
        at += step;
        let found = who(&mut engine, &secret, at).expect("alive");
        engine.execute(at, |unit| see_session(unit, found.session.id)).expect("seen");
    }
    assert!(who(&mut engine, &secret, begin() + SESSION_LIFETIME - second).is_some());
    assert!(who(&mut engine, &secret, begin() + SESSION_LIFETIME).is_none());
    for nonsense in [String::new(), "x".to_owned(), "x".repeat(1_000_000)] {
        assert!(who(&mut engine, &Secret::from_text(nonsense), begin()).is_none());
    }
}

#[test]
fn the_role_counts_as_it_is_now() {
    let mut engine = engine();
    person(&mut engine, "max", AccessRole::Manager);
    let secret = signed(&mut engine, "max", begin());
    for role in [AccessRole::Manager, AccessRole::Viewer, AccessRole::Admin] {
        person(&mut engine, "max", role);
        assert_eq!(who(&mut engine, &secret, begin()).map(|s| s.caller.role()), Some(role));
    }
    remove(&mut engine, "max");
    assert!(who(&mut engine, &secret, begin()).is_none());
}

#[test]
fn signing_out_ends_one_or_all() {
    let mut engine = engine();
    person(&mut engine, "rita", AccessRole::Responder);
    signed(&mut engine, "rita", begin());
    let verify = |engine: &mut Engine| {
        let attempt =
            view(engine, |tx, directory| SignInAttempt::new(tx, directory, "rita@example.com")).expect("read");
        attempt.verify(PASSWORD).expect("right")
    };
    let verified = verify(&mut engine);
    let [a, b, c] =
        [(); 3].map(|()| engine.execute(begin(), |unit| sign_in(unit, &verified, None)).expect("signed in"));
    engine.execute(begin(), |unit| sign_out(unit, &a)).expect("out");
    engine.execute(begin(), |unit| sign_out(unit, &a)).expect("out already");
    assert!(who(&mut engine, &a, begin()).is_none() && who(&mut engine, &b, begin()).is_some());
    engine.execute(begin(), |unit| sign_out_everywhere(unit, &caller("rita", AccessRole::Responder))).expect("out");
    assert!(who(&mut engine, &b, begin()).is_none() && who(&mut engine, &c, begin()).is_none());
}

#[test]
fn a_tokens_scope_lowers_and_never_raises() {
    let mut made = 0;
    for scope in ROLES {
        for role in ROLES {
            let mut engine = engine();
            person(&mut engine, "tess", AccessRole::Admin);
            let (_, secret) = engine
                .execute(begin(), |unit| create_token(unit, &caller("tess", AccessRole::Admin), "ci", scope))
                .expect("made");
            person(&mut engine, "tess", role);
            let found = bearer(&mut engine, &secret).expect("opens");
            assert_eq!((found.role(), found.user()), (scope.min(role), &user("tess")), "{scope:?} {role:?}");
            made += 1;
        }
    }
    assert_eq!(made, 16);
    let mut engine = engine();
    person(&mut engine, "tess", AccessRole::Admin);
    for role in ROLES {
        for scope in ROLES {
            // The caller's role now, which a small token has lowered already: it cannot make a larger one.
            let result = engine.execute(begin(), |unit| create_token(unit, &caller("tess", role), "ci", scope));
            let wanted = role >= AccessRole::Responder && scope <= role;
            assert_eq!(result.is_ok(), wanted, "{role:?} makes {scope:?}");
        }
    }
    let nameless = refused(
        engine
            .execute(begin(), |unit| create_token(unit, &caller("tess", AccessRole::Admin), "  ", AccessRole::Viewer)),
    );
    assert_eq!(nameless.field.as_deref(), Some("name"));
}

#[test]
fn a_revoked_token_opens_nothing() {
    let mut engine = engine();
    for id in ["tess", "rita"] {
        person(&mut engine, id, AccessRole::Responder);
    }
    let make = |engine: &mut Engine, id: &str| {
        let by = caller(id, AccessRole::Responder);
        engine.execute(begin(), |unit| create_token(unit, &by, "ci", AccessRole::Responder)).expect("made")
    };
    let (tess, tess_secret) = make(&mut engine, "tess");
    let (rita, rita_secret) = make(&mut engine, "rita");
    let revoke =
        |engine: &mut Engine, by: Caller, id: TokenId| engine.execute(begin(), |unit| revoke_token(unit, &by, id));
    let foreign = refused(revoke(&mut engine, caller("tess", AccessRole::Responder), rita.id));
    assert_eq!(foreign, Refusal::not_found("token", rita.id), "somebody else's looks like none");
    assert_eq!(refused(revoke(&mut engine, caller("tess", AccessRole::Viewer), tess.id)).kind, RefusalKind::Forbidden);
    revoke(&mut engine, caller("tess", AccessRole::Responder), tess.id).expect("revoked");
    assert_eq!(refused(revoke(&mut engine, caller("tess", AccessRole::Responder), tess.id)).code, "already-revoked");
    revoke(&mut engine, caller("root", AccessRole::Admin), rita.id).expect("an administrator revokes anybody's");
    assert!(bearer(&mut engine, &tess_secret).is_none() && bearer(&mut engine, &rita_secret).is_none());
    let own = engine.read(|tx| tokens(tx, &caller("tess", AccessRole::Manager))).expect("read");
    assert_eq!(own.iter().map(|t| t.id).collect::<Vec<_>>(), [tess.id]);
    assert_eq!(engine.read(|tx| tokens(tx, &caller("root", AccessRole::Admin))).expect("read").len(), 2);
}

#[test]
fn last_used_is_written_once_a_minute() {
    let mut engine = engine();
    person(&mut engine, "tess", AccessRole::Responder);
    let by = caller("tess", AccessRole::Responder);
    let (token, _) = engine.execute(begin(), |unit| create_token(unit, &by, "ci", AccessRole::Viewer)).expect("made");
    let used = begin() + SignedDuration::from_secs(5);
    engine.execute(used, |unit| use_token(unit, token.id)).expect("noted");
    let known = engine.read(|tx| tokens(tx, &by)).expect("read")[0].last_used_at;
    assert_eq!(known, Some(used));
    for (last, after_s, wanted) in [(None, 0, true), (known, 59, false), (known, 60, true), (known, -3_600, false)] {
        assert_eq!(worth_noting(last, used + SignedDuration::from_secs(after_s)), wanted, "{after_s}");
    }
}

/// A store nobody may ask.
struct NoStore;

impl Tx for NoStore {
    fn run(&mut self, _: &'static str, _: &[Value]) -> Result<u64, StoreError> {
        panic!("the store was asked")
    }
    fn rows(&mut self, _: &'static str, _: &[Value]) -> Result<Vec<Row>, StoreError> {
        panic!("the store was asked")
    }
}

#[test]
fn a_wrong_checksum_is_refused_without_the_store() {
    let mut engine = engine();
    person(&mut engine, "tess", AccessRole::Responder);
    let by = caller("tess", AccessRole::Responder);
    let (_, secret) = engine.execute(begin(), |unit| create_token(unit, &by, "ci", AccessRole::Viewer)).expect("made");
    let text = secret.expose().to_owned();
    assert!(well_formed(&text) && text.starts_with("nb_") && text.len() == 41, "{text}");
    let mut tried = 0;
    for at in 0..text.len() {
        let mut typo = text.clone().into_bytes();
        typo[at] = if typo[at] == b'x' { b'y' } else { b'x' };
        let typo = Secret::from_text(String::from_utf8(typo).expect("text"));
        assert!(authenticate_token(&mut NoStore, &Directory::default(), &typo).expect("an answer").is_none(), "{at}");
        tried += 1;
    }
    for nonsense in ["", "nb_", "ö", &text[..40], &format!("{text}x"), &"ö".repeat(41)] {
        let secret = Secret::from_text(nonsense);
        assert!(
            authenticate_token(&mut NoStore, &Directory::default(), &secret).expect("an answer").is_none(),
            "{nonsense}"
        );
    }
    assert_eq!(tried, 41);
}

#[test]
fn secrets_differ_and_compare_whole() {
    let mut engine = engine();
    let sessions: std::collections::BTreeSet<String> = (0..50)
        .map(|_| engine.execute(begin(), |unit| Ok(Secret::random(unit).expose().to_owned())).expect("made"))
        .collect();
    assert_eq!(sessions.len(), 50);
    assert!(sessions.iter().all(|text| text.len() == 43));
    for (a, b, same) in
        [("a", "a", true), ("a", "b", false), ("a", "aa", false), ("", "", true), ("aaaa", "aaab", false)]
    {
        assert_eq!(same_bytes(a.as_bytes(), b.as_bytes()), same, "{a} {b}");
    }
}

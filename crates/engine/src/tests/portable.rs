//! Backup and restore of a world in the middle of the night: what rang rings on, nothing else is sent, and the list says what to look at.

use super::{
    World,
    world::{Seeded, at},
};
use crate::{
    Engine, Fault, Reader,
    access::create_token,
    paging,
    portable::{self, LastBackup, Source},
    verify,
};
use nightbell_domain::{org::AccessRole, paging::Page};
use nightbell_store::{
    Database, Sqlite, StoreError, Tx,
    access::{self, Session},
    meta, paging as store,
};
use std::path::PathBuf;

/// An engine read through the port of readers.
struct Through<'a>(&'a mut Engine);

impl Reader for Through<'_> {
    fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
        match self.0.read(|tx| {
            view(tx);
            Ok(())
        }) {
            Err(Fault::Store(e)) => Err(e),
            _ => Ok(()),
        }
    }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }
    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// A page that rings with one message accepted and one under way, an acknowledged page, an incident, a token.
fn a_night() -> (World, Page) {
    let mut world = World::new();
    world.trigger("acknowledged");
    world.run_until(1);
    world.sent();
    let sent = world.ledger[0].clone();
    let permit = world.permit("alice");
    world.act(|unit| paging::acknowledge(unit, &permit, sent.page).map(drop));
    world.now = at(600);
    world.tick();
    world.sent();
    let page = world.trigger("ringing").page.expect("it pages");
    let under_way = world.hand_out();
    assert!(!under_way.is_empty(), "a message is on its way when the backup is made");
    world.sent();
    let carol = world.caller("carol");
    world.act(|unit| create_token(unit, &carol, "deploy", AccessRole::Responder).map(drop));
    world.declare("bob", "sev2");
    let page = world.page(page);
    (world, page)
}

#[test]
fn inv_23_a_restored_night_goes_on_where_the_backup_was_made() {
    let folder = Folder::new();
    let (mut world, page) = a_night();
    let key = *world.engine.settings().link_key.bytes();
    let file = folder.file("backup.db");
    let made_at = world.now;
    let made = portable::backup(Source::View(&mut Through(&mut world.engine)), &file, made_at, "0.1.0", &mut |_| {})
        .expect("made");
    assert_eq!(made.proof.findings, Vec::<String>::new());
    assert!(made.stamp.position > 0 && made.stamp.hash.len() == 64, "{:?}", made.stamp);
    assert!(made.counts.iter().any(|(table, rows)| *table == "notification" && *rows > 0));
    // What happens after the backup is lost, and must not come back half.
    let owed_then = world.engine.read(|tx| Ok(store::next_due(tx)?)).expect("readable");
    world.trigger("after the backup");
    world.tick();
    world.sent();

    let opened = portable::open(&file).expect("a backup");
    assert_eq!(opened.stamp.as_ref(), Some(&made.stamp));
    assert_eq!((opened.counts, opened.proof), (made.counts, made.proof));
    let now = at(700);
    let mut database = Sqlite::open(&file).expect("opens");
    let list = portable::settle(&mut database, now, None).expect("settled");
    assert_eq!((list.whole_until, list.restored_at, list.position), (Some(made_at), now, made.stamp.position));
    assert!(
        list.ringing.iter().any(|line| line.id == page.id.to_string() && line.what.contains("ringing is down")),
        "{list:?}"
    );
    assert!(!list.ringing.iter().any(|line| line.what.contains("acknowledged is down")), "{list:?}");
    assert!(!list.may_have_been_sent.is_empty(), "{list:?}");
    assert_eq!(list.incidents.len(), 1);
    assert!(list.tokens.iter().any(|token| token.contains("deploy (@carol, responder)")), "{:?}", list.tokens);

    // The next start: the same alarm as before, the same keys, no event, and nothing sent that was not due (INV-14).
    let mut engine =
        Engine::open(Box::new(database), Box::new(Seeded::new(9)), "https://nightbell.test").expect("opens");
    assert_eq!(&key, engine.settings().link_key.bytes(), "links that were sent still open");
    let (head, owed_now, kept) =
        engine.read(|tx| Ok((verify::head(tx)?, store::next_due(tx)?, portable::restored(tx)?))).expect("readable");
    assert_eq!((head.position, head.hash, owed_now), (made.stamp.position, made.stamp.hash, owed_then));
    assert_eq!(kept.as_ref(), Some(&list), "the list is found later");
    let messages = engine.execute(made_at, paging::dispatch).expect("a unit of work");
    assert!(messages.iter().all(|work| work.message.page != page.id), "what is under way has its lease");
    let later = engine.execute(now, paging::dispatch).expect("a unit of work");
    let repeats: Vec<_> = later.iter().filter(|work| work.message.page == page.id).collect();
    assert!(
        !repeats.is_empty() && repeats.iter().any(|work| work.message.repeat),
        "sent once more, and says so (INV-06)"
    );
    let proof = engine.read(|tx| verify::verify(tx)).expect("readable");
    assert_eq!(proof.findings, Vec::<String>::new());
    // The original world has what came after; its end proves it whole.
    world.run_until(1_000);
    world.sent();
}

fn key_in(database: &mut Sqlite) -> Option<String> {
    let mut key = None;
    database.read(&mut |tx| key = meta::get(tx, "link_key").expect("readable")).expect("a view");
    key
}

#[test]
fn inv_23_sessions_end_when_that_is_wanted() {
    let folder = Folder::new();
    let mut world = World::new();
    let file = folder.file("backup.db");
    let session = Session {
        id: world.act(|unit| Ok(unit.ids().make())),
        user: super::user("alice"),
        csrf: "c".to_owned(),
        created_at: at(0),
        last_seen_at: at(0),
        expires_at: at(3_600),
    };
    world.act(|unit| Ok(access::open_session(unit.tx, &session, &[7; 32])?));
    world.act(|unit| portable::note_backup(unit, &LastBackup { made_at: at(0), file: "x".to_owned() }));
    assert!(world.engine.read(portable::last_backup).expect("readable").is_some());
    portable::backup(Source::View(&mut Through(&mut world.engine)), &file, at(0), "0.1.0", &mut |_| {}).expect("made");
    let mut database = Sqlite::open(&file).expect("opens");
    assert_eq!(portable::settle(&mut database, at(1), None).expect("settled").sessions, 1);
    let key = key_in(&mut database);
    assert!(key.is_some(), "links that were sent work on");
    let list = portable::settle(&mut database, at(1), Some(&mut Seeded::new(9))).expect("settled");
    assert_eq!((list.sessions, list.links_ended, list.unstamped), (0, true, true));
    assert!(list.administrators.iter().any(|line| line.starts_with("@carol (")), "{:?}", list.administrators);
    let fresh = key_in(&mut database);
    assert!(fresh.is_some() && fresh != key, "whoever saw the backup signs nothing any more");
    let mut left = (0, None, None);
    database
        .read(&mut |tx| {
            left.0 = nightbell_store::portable::valid_sessions(tx, at(1)).expect("readable");
            left.1 = meta::get(tx, "backup").expect("readable");
            left.2 = portable::last_backup(tx).expect("readable");
        })
        .expect("a view");
    assert_eq!(left, (0, None, None), "and nothing says that this is a backup, or has one");
}

#[test]
fn inv_23_what_is_no_whole_backup_is_refused() {
    let folder = Folder::new();
    let file = folder.file("x.db");
    let said = |file: &std::path::Path| portable::open(file).expect_err("refused").to_string();
    std::fs::write(&file, b"hello").expect("written");
    assert!(said(&file).contains("damaged"), "{}", said(&file));
    std::fs::write(&file, b"").expect("written");
    assert!(said(&file).contains("none of Nightbell's"), "an empty file is an empty database to SQLite");

    let mut world = World::new();
    let whole = folder.file("whole.db");
    portable::backup(Source::View(&mut Through(&mut world.engine)), &whole, at(0), "0.1.0", &mut |_| {}).expect("made");
    let bytes = std::fs::read(&whole).expect("read");
    for cut in [bytes.len() / 2, bytes.len() - 4_096, 4_096] {
        std::fs::write(&file, &bytes[..cut]).expect("written");
        assert!(portable::open(&file).is_err(), "cut to {cut} bytes");
    }
    let empty = |file: &std::path::Path| {
        portable::is_empty(crate::open_sqlite_reader(file).expect("opens").as_mut()).expect("readable")
    };
    assert!(!empty(&whole));
    let fresh = folder.file("fresh.db");
    drop(Sqlite::open(&fresh).expect("opens"));
    assert!(empty(&fresh));
    assert!(portable::is_backup(&whole) && !portable::is_backup(&fresh) && !portable::is_backup(&file));
}

#[test]
fn inv_18_slices_prove_what_one_view_proves() {
    let (mut world, _) = a_night();
    let whole = world.engine.read(|tx| verify::verify(tx)).expect("readable");
    let mut told = 0;
    let sliced = verify::in_slices(&mut Through(&mut world.engine), &mut |_| told += 1).expect("readable");
    assert_eq!(sliced, whole);
    assert!(whole.streams > 0 && whole.notifications > 0 && whole.objects > 0 && told > 5, "{whole:?}");
    world.run_until(1_000);
    world.sent();
}

/// The same night, moved by backup and restore into PostgreSQL, and from there into a file again.
#[test]
fn inv_23_an_organisation_moves_into_postgresql_and_back() {
    let folder = Folder::new();
    let (mut world, page) = a_night();
    let (made_at, first) = (world.now, folder.file("first.db"));
    let key = *world.engine.settings().link_key.bytes();
    let mut through = Through(&mut world.engine);
    let made = portable::backup(Source::View(&mut through), &first, made_at, "0.1.0", &mut |_| {}).expect("made");

    let server = nightbell_store::testing::postgres_database();
    let mut database = nightbell_store::Postgres::open(server.url()).expect("a database");
    let mut before = crate::open_postgres_reader(server.url()).expect("opens");
    assert!(portable::is_empty(before.as_mut()).expect("readable"));
    let opened = portable::open(&first).expect("a backup");
    let mut reader = crate::open_sqlite_reader(&first).expect("opens");
    let rows = portable::copy(reader.as_mut(), &mut database, &mut |_| {}).expect("copied");
    assert_eq!(rows, opened.counts.iter().map(|(_, rows)| rows).sum::<u64>());
    let list = portable::settle(&mut database, at(700), None).expect("settled");
    assert!(list.ringing.iter().any(|line| line.id == page.id.to_string()), "{list:?}");
    let mut there = crate::open_postgres_reader(server.url()).expect("opens");
    let proof = verify::in_slices(there.as_mut(), &mut |_| {}).expect("readable");
    assert_eq!(proof, made.proof, "proved by the same slices, with the same end");

    // It lives there, and comes back.
    let seeded = Box::new(Seeded::new(9));
    let mut engine = Engine::open(Box::new(database), seeded, "https://nightbell.test").expect("opens");
    assert_eq!(&key, engine.settings().link_key.bytes(), "links that were sent still open");
    let permit = world.permit("bob");
    engine.execute(at(701), |unit| paging::acknowledge(unit, &permit, page.id).map(drop)).expect("taken");
    let back = folder.file("back.db");
    let moved = portable::backup(Source::View(there.as_mut()), &back, at(702), "0.1.0", &mut |_| {}).expect("made");
    assert_eq!((moved.stamp.database.as_str(), moved.proof.findings.len()), ("postgresql", 0));
    assert!(moved.stamp.position > made.stamp.position, "what happened there goes on after what happened here");
    let mut home = Sqlite::open(&back).expect("opens");
    let list = portable::settle(&mut home, at(703), None).expect("settled");
    assert!(!list.ringing.iter().any(|line| line.id == page.id.to_string()), "it was taken: {list:?}");
    world.run_until(1_000);
    world.sent();
}

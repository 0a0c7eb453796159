//! A schema that changes under nodes that are at work.

use super::{super::settings::Role, *};
use crate::{
    Postgres, PostgresReader, Tx,
    postgres::{
        embedded::migrations,
        link::Link,
        settings::Settings,
        testing::{TestDatabase, postgres_database},
    },
    tests::samples::{new_alert, number, write},
};
use std::thread;

/// Tables as a migration may take them.
const TWO_TABLES: &str = "ALTER TABLE alert ADD COLUMN tried BIGINT; ALTER TABLE page ADD COLUMN tried BIGINT;";
const ADDED: &str = "SELECT COUNT(*) FROM information_schema.columns WHERE column_name = 'tried'";
/// What a session waits for; a moment later when there is none.
const AWAITED: &str = "SELECT (SELECT MIN(CAST(CAST(relation AS regclass) AS TEXT)) FROM pg_locks WHERE NOT granted AND locktype = 'relation' \
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) FROM pg_sleep(0.01)";

/// Every migration there is, and one more.
fn one_more(sql: &str) -> Runner {
    let mut all = migrations::runner().get_migrations().clone();
    all.push(Migration::unapplied("V100000__one_more", sql).expect("a migration"));
    Runner::new(&all)
}

fn migrate(made: &TestDatabase, sql: &str, patience: &Patience) -> Result<(), StoreError> {
    let settings = Settings::parse(made.url(), Role::Writer)?;
    Link::new(settings)?.migrate(&one_more(sql), patience)
}

fn patience(lock_ms: u64, within_seconds: u64) -> Patience {
    Patience {
        lock: Duration::from_millis(lock_ms),
        rest: Duration::from_millis(1),
        within: Duration::from_secs(within_seconds),
    }
}

/// The table that somebody waits for.
fn awaited(made: &TestDatabase) -> String {
    let mut watcher = PostgresReader::open(made.url()).expect("a session");
    let look = || {
        let mut table = None;
        let mut look = |tx: &mut dyn Tx| {
            let row = tx.row(AWAITED, &[]).expect("a look").expect("a row");
            table = row.text(0).ok().map(str::to_owned);
        };
        watcher.read(&mut look).expect("a view");
        table
    };
    std::iter::repeat_with(look).take(2_000).flatten().next().expect("somebody waits")
}

/// A dump has every table as long as it takes. The change of one waits for it, and whoever wants that table waits behind the change.
#[test]
fn inv_02_a_schema_that_waits_for_a_dump_holds_nobody_up_for_long() {
    let made = postgres_database();
    let mut writer = Postgres::open(made.url()).expect("an older node");
    let mut dump = PostgresReader::open(made.url()).expect("a session");
    thread::scope(|scope| {
        let mut newer = None;
        let mut view = |tx: &mut dyn Tx| {
            tx.rows("SELECT id FROM alert", &[]).expect("it reads");
            newer = Some(scope.spawn(|| migrate(&made, TWO_TABLES, &patience(200, 60))));
            assert_eq!(awaited(&made), "alert");
            for n in 0..3 {
                new_alert(&mut writer, n, &format!("key-{n}"));
            }
            assert_eq!(number(&mut writer, ADDED), 0, "it waits still");
        };
        dump.read(&mut view).expect("a view");
        newer.expect("started").join().expect("no panic").expect("when the dump is over, it goes on");
    });
    assert_eq!(number(&mut writer, ADDED), 2);
}

/// A batch holds the tables it wrote to, and wants others. Who had those already and waited for the first would never get them.
#[test]
fn inv_02_a_migration_has_the_writers_lock_before_any_table() {
    let made = postgres_database();
    let mut writer = Postgres::open(made.url()).expect("an older node");
    thread::scope(|scope| {
        let mut newer = None;
        let written = write(&mut writer, |tx| {
            tx.run("SET LOCAL idle_in_transaction_session_timeout = 60000", &[])?;
            tx.run("LOCK TABLE page IN ROW EXCLUSIVE MODE", &[])?;
            newer = Some(scope.spawn(|| migrate(&made, TWO_TABLES, &patience(60_000, 60))));
            let awaited = awaited(&made);
            tx.run("LOCK TABLE alert IN ROW EXCLUSIVE MODE", &[])?;
            Ok(awaited)
        });
        let migrated = newer.expect("started").join().expect("no panic");
        assert_eq!((written, migrated), (Ok("meta".to_owned()), Ok(())));
    });
    assert_eq!(number(&mut writer, ADDED), 2);
}

#[test]
fn a_schema_that_cannot_be_changed_says_why() {
    let made = postgres_database();
    let mut dump = PostgresReader::open(made.url()).expect("a session");
    let mut cases = Vec::new();
    let mut view = |tx: &mut dyn Tx| {
        tx.rows("SELECT id FROM alert", &[]).expect("it reads");
        cases.push((true, "lock timeout", migrate(&made, TWO_TABLES, &patience(10, 0))));
    };
    dump.read(&mut view).expect("a view");
    let deadlock = "DO $$ BEGIN RAISE EXCEPTION 'locked each other' USING ERRCODE = '40P01'; END $$";
    cases.push((true, "locked each other", migrate(&made, deadlock, &patience(10, 0))));
    // Nobody is in the way: waiting would not help.
    cases.push((false, "division by zero", migrate(&made, "SELECT 1 / 0", &patience(10, 600))));
    for (held, why, migrated) in cases {
        let Err(StoreError::Unavailable(said)) = &migrated else { panic!("{migrated:?}") };
        assert!(said.contains(why) && said.contains("while other sessions") == held, "{said}");
    }
    assert_eq!(migrate(&made, TWO_TABLES, &patience(10, 0)), Ok(()));
}

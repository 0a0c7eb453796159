//! The engine on each database: the same night ends the same, and what an alert costs in statements stays what it is.

use super::world::{ORGANISATION, World, at};
use crate::paging;
use nightbell_domain::signal::EventAction;
use nightbell_store::{
    Database, Postgres, Row, Sqlite, StoreError, Tx, Value, WriteOp,
    journal::{self, JournalLine, LastHashes},
    testing::postgres_database,
};
use std::sync::{Arc, Mutex};

/// A bad night: pages, a repeat, an acknowledgement, a resolve, a step that nobody answers.
fn night(database: Box<dyn Database>) -> (World, Vec<JournalLine>) {
    let mut world = World::over(database, ORGANISATION);
    let first = world.trigger("db-1").page.expect("it pages");
    world.trigger("db-1");
    world.trigger("db-2");
    world.run_until(90);
    let alice = world.permit("alice");
    world.act(|unit| paging::acknowledge(unit, &alice, first));
    world.run_until(200);
    world.event(EventAction::Resolve, "db-2", &[], None);
    world.run_until(1_000);
    let mut lines = world.engine.read(|tx| Ok(journal::after(tx, 0, 10_000)?)).expect("readable");
    // Drawn and given up with what is undone: where they lie differs, their order does not.
    for line in &mut lines {
        line.position = 0;
    }
    (world, lines)
}

#[test]
fn the_same_night_ends_the_same_on_both_databases() {
    let made = postgres_database();
    let (mut sqlite, sqlite_lines) = night(Box::new(Sqlite::in_memory().expect("a database")));
    let (mut postgres, postgres_lines) = night(Box::new(Postgres::open(made.url()).expect("a database")));
    assert!(sqlite_lines.len() > 10, "only {} events", sqlite_lines.len());
    assert_eq!(sqlite_lines, postgres_lines, "every event, to the hash");
    let told = sqlite.sent();
    assert!(told.len() > 2, "{told:?}");
    assert_eq!(told, postgres.sent());
}

/// What was asked of the database.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Asked {
    /// Statements whose answer is waited for: each a round trip on PostgreSQL.
    waited: u32,
    /// Statements that travel with the next of those.
    queued: u32,
}

struct Counting {
    database: Sqlite,
    asked: Arc<Mutex<Asked>>,
}

struct CountingTx<'a> {
    tx: &'a mut dyn Tx,
    asked: &'a Mutex<Asked>,
}

impl CountingTx<'_> {
    fn count(&self, add: impl FnOnce(&mut Asked)) {
        add(&mut self.asked.lock().expect("no panic"));
    }
}

impl Tx for CountingTx<'_> {
    fn run(&mut self, sql: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        // The beginning and end of a part travel with what follows.
        if sql.contains("SAVEPOINT") {
            self.count(|asked| asked.queued += 1)
        } else {
            self.count(|asked| asked.waited += 1)
        }
        self.tx.run(sql, values)
    }

    fn rows(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.count(|asked| asked.waited += 1);
        self.tx.rows(sql, values)
    }

    fn queue(&mut self, sql: &'static str, values: Vec<Value>, conflict: Option<String>) -> Result<(), StoreError> {
        self.count(|asked| asked.queued += 1);
        self.tx.queue(sql, values, conflict)
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.tx.flush()
    }

    fn last_hashes(&mut self) -> Option<&mut LastHashes> {
        self.tx.last_hashes()
    }
}

impl Database for Counting {
    fn write(&mut self, batch: &mut [WriteOp<'_>]) -> Result<(), StoreError> {
        let asked = &self.asked;
        let mut ops: Vec<_> =
            batch.iter_mut().map(|op| move |tx: &mut dyn Tx| op(&mut CountingTx { tx, asked })).collect();
        let mut ops: Vec<WriteOp<'_>> = ops.iter_mut().map(|op| op as WriteOp<'_>).collect();
        self.database.write(&mut ops)
    }

    fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
        self.database.read(view)
    }
}

/// A budget: whoever makes an alert dearer sees it here and says why. PostgreSQL answers a waited one in a round trip.
#[test]
fn what_an_alert_costs_is_counted() {
    let asked = Arc::new(Mutex::new(Asked::default()));
    let database = Sqlite::in_memory().expect("a database");
    let mut world = World::over(Box::new(Counting { database, asked: Arc::clone(&asked) }), ORGANISATION);
    let cost = |world: &mut World, work: &mut dyn FnMut(&mut World)| {
        *asked.lock().expect("no panic") = Asked::default();
        work(world);
        *asked.lock().expect("no panic")
    };
    let new = cost(&mut world, &mut |world| drop(world.trigger("db-1")));
    let repeat = cost(&mut world, &mut |world| drop(world.trigger("db-1")));
    world.now = at(1);
    let resolved = cost(&mut world, &mut |world| drop(world.event(EventAction::Resolve, "db-1", &[], None)));
    // Each of them includes the look at the organisation's version; the first two also read the alert back for this test.
    assert!(new.waited <= 7 && new.queued <= 10, "a new alert that pages: {new:?}");
    assert!(repeat.waited <= 4 && repeat.queued <= 3, "a repeat: {repeat:?}");
    assert!(resolved.waited <= 7 && resolved.queued <= 8, "a resolve: {resolved:?}");
}

//! Several nodes on one database: marking is exclusive, who was given up marks nothing, and what it was sending goes on at once, as a repeat.

use super::{
    World,
    world::{ORGANISATION, at},
};
use crate::{
    nodes::{self, Beaten, Silent},
    paging,
};
use nightbell_domain::{
    ids::NodeId,
    limits::SENDING_LEASE,
    paging::{NotificationStatus, Report},
};
use nightbell_store::{Database, Postgres, Sqlite, StoreError, Tx, WriteOp, node, testing::postgres_database};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

fn silent(world: &mut World, id: NodeId) -> Silent {
    let roll = world.engine.read(|tx| Ok(node::roll(tx)?)).expect("the roll");
    let member = roll.iter().find(|member| member.id == id).expect("it is there");
    Silent { id, name: member.name.clone(), beats: member.beats }
}

fn accepted() -> Report {
    Report::Accepted { detail: "200".to_owned(), provider_id: None }
}

#[test]
fn inv_22_what_a_silent_node_was_sending_is_sent_by_another_at_once_as_a_repeat() {
    let mut world = World::new();
    let (a, b) = (world.act(|unit| nodes::join(unit, "a")), world.act(|unit| nodes::join(unit, "b")));
    let page = world.trigger("db").page.expect("it pages");
    let held = world.act(|unit| nodes::dispatch(unit, a)).expect("it is there");
    assert!(!held.is_empty() && held.iter().all(|work| work.attempt == 1 && !work.message.repeat));
    assert!(world.act(|unit| nodes::dispatch(unit, b)).expect("it is there").is_empty(), "marking is exclusive");
    world.now = at(3);
    let gone = silent(&mut world, a);
    let taken = world.act(|unit| nodes::take_over(unit, &gone));
    assert_eq!(taken, Some(held.len() as u64));
    assert_eq!(world.act(|unit| nodes::take_over(unit, &gone)), None, "once");
    let again = world.act(|unit| nodes::dispatch(unit, b)).expect("it is there");
    assert_eq!(again.len(), held.len());
    assert!(again.iter().all(|work| work.attempt == 2 && work.message.repeat));
    // The one that was given up marks nothing more, and what it reports late changes nothing that is under way.
    assert!(world.act(|unit| nodes::dispatch(unit, a)).is_none());
    for work in &again {
        world.act(|unit| paging::settle(unit, work.notification, work.attempt, accepted()));
    }
    for work in &held {
        let late = Report::Deferred { detail: "not sent".to_owned(), retry_after: None };
        world.act(|unit| paging::settle(unit, work.notification, work.attempt, late.clone()));
    }
    let of_page = world.notifications(page);
    let sent = of_page.iter().filter(|n| n.attempts == 2).collect::<Vec<_>>();
    assert_eq!(sent.len(), held.len());
    assert!(sent.iter().all(|n| n.status == NotificationStatus::Accepted));
}

#[test]
fn inv_05_what_was_acknowledged_meanwhile_is_not_taken_up() {
    let mut world = World::new();
    let (a, b) = (world.act(|unit| nodes::join(unit, "a")), world.act(|unit| nodes::join(unit, "b")));
    let page = world.trigger("db").page.expect("it pages");
    let held = world.act(|unit| nodes::dispatch(unit, a)).expect("it is there");
    assert!(!held.is_empty());
    let permit = world.permit("alice");
    world.act(|unit| paging::acknowledge(unit, &permit, page).map(drop));
    let gone = silent(&mut world, a);
    assert!(world.act(|unit| nodes::take_over(unit, &gone)).is_some());
    assert!(world.act(|unit| nodes::dispatch(unit, b)).expect("it is there").is_empty());
    assert!(world.notifications(page).iter().all(|n| n.next_due_at.is_none()));
}

#[test]
fn inv_22_a_node_that_beats_again_is_not_given_up() {
    let mut world = World::new();
    let a = world.act(|unit| nodes::join(unit, "a"));
    let seemed = silent(&mut world, a);
    let beat = |world: &mut World| world.act(|unit| Ok(nodes::beat(unit.tx, unit.settings, a, unit.now)?));
    assert!(matches!(beat(&mut world), Beaten::Among(_)));
    assert_eq!(world.act(|unit| nodes::take_over(unit, &seemed)), None);
    assert!(world.act(|unit| nodes::dispatch(unit, a)).is_some());
    assert_eq!(world.act(|unit| nodes::leave(unit, a)), 0);
    assert_eq!(beat(&mut world), Beaten::GivenUp, "who left must join again");
}

#[test]
fn inv_06_the_only_server_of_a_folder_takes_up_what_its_last_run_was_sending() {
    let mut world = World::new();
    let (a, taken) = world.act(|unit| nodes::join_alone(unit, "a"));
    assert_eq!(taken, 0, "a start alone makes nothing due (INV-14)");
    world.trigger("db");
    let held = world.act(|unit| nodes::dispatch(unit, a)).expect("it is there");
    world.now = at(1);
    let (again, taken) = world.act(|unit| nodes::join_alone(unit, "a"));
    assert_eq!(taken, held.len() as u64);
    assert!(world.act(|unit| nodes::dispatch(unit, a)).is_none(), "the last run is over");
    let work = world.act(|unit| nodes::dispatch(unit, again)).expect("it is there");
    assert!(work.len() == held.len() && work.iter().all(|work| work.message.repeat));
    for work in &work {
        world.act(|unit| paging::settle(unit, work.notification, work.attempt, accepted()));
    }
}

/// A database whose next answer to COMMIT is lost: everything is stored, and nobody is told.
struct Losing {
    database: Box<dyn Database>,
    next: Arc<AtomicBool>,
}

impl Database for Losing {
    fn write(&mut self, batch: &mut [WriteOp<'_>]) -> Result<(), StoreError> {
        self.database.write(batch)?;
        if self.next.swap(false, Ordering::Relaxed) {
            return Err(StoreError::Unavailable("the connection broke during COMMIT".to_owned()));
        }
        Ok(())
    }

    fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
        self.database.read(view)
    }
}

/// The node lives, so nobody takes over from it; it does not know that it has the work, so it does not send. The lease brings it back.
#[test]
fn inv_22_a_hand_out_that_was_stored_but_not_answered_is_made_again_after_its_lease() {
    let made = postgres_database();
    let databases: [Box<dyn Database>; 2] =
        [Box::new(Sqlite::in_memory().expect("a database")), Box::new(Postgres::open(made.url()).expect("a database"))];
    for database in databases {
        let next = Arc::new(AtomicBool::new(false));
        let mut world = World::over(Box::new(Losing { database, next: Arc::clone(&next) }), ORGANISATION);
        let a = world.act(|unit| nodes::join(unit, "a"));
        let page = world.trigger("db").page.expect("it pages");
        next.store(true, Ordering::Relaxed);
        let lost = world.engine.execute(world.now, |unit| nodes::dispatch(unit, a));
        assert!(lost.is_err_and(|error| error.may_pass()), "the pump tries again");
        let sending = world.notifications(page).iter().filter(|n| n.status == NotificationStatus::Sending).count();
        assert!(sending > 0, "it was stored");
        let lease_s = SENDING_LEASE.as_secs();
        world.now += jiff::SignedDuration::from_secs(lease_s - 1);
        assert!(world.act(|unit| nodes::dispatch(unit, a)).expect("it is there").is_empty(), "somebody may be sending");
        world.now += jiff::SignedDuration::from_secs(1);
        let again = world.act(|unit| nodes::dispatch(unit, a)).expect("it is there");
        assert_eq!(again.len(), sending);
        assert!(again.iter().all(|work| work.attempt == 2 && work.message.repeat));
    }
}

/// The server is asked to commit and ends the session instead, as at a restart.
#[test]
fn inv_22_a_hand_out_whose_session_ends_at_its_commit_is_made_at_once() {
    let made = postgres_database();
    let mut world = World::over(Box::new(Postgres::open(made.url()).expect("a database")), ORGANISATION);
    let a = world.act(|unit| nodes::join(unit, "a"));
    let page = world.trigger("db").page.expect("it pages");
    world.act(|unit| {
        unit.tx.run(
            "CREATE FUNCTION end_session() RETURNS trigger LANGUAGE plpgsql AS \
             'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'",
            &[],
        )?;
        unit.tx.run(
            "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON attempt DEFERRABLE INITIALLY DEFERRED \
             FOR EACH ROW EXECUTE FUNCTION end_session()",
            &[],
        )?;
        Ok(())
    });
    let lost = world.engine.execute(world.now, |unit| nodes::dispatch(unit, a));
    assert!(lost.as_ref().is_err_and(|error| error.may_pass()), "{:?}", lost.err());
    assert!(world.notifications(page).iter().all(|n| n.attempts == 0), "nothing was stored");
    world.act(|unit| Ok(unit.tx.run("DROP TRIGGER at_commit ON attempt", &[])?));
    let work = world.act(|unit| nodes::dispatch(unit, a)).expect("it is there");
    assert!(!work.is_empty() && work.iter().all(|work| work.attempt == 1 && !work.message.repeat));
}

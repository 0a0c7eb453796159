//! A writer that must wait for the lock of all nodes.

use super::super::{Class, Clock, desk, writer::BATCH_WITHIN};
use crate::{Engine, Unit, tests::Seeded};
use nightbell_domain::record::Instant;
use nightbell_store::{Database, Sqlite, StoreError, Tx, WriteOp, meta};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::channel,
    },
    time::Duration,
};

/// Stands still but for the waits for the lock.
#[derive(Default)]
struct Hands(AtomicU64);

impl Clock for Hands {
    fn now(&self) -> Instant {
        Instant::UNIX_EPOCH
    }

    fn monotonic(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Its lock is given after twice the time that a batch may run.
struct Contended(Sqlite, Arc<Hands>);

impl Database for Contended {
    fn write(&mut self, batch: &mut [WriteOp<'_>]) -> Result<(), StoreError> {
        let wait = u64::try_from(2 * BATCH_WITHIN.as_micros()).expect("short");
        self.1.0.fetch_add(wait, Ordering::SeqCst);
        self.0.write(batch)
    }

    fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
        self.0.read(view)
    }
}

#[test]
fn who_waited_long_for_the_lock_takes_everybody_who_waits() {
    const UNITS: usize = 10;
    let clock = Arc::new(Hands::default());
    let database = Contended(Sqlite::in_memory().expect("opens"), Arc::clone(&clock));
    let engine = Engine::open(Box::new(database), Box::new(Seeded::new(1)), "http://nightbell.test").expect("opens");
    let (desk, writer) = desk(engine, clock, Box::new(|| ()));
    let (answer, answers) = channel();
    for _ in 0..UNITS {
        let answer = answer.clone();
        let work = |unit: &mut Unit<'_>| Ok(meta::claim(unit.tx, "key", "1")?);
        desk.submit(Class::Person, work, move |result| answer.send(result.is_ok()).expect("the test listens"));
    }
    std::thread::scope(|scope| {
        scope.spawn(move || writer.run());
        assert!(answers.iter().take(UNITS).all(|kept| kept));
        assert_eq!(desk.stats().counts.batch_units.max, UNITS as u64, "one batch of all");
        drop(desk);
    });
}

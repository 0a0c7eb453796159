//! Desk and writer on a database: answers, batches, undoing, full and broken disks.

use super::super::{Class, Clock, Desk, DeskStats, desk, inbox::PLACE_BYTES, writer::BATCH_MAX};
use crate::{Engine, Fault, Unit, tests::Seeded};
use nightbell_domain::{record::Instant, refusal::Refusal};
use nightbell_store::{Database, Sqlite, StoreError, Tx, WriteOp, meta};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc::{Sender, channel},
    },
    time::Duration,
};

/// Stands still but for what each reading of the monotonic one adds.
#[derive(Default)]
struct Ticking {
    micros: AtomicU64,
    step_us: u64,
}

impl Clock for Ticking {
    fn now(&self) -> Instant {
        Instant::UNIX_EPOCH
    }

    fn monotonic(&self) -> Duration {
        Duration::from_micros(self.micros.fetch_add(self.step_us, Ordering::SeqCst))
    }
}

/// What the next write answers instead, and how many operations each write had.
type Script = Arc<Mutex<(Option<StoreError>, Vec<usize>)>>;

struct Disk(Sqlite, Script);

impl Database for Disk {
    fn write(&mut self, batch: &mut [WriteOp<'_>]) -> Result<(), StoreError> {
        let mut script = self.1.lock().unwrap();
        script.1.push(batch.len());
        match script.0.take() {
            Some(error) => Err(error),
            None => self.0.write(batch),
        }
    }

    fn read(&mut self, view: &mut dyn FnMut(&mut dyn Tx)) -> Result<(), StoreError> {
        self.0.read(view)
    }
}

type Work = Box<dyn FnMut(&mut Unit<'_>) -> Result<String, Fault> + Send>;

fn keeps(key: &'static str) -> Work {
    Box::new(move |unit| {
        meta::claim(unit.tx, key, "kept")?;
        Ok(key.to_owned())
    })
}

fn refused_after_writing() -> Work {
    Box::new(|unit| {
        meta::claim(unit.tx, "undone", "never seen")?;
        Err(Refusal::conflict("no", "not this one").into())
    })
}

fn breaks_off() -> Work {
    Box::new(|unit| {
        meta::claim(unit.tx, "broken-off", "never seen")?;
        panic!("a fault of ours, on purpose")
    })
}

fn source() -> Class {
    Class::Alert("prometheus".parse().expect("a handle"))
}

type Answers = Sender<(usize, Result<String, Fault>)>;

struct Outcome {
    /// In the order in which they were given.
    answers: Vec<Result<String, Fault>>,
    stats: DeskStats,
    /// Operations of each write of the store.
    writes: Vec<usize>,
    kept: Vec<String>,
    made_room: usize,
}

fn leave(desk: &Desk, answer: &Answers, n: usize, (class, work): (Class, Work)) {
    let answer = answer.clone();
    desk.submit(class, work, move |result| answer.send((n, result)).expect("the test listens"));
}

/// Room that is made on a full disk: an eighth of it is three places.
const MADE_BYTES: u64 = 3 * 8 * PLACE_BYTES as u64;

/// Leaves all of it before the writer starts, then runs until it is done.
fn run(given: Vec<(Class, Work)>, step_us: u64, fails: Option<StoreError>, last: Vec<(Class, Work)>) -> Outcome {
    let script = Script::default();
    let disk = Disk(Sqlite::in_memory().expect("opens"), script.clone());
    let engine = Engine::open(Box::new(disk), Box::new(Seeded::new(1)), "http://nightbell.test").expect("opens");
    *script.lock().unwrap() = (fails, Vec::new());
    let clock = Arc::new(Ticking { step_us, ..Ticking::default() });
    let (desk, writer) = desk(engine, clock, Box::new(|| ()));
    let (answer, answers) = channel();
    let count = given.len() + last.len();
    let first = given.len();
    given.into_iter().enumerate().for_each(|(n, given)| leave(&desk, &answer, n, given));
    let (room, made) = channel();
    let writer = writer.on_full(Box::new(move || {
        room.send(()).expect("the test listens");
        MADE_BYTES
    }));
    let (engine, stats, answers) = std::thread::scope(move |scope| {
        let writing = scope.spawn(move || writer.run());
        let mut all: Vec<(usize, Result<String, Fault>)> = answers.iter().take(first).collect();
        last.into_iter().enumerate().for_each(|(n, given)| leave(&desk, &answer, first + n, given));
        all.extend(answers.iter().take(count - first));
        let stats = desk.stats();
        drop(desk);
        (writing.join().expect("the writer ends"), stats, all)
    });
    let mut engine = engine;
    let look = |tx: &mut dyn Tx| {
        let keys = ["first", "second", "third", "undone", "broken-off"];
        let mut kept = Vec::new();
        for key in keys {
            kept.extend(meta::get(tx, key)?.map(|_| key.to_owned()));
        }
        Ok(kept)
    };
    let kept = engine.read(look).expect("reads");
    let mut answers = answers;
    answers.sort_by_key(|(n, _)| *n);
    let answers = answers.into_iter().map(|(_, answer)| answer).collect();
    let writes = script.lock().unwrap().1.clone();
    Outcome { answers, stats, writes, kept, made_room: made.try_iter().count() }
}

#[test]
fn inv_01_many_units_are_one_commit() {
    let ended = run((0..100).map(|_| (Class::Person, keeps("first"))).collect(), 0, None, Vec::new());
    assert!(ended.answers.iter().all(Result::is_ok));
    assert_eq!(ended.writes, [1], "one transaction, and no savepoint for each");
    assert_eq!(ended.stats.counts.batch_units.last, 100);
    assert_eq!(ended.kept, ["first"]);
}

#[test]
fn a_unit_that_is_refused_after_it_wrote_is_undone_alone() {
    for (bad, word) in [(refused_after_writing as fn() -> Work, "not this one"), (breaks_off, "broke off")] {
        let given = vec![(Class::Person, keeps("first")), (Class::Person, bad()), (Class::Person, keeps("second"))];
        let ended = run(given, 0, None, Vec::new());
        assert_eq!(ended.kept, ["first", "second"], "{word}");
        assert!(ended.answers[0].is_ok() && ended.answers[2].is_ok());
        let said = ended.answers[1].as_ref().expect_err("refused").to_string();
        assert!(said.contains(word), "{said}");
        assert_eq!(ended.writes, [1, 2, 1], "hoped, then what had run each alone, then the rest");
        assert_eq!(ended.stats.counts.apart, 1);
    }
}

#[test]
fn a_batch_is_bounded_in_units_and_in_time() {
    let many = || (0..BATCH_MAX + 10).map(|_| (Class::Person, keeps("first"))).collect();
    let by_count = run(many(), 0, None, Vec::new());
    assert_eq!(by_count.stats.counts.batch_units.max, BATCH_MAX as u64);
    // Each reading of the clock is half a millisecond after the one before: forty are the 20 ms that a batch may take.
    let by_time = run(many(), 500, None, Vec::new());
    assert!(by_time.stats.counts.batch_units.max <= 40, "{:?}", by_time.stats.counts);
    assert!(by_time.answers.iter().all(Result::is_ok));
}

#[test]
fn inv_16_a_full_disk_lets_only_paging_go_on() {
    let full = StoreError::Full("no space left".to_owned());
    let given = vec![(source(), keeps("first"))];
    let last = vec![(source(), keeps("second")), (Class::Person, keeps("second")), (Class::Paging, keeps("third"))];
    let ended = run(given, 0, Some(full), last);
    assert_eq!(ended.kept, ["third"]);
    assert_eq!(ended.made_room, 1, "once, for what rings already");
    for refused in &ended.answers[..3] {
        let why = refused.as_ref().expect_err("there is no room");
        assert!(matches!(why, Fault::Store(StoreError::Full(_))), "{why}");
        assert_eq!(why.retry_after_s(), Some(30));
    }
    assert!(ended.answers[3].is_ok());
    assert!(ended.stats.only_paging);
}

#[test]
fn inv_16_what_only_ends_ringing_has_a_small_part_of_the_room_that_was_made() {
    let full = StoreError::Full("no space left".to_owned());
    let ends = || match source() {
        Class::Alert(source) => Class::Relief(source),
        other => other,
    };
    let first = vec![(source(), keeps("first"))];
    let last = (0..4).map(|_| (ends(), keeps("second"))).chain([(source(), keeps("third"))]).collect();
    let ended = run(first, 0, Some(full), last);
    let taken: Vec<bool> = ended.answers.iter().map(Result::is_ok).collect();
    assert_eq!(taken, [false, true, true, true, false, false], "three places, then nothing; alerts never");
    assert_eq!(ended.kept, ["second"]);
    assert!(ended.stats.only_paging);
    // With room on the disk it waits like every other of its source.
    let ended = run((0..10).map(|_| (ends(), keeps("second"))).collect(), 0, None, Vec::new());
    assert!(ended.answers.iter().all(Result::is_ok));
}

#[test]
fn inv_16_a_start_on_a_full_disk_takes_what_only_ends_ringing_in_the_same_part_of_the_room() {
    let Class::Alert(from) = source() else { panic!("a source") };
    let engine =
        Engine::open(Box::new(Sqlite::in_memory().expect("opens")), Box::new(Seeded::new(1)), "http://nightbell.test")
            .expect("opens");
    let (desk, _writer) = desk(engine, Arc::new(Ticking::default()), Box::new(|| ()));
    for (room_bytes, places) in [(0, 0), (MADE_BYTES - 1, 2), (MADE_BYTES, 3)] {
        desk.take_only_paging(room_bytes);
        let (answer, answers) = channel();
        for n in 0..5 {
            leave(&desk, &answer, n, (Class::Relief(from.clone()), keeps("first")));
        }
        leave(&desk, &answer, 5, (source(), keeps("second")));
        drop(answer);
        // Nobody writes here: whoever was taken waits, and whoever was not is told at once.
        let refused = answers.try_iter().filter(|(_, answer)| matches!(answer, Err(Fault::Store(StoreError::Full(_)))));
        assert_eq!(refused.count(), 6 - places, "{room_bytes} bytes");
    }
}

#[test]
fn a_broken_disk_ends_the_writer_and_is_never_tried_again() {
    let broken = StoreError::Broken("fsync: input/output error".to_owned());
    let last = vec![(Class::Paging, keeps("second")), (Class::Person, keeps("third"))];
    let ended = run(vec![(Class::Person, keeps("first"))], 0, Some(broken), last);
    assert!(ended.answers.iter().all(Result::is_err), "nobody waits in vain");
    assert_eq!(ended.writes, [1], "no second fsync");
    assert_eq!(ended.kept, Vec::<String>::new());
}

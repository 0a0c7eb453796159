//! Moves the write-ahead log into the database on a thread and a connection of its own, so that nobody's answer waits for it.
//!
//! Is not a writer: what is in the log is durable already, and this changes nothing that anybody can read. Only the SQLite driver starts it.

use crate::{sqlite::store_error, tx::StoreError};
use rusqlite::Connection;
use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
};

/// Pages of log, or more pages of log, after which it is moved. A page is 4 KiB.
const STEP_PAGES: i32 = 1_000;
/// Pages of log after which it is begun anew: under steady load somebody always writes behind what was moved, and it would only grow. The
/// writer waits for the last bit of that, one flush in 64 MiB. The file keeps its size: a log that grows again pays for its blocks again.
const CUT_PAGES: i32 = 16_384;

const PASSIVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";
const RESTART: &str = "PRAGMA wal_checkpoint(RESTART)";

/// The thread. Ends with the value.
pub(crate) struct Checkpoints {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    flaw: Arc<Mutex<Option<String>>>,
    /// Held while the log is begun anew.
    turn: Arc<Mutex<()>>,
}

impl Checkpoints {
    /// Starts it for a database file, and has the writer's connection call it after its commits.
    ///
    /// # Errors
    /// When the file cannot be opened again, or no thread started.
    pub(crate) fn start(path: &Path, writer: &mut Connection) -> Result<Self, StoreError> {
        let own = Connection::open(path).map_err(store_error)?;
        own.execute_batch("PRAGMA synchronous = FULL; PRAGMA busy_timeout = 100; PRAGMA wal_autocheckpoint = 0;")
            .map_err(store_error)?;
        let (wake, woken) = sync_channel(1);
        let flaw = Arc::new(Mutex::new(None));
        let turn = Arc::new(Mutex::new(()));
        let (noted, taken) = (Arc::clone(&flaw), Arc::clone(&turn));
        let body = move || run(&own, &woken, &noted, &taken);
        let thread = thread::Builder::new().name("checkpoint".to_owned()).spawn(body);
        let thread = thread.map_err(|e| StoreError::Unavailable(format!("no thread for checkpoints: {e}")))?;
        let waker = wake.clone();
        let mut next_at = STEP_PAGES;
        // SQLite's own hook does the same in the middle of a commit, and swallows every error.
        let hook = move |_: &mut rusqlite::hooks::Wal, pages: i32| {
            if pages < STEP_PAGES {
                // It was begun anew.
                next_at = STEP_PAGES;
            } else if pages >= next_at {
                next_at = pages.saturating_add(STEP_PAGES);
                // Full means that it is woken already.
                let _ = waker.try_send(());
            }
            Ok(())
        };
        writer.wal_hook(Some(hook)).map_err(store_error)?;
        Ok(Self { wake: Some(wake), thread: Some(thread), flaw, turn })
    }

    /// Asked by the writer between two transactions: waits while the log is begun anew. A writer that is always a step ahead at SQLite's own lock
    /// would let the log grow until the disk is full.
    pub(crate) fn let_through(&self) {
        drop(self.turn.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What it met that the process must not go on with: a flush that failed would report success if it were tried again (INV-01).
    pub(crate) fn flaw(&self) -> Option<String> {
        self.flaw.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Lets it end. The writer's connection must be gone, or have no hook any more: the hook holds the other end.
    pub(crate) fn stop(&mut self, writer: &mut Connection) {
        let _ = writer.wal_hook(None::<fn(&mut rusqlite::hooks::Wal, i32) -> rusqlite::Result<()>>);
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(own: &Connection, woken: &Receiver<()>, flaw: &Mutex<Option<String>>, turn: &Mutex<()>) {
    let mut cut_at = CUT_PAGES;
    while woken.recv().is_ok() {
        let moved = checkpoint(own, PASSIVE).and_then(|pages| {
            if pages < cut_at {
                cut_at = cut_at.min(pages.saturating_add(CUT_PAGES));
                return Ok(pages);
            }
            // A reader that is in the way for long must not stop the writer at each step: the next try is a whole log later.
            cut_at = pages.saturating_add(CUT_PAGES);
            // What came meanwhile is moved before the writer has to wait for the rest.
            checkpoint(own, PASSIVE)?;
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            let pages = checkpoint(own, RESTART)?;
            cut_at = CUT_PAGES;
            Ok(pages)
        });
        match moved {
            // A reader in the way or a full disk: the next time.
            Ok(_) | Err(StoreError::Unavailable(_) | StoreError::Full(_) | StoreError::Conflict(_)) => {}
            Err(broken) => {
                *flaw.lock().unwrap_or_else(PoisonError::into_inner) = Some(broken.to_string());
                return;
            }
        }
    }
}

/// Answers how many pages the log has.
fn checkpoint(own: &Connection, how: &'static str) -> Result<i32, StoreError> {
    own.query_row(how, [], |row| row.get(1)).map_err(store_error)
}

#[cfg(test)]
mod tests {
    use super::CUT_PAGES;
    use crate::{Database, Sqlite, Tx, Verdict, meta};

    #[test]
    fn the_log_does_not_grow_for_ever_and_what_was_written_is_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("nightbell.db");
        let mut database = Sqlite::open(&file).expect("opens");
        let text = "x".repeat(3_000_000);
        let log = || std::fs::metadata(folder.path().join("nightbell.db-wal")).map_or(0, |found| found.len());
        let (mut largest, mut written) = (0, 0);
        let bound = 2 * u64::try_from(CUT_PAGES).expect("positive") * 4_096;
        while written < 2 * bound {
            let mut op = |tx: &mut dyn Tx| {
                meta::set(tx, "large", &text).expect("written");
                Verdict::Keep
            };
            database.write(&mut [&mut op]).expect("committed");
            written += text.len() as u64;
            largest = largest.max(log());
        }
        assert!(largest < bound, "{largest} bytes of log for {written} written");
        let mut found = None;
        database.read(&mut |tx| found = meta::get(tx, "large").expect("reads")).expect("reads");
        assert_eq!(found.map(|found| found.len()), Some(text.len()));
        drop(database);
        assert_eq!(log(), 0, "the last one out moves all of it");
    }
}

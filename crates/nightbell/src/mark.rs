//! The mark: how far the journal of a data folder has been, in a file beside the database. A start on a database that is behind it (its log
//! was deleted, an old copy lies in its place) is refused, instead of forgetting alerts that were answered with 2xx (INV-01).
//!
//! Written every few seconds after the journal moved, so it is behind the database, never ahead: what it names was on disk before. Is not:
//! the truth about anything but "not older than this". Used by `server` alone.

use crate::{failure::Failure, pump::Stopping};
use nightbell_engine::{Reader, StoreError, live};
use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::time::{Instant, sleep_until};

const NAME: &str = "newest.mark";
/// How often it is looked whether the journal has moved.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The mark of a data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark(PathBuf);

impl Mark {
    /// The mark of that folder.
    pub fn of(folder: &Path) -> Self {
        Self(folder.join(NAME))
    }

    /// Whether a database whose journal ends at `head` may be the newest this folder has seen. A mark that cannot be read stops nothing.
    ///
    /// # Errors
    /// When the folder has seen more than that.
    pub fn check(&self, head: u64) -> Result<(), Failure> {
        let seen = fs::read_to_string(&self.0).ok().and_then(|text| text.trim().parse::<u64>().ok());
        match seen {
            Some(seen) if head < seen => Err(Failure::unreachable(format!(
                "The database is older than this folder has seen: its journal ends at {head}, and it had reached {seen}. Its write-ahead log \
                 (nightbell.db-wal) was deleted, or an old copy was put in its place: alerts that were accepted are not in it, and nobody \
                 would hear of them again. Put the log or the newest backup in its place. If this is the newest there is: remove {}, \
                 start again, and ask your monitoring tools what fires now.",
                self.0.display()
            ))),
            _ => Ok(()),
        }
    }

    /// Writes it: whole, or not at all.
    ///
    /// # Errors
    /// The file system's.
    pub fn write(&self, head: u64) -> io::Result<()> {
        let unfinished = self.0.with_extension("unfinished");
        let mut options = fs::File::options();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&unfinished)?.write_all(format!("{head}\n").as_bytes())?;
        fs::rename(&unfinished, &self.0)
    }

    /// Takes it away: an operator has decided what the newest is, as a restore does.
    ///
    /// # Errors
    /// The file system's, other than that there is none.
    pub fn forget(&self) -> io::Result<()> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Follows the journal until the server stops; `open` makes a connection that only reads.
    pub async fn keep<O>(self, open: O, mut stopping: Stopping)
    where
        O: Fn() -> Result<Box<dyn Reader>, StoreError> + Clone + Send + 'static,
    {
        let (mut written, mut troubled) = (None, false);
        loop {
            tokio::select! {
                () = stopping.wait() => return,
                () = sleep_until(Instant::now() + LOOK_EVERY) => {}
            }
            let (mark, open) = (self.clone(), open.clone());
            let looked = tokio::task::spawn_blocking(move || mark.follow(&open, written)).await;
            match looked.unwrap_or_else(|e| Err(e.to_string())) {
                Ok(head) => (written, troubled) = (Some(head), false),
                // Told once: a full disk has louder voices.
                Err(why) if !std::mem::replace(&mut troubled, true) => tracing::warn!(
                    why,
                    "how far the journal is cannot be marked; a lost log would not be noticed at the next start"
                ),
                Err(_) => {}
            }
        }
    }

    fn follow(
        &self,
        open: &dyn Fn() -> Result<Box<dyn Reader>, StoreError>,
        written: Option<u64>,
    ) -> Result<u64, String> {
        let mut head = Err(StoreError::Unavailable("the database did not answer".to_owned()));
        open().and_then(|mut reader| reader.read(&mut |tx| head = live::head(tx))).map_err(|e| e.to_string())?;
        let head = head.map_err(|e| e.to_string())?;
        if written != Some(head) {
            self.write(head).map_err(|e| e.to_string())?;
        }
        Ok(head)
    }
}

#[cfg(test)]
mod tests;

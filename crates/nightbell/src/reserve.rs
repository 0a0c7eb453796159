//! The reserve: a file of a known size in the data folder that is given back to the disk when the disk is full (INV-16).
//!
//! What it buys is time: escalations that run, attempts and acknowledgements must be written down to go on, and the reserve is room for
//! many thousands of them. New alerts are refused meanwhile, what only ends ringing is taken in an eighth of it (the desk's matter); when somebody has made room, the reserve is made again and
//! everything is taken again, without a restart. What is left of one that was given back is an empty file, so that a server that is started
//! meanwhile knows it. Is not: a quota, or a decision about what is urgent. Used by `server` alone.

use crate::pump::Stopping;
use nightbell_engine::Desk;
use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep_until};

const NAME: &str = "reserve";
const MIB: u64 = 1024 * 1024;
/// Never larger: a page with all its attempts and acknowledgements takes some tens of KiB, so this is some thousand pages.
const BYTES_MAX: u64 = 64 * MIB;
/// Of a small disk at most this share is held back.
const SHARE_OF_DISK: u64 = 10;
/// Below this it would buy nothing.
const BYTES_MIN: u64 = MIB;
/// How often it is looked whether there is room again.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A start has more urgent work than writing so much.
const FIRST_AFTER: Duration = Duration::from_secs(2);
/// How often the operator is told that the disk is still full, in looks.
const TOLD_EVERY: u32 = 12;

/// The reserve of a data folder. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Reserve(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// Held while the file is made or given back: the writer and the keeper are two threads.
    busy: Mutex<()>,
}

/// How the reserve stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is there, of so many bytes.
    There(u64),
    /// The disk has no room for it.
    NoRoom,
}

impl Reserve {
    /// The reserve of that folder; makes nothing yet.
    pub fn of(folder: &Path) -> Self {
        Self(Arc::new(Inner { path: folder.join(NAME), busy: Mutex::new(()) }))
    }

    /// Makes it unless it is there. Written for real, so that nobody else can have the room; leaves nothing by halves.
    ///
    /// # Errors
    /// The disk's, other than that it is full.
    pub fn make(&self) -> io::Result<State> {
        let _busy = self.0.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let path = &self.0.path;
        match fs::metadata(path) {
            Ok(there) if there.len() >= BYTES_MIN => return Ok(State::There(there.len())),
            // What was given back stays known as such until there is another.
            Ok(_) => {}
            Err(missing) if missing.kind() == ErrorKind::NotFound => {}
            Err(other) => return Err(other),
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        let (holds, free) = disk(folder)?;
        let bytes = size(holds);
        // Ordinary work wants room beside it: a reserve that filled the disk would be given back at once.
        if free < bytes.saturating_mul(2) {
            return Ok(State::NoRoom);
        }
        // Under another name until it is whole: a process that is killed half-way must not leave a reserve that is none.
        let unfinished = path.with_extension("unfinished");
        let made = write(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, path));
        match made {
            Ok(()) => Ok(State::There(bytes)),
            Err(error) => {
                let _ = fs::remove_file(&unfinished);
                if is_full(&error) { Ok(State::NoRoom) } else { Err(error) }
            }
        }
    }

    /// What is left of the room it gave, in bytes, when it was given back and not made again since: that is for what rings already. Never more
    /// than it holds; whoever filled the disk may have taken some of it.
    pub fn left(&self) -> Option<u64> {
        let given_back = fs::metadata(&self.0.path).is_ok_and(|there| there.len() < BYTES_MIN);
        let room = || disk(self.0.path.parent()?).ok().map(|(holds, free)| free.min(size(holds)));
        given_back.then(|| room().unwrap_or(0))
    }

    /// Whether it is there and all the room there is.
    pub fn is_last_room(&self) -> bool {
        let there = fs::metadata(&self.0.path).is_ok_and(|there| there.len() >= BYTES_MIN);
        // Asked by writing: a quota may say no where the disk says yes.
        let tried = self.0.path.with_extension("tried");
        let full = there && write(&tried, MIB).is_err_and(|error| is_full(&error));
        let _ = fs::remove_file(&tried);
        full
    }

    /// Gives it back to the disk: what rings already has room to go on. Answers how much, in bytes. Called on the writer's thread when the disk
    /// is full, and by a start that finds no room.
    pub fn give_back(&self) -> u64 {
        let _busy = self.0.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = fs::metadata(&self.0.path).map_or(0, |there| there.len());
        let emptied = match bytes {
            0 => Err(ErrorKind::NotFound.into()),
            _ => File::options().write(true).open(&self.0.path).and_then(|file| file.set_len(0)),
        };
        match emptied {
            Ok(()) => {
                tracing::error!(
                    mib = bytes / MIB,
                    "THE DISK IS FULL: new alerts are refused with 503. The reserve was given back, so pages that ring already go on. \
                     Make room; everything is taken again by itself"
                );
                bytes
            }
            Err(error) => {
                tracing::error!(
                    %error,
                    "THE DISK IS FULL and there is no reserve to give back: ESCALATIONS STOP. Call people by other means, and make room now"
                );
                0
            }
        }
    }

    /// Makes it, and makes it again whenever it was given back and there is room; then the desk takes everything again. Runs until the
    /// server stops.
    pub async fn keep(self, desk: Desk, mut stopping: Stopping) {
        let (mut wait, mut looks) = (FIRST_AFTER, 0_u32);
        loop {
            tokio::select! {
                () = stopping.wait() => return,
                () = sleep_until(Instant::now() + wait) => {}
            }
            wait = LOOK_EVERY;
            // Before the file is looked at: a disk that fills up in this moment has its reserve still.
            let full = desk.stats().only_paging;
            let reserve = self.clone();
            let state =
                tokio::task::spawn_blocking(move || reserve.make()).await.unwrap_or_else(|e| Err(io::Error::other(e)));
            match state {
                Ok(State::There(bytes)) => {
                    looks = 0;
                    if full {
                        tracing::info!(mib = bytes / MIB, "there is room on the disk again: alerts are taken again");
                        desk.take_everything();
                    }
                    continue;
                }
                _ if !looks.is_multiple_of(TOLD_EVERY) => {}
                Ok(State::NoRoom) if full => tracing::error!(
                    "THE DISK IS STILL FULL: new alerts are refused with 503; pages that ring already go on. Make room"
                ),
                Ok(State::NoRoom) => tracing::warn!(
                    "the disk is nearly full: there is no room for the reserve that lets escalations go on when it is"
                ),
                Err(error) => tracing::warn!(%error, "the reserve for a full disk cannot be made"),
            }
            looks = looks.wrapping_add(1);
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// What is held back on a disk that holds so many bytes.
fn size(holds: u64) -> u64 {
    (holds / SHARE_OF_DISK).clamp(BYTES_MIN, BYTES_MAX) / MIB * MIB
}

/// How much the disk of that folder holds, and how much of it is free for us, in bytes.
fn disk(folder: &Path) -> io::Result<(u64, u64)> {
    let found = rustix::fs::statvfs(folder)?;
    Ok((found.f_blocks.saturating_mul(found.f_frsize), found.f_bavail.saturating_mul(found.f_frsize)))
}

/// Bytes that no file system can leave out or fold together, on disk when this returns.
fn write(path: &Path, bytes: u64) -> io::Result<()> {
    let mut options = File::options();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut block = Vec::with_capacity(1024 * 1024);
    for _ in 0..bytes / MIB {
        block.clear();
        for _ in 0..MIB / 8 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            block.extend_from_slice(&state.to_le_bytes());
        }
        file.write_all(&block)?;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests;

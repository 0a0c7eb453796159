//! A wall clock that a test sets while real processes run by it (libfaketime).

use super::wait::wall_clock;
use jiff::{SignedDuration, Timestamp};
use std::{fs, path::PathBuf};

/// Where Debian puts the library: below a folder named after the machine's kind.
fn library() -> String {
    let below = fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let found = below
        .chain([PathBuf::from("/usr/lib")])
        .map(|folder| folder.join("faketime/libfaketimeMT.so.1"))
        .find(|path| path.is_file());
    found.expect("libfaketime (Debian: faketime)").display().to_string()
}

/// A wall clock for some processes; their monotonic clock stays the machine's.
pub struct Clock {
    folder: tempfile::TempDir,
}

impl Clock {
    /// One that shows that now, and goes on from there.
    pub fn at(instant: Timestamp) -> Self {
        let clock = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        clock.set(instant);
        clock
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }

    /// Sets it, also while a process runs. It goes on from there.
    pub fn set(&self, instant: Timestamp) {
        self.write(instant.duration_since(wall_clock()));
    }

    /// Steps it.
    pub fn step(&self, by: SignedDuration) {
        self.write(self.offset() + by);
    }

    /// Whole or not at all: it is read at every look at the clock.
    fn write(&self, offset: SignedDuration) {
        let unfinished = self.folder.path().join("unfinished");
        fs::write(&unfinished, format!("{:+}\n", offset.as_secs())).expect("the temporary folder is writable");
        fs::rename(unfinished, self.file()).expect("the same folder");
    }

    fn offset(&self) -> SignedDuration {
        let text = fs::read_to_string(self.file()).expect("it was written");
        SignedDuration::from_secs(text.trim().parse().expect("a number of seconds"))
    }

    /// What it shows.
    pub fn now(&self) -> Timestamp {
        wall_clock() + self.offset()
    }

    /// What the environment of a process must hold to live by it.
    pub fn settings(&self) -> [(&'static str, String); 5] {
        [
            ("LD_PRELOAD", library()),
            ("FAKETIME_TIMESTAMP_FILE", self.file().display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("TZ", "UTC".to_owned()),
        ]
    }
}

//! Backup and restore (INV-23): an organisation as one file that stands alone, and back, into either database. The file is a plain Nightbell SQLite
//! database with a [`Stamp`] in it (ADR 0020); it is proved before it is called a backup, and before and after it is called restored.
//!
//! Sends nothing and decides nothing about paging: what was due in the file is due after the restore, and nothing else (INV-14). What a human must
//! look at is the [`Recheck`] list. Is not: names, permissions and renaming of files (the commands `backup` and `restore`).

mod recheck;

pub use recheck::{Line, Recheck, recheck};

use crate::{Fault, Key, Reader, open_sqlite_reader, settings, verify, verify::Proof};
use nightbell_domain::{ids::Entropy, record::Instant};
use nightbell_store::{
    Database, Sqlite, StoreError, Tx, Verdict, meta,
    portable::{self as store, Copied, Standing},
};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The fact in a backup that makes it one.
const STAMP: &str = "backup";
/// The fact in an installation that was restored: what and when.
const RESTORED: &str = "restored";
/// The fact in a running installation: its newest backup.
const LAST_BACKUP: &str = "last_backup";
/// Facts that are about the process that ran, not about the organisation.
const OF_THE_OTHER_PROCESS: [&str; 3] = [STAMP, LAST_BACKUP, "writable_at"];

/// What a backup says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// When the copy began: everything answered before is in it.
    pub made_at: Instant,
    /// The version of Nightbell that made it.
    pub version: String,
    /// `sqlite` or `postgresql`: where it came from.
    pub database: String,
    /// The newest position of its journal.
    pub position: u64,
    /// The hash there, in hexadecimal.
    pub hash: String,
}

/// A backup that was made.
#[derive(Debug)]
pub struct Made {
    /// What it says about itself.
    pub stamp: Stamp,
    /// How many rows of what.
    pub counts: Vec<(&'static str, u64)>,
    /// The proof of its journal: findings are the organisation's own, as it was.
    pub proof: Proof,
}

/// Where a backup is made from.
pub enum Source<'a> {
    /// A database file, beside its server: copied page by page.
    File(&'a Path),
    /// Any database, through a view of it: copied row by row.
    View(&'a mut dyn Reader),
}

fn damaged(path: &Path, what: &[String]) -> Fault {
    StoreError::Corrupt(format!("{}: {}", path.display(), what.join("; "))).into()
}

fn silent() -> Fault {
    StoreError::Unavailable("the database did not answer".to_owned()).into()
}

/// Asks a reader something in one view.
fn ask<T>(reader: &mut dyn Reader, mut view: impl FnMut(&mut dyn Tx) -> Result<T, Fault>) -> Result<T, Fault> {
    let mut answer = None;
    reader.read(&mut |tx| answer = Some(view(tx)))?;
    answer.unwrap_or_else(|| Err(silent()))
}

/// Runs something in one durable transaction.
fn write<T>(
    database: &mut dyn Database,
    mut work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError>,
) -> Result<T, Fault> {
    let mut answer = None;
    database.write(&mut [&mut |tx: &mut dyn Tx| {
        let result = work(tx);
        let verdict = if result.is_ok() { Verdict::Keep } else { Verdict::Undo };
        answer = Some(result);
        verdict
    }])?;
    Ok(answer.unwrap_or_else(|| Err(StoreError::Unavailable("the database did not answer".to_owned())))?)
}

/// Makes a backup at a path where nothing is yet, beside a running server, and proves it. `progress` is told on the way and may rest there.
///
/// # Errors
/// The store's; `Corrupt` when SQLite itself finds the copy damaged. What is at the path then is no backup.
pub fn backup(
    source: Source<'_>,
    file: &Path,
    made_at: Instant,
    version: &str,
    progress: &mut dyn FnMut(Copied),
) -> Result<Made, Fault> {
    let database = match &source {
        Source::File(_) => "sqlite",
        Source::View(_) => "postgresql",
    };
    match source {
        Source::File(from) => {
            store::copy_pages(from, file, progress)?;
            // The copy, never what it was made from: a server of the version before may run there.
            if standing(open_sqlite_reader(file)?.as_mut())? == Standing::Older {
                drop(Sqlite::open(file)?);
            }
        }
        Source::View(reader) => {
            if standing(reader)? != Standing::Same {
                let why = "its schema is that of another version of Nightbell; make the backup with that version";
                return Err(StoreError::Unavailable(why.to_owned()).into());
            }
            let mut into = Sqlite::open(file)?;
            copy(reader, &mut into, progress)?;
        }
    }
    let head = ask(open_sqlite_reader(file)?.as_mut(), verify::head)?;
    let stamp = Stamp {
        made_at,
        version: version.to_owned(),
        database: database.to_owned(),
        position: head.position,
        hash: head.hash,
    };
    let text = serde_json::to_string(&stamp).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    store::seal(file, &[(STAMP, &text)])?;
    let found = store::damage(file)?;
    if !found.is_empty() {
        return Err(damaged(file, &found));
    }
    let mut reader = open_sqlite_reader(file)?;
    let counts = ask(reader.as_mut(), |tx| Ok(store::counts(tx)?))?;
    let proof = verify::in_slices(reader.as_mut(), &mut |_| {})?;
    Ok(Made { stamp, counts, proof })
}

/// Whether a file is what `nightbell backup` wrote, by its stamp. Changes nothing; whatever cannot be read is none.
pub fn is_backup(file: &Path) -> bool {
    matches!(store::fact_of(file, STAMP), Ok(Some(_)))
}

/// Copies every row from a view into an empty database: all of it, or nothing.
///
/// # Errors
/// The store's.
pub fn copy(from: &mut dyn Reader, into: &mut dyn Database, progress: &mut dyn FnMut(Copied)) -> Result<u64, Fault> {
    let mut copied = None;
    from.read(&mut |view| {
        copied = Some(write(into, |tx| store::copy_rows(view, tx, progress)));
    })?;
    copied.unwrap_or_else(|| Err(silent()))
}

/// A backup that was opened for restoring: a copy of it, brought up to this version's schema.
#[derive(Debug)]
pub struct Opened {
    /// What it says about itself; `None` for a copy of a database that `backup` did not make.
    pub stamp: Option<Stamp>,
    /// How many rows of what.
    pub counts: Vec<(&'static str, u64)>,
    /// The proof of its journal.
    pub proof: Proof,
}

/// How the schema of a database stands to this version: nothing is brought up to date.
///
/// # Errors
/// The store's, when there is no Nightbell schema.
pub fn standing(reader: &mut dyn Reader) -> Result<Standing, Fault> {
    ask(reader, |tx| Ok(store::standing(tx)?))
}

/// Looks whether a file is a whole Nightbell database, brings it up to this version's schema and proves it. Changes the file: hand it a copy.
///
/// # Errors
/// `Corrupt` when it is damaged, no Nightbell database, or of a later version.
pub fn open(file: &Path) -> Result<Opened, Fault> {
    let found = store::damage(file)?;
    if !found.is_empty() {
        return Err(damaged(file, &found));
    }
    if !store::is_nightbell(file)? {
        return Err(damaged(file, &["it is an SQLite database, but none of Nightbell's".to_owned()]));
    }
    drop(Sqlite::open(file)?);
    let mut reader = open_sqlite_reader(file)?;
    let (stamp, counts) = ask(reader.as_mut(), |tx| Ok((fact(tx, STAMP)?, store::counts(tx)?)))?;
    Ok(Opened { stamp, counts, proof: verify::in_slices(reader.as_mut(), &mut |_| {})? })
}

/// Whether a database with the schema holds nothing at all.
///
/// # Errors
/// The store's, when there is no such schema.
pub fn is_empty(database: &mut dyn Reader) -> Result<bool, Fault> {
    let mut counts = None;
    database.read(&mut |tx| counts = Some(store::counts(tx)))?;
    Ok(counts.ok_or_else(silent)??.iter().all(|(_, rows)| *rows == 0))
}

/// The last words of a restore, in one transaction: facts of the process that was are forgotten, the list of what to re-check is kept, so that
/// `doctor` tells of it later; with `ending` sessions and links end, and another key for links is drawn from it. Answers the list.
///
/// # Errors
/// The store's.
pub fn settle(database: &mut dyn Database, now: Instant, ending: Option<&mut dyn Entropy>) -> Result<Recheck, Fault> {
    let mut list = None;
    database.read(&mut |tx| {
        let stamp = fact::<Stamp>(tx, STAMP);
        list = Some(stamp.and_then(|stamp| recheck(tx, stamp.as_ref(), now)));
    })?;
    let mut list = list.ok_or_else(silent)??;
    let fresh = ending.map(Key::fresh);
    if fresh.is_some() {
        list.sessions = 0;
        list.links_ended = true;
    }
    let text = serde_json::to_string(&list).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    write(database, |tx| {
        for key in OF_THE_OTHER_PROCESS {
            store::forget_fact(tx, key)?;
        }
        if let Some(key) = &fresh {
            store::end_all_sessions(tx)?;
            // Whoever saw the backup could sign links with the one in it.
            settings::change_link_key(tx, key, now)?;
        }
        crate::subscription::forget_what_waited(tx)?;
        meta::set(tx, RESTORED, &text)?;
        tx.flush()
    })?;
    Ok(list)
}

/// What the last restore left to re-check, if this installation was ever restored.
///
/// # Errors
/// The store's.
pub fn restored(tx: &mut dyn Tx) -> Result<Option<Recheck>, Fault> {
    fact(tx, RESTORED)
}

/// The newest backup of this installation, as far as it knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastBackup {
    /// When it was made.
    pub made_at: Instant,
    /// Where it was written.
    pub file: String,
}

/// Notes a backup in the installation it was made of.
///
/// # Errors
/// The store's.
pub fn note_backup(unit: &mut crate::Unit<'_>, backup: &LastBackup) -> Result<(), Fault> {
    let text = serde_json::to_string(backup).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    Ok(meta::set(unit.tx, LAST_BACKUP, &text)?)
}

/// The newest backup that was noted.
///
/// # Errors
/// The store's.
pub fn last_backup(tx: &mut dyn Tx) -> Result<Option<LastBackup>, Fault> {
    fact(tx, LAST_BACKUP)
}

fn fact<T: serde::de::DeserializeOwned>(tx: &mut dyn Tx, key: &str) -> Result<Option<T>, Fault> {
    let corrupt = |e: serde_json::Error| Fault::from(StoreError::Corrupt(format!("the fact {key}: {e}")));
    meta::get(tx, key)?.map(|text| serde_json::from_str(&text).map_err(corrupt)).transpose()
}

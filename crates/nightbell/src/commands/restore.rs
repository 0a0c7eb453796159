//! `nightbell restore`: a backup into an empty data folder or an empty database, of either kind. Proved before anything is touched and again
//! afterwards; sends nothing (INV-14); ends with the list of what a human must look at (INV-23).

mod list;

pub(super) use list::{item as list_item, say as say_list};

use super::{DataArgs, backup::sync_folder, progress::Progress};
use crate::{
    data::{DataFolder, Place},
    failure::Failure,
    mark::Mark,
    out::{self, Out},
    system::{SystemClock, SystemEntropy},
};
use clap::Args;
use nightbell_engine::{
    Clock, Fault,
    domain::ids::Entropy,
    open_sqlite_reader,
    portable::{self, Opened, Recheck},
    verify::in_slices,
};
use nightbell_store::{Sqlite, portable::seal};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// What `restore` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The file that `nightbell backup` wrote
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Move the data that is there aside (never deleted). For a data folder; a database must be empty
    #[arg(long)]
    pub force: bool,
    /// End every session, unused sign-in link and link that was sent, with a new key for links: for a backup that others may have seen
    #[arg(long)]
    pub end_sessions: bool,
    /// Restore although the journal in the backup is not whole
    #[arg(long)]
    pub accept_damage: bool,
    /// Where to.
    #[command(flatten)]
    pub data: DataArgs,
}

/// Runs it.
///
/// # Errors
/// When the file is no whole backup, the place is not empty, a server runs there, or it cannot be written.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let place = arguments.data.place()?;
    let (list, aside) = match place.as_folder() {
        Some(folder) => into_folder(arguments, folder, out)?,
        None => (into_database(arguments, &place, out)?, None),
    };
    let mut progress = Progress::new(out);
    let after =
        in_slices(place.reader()?.as_mut(), &mut |proof| progress.show(&format!("{} events proved", proof.events)));
    progress.end();
    let after = after?;
    out.item(&list_item(&list), |_| {
        let mut text = format!("{} {} is restored into {place}.\n", out::good("Done."), arguments.file.display());
        if let Some(aside) = &aside {
            text.push_str(&format!("What was there before lies in {}.\n", aside.display()));
        }
        text.push_str(&say_list(&list));
        text.push_str(&format!(
            "\nNext: nightbell serve {}\nThis list again, later: nightbell doctor {}",
            place.flag(),
            place.flag()
        ));
        text
    });
    match after.wrong() {
        0 => Ok(()),
        n => Err(Failure::findings(format!(
            "{n} things in the restored journal are wrong: nightbell verify {}",
            place.flag()
        ))),
    }
}

/// What is restored: a database of our own making with the rows of the backup, proved and settled. The folder goes with the value.
struct Prepared {
    folder: TempDir,
    list: Recheck,
}

impl Prepared {
    fn database(&self) -> PathBuf {
        self.folder.path().join("nightbell.db")
    }
}

/// Reads a copy of the file, in a folder that is its owner's alone, and takes its rows, never the file itself: a trigger, a view or a changed
/// table in it would live on.
fn prepared(arguments: &Arguments, beside: &Path, out: Out) -> Result<Prepared, Failure> {
    let file = &arguments.file;
    must_be_whole(file)?;
    let folder = tempfile::Builder::new().prefix(".restoring-").tempdir_in(beside);
    let folder = folder.map_err(|e| Failure::file(beside, "write", &e))?;
    let copy = folder.path().join("backup.db");
    let mut source = fs::File::open(file).map_err(|e| Failure::file(file, "read", &e))?;
    std::io::copy(&mut source, &mut new_private(&copy)?).map_err(|e| Failure::file(&copy, "write", &e))?;
    let refused = |fault: Fault| {
        Failure::unreachable(format!(
            "{} is no backup that can be restored: {fault}. Nothing was changed.",
            file.display()
        ))
    };
    let opened = portable::open(&copy).map_err(refused)?;
    accepted(arguments, &opened)?;
    let database = folder.path().join("nightbell.db");
    drop(new_private(&database)?);
    let list = fill(&copy, &database, arguments.end_sessions, out).map_err(refused)?;
    fs::remove_file(&copy).map_err(|e| Failure::file(&copy, "remove", &e))?;
    Ok(Prepared { folder, list })
}

fn fill(copy: &Path, database: &Path, end_sessions: bool, out: Out) -> Result<Recheck, Fault> {
    let mut fresh = Sqlite::open(database)?;
    let mut progress = Progress::new(out);
    let mut reader = open_sqlite_reader(copy)?;
    let copied =
        portable::copy(reader.as_mut(), &mut fresh, &mut |copied| progress.show(&format!("{} rows", copied.done)));
    progress.end();
    copied?;
    let mut entropy = SystemEntropy;
    let ending = end_sessions.then_some(&mut entropy as &mut dyn Entropy);
    let list = portable::settle(&mut fresh, SystemClock.now(), ending)?;
    drop(fresh);
    seal(database, &[])?;
    Ok(list)
}

/// A file that is new, readable by its owner alone from the first byte on.
fn new_private(path: &Path) -> Result<fs::File, Failure> {
    let mut options = fs::File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|e| Failure::file(path, "write", &e))
}

/// A database file with a journal beside it is not all there is: what was accepted last is in the journal.
fn must_be_whole(file: &Path) -> Result<(), Failure> {
    let real = file.canonicalize().map_err(|e| Failure::file(file, "read", &e))?;
    for (path, suffix) in [file, &real].into_iter().flat_map(|path| [(path, "-wal"), (path, "-journal")]) {
        let journal = with_suffix(path, suffix);
        if holds(&journal) {
            return Err(Failure::unreachable(format!(
                "{} is not whole: what was accepted last is in {}. This is a data folder's database, not a backup. Nothing was changed. Start \
                 Nightbell from that folder, or make a backup of it: nightbell backup FILE --data {}",
                file.display(),
                journal.display(),
                real.parent().unwrap_or(Path::new(".")).display()
            )));
        }
    }
    Ok(())
}

fn accepted(arguments: &Arguments, opened: &Opened) -> Result<(), Failure> {
    if opened.proof.wrong() == 0 || arguments.accept_damage {
        return Ok(());
    }
    let shown = opened.proof.findings.iter().take(10).map(|line| out::harmless(line)).collect::<Vec<_>>().join("\n");
    Err(Failure::findings(format!(
        "{shown}\n{} things in the journal of {} are wrong. Nothing was changed. Take an older backup, or restore it as it is with --accept-damage.",
        opened.proof.wrong(),
        arguments.file.display()
    )))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn holds(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.len() > 0)
}

fn into_folder(arguments: &Arguments, folder: &DataFolder, out: Out) -> Result<(Recheck, Option<PathBuf>), Failure> {
    folder.create()?;
    let _lock = folder.lock().map_err(|failure| {
        Failure::unreachable(format!("{failure}\nA restore needs the place for itself. Nothing was changed."))
    })?;
    let target = folder.database();
    // A log without its database counts: SQLite would play it into the restored one.
    let taken = ["", "-wal", "-journal"].iter().any(|suffix| holds(&with_suffix(&target, suffix)));
    if taken && !arguments.force {
        return Err(Failure::findings(format!(
            "{} holds data already. Nothing was changed. Restore into a new folder (--data), or move what is there aside with --force.",
            folder.path().display()
        )));
    }
    let prepared = prepared(arguments, folder.path(), out)?;
    let aside = if taken { Some(move_aside(&target)?) } else { None };
    // The folder has seen a longer journal; the operator has decided that this one is the newest.
    let mark = Mark::of(folder.path());
    mark.forget().map_err(|e| Failure::file(folder.path(), "forget the mark in", &e))?;
    fs::rename(prepared.database(), &target).map_err(|e| Failure::file(&target, "write", &e))?;
    sync_folder(&target)?;
    Ok((prepared.list, aside))
}

/// Renames a database and what SQLite keeps beside it, together still a whole database.
fn move_aside(target: &Path) -> Result<PathBuf, Failure> {
    let stamp = SystemClock.now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let to = with_suffix(target, &format!(".before-restore-{stamp}"));
    if to.exists() {
        return Err(Failure::findings(format!("{} exists already; try again in a second.", to.display())));
    }
    for suffix in ["-journal", "-wal", "-shm", ""] {
        let from = with_suffix(target, suffix);
        if from.exists() {
            fs::rename(&from, with_suffix(&to, suffix)).map_err(|e| Failure::file(&from, "move", &e))?;
        }
    }
    Ok(to)
}

fn into_database(arguments: &Arguments, place: &Place, out: Out) -> Result<Recheck, Failure> {
    // Asked before the schema is made: somebody else's database is left as it is.
    if !place.is_empty()? {
        return Err(Failure::findings(format!(
            "{place} holds data already. Nothing was changed. Make an empty database and restore into that one."
        )));
    }
    let prepared = prepared(arguments, &std::env::temp_dir(), out)?;
    let mut target = place.database_or_new()?;
    let mut reader = open_sqlite_reader(&prepared.database())?;
    let mut progress = Progress::new(out);
    // Settled before: what is there after the one transaction is all that was wanted, or nothing.
    let copied =
        portable::copy(reader.as_mut(), target.as_mut(), &mut |copied| progress.show(&format!("{} rows", copied.done)));
    progress.end();
    copied.map_err(|fault| Failure::unreachable(format!("{place} was left empty: {fault}")))?;
    Ok(prepared.list)
}

#[cfg(test)]
mod tests;

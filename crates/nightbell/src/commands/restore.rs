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
    system::SystemClock,
};
use clap::Args;
use nightbell_engine::{
    Clock, open_sqlite_reader,
    portable::{self, Opened, Recheck},
    verify::in_slices,
};
use nightbell_store::{Sqlite, portable::seal};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempPath;

/// What `restore` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The file that `nightbell backup` wrote
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Move the data that is there aside (never deleted). For a data folder; a database must be empty
    #[arg(long)]
    pub force: bool,
    /// End every session and forget every unused sign-in link: for a backup that may have been seen by others
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
        Some(folder) => into_folder(arguments, folder)?,
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

/// A copy of the backup that this version can read, in a folder of ours, proved.
fn prepared(arguments: &Arguments, folder: &Path) -> Result<(TempPath, Opened), Failure> {
    let file = &arguments.file;
    let mut source = fs::File::open(file).map_err(|e| Failure::file(file, "read", &e))?;
    // Readable by its owner alone from the first byte on.
    let copy = tempfile::Builder::new().prefix(".restoring-").tempfile_in(folder);
    let mut copy = copy.map_err(|e| Failure::file(folder, "write", &e))?;
    std::io::copy(&mut source, copy.as_file_mut()).map_err(|e| Failure::file(copy.path(), "write", &e))?;
    let copy = copy.into_temp_path();
    let opened = portable::open(&copy).map_err(|fault| {
        Failure::unreachable(format!(
            "{} is no backup that can be restored: {fault}. Nothing was changed.",
            file.display()
        ))
    })?;
    if opened.proof.wrong() > 0 && !arguments.accept_damage {
        let shown =
            opened.proof.findings.iter().take(10).map(|line| out::harmless(line)).collect::<Vec<_>>().join("\n");
        return Err(Failure::findings(format!(
            "{shown}\n{} things in the journal of {} are wrong. Nothing was changed. Take an older backup, or restore it as it is with --accept-damage.",
            opened.proof.wrong(),
            file.display()
        )));
    }
    Ok((copy, opened))
}

fn into_folder(arguments: &Arguments, folder: &DataFolder) -> Result<(Recheck, Option<PathBuf>), Failure> {
    folder.create()?;
    let _lock = folder.lock().map_err(|failure| {
        Failure::unreachable(format!("{failure}\nA restore needs the place for itself. Nothing was changed."))
    })?;
    let target = folder.database();
    // A log without its database counts: SQLite would play it into the restored one.
    let holds = |path: PathBuf| fs::metadata(path).is_ok_and(|found| found.len() > 0);
    let taken = holds(target.clone()) || holds(target.with_extension("db-wal"));
    if taken && !arguments.force {
        return Err(Failure::findings(format!(
            "{} holds data already. Nothing was changed. Restore into a new folder (--data), or move what is there aside with --force.",
            folder.path().display()
        )));
    }
    let (copy, _) = prepared(arguments, folder.path())?;
    let mut database = Sqlite::open(&copy)?;
    let list = portable::settle(&mut database, SystemClock.now(), arguments.end_sessions)?;
    drop(database);
    seal(&copy, &[])?;
    let aside = if taken { Some(move_aside(&target)?) } else { None };
    // The folder has seen a longer journal; the operator has decided that this one is the newest.
    Mark::of(folder.path()).forget().map_err(|e| Failure::file(folder.path(), "write", &e))?;
    copy.persist(&target).map_err(|e| Failure::file(&target, "write", &e.error))?;
    // What the folder had seen before is void: the operator has decided what the newest is.
    let mark = Mark::of(folder.path());
    mark.forget().map_err(|e| Failure::file(folder.path(), "forget the mark in", &e))?;
    sync_folder(&target)?;
    Ok((list, aside))
}

/// Renames a database and what SQLite keeps beside it, together still a whole database.
fn move_aside(target: &Path) -> Result<PathBuf, Failure> {
    let beside = |path: &Path, suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let stamp = SystemClock.now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let to = beside(target, &format!(".before-restore-{stamp}"));
    if to.exists() {
        return Err(Failure::findings(format!("{} exists already; try again in a second.", to.display())));
    }
    for suffix in ["-wal", "-shm", ""] {
        let from = beside(target, suffix);
        if from.exists() {
            fs::rename(&from, beside(&to, suffix)).map_err(|e| Failure::file(&from, "move", &e))?;
        }
    }
    Ok(to)
}

fn into_database(arguments: &Arguments, place: &Place, out: Out) -> Result<Recheck, Failure> {
    let mut target = place.database_or_new()?;
    if !portable::is_empty(target.as_mut())? {
        return Err(Failure::findings(format!(
            "{place} holds data already. Nothing was changed. Make an empty database and restore into that one."
        )));
    }
    let (copy, _) = prepared(arguments, &std::env::temp_dir())?;
    let mut reader = open_sqlite_reader(&copy)?;
    let mut progress = Progress::new(out);
    let copied =
        portable::copy(reader.as_mut(), target.as_mut(), &mut |copied| progress.show(&format!("{} rows", copied.done)));
    progress.end();
    copied.map_err(|fault| Failure::unreachable(format!("{place} was left empty: {fault}")))?;
    Ok(portable::settle(target.as_mut(), SystemClock.now(), arguments.end_sessions)?)
}

#[cfg(test)]
mod tests;

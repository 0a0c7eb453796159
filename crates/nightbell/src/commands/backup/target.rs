//! Where a backup may be written: never onto data or beside it, and onto another file only when that is an older backup. Looks, never writes. Used by
//! the parent alone.

use crate::{data::Place, failure::Failure};
use nightbell_engine::portable;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Beside every database that a server writes.
const LOCK: &str = "serve.lock";
/// What belongs to the data in a folder, with what follows the database's name.
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// The folder in which a file lies.
pub fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Nothing is there; or, with `force`, a file that `nightbell backup` wrote.
///
/// # Errors
/// When something else is there.
pub fn must_be_free(file: &Path, force: bool) -> Result<(), Failure> {
    // Not followed: a link that leads nowhere is something too.
    let Ok(found) = fs::symlink_metadata(file) else { return Ok(()) };
    let refused = |why: &str| Err(Failure::findings(format!("{} {why}", file.display())));
    if !force {
        return refused("exists and is not touched. Choose another name, or replace it with --force.");
    }
    if !found.is_file() || !portable::is_backup(file) {
        return refused(
            "is no backup made by `nightbell backup`, so --force does not replace it. Choose another name.",
        );
    }
    Ok(())
}

/// The name is not that of the data itself, whichever way leads there, and the folder is no server's.
///
/// # Errors
/// When it is.
pub fn must_not_be_data(file: &Path, place: &Place) -> Result<(), Failure> {
    let real = folder_of(file).canonicalize().unwrap_or_else(|_| folder_of(file).to_owned());
    let mut folders = vec![real.clone()];
    if let Ok(led_to) = file.canonicalize() {
        folders.push(folder_of(&led_to).to_owned());
    }
    let is_served = folders.iter().any(|folder| folder.join(LOCK).exists());
    let named = file.file_name().map(|name| real.join(name));
    let is_data = data_of(place).iter().any(|data| {
        let theirs = folder_of(data).canonicalize().ok().zip(data.file_name()).map(|(folder, name)| folder.join(name));
        same_file(file, data) || (theirs.is_some() && theirs == named)
    });
    if !is_served && !is_data {
        return Ok(());
    }
    Err(Failure::findings(format!(
        "{} lies in a data folder: a backup there could replace what the server writes, and is lost with it. Nothing was written. Choose a \
         folder elsewhere, best on another disk.",
        file.display()
    )))
}

/// The files of the place.
fn data_of(place: &Place) -> Vec<PathBuf> {
    let Some(folder) = place.as_folder() else { return Vec::new() };
    let beside = |suffix: &str| {
        let mut name = folder.database().into_os_string();
        name.push(suffix);
        PathBuf::from(name)
    };
    let mut files: Vec<PathBuf> = SUFFIXES.into_iter().map(beside).collect();
    files.extend(["newest.mark", LOCK].map(|name| folder.path().join(name)));
    files
}

/// Whether two names lead to one file: a second name of the database is the database.
fn same_file(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let place = |path: &Path| fs::metadata(path).map(|found| (found.dev(), found.ino())).ok();
        place(one).is_some_and(|found| place(other) == Some(found))
    }
    #[cfg(not(unix))]
    {
        one.canonicalize().ok().is_some_and(|real| other.canonicalize().ok() == Some(real))
    }
}

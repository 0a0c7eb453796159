//! Opening: what is missing and what is taken is said, with the way out.

use super::*;
use crate::failure::Code;

#[test]
fn a_folder_without_data_says_init_first() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Place::folder(temporary.path().join("none"));
    for outcome in [folder.engine("http://x").map(drop), folder.reader().map(drop), folder.directory().map(drop)] {
        let failure = outcome.unwrap_err();
        assert_eq!(failure.code, Code::Unreachable);
        assert!(failure.message.contains("nightbell init --email"), "{failure}");
    }
    assert!(!folder.as_folder().unwrap().path().exists(), "looking must not create anything");
}

#[test]
fn one_server_at_a_time() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Place::folder(temporary.path());
    let held = folder.lock().unwrap();
    let failure = folder.lock().unwrap_err();
    assert_eq!(failure.code, Code::Unreachable);
    assert!(failure.message.contains("Paging goes on there"), "{failure}");
    drop(held);
    folder.lock().unwrap();
}

#[test]
fn work_without_an_administrator_is_refused() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Place::folder(temporary.path());
    folder.engine_or_new("http://x").unwrap();
    let failure = folder.execute(|_, _| Ok(())).unwrap_err();
    assert!(failure.message.contains("has no administrator yet"), "{failure}");
}

#[cfg(unix)]
#[test]
fn the_files_are_their_owners_alone_in_whatever_folder() {
    use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let temporary = tempfile::tempdir().unwrap();
    let own = DataFolder::new(temporary.path().join("own"));
    own.create().unwrap();
    assert_eq!(mode(own.path()), 0o700, "a folder of our own");
    // As a service manager makes one, with a database of an older release in it.
    let made = DataFolder::new(temporary.path().join("made"));
    fs::create_dir(made.path()).unwrap();
    fs::set_permissions(made.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(made.database(), "").unwrap();
    fs::set_permissions(made.database(), fs::Permissions::from_mode(0o644)).unwrap();
    for folder in [own, made] {
        let held = folder.lock().unwrap();
        let engine = Place::from(folder.clone()).engine_or_new("http://x").unwrap();
        let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(files.len() >= 2, "{files:?}");
        for file in files {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
        drop((engine, held));
    }
}

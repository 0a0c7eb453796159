//! Opening: what is missing and what is taken is said, with the way out.

use super::*;
use crate::failure::Code;

#[test]
fn a_folder_without_data_says_init_first() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = DataFolder::new(temporary.path().join("none"));
    for outcome in [folder.engine("http://x").map(drop), folder.reader().map(drop), folder.directory().map(drop)] {
        let failure = outcome.unwrap_err();
        assert_eq!(failure.code, Code::Unreachable);
        assert!(failure.message.contains("nightbell init --email"), "{failure}");
    }
    assert!(!folder.path().exists(), "looking must not create anything");
}

#[test]
fn one_server_at_a_time() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = DataFolder::new(temporary.path());
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
    let folder = DataFolder::new(temporary.path());
    folder.engine_or_new("http://x").unwrap();
    let failure = folder.execute(|_, _| Ok(())).unwrap_err();
    assert!(failure.message.contains("has no administrator yet"), "{failure}");
}

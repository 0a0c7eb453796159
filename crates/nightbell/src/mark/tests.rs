//! What the mark refuses. That the server keeps it and asks it is a black-box test.

use super::*;

#[test]
fn inv_01_only_a_database_behind_the_mark_is_refused() {
    // What the file holds, where the journal ends, whether the start is refused.
    let cases: [(Option<&str>, u64, bool); 6] = [
        (None, 0, false),
        (Some("7\n"), 7, false),
        (Some("7\n"), 8, false),
        (Some("7\n"), 6, true),
        (Some(""), 0, false),
        (Some("seven"), 0, false),
    ];
    for (text, head, refused) in cases {
        let folder = tempfile::tempdir().unwrap();
        if let Some(text) = text {
            fs::write(folder.path().join(NAME), text).unwrap();
        }
        assert_eq!(Mark::of(folder.path()).check(head).is_err(), refused, "{text:?} {head}");
    }
}

#[test]
fn what_is_written_is_what_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mark = Mark::of(folder.path());
    for head in [3, 12_345] {
        mark.write(head).unwrap();
        assert!(mark.check(head).is_ok());
        let message = mark.check(head - 1).unwrap_err().message;
        assert!(message.contains("newest.mark") && message.contains("backup"), "{message}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing unfinished is left");
    mark.forget().unwrap();
    mark.forget().unwrap();
    assert!(mark.check(0).is_ok());
}

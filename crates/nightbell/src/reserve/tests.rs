//! The reserve as a file: written for real, once, given back at once, never by halves. What the server does with it is a black-box test.

use super::*;

#[test]
fn inv_16_the_reserve_is_made_once_given_back_and_made_again() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let folder = tempfile::tempdir().unwrap();
    let reserve = Reserve::of(folder.path());
    let State::There(bytes) = reserve.make().unwrap() else { panic!("there is room for tests") };
    let path = folder.path().join(NAME);
    let made = fs::metadata(&path).unwrap();
    assert_eq!(made.len(), bytes);
    assert!(made.blocks() * 512 >= made.len(), "it must take the room it promises");
    assert_eq!(made.permissions().mode() & 0o777, 0o600);
    assert_eq!(reserve.make().unwrap(), State::There(made.len()), "what is there stays");
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), made.modified().unwrap());

    assert_eq!(reserve.left(), None);
    assert!(!reserve.is_last_room(), "there is room for tests");
    reserve.give_back();
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    reserve.give_back();
    assert_eq!(Reserve::of(folder.path()).left(), Some(bytes), "whoever comes next knows, and never counts on more");
    assert!(matches!(reserve.make().unwrap(), State::There(_)));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing unfinished is left");
}

#[test]
fn inv_16_half_a_reserve_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let reserve = Reserve::of(folder.path());
    fs::write(folder.path().join(NAME), "half").unwrap();
    assert!(matches!(reserve.make().unwrap(), State::There(bytes) if bytes >= BYTES_MIN));
    // What a killed process left under the other name is written over.
    reserve.give_back();
    fs::write(folder.path().join("reserve.unfinished"), "half").unwrap();
    assert!(matches!(reserve.make().unwrap(), State::There(_)));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn inv_16_a_small_disk_gives_a_tenth_and_a_large_one_64_mib() {
    for (holds, expected) in [(0, MIB), (8 * MIB, MIB), (320 * MIB, 32 * MIB), (10_000 * MIB, 64 * MIB)] {
        assert_eq!(size(holds), expected, "of {holds} bytes");
    }
}

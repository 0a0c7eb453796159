//! Start-up on data that is lost, truncated, damaged, or older than what the folder has seen: never silently empty, and the message says
//! what that means for paging.

use super::{
    super::{
        double::Double,
        house::{House, Server, code, said},
        wait::{SOON, until},
    },
    accepted, keys, organisation, pages,
};
use nightbell_store::{SqliteReader, journal};
use std::{fs, path::Path};

/// A house whose server was killed while something rang.
fn killed_in_the_middle() -> (House, Double, Vec<String>) {
    let house = House::new();
    let double = Double::obliging();
    let mut server = house.serve();
    house.apply(&server, &organisation(&double.url(), &[("shop", "1h")]));
    for n in 0..40 {
        accepted(&server, "shop", &format!("alert-{n:02}"));
    }
    double.wait("the first is paged", SOON, |ledger| !pages(ledger, "shop-first", "alert-00").is_empty());
    let keys = keys(&server);
    server.process.kill();
    (house, double, keys)
}

/// The last one that closes a database moves its whole log into it.
fn checkpoint(house: &House) {
    let mut last = SqliteReader::open(&house.data().join("nightbell.db")).expect("nobody else has it");
    last.read(&mut |tx| drop(journal::head(tx))).expect("it can be read");
    drop(last);
    assert!(!house.data().join("nightbell.db-wal").exists(), "the log is in the database");
}

fn flip(file: &Path, at: u64) {
    let mut bytes = fs::read(file).expect("the file");
    let at = usize::try_from(at).expect("small");
    bytes[at] ^= 0x10;
    fs::write(file, bytes).expect("the file");
}

/// The server does not start, and says what that means.
fn refused(house: &House, what: &str) {
    // The index of the log is made anew by whoever opens the database.
    let before: Vec<String> = files(house).into_iter().filter(|name| !name.ends_with("-shm")).collect();
    let refused = house.run(&["serve", "--data", "data", "--listen", "127.0.0.1:0"]);
    let said = said(&refused);
    assert_eq!(code(&refused), 3, "{what}: {said}");
    assert!(said.contains("NOBODY IS PAGED"), "{what}: what it means for paging: {said}");
    assert!(said.contains("backup"), "{what}: what to do: {said}");
    assert!(before.iter().all(|name| files(house).contains(name)), "{what}: nothing is taken away");
}

fn files(house: &House) -> Vec<String> {
    let entries = fs::read_dir(house.data()).expect("the data folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// A way to damage a data folder.
type Damage = (&'static str, fn(&House));

#[test]
fn inv_01_14_data_that_is_lost_or_unreadable_is_never_taken_for_a_new_installation() {
    let damages: [Damage; 6] = [
        ("the database is gone", |house| fs::remove_file(house.data().join("nightbell.db")).expect("it is there")),
        ("everything is gone but the folder", |house| {
            for name in files(house) {
                fs::remove_file(house.data().join(name)).expect("it is there");
            }
        }),
        ("the database is empty", |house| {
            checkpoint(house);
            fs::write(house.data().join("nightbell.db"), "").expect("writable");
        }),
        ("the database is cut in half", |house| {
            checkpoint(house);
            let path = house.data().join("nightbell.db");
            let half = fs::metadata(&path).expect("it is there").len() / 2;
            fs::File::options().write(true).open(&path).and_then(|file| file.set_len(half)).expect("writable");
        }),
        ("the header is damaged", |house| {
            checkpoint(house);
            flip(&house.data().join("nightbell.db"), 3);
        }),
        ("the log is all there is", |house| {
            fs::write(house.data().join("nightbell.db"), "").expect("writable");
        }),
    ];
    for (what, damage) in damages {
        let (house, _double, _) = killed_in_the_middle();
        damage(&house);
        refused(&house, what);
    }
    println!("damaged data: 6 kinds refused");
}

/// A flipped bit in the middle: whatever page it meets, the damage is noticed, or it changed nothing that is read.
#[test]
fn inv_01_18_a_flipped_bit_in_the_middle_is_noticed_or_harmless() {
    let (house, _double, keys_before) = killed_in_the_middle();
    checkpoint(&house);
    let database = house.data().join("nightbell.db");
    let whole = fs::read(&database).expect("the database");
    let length = u64::try_from(whole.len()).expect("small");
    let (mut at_start, mut by_verify, mut harmless) = (0, 0, 0);
    for n in 0..24_u64 {
        flip(&database, 4096 + (n * 2 + 1) * (length - 4096) / 48);
        let verified = house.run(&["verify", "--data", "data"]);
        match code(&verified) {
            0 => {
                let server = house.serve();
                assert_eq!(keys(&server), keys_before, "silently another answer");
                drop(server);
                harmless += 1;
            }
            1 => by_verify += 1,
            3 => at_start += 1,
            other => panic!("{other}: {}", said(&verified)),
        }
        for name in ["nightbell.db-wal", "nightbell.db-shm"] {
            let _ = fs::remove_file(house.data().join(name));
        }
        fs::write(&database, &whole).expect("writable");
    }
    println!(
        "flipped bits: {at_start} refused at the start, {by_verify} found by verify, {harmless} met nothing that is read"
    );
    assert!(at_start + by_verify > 0, "no flip met anything");
}

fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).expect("a copy");
}

#[test]
fn inv_01_23_a_database_older_than_what_the_folder_has_seen_is_not_taken_for_the_newest() {
    let older: [Damage; 2] = [
        ("the log was deleted", |house| {
            fs::remove_file(house.data().join("nightbell.db-wal")).expect("it is there");
        }),
        ("an old backup was put in its place", |house| {
            for name in ["nightbell.db-wal", "nightbell.db-shm"] {
                let _ = fs::remove_file(house.data().join(name));
            }
            copy(&house.folder().join("old.db"), &house.data().join("nightbell.db"));
        }),
    ];
    for (what, damage) in older {
        let (house, double, keys_before) = killed_in_the_middle();
        checkpoint(&house);
        copy(&house.data().join("nightbell.db"), &house.folder().join("old.db"));
        let mut server: Server = house.serve();
        accepted(&server, "shop", "newest");
        until("the mark is at the journal's end", SOON, || mark_is_there(&house));
        server.process.kill();
        damage(&house);
        refused(&house, what);
        // The operator's decision: go on with what there is.
        fs::remove_file(house.data().join("newest.mark")).expect("the mark");
        let server = house.serve();
        assert_eq!(keys(&server), keys_before, "{what}: what the older database holds");
        drop((server, double));
    }
}

/// The mark names the end of the journal.
fn mark_is_there(house: &House) -> Option<()> {
    let mark: u64 = fs::read_to_string(house.data().join("newest.mark")).ok()?.trim().parse().ok()?;
    let mut reader = SqliteReader::open(&house.data().join("nightbell.db")).ok()?;
    let mut head = Ok(0);
    reader.read(&mut |tx| head = journal::head(tx)).ok()?;
    (mark == head.ok()?).then_some(())
}

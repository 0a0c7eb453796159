//! A disk that fails a flush or a write: the process ends, never tries again, and nothing that was answered with 2xx is gone after the restart.
//! The faults are injected by a small library (`shim/disk.c`), compiled here and preloaded into the binary.

use super::{
    super::{
        double::Double,
        house::{House, Server},
        wait::SOON,
    },
    accepted, end_and_verify, keys, organisation, pages,
};
use std::{fs, path::Path, process::Command};

/// What fails, and on which file of the data folder.
struct Fault {
    kind: &'static str,
    file: &'static str,
}

fn shim(folder: &Path) -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/blackbox/shim/disk.c");
    let library = folder.join("disk.so");
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source).output();
    let compiled = compiled.expect("a C compiler (Debian: build-essential)");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    library.display().to_string()
}

fn serve_with(house: &House, fault: &Fault, trigger: &Path, log: &Path) -> Server {
    let mut command = house.command();
    let data = fs::canonicalize(house.data()).expect("the data folder");
    command
        .args(["serve", "--data", "data", "--listen", "127.0.0.1:0"])
        .env("LD_PRELOAD", shim(house.folder()))
        .env("SHIM_FAILS", fault.kind)
        .env("SHIM_FILE", data.join(fault.file))
        .env("SHIM_TRIGGER", trigger)
        .env("SHIM_LOG", log);
    Server::start(command, &house.token)
}

fn the_process_ends(fault: &Fault) {
    let house = House::new();
    let double = Double::obliging();
    let server = house.serve();
    house.apply(&server, &organisation(&double.url(), &[("ringing", "8s"), ("flood", "1h")]));
    drop(server);
    let (trigger, log) = (house.folder().join("trigger"), house.folder().join("failures"));
    let mut server = serve_with(&house, fault, &trigger, &log);
    accepted(&server, "ringing", "rings");
    double.wait("the first is paged", SOON, |ledger| pages(ledger, "ringing-first", "rings").len() == 1);

    // Until the file is next written or flushed: the log at once, the database with the next checkpoint.
    let mut stored = vec!["rings".to_owned()];
    fs::write(&trigger, "").expect("the temporary folder is writable");
    loop {
        assert!(stored.len() < 5_000, "the fault is never met");
        let key = format!("alert-{}", stored.len());
        match server.enqueue("flood-key", "trigger", &key) {
            Ok(answer) if answer.status == 202 => stored.push(key),
            Ok(answer) => {
                assert_eq!(answer.status, 503, "{}", answer.text());
                break;
            }
            Err(_) => break,
        }
    }
    let ended = server.process.ended(SOON);
    let said = server.process.output();
    assert_eq!(ended.code(), Some(3), "{said}");
    assert!(said.contains("NOBODY IS PAGED"), "it says what that means for paging:\n{said}");
    let failures = fs::read_to_string(&log).expect("the shim kept a log");
    assert_eq!(failures.lines().count(), 1, "it was tried again:\n{failures}{said}");
    drop(server);

    let server = house.serve();
    let there = keys(&server);
    let lost: Vec<&String> = stored.iter().filter(|key| !there.contains(key)).collect();
    assert!(lost.is_empty(), "answered with 2xx and gone: {lost:?}");
    double.wait("what rang goes on", SOON, |ledger| !pages(ledger, "ringing-second", "rings").is_empty());
    end_and_verify(&house, server);
    println!("broken disk: {} of {}: ended at once, {} accepted, all there", fault.kind, fault.file, stored.len());
}

#[test]
fn inv_01_02_a_failed_flush_of_the_log_ends_the_process_and_is_never_retried() {
    the_process_ends(&Fault { kind: "fsync", file: "nightbell.db-wal" });
}

#[test]
fn inv_01_02_a_failed_flush_of_the_database_ends_the_process_and_is_never_retried() {
    the_process_ends(&Fault { kind: "fsync", file: "nightbell.db" });
}

#[test]
fn inv_16_a_disk_that_turned_read_only_ends_the_process_loudly() {
    the_process_ends(&Fault { kind: "write", file: "nightbell.db-wal" });
}

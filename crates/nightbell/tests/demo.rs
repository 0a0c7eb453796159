//! The demo as a newcomer runs it: the whole playbook on a story's clock, its transcript kept as a golden file; and how it behaves when the
//! address is taken or somebody presses Ctrl-C.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};
use tempfile::TempDir;

fn nightbell(temporary: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightbell"));
    command.env("TMPDIR", temporary).stdin(Stdio::null());
    command
}

fn is_empty(folder: &TempDir) -> bool {
    std::fs::read_dir(folder.path()).expect("the folder can be read").next().is_none()
}

#[test]
fn the_whole_story_comes_true_and_reads_the_same_every_time() {
    let temporary = TempDir::new().expect("a temporary folder");
    let output = nightbell(temporary.path()).args(["demo", "--fast"]).output().expect("the demo runs");
    let transcript = String::from_utf8(output.stdout).expect("the transcript is text");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{transcript}\n{complaint}");
    assert_eq!(complaint, "", "nothing went wrong, so nothing is logged");
    assert!(is_empty(&temporary), "the demo leaves nothing behind");
    insta::assert_snapshot!("transcript", transcript);
}

#[test]
fn a_taken_address_is_said_with_the_way_out() {
    let temporary = TempDir::new().expect("a temporary folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("its address").to_string();
    let output = nightbell(temporary.path()).args(["demo", "--listen", &address]).output().expect("the demo runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{complaint}");
    assert!(complaint.contains(&address) && complaint.contains("--listen"), "{complaint}");
    assert!(is_empty(&temporary), "the demo leaves nothing behind");
}

#[test]
fn ctrl_c_ends_it_and_takes_the_folder_away() {
    let temporary = TempDir::new().expect("a temporary folder");
    let mut demo = nightbell(temporary.path())
        .args(["demo", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the demo starts");
    let mut lines = BufReader::new(demo.stdout.take().expect("its output")).lines();
    assert!(lines.any(|line| line.expect("a line").contains("Alertmanager")), "the story begins");
    assert!(!is_empty(&temporary), "the data is in the temporary folder");
    let told = Command::new("kill").args(["-INT", &demo.id().to_string()]).status().expect("kill runs");
    assert!(told.success());
    let ended = demo.wait().expect("the demo ends");
    assert!(ended.success(), "{ended}");
    assert!(is_empty(&temporary), "the folder is taken away");
}

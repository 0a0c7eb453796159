//! A disk that is full, for real: a small tmpfs in a mount namespace of its own, so that nothing is left mounted whatever becomes of the test.

use super::{
    super::{
        double::Double,
        house::{House, Server},
        http,
        wait::{SOON, until},
    },
    accepted, end_and_verify, keys, organisation, pages, press, ready_is, state, told,
};
use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    process::Command,
};

const TEST: &str = "faults::full_disk::inv_02_16_a_full_disk_refuses_alerts_and_what_rings_goes_on";
/// Tells the test that it runs in the namespace already; its value is the folder to mount on.
const INSIDE: &str = "NIGHTBELL_TEST_MOUNT";
const DISK_MIB: u64 = 48;

#[test]
#[expect(clippy::disallowed_methods, reason = "how this test tells itself that it runs in the namespace")]
fn inv_02_16_a_full_disk_refuses_alerts_and_what_rings_goes_on() {
    match std::env::var_os(INSIDE) {
        Some(folder) => on_a_small_disk(Path::new(&folder)),
        None => in_a_namespace(),
    }
}

/// Runs this test again where it may mount.
fn in_a_namespace() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut said = String::new();
    // As root first: a container may forbid namespaces of users.
    for flags in [&["--mount"][..], &["--mount", "--user", "--map-root-user"]] {
        let may =
            Command::new("unshare").args(flags).args(["mount", "-t", "tmpfs", "none"]).arg(folder.path()).output();
        match may {
            Ok(may) if may.status.success() => {}
            Ok(may) => {
                said.push_str(&String::from_utf8_lossy(&may.stderr));
                continue;
            }
            Err(error) => panic!("unshare (Debian: util-linux) is missing: {error}"),
        }
        let this = std::env::current_exe().expect("a test has a path");
        let run = Command::new("unshare")
            .args(flags)
            .arg(this)
            .args(["--exact", TEST, "--nocapture"])
            .env(INSIDE, folder.path())
            .output()
            .expect("it ran a moment ago");
        let output = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert!(run.status.success() && output.contains("1 passed"), "in the namespace:\n{output}");
        output.lines().filter(|line| line.starts_with("full disk:")).for_each(|line| println!("{line}"));
        return;
    }
    panic!(
        "a tmpfs can be mounted neither as root nor in a user namespace: run the tests as root, or allow one of them.\n{said}"
    );
}

/// Writes until nothing more fits.
fn fill(file: &Path) {
    let mut file = File::create(file).expect("a file for the ballast");
    for size in [1 << 20, 4096, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

fn bytes(file: &Path) -> u64 {
    fs::metadata(file).expect("it is there").len()
}

fn on_a_small_disk(folder: &Path) {
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={DISK_MIB}m"), "none"]).arg(folder).status();
    assert!(mounted.is_ok_and(|status| status.success()), "the tmpfs is not mounted");
    let house = House::inside(folder);
    let double = Double::obliging();
    let mut server = house.serve();
    house.apply(&server, &organisation(&double.url(), &[("ringing", "12s"), ("flood", "1h")]));
    let reserve = house.data().join("reserve");
    until("the reserve is made", SOON, || reserve.is_file().then_some(()));

    accepted(&server, "ringing", "rings");
    double.wait("the first is paged", SOON, |ledger| pages(ledger, "ringing-first", "rings").len() == 1);
    accepted(&server, "flood", "over-soon");
    let ballast = folder.join("ballast");
    fill(&ballast);
    let (mut stored, mut refused) = (vec!["rings".to_owned(), "over-soon".to_owned()], Vec::new());
    while refused.len() < 3 {
        let key = format!("alert-{}", stored.len() + refused.len());
        assert!(stored.len() < 5_000, "the disk is never full");
        let answer = server.enqueue("flood-key", "trigger", &key).expect("an answer, whatever it says");
        match answer.status {
            202 => stored.push(key),
            status => {
                assert_eq!((status, answer.header("retry-after").is_some()), (503, true), "{}", answer.text());
                refused.push(key);
            }
        }
    }

    // The operator is told in three ways.
    told(&server, "THE DISK IS FULL");
    assert_eq!(bytes(&reserve), 0, "the reserve was given back");
    until("not ready", SOON, || ready_is(&server, 503));
    let metrics = http::call("GET", &format!("{}/metrics", server.url), &[], b"").expect("the metrics").text();
    assert!(metrics.lines().any(|line| line == "nightbell_disk_full 1"), "{metrics}");

    // What rings goes on: the second person is rung, and a press is taken.
    let ledger =
        double.wait("the second is paged", SOON, |ledger| !pages(ledger, "ringing-second", "rings").is_empty());
    assert!(ready_is(&server, 503).is_some(), "that was on a full disk");
    let pressed = press(&server.url, pages(&ledger, "ringing-second", "rings")[0]).expect("an answer");
    assert!(matches!(pressed.status, 200 | 303), "{}", pressed.text());
    assert_eq!(state(&server, "rings"), "acknowledged");
    // What a source resolves is over, so that nobody is rung for it.
    let resolved = server.enqueue("flood-key", "resolve", "over-soon").expect("an answer");
    assert_eq!(resolved.status, 202, "{}", resolved.text());
    assert_eq!(state(&server, "over-soon"), "resolved");
    let late = server.enqueue("flood-key", "trigger", "late").expect("an answer");
    assert_eq!(late.status, 503, "still full: {}", late.text());
    refused.push("late".to_owned());
    stored.sort();
    assert_eq!(keys(&server), stored, "every 202 is there, and no 503");
    assert!(server.process.runs(), "{}", server.process.output());

    // Room again, without a restart.
    fs::remove_file(&ballast).expect("the ballast is there");
    until("ready again", SOON, || ready_is(&server, 200));
    assert!(bytes(&reserve) > 0, "the reserve is there again");
    for key in &refused {
        accepted(&server, "flood", key);
    }
    stored.extend(refused.iter().cloned());
    stored.sort();
    assert_eq!(keys(&server), stored);
    let metrics = http::call("GET", &format!("{}/metrics", server.url), &[], b"").expect("the metrics").text();
    assert!(metrics.lines().any(|line| line == "nightbell_disk_full 0"), "{metrics}");
    let server = started_while_full(&house, server, &double, &ballast);
    end_and_verify(&house, server);
    println!("full disk: {} stored, {} refused until there was room", stored.len() - refused.len(), refused.len());
}

/// A server that is started on a full disk takes the reserve's room, goes on with what rings, and refuses the rest; however often it is started.
fn started_while_full(house: &House, mut server: Server, double: &Double, ballast: &Path) -> Server {
    accepted(&server, "ringing", "rings on");
    double.wait("the first is paged", SOON, |ledger| pages(ledger, "ringing-first", "rings on").len() == 1);
    for again in [false, true] {
        accepted(&server, "flood", &format!("over {again}"));
    }
    for again in [false, true] {
        server.process.terminate();
        assert_eq!(server.process.ended(SOON).code(), Some(0), "{}", server.process.output());
        if !again {
            fill(ballast);
        }
        server = house.serve_in_need();
        told(&server, "THE DISK WAS FULL");
        assert!(ready_is(&server, 503).is_some(), "{}", server.process.output());
        assert_eq!(bytes(&house.data().join("reserve")), 0, "the reserve was given back");
        let refused = server.enqueue("flood-key", "trigger", "refused at the start").expect("an answer");
        assert_eq!((refused.status, refused.header("retry-after").is_some()), (503, true), "{}", refused.text());
        let over = format!("over {again}");
        let resolved = server.enqueue("flood-key", "resolve", &over).expect("an answer");
        assert_eq!(resolved.status, 202, "what only ends ringing is taken: {}", resolved.text());
        assert_eq!(state(&server, &over), "resolved");
    }
    double.wait("the second is paged", SOON, |ledger| !pages(ledger, "ringing-second", "rings on").is_empty());
    assert!(ready_is(&server, 503).is_some(), "that was on a full disk");
    fs::remove_file(ballast).expect("the ballast is there");
    until("ready again", SOON, || ready_is(&server, 200));
    accepted(&server, "flood", "taken again");
    server
}

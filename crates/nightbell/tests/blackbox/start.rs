//! How the binary starts, refuses to start, ends, and what it does when the disk is full.

use super::{
    double::Double,
    house::{House, Server, code, said},
    http,
    wait::SOON,
};
use serde_json::Value;
use std::process::Command;

#[test]
fn a_second_init_is_refused() {
    let house = House::new();
    let again = house.run(&["init", "--email", "eve@example.com", "--data", "data"]);
    assert_eq!(code(&again), 1, "{}", said(&again));
    assert!(said(&again).contains("administrator"), "{}", said(&again));
}

#[test]
fn serve_without_data_says_what_to_do() {
    let house = House::new();
    let refused = house.run(&["serve", "--data", "elsewhere", "--listen", "127.0.0.1:0"]);
    assert_eq!(code(&refused), 3, "{}", said(&refused));
    assert!(said(&refused).contains("nightbell init"), "{}", said(&refused));
    assert!(!house.folder().join("elsewhere").exists(), "nothing is created");
}

#[test]
fn serve_is_ready_is_alone_and_ends_when_told() {
    let house = House::new();
    let mut server = house.serve();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(http::call("GET", &format!("{}{path}", server.url), &[], b"").expect("an answer").status, 200);
    }
    let second = house.run(&["serve", "--data", "data", "--listen", "127.0.0.1:0"]);
    assert_eq!(code(&second), 3, "{}", said(&second));
    assert!(said(&second).contains("Another Nightbell"), "{}", said(&second));

    server.process.terminate();
    let status = server.process.ended(SOON);
    assert_eq!(status.code(), Some(0), "{}", server.process.output());
    let after = house.serve();
    assert_eq!(after.get("/me")["user"], "ops", "the next one takes its place");
}

const KEY: &str = "full-disk-key";

fn organisation(receiver: &str) -> String {
    format!(
        r#"version: 1
users:
  - {{ id: alice, name: Alice, email: alice@example.com, contacts: [ {{ id: hook, kind: webhook, url: "{receiver}/alice", verified: true }} ] }}
policies:
  - {{ id: shop, steps: [ {{ after: 0s, notify: ["user:alice"] }} ], last_resort: ["user:alice"] }}
services:
  - {{ id: checkout, name: Checkout, policy: shop }}
integrations:
  - {{ id: tools, kind: pagerduty, service: checkout, key: {KEY} }}
"#
    )
}

/// The server under a limit on how large its files may grow: to it that is a full disk.
fn serve_on_a_full_disk(house: &House, file_bytes_max: u64) -> Server {
    let mut command = Command::new("sh");
    // POSIX counts in blocks of 512 bytes. The signal that goes with the limit would end the process; a full disk sends none.
    let line = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", file_bytes_max / 512);
    command.args(["-c", &line, env!("CARGO_BIN_EXE_nightbell"), "serve", "--data", "data", "--listen", "127.0.0.1:0"]);
    house.prepare(&mut command);
    Server::start(command, &house.token)
}

#[test]
fn inv_16_a_full_disk_refuses_clearly_and_stores_nothing_by_halves() {
    let house = House::new();
    let receiver = Double::obliging();
    let server = house.serve();
    house.apply(&server, &organisation(&receiver.url()));
    drop(server);

    let database = std::fs::metadata(house.data().join("nightbell.db")).expect("the database").len();
    let mut server = serve_on_a_full_disk(&house, database + 2 * 1024 * 1024);
    let (mut stored, mut refused) = (Vec::new(), Vec::new());
    while refused.len() < 3 {
        let key = format!("alert-{}", stored.len() + refused.len());
        assert!(stored.len() < 5_000, "the limit is never reached");
        let answer = server.enqueue(KEY, "trigger", &key).expect("an answer, whatever it says");
        match answer.status {
            202 => stored.push(key),
            status => {
                assert_eq!((status, answer.header("retry-after").is_some()), (503, true), "{}", answer.text());
                refused.push(key);
            }
        }
    }
    assert!(server.process.runs(), "{}", server.process.output());
    let healthy = http::call("GET", &format!("{}/healthz", server.url), &[], b"").expect("an answer");
    assert_eq!(healthy.status, 200, "what was stored can still be read");
    let shown = keys(&server);
    assert!(server.process.output().contains("was not stored"), "the operator is told:\n{}", server.process.output());
    server.process.kill();

    // With room again.
    let server = house.serve();
    assert_eq!(keys(&server), shown, "what was shown is what is there");
    assert!(stored.iter().all(|key| shown.contains(key)), "every 202 is on disk");
    assert!(refused.iter().all(|key| !shown.contains(key)), "no 503 is");
    for key in &refused {
        assert_eq!(server.enqueue(KEY, "trigger", key).expect("an answer").status, 202, "sent again, it is taken");
    }
    let wanted = stored.len() + refused.len();
    let within = std::time::Duration::from_secs(100);
    receiver.wait("a page for each", within, |ledger| {
        let mut paged: Vec<&str> =
            ledger.iter().filter(|m| m.kind() == "page").map(|m| m.text("/alert/dedup_key")).collect();
        paged.sort_unstable();
        paged.dedup();
        paged.len() == wanted
    });
    let verified = house.run(&["verify", "--data", "data"]);
    assert_eq!(code(&verified), 0, "{}", said(&verified));
    println!("full disk: {} stored, {} refused", stored.len(), refused.len());
}

fn keys(server: &Server) -> Vec<String> {
    let mut keys: Vec<String> = server.alerts().iter().map(|alert| text(&alert["dedup_key"])).collect();
    keys.sort();
    keys
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

#[test]
fn no_arguments_say_what_to_do_next_and_wrong_ones_exit_with_2() {
    let house = House::new();
    let next = house.run(&[]);
    assert_eq!(code(&next), 0, "{}", said(&next));
    assert!(said(&next).contains("nightbell"), "{}", said(&next));
    for wrong in [&["serv"][..], &["serve", "--listen", "nowhere"], &["explain"], &["oncall", "--at", "yesterday"]] {
        let refused = house.run(wrong);
        assert_eq!(code(&refused), 2, "{wrong:?}: {}", said(&refused));
    }
}

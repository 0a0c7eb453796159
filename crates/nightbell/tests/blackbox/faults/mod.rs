//! Machines that fail under the real binary: a full disk, a broken one, a process that is stopped for a minute, clocks that are set, files
//! that are damaged. Here is what those tests share; each fault has a file of its own.

mod broken_disk;
mod clock;
mod damaged;
mod full_disk;
mod stopped;

use super::{
    double::Received,
    house::{House, Server, code, said},
    http::{self, Answer},
    wait::{SOON, until},
};

/// A service of a test: its name, and when the second person is rung. Its people are `NAME-first`, `NAME-second` and `NAME-last`, so that
/// one service's pages never wait for another's; its key is `NAME-key`.
type Service<'a> = (&'a str, &'a str);

fn organisation(receiver: &str, services: &[Service<'_>]) -> String {
    let mut text = String::from("version: 1\nusers:\n");
    for (name, _) in services {
        for person in ["first", "second", "last"] {
            text.push_str(&format!(
                "  - {{ id: {name}-{person}, name: {name}-{person}, email: {name}-{person}@example.com, contacts: [ {{ id: hook, kind: webhook, url: \"{receiver}/{name}-{person}\", verified: true }} ] }}\n"
            ));
        }
    }
    text.push_str("policies:\n");
    for (name, second_after) in services {
        text.push_str(&format!(
            "  - {{ id: {name}, steps: [ {{ after: 0s, notify: [\"user:{name}-first\"] }}, {{ after: {second_after}, notify: [\"user:{name}-second\"] }} ], last_resort: [\"user:{name}-last\"] }}\n"
        ));
    }
    text.push_str("services:\n");
    for (name, _) in services {
        text.push_str(&format!("  - {{ id: {name}, name: {name}, policy: {name} }}\n"));
    }
    text.push_str("integrations:\n");
    for (name, _) in services {
        text.push_str(&format!("  - {{ id: {name}, kind: pagerduty, service: {name}, key: {name}-key }}\n"));
    }
    text
}

/// Sends an alert of that key to the service; panics unless it is accepted.
fn accepted(server: &Server, service: &str, key: &str) {
    let answer = server.enqueue(&format!("{service}-key"), "trigger", key).expect("an answer");
    assert_eq!(answer.status, 202, "{}", answer.text());
}

/// The pages that person got about that alert.
fn pages<'l>(ledger: &'l [Received], person: &str, key: &str) -> Vec<&'l Received> {
    let path = format!("/{person}");
    let wanted = |m: &&Received| m.path == path && m.kind() == "page" && m.text("/alert/dedup_key") == key;
    ledger.iter().filter(wanted).collect()
}

/// Presses the button of a message.
///
/// # Errors
/// No connection, or no whole answer.
fn press(url: &str, message: &Received) -> Result<Answer, std::io::Error> {
    let link = message.text("/ack_url");
    let path = link.find("/p/").map(|at| &link[at..]).unwrap_or_else(|| panic!("{link} is no link of a page"));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    http::call("POST", &format!("{url}{path}/ack"), &form, b"")
}

/// The keys of all alerts there are, sorted.
fn keys(server: &Server) -> Vec<String> {
    let text = |alert: &serde_json::Value| alert["dedup_key"].as_str().expect("a key is text").to_owned();
    let mut keys: Vec<String> = server.alerts().iter().map(text).collect();
    keys.sort();
    keys
}

/// The state of one alert, as the API shows it.
fn state(server: &Server, key: &str) -> String {
    let found = server.alerts().into_iter().find(|alert| alert["dedup_key"] == key);
    found.unwrap_or_else(|| panic!("there is no {key}"))["state"].as_str().expect("a state is text").to_owned()
}

/// Whether `/readyz` answers with that status.
fn ready_is(server: &Server, status: u16) -> Option<()> {
    let answer = http::call("GET", &format!("{}/readyz", server.url), &[], b"").ok()?;
    (answer.status == status).then_some(())
}

/// Ends the server in an orderly way, then proves the journal.
fn end_and_verify(house: &House, mut server: Server) {
    server.process.terminate();
    let ended = server.process.ended(SOON);
    assert_eq!(ended.code(), Some(0), "{}", server.process.output());
    let verified = house.run(&["verify", "--data", "data"]);
    assert_eq!(code(&verified), 0, "{}", said(&verified));
}

/// Waits until the server's log has a line with these words.
fn told(server: &Server, words: &str) {
    until(words, SOON, || server.process.output().contains(words).then_some(()));
}

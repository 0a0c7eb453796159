//! Any node takes alerts, pages and browsers: what happens at one is seen at the others, at once.

use super::{
    double::Double,
    http,
    town::{Town, path_of, press},
    wait::{Deadline, SOON, thread},
};
use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

/// A look without having been woken comes after five seconds: what is seen sooner was hinted.
const HINTED_WITHIN: Duration = Duration::from_secs(3);

/// Follows a page's stream with the token of its link; each line that says "look".
fn follow(url: &str, page: &str, token: &str) -> Receiver<()> {
    let (authority, _) = http::split(url);
    let mut stream = TcpStream::connect(authority).expect("it listens");
    let request = format!("GET /live?topic=page:{page}&token={token} HTTP/1.1\r\nhost: {authority}\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    stream.set_read_timeout(Some(SOON)).expect("a limit");
    let mut lines = BufReader::new(stream).lines();
    // The first event says where the stream begins: from there on nothing is missed.
    assert!(lines.by_ref().map_while(Result::ok).any(|line| line.starts_with("id:")), "the stream begins");
    let (sender, looks) = channel();
    thread(move || {
        for line in lines.map_while(Result::ok) {
            if line.starts_with("data:") && sender.send(()).is_err() {
                return;
            }
        }
    });
    looks
}

#[test]
fn any_node_takes_alerts_pages_and_browsers() {
    let double = Double::obliging();
    let mut town = Town::new(&double.url(), 1);
    let (a, b) = (town.node(), town.node());
    a.must_take(0, "trigger");
    let ledger = double.wait("the page", SOON, |ledger| !ledger.is_empty());
    let (page, link) = (ledger[0].text("/page").to_owned(), ledger[0].text("/ack_url").to_owned());
    let token = path_of(&link).trim_start_matches("/p/").to_owned();
    // The page opens at the other node, and its stream tells what happens at the first.
    let opened = http::call("GET", &format!("{}{}", b.url, path_of(&link)), &[], b"").expect("an answer");
    assert!(opened.is_success() && opened.text().contains("Alert 0"), "{}", opened.status);
    let looks = follow(&b.url, &page, &token);
    let pressed = press(&a.url, &link).expect("an answer");
    assert!(matches!(pressed.status, 200 | 303), "{}", pressed.text());
    let deadline = Deadline::within(HINTED_WITHIN);
    looks.recv_timeout(HINTED_WITHIN).expect("what happened at one node is told at the other");
    assert!(!deadline.over());
    // Both answer the same, and the token that `init` made opens both.
    let alerts = [&a, &b].map(|node| http::get(&format!("{}/api/v1/alerts?state=all", node.url), &town.token));
    let [one, other] = alerts.map(|answer| answer.expect("an answer").json());
    assert_eq!(one, other);
    b.must_take(0, "resolve");
    double.wait("the end is told once", SOON, |ledger| ledger.iter().any(|m| m.kind() == "resolved"));
    for mut node in [a, b] {
        node.process.terminate();
        assert_eq!(node.process.ended(SOON).code(), Some(0), "{}", node.process.output());
        town.said.push_str(&node.process.output());
    }
    let proof = town.run(&["verify", "--json"]);
    assert_eq!(proof["findings"].as_array().map(Vec::len), Some(0), "{proof}");
    assert_eq!(double.ledger().iter().filter(|m| m.kind() == "page").count(), 1, "sent once, by one of them");
    town.must_not_have_said_the_password(&[]);
}

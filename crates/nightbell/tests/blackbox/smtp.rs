//! A real SMTP server: the page arrives as mail, its link opened changes nothing, the press acknowledges, and the end is told once.

use super::{
    child::Process,
    house::{House, Server},
    http,
    wait::SOON,
};
use mail_parser::{Message, MessageParser};
use serde_json::json;
use std::process::Command;

/// How long before Bob is called: long enough to press first, short enough to wait for.
const ORGANISATION: &str = r#"version: 1
users:
  - id: alice
    name: Alice Ärmel
    email: alice@example.com
    time_zone: Europe/Berlin
    contacts: [ { id: mail, kind: email, address: alice@example.com, verified: true } ]
  - { id: bob, name: Bob Example, email: bob@example.com, contacts: [ { id: mail, kind: email, address: bob@example.com, verified: true } ] }
policies:
  - { id: shop, steps: [ { after: 0s, notify: ["user:alice"] }, { after: 6s, notify: ["user:bob"] } ], last_resort: ["user:bob"] }
services:
  - { id: checkout, name: Checkout, policy: shop }
integrations:
  - { id: tools, kind: pagerduty, service: checkout, key: mail-test-key }
"#;
const KEY: &str = "mail-test-key";

/// A mail as it was caught.
pub struct Mail(Vec<u8>);

impl Mail {
    pub fn parsed(&self) -> Message<'_> {
        MessageParser::default().parse(&self.0).expect("a mail")
    }

    pub fn subject(&self) -> String {
        self.parsed().subject().expect("a subject").to_owned()
    }

    pub fn to(&self) -> String {
        self.parsed().to().and_then(|to| to.first()).and_then(|to| to.address()).expect("a receiver").to_owned()
    }

    pub fn text(&self) -> String {
        self.parsed().body_text(0).expect("a text").into_owned()
    }

    /// The line after `Acknowledge:`.
    fn link(&self) -> String {
        let text = self.text();
        let mut lines = text.lines().map(str::trim).skip_while(|line| *line != "Acknowledge:");
        lines.nth(1).unwrap_or_else(|| panic!("no link in:\n{text}")).to_owned()
    }
}

/// Debian's own Python first: it is the one that has the package.
pub fn sink() -> (Process, u16) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/blackbox/sink.py");
    let line = "if /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null; then exec /usr/bin/python3 \"$0\"; else exec python3 \"$0\"; fi";
    let mut command = Command::new("sh");
    command.args(["-c", line, script]);
    let process = Process::start(command, "the SMTP server");
    let port = process.line("its port", SOON, |line| line.strip_prefix("port ")?.trim().parse().ok());
    (process, port)
}

/// The next mail that arrives.
pub fn mail(sink: &Process) -> Mail {
    sink.line("a mail", SOON, |line| {
        let text: String = serde_json::from_str(line.strip_prefix("mail ")?).expect("a JSON text");
        Some(Mail(text.chars().map(|c| u8::try_from(u32::from(c)).expect("one character per byte")).collect()))
    })
}

fn trigger(server: &Server, key: &str) {
    let answer = server.enqueue(KEY, "trigger", key).expect("an answer");
    assert_eq!(answer.status, 202, "{}", answer.text());
}

fn state(server: &Server, key: &str) -> String {
    let alerts = server.alerts();
    let alert = alerts.iter().find(|alert| alert["dedup_key"] == key).expect("the alert is there");
    alert["state"].as_str().expect("a state").to_owned()
}

/// What a browser sends when the button is pressed: the form's own fields to the form's own address.
fn press(page_url: &str, html: &str) -> http::Answer {
    let attribute = |from: &str, name: &str| {
        let at = from.find(name).unwrap_or_else(|| panic!("no {name} in {from}")) + name.len();
        from[at..].split('"').next().expect("a closing quote").to_owned()
    };
    let form = html
        .split("<form")
        .find(|form| form.contains("/ack\""))
        .unwrap_or_else(|| panic!("no form to acknowledge in:\n{html}"));
    let form = form.split("</form>").next().expect("the form's own part");
    let origin = page_url.split("/p/").next().expect("an address");
    let csrf = if form.contains("name=\"csrf\"") { attribute(form, "value=\"") } else { String::new() };
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", origin),
        ("sec-fetch-site", "same-origin"),
        ("referer", page_url),
    ];
    http::call(
        "POST",
        &format!("{origin}{}", attribute(form, "action=\"")),
        &headers,
        format!("csrf={csrf}").as_bytes(),
    )
    .expect("an answer")
}

#[test]
fn mail_pages_the_press_acknowledges_and_the_end_is_told_once() {
    let mut house = House::new();
    let (sink, port) = sink();
    house.set("NIGHTBELL_MAIL__URL", &format!("smtp+plain://127.0.0.1:{port}"));
    house.set("NIGHTBELL_MAIL__FROM", "Nightbell <nightbell@example.com>");
    let server = house.serve();
    house.apply(&server, ORGANISATION);

    trigger(&server, "first");
    let page = mail(&sink);
    assert_eq!((page.to().as_str(), page.subject().as_str()), ("alice@example.com", "[ALERT] Alert first"));
    let text = page.text();
    for said in ["Alice Ärmel, you are being paged.", "Checkout (checkout)", "Bob Example will be called at"] {
        assert!(text.contains(said), "{said:?} is not in:\n{text}");
    }

    let link = page.link();
    let opened = [0, 1].map(|_| http::call("GET", &link, &[], b"").expect("the page opens"));
    assert_eq!(opened.each_ref().map(|answer| answer.status), [200, 200], "{}", opened[0].text());
    assert_eq!(state(&server, "first"), "firing", "opening the link changes nothing");
    let pressed = press(&link, &opened[1].text());
    assert!(matches!(pressed.status, 200 | 303), "{} {}", pressed.status, pressed.text());
    assert_eq!(state(&server, "first"), "acknowledged");
    let again = http::call("GET", &link, &[], b"").expect("the page opens").text();
    assert!(again.contains("Acknowledged"), "{again}");

    // The second alert is not acknowledged. When Bob is called for it, he would long have been called for the first.
    trigger(&server, "second");
    let (second, to_bob) = (mail(&sink), mail(&sink));
    let seen = [&second, &to_bob].map(|mail| (mail.to(), mail.subject()));
    let expected = [("alice@example.com", "[ALERT] Alert second"), ("bob@example.com", "[ALERT] Alert second")];
    assert_eq!(seen.each_ref().map(|(to, subject)| (to.as_str(), subject.as_str())), expected);

    let resolved = server.enqueue(KEY, "resolve", "first").expect("an answer");
    assert_eq!(resolved.status, 202);
    let over = mail(&sink);
    assert_eq!((over.to().as_str(), over.subject().as_str()), ("alice@example.com", "[RESOLVED] Alert first"));
    assert!(over.text().contains("There is nothing left to do."), "{}", over.text());
    assert_eq!(state(&server, "first"), "resolved");

    // While the second rings, the third would be held back and told with it (INV-08).
    let link = second.link();
    let pressed = press(&link, &http::call("GET", &link, &[], b"").expect("the page opens").text());
    assert!(matches!(pressed.status, 200 | 303), "{} {}", pressed.status, pressed.text());
    // Whatever else were sent for the first would stand between these.
    trigger(&server, "third");
    assert_eq!(mail(&sink).subject(), "[ALERT] Alert third");
    let attempts: Vec<serde_json::Value> =
        server.alerts().iter().map(|alert| json!([alert["dedup_key"], alert["state"]])).collect();
    assert_eq!(attempts.len(), 3, "{attempts:?}");
    println!("mails: 5");
}

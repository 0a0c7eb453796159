//! Readers of a status page and a real SMTP server: asked, confirmed, told once each, and nothing more after the one-press way out (INV-20).

use super::{
    child::Process,
    house::{House, Server},
    http,
    smtp::{Mail, mail, sink},
};
use serde_json::json;

const ORGANISATION: &str = r#"version: 1
users:
  - { id: alice, name: Alice Example, email: alice@example.com, contacts: [ { id: mail, kind: email, address: alice@example.com, verified: true } ] }
policies:
  - { id: shop, steps: [ { after: 0s, notify: ["user:alice"] } ], last_resort: ["user:alice"] }
services:
  - { id: checkout, name: Checkout, policy: shop, component: checkout }
status_pages:
  - { id: main, name: Acme status, slug: main, components: [ { id: checkout, name: Checkout } ] }
"#;

/// A press on a page of ours, as a browser makes it.
fn press(server: &Server, path: &str, fields: &str) -> http::Answer {
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", server.url.as_str()),
        ("sec-fetch-site", "same-origin"),
    ];
    http::call("POST", &format!("{}{path}", server.url), &headers, fields.as_bytes()).expect("an answer")
}

/// The next mail about the status page; people may be paged beside.
fn told(sink: &Process) -> Mail {
    loop {
        let next = mail(sink);
        if next.subject().starts_with("[Acme status] ") {
            return next;
        }
    }
}

/// The path of the link with that word in a mail.
fn link(server: &Server, mail: &Mail, word: &str) -> String {
    let text = mail.text();
    let found = text.lines().map(str::trim).find(|line| line.starts_with("http") && line.contains(word));
    let found = found.unwrap_or_else(|| panic!("no {word} in:\n{text}"));
    found.strip_prefix(server.url.as_str()).unwrap_or_else(|| panic!("{found} is not below {}", server.url)).to_owned()
}

/// Somebody reads the page, and wants mail from it.
fn reader(server: &Server, sink: &Process, address: &str) {
    let asked = press(server, "/status/main/subscribe", &format!("email={}", address.replace('@', "%40")));
    assert_eq!(asked.status, 200, "{}", asked.text());
    let question = told(sink);
    assert_eq!(
        (question.to().as_str(), question.subject().as_str()),
        (address, "[Acme status] Do you want updates by mail?")
    );
    let yes = link(server, &question, "/confirm/");
    let opened = http::call("GET", &format!("{}{yes}", server.url), &[], b"").expect("the page opens");
    assert!(opened.text().contains("Yes, send me updates"), "{}", opened.text());
    let pressed = press(server, &yes, "");
    assert!(pressed.text().contains("You are subscribed"), "{} {}", pressed.status, pressed.text());
}

fn publish(server: &Server, slug: &str, text: &str) {
    server.post(&format!("/incidents/{slug}/publish"), &json!({ "text": text, "title": "Checkout is failing" }));
}

#[test]
fn inv_20_readers_are_told_once_each_and_not_after_they_left() {
    let mut house = House::new();
    let (sink, port) = sink();
    house.set("NIGHTBELL_MAIL__URL", &format!("smtp+plain://127.0.0.1:{port}"));
    house.set("NIGHTBELL_MAIL__FROM", "Nightbell <nightbell@example.com>");
    let server = house.serve();
    house.apply(&server, ORGANISATION);
    for address in ["ann@example.com", "ben@example.com"] {
        reader(&server, &sink, address);
    }
    let declared =
        server.post("/incidents", &json!({ "title": "db-7 is down", "severity": "sev3", "service": "checkout" }));
    let slug = declared["slug"].as_str().or(declared["incident"]["slug"].as_str()).expect("a slug").to_owned();
    publish(&server, &slug, "Some customers cannot pay.");
    let first = [told(&sink), told(&sink)];
    let mut to: Vec<String> = first.iter().map(Mail::to).collect();
    to.sort();
    assert_eq!(to, ["ann@example.com", "ben@example.com"]);
    for mail in &first {
        assert!(mail.text().contains("Some customers cannot pay.") && !mail.text().contains("db-7"), "{}", mail.text());
        let header =
            |name: &str| mail.parsed().header_raw(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
        assert_eq!(header("Precedence"), "bulk");
        let out = link(&server, mail, "/unsubscribe/");
        assert_eq!(header("List-Unsubscribe").replace(['\r', '\n', '\t', ' '], ""), format!("<{}{out}>", server.url));
    }
    // What a mail program does when its reader presses "unsubscribe" there: no browser, no origin.
    let ann = first.iter().find(|mail| mail.to() == "ann@example.com").expect("hers");
    let out = format!("{}{}", server.url, link(&server, ann, "/unsubscribe/"));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let left = http::call("POST", &out, &form, b"List-Unsubscribe=One-Click").expect("an answer");
    assert_eq!(left.status, 200, "{}", left.text());
    // Whatever else were sent to her, or twice to him, would stand between these.
    for text in ["We found the cause.", "Everybody can pay again."] {
        publish(&server, &slug, text);
        let next = told(&sink);
        assert_eq!(next.to(), "ben@example.com");
        assert!(next.text().contains(text), "{}", next.text());
    }
    println!("mails: 6");
}

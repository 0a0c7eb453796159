//! On call as people live it, at a terminal: taking over, overriding, swapping, calendars, and how one is reached. Against a live server; each
//! ends as the contract says: 0 good, 1 refused, 2 wrong usage.

use super::{
    double::Double,
    house::{House, Server, code, output_json, said},
    http,
    wait::SOON,
};
use serde_json::{Value, json};

/// A week of Alice, a week of Bob; the administrator stands beside.
const ORGANISATION: &str = "version: 1
users:
  - { id: alice, name: Alice Example, email: alice@example.com, role: responder, contacts: [ { id: hook, kind: webhook, url: \"http://127.0.0.1:9/a\", verified: true } ] }
  - { id: bob, name: Bob Example, email: bob@example.com, role: responder, contacts: [ { id: hook, kind: webhook, url: \"http://127.0.0.1:9/b\", verified: true } ] }
  - { id: ops, name: Ops, email: ops@example.com, role: admin, contacts: [ { id: hook, kind: webhook, url: \"http://127.0.0.1:9/o\", verified: true } ] }
teams:
  - { id: payments, name: Payments, members: [alice, bob], time_zone: Europe/Berlin }
schedules:
  - id: primary
    team: payments
    time_zone: Europe/Berlin
    layers: [ { name: weekly, members: [alice, bob], every: 1w, starts: \"2026-01-05T09:00\" } ]
policies:
  - { id: payments, team: payments, steps: [ { after: 0s, notify: [\"schedule:primary\"] } ], last_resort: [\"user:ops\"] }
services:
  - { id: checkout, name: Checkout, team: payments, policy: payments }
integrations:
  - { id: tests, kind: generic, service: checkout, key: people-generic }
";

/// Mondays at nine in Berlin, far ahead: whoever has the week between the first two hands over to the other.
const WEEK: [&str; 3] = ["2040-01-02T08:00:00Z", "2040-01-09T08:00:00Z", "2040-01-16T08:00:00Z"];

fn town() -> (House, Server) {
    let house = House::new();
    let server = house.serve();
    house.apply(&server, ORGANISATION);
    (house, server)
}

/// Runs a command that must end well, and reads its JSON.
fn does(town: &(House, Server), line: &str) -> Value {
    let arguments: Vec<&str> = line.split('|').chain(["--json"]).collect();
    let output = town.1.cli(&town.0, &arguments);
    assert_eq!(code(&output), 0, "{line}: {}", said(&output));
    output_json(&output)
}

/// Runs a command that must end with that code; answers what it said to people.
fn ends(town: &(House, Server), line: &str, expected: i32) -> String {
    let output = town.1.cli(&town.0, &line.split('|').collect::<Vec<_>>());
    assert_eq!(code(&output), expected, "{line}: {}", said(&output));
    said(&output)
}

fn on_call_at(town: &(House, Server), at: &str) -> String {
    let items = does(town, &format!("oncall|--schedule|primary|--at|{at}"));
    items[0]["primary"]["id"].as_str().unwrap_or("nobody").to_owned()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

#[test]
fn i_take_over_now_and_give_it_back() {
    let town = town();
    let before = does(&town, "oncall|--schedule|primary")[0]["primary"]["id"].clone();
    let taken = does(&town, "oncall|take-over|--schedule|primary");
    assert_eq!(
        (&taken["spans"][0]["user"], &taken["from"], &taken["spans"][0]["reason"]),
        (&json!("ops"), &before, &json!("take-over"))
    );
    assert_eq!(does(&town, "oncall|--schedule|primary")[0]["primary"]["id"], "ops");
    assert_eq!(does(&town, "oncall|mine")["turns"]["items"][0]["schedule"], "primary");
    assert_eq!(does(&town, "oncall|note|The queue is slow|--schedule|primary"), json!({ "noted": true }));
    assert_eq!(does(&town, "oncall|give-back|--schedule|primary")["undone"][0]["id"], taken["spans"][0]["id"]);
    assert_eq!(does(&town, "oncall|--schedule|primary")[0]["primary"]["id"], before);
    assert!(ends(&town, "oncall|take-over|--schedule|primary", 0).contains("You are on call until"));
    assert!(ends(&town, "oncall|take-over|--schedule|primary", 1).contains("already"));
    assert!(ends(&town, "oncall|give-back|--schedule|primary", 0).contains("The plan holds again"));
    for (line, code, says) in [
        ("oncall|take-over|--schedule|primry", 1, "primry"),
        ("oncall|take-over|--schedule|primary|--until|2020-01-01T00:00:00Z", 1, "until"),
        ("oncall|take-over", 2, "--schedule"),
        ("oncall|--schedule|primary|take-over|--schedule|primary", 2, "after the word"),
        ("oncall|--data|data|take-over|--schedule|primary", 2, "running server"),
        ("oncall|take-over|--schedule|primary|--token|wrong", 2, "NIGHTBELL_TOKEN"),
    ] {
        let told = ends(&town, line, code);
        assert!(told.contains(says), "{line}: {told}");
    }
}

#[test]
fn a_span_beside_the_plan_is_agreed_on_seen_and_undone() {
    let town = town();
    let [monday, next, _] = WEEK;
    let plan = on_call_at(&town, monday);
    let other = if plan == "alice" { "bob" } else { "alice" };
    let span = format!("--schedule|primary|--from|{monday}|--to|2040-01-03T08:00:00Z");
    let added = does(&town, &format!("oncall|override|add|@{other}|{span}|--note|Concert"));
    assert_eq!(
        (on_call_at(&town, monday), on_call_at(&town, "2040-01-03T08:00:00Z")),
        (other.to_owned(), plan.clone())
    );
    let id = text(&added, "/id");
    let listed = does(&town, "oncall|override|list|--schedule|primary");
    assert_eq!(
        (&listed[0]["id"], &listed[0]["note"], &listed[0]["kind"]),
        (&json!(id), &json!("Concert"), &json!("replace"))
    );
    does(&town, &format!("oncall|override|undo|{id}|--schedule|primary"));
    assert_eq!(on_call_at(&town, monday), plan);
    assert_eq!(does(&town, "oncall|override|list|--schedule|primary"), json!([]));

    // Together with, and looking over the shoulder: the server's answer, the folder's and the table say so.
    does(&town, &format!("oncall|override|add|{other}|{span}|--kind|add"));
    does(&town, &format!("oncall|override|add|ops|{span}|--kind|shadow"));
    let asked = format!("oncall|--schedule|primary|--at|{monday}");
    for line in [asked.clone(), format!("{asked}|--data|data")] {
        let item = &does(&town, &line)[0];
        assert_eq!(
            (&item["also"][0]["id"], &item["shadows"][0]["id"]),
            (&json!(other), &json!("ops")),
            "INV-10: {line}"
        );
        let table = ends(&town, &line, 0);
        assert!(table.contains("TOGETHER WITH") && table.contains("SHADOWS"), "{table}");
    }
    let shifts = does(&town, &format!("oncall|shifts|--schedule|primary|--from|{monday}|--to|{next}"));
    assert_eq!((&shifts["shifts"][0]["primary"], &shifts["gaps"]), (&json!(plan), &json!([])));
    let load = does(&town, &format!("oncall|load|--from|{monday}|--to|{next}|--schedule|primary"));
    assert!(load["people"].as_array().is_some_and(|people| people.len() == 2), "{load}");
    assert!(ends(&town, &format!("oncall|override|add|nobody|{span}"), 1).contains("nobody"));
    assert!(ends(&town, "oncall|override|undo|cov_none|--schedule|primary", 1).contains("cov_none"));
}

#[test]
fn a_swap_is_asked_for_and_answered() {
    let town = town();
    let [monday, next, after] = WEEK;
    let (first, second) = (on_call_at(&town, monday), on_call_at(&town, next));
    assert_ne!(first, second);
    let ask = |more: &str| {
        let line = format!(
            "oncall|cover|ask|--schedule|primary|--user|{first}|--asked|{second}|--from|{monday}|--to|{next}{more}"
        );
        text(&does(&town, &line), "/id").to_owned()
    };
    let swap = ask(&format!("|--return-from|{next}|--return-to|{after}|--note|Wedding"));
    let listed = does(&town, "oncall|swap|list|--schedule|primary");
    assert_eq!(
        (&listed[0]["id"], &listed[0]["status"], &listed[0]["asked"]),
        (&json!(swap), &json!("open"), &json!(second))
    );
    assert_eq!(on_call_at(&town, monday), first, "until somebody accepts, the plan holds");
    let taken = does(&town, &format!("oncall|swap|accept|{swap}|--schedule|primary|--user|{second}"));
    assert_eq!(taken["spans"].as_array().map(Vec::len), Some(2), "{taken}");
    assert_eq!((on_call_at(&town, monday), on_call_at(&town, next)), (second.clone(), first.clone()));
    assert!(
        ends(&town, &format!("oncall|cover|accept|{swap}|--schedule|primary"), 1).contains("error:"),
        "once is all"
    );
    let deal = text(&taken, "/spans/0/id").to_owned();
    assert_eq!(
        does(&town, &format!("oncall|override|undo|{deal}|--schedule|primary"))["undone"].as_array().map(Vec::len),
        Some(2)
    );
    assert_eq!(on_call_at(&town, next), second, "both halves are undone together");

    let withdrawn = ask("");
    assert_eq!(does(&town, &format!("oncall|cover|withdraw|{withdrawn}|--schedule|primary"))["status"], "over");
    let open = ask("");
    assert!(
        ends(&town, &format!("oncall|cover|decline|{open}|--schedule|primary"), 1).contains("error:"),
        "ops was not asked"
    );
    assert!(
        ends(
            &town,
            &format!("oncall|cover|ask|--schedule|primary|--from|{monday}|--to|{next}|--return-from|{next}"),
            2
        )
        .contains("--return-to")
    );
}

#[test]
fn calendars_go_out_by_an_address_that_can_be_ended_and_come_in() {
    let town = town();
    let made = does(&town, "oncall|feed|create|--schedule|primary");
    let (id, url) = (text(&made, "/id"), text(&made, "/url"));
    let path = url.find("/ical/").map(|at| &url[at..]).expect("a feed's address");
    let read = || http::call("GET", &format!("{}{path}", town.1.url), &[], b"").expect("answered");
    assert!(read().text().starts_with("BEGIN:VCALENDAR"), "{}", read().text());
    let listed = does(&town, "oncall|feed|list");
    assert_eq!((&listed[0]["id"], &listed[0]["schedule"], listed[0].get("url")), (&json!(id), &json!("primary"), None));
    does(&town, &format!("oncall|feed|revoke|{id}"));
    assert_eq!((read().status, does(&town, "oncall|feed|list")), (404, json!([])));
    assert!(ends(&town, "oncall|feed|create|--schedule|nothing", 1).contains("nothing"));

    assert_eq!(
        does(&town, "oncall|away|add|--from|2040-12-24T00:00:00Z|--to|2040-12-27T00:00:00Z"),
        json!({ "noted": 1 })
    );
    town.0.file("away.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:t\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20270601T000000Z\r\nDTEND:20270602T000000Z\r\nSUMMARY:Away\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    assert_eq!(does(&town, "oncall|away|read|away.ics|--name|holidays"), json!({ "noted": 1 }));
    let away = does(&town, "oncall|away|list");
    assert!(away.as_array().is_some_and(|all| all.iter().any(|one| one["source"] == "holidays")), "{away}");
    does(&town, &format!("oncall|away|forget|{}", text(&away, "/0/id")));
    assert!(ends(&town, "oncall|away|read|nothing.ics|--name|x", 3).contains("nothing.ics"));
}

#[test]
fn a_method_is_added_proved_tried_out_limited_and_removed() {
    let (town, phone) = (town(), Double::obliging());
    let url = format!("{}/ops", phone.url());
    let added = does(&town, &format!("user|contacts|add|webhook|{url}|--name|phone"));
    assert_eq!((&added["id"], &added["verified"]), (&json!("phone"), &json!(false)));
    assert!(ends(&town, "user|contacts|list", 0).contains("not proved"));
    assert!(ends(&town, "user|contacts|add|pigeon|coop", 1).contains("kind"));

    does(&town, "user|contacts|code|phone");
    let message = phone.wait("a code", SOON, |ledger| !ledger.is_empty())[0].clone();
    let sent = digits(message.text("/code"))
        .or_else(|| digits(message.text("/body")))
        .or_else(|| digits(message.text("/title")));
    let sent = sent.unwrap_or_else(|| panic!("a code of six digits in {}", message.json));
    let wrong = if sent == "000000" { "000001" } else { "000000" };
    assert!(ends(&town, &format!("user|contacts|verify|phone|{wrong}"), 1).contains("4 tries are left"));
    assert_eq!(does(&town, &format!("user|contacts|verify|phone|{sent}"))["proved"], true);
    assert!(ends(&town, "user|contacts|list", 0).contains("proved 2"));
    assert!(ends(&town, &format!("user|contacts|verify|phone|{sent}"), 1).contains("user contacts code phone"));

    assert!(text(&does(&town, "user|contacts|test|phone"), "/page").starts_with("page_"));
    phone.wait("a test page", SOON, |ledger| ledger.len() >= 2);
    assert_eq!(does(&town, "user|contacts|limit|phone|--count|5|--per|10m")["at_most"]["count"], 5);
    assert_eq!(does(&town, "user|contacts|limit|phone|--none").get("at_most"), None);
    assert!(ends(&town, "user|contacts|limit|phone", 2).contains("--none"));

    let rules = does(&town, "user|ladder|set|--high|0s=phone|--high|1m=hook");
    assert_eq!(
        (&rules["own"], &rules["high"][0]["via"], &rules["high"][1]["after"]),
        (&json!(true), &json!("phone"), &json!("1m"))
    );
    let low = rules["low"].clone();
    assert_eq!(does(&town, "user|ladder|set|--high|0s=hook")["low"], low, "what is not said stays");
    assert!(ends(&town, "user|ladder|set|--high|0s=pigeon", 1).contains("pigeon"));
    assert_eq!(does(&town, "user|ladder|reset")["own"], false);
    assert_eq!(does(&town, "user|quiet|--from|22:00|--to|07:00")["quiet"], json!({ "from": "22:00", "to": "07:00" }));
    assert!(ends(&town, "user|quiet", 0).contains("from 22:00 to 07:00"));
    assert_eq!(does(&town, "user|quiet|--off")["quiet"], Value::Null);

    assert_eq!(does(&town, "user|contacts|edit|phone|--name|mobile")["name"], "mobile");
    assert_eq!(does(&town, "user|contacts|remove|mobile")["removed"], "mobile");
    assert!(ends(&town, "user|contacts|remove|mobile", 1).contains("mobile"));
}

#[test]
fn an_administrator_adds_for_others_and_sees_who_is_reached() {
    let town = town();
    let added = does(&town, "user|contacts|add|webhook|http://127.0.0.1:9/second|--name|second|--user|@alice");
    assert_eq!((&added["id"], &added["verified"]), (&json!("second"), &json!(false)), "she proves it herself");
    let reach = does(&town, "user|reach");
    let alice = reach.as_array().expect("a list").iter().find(|one| one["user"] == "alice").expect("alice");
    assert_eq!(alice["contacts"].as_array().map(Vec::len), Some(2), "{alice}");
    let table = ends(&town, "user|reach", 0);
    assert!(table.contains("second") && table.contains("not proved"), "{table}");
    assert!(!table.contains("127.0.0.1:9"), "never an address: {table}");
}

/// Six digits in a row.
fn digits(text: &str) -> Option<String> {
    text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).map(str::to_owned)
}

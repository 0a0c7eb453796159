//! A real Alertmanager (the Debian package) sends its own webhooks: Nightbell pages once, drops the repeats, and resolves.

use super::{
    child::Process,
    double::Double,
    house::{ADMIN, House, Server, code, output_json, said},
    http,
    wait::{SOON, until, wall_clock},
};
use nightbell_wire::outbound::standard_webhooks::{Secret, verify};
use serde_json::{Value, json};
use std::{path::Path, process::Command};

const KEY: &str = "real-alertmanager-key";

fn organisation(receiver: &str) -> String {
    format!(
        r#"version: 1
users:
  - id: {ADMIN}
    name: Ops
    email: ops@example.com
    role: admin
    contacts: [ {{ id: hook, kind: webhook, url: "{receiver}/ops", verified: true }} ]
    rules: {{ high: [ {{ after: 0s, via: hook }} ], low: [ {{ after: 0s, via: hook }} ] }}
policies:
  - {{ id: ops, steps: [ {{ after: 0s, notify: ["user:{ADMIN}"] }} ], last_resort: ["user:{ADMIN}"] }}
services:
  - {{ id: checkout, name: Checkout, policy: ops }}
integrations:
  - {{ id: prometheus, kind: alertmanager, service: checkout, key: {KEY} }}
"#
    )
}

fn configuration(nightbell: &str) -> String {
    format!(
        r#"route:
  receiver: nightbell
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1s
receivers:
  - name: nightbell
    webhook_configs: [ {{ url: "{nightbell}/in/alertmanager/{KEY}", send_resolved: true }} ]
"#
    )
}

/// Starts it on a free port; answers its address when it is ready.
fn start(folder: &Path, nightbell: &str) -> (Process, String) {
    std::fs::write(folder.join("am.yml"), configuration(nightbell)).expect("the temporary folder is writable");
    let mut command = Command::new("prometheus-alertmanager");
    command.current_dir(folder).args([
        "--config.file=am.yml",
        "--storage.path=am-data",
        "--web.listen-address=127.0.0.1:0",
        "--cluster.listen-address=",
        "--log.level=debug",
    ]);
    let process = Process::start(command, "prometheus-alertmanager");
    let port: u16 = process.line("its port", SOON, |line| {
        let at = line.find("address=127.0.0.1:")? + "address=127.0.0.1:".len();
        line[at..].split(|c: char| !c.is_ascii_digit()).next()?.parse().ok().filter(|port| *port != 0)
    });
    let url = format!("http://127.0.0.1:{port}");
    until("Alertmanager is ready", SOON, || {
        http::call("GET", &format!("{url}/-/ready"), &[], b"").ok().filter(http::Answer::is_success)
    });
    (process, url)
}

fn tell(alertmanager: &str, name: &str, ends_at: Option<&str>) {
    let mut alert = json!({
        "labels": { "alertname": name, "severity": "critical", "instance": "web-1" },
        "annotations": { "summary": format!("{name}: the card form does not load") },
    });
    if let Some(at) = ends_at {
        alert["endsAt"] = json!(at);
    }
    let answer =
        http::post_json(&format!("{alertmanager}/api/v2/alerts"), &json!([alert])).expect("Alertmanager answers");
    assert!(answer.is_success(), "{} {}", answer.status, answer.text());
}

fn alert(server: &Server, name: &str) -> Option<Value> {
    server.alerts().into_iter().find(|alert| alert["labels"]["alertname"] == name)
}

/// The secret of the receiver, as its owner sets it up there.
fn webhook_secret(house: &House, server: &Server) -> Secret {
    let shown = server.cli(house, &["user", "secrets", ADMIN, "--json"]);
    assert_eq!(code(&shown), 0, "{}", said(&shown));
    let secrets = output_json(&shown);
    assert_eq!(secrets[0]["contact"], "hook", "{secrets}");
    Secret::parse(secrets[0]["secret"].as_str().expect("a text")).expect("a Standard Webhooks secret")
}

#[test]
fn a_real_alertmanager_pages_once_and_resolves() {
    let house = House::new();
    let receiver = Double::obliging();
    let server = house.serve();
    house.apply(&server, &organisation(&receiver.url()));
    let secret = webhook_secret(&house, &server);
    let (_alertmanager, alertmanager) = start(house.folder(), &server.url);

    tell(&alertmanager, "CheckoutDown", None);
    let ledger = receiver.wait("the page", SOON, |ledger| !ledger.is_empty());
    let page = &ledger[0];
    assert_eq!((page.kind(), page.text("/user"), page.repeat()), ("page", ADMIN, false));
    assert_eq!(page.text("/title"), "CheckoutDown: the card form does not load");
    assert_eq!(
        (page.text("/alert/severity"), page.text("/service"), page.text("/urgency")),
        ("critical", "checkout", "high")
    );
    let signed = |m: &super::double::Received| {
        let (id, at, signature) =
            (m.header("webhook-id"), m.header("webhook-timestamp"), m.header("webhook-signature"));
        assert_eq!(id, m.text("/id"), "the id of the header is that of the notification");
        verify(&secret, id, at, signature, &m.body, wall_clock().as_second())
    };
    assert_eq!(signed(page), Ok(()));

    // Alertmanager sends the group again and again; each is an event of the same alert.
    let repeats = until("the repeats arrive", SOON, || {
        alert(&server, "CheckoutDown").and_then(|alert| alert["event_count"].as_u64()).filter(|count| *count >= 3)
    });
    let firing = alert(&server, "CheckoutDown").expect("it is there");
    assert_eq!((&firing["state"], &firing["service"]), (&json!("firing"), &json!("checkout")));
    assert_eq!(receiver.ledger().len(), 1, "{repeats} events, one page");

    tell(&alertmanager, "CheckoutDown", Some(&wall_clock().to_string()));
    let ledger = receiver.wait("that it is over", SOON, |ledger| ledger.iter().any(|m| m.kind() == "resolved"));
    assert_eq!((ledger.len(), ledger[1].text("/page")), (2, page.text("/page")));
    assert_eq!(signed(&ledger[1]), Ok(()));
    let over = alert(&server, "CheckoutDown").expect("it is there");
    assert_eq!((&over["state"], &over["id"]), (&json!("resolved"), &firing["id"]));

    // A second alert goes the whole way after it: what else was on its way for the first would be here by now.
    tell(&alertmanager, "SearchSlow", None);
    let ledger = receiver.wait("the second page", SOON, |ledger| {
        ledger.iter().any(|m| m.text("/alert/labels/alertname") == "SearchSlow")
    });
    let of_first: Vec<&str> =
        ledger.iter().filter(|m| m.text("/page") == page.text("/page")).map(|m| m.kind()).collect();
    assert_eq!(of_first, ["page", "resolved"]);
    assert_eq!(server.alerts().len(), 2);
    println!("alertmanager: {repeats} events, 1 page, 1 resolved");
}

//! Storms: a million repeats that must write almost nothing, and ten thousand different alerts at once that must reach people quickly, as
//! few messages, in bounded memory (INV-08).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use serde_json::{Value, json};

use super::ingest::{KEY, event, repeats};
use super::load::{Body, Load, send, stay_on_load_core};
use super::running::{House, Running, receiver, rest};
use super::table::Report;
use crate::clock::Stopwatch;
use crate::repo::Result;

/// People, each with a service, a policy and an integration of their own.
const PEOPLE: u64 = 10;
const DISTINCT: u64 = 10_000;
const REPEATS: u64 = 1_000_000;
const KEYS: u64 = 1_000;
/// Alerts in one request of the repeats.
const MANY: u64 = 100;
/// Bundles follow at most a minute after the first message; a little more, and all of them are there.
const LISTEN: Duration = Duration::from_secs(80);

/// Both storms.
///
/// # Errors
/// When the server does not start or refuses an alert.
pub fn run(root: &Path) -> Result<Report> {
    stay_on_load_core()?;
    let mut report = Report::default();
    report.appendix.extend(["| storm | what | measured | target |".to_owned(), "|---|---|---|---|".to_owned()]);
    repeated(root, &mut report)?;
    distinct(root, &mut report)?;
    Ok(report)
}

fn row(report: &mut Report, storm: &str, what: &str, measured: String, target: Option<(String, bool)>) {
    let target = target.map_or_else(
        || "–".to_owned(),
        |(text, met)| {
            report.missed += usize::from(!met);
            if met { text } else { format!("{text} MISSED") }
        },
    );
    let line = format!("| {storm} | {what} | {measured} | {target} |");
    eprintln!("{line}");
    report.appendix.push(line);
}

fn repeated(root: &Path, report: &mut Report) -> Result<()> {
    let house = House::new(root)?;
    let (hook, received) = receiver(Stopwatch::start())?;
    let server = house.serve_pinned()?;
    server.organise(&hook, KEY)?;
    let body: Body = Arc::new(|out, n| repeats(out, n * MANY, KEYS, MANY));
    let mut load = Load {
        address: server.address()?,
        path: format!("/in/alertmanager/{KEY}-am"),
        connections: 16,
        body,
        from: 0,
        requests: KEYS / MANY,
        within: Duration::from_secs(600),
        per_s: None,
    };
    send(&load)?;
    // What the first of each owed is sent, and lies in the file.
    rest(Duration::from_secs(65));
    let messages_before = received.try_iter().count();
    let (bytes_before, written_before) = (house.database_bytes()?, server.written_bytes()?);
    load.from = KEYS / MANY;
    load.requests = REPEATS / MANY;
    let outcome = send(&load)?;
    let written = server.written_bytes()? - written_before;
    let grown = house.database_bytes()?.saturating_sub(bytes_before);
    rest(Duration::from_secs(5));
    let messages = received.try_iter().count();
    let storm = "1,000,000 repeats of 1,000 alerts";
    let all = outcome.refused == 0 && outcome.accepted * MANY == REPEATS;
    row(
        report,
        storm,
        "accepted",
        format!("{} at {:.0}/s", outcome.accepted * MANY, outcome.per_s() * MANY as f64),
        Some(("all".to_owned(), all)),
    );
    row(
        report,
        storm,
        "the database grew by",
        format!("{:.2} MiB", mib(grown)),
        Some(("≤ 1 MiB".to_owned(), grown <= 1 << 20)),
    );
    row(
        report,
        storm,
        "written to disk for each repeat",
        format!("{:.0} bytes", written as f64 / REPEATS as f64),
        None,
    );
    row(
        report,
        storm,
        "messages sent",
        format!("{messages} ({messages_before} before, for the first of each)"),
        Some(("0".to_owned(), messages == 0)),
    );
    Ok(())
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / (1 << 20) as f64
}

fn distinct(root: &Path, report: &mut Report) -> Result<()> {
    let house = House::new(root)?;
    let watch = Stopwatch::start();
    let (hook, received) = receiver(watch)?;
    let server = house.serve_pinned()?;
    many_people(&server, &hook, PEOPLE)?;
    let body: Body = Arc::new(|out, n| event(out, &format!("{KEY}-{}", n % PEOPLE), n));
    let load = Load {
        address: server.address()?,
        path: "/v2/enqueue".to_owned(),
        connections: 64,
        body,
        from: 0,
        requests: DISTINCT,
        within: Duration::from_secs(120),
        per_s: None,
    };
    let begun = watch.elapsed();
    let outcome = send(&load)?;
    let mut first: BTreeMap<String, Duration> = BTreeMap::new();
    let mut messages = 0;
    let mut told = 0;
    loop {
        let left = (begun + LISTEN).saturating_sub(watch.elapsed());
        match received.recv_timeout(left) {
            Ok((at, message)) => {
                messages += 1;
                told += 1 + message.get("also_count").and_then(Value::as_u64).unwrap_or(0);
                let whom = message.get("user").and_then(Value::as_str).unwrap_or_default().to_owned();
                first.entry(whom).or_insert(at.saturating_sub(begun));
            }
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => return Err("the receiver broke off".into()),
        }
    }
    let storm = "10,000 different alerts at once, for 10 people";
    let all = outcome.refused == 0 && outcome.accepted == DISTINCT;
    row(
        report,
        storm,
        "accepted",
        format!("{} in {:.1} s", outcome.accepted, outcome.seconds),
        Some(("all".to_owned(), all)),
    );
    let mut firsts: Vec<Duration> = first.into_values().collect();
    firsts.sort();
    let last = firsts.get(PEOPLE as usize - 1).copied().unwrap_or(Duration::MAX);
    row(
        report,
        storm,
        "first page of the last of ten people",
        format!("{:.2} s", last.as_secs_f64()),
        Some(("< 2 s".to_owned(), last < Duration::from_secs(2))),
    );
    row(
        report,
        storm,
        "messages in 80 s",
        format!("{messages}, telling of {told}"),
        Some(("≤ 40".to_owned(), messages <= 40)),
    );
    let peak = server.peak_resident_mib()?;
    row(report, storm, "most resident memory", format!("{peak:.0} MiB"), Some(("< 200 MiB".to_owned(), peak < 200.0)));
    Ok(())
}

/// An organisation in which every person has a service, a policy and an integration (`KEY-n`) of their own.
///
/// # Errors
/// When it is refused.
pub fn many_people(server: &Running, hook: &str, people: u64) -> Result<()> {
    let mut text = "version: 1\nusers:\n".to_owned();
    for n in 0..people {
        text.push_str(&format!("  - {{ id: person-{n}, name: Person {n}, email: p{n}@example.com, contacts: [ {{ id: hook, kind: webhook, url: \"{hook}/{n}\", verified: true }} ] }}\n"));
    }
    text.push_str("policies:\n");
    for n in 0..people {
        text.push_str(&format!("  - {{ id: policy-{n}, steps: [ {{ after: 0s, notify: [\"user:person-{n}\"] }}, {{ after: 30m, notify: [\"user:person-{n}\"] }} ] }}\n"));
    }
    text.push_str("services:\n");
    for n in 0..people {
        text.push_str(&format!("  - {{ id: service-{n}, name: Service {n}, policy: policy-{n} }}\n"));
    }
    text.push_str("integrations:\n");
    for n in 0..people {
        text.push_str(&format!("  - {{ id: tools-{n}, kind: pagerduty, service: service-{n}, key: {KEY}-{n} }}\n"));
    }
    server.api("/apply", &json!({ "files": [{ "path": "organisation.yaml", "content": text }] })).map(drop)
}

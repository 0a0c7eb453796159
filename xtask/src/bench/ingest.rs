//! Durable ingest against Alertmanager's ingest into memory: reference and product in turn, A B A B, each on one core, the load on the
//! other. Authentication, deduplication, routing, paging and its timers are on; an answer of ours is on disk, one of theirs is not.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::load::{Body, Load, Outcome, cpu_seconds, median, quantile_ms, send, stay_on_load_core};
use super::reference::Alertmanager;
use super::running::{House, receiver, rest};
use super::table::Report;
use crate::clock::Stopwatch;
use crate::repo::Result;

/// The key of the integrations of a bench.
pub const KEY: &str = "bench-ingest-key";
/// How often each is measured; the medians count.
const ROUNDS: usize = 3;
/// How long one measurement takes.
const WITHIN: Duration = Duration::from_secs(6);
/// Alerts in one request where they are many.
const MANY: u64 = 100;

/// What the alerts of a load are to each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// Each is new: it is routed, stored, and pages with its timers.
    New,
    /// One in ten is new, the others repeat it: what monitoring sends.
    Mixed,
    /// A thousand keys that are known: nothing but repeats.
    Known,
}

impl Keys {
    fn key(self, n: u64) -> u64 {
        match self {
            Self::New => n,
            Self::Mixed => n / 10,
            Self::Known => n % 1_000,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::New => "every alert new, each pages",
            Self::Mixed => "one in ten new, each of those pages",
            Self::Known => "repeats of 1,000 open alerts",
        }
    }
}

struct Case {
    what: &'static str,
    connections: usize,
    alerts: u64,
    keys: Keys,
    /// Ours ÷ theirs; missed below it.
    ratio_min: Option<f64>,
    aim: Option<f64>,
}

const CASES: &[Case] = &[
    case("16 connections, one alert a request", 16, 1, Keys::Mixed, Some(0.6), Some(1.25)),
    case("64 connections, one alert a request", 64, 1, Keys::Mixed, Some(0.6), Some(2.0)),
    case("16 connections, 100 alerts a request", 16, MANY, Keys::Mixed, Some(1.0), Some(4.0)),
    case("16 connections, one alert a request", 16, 1, Keys::New, None, None),
    case("64 connections, one alert a request", 64, 1, Keys::New, None, None),
    case("16 connections, 100 alerts a request", 16, MANY, Keys::New, None, None),
    case("16 connections, one alert a request", 16, 1, Keys::Known, None, None),
    case("64 connections, one alert a request", 64, 1, Keys::Known, None, None),
    case("16 connections, 100 alerts a request", 16, MANY, Keys::Known, None, None),
];

const fn case(
    what: &'static str,
    connections: usize,
    alerts: u64,
    keys: Keys,
    ratio_min: Option<f64>,
    aim: Option<f64>,
) -> Case {
    Case { what, connections, alerts, keys, ratio_min, aim }
}

/// One measurement: alerts a second, microseconds of CPU for each.
#[derive(Clone, Copy)]
struct Sample {
    per_s: f64,
    cpu_us: f64,
}

/// Runs every case; each starts both servers afresh.
///
/// # Errors
/// When one does not start or refuses an alert.
pub fn run(root: &Path) -> Result<Report> {
    stay_on_load_core()?;
    let mut lines = vec![
        "| alerts | load | Alertmanager, memory | Nightbell, fsynced | ratio | target (aim) | CPU each: theirs, ours |"
            .to_owned(),
        "|---|---|---|---|---|---|---|".to_owned(),
    ];
    if let Some(chosen) = chosen() {
        return alone(root, &chosen);
    }
    let mut missed = 0;
    for case in CASES {
        let (mut theirs, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            theirs.push(alertmanager(case)?);
            ours.push(nightbell(root, case)?);
        }
        let line = compare(case, &theirs, &ours, &mut missed);
        eprintln!("{line}");
        lines.push(line);
    }
    Ok(Report { missed, appendix: lines, ..Report::default() })
}

/// For whoever looks for what costs time: `NIGHTBELL_BENCH_CASES=3,6` measures the product alone, once, in the third and the sixth case.
#[expect(
    clippy::disallowed_methods,
    reason = "a bench may be told what to measure; nothing else reads the environment"
)]
fn chosen() -> Option<Vec<usize>> {
    let numbers = std::env::var("NIGHTBELL_BENCH_CASES").ok()?;
    Some(numbers.split(',').filter_map(|number| number.trim().parse().ok()).collect())
}

fn alone(root: &Path, chosen: &[usize]) -> Result<Report> {
    let mut lines =
        vec!["| alerts | load | Nightbell, fsynced | CPU each |".to_owned(), "|---|---|---|---|".to_owned()];
    for case in chosen.iter().filter_map(|number| CASES.get(number.checked_sub(1)?)) {
        let Sample { per_s, cpu_us } = nightbell(root, case)?;
        let line = format!("| {} | {} | {per_s:.0}/s | {cpu_us:.1} µs |", case.keys.words(), case.what);
        eprintln!("{line}");
        lines.push(line);
    }
    Ok(Report { appendix: lines, ..Report::default() })
}

fn compare(case: &Case, theirs: &[Sample], ours: &[Sample], missed: &mut usize) -> String {
    let rate = |samples: &[Sample]| median(&samples.iter().map(|sample| sample.per_s).collect::<Vec<_>>());
    let cpu = |samples: &[Sample]| median(&samples.iter().map(|sample| sample.cpu_us).collect::<Vec<_>>());
    let ratio = rate(ours) / rate(theirs).max(1.0);
    let mut target = "–".to_owned();
    if let (Some(min), Some(aim)) = (case.ratio_min, case.aim) {
        target = format!("≥ {min:.2} (≥ {aim:.2})");
        if ratio < min {
            *missed += 1;
            target.push_str(" MISSED");
        }
    }
    format!(
        "| {} | {} | {:.0}/s | {:.0}/s | {ratio:.2} | {target} | {:.0} µs, {:.0} µs |",
        case.keys.words(),
        case.what,
        rate(theirs),
        rate(ours),
        cpu(theirs),
        cpu(ours)
    )
}

fn load(case: &Case, address: std::net::SocketAddr, path: &str, body: Body, from: u64) -> Load {
    let path = path.to_owned();
    let (connections, within) = (case.connections, WITHIN);
    Load { address, path, connections, body, from, requests: u64::MAX, within, per_s: None }
}

fn sample(case: &Case, pid: u32, load: &Load) -> Result<Sample> {
    let before = cpu_seconds(pid)?;
    let outcome = send(load)?;
    let cpu = cpu_seconds(pid)? - before;
    if outcome.refused > 0 || outcome.accepted == 0 {
        return Err(format!("{}: {} requests were refused", case.what, outcome.refused).into());
    }
    let alerts = (outcome.accepted * case.alerts) as f64;
    Ok(Sample { per_s: alerts / outcome.seconds, cpu_us: cpu * 1e6 / alerts })
}

fn alertmanager(case: &Case) -> Result<Sample> {
    let server = Alertmanager::start()?;
    let (keys, alerts) = (case.keys, case.alerts);
    let body: Body = Arc::new(move |out, n| their_alerts(out, n, keys, alerts));
    let measured = load(case, server.address, "/api/v2/alerts", body, 1_000_000);
    warm(&measured, case)?;
    sample(case, server.pid(), &measured)
}

/// As `amtool` and Prometheus post them.
fn their_alerts(out: &mut Vec<u8>, n: u64, keys: Keys, alerts: u64) {
    for at in 0..alerts {
        let key = keys.key(n * alerts + at);
        let _ = write!(
            out,
            r#"{}{{"labels":{{"alertname":"CheckoutErrors","instance":"host-{key}","severity":"critical"}},"annotations":{{"summary":"Checkout error rate above 5 %"}}}}"#,
            if at == 0 { "[" } else { "," }
        );
    }
    out.push(b']');
}

fn nightbell(root: &Path, case: &Case) -> Result<Sample> {
    let house = House::new(root)?;
    let watch = Stopwatch::start();
    let (hook, received) = receiver(watch)?;
    let server = house.serve_pinned()?;
    server.organise(&hook, KEY)?;
    let (keys, alerts) = (case.keys, case.alerts);
    let (path, body): (_, Body) = if alerts == 1 {
        ("/v2/enqueue".to_owned(), Arc::new(move |out, n| event(out, KEY, keys.key(n))))
    } else {
        (
            format!("/in/alertmanager/{KEY}-am"),
            Arc::new(move |out, n| webhook(out, alerts, |at| keys.key(n * alerts + at))),
        )
    };
    let measured = load(case, server.address()?, &path, body, 1_000_000);
    warm(&measured, case)?;
    let sample = sample(case, server.pid(), &measured)?;
    drop(received);
    Ok(sample)
}

/// Fills caches; for repeats, makes the alerts they repeat.
fn warm(load: &Load, case: &Case) -> Result<()> {
    let requests = if case.keys == Keys::Known { 1_000 / case.alerts.min(1_000) } else { 64 };
    let warmed = send(&Load { requests, from: 0, ..load.clone() })?;
    if warmed.refused > 0 {
        return Err(format!("{}: the first requests were refused", case.what).into());
    }
    rest(Duration::from_millis(500));
    Ok(())
}

/// One event for `/v2/enqueue`.
pub fn event(out: &mut Vec<u8>, routing_key: &str, key: u64) {
    let _ = write!(
        out,
        r#"{{"routing_key":"{routing_key}","event_action":"trigger","dedup_key":"host-{key}","payload":{{"summary":"Checkout error rate above 5 %","source":"host-{key}","severity":"critical","custom_details":{{"alertname":"CheckoutErrors"}}}}}}"#
    );
}

/// What Alertmanager's webhook posts for a group of `alerts` alerts, numbered from `from` on, of `keys` different ones.
pub fn repeats(out: &mut Vec<u8>, from: u64, keys: u64, alerts: u64) {
    webhook(out, alerts, |at| (from + at) % keys);
}

fn webhook(out: &mut Vec<u8>, alerts: u64, key: impl Fn(u64) -> u64) {
    let mut text = String::with_capacity(40_000);
    text.push_str(r#"{"version":"4","groupKey":"{}:{alertname=\"CheckoutErrors\"}","status":"firing","receiver":"nightbell","groupLabels":{"alertname":"CheckoutErrors"},"commonLabels":{"alertname":"CheckoutErrors","severity":"critical"},"commonAnnotations":{},"externalURL":"http://alertmanager:9093","truncatedAlerts":0,"alerts":["#);
    for at in 0..alerts {
        let key = key(at);
        let _ = write!(
            text,
            r#"{}{{"status":"firing","labels":{{"alertname":"CheckoutErrors","instance":"host-{key}","severity":"critical"}},"annotations":{{"summary":"Checkout error rate above 5 %"}},"startsAt":"2026-05-02T09:00:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prometheus:9090/graph","fingerprint":"{key:016x}"}}"#,
            if at == 0 { "" } else { "," }
        );
    }
    text.push_str("]}");
    out.extend_from_slice(text.as_bytes());
}

/// Offered alerts a second, and for how long.
const OFFERED_PER_S: u32 = 5_000;
const OFFERED_S: u32 = 20;

/// Latency of one alert a request, at a steady offered rate, beside the reference's at the same rate: on a busy machine both wait for it.
///
/// # Errors
/// When a server does not start or refuses an alert.
pub fn latency(root: &Path) -> Result<Report> {
    stay_on_load_core()?;
    let mut lines = vec![
        "| alerts at 5,000/s offered | answered | p50 | p99 | p99.9 | target (aim) |".to_owned(),
        "|---|---|---|---|---|---|".to_owned(),
    ];
    let mut missed = 0;
    for (keys, target) in [(Keys::Mixed, Some(20.0)), (Keys::Known, None), (Keys::New, None)] {
        let reference = Alertmanager::start()?;
        let body: Body = Arc::new(move |out, n| their_alerts(out, n, keys, 1));
        lines.push(offered(
            "Alertmanager",
            keys,
            steady(reference.address, "/api/v2/alerts", body),
            None,
            &mut missed,
        )?);
        drop(reference);
        let house = House::new(root)?;
        let (hook, received) = receiver(Stopwatch::start())?;
        let server = house.serve_pinned()?;
        server.organise(&hook, KEY)?;
        let body: Body = Arc::new(move |out, n| event(out, KEY, keys.key(n)));
        lines.push(offered("Nightbell", keys, steady(server.address()?, "/v2/enqueue", body), target, &mut missed)?);
        drop(received);
    }
    Ok(Report { missed, appendix: lines, ..Report::default() })
}

fn steady(address: std::net::SocketAddr, path: &str, body: Body) -> Load {
    Load {
        address,
        path: path.to_owned(),
        connections: 64,
        body,
        from: 10_000_000,
        requests: u64::from(OFFERED_PER_S * OFFERED_S),
        within: Duration::from_secs(60),
        per_s: Some(OFFERED_PER_S),
    }
}

fn offered(whose: &str, keys: Keys, load: Load, target: Option<f64>, missed: &mut usize) -> Result<String> {
    send(&Load { requests: 1_000, from: 0, per_s: None, ..load.clone() })?;
    let mut outcome: Outcome = send(&load)?;
    let (accepted, refused, rate) = (outcome.accepted, outcome.refused, outcome.per_s());
    let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|q| quantile_ms(&mut outcome.latencies_us, q));
    let mut judged = target.map_or_else(|| "–".to_owned(), |max| format!("p99 ≤ {max:.0} ms (≤ 5 ms)"));
    if target.is_some_and(|max| refused > 0 || p99 > max) {
        *missed += 1;
        judged.push_str(" MISSED");
    }
    let words = keys.words();
    let line = format!(
        "| {whose}: {words} | {accepted} at {rate:.0}/s, {refused} refused | {p50:.1} ms | {p99:.1} ms | {p999:.1} ms | {judged} |"
    );
    eprintln!("{line}");
    Ok(line)
}

//! A two-year database: how long the real binary takes to start on it and to show every page there is.
//!
//! The database is made once by the example `years` of the simulator (through the engine's own door), kept in the target folder under the hash of
//! its sources, and copied for each run. Which pages there are is read from the sources of the web crate ([`addresses`]), so that a page that is
//! added later is measured as well or fails the bench. Is not: a test; whether an answer is right is looked at elsewhere.

mod addresses;
mod house;
mod look;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::ingest::KEY;
use super::load::cpu_seconds;
use super::running::{Running, call, receiver, rest};
use super::storm::many_people;
use super::table::{Measure, Report};
use crate::clock::Stopwatch;
use crate::repo::Result;
use house::Years;
use look::Signed;

/// From starting the process to its ready line.
const READY_MAX_MS: f64 = 1_000.0;
/// The median of each page.
const PAGE_MAX_MS: f64 = 100.0;
const STARTS: usize = 5;
/// Requests of each page, after its first.
const WARM: usize = 5;
/// Alerts sent one after the other, each for a person of its own.
const ALERTS: u64 = 50;
const IDLE: Duration = Duration::from_secs(30);
/// Pages named in the appendix, the slowest first.
const TOLD: usize = 25;

/// Makes the database if it is not there, and measures.
///
/// # Errors
/// When the database cannot be made, a page has no example here, or does not answer.
pub fn run(root: &Path) -> Result<Report> {
    let addresses = addresses::of_sources(root)?;
    let years = Years::new(root)?;
    years.forget_cached()?;
    let first = years.house.serve()?.ready_ms;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(years.house.serve()?.ready_ms);
    }
    let watch = Stopwatch::start();
    let (hook, received) = receiver(watch)?;
    let server = years.house.serve()?;
    years.organise(&server, &hook)?;
    let signed = Signed::new(&server, &years)?;
    let paths = addresses::paths(&addresses, &signed.facts(&received)?)?;
    years.forget_cached()?;
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    for _ in 0..=WARM {
        for path in &paths {
            let (ms, bytes) = signed.get(path)?;
            let seen = seen.entry(path).or_default();
            seen.ms.push(ms);
            seen.bytes = bytes;
        }
    }
    let resident = server.resident_mib()?;
    let idle = idle_percent(&server)?;
    let told = alerts(&server, &hook, watch, &received)?;
    let (verified_s, findings) = years.verify()?;
    let backed_up_s = years.backup()?;
    let mut report = Report::default();
    let mut add = |what: &str, unit, samples, target_max, method: &str| {
        report.measures.push(Measure {
            what: what.to_owned(),
            unit,
            samples,
            target_max,
            median_max: None,
            method: method.to_owned(),
        });
    };
    let over = format!("{} alerts, {} incidents, {:.1} GiB", years.alerts, years.incidents, years.gib()?);
    add("start to ready on two years", "ms", starts, Some(READY_MAX_MS), &over);
    add("its first start, nothing cached", "ms", vec![first], None, "of a copy just made");
    let medians = seen.values().map(|seen| seen.median()).collect();
    add("median of each page", "ms", medians, Some(PAGE_MAX_MS), "5 requests of each address, after one");
    let warm = seen.values().flat_map(|seen| seen.warm().iter().copied()).collect();
    add("every request of a page", "ms", warm, None, "the same");
    let cold = seen.values().filter_map(|seen| seen.ms.first().copied()).collect();
    add("the first request of each", "ms", cold, None, "one after the other, from a file nothing of which was cached");
    add("resident after them", "MiB", vec![resident], None, "VmRSS");
    add("idle beside it", "% of a core", vec![idle], None, "user and system time over 30 s");
    add("alert accepted (202) to webhook", "ms", told, None, "one at a time, each for a person of its own");
    add("nightbell verify, beside the server", "s", vec![verified_s], None, &format!("{findings} findings"));
    add("nightbell backup, beside the server", "s", vec![backed_up_s], None, "with its proof");
    report.missed += usize::from(findings > 0);
    report.appendix = appendix(&seen);
    Ok(report)
}

/// What was seen of one address.
#[derive(Default)]
struct Seen {
    /// The first, then the others.
    ms: Vec<f64>,
    bytes: usize,
}

impl Seen {
    fn warm(&self) -> &[f64] {
        self.ms.get(1..).unwrap_or_default()
    }

    fn median(&self) -> f64 {
        super::load::median(self.warm())
    }
}

fn appendix(seen: &BTreeMap<&str, Seen>) -> Vec<String> {
    let mut slowest: Vec<_> = seen.iter().collect();
    slowest.sort_by(|(_, a), (_, b)| b.median().total_cmp(&a.median()));
    let mut lines = vec![format!("{} addresses; the slowest: median, largest, first, bytes", seen.len())];
    lines.extend(slowest.into_iter().take(TOLD).map(|(path, seen)| {
        let largest = seen.warm().iter().copied().fold(0.0, f64::max);
        let first = seen.ms.first().copied().unwrap_or_default();
        format!("{:>8.1} {largest:>8.1} {first:>8.1} {:>9}  {path}", seen.median(), seen.bytes)
    }));
    lines
}

fn idle_percent(server: &Running) -> Result<f64> {
    rest(Duration::from_secs(5));
    let before = cpu_seconds(server.pid())?;
    rest(IDLE);
    Ok((cpu_seconds(server.pid())? - before) / IDLE.as_secs_f64() * 100.0)
}

/// Each alert for a person of its own: what comes for one whose page rings already waits to be bundled (INV-08).
fn alerts(
    server: &Running,
    hook: &str,
    watch: Stopwatch,
    received: &std::sync::mpsc::Receiver<(Duration, serde_json::Value)>,
) -> Result<Vec<f64>> {
    many_people(server, hook, ALERTS)?;
    let mut samples = Vec::new();
    for n in 0..ALERTS {
        let key = format!("years-{n}");
        server.trigger(&format!("{KEY}-{n}"), &key)?;
        let accepted = watch.elapsed();
        loop {
            let (at, message) = received.recv_timeout(Duration::from_secs(60))?;
            if message.pointer("/alert/dedup_key").and_then(serde_json::Value::as_str) == Some(&key) {
                samples.push(at.saturating_sub(accepted).as_secs_f64() * 1_000.0);
                break;
            }
        }
    }
    Ok(samples)
}

/// One of our commands on a data folder; how long it took, and what it printed.
fn timed(mut command: Command) -> Result<(f64, bool, String)> {
    let watch = Stopwatch::start();
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok((watch.elapsed().as_secs_f64(), output.status.success(), text))
}

/// A request whose answer must be a success.
fn ask(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<super::running::Answer> {
    let answer = call(method, url, headers, body)?;
    if answer.status < 400 {
        return Ok(answer);
    }
    Err(format!("{method} {url}: {} {}", answer.status, String::from_utf8_lossy(&answer.body)).into())
}

//! A hundred thousand open alerts: what they weigh, what their timers cost while nothing is due, and how quickly they fire when all are due
//! at once. Made through the server's own ingest.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::ingest::{KEY, repeats};
use super::load::{Body, Load, cpu_seconds, send, stay_on_load_core};
use super::running::{House, Running, call, receiver, rest};
use super::table::{Measure, Report};
use crate::clock::Stopwatch;
use crate::repo::Result;

const ALERTS: u64 = 100_000;
const PENDING: u64 = 1_000_000;
const MANY: u64 = 100;
const OPEN_TARGET_MIB: f64 = 128.0;
const FIRED_TARGET_S: f64 = 10.0;
const IDLE_TARGET_PERCENT: f64 = 0.5;
/// A whole minute: with everything that happens once a minute.
const IDLE: Duration = Duration::from_secs(60);

fn fill(server: &Running, from: u64, alerts: u64) -> Result<()> {
    let body: Body = Arc::new(|out, n| repeats(out, n * MANY, u64::MAX, MANY));
    let load = Load {
        address: server.address()?,
        path: format!("/in/alertmanager/{KEY}-am"),
        connections: 16,
        body,
        from: from / MANY,
        requests: alerts / MANY,
        within: Duration::from_secs(3_600),
        per_s: None,
    };
    let outcome = send(&load)?;
    if outcome.accepted * MANY == alerts {
        Ok(())
    } else {
        Err(format!("{} requests were refused", outcome.refused).into())
    }
}

/// Resident memory with that many alerts open, after a restart: what was only needed to take them in is gone.
///
/// # Errors
/// When the server does not start or refuses an alert.
pub fn open(root: &Path) -> Result<Report> {
    stay_on_load_core()?;
    let house = House::new(root)?;
    let (hook, received) = receiver(Stopwatch::start())?;
    let server = house.serve_pinned()?;
    server.organise_after(&hook, KEY, "12h")?;
    fill(&server, 0, ALERTS)?;
    let at_once = server.resident_mib()?;
    rest(Duration::from_secs(70));
    let settled = server.resident_mib()?;
    drop(server);
    let server = house.serve_pinned()?;
    let ready_ms = server.ready_ms;
    rest(Duration::from_secs(10));
    let restarted = server.resident_mib()?;
    drop(received);
    let measure = measured_once("VmRSS; 100,000 alerts, each with a page and its timer, sent in hundreds");
    let measures = vec![
        measure("resident, right after 100,000 alerts came in", "MiB", at_once, None),
        measure("resident, 70 s later", "MiB", settled, Some(OPEN_TARGET_MIB)),
        measure("resident, 10 s after a restart", "MiB", restarted, Some(OPEN_TARGET_MIB)),
        measure("start to ready with them", "ms", ready_ms, Some(1_000.0)),
    ];
    Ok(Report { measures, ..Report::default() })
}

/// All of them due while the server is down; from its start to nothing being due any more.
///
/// # Errors
/// When the server does not start or refuses an alert.
pub fn run(root: &Path) -> Result<Report> {
    stay_on_load_core()?;
    let house = House::new(root)?;
    let (hook, received) = receiver(Stopwatch::start())?;
    let server = house.serve_pinned()?;
    server.organise_after(&hook, KEY, "2m")?;
    let watch = Stopwatch::start();
    fill(&server, 0, ALERTS)?;
    let filled = watch.elapsed();
    if filled > Duration::from_secs(110) {
        return Err("the alerts came in too slowly: the first timers fired meanwhile".into());
    }
    drop(server);
    // The metrics count what is half a minute late, so all of it is.
    rest(Duration::from_secs(155));
    let server = house.serve_pinned()?;
    let watch = Stopwatch::start();
    let mut fired = Vec::new();
    loop {
        let (pages, at) = (alarms(&server, "overdue", "page")?, watch.elapsed());
        fired.push(format!("{:.1} s: {pages:.0}", at.as_secs_f64()));
        if pages < 0.5 || at > Duration::from_secs(300) {
            break;
        }
        rest(Duration::from_millis(250));
    }
    let seconds = watch.elapsed().as_secs_f64();
    drop(received);
    let measure = Measure {
        what: "100,000 timers due at once, fired durably".to_owned(),
        unit: "s",
        samples: vec![seconds],
        target_max: Some(FIRED_TARGET_S),
        median_max: None,
        method:
            "alerts taken in, the server stopped until every second step was due, started; until no page's alarm is due"
                .to_owned(),
    };
    Ok(Report {
        measures: vec![measure],
        appendix: vec![format!("overdue pages: {}", fired.join(", "))],
        ..Report::default()
    })
}

/// Alarms of a kind, `pending` or `overdue`, from the metrics.
fn alarms(server: &Running, which: &str, kind: &str) -> Result<f64> {
    let answer = call("GET", &format!("{}/metrics", server.url), &[], b"")?;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let (name, label) = (format!("nightbell_alarms_{which}{{"), format!("\"{kind}\""));
    let line = text.lines().find(|line| line.starts_with(&name) && line.contains(&label));
    let value = line.and_then(|line| line.rsplit(' ').next()).ok_or("no such alarms in the metrics")?;
    Ok(value.parse()?)
}

/// CPU of a server with a million timers of which none is due.
///
/// # Errors
/// When the server does not start or refuses an alert.
pub fn pending(root: &Path) -> Result<Report> {
    stay_on_load_core()?;
    let house = House::new(root)?;
    let (hook, received) = receiver(Stopwatch::start())?;
    let server = house.serve_pinned()?;
    server.organise_after(&hook, KEY, "12h")?;
    fill(&server, 0, PENDING)?;
    // The last bundle goes out a minute after the last alert; what went along with it is written down after that.
    let watch = Stopwatch::start();
    loop {
        rest(Duration::from_secs(10));
        if alarms(&server, "pending", "notification")? < 0.5 {
            break;
        }
        if watch.elapsed() > Duration::from_secs(900) {
            return Err("messages still wait a quarter of an hour after the last alert".into());
        }
    }
    let settled_s = watch.elapsed().as_secs_f64();
    let before = cpu_seconds(server.pid())?;
    rest(IDLE);
    let percent = (cpu_seconds(server.pid())? - before) / IDLE.as_secs_f64() * 100.0;
    let resident = server.resident_mib()?;
    drop(received);
    let measure = measured_once(
        "a million pages that wait for their second step, every message of theirs written down, nobody asking, for 60 s",
    );
    let measures = vec![
        measure("from the last alert to the last word about its messages", "s", settled_s, None),
        measure("CPU with 1,000,000 timers pending", "%", percent, Some(IDLE_TARGET_PERCENT)),
        measure("resident with them", "MiB", resident, None),
    ];
    Ok(Report { measures, ..Report::default() })
}

/// Figures that are taken once, all by the same method.
fn measured_once(method: &str) -> impl Fn(&str, &'static str, f64, Option<f64>) -> Measure + '_ {
    move |what, unit, sample, target_max| Measure {
        what: what.to_owned(),
        unit,
        samples: vec![sample],
        target_max,
        median_max: None,
        method: method.to_owned(),
    }
}

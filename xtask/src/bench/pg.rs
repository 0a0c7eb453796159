//! PostgreSQL: what the server itself does with the two statements that an event costs at least (`pgbench`), what we take in through HTTP on
//! the same cluster, with one node and with three, and how soon another node sends what a killed one was sending.
//!
//! Everything shares the machine's two cores; nothing is pinned. The load is the same for one node and for three: so many connections in all, each
//! with one alert under way, so that the batches of three nodes are worth their commit too. Reference, one and three follow each other, round
//! after round; medians count.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use super::ingest::{KEY, event};
use super::load::{Body, Load, cpu_seconds, median, send};
use super::running::{House, Running, receiver, thread};
use super::table::Report;
use crate::clock::Stopwatch;
use crate::pg::Cluster;
use crate::repo::Result;

mod takeover;

const ROUNDS: usize = 3;
const WITHIN: Duration = Duration::from_secs(8);
/// Of all nodes together.
const CONNECTIONS: usize = 192;
const RATIO_MIN: f64 = 0.4;
const NODES: usize = 3;

const TABLES: &str = "CREATE TABLE bench_event (id BIGSERIAL PRIMARY KEY, at BIGINT NOT NULL, body TEXT NOT NULL);
CREATE TABLE bench_alert (id TEXT PRIMARY KEY, events BIGINT NOT NULL, body TEXT NOT NULL);";
const SCRIPT: &str = "\\set key random(1, 10000)
BEGIN;
INSERT INTO bench_event (at, body) VALUES (:key, repeat('x', 400));
INSERT INTO bench_alert (id, events, body) VALUES (CAST(:key AS TEXT), 1, repeat('x', 400)) ON CONFLICT (id) DO UPDATE SET events = bench_alert.events + 1;
COMMIT;
";

/// What one round gave: alerts a second, and microseconds of CPU for each, of the nodes and of PostgreSQL.
#[derive(Debug, Clone, Copy)]
struct Taken {
    per_s: f64,
    nodes_us: f64,
    postgres_us: f64,
}

/// Reference, one node and three nodes in turn; then nodes are killed.
///
/// # Errors
/// When PostgreSQL is not installed, or a node does not start or refuses an alert.
pub fn run(root: &Path) -> Result<Report> {
    let (mut reference, mut one, mut three) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        reference.push(pgbench()?);
        one.push(nodes(root, 1)?);
        three.push(nodes(root, NODES)?);
        eprintln!("{reference:.0?} {one:.0?} {three:.0?}");
    }
    let taken_over = takeover::run(root)?;
    let middle = |rounds: &[Taken], figure: fn(&Taken) -> f64| median(&rounds.iter().map(figure).collect::<Vec<_>>());
    let reference = median(&reference);
    let (one_per_s, three_per_s) = (middle(&one, |t| t.per_s), middle(&three, |t| t.per_s));
    let mut missed = 0;
    let mut judge = |met: bool, text: &str| {
        missed += usize::from(!met);
        if met { text.to_owned() } else { format!("{text} MISSED") }
    };
    let row = |what: &str, rounds: &[Taken], target: String| {
        let (nodes_us, postgres_us) = (middle(rounds, |t| t.nodes_us), middle(rounds, |t| t.postgres_us));
        let per_s = middle(rounds, |t| t.per_s);
        format!("| {what} | {per_s:.0} | {:.2} | {nodes_us:.0} + {postgres_us:.0} µs | {target} |", per_s / reference)
    };
    let appendix = vec![
        "| on PostgreSQL | a second | of pgbench | CPU each: nodes + PostgreSQL | target (aim) |".to_owned(),
        "|---|---|---|---|---|".to_owned(),
        format!("| pgbench: insert + upsert, 32 clients | {reference:.0} | 1.00 | – | – |"),
        row(
            "one node: alerts through HTTP, one a request, one in ten new and paging",
            &one,
            judge(one_per_s / reference >= RATIO_MIN, "≥ 0.40 (≥ 1.00)"),
        ),
        row(
            "three nodes: the same, shared among them",
            &three,
            judge(three_per_s >= one_per_s * 0.95, "not slower than one"),
        ),
    ];
    Ok(Report { missed, appendix, measures: vec![taken_over] })
}

fn pgbench() -> Result<f64> {
    let cluster = Cluster::start_on_disk()?;
    let folder = tempfile::tempdir()?;
    let script = folder.path().join("script.sql");
    std::fs::write(&script, SCRIPT)?;
    let mut psql = Command::new("psql").args(["-q", cluster.url()]).stdin(Stdio::piped()).spawn()?;
    psql.stdin.take().ok_or("no input")?.write_all(TABLES.as_bytes())?;
    if !psql.wait()?.success() {
        return Err("psql could not make the tables".into());
    }
    let seconds = WITHIN.as_secs().to_string();
    let output = Command::new("pgbench")
        .args(["-n", "-c", "32", "-j", "2", "-M", "prepared", "-T", &seconds, "-f"])
        .arg(&script)
        .arg(cluster.url())
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")).ok_or_else(|| format!("pgbench: {text}"))?;
    Ok(rate.split_whitespace().next().unwrap_or_default().parse()?)
}

fn nodes(root: &Path, count: usize) -> Result<Taken> {
    let cluster = Cluster::start_on_disk()?;
    let house = House::on_postgres(root, cluster.url())?;
    let (hook, received) = receiver(Stopwatch::start())?;
    let running = (0..count).map(|_| house.serve()).collect::<Result<Vec<Running>>>()?;
    running.first().ok_or("no node")?.organise(&hook, KEY)?;
    let loads = running.iter().zip(1_u64..).map(|(node, n)| load(node, n, CONNECTIONS / count, WITHIN));
    let loads = loads.collect::<Result<Vec<Load>>>()?;
    for load in &loads {
        send(&Load { requests: 64, from: load.from - 1_000_000, ..load.clone() })?;
    }
    let used = || -> Result<(f64, f64)> {
        let nodes = running.iter().map(|node| cpu_seconds(node.pid())).sum::<Result<f64>>()?;
        Ok((nodes, cluster.cpu_seconds()?))
    };
    let before = used()?;
    let senders: Vec<_> =
        loads.into_iter().map(|load| thread(move || send(&load).map_err(|e| e.to_string()))).collect();
    let (mut per_s, mut accepted) = (0.0, 0.0);
    for sender in senders {
        let outcome = sender.join().map_err(|_| "a sender broke off")??;
        if outcome.refused > 0 {
            return Err(format!("{} requests were refused", outcome.refused).into());
        }
        per_s += outcome.per_s();
        accepted += outcome.accepted as f64;
    }
    let after = used()?;
    drop(received);
    let each_us = |before: f64, after: f64| (after - before) * 1_000_000.0 / f64::max(accepted, 1.0);
    Ok(Taken { per_s, nodes_us: each_us(before.0, after.0), postgres_us: each_us(before.1, after.1) })
}

/// One in ten new; the n-th node's keys are its own.
fn load(node: &Running, n: u64, connections: usize, within: Duration) -> Result<Load> {
    let body: Body = Arc::new(|out, n| event(out, KEY, n / 10));
    Ok(Load {
        address: node.address()?,
        path: "/v2/enqueue".to_owned(),
        connections,
        body,
        from: n * 100_000_000,
        requests: u64::MAX,
        within,
        per_s: None,
    })
}

//! Three nodes under load, one of them killed while it sends: from the kill to the second copy of its message, which another node sends.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use super::super::ingest::KEY;
use super::super::load::{Load, send};
use super::super::running::{House, Running, thread};
use super::super::table::Measure;
use super::{NODES, load};
use crate::clock::Stopwatch;
use crate::pg::Cluster;
use crate::repo::Result;

const KILLS: usize = 7;
/// Alerts a second that each node is offered meanwhile, and over how many connections.
const LOAD_PER_S: u32 = 400;
const LOAD_CONNECTIONS: usize = 16;
const LOAD_WITHIN: Duration = Duration::from_secs(600);
const TARGET_MS: f64 = 5_000.0;
/// Longest wait for a message.
const SOON: Duration = Duration::from_secs(60);

/// Kills nodes one after the other; each is replaced.
///
/// # Errors
/// When PostgreSQL is not installed, a node does not start, or a message does not come.
pub fn run(root: &Path) -> Result<Measure> {
    let cluster = Cluster::start_on_disk()?;
    let house = House::on_postgres(root, cluster.url())?;
    let watch = Stopwatch::start();
    let (hook, copies) = receiver(watch)?;
    let mut nodes = (0..NODES).map(|_| house.serve()).collect::<Result<Vec<Running>>>()?;
    organise(nodes.first().ok_or("no node")?, &hook)?;
    let mut loads = 0;
    let mut under_load = |node: &Running| -> Result<()> {
        loads += 1;
        let offered = Load { per_s: Some(LOAD_PER_S), ..load(node, loads, LOAD_CONNECTIONS, LOAD_WITHIN)? };
        // It ends with its node.
        thread(move || drop(send(&offered)));
        Ok(())
    };
    nodes.iter().try_for_each(&mut under_load)?;
    let mut samples = Vec::new();
    for n in 0..KILLS {
        nodes.get(n % NODES).ok_or("no node")?.trigger(&format!("victim-{n}"), "one")?;
        let (_, port) = wait(&copies, n)?;
        let sends = |node: &Running| holds(node.pid(), port).unwrap_or(false);
        let lost = nodes.iter().position(sends).ok_or("nobody sends it")?;
        let killed_at = watch.elapsed();
        drop(nodes.swap_remove(lost));
        let (again_at, _) = wait(&copies, n)?;
        samples.push(again_at.saturating_sub(killed_at).as_secs_f64() * 1_000.0);
        let another = house.serve()?;
        under_load(&another)?;
        nodes.push(another);
    }
    Ok(Measure {
        what: "three nodes on PostgreSQL: kill -9 of the one that sends, to another's copy".to_owned(),
        unit: "ms",
        samples,
        target_max: Some(TARGET_MS),
        median_max: None,
        method: format!("{KILLS} kills, {LOAD_PER_S} alerts a second at each node"),
    })
}

/// The load's own people and service, and somebody for each kill.
fn organise(node: &Running, hook: &str) -> Result<()> {
    let mut parts = [const { String::new() }; 4];
    let [users, policies, services, integrations] = &mut parts;
    let names = (0..KILLS).map(|n| (n.to_string(), format!("victim-{n}"))).chain([("load".to_owned(), KEY.to_owned())]);
    for (n, key) in names {
        users.push_str(&format!(
            "  - {{ id: p{n}, name: P{n}, email: p{n}@example.com, contacts: [ {{ id: hook, kind: webhook, url: \"{hook}/p{n}\", verified: true }} ] }}\n"
        ));
        policies.push_str(&format!("  - {{ id: y{n}, steps: [ {{ after: 0s, notify: [\"user:p{n}\"] }}, {{ after: 1h, notify: [\"user:p{n}\"] }} ] }}\n"));
        services.push_str(&format!("  - {{ id: s{n}, name: S{n}, policy: y{n} }}\n"));
        integrations.push_str(&format!("  - {{ id: i{n}, kind: pagerduty, service: s{n}, key: {key} }}\n"));
    }
    let text =
        format!("version: 1\nusers:\n{users}policies:\n{policies}services:\n{services}integrations:\n{integrations}");
    node.api("/apply", &json!({ "files": [{ "path": "organisation.yaml", "content": text }] })).map(drop)
}

/// A copy of somebody's page: when it came, whose it is, and from which port.
type Copied = (Duration, usize, u16);

/// When the next copy of that person's page came, and from which port.
fn wait(copies: &Receiver<Copied>, n: usize) -> Result<(Duration, u16)> {
    loop {
        let (at, whose, port) = copies.recv_timeout(SOON).map_err(|_| format!("the page of p{n} did not come"))?;
        if whose == n {
            return Ok((at, port));
        }
    }
}

/// Whether a process holds the connection that comes from that port of this machine.
fn holds(pid: u32, port: u16) -> Result<bool> {
    let from = format!("0100007F:{port:04X}");
    let table = std::fs::read_to_string("/proc/net/tcp")?;
    let mut lines = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let line = lines.find(|fields| fields.get(1).is_some_and(|local| **local == from));
    let socket = format!("socket:[{}]", line.and_then(|fields| fields.get(9).copied()).unwrap_or_default());
    let mut open = std::fs::read_dir(format!("/proc/{pid}/fd"))?.flatten();
    Ok(open.any(|entry| std::fs::read_link(entry.path()).is_ok_and(|target| target.as_os_str() == socket.as_str())))
}

/// Takes webhooks. Of each person's page the first copy is never answered; everything else is, at once. The load's own is not told.
fn receiver(watch: Stopwatch) -> Result<(String, Receiver<Copied>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    let (copies, received) = channel();
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    thread(move || {
        for stream in listener.incoming().map_while(std::io::Result::ok) {
            let (copies, seen) = (copies.clone(), Arc::clone(&seen));
            thread(move || take(stream, watch, &copies, &seen));
        }
    });
    Ok((url, received))
}

fn take(mut stream: TcpStream, watch: Stopwatch, copies: &Sender<Copied>, seen: &Mutex<BTreeSet<usize>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut head, mut line) = (String::new(), String::new());
    while reader.read_line(&mut line).ok()? > 2 {
        head.push_str(&std::mem::take(&mut line).to_ascii_lowercase());
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let whose: Option<usize> = head.split(' ').nth(1)?.strip_prefix("/p")?.parse().ok();
    if let Some(n) = whose {
        copies.send((watch.elapsed(), n, stream.peer_addr().ok()?.port())).ok()?;
        if seen.lock().ok()?.insert(n) {
            // Its sender waits until it is killed.
            let _ = reader.read(&mut [0]);
            return None;
        }
    }
    stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").ok()
}

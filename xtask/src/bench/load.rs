//! The load generator: keep-alive HTTP/1.1 over plain sockets, a thread for each connection, as little work of its own as it can be, and
//! pinned to one core so that the server under test has the other for itself.
//!
//! Is not a test: whatever is answered is counted, nothing is decided. Called by the benches beside it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::running::{rest, thread};
use crate::clock::Stopwatch;
use crate::repo::Result;

/// The core of the server under test.
pub const SERVER_CORE: &str = "0";
/// The core of the load generator.
const LOAD_CORE: &str = "1";
/// Longest wait for one answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// Keeps this process, and every thread it starts later, to the load generator's core.
///
/// # Errors
/// Where there is no `taskset`, or only one core.
pub fn stay_on_load_core() -> Result<()> {
    let own = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["-a", "-c", "-p", LOAD_CORE, &own]).stdout(Stdio::null()).status()?;
    if pinned.success() { Ok(()) } else { Err("taskset could not pin the load generator".into()) }
}

/// The command under `taskset`, on the server's core.
pub fn on_server_core(program: &std::path::Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER_CORE]).arg(program);
    command
}

/// Seconds of CPU a process has used, in user and system mode together.
///
/// # Errors
/// Where there is no `/proc`.
pub fn cpu_seconds(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in parentheses may hold spaces; what follows it does not.
    let (_, rest) = stat.rsplit_once(')').ok_or("no name in stat")?;
    let ticks = |n: usize| rest.split_whitespace().nth(n).and_then(|text| text.parse::<f64>().ok());
    // A clock tick is 10 ms on every Linux.
    Ok((ticks(11).ok_or("no utime")? + ticks(12).ok_or("no stime")?) / 100.0)
}

/// Writes the body of the n-th request of all connections together.
pub type Body = Arc<dyn Fn(&mut Vec<u8>, u64) + Send + Sync>;

/// What to send.
#[derive(Clone)]
pub struct Load {
    /// Where to.
    pub address: SocketAddr,
    /// The path, without the host.
    pub path: String,
    /// Keep-alive connections.
    pub connections: usize,
    /// The bodies.
    pub body: Body,
    /// From which request on they are numbered: keys of an earlier load must not come again by accident.
    pub from: u64,
    /// How many requests at most.
    pub requests: u64,
    /// How long at most.
    pub within: Duration,
    /// Offered requests a second; `None`: each connection sends as soon as it was answered.
    pub per_s: Option<u32>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Requests answered with 2xx.
    pub accepted: u64,
    /// Requests answered otherwise.
    pub refused: u64,
    /// Wall clock from the first request to the last answer, in seconds.
    pub seconds: f64,
    /// Microseconds from the moment a request was due to its answer.
    pub latencies_us: Vec<u32>,
}

impl Outcome {
    /// Accepted requests a second.
    pub fn per_s(&self) -> f64 {
        self.accepted as f64 / self.seconds.max(1e-9)
    }
}

/// Sends it all; returns when the last is answered.
///
/// # Errors
/// No connection, or one that broke.
pub fn send(load: &Load) -> Result<Outcome> {
    let next = Arc::new(AtomicU64::new(load.from));
    let watch = Stopwatch::start();
    let senders: Vec<_> = (0..load.connections)
        .map(|_| {
            let (load, next) = (load.clone(), Arc::clone(&next));
            thread(move || one(&load, &next, watch).map_err(|e| e.to_string()))
        })
        .collect();
    let mut all = Outcome::default();
    for sender in senders {
        let one = sender.join().map_err(|_| "a sender broke off")??;
        all.accepted += one.accepted;
        all.refused += one.refused;
        all.latencies_us.extend(one.latencies_us);
    }
    all.seconds = watch.elapsed().as_secs_f64();
    Ok(all)
}

fn one(load: &Load, next: &AtomicU64, watch: Stopwatch) -> Result<Outcome> {
    let mut stream = TcpStream::connect(load.address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: ",
        load.path, load.address
    );
    let (mut body, mut request, mut answer) = (Vec::new(), Vec::new(), Answer::default());
    let mut outcome = Outcome::default();
    loop {
        let n = next.fetch_add(1, Ordering::Relaxed);
        let sent = n - load.from;
        let mut due = watch.elapsed();
        if sent >= load.requests || due >= load.within {
            return Ok(outcome);
        }
        if let Some(per_s) = load.per_s {
            // At its own moment on the clock: a slow answer must not slow the stream down, nor hide what waited behind it.
            let at = Duration::from_nanos(sent * 1_000_000_000 / u64::from(per_s));
            rest(at.saturating_sub(due));
            due = at;
        }
        body.clear();
        (load.body)(&mut body, n);
        request.clear();
        write!(request, "{head}{}\r\n\r\n", body.len())?;
        request.extend_from_slice(&body);
        stream.write_all(&request)?;
        let status = answer.read(&mut stream)?;
        let took = watch.elapsed().saturating_sub(due);
        outcome.latencies_us.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
        if (200..300).contains(&status) { outcome.accepted += 1 } else { outcome.refused += 1 }
    }
}

/// Reads one answer after the other from a connection; keeps what belongs to the next.
#[derive(Default)]
struct Answer {
    bytes: Vec<u8>,
}

impl Answer {
    fn read(&mut self, stream: &mut TcpStream) -> Result<u16> {
        let mut chunk = [0_u8; 8_192];
        loop {
            if let Some((status, length)) = self.whole()? {
                self.bytes.drain(..length);
                return Ok(status);
            }
            let count = stream.read(&mut chunk)?;
            if count == 0 {
                return Err("the connection was closed".into());
            }
            self.bytes.extend_from_slice(chunk.get(..count).unwrap_or_default());
        }
    }

    /// Status and length of the answer at the front, when all of it is there.
    fn whole(&self) -> Result<Option<(u16, usize)>> {
        let Some(end) = self.bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
        let head = std::str::from_utf8(self.bytes.get(..end).unwrap_or_default())?;
        let status = head.split(' ').nth(1).unwrap_or_default().parse()?;
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let length = end + 4 + length.unwrap_or(0);
        Ok((self.bytes.len() >= length).then_some((status, length)))
    }
}

/// The value at a quantile of microseconds, in milliseconds; 0 without any.
pub fn quantile_ms(latencies_us: &mut [u32], quantile: f64) -> f64 {
    latencies_us.sort_unstable();
    let last = latencies_us.len().saturating_sub(1);
    let at = ((last as f64) * quantile).ceil() as usize;
    latencies_us.get(at.min(last)).map_or(0.0, |us| f64::from(*us) / 1_000.0)
}

/// The middle one.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_body_is() {
        let cases: &[(&str, Option<(u16, usize)>)] = &[
            ("", None),
            ("HTTP/1.1 202 Accepted\r\n", None),
            ("HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{", None),
            ("HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}HTTP", Some((202, 46))),
            ("HTTP/1.1 204 No Content\r\n\r\n", Some((204, 27))),
        ];
        for (text, expected) in cases {
            let answer = Answer { bytes: text.as_bytes().to_vec() };
            assert_eq!(answer.whole().expect("well formed"), *expected, "{text:?}");
        }
    }

    #[test]
    fn quantiles_of_nothing_are_nothing() {
        assert_eq!(quantile_ms(&mut [], 0.99), 0.0);
        assert_eq!(quantile_ms(&mut [3_000, 1_000, 2_000], 0.5), 2.0);
        assert_eq!(quantile_ms(&mut [3_000, 1_000, 2_000], 1.0), 3.0);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[]), 0.0);
    }
}

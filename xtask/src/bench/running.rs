//! A real server to measure: a temporary house made by `init`, the release binary serving it, and the few requests a bench makes.
//!
//! Is not a test double: nothing is checked here but that the answers are successes. Only the benches beside it call this.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::load::on_server_core;
use crate::clock::Stopwatch;
use crate::repo::Result;
use crate::shell;

/// How long a server may take to start, a request to be answered.
const WITHIN: Duration = Duration::from_secs(60);

/// The release binary, built if it is not there.
///
/// # Errors
/// When the build fails.
pub fn release_binary(root: &Path) -> Result<PathBuf> {
    // A binary that was built before, to compare with.
    if let Some(given) = given_binary() {
        return Ok(given);
    }
    let metadata = cargo_metadata::MetadataCommand::new().current_dir(root).no_deps().exec()?;
    let binary = metadata.target_directory.join("release/nightbell").into_std_path_buf();
    // Cargo knows whether it is up to date.
    shell::must("cargo build --release --locked --package nightbell", root)?;
    Ok(binary)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a bench may be told to measure another build; nothing else reads the environment"
)]
fn given_binary() -> Option<PathBuf> {
    std::env::var_os("NIGHTBELL_BENCH_BINARY").map(PathBuf::from)
}

/// A data folder with an administrator.
pub struct House {
    folder: tempfile::TempDir,
    binary: PathBuf,
    /// The address, when it is not in the folder.
    database: Option<String>,
    /// The administrator's API token.
    pub token: String,
    sign_in_path: String,
}

impl House {
    /// Makes one.
    ///
    /// # Errors
    /// When `init` fails.
    pub fn new(root: &Path) -> Result<Self> {
        Self::made(root, None)
    }

    /// The same on an empty PostgreSQL database.
    ///
    /// # Errors
    /// When `init` fails.
    pub fn on_postgres(root: &Path, url: &str) -> Result<Self> {
        Self::made(root, Some(url.to_owned()))
    }

    fn made(root: &Path, database: Option<String>) -> Result<Self> {
        let binary = release_binary(root)?;
        // In the target folder: a real disk, where fsync costs what it costs.
        let folder = tempfile::tempdir_in(binary.parent().unwrap_or(root))?;
        let mut command = Command::new(&binary);
        command.current_dir(folder.path()).args(["init", "--email", "ops@example.com", "--json"]);
        at(&mut command, database.as_deref());
        let output = command.output()?;
        let made: Value = serde_json::from_slice(&output.stdout).map_err(|error| format!("init: {error}"))?;
        let text = |key: &str| made.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let path = |url: &str| url.find("/welcome/").and_then(|at| url.get(at..)).unwrap_or_default().to_owned();
        Ok(Self { folder, binary, database, token: text("token"), sign_in_path: path(&text("sign_in_url")) })
    }

    /// One whose data are in `data` below that folder already.
    pub fn over(folder: tempfile::TempDir, binary: PathBuf, token: String) -> Self {
        Self { folder, binary, database: None, token, sign_in_path: String::new() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the server and waits for the line that says it is ready.
    ///
    /// # Errors
    /// When it does not start.
    pub fn serve(&self) -> Result<Running> {
        self.start(Command::new(&self.binary))
    }

    /// The same on the server's core alone.
    ///
    /// # Errors
    /// When it does not start.
    pub fn serve_pinned(&self) -> Result<Running> {
        self.start(on_server_core(&self.binary))
    }

    fn start(&self, mut command: Command) -> Result<Running> {
        let watch = Stopwatch::start();
        command.current_dir(self.folder.path()).args(["serve", "--listen", "127.0.0.1:0"]);
        at(&mut command, self.database.as_deref());
        let mut child = command
            .env("NIGHTBELL_EGRESS__ALLOW", "127.0.0.0/8")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let ready = lines.by_ref().map_while(std::io::Result::ok).find(|line| line.contains("is ready"));
        let ready_ms = watch.elapsed().as_secs_f64() * 1_000.0;
        let line = ready.ok_or("the server ended before it was ready")?;
        let at = line.find("http://").ok_or("the ready line names no address")?;
        let url = line.get(at..).unwrap_or_default().split_whitespace().next().unwrap_or_default().to_owned();
        thread(move || lines.for_each(drop));
        Ok(Running { child, url, token: self.token.clone(), ready_ms })
    }

    /// Size of the database and its log.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn database_bytes(&self) -> Result<u64> {
        let mut bytes = 0;
        for entry in std::fs::read_dir(self.folder.path().join("data"))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().ends_with(".db") {
                bytes += entry.metadata()?.len();
            }
        }
        Ok(bytes)
    }

    /// Signs the administrator in; answers the cookie. Works once.
    ///
    /// # Errors
    /// When it is refused.
    pub fn sign_in(&self, server: &Running) -> Result<String> {
        let form = "password=plain+words+for+a+bench&again=plain+words+for+a+bench";
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let answer = call("POST", &format!("{}{}", server.url, self.sign_in_path), &headers, form.as_bytes())?;
        let cookie = answer.header("set-cookie").and_then(|value| value.split(';').next()).map(str::to_owned);
        cookie.ok_or_else(|| format!("sign-in answered {} without a cookie", answer.status).into())
    }
}

/// Tells a command where its data is.
fn at(command: &mut Command, database: Option<&str>) {
    match database {
        Some(url) => command.env("NIGHTBELL_DATABASE", url),
        None => command.args(["--data", "data"]),
    };
}

/// A running server; ended when dropped.
pub struct Running {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    token: String,
    /// From starting the process to its ready line, in milliseconds.
    pub ready_ms: f64,
}

impl Running {
    /// Resident memory, in mebibytes.
    ///
    /// # Errors
    /// Where there is no `/proc`.
    pub fn resident_mib(&self) -> Result<f64> {
        Ok(self.proc_figure("status", "VmRSS:")? / 1_024.0)
    }

    /// The most that was ever resident, in mebibytes.
    ///
    /// # Errors
    /// Where there is no `/proc`.
    pub fn peak_resident_mib(&self) -> Result<f64> {
        Ok(self.proc_figure("status", "VmHWM:")? / 1_024.0)
    }

    /// Bytes it caused to be written to disk.
    ///
    /// # Errors
    /// Where there is no `/proc`.
    pub fn written_bytes(&self) -> Result<u64> {
        Ok(self.proc_figure("io", "write_bytes:")? as u64)
    }

    fn proc_figure(&self, file: &str, name: &str) -> Result<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or_else(|| format!("no {name}"))?;
        Ok(line.split_whitespace().next().unwrap_or_default().parse()?)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where it listens.
    ///
    /// # Errors
    /// Never, for an address it printed.
    pub fn address(&self) -> Result<std::net::SocketAddr> {
        Ok(self.url.strip_prefix("http://").ok_or("not an http address")?.parse()?)
    }

    /// POST below `/api/v1`.
    ///
    /// # Errors
    /// When it does not succeed.
    pub fn api(&self, path: &str, body: &Value) -> Result<Value> {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let answer = call("POST", &format!("{}/api/v1{path}", self.url), &headers, body.to_string().as_bytes())?;
        if !(200..300).contains(&answer.status) {
            return Err(format!("{path}: {} {}", answer.status, String::from_utf8_lossy(&answer.body)).into());
        }
        Ok(serde_json::from_slice(&answer.body)?)
    }

    /// An organisation of one person with a webhook, a service, an integration for PagerDuty events and a status page.
    ///
    /// # Errors
    /// When it is refused.
    pub fn organise(&self, receiver: &str, key: &str) -> Result<()> {
        self.organise_after(receiver, key, "30m")
    }

    /// The same, with the second step of the policy after that time.
    ///
    /// # Errors
    /// When it is refused.
    pub fn organise_after(&self, receiver: &str, key: &str, second: &str) -> Result<()> {
        let text = ORGANISATION.replace("RECEIVER", receiver).replace("KEY", key).replace("SECOND", second);
        self.api("/apply", &json!({ "files": [{ "path": "organisation.yaml", "content": text }] })).map(drop)
    }

    /// Sends a trigger of that key.
    ///
    /// # Errors
    /// When it is not accepted.
    pub fn trigger(&self, routing_key: &str, dedup_key: &str) -> Result<()> {
        let event = json!({
            "routing_key": routing_key, "event_action": "trigger", "dedup_key": dedup_key,
            "payload": { "summary": "Checkout error rate above 5 %", "source": "bench", "severity": "critical" },
        });
        let answer = call("POST", &format!("{}/v2/enqueue", self.url), &[], event.to_string().as_bytes())?;
        if answer.status == 202 { Ok(()) } else { Err(format!("enqueue answered {}", answer.status).into()) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const ORGANISATION: &str = r#"version: 1
users:
  - { id: alice, name: Alice Example, email: alice@example.com, contacts: [ { id: hook, kind: webhook, url: "RECEIVER", verified: true } ] }
  - { id: bob, name: Bob Example, email: bob@example.com, contacts: [ { id: mail, kind: email, address: bob@example.com, verified: true } ] }
policies:
  - { id: shop, steps: [ { after: 0s, notify: ["user:alice"] }, { after: SECOND, notify: ["user:bob"] } ], last_resort: ["user:bob"] }
services:
  - { id: checkout, name: Checkout, policy: shop, component: checkout }
integrations:
  - { id: tools, kind: pagerduty, service: checkout, key: KEY }
  - { id: prometheus, kind: alertmanager, service: checkout, key: KEY-am }
status_pages:
  - { id: main, name: Acme status, slug: main, components: [ { id: checkout, name: Checkout, group: Shop }, { id: search, name: Search, group: Shop }, { id: login, name: Sign-in } ] }
"#;

/// What came back.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// As it was on the wire: compressed if it was compressed; chunks put together.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// One request on a connection of its own.
///
/// # Errors
/// No connection, or no whole answer.
pub fn call(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answer> {
    let mut stream = open(method, url, headers, body, "close")?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or("the answer broke off")?;
    let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned();
    let status = head.split(' ').nth(1).unwrap_or_default().parse()?;
    let pair =
        |line: &str| line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    let headers: Vec<(String, String)> = head.lines().skip(1).filter_map(pair).collect();
    let rest = bytes.get(end + 4..).unwrap_or_default();
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if chunked { dechunk(rest).ok_or("the answer broke off")? } else { rest.to_vec() };
    Ok(Answer { status, headers, body })
}

/// Sends a request, leaves the answer to be read.
///
/// # Errors
/// No connection.
pub fn open(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8], connection: &str) -> Result<TcpStream> {
    let rest = url.strip_prefix("http://").ok_or("not an http address")?;
    let (authority, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let mut stream = TcpStream::connect(authority)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(WITHIN))?;
    let length = body.len();
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: {connection}\r\ncontent-length: {length}\r\n"
    );
    headers.iter().for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
    request.push_str("\r\n");
    stream.write_all(&[request.as_bytes(), body].concat())?;
    Ok(stream)
}

fn dechunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(rest.get(..end)?).ok()?.trim(), 16).ok()?;
        rest = rest.get(end + 2..)?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}

/// A receiver of webhooks: answers 204 to everything, and hands each body over with the moment it was read.
///
/// # Errors
/// When there is no free port.
pub fn receiver(watch: Stopwatch) -> Result<(String, Receiver<(Duration, Value)>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/hook", listener.local_addr()?);
    let (sender, received) = channel();
    thread(move || {
        for stream in listener.incoming().map_while(std::io::Result::ok) {
            let sender = sender.clone();
            thread(move || {
                if let Some(body) = take(stream) {
                    let _ = sender.send((watch.elapsed(), body));
                }
            });
        }
    });
    Ok((url, received))
}

fn take(mut stream: TcpStream) -> Option<Value> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").ok()?;
    serde_json::from_slice(&body).ok()
}

/// Starts a thread of a bench.
#[expect(
    clippy::disallowed_methods,
    reason = "clients and receivers of a bench have threads of their own; nothing is left to supervise"
)]
pub fn thread<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> std::thread::JoinHandle<T> {
    std::thread::spawn(body)
}

/// Lets time pass.
#[expect(clippy::disallowed_methods, reason = "a bench paces its load and waits for idleness; no check depends on it")]
pub fn rest(time: Duration) {
    std::thread::sleep(time);
}

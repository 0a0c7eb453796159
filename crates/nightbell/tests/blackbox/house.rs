//! A Nightbell of a test: a data folder made by `init`, the server on it, and commands against it. All through the built binary.

use super::{
    child::Process,
    http::{self, Answer},
    wait::{SOON, until},
};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The administrator that `init` makes.
pub const ADMIN: &str = "ops";

/// The binary under test: the one that the suite built, optimised; else the one cargo built beside this test.
#[expect(clippy::disallowed_methods, reason = "how the suite hands the optimised binary to its tests")]
pub fn binary() -> PathBuf {
    match std::env::var_os("NIGHTBELL_BINARY") {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(env!("CARGO_BIN_EXE_nightbell")),
    }
}

/// A data folder and how to reach it.
pub struct House {
    folder: tempfile::TempDir,
    /// The administrator's API token.
    pub token: String,
    settings: Vec<(String, String)>,
}

impl House {
    /// A folder with an administrator in it.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// The same with an environment in which every command runs, from `init` on.
    pub fn with(environment: &[(&str, &str)]) -> Self {
        Self::made(tempfile::tempdir().expect("a temporary folder"), environment)
    }

    fn made(folder: tempfile::TempDir, environment: &[(&str, &str)]) -> Self {
        let settings = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut house = Self { folder, token: String::new(), settings };
        let made = house.run(&["init", "--email", "ops@example.com", "--name", "Ops", "--data", "data", "--json"]);
        assert!(made.status.success(), "{}", said(&made));
        let made: Value =
            serde_json::from_slice(&made.stdout).unwrap_or_else(|e| panic!("init --json: {e}: {}", said(&made)));
        house.token = made["token"].as_str().expect("a token").to_owned();
        // Doubles listen on the loopback, which is closed to webhooks unless an operator opens it.
        house.set("NIGHTBELL_EGRESS__ALLOW", "127.0.0.0/8");
        house
    }

    /// A setting of the server to come.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// The temporary folder; every command runs in it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder().join("data")
    }

    /// Writes a file beside the data, answers its name.
    pub fn file<'n>(&self, name: &'n str, text: &str) -> &'n str {
        std::fs::write(self.folder().join(name), text).expect("the temporary folder is writable");
        name
    }

    /// A folder with an administrator in it, in a place of the test's choosing.
    pub fn inside(parent: &Path) -> Self {
        Self::made(tempfile::tempdir_in(parent).expect("a temporary folder"), &[])
    }

    /// The binary, in the folder, with nothing of the tester's own environment but what every program needs.
    pub fn command(&self) -> Command {
        let mut command = Command::new(binary());
        self.prepare(&mut command);
        command
    }

    /// Folder and settings for a command that ends up running the binary.
    pub fn prepare(&self, command: &mut Command) {
        let foreign =
            std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("NIGHTBELL_"));
        for name in foreign {
            command.env_remove(name);
        }
        command
            .current_dir(self.folder())
            .env("NO_COLOR", "1")
            .envs(self.settings.iter().map(|(name, value)| (name, value)));
    }

    /// Runs a command that needs no server.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().expect("the binary runs")
    }

    /// Starts the server on a free port.
    pub fn serve(&self) -> Server {
        self.serve_on("127.0.0.1:0")
    }

    /// Starts the server.
    pub fn serve_on(&self, listen: &str) -> Server {
        let mut command = self.command();
        command.args(["serve", "--data", "data", "--listen", listen]);
        Server::start(command, &self.token)
    }

    /// Starts the server, which answers but may never be ready: its disk is full.
    pub fn serve_in_need(&self) -> Server {
        let mut command = self.command();
        command.args(["serve", "--data", "data", "--listen", "127.0.0.1:0"]);
        Server::listening(command, &self.token)
    }

    /// Starts the server and does not wait until it is ready.
    pub fn serve_unready(&self) -> Process {
        let mut command = self.command();
        command.args(["serve", "--data", "data", "--listen", "127.0.0.1:0"]);
        Process::start(command, "nightbell serve")
    }

    /// Makes the organisation that of the text.
    pub fn apply(&self, server: &Server, organisation: &str) {
        let file = self.file("organisation.yaml", organisation);
        let applied = server.cli(self, &["apply", file]);
        assert!(applied.status.success(), "{}", said(&applied));
    }
}

/// A running server.
pub struct Server {
    pub process: Process,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    token: String,
}

impl Server {
    /// Starts it; answers when it says that it is ready.
    pub fn start(command: Command, token: &str) -> Self {
        let server = Self::listening(command, token);
        until("it is ready", SOON, || {
            http::call("GET", &format!("{}/readyz", server.url), &[], b"").ok().filter(Answer::is_success)
        });
        server
    }

    /// Starts it; answers when it says where it listens.
    fn listening(command: Command, token: &str) -> Self {
        let process = Process::start(command, "nightbell serve");
        let url = process.line("its address", SOON, address);
        Self { process, url, token: token.to_owned() }
    }

    /// GET below `/api/v1`; panics unless it succeeds.
    pub fn get(&self, path: &str) -> Value {
        let answer = http::get(&format!("{}/api/v1{path}", self.url), &self.token).expect("the API answers");
        assert!(answer.is_success(), "GET {path}: {} {}", answer.status, answer.text());
        answer.json()
    }

    /// POST below `/api/v1`; panics unless it succeeds.
    pub fn post(&self, path: &str, body: &Value) -> Value {
        let headers =
            [("authorization", format!("Bearer {}", self.token)), ("content-type", "application/json".to_owned())];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let url = format!("{}/api/v1{path}", self.url);
        let answer = http::call("POST", &url, &headers, body.to_string().as_bytes()).expect("the API answers");
        assert!(answer.is_success(), "POST {path}: {} {}", answer.status, answer.text());
        answer.json()
    }

    /// Every alert there is.
    pub fn alerts(&self) -> Vec<Value> {
        let (mut all, mut before) = (Vec::new(), String::new());
        loop {
            let mut page = self.get(&format!("/alerts?state=all&limit=100{before}"));
            all.append(page["items"].as_array_mut().expect("a list has items"));
            match page["next"].as_str() {
                Some(next) => before = format!("&before={next}"),
                None => return all,
            }
        }
    }

    /// Sends a PagerDuty event of that key.
    ///
    /// # Errors
    /// No connection, or no whole answer.
    pub fn enqueue(&self, routing_key: &str, action: &str, dedup_key: &str) -> Result<Answer, std::io::Error> {
        enqueue(&self.url, routing_key, action, dedup_key)
    }

    /// Runs a command against it.
    pub fn cli(&self, house: &House, arguments: &[&str]) -> Output {
        let mut command = house.command();
        command.env("NIGHTBELL_URL", &self.url).env("NIGHTBELL_TOKEN", &self.token).args(arguments);
        command.output().expect("the binary runs")
    }
}

/// Sends a PagerDuty event to a server that may be gone.
///
/// # Errors
/// No connection, or no whole answer.
pub fn enqueue(url: &str, routing_key: &str, action: &str, dedup_key: &str) -> Result<Answer, std::io::Error> {
    let event = json!({
        "routing_key": routing_key, "event_action": action, "dedup_key": dedup_key,
        "payload": { "summary": format!("Alert {dedup_key}"), "source": "blackbox", "severity": "critical" },
    });
    http::post_json(&format!("{url}/v2/enqueue"), &event)
}

/// The address in `Nightbell is ready after 41 ms at https://… (listening on 127.0.0.1:40411)`.
fn address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("is ready")?.1.split_once("listening on ")?;
    rest.split(')').next().map(|address| format!("http://{address}"))
}

/// Both streams of a command that ended, and how.
pub fn said(output: &Output) -> String {
    format!("{}\n{}{}", output.status, String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The exit code.
pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("ended by a signal: {}", said(output)))
}

/// Standard output as JSON.
pub fn output_json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", said(output)))
}

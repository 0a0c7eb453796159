//! A town of nodes: one database, an organisation in which everybody has a service of their own, and servers that come and go.

use super::{
    child::Process,
    http::{self, Answer},
    wait::{SOON, until},
};
use nightbell_store::testing;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    path::PathBuf,
    process::{Command, Output},
};

/// The key of everybody's events.
pub const KEY: &str = "town-pagerduty";
/// Part of the address of the database: nothing that is printed may hold it.
const PASSWORD: &str = "hunter2";

/// A database and what is needed to start nodes on it.
pub struct Town {
    folder: tempfile::TempDir,
    database: testing::TestDatabase,
    /// The administrator's API token.
    pub token: String,
    /// Everything that the commands printed.
    pub said: String,
}

impl Town {
    /// A database that `init` made, and the organisation: as many people as `people`, each with a service of their own.
    pub fn new(receiver: &str, people: usize) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = testing::empty_postgres_database();
        let mut town = Self { folder, database, token: String::new(), said: String::new() };
        let made = town.run(&["init", "--email", "ops@example.com", "--name", "Ops", "--json"]);
        town.token = made["token"].as_str().expect("a token").to_owned();
        std::fs::write(town.folder.path().join("organisation.yaml"), organisation(receiver, people)).expect("writable");
        let url = town.url();
        town.run(&["apply", "organisation.yaml", "--database", &url, "--json"]);
        town
    }

    /// Where the database is.
    pub fn url(&self) -> String {
        self.database.url().replacen("postgres@", &format!("postgres:{PASSWORD}@"), 1)
    }

    /// The binary, knowing the database from its environment.
    pub fn command(&self) -> Command {
        let mut command = Command::new(binary());
        let foreign =
            std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("NIGHTBELL_"));
        for name in foreign {
            command.env_remove(name);
        }
        command
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1")
            .env("NIGHTBELL_DATABASE", self.url())
            .env("NIGHTBELL_EGRESS__ALLOW", "127.0.0.0/8")
            .env("NIGHTBELL_SERVER__PUBLIC_URL", "http://nightbell.test");
        command
    }

    /// Runs a command that must succeed, and answers what it printed as JSON.
    pub fn run(&mut self, arguments: &[&str]) -> Value {
        let output: Output = self.command().args(arguments).output().expect("the binary runs");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {}\n{said}", output.status);
        self.said.push_str(&said);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{arguments:?}: {e}: {said}"))
    }

    /// Starts a node and waits until it is ready.
    pub fn node(&self) -> Node {
        let node = self.start(self.command());
        until("it is ready", SOON, || node.answers("/readyz"));
        node
    }

    /// Starts a node by a [`Town::command`] and waits until it listens.
    pub fn start(&self, mut command: Command) -> Node {
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        let process = Process::start(command, "nightbell serve");
        let url = process.line("its address", SOON, |line| {
            let (_, rest) = line.split_once("is ready")?.1.split_once("listening on ")?;
            rest.split(')').next().map(|address| format!("http://{address}"))
        });
        Node { process, url }
    }

    /// The port of the node that is sending a message.
    pub fn sender_of(&self, notification: &str) -> Option<String> {
        self.database.sender_of(notification)?.rsplit_once(':').map(|(_, port)| port.to_owned())
    }

    /// The keys of every alert that a node lists.
    pub fn alerts(&self, node: &Node) -> BTreeSet<String> {
        let listed = http::get(&format!("{}/api/v1/alerts?state=all&limit=500", node.url), &self.token);
        let listed = listed.expect("an answer").json();
        let alerts = listed["items"].as_array().unwrap_or_else(|| panic!("a list: {listed}"));
        alerts.iter().filter_map(|alert| alert["dedup_key"].as_str().map(str::to_owned)).collect()
    }

    /// Pages, messages and attempts that are not over.
    pub fn open(&self) -> i64 {
        self.database.open()
    }

    /// Ends every connection to the database, as its restart does. Answers how many.
    pub fn cut(&self) -> i64 {
        self.database.cut()
    }

    /// Crashes the database server: what it had not flushed is gone. Answers when it has recovered.
    pub fn crash(&self) {
        let life = self.database.life().expect("the database answers");
        // Of a node that was just killed the process may be going by itself: then another's.
        until("a process of the server is killed", SOON, || {
            let pid = self.database.served_by().to_string();
            Command::new("kill").args(["-9", &pid]).status().expect("kill runs").success().then_some(())
        });
        until("the database recovers", SOON, || self.database.life().filter(|now| *now != life));
    }

    /// Panics when something that was printed holds the password of the database.
    pub fn must_not_have_said_the_password(&self, more: &[String]) {
        for said in more.iter().chain([&self.said]) {
            assert!(!said.contains(PASSWORD), "{said}");
        }
    }
}

/// The binary under test: the one that the suite built, optimised; else the one cargo built beside this test.
#[expect(clippy::disallowed_methods, reason = "the suite says which binary it built")]
fn binary() -> PathBuf {
    std::env::var_os("NIGHTBELL_BINARY").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_nightbell")), PathBuf::from)
}

fn organisation(receiver: &str, people: usize) -> String {
    let mut parts = [const { String::new() }; 4];
    let [users, policies, services, integrations] = &mut parts;
    for n in 0..people {
        users.push_str(&format!(
            "  - {{ id: p{n}, name: P{n}, email: p{n}@example.com, contacts: [ {{ id: hook, kind: webhook, url: \"{receiver}/p{n}\", verified: true }} ] }}\n"
        ));
        policies.push_str(&format!("  - {{ id: y{n}, steps: [ {{ after: 0s, notify: [\"user:p{n}\"] }}, {{ after: 1h, notify: [\"user:p{n}\"] }} ] }}\n"));
        services.push_str(&format!("  - {{ id: s{n}, name: S{n}, policy: y{n} }}\n"));
        integrations.push_str(&format!("  - {{ id: i{n}, kind: pagerduty, service: s{n}, key: {KEY}-{n} }}\n"));
    }
    format!("version: 1\nusers:\n{users}policies:\n{policies}services:\n{services}integrations:\n{integrations}")
}

/// A running node.
pub struct Node {
    pub process: Process,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
}

impl Node {
    fn answers(&self, path: &str) -> Option<Answer> {
        http::call("GET", &format!("{}{path}", self.url), &[], b"").ok().filter(Answer::is_success)
    }

    /// Whether it is the one that listens on that port.
    pub fn is_at(&self, port: &str) -> bool {
        self.url.ends_with(&format!(":{port}"))
    }

    /// Sends an event of person `n`'s service that must be taken.
    pub fn must_take(&self, n: usize, action: &str) {
        until("an event is taken", SOON, || event(&self.url, n, action).ok().filter(|answer| answer.status == 202));
    }
}

/// The key of the alert of person `n`'s service.
pub fn alert_of(n: usize) -> String {
    format!("alert-{n}")
}

/// Sends an event of person `n`'s service.
///
/// # Errors
/// No connection, or no whole answer.
pub fn event(url: &str, n: usize, action: &str) -> std::io::Result<Answer> {
    let event = json!({
        "routing_key": format!("{KEY}-{n}"), "event_action": action, "dedup_key": alert_of(n),
        "payload": { "summary": format!("Alert {n}"), "source": "town", "severity": "critical" },
    });
    http::post_json(&format!("{url}/v2/enqueue"), &event)
}

/// Presses the button of a message, at any node.
///
/// # Errors
/// No connection, or no whole answer.
pub fn press(url: &str, link: &str) -> std::io::Result<Answer> {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    http::call("POST", &format!("{url}{}/ack", path_of(link)), &form, b"")
}

/// `/p/…` of a link.
pub fn path_of(link: &str) -> &str {
    link.find("/p/").map_or_else(|| panic!("{link} is no link of a page"), |at| &link[at..])
}

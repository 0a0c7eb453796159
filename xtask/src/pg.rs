//! `cargo xtask pg`: a throw-away PostgreSQL cluster for tests and for trying things out. Its data lives in a temporary folder and goes with
//! it; it flushes what it commits, as a real one does, because Nightbell refuses one that does not.
//!
//! `cargo xtask pg -- COMMAND…` runs a command with the address in `NIGHTBELL_TEST_POSTGRES`; without a command it prints the address and
//! ends when its input ends. With `--disk` its files lie on a disk even where memory has room.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use crate::repo::Result;
use crate::shell;

/// How tests learn the address.
pub const VARIABLE: &str = "NIGHTBELL_TEST_POSTGRES";
const READY_SECONDS_MAX: u64 = 60;
const READY: &str = "database system is ready to accept connections";
/// Tests open a handful of connections each, several at once.
const CONNECTIONS_MAX: u32 = 200;
/// Where files are kept in memory, and what must be free there.
const MEMORY: &str = "/dev/shm";
const MEMORY_KIB_MIN: u64 = 4 * 1024 * 1024;

/// A running cluster; stopped and removed with the value.
pub struct Cluster {
    server: Child,
    url: String,
    _folder: tempfile::TempDir,
}

/// Runs a command beside a cluster, or waits for the end of the input.
///
/// # Errors
/// When no cluster can be started, or the command cannot.
pub fn run(command: &[&str], on_disk: bool) -> Result<bool> {
    let cluster = if on_disk { Cluster::start_on_disk()? } else { Cluster::start()? };
    if command.is_empty() {
        println!("{}", cluster.url());
        eprintln!("pg: ends when its input ends");
        std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
        return Ok(true);
    }
    let words: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
    let status = shell::command(&words, Path::new(".")).env(VARIABLE, cluster.url()).status()?;
    Ok(status.success())
}

impl Cluster {
    /// Starts one for tests, in memory where there is room: what it believes to be flushed is, and hundreds of databases come and go.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub fn start() -> Result<Self> {
        let roomy = shell::succeeds(&format!(
            "test -w {MEMORY} && test \"$(df --output=avail -k {MEMORY} | tail -1)\" -ge {MEMORY_KIB_MIN}"
        ));
        if roomy { Self::start_in(Path::new(MEMORY)) } else { Self::start_on_disk() }
    }

    /// Starts one whose flushes reach a disk, for measurements.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub fn start_on_disk() -> Result<Self> {
        Self::start_in(&std::env::temp_dir())
    }

    /// Starts one on a free port of this machine alone.
    fn start_in(place: &Path) -> Result<Self> {
        let programs = programs()?;
        let folder = tempfile::Builder::new().prefix("nightbell-pg-").tempdir_in(place)?;
        let user = owner(folder.path())?;
        let data = folder.path().join("data");
        init(&programs, &data, user.as_deref())?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut server = as_user(&programs.join("postgres"), user.as_deref());
        server.arg("-D").arg(&data).arg("-k").arg(folder.path()).arg("-p").arg(port.to_string());
        for setting in ["listen_addresses=127.0.0.1", "fsync=on", "full_page_writes=on", "shared_buffers=64MB"] {
            server.args(["-c", setting]);
        }
        server.args(["-c", &format!("max_connections={CONNECTIONS_MAX}")]);
        let mut server = server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let log = server.stderr.take();
        let cluster = Self { server, url: format!("postgres://postgres@127.0.0.1:{port}/postgres"), _folder: folder };
        let (ready, told) = channel();
        if let Some(log) = log {
            std::thread::Builder::new().name("pg-log".to_owned()).spawn(move || follow(log, &ready))?;
        }
        match told.recv_timeout(Duration::from_secs(READY_SECONDS_MAX)) {
            Ok(()) => Ok(cluster),
            Err(_) => Err("PostgreSQL did not start; what it said is above".into()),
        }
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Seconds of CPU that its processes have used, in user and system mode together, those that ended included.
    ///
    /// # Errors
    /// Where there is no `/proc`.
    pub fn cpu_seconds(&self) -> Result<f64> {
        // Each connection is a child of the first process.
        let own = self.server.id();
        let children = std::fs::read_to_string(format!("/proc/{own}/task/{own}/children"))?;
        let pids = children.split_whitespace().filter_map(|pid| pid.parse().ok());
        // One that has just ended is counted with the first process.
        let children: f64 = pids.map(|pid| ticks(pid, OWN).unwrap_or(0.0)).sum();
        Ok((ticks(own, WITH_ENDED_CHILDREN)? + children) / 100.0)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's "fast shutdown": connections are ended, the data is closed.
        let asked = Command::new("kill").args(["-INT", &self.server.id().to_string()]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}

/// Columns of `/proc/PID/stat` after the name: user and system time, and the same of children that ended.
const OWN: &[usize] = &[11, 12];
const WITH_ENDED_CHILDREN: &[usize] = &[11, 12, 13, 14];

/// Clock ticks of a process, 10 ms on every Linux.
fn ticks(pid: u32, columns: &[usize]) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in parentheses may hold spaces; what follows it does not.
    let (_, rest) = stat.rsplit_once(')').ok_or("no name in stat")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let column = |n: &usize| fields.get(*n).and_then(|text| text.parse::<f64>().ok()).ok_or("no time in stat");
    Ok(columns.iter().map(column).sum::<std::result::Result<f64, _>>()?)
}

/// Reads the log to its end, so that the server never waits for a reader; shown until it is ready, because then it may say why not.
fn follow(log: impl Read, ready: &Sender<()>) {
    let mut is_ready = false;
    for line in BufReader::new(log).lines().map_while(std::io::Result::ok) {
        if line.contains(READY) {
            is_ready = true;
            let _ = ready.send(());
        } else if !is_ready && ["FATAL", "PANIC", "ERROR"].iter().any(|word| line.contains(word)) {
            eprintln!("pg: {line}");
        }
    }
}

/// The folder of the newest PostgreSQL's programs. Debian keeps them out of the path.
fn programs() -> Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        let folder = entry.path().join("bin");
        let version = entry.file_name().to_str().and_then(|name| name.parse().ok());
        if let Some(version) = version
            && folder.join("postgres").is_file()
            && folder.join("initdb").is_file()
        {
            found.push((version, folder));
        }
    }
    found.sort();
    if let Some((_, folder)) = found.pop() {
        return Ok(folder);
    }
    let configured = Command::new("pg_config").arg("--bindir").output().ok().filter(|output| output.status.success());
    let folder = configured.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    folder
        .filter(|folder| folder.join("initdb").is_file())
        .ok_or_else(|| "PostgreSQL is not installed: `cargo xtask setup` installs Debian's package `postgresql`".into())
}

/// PostgreSQL refuses to run as root: then the folder is given to the user of Debian's package, and that user's name is the answer.
fn owner(folder: &Path) -> Result<Option<String>> {
    if !shell::succeeds("test \"$(id -u)\" = 0") {
        return Ok(None);
    }
    let user = ["postgres", "nobody"].into_iter().find(|user| shell::succeeds(&format!("id -u {user}")));
    let user = user.ok_or("root may not run PostgreSQL, and there is neither a user `postgres` nor `nobody`")?;
    let given = Command::new("chown").arg(user).arg(folder).status()?;
    if given.success() { Ok(Some(user.to_owned())) } else { Err(format!("chown {user} ended with {given}").into()) }
}

/// A program under that user's rights, which is told when we are gone, however we go.
fn as_user(program: &Path, user: Option<&str>) -> Command {
    let mut command = Command::new("setpriv");
    if let Some(user) = user {
        command.args(["--reuid", user, "--regid"]).arg(group_of(user)).arg("--clear-groups");
    }
    command.args(["--pdeathsig", "INT"]).arg(program);
    command
}

fn group_of(user: &str) -> String {
    let asked = Command::new("id").args(["-g", user]).output();
    asked.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

fn init(programs: &Path, data: &Path, user: Option<&str>) -> Result<()> {
    let help = Command::new(programs.join("initdb")).arg("--help").output()?;
    let mut command = as_user(&programs.join("initdb"), user);
    command.arg("-D").arg(data).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]);
    // A language that does not sort by bytes, where the server can: Nightbell's text must not depend on how the operator's does.
    if String::from_utf8_lossy(&help.stdout).contains("--icu-locale") {
        command.args(["--locale-provider=icu", "--icu-locale=en-US"]);
    }
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("initdb ended with {}: {said}", output.status).into())
}

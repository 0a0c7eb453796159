//! The two-year database: made when it is not there, copied, and what opens it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::timed;
use crate::bench::running::{House, Running, release_binary};
use crate::repo::Result;
use crate::shell;

/// The example that makes it.
const GENERATOR: &str = "crates/sim/examples/years";

/// A copy of the database, and what the generator said about it.
pub struct Years {
    /// The copy.
    pub house: House,
    /// Alerts in it.
    pub alerts: u64,
    /// Incidents in it.
    pub incidents: u64,
    /// Who signs in, and with what.
    pub email: String,
    pub password: String,
    /// The slug of the incident with the longest timeline.
    pub long: String,
    organisation: String,
    binary: PathBuf,
}

impl Years {
    /// Makes the database when these sources of the generator have not made one before, and copies it.
    ///
    /// # Errors
    /// When it cannot be made or copied.
    pub fn new(root: &Path) -> Result<Self> {
        let binary = release_binary(root)?;
        let kept = kept(root)?;
        let facts: Value = serde_json::from_str(&std::fs::read_to_string(kept.join("years.json"))?)?;
        let text = |name: &str| facts.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = |name: &str| facts.get(name).and_then(Value::as_u64).unwrap_or_default();
        let folder = tempfile::tempdir_in(kept.parent().unwrap_or(root))?;
        std::fs::create_dir(folder.path().join("data"))?;
        std::fs::copy(kept.join("data/nightbell.db"), folder.path().join("data/nightbell.db"))?;
        Ok(Self {
            house: House::over(folder, binary.clone(), text("token")),
            alerts: number("alerts"),
            incidents: number("incidents"),
            email: text("email"),
            password: text("password"),
            long: text("long"),
            organisation: text("organisation"),
            binary,
        })
    }

    fn database(&self) -> PathBuf {
        self.house.path().join("data/nightbell.db")
    }

    /// Its size.
    ///
    /// # Errors
    /// The file system's.
    pub fn gib(&self) -> Result<f64> {
        Ok(std::fs::metadata(self.database())?.len() as f64 / f64::from(1_u32 << 30))
    }

    /// Lets the kernel forget what it holds of the file, as after a reboot.
    ///
    /// # Errors
    /// When `dd` cannot be started or fails.
    pub fn forget_cached(&self) -> Result<()> {
        let database = self.database();
        // What is not on disk yet cannot be forgotten.
        std::fs::File::open(&database)?.sync_all()?;
        let of = format!("if={}", database.display());
        let done = Command::new("dd").args([of.as_str(), "iflag=nocache", "count=0", "status=none"]).status()?;
        if done.success() { Ok(()) } else { Err("dd could not drop the file from the cache".into()) }
    }

    /// The same organisation, its webhooks where somebody listens.
    ///
    /// # Errors
    /// When it is refused.
    pub fn organise(&self, server: &Running, hook: &str) -> Result<()> {
        let text = self.organisation.replace("RECEIVER", hook);
        server.api("/apply", &json!({ "files": [{ "path": "organisation.yaml", "content": text }] })).map(drop)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.current_dir(self.house.path()).args(words).args(["--data", "data"]);
        command
    }

    /// Seconds of `verify`, and how much is wrong.
    ///
    /// # Errors
    /// When it cannot be started, or says nothing.
    pub fn verify(&self) -> Result<(f64, usize)> {
        let (seconds, _, text) = timed(self.command(&["verify", "--json"]))?;
        let proof: Value = serde_json::from_str(&text)?;
        let listed = proof.get("findings").and_then(Value::as_array).ok_or("verify said nothing")?.len();
        let more = proof.get("more_findings").and_then(Value::as_u64).unwrap_or_default();
        Ok((seconds, listed + usize::try_from(more)?))
    }

    /// Seconds of `backup`.
    ///
    /// # Errors
    /// When it fails.
    pub fn backup(&self) -> Result<f64> {
        let (seconds, done, text) = timed(self.command(&["backup", "years.backup"]))?;
        if done { Ok(seconds) } else { Err(format!("backup failed: {text}").into()) }
    }
}

/// Where the database of these sources is; made now when it is not there.
fn kept(root: &Path) -> Result<PathBuf> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(root.join(GENERATOR))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()?;
    names.sort();
    let mut hasher = Sha256::new();
    for name in names {
        hasher.update(std::fs::read(name)?);
    }
    let hash: String = hasher.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let metadata = cargo_metadata::MetadataCommand::new().current_dir(root).no_deps().exec()?;
    let kept = metadata.target_directory.into_std_path_buf().join("bench").join(format!("years-{hash}"));
    if !kept.join("years.json").exists() {
        if kept.exists() {
            std::fs::remove_dir_all(&kept)?;
        }
        let line = "cargo run --locked --profile proof --package nightbell-sim --example years -- --into";
        let mut words = shell::words(line);
        words.push(kept.to_string_lossy().into_owned());
        if !shell::stream(shell::command(&words, root), line)?.0 {
            return Err("two years could not be made".into());
        }
    }
    Ok(kept)
}

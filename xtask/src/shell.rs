//! Other programs: asked quietly, or run with their output shown line by line as it comes.
//!
//! Knows nothing about what it runs.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::repo::Result;

/// What `cargo run` sets for this program. Left in place, a cargo started from here would see other values than a
/// cargo started by hand, and build scripts that watch them (ring's does) would build half the tree again.
const OWN_CARGO_VARIABLES: &[&str] = &[
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_LINKS",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_AUTHORS",
    "CARGO_PKG_DESCRIPTION",
    "CARGO_PKG_HOMEPAGE",
    "CARGO_PKG_LICENSE",
    "CARGO_PKG_LICENSE_FILE",
    "CARGO_PKG_NAME",
    "CARGO_PKG_README",
    "CARGO_PKG_REPOSITORY",
    "CARGO_PKG_RUST_VERSION",
    "CARGO_PKG_VERSION",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
    "CARGO_PKG_VERSION_PRE",
    "CARGO_PRIMARY_PACKAGE",
];

/// A command in a folder, with a clean cargo environment.
pub fn command(words: &[String], folder: &Path) -> Command {
    let mut command = Command::new(words.first().map_or("true", String::as_str));
    command.args(words.iter().skip(1)).current_dir(folder);
    for name in OWN_CARGO_VARIABLES {
        command.env_remove(name);
    }
    command
}

/// Words of a command line without quoting.
pub fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

/// Whether `sh -c probe` succeeds, quietly.
pub fn succeeds(probe: &str) -> bool {
    Command::new("sh")
        .args(["-c", probe])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a command whose output goes straight to the terminal; an exit code other than 0 is an error.
///
/// # Errors
/// When it cannot be started or fails.
pub fn must(line: &str, folder: &Path) -> Result<()> {
    let status = command(&words(line), folder).status().map_err(|error| format!("`{line}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` ended with {status}").into()) }
}

/// Runs a command, shows its output (both streams, in order) as it comes, and returns whether it succeeded and its lines.
///
/// # Errors
/// When it cannot be started.
pub fn stream(mut command: Command, shown: &str) -> Result<(bool, Vec<String>)> {
    let (reader, writer) = std::io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().map_err(|error| format!("`{shown}`: {error}"))?;
    // The command still holds the writing ends; while it lives the reader would never see the end.
    drop(command);
    let mut lines = Vec::new();
    let mut out = std::io::stdout();
    for chunk in BufReader::new(reader).split(b'\n') {
        let line = String::from_utf8_lossy(&chunk?).into_owned();
        writeln!(out, "{line}")?;
        out.flush()?;
        lines.push(line);
    }
    Ok((child.wait()?.success(), lines))
}

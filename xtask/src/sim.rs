//! `cargo xtask sim`: simulated worlds by hand, in the optimised profile. The suite's stage `sim` runs the same example.

use crate::repo::{self, Result};
use crate::shell;

/// What runs the worlds.
pub const LINE: &str = "cargo run --locked --profile proof --package nightbell-sim --example seeds --";

/// Runs the example with these arguments; a failure names the commit.
///
/// # Errors
/// When cargo cannot be started.
pub fn run(flags: &[&str]) -> Result<bool> {
    let root = repo::root();
    let line = format!("{LINE} {}", flags.join(" "));
    let mut words = shell::words(LINE);
    words.extend(flags.iter().map(|flag| (*flag).to_owned()));
    let mut command = shell::command(&words, &root);
    command.env("NIGHTBELL_COMMIT", commit(&root));
    Ok(shell::stream(command, line.trim())?.0)
}

/// What `git describe` says of the tree, for whoever reads a failure.
pub fn commit(root: &std::path::Path) -> String {
    let described = shell::command(&shell::words("git describe --always --dirty"), root).output();
    let text = described.ok().filter(|output| output.status.success()).map(|output| output.stdout);
    text.map_or_else(|| "unknown".to_owned(), |text| String::from_utf8_lossy(&text).trim().to_owned())
}

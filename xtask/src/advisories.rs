//! `cargo xtask advisories [PATH]`: Cargo.lock against a RustSec advisory database, offline.
//!
//! The database is a folder (a clone of rustsec/advisory-db) or a `.tar.xz` of one. Vulnerabilities and unsound crates
//! fail; "unmaintained" and other notices are printed. It never fetches anything: without a database it says it was skipped.

use std::path::{Path, PathBuf};

use semver::{Version, VersionReq};
use serde::Deserialize;

use crate::policy::IGNORED_ADVISORIES;
use crate::repo::{Result, Verdict, root};
use crate::shell;

/// Where the database is looked for when no path is given, relative to the repository.
const DEFAULT_DATABASE: &str = "../shared/data/rustsec-advisories.tar.xz";

/// The part of an advisory file this check reads.
#[derive(Debug, Deserialize)]
struct Entry {
    advisory: Advisory,
    #[serde(default)]
    versions: Versions,
}

#[derive(Debug, Deserialize)]
struct Advisory {
    id: String,
    package: String,
    informational: Option<String>,
    withdrawn: Option<toml::Value>,
}

#[derive(Debug, Default, Deserialize)]
struct Versions {
    #[serde(default)]
    patched: Vec<VersionReq>,
    #[serde(default)]
    unaffected: Vec<VersionReq>,
}

#[derive(Debug, Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

/// One package of Cargo.lock.
#[derive(Debug, Deserialize)]
struct Locked {
    name: String,
    version: Version,
    source: Option<String>,
}

/// What one advisory means for one locked package.
#[derive(Debug, PartialEq, Eq)]
enum Match {
    /// Must be fixed or argued into the ignore list.
    Fails(String),
    /// Worth reading.
    Notice(String),
}

/// Checks Cargo.lock against the database at `path`, or at the usual place beside the repository.
///
/// # Errors
/// When a given path does not exist, or the database or the lock file cannot be read.
pub fn run(path: Option<&str>) -> Result<Verdict> {
    let root = root();
    let database = path.map_or_else(|| root.join(DEFAULT_DATABASE), PathBuf::from);
    if !database.exists() {
        if path.is_some() {
            return Err(format!("{} does not exist", database.display()).into());
        }
        let summary = "SKIPPED: no advisory database here; give one with `cargo xtask advisories PATH`".to_owned();
        println!("advisories: {summary}");
        return Ok(Verdict { passed: true, summary, skipped: true });
    }
    let unpacked = tempfile::tempdir()?;
    let folder = if database.is_dir() { database } else { unpack(&database, unpacked.path())? };
    let entries = read_database(&folder)?;
    if entries.is_empty() {
        return Err(format!("{} holds no advisory", folder.display()).into());
    }
    let lock: Lock = toml::from_str(&std::fs::read_to_string(root.join("Cargo.lock"))?)?;
    Ok(report(&lock, &entries))
}

fn report(lock: &Lock, entries: &[Entry]) -> Verdict {
    let matches = matches(lock, entries);
    let mut failures = 0;
    for found in &matches {
        match found {
            Match::Fails(text) => {
                failures += 1;
                println!(
                    "advisories: Cargo.lock: {text}; update it, or argue it into xtask/src/policy.rs and deny.toml"
                );
            }
            Match::Notice(text) => println!("advisories: note: {text}"),
        }
    }
    let notices = matches.len() - failures;
    let summary = format!("{} advisories, {failures} problems, {notices} notices", entries.len());
    println!("advisories: {summary}");
    Verdict::ran(failures == 0, summary)
}

fn unpack(archive: &Path, into: &Path) -> Result<PathBuf> {
    shell::must(&format!("tar -xf {} -C {}", archive.display(), into.display()), Path::new("."))?;
    Ok(into.to_path_buf())
}

/// Every advisory below `folder`, wherever its `crates/` is.
fn read_database(folder: &Path) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for item in std::fs::read_dir(&next)? {
            let path = item?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                waiting.push(path);
            } else if name.starts_with("RUSTSEC-") && name.ends_with(".md") {
                let text = std::fs::read_to_string(&path)?;
                entries.push(parse(&text).map_err(|problem| format!("{}: {problem}", path.display()))?);
            }
        }
    }
    Ok(entries)
}

/// Reads the TOML block at the top of an advisory's Markdown.
fn parse(markdown: &str) -> Result<Entry> {
    let (_, rest) = markdown.split_once("```toml").ok_or("no ```toml block")?;
    let (front, _) = rest.split_once("```").ok_or("the ```toml block does not end")?;
    Ok(toml::from_str(front)?)
}

/// Which advisories apply to which locked packages. Only packages from a registry: ours have no advisories.
fn matches(lock: &Lock, entries: &[Entry]) -> Vec<Match> {
    let mut found = Vec::new();
    for entry in entries.iter().filter(|entry| entry.advisory.withdrawn.is_none()) {
        let packages = lock.package.iter().filter(|package| package.source.is_some());
        for package in
            packages.filter(|package| package.name == entry.advisory.package && affects(entry, &package.version))
        {
            found.push(judge(entry, package));
        }
    }
    found
}

fn affects(entry: &Entry, version: &Version) -> bool {
    !entry.versions.patched.iter().chain(&entry.versions.unaffected).any(|range| range.matches(version))
}

fn judge(entry: &Entry, package: &Locked) -> Match {
    let Advisory { id, informational, .. } = &entry.advisory;
    let what = format!("{} {}: {id}", package.name, package.version);
    if let Some((_, reason)) = IGNORED_ADVISORIES.iter().find(|(ignored, _)| ignored == id) {
        return Match::Notice(format!("{what}, accepted: {reason}"));
    }
    match informational.as_deref() {
        None => Match::Fails(format!("{what} (vulnerability)")),
        Some("unsound") => Match::Fails(format!("{what} (unsound)")),
        Some(other) => Match::Notice(format!("{what} ({other})")),
    }
}

#[cfg(test)]
mod tests;

//! Nothing in the repository names one machine: no path of a developer's disk, no private package mirror in a lock file.

use super::Outcome;
use crate::repo::{Finding, Repo};

/// Folders of particular machines. Put together here, so that this file does not name them either.
const FOLDERS: &[&str] = &[concat!("/", "work/"), concat!("/", "root/"), concat!("/", "tmp/nb")];

/// The only hosts a lock file may fetch from.
const LOCK_HOSTS: &[&str] = &["https://registry.npmjs.org/", "registry+https://github.com/rust-lang/crates.io-index"];

/// Checks every text file.
pub fn outcome(repo: &Repo) -> Outcome {
    let texts: Vec<(String, String)> = repo.texts("", &[""]);
    let findings =
        texts.iter().flat_map(|(path, text)| paths(path, text).into_iter().chain(hosts(path, text))).collect();
    Outcome { name: "machine", looked_at: format!("{} text files", texts.len()), findings, notes: Vec::new() }
}

/// Paths of a machine in one file.
pub fn paths(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(folder) = FOLDERS.iter().find(|folder| names(line, folder)) {
            findings.push(Finding::new(
                path,
                index + 1,
                format!("names `{folder}`"),
                "use a path relative to the repository",
            ));
        }
    }
    findings
}

/// The folder starts a path here: what stands before it is not part of a longer path or an address.
fn names(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        before.is_none_or(|sign| !sign.is_alphanumeric() && !matches!(sign, '.' | '-' | '_' | '}' | '~' | '$' | '*'))
    })
}

/// Foreign hosts in a lock file.
pub fn hosts(path: &str, text: &str) -> Vec<Finding> {
    let key = match path.rsplit('/').next() {
        Some("package-lock.json") => "\"resolved\": \"",
        Some("Cargo.lock") => "source = \"",
        _ => return Vec::new(),
    };
    let foreign = |line: &str| {
        line.split_once(key).is_some_and(|(_, value)| !LOCK_HOSTS.iter().any(|host| value.starts_with(host)))
    };
    text.lines()
        .enumerate()
        .filter(|(_, line)| foreign(line))
        .map(|(index, _)| {
            Finding::new(path, index + 1, "fetches from a private or unknown host", "lock against the public registry")
        })
        .collect()
}

//! Nothing in the repository names one machine: no path of a developer's disk, no private package mirror in a lock file.

use super::Outcome;
use crate::repo::{Finding, Repo};

/// Folders of particular machines. Put together here, so that this file does not name them either.
const FOLDERS: &[&str] = &[concat!("/", "work/"), concat!("/", "root/")];

/// The one source of Cargo's lock: the name Cargo itself gives to its default registry.
const CARGO_SOURCE: &str = "registry+https://github.com/rust-lang/";

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

/// Hosts in a lock file: npm's names none (everybody's own registry is asked, integrity is what counts), Cargo's its default one.
pub fn hosts(path: &str, text: &str) -> Vec<Finding> {
    let foreign = |line: &str| match path.rsplit('/').next() {
        Some("package-lock.json") => line.contains("\"resolved\": \""),
        Some("Cargo.lock") => line.strip_prefix("source = \"").is_some_and(|source| !source.starts_with(CARGO_SOURCE)),
        _ => false,
    };
    let fix = "npm: `omit-lockfile-registry-resolved=true`; Cargo: lock against the default registry";
    text.lines()
        .enumerate()
        .filter(|(_, line)| foreign(line))
        .map(|(index, _)| Finding::new(path, index + 1, "names the host it is fetched from", fix))
        .collect()
}

//! Which crate may import which: the table of ARCHITECTURE.md, and the libraries that belong to one room only.
//!
//! Fewer edges than the table are fine; another edge needs an ADR and a line here.

use cargo_metadata::{DependencyKind, MetadataCommand};

use super::Outcome;
use crate::repo::{Finding, Repo, Result};

/// Crate → crates of this repository it may depend on.
pub const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("calendar", &[]),
    ("public", &[]),
    ("domain", &["calendar", "public"]),
    ("wire", &["domain"]),
    // From here on the pure vocabulary (calendar, public, domain) may be named directly: ADR 0009.
    ("store", &["domain", "public"]),
    ("engine", &["calendar", "domain", "public", "store", "wire"]),
    ("delivery", &["domain", "wire"]),
    ("status", &["public"]),
    ("web", &["calendar", "domain", "public", "engine", "wire", "status"]),
    ("sim", &["calendar", "domain", "engine", "wire", "store"]),
    ("nightbell", &["calendar", "domain", "public", "wire", "store", "engine", "delivery", "status", "web", "sim"]),
    ("xtask", &[]),
];

/// Crates any crate may use in its tests, besides its own imports; the pure ones only the pure ones of these.
pub const TEST_HELPERS: &[&str] = &["calendar", "engine", "sim", "store", "wire"];

/// Crates without threads, clock, randomness, environment and files.
pub const PURE: &[&str] = &["calendar", "domain", "public", "wire"];

/// Libraries no pure crate may have, even in tests.
const IMPURE_LIBRARIES: &[&str] = &[
    "axum",
    "axum-extra",
    "axum-server",
    "crossbeam",
    "futures-util",
    "getrandom",
    "lettre",
    "rand",
    "rand_chacha",
    "rayon",
    "refinery",
    "refinery-core",
    "reqwest",
    "rusqlite",
    "rustls",
    "tempfile",
    "tokio",
    "tokio-postgres",
    "tokio-stream",
    "tower",
    "tower-http",
    "tracing",
];

/// Test-only exceptions for pure crates.
const PURE_TEST_LIBRARIES: &[&str] = &["rand_chacha", "tempfile"];

/// Libraries that belong to certain crates only.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("axum", &["web", "nightbell"]),
    ("lettre", &["delivery"]),
    ("refinery", &["store"]),
    ("refinery-core", &["store"]),
    ("reqwest", &["delivery", "nightbell"]),
    ("rusqlite", &["store"]),
    // In the store only inside the PostgreSQL driver: ADR 0017.
    ("tokio", &["delivery", "store", "web", "nightbell"]),
    ("tokio-postgres", &["store"]),
    ("tokio-postgres-rustls", &["store"]),
];

/// One crate's declared dependencies.
pub struct Manifest {
    /// Folder below `crates/`, or `xtask`.
    pub krate: String,
    /// Path of its Cargo.toml.
    pub file: String,
    /// Text of it, to find lines in.
    pub text: String,
    /// (name as in the registry, development only).
    pub dependencies: Vec<(String, bool)>,
}

/// Reads the manifests by `cargo metadata` and checks them.
pub fn outcome(repo: &Repo) -> Result<Outcome> {
    let metadata = MetadataCommand::new().current_dir(&repo.root).no_deps().exec()?;
    let mut manifests = Vec::new();
    for package in &metadata.packages {
        let file = package
            .manifest_path
            .strip_prefix(&repo.root)
            .map_or_else(|_| package.manifest_path.to_string(), |path| path.to_string());
        let dependencies = package
            .dependencies
            .iter()
            .map(|dependency| (dependency.name.clone(), dependency.kind == DependencyKind::Development))
            .collect();
        let text = repo.read(&file).unwrap_or_default();
        manifests.push(Manifest { krate: short(&package.name).to_owned(), file, text, dependencies });
    }
    let edges: usize = manifests.iter().map(|manifest| manifest.dependencies.len()).sum();
    let looked_at = format!("{} crates, {edges} dependencies", manifests.len());
    Ok(Outcome { name: "edges", looked_at, findings: check(&manifests), notes: Vec::new() })
}

/// Folder name of a package of ours.
fn short(package: &str) -> &str {
    package.strip_prefix("nightbell-").unwrap_or(package)
}

/// Every edge that is not in the tables.
pub fn check(manifests: &[Manifest]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in manifests {
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(krate, _)| *krate == manifest.krate) else {
            let fix = "add it to ARCHITECTURE.md and to MAY_IMPORT in xtask/src/tidy/edges.rs, with an ADR";
            findings.push(Finding::new(
                &manifest.file,
                1,
                format!("crate `{}` is not on the map", manifest.krate),
                fix,
            ));
            continue;
        };
        for (name, development) in &manifest.dependencies {
            let refusal = if is_ours(name) {
                refuse_ours(&manifest.krate, short(name), allowed, *development)
            } else {
                refuse_library(&manifest.krate, name, *development)
            };
            if let Some((problem, fix)) = refusal {
                findings.push(Finding::new(&manifest.file, line_of(&manifest.text, name), problem, fix));
            }
        }
    }
    findings
}

fn is_ours(name: &str) -> bool {
    name.starts_with("nightbell-")
        || MAY_IMPORT.iter().any(|(krate, _)| *krate == name && matches!(*krate, "nightbell" | "xtask"))
}

fn refuse_ours(krate: &str, target: &str, allowed: &[&str], development: bool) -> Option<(String, String)> {
    let pure = PURE.contains(&krate);
    let helper = development && TEST_HELPERS.contains(&target) && (!pure || PURE.contains(&target));
    if allowed.contains(&target) || helper {
        return None;
    }
    let list = if allowed.is_empty() { "nothing of ours".to_owned() } else { allowed.join(", ") };
    Some((
        format!("`{krate}` may not import `{target}`; it may import {list}"),
        "turn the dependency round, or write an ADR and change MAY_IMPORT in xtask/src/tidy/edges.rs".to_owned(),
    ))
}

fn refuse_library(krate: &str, library: &str, development: bool) -> Option<(String, String)> {
    let impure = PURE.contains(&krate) && IMPURE_LIBRARIES.contains(&library);
    if impure && !(development && PURE_TEST_LIBRARIES.contains(&library)) {
        let fix =
            "take what you need as an argument; the effect belongs in engine, delivery, web or nightbell".to_owned();
        return Some((format!("`{krate}` is pure and may not use `{library}`"), fix));
    }
    let (_, homes) = ONLY_IN.iter().find(|(name, _)| *name == library)?;
    (!homes.contains(&krate) && !development).then(|| {
        (
            format!("`{library}` belongs in {} only, not in `{krate}`", homes.join(", ")),
            "go through that crate".to_owned(),
        )
    })
}

fn line_of(text: &str, dependency: &str) -> usize {
    text.lines().position(|line| line.split(['.', ' ', '=']).next() == Some(dependency)).map_or(1, |index| index + 1)
}

//! Files of others served to browsers are exactly what `vendor.toml` says: same hashes, none missing, none extra.

use std::path::Path;

use super::Outcome;
use crate::repo::{Finding, Repo};
use crate::vendor::{FOLDER, MANIFEST, Manifest, digests};

/// Recomputes every hash.
pub fn outcome(repo: &Repo) -> Outcome {
    let folder = repo.root.join(FOLDER);
    let present: Vec<String> = repo
        .files
        .iter()
        .filter_map(|file| Some(file.strip_prefix(FOLDER)?.strip_prefix('/')?.to_owned()))
        .filter(|file| file != MANIFEST)
        .collect();
    let text = repo.read(&format!("{FOLDER}/{MANIFEST}"));
    let findings = match &text {
        Some(text) => check(text, &present, &folder),
        None => unlisted(&[], &present),
    };
    Outcome { name: "vendored", looked_at: format!("{} files", present.len()), findings, notes: Vec::new() }
}

/// `present`: files in the folder, relative to it.
pub fn check(manifest: &str, present: &[String], folder: &Path) -> Vec<Finding> {
    let file = format!("{FOLDER}/{MANIFEST}");
    let manifest: Manifest = match toml::from_str(manifest) {
        Ok(manifest) => manifest,
        Err(error) => {
            return vec![Finding::new(&file, 1, format!("cannot be read: {error}"), "run `cargo xtask vendor`")];
        }
    };
    let mut findings = Vec::new();
    let mut listed = Vec::new();
    for package in &manifest.package {
        listed.push(package.licence_file.clone());
        for entry in &package.file {
            listed.push(entry.path.clone());
            let actual = std::fs::read(folder.join(&entry.path)).map(|bytes| digests(&bytes));
            let fix = "run `cargo xtask vendor`; never edit a vendored file";
            match actual {
                Err(_) => findings.push(Finding::new(&file, 1, format!("{} is missing", entry.path), fix)),
                Ok((sha256, sha384)) if sha256 != entry.sha256 || sha384 != entry.sha384 => {
                    findings.push(Finding::new(
                        &format!("{FOLDER}/{}", entry.path),
                        1,
                        "is not the file that was vendored",
                        fix,
                    ));
                }
                Ok(_) => {}
            }
        }
        if !present.contains(&package.licence_file) {
            let problem = format!("the licence text of {} is missing", package.name);
            findings.push(Finding::new(&file, 1, problem, "run `cargo xtask vendor`"));
        }
    }
    findings.extend(unlisted(&listed, present));
    findings
}

fn unlisted(listed: &[String], present: &[String]) -> Vec<Finding> {
    let fix = "add it to tools/vendor/vendor-list.toml and run `cargo xtask vendor`, or move our own files elsewhere";
    let extra = present.iter().filter(|file| !listed.contains(file));
    extra.map(|file| Finding::new(&format!("{FOLDER}/{file}"), 1, format!("is not in {MANIFEST}"), fix)).collect()
}

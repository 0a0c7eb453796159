//! Every module says at its top what it is, what it is not and who may call it: `//!`. Test files are free.

use super::Outcome;
use super::source::Source;
use crate::repo::Finding;

/// Checks every shipped file.
pub fn outcome(sources: &[Source]) -> Outcome {
    let shipped: Vec<&Source> = sources.iter().filter(|source| source.ships()).collect();
    let findings = shipped.iter().filter_map(|source| check(&source.path, &source.text)).collect();
    Outcome { name: "headers", looked_at: format!("{} modules", shipped.len()), findings, notes: Vec::new() }
}

/// The first line must be a module comment with words in it.
pub fn check(path: &str, text: &str) -> Option<Finding> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let said = first.trim_start().strip_prefix("//!").is_some_and(|words| !words.trim().is_empty());
    (!said).then(|| {
        Finding::new(
            path,
            1,
            "no module header",
            "start the file with `//!`: what it is, what it is not, who may call it",
        )
    })
}

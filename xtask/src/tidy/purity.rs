//! Pure crates do not name a clock, a thread, the environment, a file or a map whose order changes from run to run.
//!
//! Tests inside them may (golden files are read from disk).

use super::Outcome;
use super::edges::PURE;
use super::source::{self, Source};
use crate::repo::Finding;

/// Path from `std`, and what to do instead.
const FORBIDDEN_PATHS: &[(&[&str], &str)] = &[
    (&["std", "time", "Instant"], "take the instant as an argument"),
    (&["std", "time", "SystemTime"], "take the instant as an argument"),
    (&["std", "thread"], "stay synchronous; the caller owns the threads"),
    (&["std", "env"], "take the setting as an argument"),
    (&["std", "fs"], "take the bytes as an argument"),
    (&["std", "net", "TcpStream"], "return a request description; delivery sends it"),
    (&["std", "process"], "return an outcome; the binary decides what to do"),
];

/// Names forbidden wherever they come from.
const FORBIDDEN_NAMES: &[(&str, &str)] = &[
    ("HashMap", "use BTreeMap: its order is the same in every run"),
    ("HashSet", "use BTreeSet: its order is the same in every run"),
    ("SystemTime", "take the instant as an argument"),
];

/// Checks the pure crates.
pub fn outcome(sources: &[Source]) -> Outcome {
    let pure: Vec<&Source> = sources.iter().filter(|source| source.ships() && is_pure(source)).collect();
    let findings = pure.iter().flat_map(|source| check(source)).collect();
    Outcome {
        name: "purity",
        looked_at: format!("{} files of {}", pure.len(), PURE.join(", ")),
        findings,
        notes: Vec::new(),
    }
}

fn is_pure(source: &Source) -> bool {
    source.krate().is_some_and(|krate| PURE.contains(&krate))
}

/// Forbidden names in one file, test code left out.
pub fn check(source: &Source) -> Vec<Finding> {
    let tokens: Vec<source::Token> = source.tokens().into_iter().filter(|token| !token.test).collect();
    let mut findings = Vec::new();
    let mut refuse = |line: usize, name: &str, fix: &str| {
        let finding = Finding::new(&source.path, line, format!("a pure crate names `{name}`"), fix);
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    };
    for (name, fix) in FORBIDDEN_NAMES {
        for token in source::find(&tokens, &[name]) {
            refuse(token.line, name, fix);
        }
    }
    for (path, fix) in FORBIDDEN_PATHS {
        let pattern: Vec<&str> = path.iter().flat_map(|part| [":", ":", part]).skip(2).collect();
        for token in source::find(&tokens, &pattern) {
            refuse(token.line, &path.join("::"), fix);
        }
    }
    // `use std::{env, fs}` spreads a path over a group; the tree knows it.
    for item in &source.syntax.items {
        if let syn::Item::Use(item) = item {
            grouped(&item.tree, &mut Vec::new(), &mut |path, line| {
                for (forbidden, fix) in FORBIDDEN_PATHS {
                    if path.len() >= forbidden.len() && path.iter().zip(*forbidden).all(|(part, word)| part == word) {
                        refuse(line, &forbidden.join("::"), fix);
                    }
                }
            });
        }
    }
    findings
}

/// Calls `seen` with every full path an import brings in, and its line.
fn grouped(tree: &syn::UseTree, prefix: &mut Vec<String>, seen: &mut dyn FnMut(&[String], usize)) {
    match tree {
        syn::UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            grouped(&path.tree, prefix, seen);
            prefix.pop();
        }
        syn::UseTree::Name(name) => leaf(&name.ident, prefix, seen),
        syn::UseTree::Rename(rename) => leaf(&rename.ident, prefix, seen),
        syn::UseTree::Group(group) => group.items.iter().for_each(|item| grouped(item, prefix, seen)),
        syn::UseTree::Glob(_) => {}
    }
}

fn leaf(ident: &syn::Ident, prefix: &mut Vec<String>, seen: &mut dyn FnMut(&[String], usize)) {
    prefix.push(ident.to_string());
    seen(prefix, ident.span().start().line);
    prefix.pop();
}

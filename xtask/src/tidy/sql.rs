//! SQL is written in `crates/store` and nowhere else. Tests may look, or lay hands on, behind its port: that is how damage is made.

use super::Outcome;
use super::source::{Kind, Source, string_content};
use crate::repo::Finding;

/// How a statement starts, and a word that must follow somewhere (so that prose is not taken for SQL).
const STATEMENTS: &[(&str, &str)] = &[
    ("SELECT ", " FROM "),
    ("SELECT ", "("),
    ("INSERT INTO ", ""),
    ("INSERT OR ", " INTO "),
    ("UPDATE ", " SET "),
    ("DELETE FROM ", ""),
    ("WITH ", " SELECT "),
    ("CREATE TABLE ", ""),
    ("CREATE INDEX ", ""),
    ("CREATE UNIQUE INDEX ", ""),
    ("ALTER TABLE ", ""),
    ("DROP TABLE ", ""),
    ("PRAGMA ", ""),
    ("BEGIN IMMEDIATE", ""),
    ("SAVEPOINT ", ""),
];

/// Files that hold statements for another reason.
const EXEMPT: &[(&str, &str)] = &[
    ("xtask/src/tidy/sql.rs", "its literals look like what it searches"),
    ("xtask/src/bench/pg.rs", "the script of the program that is measured beside the product"),
    ("crates/sim/src/sabotage.rs", "it knows the store's statements by their words, to do them wrong"),
];

/// Whether statements there are nobody's business: tests, and the exempt.
pub fn is_exempt(path: &str) -> bool {
    let is_test = path.ends_with("/tests.rs") || path.contains("/tests/");
    is_test || EXEMPT.iter().any(|(exempt, _)| *exempt == path)
}

/// Checks every Rust file outside the store.
pub fn outcome(sources: &[Source]) -> Outcome {
    let outside: Vec<&Source> =
        sources.iter().filter(|source| source.krate() != Some("store") && !is_exempt(&source.path)).collect();
    let findings = outside.iter().flat_map(|source| check(source)).collect();
    Outcome {
        name: "sql",
        looked_at: format!("{} files outside crates/store", outside.len()),
        findings,
        notes: Vec::new(),
    }
}

/// String literals of one file that are SQL.
pub fn check(source: &Source) -> Vec<Finding> {
    source
        .tokens()
        .iter()
        .filter(|token| token.kind == Kind::Literal && string_content(&token.text).is_some_and(is_statement))
        .map(|token| {
            Finding::new(
                &source.path,
                token.line,
                "SQL outside crates/store",
                "add a named read or a command to the store's port",
            )
        })
        .collect()
}

fn is_statement(text: &str) -> bool {
    let text = text.trim_start_matches(['\\', 'n', ' ', '\n']);
    STATEMENTS
        .iter()
        .any(|(start, then)| text.strip_prefix(start).is_some_and(|rest| format!(" {rest}").contains(then)))
}

//! SQL is written in `crates/store` and nowhere else.

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

/// This file, whose literals look like what it searches.
const PATTERNS: &str = "xtask/src/tidy/sql.rs";

/// Checks every Rust file outside the store.
pub fn outcome(sources: &[Source]) -> Outcome {
    let outside: Vec<&Source> =
        sources.iter().filter(|source| source.krate() != Some("store") && source.path != PATTERNS).collect();
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

//! Migrations: the same numbers and names for SQLite and PostgreSQL, each number once, files named `V<number>__<name>.sql`.

use super::Outcome;
use crate::repo::{Finding, Repo};

/// The folder of SQLite's migrations; PostgreSQL's is beside it.
const SQLITE: &str = "crates/store/migrations/sqlite";
const POSTGRES: &str = "crates/store/migrations/postgres";

/// Checks both folders.
pub fn outcome(repo: &Repo) -> Outcome {
    let names = |folder: &str| -> Vec<String> {
        let inside = |file: &String| Some(file.strip_prefix(folder)?.strip_prefix('/')?.to_owned());
        repo.files.iter().filter_map(inside).collect()
    };
    let (sqlite, postgres) = (names(SQLITE), names(POSTGRES));
    let looked_at = format!("{} for SQLite, {} for PostgreSQL", sqlite.len(), postgres.len());
    Outcome { name: "migrations", looked_at, findings: check(&sqlite, &postgres), notes: Vec::new() }
}

/// File names of the two folders against each other.
pub fn check(sqlite: &[String], postgres: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if sqlite.is_empty() {
        findings.push(Finding::new(SQLITE, 1, "no migrations found", "the schema lives here, one file a step"));
    }
    for (folder, own, other_folder, other) in
        [(SQLITE, sqlite, POSTGRES, postgres), (POSTGRES, postgres, SQLITE, sqlite)]
    {
        let mut numbers = Vec::new();
        for name in own {
            let file = format!("{folder}/{name}");
            match number(name) {
                None => findings.push(Finding::new(&file, 1, "not named V<number>__<name>.sql", "rename it")),
                Some(number) if numbers.contains(&number) => {
                    findings.push(Finding::new(
                        &file,
                        1,
                        format!("number {number} is taken"),
                        "take the next free number",
                    ));
                }
                Some(number) => numbers.push(number),
            }
            if !other.contains(name) {
                let fix = format!("write {other_folder}/{name}");
                findings.push(Finding::new(&file, 1, format!("has no twin in {other_folder}"), fix));
            }
        }
        numbers.sort_unstable();
        if let Some(gap) = numbers.iter().zip(1u32..).find(|(number, expected)| *number != expected) {
            findings.push(Finding::new(folder, 1, format!("number {} is missing", gap.1), "count up by one, from 1"));
        }
    }
    findings
}

fn number(name: &str) -> Option<u32> {
    let (number, rest) = name.strip_prefix('V')?.split_once("__")?;
    let title = rest.strip_suffix(".sql")?;
    let plain = !title.is_empty()
        && title.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_');
    if plain { number.parse().ok() } else { None }
}

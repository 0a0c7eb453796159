//! What must not be left behind: unfinished code, debugging, silenced lints, ignored or sleeping tests.

use super::Outcome;
use super::source::{self, Source};
use crate::repo::{Finding, Repo};

/// Code that is never left, in tests neither.
const CODE: &[(&[&str], &str)] = &[
    (&["todo", "!"], "write it, or leave it out and say so in the open list"),
    (&["unimplemented", "!"], "write it, or make the state unrepresentable"),
    (&["dbg", "!"], "remove it"),
    (&["#", "[", "allow", "("], "use #[expect(…, reason = \"…\")], which fails once it is no longer needed"),
    (&["#", "!", "[", "allow", "("], "use #[expect(…, reason = \"…\")] on the item"),
    (&["#", "[", "ignore"], "make it run everywhere, or delete it"),
];

/// Code that is never left in tests.
const TEST_CODE: &[(&[&str], &str)] = &[
    (&["thread", ":", ":", "sleep"], "wait for the event itself, with a deadline; or move the clock"),
    (&["time", ":", ":", "sleep"], "wait for the event itself, with a deadline; or move the clock"),
];

/// Words that promise later work where nobody will look.
const WORDS: &[&str] = &["FIXME", "XXX", "HACK"];

/// Files besides Rust whose comments are read.
const OTHER_ENDINGS: &[&str] = &[".css", ".html", ".js", ".mjs", ".sh", ".sql", ".toml"];

/// Checks every file of the repository that is ours.
pub fn outcome(repo: &Repo, sources: &[Source]) -> Outcome {
    let mut findings: Vec<Finding> = sources.iter().flat_map(check).collect();
    let others: Vec<(String, String)> =
        repo.texts("", OTHER_ENDINGS).into_iter().filter(|(path, _)| !path.contains("/vendor/")).collect();
    for (path, text) in &others {
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.to_owned()));
        findings.extend(words(path, lines));
    }
    let looked_at = format!("{} files", sources.len() + others.len());
    Outcome { name: "leftovers", looked_at, findings, notes: Vec::new() }
}

/// Leftovers of one Rust file.
pub fn check(source: &Source) -> Vec<Finding> {
    let tokens = source.tokens();
    let tests: Vec<source::Token> = tokens.iter().filter(|token| token.test).cloned().collect();
    let mut findings = Vec::new();
    for (list, tokens) in [(CODE, &tokens), (TEST_CODE, &tests)] {
        for (pattern, fix) in list {
            for token in source::find(tokens, pattern) {
                findings.push(Finding::new(
                    &source.path,
                    token.line,
                    format!("`{}` is left behind", pattern.concat()),
                    *fix,
                ));
            }
        }
    }
    findings.extend(words(&source.path, source.lines_without_literals().into_iter()));
    findings
}

/// Lines that hold one of the words as a word.
pub fn words(path: &str, lines: impl Iterator<Item = (usize, String)>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in lines {
        let mut parts = line.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
        if let Some(word) = parts.find(|part| WORDS.contains(part)) {
            findings.push(Finding::new(
                path,
                number,
                format!("`{word}` is left behind"),
                "do it now, or write down why not",
            ));
        }
    }
    findings
}

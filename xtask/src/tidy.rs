//! `cargo xtask tidy`: the shape of the house, checked. Every check is a pure function from texts to findings in a file
//! of its own below `tidy/`; this file gathers the texts, runs them all and prints one line each.

use crate::repo::{Finding, Repo, Result, Verdict};

mod edges;
mod headers;
mod invariants;
mod leftovers;
mod machine;
mod migrations;
mod purity;
mod safe_filter;
mod size;
mod source;
mod sql;
mod vendored;

#[cfg(test)]
mod tests;

use source::Source;

/// What one check saw.
pub struct Outcome {
    /// Its name in the output.
    pub name: &'static str,
    /// What it looked at, with the count.
    pub looked_at: String,
    /// What is wrong; empty is good.
    pub findings: Vec<Finding>,
    /// Worth knowing, never a failure.
    pub notes: Vec<String>,
}

/// Runs every check and prints the result.
///
/// # Errors
/// When the working copy or `cargo metadata` cannot be read.
pub fn run() -> Result<Verdict> {
    let repo = Repo::open()?;
    let (sources, unparsable) = read_sources(&repo);
    let outcomes = [
        unparsable,
        edges::outcome(&repo)?,
        purity::outcome(&sources),
        size::outcome(&sources),
        headers::outcome(&sources),
        leftovers::outcome(&repo, &sources),
        machine::outcome(&repo),
        sql::outcome(&sources),
        migrations::outcome(&repo),
        safe_filter::outcome(&repo, &sources),
        vendored::outcome(&repo),
        invariants::outcome(&repo),
    ];
    for outcome in &outcomes {
        print(outcome);
    }
    let findings: usize = outcomes.iter().map(|outcome| outcome.findings.len()).sum();
    let summary = format!("{} checks, {} source files, {findings} findings", outcomes.len(), sources.len());
    println!("tidy: {summary}");
    Ok(Verdict::ran(findings == 0, summary))
}

/// Every Rust file of the repository. One that does not parse is a finding, and the other checks go on without it.
fn read_sources(repo: &Repo) -> (Vec<Source>, Outcome) {
    let mut sources = Vec::new();
    let mut findings = Vec::new();
    for (path, text) in repo.texts("", &[".rs"]) {
        match Source::parse(&path, &text) {
            Ok(source) => sources.push(source),
            Err(error) => {
                let line = error.span().start().line;
                findings.push(Finding::new(&path, line, format!("does not parse: {error}"), "make it compile"));
            }
        }
    }
    let looked_at = format!("{} files parse", sources.len());
    (sources, Outcome { name: "parse", looked_at, findings, notes: Vec::new() })
}

fn print(outcome: &Outcome) {
    let word = if outcome.findings.is_empty() { "ok  " } else { "FAIL" };
    let count = match outcome.findings.len() {
        0 => String::new(),
        1 => ", 1 finding".to_owned(),
        many => format!(", {many} findings"),
    };
    println!("{word} {:<12} {}{count}", outcome.name, outcome.looked_at);
    for note in &outcome.notes {
        println!("       note: {note}");
    }
    for finding in &outcome.findings {
        println!("       {}:{}: {}", finding.file, finding.line, finding.problem);
        println!("           fix: {}", finding.fix);
    }
}

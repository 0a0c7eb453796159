//! `cargo xtask test`: the one test command. Runs the stages of `suite/stages.rs` in order, shows everything as it comes,
//! and ends in a table and a line `N passed, M failed`.
//!
//! Nothing is skipped in silence: a stage whose files are missing fails, and so does one that ran none of what it counts.

use std::path::Path;
use std::time::Duration;

use crate::clock::Stopwatch;
use crate::pg::Cluster;
use crate::repo::{Result, root};
use crate::shell;

mod conformance;
mod counts;
mod stages;
mod summary;

use counts::Tally;
use stages::{STAGES, Stage, Work};
use summary::{Ended, Row};

/// Runs the stages the flags ask for. `Ok(false)` when any of them failed.
///
/// # Errors
/// When the flags make no sense, or the summary cannot be printed.
pub fn run(flags: &[&str]) -> Result<bool> {
    let chosen = choose(flags)?;
    let root = root();
    let mut rows: Vec<Row> = Vec::new();
    for stage in chosen {
        println!("\n=== {}: {}", stage.name, stage.about);
        let watch = Stopwatch::start();
        let broken = rows.iter().any(|row| row.name == stages::BUILD && matches!(row.ended, Ended::Failed(_)));
        let (ended, tally) = if stage.needs_build && broken {
            (Ended::Failed("not run: the build failed".to_owned()), Tally::default())
        } else {
            run_stage(stage, &root)
        };
        rows.push(Row { name: stage.name, ended, tally, seconds: whole_tenths(watch.elapsed()) });
    }
    println!("\n{}", summary::render(&rows));
    Ok(rows.iter().all(|row| !matches!(row.ended, Ended::Failed(_))))
}

fn whole_tenths(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}

/// The stages for `--only A --only B --skip C`, in their fixed order. What an asked-for stage needs built is built.
fn choose(flags: &[&str]) -> Result<Vec<&'static Stage>> {
    let (mut only, mut skip) = (Vec::new(), Vec::new());
    for pair in flags.chunks(2) {
        match pair {
            ["--only", name] if known(name) => only.push(*name),
            ["--skip", name] if known(name) => skip.push(*name),
            other => {
                let names: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
                let asked = other.join(" ");
                return Err(format!("`{asked}`: use --only STAGE or --skip STAGE; stages: {}", names.join(", ")).into());
            }
        }
    }
    let builds = STAGES.iter().any(|stage| only.contains(&stage.name) && stage.needs_build);
    let wanted =
        |stage: &&Stage| only.is_empty() || only.contains(&stage.name) || (builds && stage.name == stages::BUILD);
    Ok(STAGES.iter().filter(wanted).filter(|stage| !skip.contains(&stage.name)).collect())
}

fn known(name: &str) -> bool {
    STAGES.iter().any(|stage| stage.name == name)
}

fn run_stage(stage: &Stage, root: &Path) -> (Ended, Tally) {
    let missing: Vec<&str> = stage.needs_files.iter().copied().filter(|file| !root.join(file).is_file()).collect();
    if !missing.is_empty() {
        return (Ended::Failed(format!("missing: {}", missing.join(", "))), Tally::default());
    }
    let outcome = match &stage.work {
        Work::Own(chore) => own(*chore),
        Work::Commands(lines) | Work::Optimised(lines) => {
            commands(stage, lines.iter().map(|line| (*line).to_owned()).collect(), root)
        }
        Work::Tests => stages::test_lines(root).and_then(|lines| commands(stage, lines, root)),
    };
    let (ended, tally) = outcome.unwrap_or_else(|error| (Ended::Failed(error.to_string()), Tally::default()));
    let unproved = matches!(stage.work, Work::Tests).then(|| tally.conformance.problem()).flatten();
    match (&ended, stage.counts.problem(&tally).or(unproved)) {
        (Ended::Passed(_), Some(problem)) => (Ended::Failed(problem), tally),
        _ => (ended, tally),
    }
}

/// A chore of xtask itself, with the same output as when a person calls it.
fn own(chore: fn() -> Result<crate::repo::Verdict>) -> Result<(Ended, Tally)> {
    let verdict = chore()?;
    let ended = match (verdict.passed, verdict.skipped) {
        (false, _) => Ended::Failed(verdict.summary),
        (true, true) => Ended::Skipped(verdict.summary),
        (true, false) => Ended::Passed(verdict.summary),
    };
    Ok((ended, Tally::default()))
}

/// Command lines one after the other; all run even if one fails, so that one look shows every failure.
fn commands(stage: &Stage, lines: Vec<String>, root: &Path) -> Result<(Ended, Tally)> {
    let mut tally = Tally::default();
    let mut failed = Vec::new();
    // Every test that needs the second database finds it; none is left out for want of it.
    let cluster = matches!(stage.work, Work::Tests | Work::Optimised(_)).then(Cluster::start).transpose()?;
    let profile = if matches!(stage.work, Work::Optimised(_)) { "proof" } else { "debug" };
    let binary = root.join(stages::target_folder(root, profile)?).join("nightbell");
    for line in lines {
        println!("$ {line}");
        let mut command = shell::command(&shell::words(&line), root);
        // A missing snapshot must fail, not write itself.
        command.env("INSTA_UPDATE", "no").env("RUST_BACKTRACE", "1");
        command.env("NIGHTBELL_BINARY", &binary).env("NIGHTBELL_COMMIT", crate::sim::commit(root));
        if let Some(cluster) = &cluster {
            command.env(crate::pg::VARIABLE, cluster.url());
        }
        let (succeeded, output) = shell::stream(command, &line)?;
        stage.counts.read(&output, &mut tally);
        if !succeeded {
            failed.push(line);
        }
    }
    let ended = if failed.is_empty() {
        Ended::Passed(String::new())
    } else {
        Ended::Failed(format!("failed: {}", failed.join("; ")))
    };
    Ok((ended, tally))
}

#[cfg(test)]
mod tests;

//! What the test command runs, in order, as data. A new stage is a new entry here.

use std::path::{Path, PathBuf};

use cargo_metadata::{MetadataCommand, TargetKind};

use super::counts::{Counts, Must, Results};
use crate::repo::{Result, Verdict};
use crate::{advisories, licences, setup, tidy};

/// The stage that compiles what later ones run.
pub const BUILD: &str = "build";

/// The test targets of `crates/nightbell` that run the optimised binary; each has a stage of its own.
const STAGED: &[&str] = &["blackbox", "nodes", "providers"];

/// One entry of the test command.
pub struct Stage {
    /// For `--only` and the table.
    pub name: &'static str,
    /// Printed when it starts.
    pub about: &'static str,
    /// What is done.
    pub work: Work,
    /// Files that must exist, or the stage fails.
    pub needs_files: &'static [&'static str],
    /// Runs what the build stage made.
    pub needs_build: bool,
    /// How numbers are read from its output, and which of them must not be zero.
    pub counts: Counts,
}

/// What a stage does.
pub enum Work {
    /// A chore of xtask.
    Own(fn() -> Result<Verdict>),
    /// Command lines, without quoting.
    Commands(&'static [&'static str]),
    /// The same, with the binary of profile `proof` in `NIGHTBELL_BINARY`; the first line builds it.
    Optimised(&'static [&'static str]),
    /// Every test of the workspace but those with a stage of their own: its lines depend on which targets there are.
    Tests,
}

const NOTHING: Counts = Counts { tests: None, labels: &[] };
const TESTS: Counts = Counts { tests: Some(Results::Cargo), labels: &[] };

/// A stage that is a chore or a command of cargo.
const fn check(name: &'static str, about: &'static str, work: Work) -> Stage {
    Stage { name, about, work, needs_files: &[], needs_build: false, counts: NOTHING }
}

/// Every stage, in order: cheap ones first, so that a typo is told in seconds.
pub const STAGES: &[Stage] = &[
    check("setup", "installs what the tests need", Work::Own(setup::run)),
    check("tidy", "the shape of the house", Work::Own(tidy::run)),
    check("format", "rustfmt", Work::Commands(&["cargo fmt --all --check"])),
    check("licences", "licences and banned crates", Work::Own(licences::run)),
    check("advisories", "known vulnerabilities", Work::Own(|| advisories::run(None))),
    check(
        "clippy",
        "lints are errors",
        Work::Commands(&["cargo clippy --locked --workspace --all-targets -- -D warnings"]),
    ),
    // Everything later stages run is built here once. With the whole workspace selected in every cargo command, cargo
    // picks the same features each time and compiles no dependency twice.
    check(
        BUILD,
        "the binary, every test and the simulator",
        Work::Commands(&["cargo test --locked --workspace --no-run"]),
    ),
    Stage {
        name: "tests",
        about: "unit, property, golden, conformance and in-process tests",
        work: Work::Tests,
        needs_files: &[],
        needs_build: true,
        counts: TESTS,
    },
    Stage {
        name: "sim",
        about: "simulated worlds, optimised: every known bug is found again, then the regression seeds and new ones",
        work: Work::Commands(&[
            "cargo run --locked --profile proof --package nightbell-sim --example seeds -- --sabotage",
            "cargo run --locked --profile proof --package nightbell-sim --example seeds -- --seconds 170",
        ]),
        needs_files: &["crates/sim/examples/seeds.rs"],
        needs_build: true,
        counts: Counts {
            tests: None,
            labels: &[
                ("seeds", Must::Positive),
                ("simulated days", Must::Positive),
                ("processor seconds", Must::Positive),
                ("sabotage caught", Must::Positive),
                ("sabotage missed", Must::Zero),
            ],
        },
    },
    Stage {
        name: "kills",
        about: "the optimised binary: kill -9, full disks, failing fsync, stopped and shifted clocks, a real Alertmanager, real mail",
        work: Work::Optimised(&[
            "cargo build --locked --profile proof --package nightbell",
            // Most of them wait: for a minute to pass, for clocks, for the storm to end.
            "cargo test --locked --workspace --test blackbox -- --nocapture --test-threads 4",
        ]),
        needs_files: &["crates/nightbell/tests/blackbox.rs"],
        needs_build: true,
        counts: Counts {
            tests: Some(Results::Cargo),
            labels: &[("kills", Must::Positive), ("pages lost", Must::Zero), ("repeats", Must::Told)],
        },
    },
    Stage {
        name: "providers",
        about: "the optimised binary: mail servers and webhooks that refuse, stall, break and lie",
        work: Work::Optimised(&[
            "cargo build --locked --profile proof --package nightbell",
            "cargo test --locked --workspace --test providers -- --nocapture",
        ]),
        needs_files: &["crates/nightbell/tests/providers.rs"],
        needs_build: true,
        counts: Counts {
            tests: Some(Results::Cargo),
            labels: &[("provider cases", Must::Positive), ("pages lost", Must::Zero), ("repeats", Must::Told)],
        },
    },
    Stage {
        name: "nodes",
        about: "three of the optimised binary on one PostgreSQL database: killed, stopped, cut off",
        work: Work::Optimised(&[
            "cargo build --locked --profile proof --package nightbell",
            "cargo test --locked --workspace --test nodes -- --nocapture --test-threads 1",
        ]),
        needs_files: &["crates/nightbell/tests/nodes.rs"],
        needs_build: true,
        counts: Counts {
            tests: Some(Results::Cargo),
            labels: &[
                ("node faults", Must::Positive),
                ("pages lost", Must::Zero),
                ("repeats", Must::Told),
                ("take-over max ms", Must::Positive),
            ],
        },
    },
    Stage {
        name: "browser",
        about: "the pages in Chromium: three scenes, accessibility, phones and desks",
        work: Work::Commands(&[
            "npm ci --ignore-scripts --no-audit --no-fund --prefix tests/browser",
            "node tests/browser/run.mjs",
        ]),
        needs_files: &["tests/browser/run.mjs", "tests/browser/package-lock.json"],
        needs_build: true,
        counts: Counts { tests: Some(Results::Plain), labels: &[] },
    },
];

/// Where a profile's programs are: relative to `root` where it is inside, so that a space in the path above does no harm.
///
/// # Errors
/// When `cargo metadata` fails.
pub fn target_folder(root: &Path, profile: &str) -> Result<PathBuf> {
    let metadata = MetadataCommand::new().current_dir(root).no_deps().exec()?;
    let folder = metadata.target_directory.join(profile).into_std_path_buf();
    Ok(folder.strip_prefix(root).map(Path::to_path_buf).unwrap_or(folder))
}

/// Cargo's lines for every test of the workspace except those with a stage of their own, which would otherwise run twice.
///
/// # Errors
/// When `cargo metadata` fails.
pub fn test_lines(root: &Path) -> Result<Vec<String>> {
    let metadata = MetadataCommand::new().current_dir(root).no_deps().exec()?;
    let targets = metadata.packages.iter().flat_map(|package| &package.targets);
    let mut names: Vec<&str> = targets
        .filter(|target| target.kind.contains(&TargetKind::Test) && !STAGED.contains(&target.name.as_str()))
        .map(|target| target.name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let integration: String = names.iter().map(|name| format!(" --test {name}")).collect();
    Ok(vec![
        format!("cargo test --locked --workspace --no-fail-fast --lib --bins{integration}"),
        "cargo test --locked --workspace --no-fail-fast --doc".to_owned(),
    ])
}

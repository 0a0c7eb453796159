//! `cargo xtask …`: the repository's own checks and chores.
//!
//! Not part of the product: no crate of Nightbell may depend on it, and it depends on none of them. People and `.ci/run` call it.

use std::process::ExitCode;

mod advisories;
mod bench;
mod clock;
mod licences;
mod pg;
mod policy;
mod repo;
mod setup;
mod shell;
mod sim;
mod suite;
mod tidy;
mod vendor;

use repo::Result;

const HELP: &str = "\
cargo xtask COMMAND

  test [--only STAGE] [--skip STAGE]   installs what is missing, then runs everything; the one test command
  tidy                                 crate edges, purity, sizes, migrations, headers, leftovers, vendored files
  licences                             every dependency's licence is allowed, no banned crate is present
  advisories [PATH]                    Cargo.lock against a RustSec advisory database (folder or .tar.xz)
  sim --seed N [--until T] [--html FILE]  one simulated world again, told as a page of HTML; without a seed, many
  setup                                installs the programs the tests need (Debian, as root); otherwise lists them
  pg [--disk] [-- COMMAND…]            a throw-away PostgreSQL: runs the command beside it, or prints its address and waits
  vendor                               fetches the browser files of tools/vendor/vendor-list.toml and records their hashes
  bench [NAME]                         measurements; without a name, lists them
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(problem) => {
            eprintln!("xtask: {problem}");
            ExitCode::from(2)
        }
    }
}

/// Runs one command; `Ok(false)` means "ran and found something wrong", an error means "could not run".
fn run(words: &[&str]) -> Result<bool> {
    match words {
        ["test", flags @ ..] => suite::run(flags),
        ["tidy"] => Ok(tidy::run()?.passed),
        ["licences"] => Ok(licences::run()?.passed),
        ["advisories"] => Ok(advisories::run(None)?.passed),
        ["advisories", path] => Ok(advisories::run(Some(path))?.passed),
        ["setup"] => Ok(setup::run()?.passed),
        ["sim", flags @ ..] => sim::run(flags),
        ["vendor"] => vendor::run(),
        ["pg"] => pg::run(&[], false),
        ["pg", "--disk"] => pg::run(&[], true),
        ["pg", "--", command @ ..] => pg::run(command, false),
        ["pg", "--disk", "--", command @ ..] => pg::run(command, true),
        ["bench"] => bench::list(),
        ["bench", name] => bench::run(name),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(true)
        }
        other => Err(format!("unknown command `{}`\n\n{HELP}", other.join(" ")).into()),
    }
}

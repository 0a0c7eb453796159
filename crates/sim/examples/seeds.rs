//! Runs simulated worlds: the regression seeds first, then seeds one after the other until the time is used up.
//!
//! `--seconds N` (default 60), with `--from SEED` to count from another seed; or `--seed N` for one alone. Exits with 1 when something does not hold.

use nightbell_sim::{Counts, Summary, regressions, run};
use std::{process::ExitCode, time::Duration};

/// Where the counted seeds begin: the small ones are the unit tests'.
const FIRST: u64 = 1_000;

/// The clock of the time budget; the simulated worlds never see it.
#[expect(
    clippy::disallowed_methods,
    reason = "the time budget of the whole run is read from a clock here, at the edge"
)]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

enum Wanted {
    Seconds(u64, u64),
    Seed(u64),
}

fn wanted() -> Result<Wanted, String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |text: &str| text.parse::<u64>().map_err(|_| format!("{text:?} is not a number"));
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => Ok(Wanted::Seconds(60, FIRST)),
        ["--seconds", n] => number(n).map(|s| Wanted::Seconds(s, FIRST)),
        ["--seconds", n, "--from", first] => Ok(Wanted::Seconds(number(n)?, number(first)?)),
        ["--seed", n] => number(n).map(Wanted::Seed),
        _ => Err("use --seconds N [--from SEED], or --seed N".to_owned()),
    }
}

#[derive(Default)]
struct Total {
    seeds: u64,
    simulated_s: i64,
    counts: Counts,
}

impl Total {
    fn add(&mut self, summary: &Summary) {
        self.seeds += 1;
        self.counts.add(&summary.counts);
        self.simulated_s += summary.simulated_s;
    }
}

fn play(wanted: Wanted) -> Result<Total, String> {
    let mut total = Total::default();
    let (seeds, budget): (Box<dyn Iterator<Item = u64>>, _) = match wanted {
        Wanted::Seed(seed) => (Box::new(std::iter::once(seed)), Duration::MAX),
        Wanted::Seconds(s, first) => (Box::new(regressions().into_iter().chain(first..)), Duration::from_secs(s)),
    };
    let kept = regressions().len() as u64;
    let begun = now();
    for seed in seeds {
        if begun.elapsed() >= budget && total.seeds >= kept {
            break;
        }
        let summary = run(seed, None).map_err(|failure| failure.to_string())?;
        total.add(&summary);
    }
    Ok(total)
}

fn main() -> ExitCode {
    let wanted = match wanted() {
        Ok(wanted) => wanted,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    match play(wanted) {
        Ok(total) => {
            println!("seeds: {}", total.seeds);
            println!("simulated days: {}", total.simulated_s / 86_400);
            println!("{:?}", total.counts);
            ExitCode::SUCCESS
        }
        Err(failure) => {
            println!("{failure}");
            ExitCode::FAILURE
        }
    }
}

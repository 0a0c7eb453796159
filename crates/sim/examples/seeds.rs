//! Runs simulated worlds: the regression seeds first, then seeds one after the other until the time is used up.
//!
//! `--seconds N` (default 60), with `--from SEED` to count from another seed; `--seed N` for one alone, with `--until INSTANT` (true time, as in
//! its story) and `--html FILE`; `--sabotage` re-creates each known bug and wants it found. Exits with 1 when something does not hold. A failure
//! names the commit that is in `NIGHTBELL_COMMIT`.

use nightbell_sim::{Counts, Sabotage, Summary, regressions, replay, run};
use std::{process::ExitCode, time::Duration};

/// Where the counted seeds begin: the small ones are the unit tests'.
const FIRST: u64 = 1_000;
/// Within so many seeds each known bug must be found.
const SABOTAGE_SEEDS_MAX: u64 = 60;

/// The clock of the time budget; the simulated worlds never see it.
#[expect(
    clippy::disallowed_methods,
    reason = "the time budget of the whole run is read from a clock here, at the edge"
)]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

/// Processor time of this process so far, where the system tells it.
fn cpu_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

enum Wanted {
    Seconds(u64, u64),
    Seed(u64, Option<jiff::Timestamp>, Option<String>),
    Sabotage,
}

fn wanted() -> Result<Wanted, String> {
    const USE: &str = "use --seconds N [--from SEED], --seed N [--until INSTANT] [--html FILE], or --sabotage";
    let number = |text: &str| text.parse::<u64>().map_err(|_| format!("{text:?} is not a number"));
    let (mut wanted, mut words) = (Wanted::Seconds(60, FIRST), std::env::args().skip(1));
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} wants a value; {USE}"));
        match (word.as_str(), &mut wanted) {
            ("--seconds", Wanted::Seconds(seconds, _)) => *seconds = number(&value()?)?,
            ("--from", Wanted::Seconds(_, first)) => *first = number(&value()?)?,
            ("--seed", _) => wanted = Wanted::Seed(number(&value()?)?, None, None),
            ("--until", Wanted::Seed(_, until, _)) => {
                let text = value()?;
                *until = Some(text.parse().map_err(|e| format!("{text:?} is not an instant: {e}"))?);
            }
            ("--html", Wanted::Seed(_, _, file)) => *file = Some(value()?),
            ("--sabotage", _) => wanted = Wanted::Sabotage,
            _ => return Err(USE.to_owned()),
        }
    }
    Ok(wanted)
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

    fn print(&self) {
        println!("seeds: {}", self.seeds);
        println!("simulated days: {}", self.simulated_s / 86_400);
        if let Some(cpu) = cpu_time() {
            let per_minute = self.simulated_s as f64 / 86_400.0 * 60.0 / cpu.as_secs_f64().max(0.001);
            println!("processor seconds: {}", cpu.as_secs());
            println!("simulated days per processor minute: {per_minute:.0}");
        }
        println!("{:?}", self.counts);
    }
}

/// Worlds until the time is used up; the kept seeds whatever it takes.
fn many(seconds: u64, first: u64) -> Result<(), String> {
    let (kept, budget, begun) = (regressions(), Duration::from_secs(seconds), now());
    let mut total = Total::default();
    for seed in kept.iter().copied().chain(first..) {
        if begun.elapsed() >= budget && total.seeds >= kept.len() as u64 {
            break;
        }
        total.add(&run(seed, None).map_err(|failure| failure.to_string())?);
    }
    total.print();
    Ok(())
}

/// One world, told in full when asked for.
fn one(seed: u64, until: Option<jiff::Timestamp>, file: Option<&str>) -> Result<(), String> {
    let replayed = replay(seed, until)?;
    if let Some(file) = file {
        std::fs::write(file, &replayed.html).map_err(|e| format!("{file}: {e}"))?;
        println!("told in {file}");
    }
    let mut total = Total::default();
    total.add(&replayed.outcome.map_err(|failure| failure.to_string())?);
    total.print();
    Ok(())
}

/// Each known bug, until a seed finds it.
fn sabotage() -> Result<(), String> {
    let mut missed = Vec::new();
    for sabotage in Sabotage::ALL {
        match (1..=SABOTAGE_SEEDS_MAX).find_map(|seed| run(seed, Some(sabotage)).err()) {
            Some(failure) => {
                let problem = failure.problem.lines().next().unwrap_or_default();
                println!("{sabotage:?}: found by seed {} of {SABOTAGE_SEEDS_MAX}: {problem}", failure.seed);
            }
            None => missed.push(sabotage),
        }
    }
    println!("sabotage: {}/{} caught", Sabotage::ALL.len() - missed.len(), Sabotage::ALL.len());
    println!("sabotage caught: {}", Sabotage::ALL.len() - missed.len());
    println!("sabotage missed: {}", missed.len());
    if missed.is_empty() { Ok(()) } else { Err(format!("not found within {SABOTAGE_SEEDS_MAX} seeds: {missed:?}")) }
}

/// The commit that `cargo xtask` says is running.
#[expect(clippy::disallowed_methods, reason = "a line for whoever reads a failure; nothing that is decided reads it")]
fn commit() -> Option<String> {
    std::env::var("NIGHTBELL_COMMIT").ok()
}

fn main() -> ExitCode {
    let played = match wanted() {
        Ok(Wanted::Seconds(seconds, first)) => many(seconds, first),
        Ok(Wanted::Seed(seed, until, file)) => one(seed, until, file.as_deref()),
        Ok(Wanted::Sabotage) => sabotage(),
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("{failure}");
            if let Some(commit) = commit() {
                println!("commit: {commit}");
            }
            ExitCode::FAILURE
        }
    }
}

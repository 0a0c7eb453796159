//! One seed, from its options to its verdict.

use crate::{
    html,
    options::Options,
    sabotage::Sabotage,
    world::{Counts, World},
};
use nightbell_engine::domain::record::Instant;
use std::fmt;

/// Seeds that once found something: run first, for ever.
pub const REGRESSIONS: &str = include_str!("../seeds.txt");

/// The regression seeds.
pub fn regressions() -> Vec<u64> {
    REGRESSIONS.lines().filter_map(|line| line.split('#').next()?.trim().parse().ok()).collect()
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What was counted.
    pub counts: Counts,
    /// Simulated seconds.
    pub simulated_s: i64,
    /// Hash over every happening: the same for the same seed.
    pub hash: String,
}

/// What went wrong, with everything needed to see it again.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// What it chose.
    pub options: Options,
    /// What did not hold.
    pub problem: String,
    /// The last happenings, oldest first.
    pub recent: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {} failed: {}", self.seed, self.problem)?;
        writeln!(f, "options: {}", self.options)?;
        writeln!(f, "the last {} happenings, in true time:", self.recent.len())?;
        self.recent.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        write!(f, "again: cargo xtask sim --seed {}", self.seed)
    }
}

/// Runs a seed, with a known bug when one is given.
///
/// # Errors
/// [`Failure`]: something did not hold.
pub fn run(seed: u64, sabotage: Option<Sabotage>) -> Result<Summary, Box<Failure>> {
    let options = Options::of(seed);
    let fail = |problem, recent| Box::new(Failure { seed, options: options.clone(), problem, recent });
    let mut world = World::new(seed, options.clone(), sabotage, false).map_err(|problem| fail(problem, Vec::new()))?;
    if let Err(problem) = world.run(None) {
        return Err(fail(problem, world.story().recent()));
    }
    let simulated_s = world.elapsed().as_secs();
    let (counts, hash) = world.finish();
    Ok(Summary { counts, simulated_s, hash })
}

/// A run that is looked at: the whole story, up to an instant when one is given.
pub struct Replay {
    /// What did not hold, or the summary.
    pub outcome: Result<Summary, Box<Failure>>,
    /// The world as a page of HTML.
    pub html: String,
}

/// Runs a seed again and keeps its whole story. `until` is true time: what lies after it does not happen, and what waits then is no failure.
///
/// # Errors
/// The world cannot be built, or its database not be read.
pub fn replay(seed: u64, until: Option<Instant>) -> Result<Replay, String> {
    let options = Options::of(seed);
    let mut world = World::new(seed, options.clone(), None, true)?;
    let problem = world.run(until).err();
    let html = html::page(seed, &options, problem.as_deref(), world.story(), world.disk())?;
    let outcome = match problem {
        Some(problem) => Err(Box::new(Failure { seed, options, problem, recent: world.story().recent() })),
        None => {
            let simulated_s = world.elapsed().as_secs();
            let (counts, hash) = world.finish();
            Ok(Summary { counts, simulated_s, hash })
        }
    };
    Ok(Replay { outcome, html })
}

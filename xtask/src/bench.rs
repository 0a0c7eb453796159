//! `cargo xtask bench [NAME]`: measurements, never part of the tests. Each bench is a file below `bench/` and a line in
//! `BENCHES`; it returns samples, and this file prints them in one form, ready for `docs/performance.md`.

use crate::repo::{Result, root};

mod build;
mod ingest;
mod live;
mod load;
mod memory;
mod paging;
mod pg;
mod reference;
mod running;
mod schedules;
mod size;
mod start;
mod storm;
mod table;
mod timers;
mod years;

use table::Report;

/// One measurement a person can ask for.
pub struct Bench {
    /// `cargo xtask bench NAME`.
    pub name: &'static str,
    /// What it measures, in a line.
    pub about: &'static str,
    /// Runs it from the top folder of the repository.
    pub run: fn(&std::path::Path) -> Result<Report>,
}

/// Every bench there is.
pub const BENCHES: &[Bench] = &[
    Bench {
        name: "build",
        about: "the demo's build from an empty target folder, and what each dependency costs",
        run: build::run,
    },
    Bench { name: "start", about: "from starting the process to ready", run: start::run },
    Bench { name: "memory", about: "resident memory of an idle server", run: memory::run },
    Bench { name: "size", about: "bytes of the page of a woken person and of the status page", run: size::run },
    Bench { name: "paging", about: "alert accepted to webhook received, at 50 alerts a second", run: paging::run },
    Bench {
        name: "ingest",
        about: "durable ingest against Alertmanager's into memory, in turn, one core each",
        run: ingest::run,
    },
    Bench { name: "latency", about: "answers at 5,000 alerts a second offered", run: ingest::latency },
    Bench { name: "storm", about: "a million repeats, and ten thousand different alerts at once", run: storm::run },
    Bench { name: "timers", about: "100,000 timers due at once", run: timers::run },
    Bench { name: "pending", about: "CPU with 1,000,000 timers of which none is due", run: timers::pending },
    Bench { name: "open", about: "resident memory with 100,000 open alerts", run: timers::open },
    Bench { name: "pg", about: "ingest on PostgreSQL with one node and three, beside pgbench", run: pg::run },
    Bench { name: "years", about: "start and every page on two years of alerts and incidents", run: years::run },
    Bench {
        name: "schedules",
        about: "the shifts of 1,000 schedules in a year, and who is on call at an instant",
        run: schedules::run,
    },
    Bench { name: "live", about: "incident entry to event in 20 open browsers", run: live::run },
];

/// Prints what can be measured.
///
/// # Errors
/// Never; the type is that of every command.
pub fn list() -> Result<bool> {
    for bench in BENCHES {
        println!("{:<12} {}", bench.name, bench.about);
    }
    Ok(true)
}

/// Runs one bench and prints its table. `Ok(false)` when a target was missed.
///
/// # Errors
/// When there is no such bench, or it could not run.
pub fn run(name: &str) -> Result<bool> {
    let bench = BENCHES
        .iter()
        .find(|bench| bench.name == name)
        .ok_or_else(|| format!("no bench `{name}`; there are: {}", names().join(", ")))?;
    let report = (bench.run)(&root())?;
    print!("{}", report.render());
    Ok(report.targets_met())
}

fn names() -> Vec<&'static str> {
    BENCHES.iter().map(|bench| bench.name).collect()
}

#[cfg(test)]
mod tests {
    use super::names;
    use std::collections::BTreeSet;

    /// Words between backticks, as people read the names of benches.
    fn quoted(text: &str) -> BTreeSet<&str> {
        text.split('`').skip(1).step_by(2).flat_map(|code| code.split([' ', '|'])).collect()
    }

    #[test]
    fn the_documentation_names_every_bench_and_no_other() {
        let documentation = include_str!("../../docs/performance.md");
        let said = quoted(documentation);
        let unsaid: Vec<_> = names().into_iter().filter(|name| !said.contains(name)).collect();
        assert!(unsaid.is_empty(), "docs/performance.md does not say which numbers come from {unsaid:?}");
        // The last cell of a row of numbers is its bench; a command line names some as well.
        let cells = documentation.lines().filter_map(|line| line.strip_suffix("` |")?.rsplit('`').next());
        let commands = documentation.split("`cargo xtask bench ").skip(1).filter_map(|rest| rest.split('`').next());
        let told: Vec<_> = cells.chain(commands.flat_map(|names| names.split([' ', '|']))).collect();
        for name in told.into_iter().filter(|name| !name.is_empty() && *name != "NAME") {
            assert!(names().contains(&name), "docs/performance.md names a bench that is none: {name}");
        }
    }
}

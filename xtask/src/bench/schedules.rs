//! A thousand schedules over a year, and who is on call at an instant: the calendar alone, on one core, driven line by line over
//! standard input (`crates/calendar/examples/schedules.rs`). Counted in CPU time of that process, which is what one core spends on it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::load::cpu_seconds;
use super::table::{Measure, Report};
use crate::repo::Result;
use crate::shell;

/// The aim is 200 ms.
const YEAR_TARGET_MS: f64 = 500.0;
const ASK_TARGET_US: f64 = 100.0;
const YEARS: usize = 20;
const ROUNDS: usize = 20;
const ASKED: u32 = 100_000;
const BUILD: &str = "cargo build --release --locked --package nightbell-calendar --example schedules";

/// The schedules, in a process of their own.
struct Calendar {
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Calendar {
    fn start(root: &Path) -> Result<Self> {
        let words = shell::words("taskset --cpu-list 0 target/release/examples/schedules");
        let mut child = shell::command(&words, root).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let ask = child.stdin.take().ok_or("no standard input")?;
        let answers = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        Ok(Self { child, ask, answers })
    }

    /// Seconds of CPU time from the question to its answer, and the answer.
    fn ask(&mut self, question: &str) -> Result<(f64, u64)> {
        let before = cpu_seconds(self.child.id())?;
        self.ask.write_all(format!("{question}\n").as_bytes())?;
        self.ask.flush()?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let seconds = cpu_seconds(self.child.id())? - before;
        Ok((seconds, line.trim().parse().map_err(|_| format!("{question}: no answer"))?))
    }
}

impl Drop for Calendar {
    fn drop(&mut self) {
        // It ends by itself with its input; this is for when something went wrong.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks for the year again and again, then for single instants.
///
/// # Errors
/// When the example does not build or answers something else than a number.
pub fn run(root: &Path) -> Result<Report> {
    shell::must(BUILD, root)?;
    let mut calendar = Calendar::start(root)?;
    let (_, shifts) = calendar.ask("year")?;
    let mut years = Vec::with_capacity(YEARS);
    for _ in 0..YEARS {
        let (seconds, again) = calendar.ask("year")?;
        if again != shifts {
            return Err("two years with other shifts".into());
        }
        years.push(seconds * 1e3);
    }
    let mut asked = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let (seconds, somebody) = calendar.ask(&format!("ask {ASKED}"))?;
        if somebody != u64::from(ASKED) {
            return Err("an instant without anybody on call".into());
        }
        asked.push(seconds / f64::from(ASKED) * 1e6);
    }
    let measures = vec![
        Measure {
            what: format!("the {shifts} final shifts of 1,000 schedules in a year"),
            unit: "ms",
            samples: years,
            target_max: None,
            median_max: Some(YEAR_TARGET_MS),
            method: "three layers, 52 overrides each, five zones whose clocks change; from stored data, CPU time (aim 200 ms)"
                .to_owned(),
        },
        Measure {
            what: "who is on call at an instant, and until when".to_owned(),
            unit: "µs",
            samples: asked,
            target_max: None,
            median_max: Some(ASK_TARGET_US),
            method: "100,000 instants all over the year, CPU time for each, the same schedules made ready once".to_owned(),
        },
    ];
    Ok(Report { measures, ..Report::default() })
}

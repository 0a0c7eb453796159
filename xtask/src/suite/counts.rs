//! Numbers read from what a stage printed. Pure.

use super::conformance::Conformance;

/// In which words a runner says how many tests it ran. Each stage reads its own runner's words only: a test may print the other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Results {
    /// libtest: `test result: ok. 3 passed; 0 failed; 0 ignored; …`.
    Cargo,
    /// A line of its own: `3 passed, 0 failed`.
    Plain,
}

/// What a labelled number must be at the end, or the stage has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Must {
    /// It ran something: `seeds: 12`.
    Positive,
    /// It found nothing, and said so: `pages lost: 0`.
    Zero,
    /// It is only told, but it is told: `repeats: 4`.
    Told,
}

/// What a stage counts.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    /// Tests, in the words of the stage's runner.
    pub tests: Option<Results>,
    /// Something else, as lines `seeds: 12`; several lines add up.
    pub labels: &'static [(&'static str, Must)],
}

/// What was counted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that did not run. There are no ignored tests here.
    pub ignored: u64,
    /// The labelled numbers that were told, in the stage's order.
    pub labelled: Vec<(&'static str, u64)>,
    /// The store's cases on its databases.
    pub conformance: Conformance,
}

impl Counts {
    /// Adds what `lines` say to `tally`.
    pub fn read(&self, lines: &[String], tally: &mut Tally) {
        for line in lines.iter().map(|line| line.trim()) {
            if self.tests == Some(Results::Cargo) {
                tally.conformance.read(line);
            }
            if let Some((passed, failed, ignored)) = self.tests.and_then(|words| results(words, line)) {
                tally.passed += passed;
                tally.failed += failed;
                tally.ignored += ignored;
            }
            for (label, _) in self.labels {
                let told = line.strip_prefix(label).and_then(|rest| leading_number(rest.strip_prefix(':')?));
                let Some(told) = told else { continue };
                match tally.labelled.iter_mut().find(|(known, _)| known == label) {
                    Some((_, number)) => *number += told,
                    None => tally.labelled.push((label, told)),
                }
            }
        }
    }

    /// Why a stage that ended well is still wrong: it ran nothing, or left something out.
    pub fn problem(&self, tally: &Tally) -> Option<String> {
        for (label, must) in self.labels {
            let told = tally.labelled.iter().find(|(known, _)| known == label).map(|(_, number)| *number);
            match (told, must) {
                (None, _) => return Some(format!("it must print a line `{label}: N`")),
                (Some(0), Must::Positive) => return Some(format!("ran 0 {label}")),
                (Some(1..), Must::Zero) => return Some(format!("{label}: it must be 0")),
                _ => {}
            }
        }
        self.tests?;
        if tally.failed > 0 {
            return Some(format!("{} tests failed", tally.failed));
        }
        if tally.ignored > 0 {
            return Some(format!("{} tests are ignored; make them run or delete them", tally.ignored));
        }
        (tally.passed == 0).then(|| "ran 0 tests".to_owned())
    }
}

/// (passed, failed, ignored) of one line, if it is a result.
fn results(words: Results, line: &str) -> Option<(u64, u64, u64)> {
    match words {
        Results::Cargo => {
            let (_, rest) = line.strip_prefix("test result: ")?.split_once(". ")?;
            let mut parts = rest.split(';').map(|part| leading_number(part.trim()));
            Some((parts.next()??, parts.next()??, parts.next()??))
        }
        Results::Plain => {
            let (passed, failed) = line.strip_suffix(" failed")?.split_once(" passed, ")?;
            Some((passed.parse().ok()?, failed.parse().ok()?, 0))
        }
    }
}

fn leading_number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.trim_end_matches([',', '.', ';']).parse().ok()
}

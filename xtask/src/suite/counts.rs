//! Numbers read from what a stage printed. Pure.

/// In which words a runner says how many tests it ran. Each stage reads its own runner's words only: a test may print the other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Results {
    /// libtest: `test result: ok. 3 passed; 0 failed; 0 ignored; …`.
    Cargo,
    /// A line of its own: `3 passed, 0 failed`.
    Plain,
}

/// What a stage counts.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    /// Tests, in the words of the stage's runner.
    pub tests: Option<Results>,
    /// Something else, as lines `seeds: 12`; several lines add up.
    pub label: Option<&'static str>,
}

/// What was counted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that did not run. There are no ignored tests here.
    pub ignored: u64,
    /// The labelled number.
    pub labelled: Option<(&'static str, u64)>,
}

impl Counts {
    /// Adds what `lines` say to `tally`.
    pub fn read(&self, lines: &[String], tally: &mut Tally) {
        for line in lines.iter().map(|line| line.trim()) {
            if let Some((passed, failed, ignored)) = self.tests.and_then(|words| results(words, line)) {
                tally.passed += passed;
                tally.failed += failed;
                tally.ignored += ignored;
            }
            if let Some(label) = self.label {
                let before = tally.labelled.map_or(0, |(_, number)| number);
                let more = line.strip_prefix(label).and_then(|rest| leading_number(rest.strip_prefix(':')?));
                tally.labelled = Some((label, before + more.unwrap_or(0)));
            }
        }
    }

    /// Why a stage that ended well is still wrong: it ran nothing, or left something out.
    pub fn problem(&self, tally: &Tally) -> Option<String> {
        if let Some(label) = self.label
            && tally.labelled.is_none_or(|(_, number)| number == 0)
        {
            return Some(format!("ran 0 {label}: it must print a line `{label}: N`"));
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

//! Each invariant (INV-01 … INV-24) has a test with its id in its name, and `docs/reliability.md` tells the promise and names one such test.
//! A name there that no test has any more is a finding too: a promise without proof is only a sentence.

use super::Outcome;
use crate::repo::{Finding, Repo};
use std::collections::BTreeSet;

/// How many there are.
const INVARIANTS: u32 = 24;
/// Where they are promised.
const PROMISES: &str = "docs/reliability.md";

/// Compares the names of tests with the promises.
pub fn outcome(repo: &Repo) -> Outcome {
    let texts = repo.texts("", &[".rs"]);
    let texts = texts.iter().filter(|(path, _)| !path.starts_with("xtask/")).map(|(_, text)| text.as_str());
    let tests = named_tests(texts);
    let promises = repo.texts(PROMISES, &[".md"]).into_iter().map(|(_, text)| text).collect::<String>();
    Outcome {
        name: "invariants",
        looked_at: format!("{INVARIANTS} promises, {} tests named after them", tests.len()),
        findings: findings(&tests, &promises),
        notes: Vec::new(),
    }
}

/// Every `inv_NN_…` that is a function, or a case of a table of cases.
pub fn named_tests<'a>(texts: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    texts
        .flat_map(str::lines)
        .filter_map(|line| line.trim_start().strip_prefix("pub ").or(Some(line.trim_start())))
        .filter_map(|line| line.strip_prefix("async ").or(Some(line))?.strip_prefix("fn inv_"))
        .map(|rest| {
            format!("inv_{}", rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or(""))
        })
        .collect()
}

/// The numbers at the front of a name: `inv_01_05_x` proves two, `inv_01_to_09_x` nine, `inv_05_inv_22_x` two.
pub fn proves(test: &str) -> BTreeSet<u32> {
    let (mut numbers, mut newest, mut through) = (BTreeSet::new(), 0, false);
    for word in test.split('_') {
        match word.parse::<u32>() {
            Ok(number) if word.len() == 2 => {
                numbers.extend(if through { newest..=number } else { number..=number });
                (newest, through) = (number, false);
            }
            _ if word == "to" && newest > 0 => through = true,
            _ if word == "inv" => {}
            _ => break,
        }
    }
    numbers
}

/// The invariants without a test or a promise, and the promises whose test is gone.
pub fn findings(tests: &BTreeSet<String>, promises: &str) -> Vec<Finding> {
    let told: BTreeSet<&str> = promises.split('`').filter(|word| word.starts_with("inv_")).collect();
    let mut findings = Vec::new();
    for number in 1..=INVARIANTS {
        let id = format!("INV-{number:02}");
        if !tests.iter().any(|test| proves(test).contains(&number)) {
            findings.push(Finding::new(PROMISES, 1, format!("no test is named after {id}"), "prove it in a test"));
        }
        if !promises.contains(&format!("| {id} |")) || !told.iter().any(|test| proves(test).contains(&number)) {
            let fix = "give it a row with what is promised and the name of a test";
            findings.push(Finding::new(PROMISES, 1, format!("{id} is not told with a test"), fix));
        }
    }
    for name in told {
        if !tests.contains(name) {
            findings.push(Finding::new(PROMISES, 1, format!("no test is called {name}"), "name one that exists"));
        }
    }
    findings
}

//! What is counted, which stages are chosen, and what the end looks like.

use super::counts::{Counts, Must, Results, Tally};
use super::*;

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn tally(passed: u64, failed: u64, ignored: u64, labelled: &[(&'static str, u64)]) -> Tally {
    Tally { passed, failed, ignored, labelled: labelled.to_vec(), ..Tally::default() }
}

const TESTS: Counts = Counts { tests: Some(Results::Cargo), labels: &[] };
const PLAIN: Counts = Counts { tests: Some(Results::Plain), labels: &[] };
const SEEDS: Counts = Counts { tests: None, labels: &[("seeds", Must::Positive)] };
const KILLS: Counts = Counts {
    tests: Some(Results::Cargo),
    labels: &[("kills", Must::Positive), ("pages lost", Must::Zero), ("repeats", Must::Told)],
};

#[test]
fn reads_numbers_and_refuses_nothing() {
    let ok = "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.10s";
    let cases: &[(Counts, String, Tally, bool)] = &[
        (TESTS, format!("{ok}\nnoise\n{ok}"), tally(24, 0, 0, &[]), true),
        (
            TESTS,
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured".to_owned(),
            tally(3, 2, 0, &[]),
            false,
        ),
        (TESTS, "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured".to_owned(), tally(3, 0, 1, &[]), false),
        (TESTS, "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured".to_owned(), tally(0, 0, 0, &[]), false),
        (PLAIN, "41 passed, 0 failed".to_owned(), tally(41, 0, 0, &[]), true),
        (PLAIN, "41 passed, 1 failed".to_owned(), tally(41, 1, 0, &[]), false),
        (TESTS, format!("{ok}\n41 passed, 1 failed"), tally(12, 0, 0, &[]), true),
        (PLAIN, format!("41 passed, 0 failed\n{ok}"), tally(41, 0, 0, &[]), true),
        (TESTS, "nothing".to_owned(), tally(0, 0, 0, &[]), false),
        (SEEDS, "seeds: 10\nseeds: 5, all good".to_owned(), tally(0, 0, 0, &[("seeds", 15)]), true),
        (SEEDS, "seeds: 0".to_owned(), tally(0, 0, 0, &[("seeds", 0)]), false),
        (SEEDS, "seeds looked good".to_owned(), tally(0, 0, 0, &[]), false),
        (
            KILLS,
            format!("kills: 7 survived, accepted 90\npages lost: 0\nrepeats: 2\n{ok}"),
            tally(12, 0, 0, &[("kills", 7), ("pages lost", 0), ("repeats", 2)]),
            true,
        ),
        (
            KILLS,
            format!("kills: 7\npages lost: 1\nrepeats: 0\n{ok}"),
            tally(12, 0, 0, &[("kills", 7), ("pages lost", 1), ("repeats", 0)]),
            false,
        ),
        (KILLS, format!("kills: 7\npages lost: 0\n{ok}"), tally(12, 0, 0, &[("kills", 7), ("pages lost", 0)]), false),
        (KILLS, ok.to_owned(), tally(12, 0, 0, &[]), false),
    ];
    for (counts, text, expected, good) in cases {
        let mut found = Tally::default();
        counts.read(&lines(text), &mut found);
        assert_eq!(found, *expected, "{text}");
        assert_eq!(counts.problem(&found).is_none(), *good, "{text}: {:?}", counts.problem(&found));
    }
}

#[test]
fn flags_choose_stages() {
    let names =
        |flags: &[&str]| -> Vec<&str> { choose(flags).expect("known flags").iter().map(|stage| stage.name).collect() };
    let all: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
    assert_eq!(names(&[]), all);
    assert_eq!(names(&["--only", "tidy"]), ["tidy"]);
    assert_eq!(names(&["--only", "sim"]), ["build", "sim"], "what it runs is built first");
    assert_eq!(names(&["--only", "browser", "--skip", "build"]), ["browser"]);
    assert!(!names(&["--skip", "browser"]).contains(&"browser"));
    for wrong in [&["--only"][..], &["--only", "nonsense"], &["sim"], &["--skip", "tidy", "--only"]] {
        assert!(choose(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_stage_with_missing_files_fails() {
    let empty = tempfile::tempdir().expect("a temporary folder");
    let mut tried = 0;
    for stage in STAGES.iter().filter(|stage| !stage.needs_files.is_empty()) {
        let (ended, _) = run_stage(stage, empty.path());
        assert!(matches!(&ended, Ended::Failed(why) if why.starts_with("missing: ")), "{}", stage.name);
        tried += 1;
    }
    assert_eq!(tried, 5);
}

#[test]
fn commands_are_streamed_counted_and_judged() {
    let stage =
        |work: Work, counts: Counts| Stage { name: "x", about: "", work, needs_files: &[], needs_build: false, counts };
    let cases: Vec<(Stage, bool, Tally)> = vec![
        (stage(Work::Commands(&["echo seeds: 3", "echo seeds: 4"]), SEEDS), true, tally(0, 0, 0, &[("seeds", 7)])),
        (stage(Work::Commands(&["false", "echo seeds: 4"]), SEEDS), false, tally(0, 0, 0, &[("seeds", 4)])),
        (stage(Work::Commands(&["echo 2 passed, 1 failed"]), PLAIN), false, tally(2, 1, 0, &[])),
        (stage(Work::Commands(&["no-program-has-this-name"]), TESTS), false, Tally::default()),
    ];
    for (stage, good, expected) in cases {
        let (ended, found) = run_stage(&stage, &root());
        assert_eq!(matches!(ended, Ended::Passed(_)), good);
        assert_eq!(found, expected);
    }
}

#[test]
fn the_end_is_one_plain_line() {
    let row = |name, ended, tally| Row { name, ended, tally, seconds: 1.5 };
    let good = [
        row("tidy", Ended::Passed("12 checks".to_owned()), Tally::default()),
        row("advisories", Ended::Skipped("SKIPPED: no database".to_owned()), Tally::default()),
        row("tests", Ended::Passed(String::new()), tally(40, 0, 0, &[])),
        row("kills", Ended::Passed(String::new()), tally(2, 0, 0, &[("kills", 7), ("pages lost", 0), ("repeats", 3)])),
    ];
    let expected = "\
stage         seconds  result   counted
tidy              1.5  ok       12 checks
advisories        1.5  skipped  SKIPPED: no database
tests             1.5  ok       40 passed, 0 failed
kills             1.5  ok       2 passed, 0 failed, 7 kills, 0 pages lost, 3 repeats
all               6.0
kills: 7, pages lost: 0, repeats: 3
42 passed, 0 failed";
    assert_eq!(summary::render(&good), expected);
    let bad = [
        row("tidy", Ended::Failed("2 findings".to_owned()), Tally::default()),
        row("tests", Ended::Failed("x".to_owned()), tally(5, 3, 0, &[])),
    ];
    assert!(summary::render(&bad).ends_with("\n5 passed, 4 failed"));
}

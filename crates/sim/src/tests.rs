//! A few seeds, fast; the long run is the `seeds` example.

use crate::{Sabotage, regressions, run};

#[test]
fn a_few_worlds_hold() {
    let mut total = crate::Counts::default();
    for seed in 1..=4 {
        let counts = run(seed, None).unwrap_or_else(|failure| panic!("{failure}")).counts;
        assert!(counts.events > 20 && counts.sends > 0, "seed {seed} did nothing: {counts:?}");
        total.repeats += counts.repeats;
        total.crashes += counts.crashes;
    }
    assert!(total.repeats > 0 && total.crashes > 0, "these seeds know no faults: {total:?}");
}

#[test]
fn the_same_seed_is_the_same_world() {
    for seed in [2, 3] {
        let twice = [run(seed, None), run(seed, None)].map(|r| r.unwrap_or_else(|failure| panic!("{failure}")));
        assert_eq!(twice[0], twice[1]);
    }
    assert_ne!(run(2, None).map(|s| s.hash).ok(), run(3, None).map(|s| s.hash).ok());
}

#[test]
fn the_regression_seeds_are_read() {
    assert!(!regressions().is_empty());
}

/// Each known bug must be caught within that many seeds.
const SEEDS_MAX: u64 = 40;

#[test]
fn sabotage_is_caught() {
    let mut missed = Vec::new();
    for sabotage in Sabotage::ALL {
        match (1..=SEEDS_MAX).find_map(|seed| run(seed, Some(sabotage)).err()) {
            Some(failure) => println!("{sabotage:?}: seed {}: {}", failure.seed, failure.problem),
            None => missed.push(sabotage),
        }
    }
    println!("sabotage caught: {}/{}", Sabotage::ALL.len() - missed.len(), Sabotage::ALL.len());
    assert!(missed.is_empty(), "not caught: {missed:?}");
}

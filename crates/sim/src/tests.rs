//! A few seeds, in whatever profile the tests run; the long run and every sabotage are the optimised `seeds` example (`cargo xtask test --only sim`).

use crate::{Sabotage, regressions, replay, run};

#[test]
fn a_few_worlds_hold() {
    let mut total = crate::Counts::default();
    for seed in 1..=3 {
        let counts = run(seed, None).unwrap_or_else(|failure| panic!("{failure}")).counts;
        assert!(counts.events > 20 && counts.sends > 0, "seed {seed} did nothing: {counts:?}");
        total.add(&counts);
    }
    assert!(total.repeats > 0 && total.crashes > 0, "these seeds know no faults: {total:?}");
}

#[test]
fn the_same_seed_is_the_same_world() {
    let twice = [run(2, None), run(2, None)].map(|r| r.unwrap_or_else(|failure| panic!("{failure}")));
    assert_eq!(twice[0], twice[1]);
    assert_ne!(Some(&twice[0].hash), run(3, None).map(|s| s.hash).ok().as_ref(), "the hash is over what happened");
}

#[test]
fn a_world_is_told_as_a_page_and_stops_where_it_is_asked_to() {
    let whole = replay(2, None).expect("the world can be built");
    assert!(whole.outcome.is_ok() && whole.html.contains("Everything held"), "{}", whole.html);
    let cut = replay(2, Some(jiff::Timestamp::from_second(1).expect("an instant"))).expect("the world can be built");
    assert!(cut.html.len() < whole.html.len() / 2, "nothing happens before its beginning");
}

#[test]
fn the_regression_seeds_are_read() {
    assert!(regressions().len() > 5);
}

/// All of them are found by the `seeds` example; these two show in every profile that the oracle looks.
#[test]
fn sabotage_is_caught() {
    for sabotage in [Sabotage::DoneBeforeSent, Sabotage::NowReadTwice] {
        let found = (1..=10).find_map(|seed| run(seed, Some(sabotage)).err());
        assert!(found.is_some_and(|failure| !failure.recent.is_empty()), "{sabotage:?} is not found");
    }
}

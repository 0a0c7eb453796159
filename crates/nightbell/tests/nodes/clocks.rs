//! Nodes whose clocks disagree: one of three is hours ahead or behind. It takes alerts and leaves ringing people to the others, and whatever it took is
//! told by them, once, in seconds; nobody's escalation stands still or runs ahead because of it.

use super::{
    double::{Double, Received},
    fake_clock::Clock,
    town::{Node, Town},
    wait::{SOON, pause, until, wall_clock},
};
use jiff::SignedDuration;
use std::time::Duration;

/// Enough for several looks of the sound nodes.
const A_WHILE: Duration = Duration::from_secs(6);

fn pages(ledger: &[Received], n: usize) -> usize {
    let path = format!("/p{n}");
    ledger.iter().filter(|message| message.path == path && message.kind() == "page").count()
}

fn says(node: &Node, words: &str) {
    until(words, SOON, || node.process.output().contains(words).then_some(()));
}

#[test]
fn inv_01_13_22_what_a_node_with_a_wrong_clock_takes_is_told_by_the_others_once() {
    let double = Double::obliging();
    let town = Town::new(&double.url(), 6);
    let sound: Vec<Node> = (0..2).map(|_| town.node()).collect();
    let hours = SignedDuration::from_hours(6);
    let mut told = 0;
    for (round, off_by) in [hours, -hours].into_iter().enumerate() {
        let clock = Clock::at(wall_clock() + off_by);
        let mut command = town.command();
        command.envs(clock.settings());
        let mut wrong = town.start(command);
        says(&wrong, "PAGING AT RISK: this machine's clock is wrong");
        let people = [3 * round, 3 * round + 1, 3 * round + 2];
        for n in people {
            // Two by the wrong node, one by a sound one.
            let node = if n % 3 < 2 { &wrong } else { &sound[0] };
            node.must_take(n, "trigger");
        }
        for n in people {
            double.wait("the page", SOON, |ledger| pages(ledger, n) > 0);
        }
        pause(A_WHILE);
        let ledger = double.ledger();
        for n in people {
            // By a clock that is behind the second step, an hour later, is over at once: told early, not late, and once.
            let most = if off_by.is_negative() && n % 3 < 2 { 2 } else { 1 };
            let copies = pages(&ledger, n);
            assert!((1..=most).contains(&copies), "off by {off_by:#}: {copies} messages to p{n}");
            told += copies;
        }
        // Put right, it takes part again.
        clock.set(wall_clock());
        says(&wrong, "this machine's clock agrees with the database's again");
        for n in people {
            wrong.must_take(n, "resolve");
        }
        until("nothing is open", SOON, || (town.open() == 0).then_some(()));
        wrong.process.terminate();
        assert_eq!(wrong.process.ended(SOON).code(), Some(0), "{}", wrong.process.output());
    }
    println!("clocks: 2 nodes off by six hours, {told} messages");
}

/// The only other node is a little off itself: too little for its own word to count for less, too much to be called sound.
#[test]
fn inv_01_13_22_what_a_node_far_ahead_takes_is_told_by_one_that_is_a_little_off() {
    let double = Double::obliging();
    for off_by in [SignedDuration::from_secs(4), SignedDuration::from_secs(-4)] {
        let town = Town::new(&double.url(), 1);
        let start = |off_by| {
            let clock = Clock::at(wall_clock() + off_by);
            let mut command = town.command();
            command.envs(clock.settings());
            (town.start(command), clock)
        };
        let (near, _near_clock) = start(off_by);
        says(&near, "CLOCK IS WRONG: this machine's clock is not the database's");
        let (ahead, _ahead_clock) = start(SignedDuration::from_hours(6));
        says(&ahead, "PAGING AT RISK: this machine's clock is wrong");
        let before = pages(&double.ledger(), 0);
        ahead.must_take(0, "trigger");
        double.wait("the page", SOON, |ledger| pages(ledger, 0) > before);
        pause(A_WHILE);
        assert_eq!(pages(&double.ledger(), 0), before + 1, "off by {off_by:#}");
    }
}

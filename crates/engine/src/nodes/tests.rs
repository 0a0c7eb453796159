//! Who is silent, and what becomes of what they were sending.

use super::*;

fn id(n: u128) -> NodeId {
    format!("node_{n:032x}").parse().expect("an id")
}

fn member(n: u128, beats: u64) -> Member {
    let at = Instant::UNIX_EPOCH;
    Member { id: id(n), name: format!("n{n}"), started_at: at, seen_at: at, beats }
}

/// Looks in order: the count of the other node at each, and whether it is silent then.
#[test]
fn inv_22_a_node_is_silent_when_its_count_stands_still_while_ours_moves() {
    for (name, counts, silent_at) in [
        ("it beats", &[1, 2, 3, 4, 5, 6, 7, 8, 9][..], None),
        ("it stops", &[1, 2, 2, 2, 2, 2, 2, 2][..], Some(6)),
        ("it is slow, but there", &[1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3][..], None),
        ("never a beat", &[0, 0, 0, 0, 0, 0][..], Some(5)),
        ("its count went back: a restored database", &[9, 9, 9, 9, 1, 1, 1, 1, 1][..], None),
    ] {
        let mut watch = Watch::default();
        let found = counts.iter().position(|beats| {
            !watch.look(id(1), &[member(1, 0), member(2, *beats)], Instant::UNIX_EPOCH).silent.is_empty()
        });
        assert_eq!(found, silent_at, "{name}");
    }
}

#[test]
fn inv_22_we_are_never_silent_to_ourselves_and_who_left_is_forgotten() {
    let mut watch = Watch::default();
    for _ in 0..20 {
        assert_eq!(watch.look(id(1), &[member(1, 7)], Instant::UNIX_EPOCH), Look::default());
    }
    for _ in 0..SILENT_LOOKS {
        assert_eq!(watch.look(id(1), &[member(1, 7), member(2, 3)], Instant::UNIX_EPOCH), Look::default());
    }
    assert_eq!(watch.look(id(1), &[member(1, 7)], Instant::UNIX_EPOCH), Look::default());
    assert_eq!(
        watch.look(id(1), &[member(1, 7), member(2, 3)], Instant::UNIX_EPOCH),
        Look::default(),
        "it came back: counted from the beginning"
    );
}

#[test]
fn clocks_that_differ_are_told_when_their_node_has_just_beaten() {
    for (apart_ms, told) in
        [(0, false), (1_900, false), (-1_900, false), (2_100, true), (-2_100, true), (86_400_000, true)]
    {
        let now = Instant::UNIX_EPOCH + SignedDuration::from_hours(48);
        let theirs = now + SignedDuration::from_millis(apart_ms);
        let mut watch = Watch::default();
        for beats in [1, 2, 2] {
            let look = watch.look(id(1), &[Member { seen_at: theirs, ..member(2, beats) }], now);
            let expected = if told && beats == 2 && watch.0[&id(2)].1 == 0 { 1 } else { 0 };
            assert_eq!(look.skewed.len(), expected, "{apart_ms} ms, beat {beats}");
        }
    }
}

#[test]
fn what_the_question_took_is_not_held_against_our_clock() {
    let at = |ms: i64| Instant::UNIX_EPOCH + SignedDuration::from_hours(48) + SignedDuration::from_millis(ms);
    for (name, before, theirs, after, ms) in [
        ("the same", 0, 1, 2, 0),
        ("ahead", 0, 3_000, 4, 2_996),
        ("behind", 0, -3_000, 4, -3_000),
        ("we stood still while we asked", 0, 10, 60_000, 0),
        ("our clock was set back while we asked", 0, 1, -60_000, 1),
    ] {
        assert_eq!(apart(at(before), at(theirs), at(after)), SignedDuration::from_millis(ms), "{name}");
    }
}

#[test]
fn inv_05_a_node_with_a_wrong_clock_stands_aside_while_another_is_right_and_works_on_alone() {
    use OwnClock::{Apart, Sound, StandAside};
    // How far ours is from the database's, those of two others (and whether they fell silent), in seconds.
    for (name, ours, others, expected) in [
        ("right, alone", 0, &[][..], Sound),
        ("a little, alone", 2, &[][..], Sound),
        ("apart, alone", 3, &[][..], Apart),
        ("an hour, alone", 3_600, &[][..], Apart),
        ("apart, but not by much", 9, &[(0, false)][..], Apart),
        ("ahead", 300, &[(0, false)][..], StandAside),
        ("behind", -300, &[(0, false)][..], StandAside),
        ("ahead, the other too", 300, &[(300, false)][..], Apart),
        ("ahead, the other behind", 300, &[(-300, false)][..], Apart),
        ("ahead, of two others one is right", 300, &[(300, false), (1, false)][..], StandAside),
        ("ahead, who was right fell silent", 300, &[(0, true), (300, false)][..], Apart),
    ] {
        let database = Instant::UNIX_EPOCH + SignedDuration::from_hours(48);
        let by = |seconds| database + SignedDuration::from_secs(seconds);
        let mut roll = vec![Member { seen_at: by(ours), ..member(1, 9) }];
        let mut silent = Vec::new();
        for (n, (seconds, is_silent)) in (2..).zip(others) {
            roll.push(Member { seen_at: by(*seconds), ..member(n, 9) });
            if *is_silent {
                silent.push(Silent { id: id(n), name: String::new(), beats: 9 });
            }
        }
        let found = own_clock(id(1), &roll, &silent, by(ours), SignedDuration::from_secs(-ours));
        assert_eq!(found, expected, "{name}");
    }
}

/// The other node's beat as ours sees it, in seconds from the database's time; it is some milliseconds old.
fn saw(ours: i64, theirs_ms: i64, age_ms: i64) -> (Look, SignedDuration) {
    let database = Instant::UNIX_EPOCH + SignedDuration::from_hours(48);
    let now = database + SignedDuration::from_millis(ours);
    let seen_at = database + SignedDuration::from_millis(theirs_ms - age_ms);
    let mut watch = Watch::default();
    let other = |beats| Member { seen_at, ..member(2, beats) };
    let apart = SignedDuration::from_millis(-ours);
    assert!(!watch.look(id(1), &[other(1)], now).someone_is_far_ahead(apart), "its beat may be old");
    (watch.look(id(1), &[other(2)], now), apart)
}

#[test]
fn inv_13_a_clock_that_is_far_ahead_of_the_databases_is_noticed() {
    const HOURS_6: i64 = 21_600_000;
    for (ours, theirs, expected) in [
        (0, 0, false),
        (0, 5_000, false),
        (0, 7_900, false),
        (0, 10_100, true),
        (0, HOURS_6, true),
        (0, -HOURS_6, false),
        (-9_000, 0, false),
        (1_500, 10_500, true),
        (3_000, HOURS_6, true),
        (-3_000, HOURS_6, true),
        (4_900, HOURS_6, true),
        (-4_900, HOURS_6, true),
        // It does not rely on us: it goes on, and what we armed anew would be due by its clock at once.
        (-HOURS_6, HOURS_6, false),
        (8_000, HOURS_6, false),
    ] {
        let (look, apart) = saw(ours, theirs, 0);
        assert_eq!(look.someone_is_far_ahead(apart), expected, "ours {ours} ms off, theirs {theirs} ms");
    }
}

/// ADR 0027: what a node takes and leaves to others, one of those brings forward. Every clock within what the one relies on, every age of a beat.
#[test]
fn inv_13_whoever_stands_aside_with_a_clock_that_is_ahead_is_minded_by_the_one_it_relies_on() {
    let database = Instant::UNIX_EPOCH + SignedDuration::from_hours(48);
    let mut aside = 0;
    for theirs in [10_001_i64, 10_500, 11_000, 14_900, 60_000, 21_600_000] {
        for ours in (-6_000_i64..=6_000).step_by(100) {
            for age_ms in [0_i64, 400, 800] {
                let roll = [Member { seen_at: database + SignedDuration::from_millis(ours - age_ms), ..member(1, 9) }];
                let now = database + SignedDuration::from_millis(theirs);
                if own_clock(id(2), &roll, &[], now, SignedDuration::from_millis(-theirs)) != OwnClock::StandAside {
                    continue;
                }
                aside += 1;
                for age_ms in [0, 400, 800] {
                    let (look, apart) = saw(ours, theirs, age_ms);
                    assert!(
                        look.someone_is_far_ahead(apart),
                        "ours {ours} ms off, theirs {theirs} ms, {age_ms} ms old"
                    );
                }
            }
        }
    }
    assert!(aside > 1_000, "only {aside}");
}

//! What a node may still send, by clocks that a hand moves.

use super::*;
use std::{
    sync::atomic::{AtomicU32, Ordering},
    task::{Context, Waker as TaskWaker},
};

#[derive(Clone)]
struct Hand(Arc<Mutex<Timestamp>>);

impl Hand {
    fn new() -> Self {
        Self(Arc::new(Mutex::new("2026-05-02T03:00:00Z".parse().unwrap())))
    }

    fn passes_ms(&self, ms: i64) {
        let mut now = self.0.lock().unwrap();
        *now += jiff::SignedDuration::from_millis(ms);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

fn id(n: u32) -> NodeId {
    format!("node_{n:032x}").parse().unwrap()
}

fn among_others() -> (Hand, Node) {
    let hand = Hand::new();
    let node = Node::among_others(id(1), "one".to_owned(), Arc::new(hand.clone()));
    (hand, node)
}

/// Steps: milliseconds that pass, then whether the process notes that it is awake, and whether it gives a sign of life.
#[test]
fn inv_22_a_send_begins_only_soon_after_a_sign_of_life() {
    for (name, steps, may) in [
        ("at once", &[][..], true),
        ("beating", &[(400, true, true), (400, true, true), (400, true, true)][..], true),
        ("cut off", &[(400, true, true), (1_000, true, false), (600, true, false)][..], false),
        ("cut off, not for long", &[(400, true, true), (1_000, true, false)][..], true),
        ("stopped, nothing has run since", &[(400, true, true), (1_300, false, false)][..], false),
        ("stopped, awake again", &[(400, true, true), (60_000, true, false)][..], false),
        ("stopped, awake again and seen again", &[(400, true, true), (60_000, true, true)][..], false),
        ("the clock was set back an hour", &[(-3_600_000, true, true)][..], true),
    ] {
        let (hand, node) = among_others();
        let hold = node.hold();
        for (ms, awake, beats) in steps {
            hand.passes_ms(*ms);
            if *awake {
                node.note_awake();
            }
            if *beats {
                node.was_seen(id(1), node.moment());
            }
        }
        assert_eq!(hold.may_begin().is_ok(), may, "{name}: {:?}", hold.may_begin());
    }
}

#[test]
fn inv_22_what_was_handed_out_after_the_stop_is_ours_again() {
    let (hand, node) = among_others();
    let before = node.hold();
    hand.passes_ms(60_000);
    node.note_awake();
    node.was_seen(id(1), node.moment());
    assert!(before.may_begin().is_err());
    assert_eq!(node.hold().may_begin(), Ok(()));
}

#[test]
fn inv_22_who_was_given_up_holds_nothing() {
    let (_hand, node) = among_others();
    let hold = node.hold();
    node.state().id = id(2);
    assert!(hold.may_begin().is_err());
    node.was_seen(id(1), node.moment());
    assert!(hold.may_begin().is_err(), "a late answer to an old sign of life changes nothing");
}

#[test]
fn inv_22_a_send_that_was_stopped_in_the_middle_takes_no_further_step() {
    let (hand, node) = among_others();
    let steps = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&steps);
    let send = poll_fn(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Poll::<()>::Pending
    });
    let hold = node.hold();
    let mut guarded = pin!(hold.unless_stopped(send));
    let mut context = Context::from_waker(TaskWaker::noop());
    assert!(guarded.as_mut().poll(&mut context).is_pending());
    assert_eq!(steps.load(Ordering::SeqCst), 1);
    hand.passes_ms(60_000);
    assert_eq!(guarded.as_mut().poll(&mut context), Poll::Ready(None));
    assert_eq!(steps.load(Ordering::SeqCst), 1, "the send was not even looked at");
}

#[test]
fn the_only_server_of_a_folder_holds_what_it_holds() {
    let hand = Hand::new();
    let node = Node::alone(id(1), "one".to_owned(), Arc::new(hand.clone()));
    let hold = node.hold();
    hand.passes_ms(3_600_000);
    assert_eq!(hold.may_begin(), Ok(()));
    assert_eq!(node.patience(), Duration::ZERO);
}

#[test]
fn the_first_in_the_roll_has_no_patience() {
    let member = |n: u32| Member {
        id: id(n),
        name: String::new(),
        started_at: Timestamp::UNIX_EPOCH,
        seen_at: Timestamp::UNIX_EPOCH,
        beats: 0,
    };
    let roll: Vec<Member> = (1..4).map(member).collect();
    for (n, expected) in [(1, 0), (2, 1), (3, 2)] {
        assert_eq!(rank(id(n), &roll), expected);
    }
    let (_hand, node) = among_others();
    node.state().rank = 2;
    assert_eq!(node.patience(), PATIENCE * 2);
}

#[test]
fn inv_05_a_node_works_only_once_its_clock_was_compared_and_a_verdict_that_is_not_renewed_ends() {
    let (_hand, node) = among_others();
    let (wrong, mut told) = (SignedDuration::from_secs(300), None);
    assert!(node.stands_aside(), "its clock was not compared yet");
    node.heed(OwnClock::Sound, SignedDuration::ZERO, &mut told);
    assert!(!node.stands_aside() && told.is_none());
    node.heed(OwnClock::StandAside, wrong, &mut told);
    assert!(node.stands_aside());
    node.heed(OwnClock::Apart, wrong, &mut told);
    assert!(!node.stands_aside(), "nobody else is left");
    node.heed(OwnClock::StandAside, wrong, &mut told);
    node.state().aside_at = Instant::now().checked_sub(ASIDE_FOR);
    assert!(!node.stands_aside(), "whoever cannot ask any more goes on");
    let alone = Node::alone(id(1), "one".to_owned(), Arc::new(Hand::new()));
    assert!(!alone.stands_aside());
}

#[test]
fn inv_13_a_node_whose_own_clock_is_a_little_off_minds_one_that_is_far_ahead() {
    let at = |ms: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_millis(172_800_000 + ms);
    let member = |n, beats, ms| Member { id: id(n), name: String::new(), started_at: at(0), seen_at: at(ms), beats };
    for (ours, theirs, expected) in [
        (0, 0, false),
        (0, 21_600_000, true),
        (3_000, 21_600_000, true),
        (-3_000, 21_600_000, true),
        (4_900, 21_600_000, true),
        (-4_900, 21_600_000, true),
        (1_500, 10_500, true),
        (-21_600_000, 21_600_000, false),
    ] {
        let (_hand, node) = among_others();
        let mut watch = Watch::default();
        for beats in [1, 2] {
            assert!(!node.sees_another_ahead());
            let look = watch.look(id(1), &[member(2, beats, theirs)], at(ours));
            node.mind_the_others(&look, SignedDuration::from_millis(-ours));
        }
        assert_eq!(node.sees_another_ahead(), expected, "ours {ours} ms off, theirs {theirs} ms");
    }
}

//! Which alarms were armed by a clock that was ahead, and when they ring now (INV-13).

use super::{Run, at, example, policy, snapshot};
use crate::{
    ids::NotificationId,
    limits,
    paging::{
        AttemptOutcome, MessageKind, Notification, NotificationStatus, PageEvent,
        clock_step::{Armed, put_right},
        owed,
    },
    record::{Actor, Aggregate, Instant},
};
use jiff::SignedDuration;
use proptest::prelude::*;

const HOUR: i64 = 3_600;

fn seconds(s: i64) -> SignedDuration {
    SignedDuration::from_secs(s)
}

#[test]
fn inv_13_an_alarm_comes_earlier_by_the_step_and_never_later_than_its_own_wait() {
    let armed = |armed, due| Armed { at: at(armed), due: at(due) };
    let step = |by: i64| Some(seconds(by));
    for (alarm, by, expected, what) in [
        (armed(HOUR, HOUR + 300), step(HOUR), Some(300), "the whole wait is left"),
        (armed(HOUR - 100, HOUR + 200), step(HOUR), Some(200), "a part of it is left"),
        (armed(HOUR - 300, HOUR - 10), step(HOUR), Some(0), "it was over before the step: now"),
        (armed(HOUR, HOUR + 300), None, Some(300), "nobody saw the step: its wait once more"),
        (armed(9 * HOUR, 9 * HOUR + 300), step(HOUR), Some(300), "a part of the way back"),
        (armed(HOUR, HOUR), None, Some(0), "no wait at all"),
        (armed(-10, 9 * HOUR), step(HOUR), None, "armed before now, and far away"),
        (armed(2, 300), step(HOUR), None, "clocks that differ a little"),
        (armed(3, 300), None, Some(297), "and a little more"),
        (armed(9 * HOUR, 300), step(HOUR), None, "armed anew already"),
    ] {
        assert_eq!(alarm.anew(at(0), by), expected.map(at), "{what}");
    }
}

#[test]
fn inv_13_an_alarm_that_is_armed_anew_is_as_fine_as_what_is_stored() {
    let by = SignedDuration::new(HOUR, 123_456_789);
    let due = Armed { at: at(HOUR), due: at(HOUR + 300) }.anew(at(0), Some(by)).expect("it was ahead");
    assert_eq!(due, crate::record::to_microsecond(due));
    assert!(due < at(300) && due > at(299), "{due}");
}

/// A message of the page's first step to Alice.
fn message(run: &Run, due: i64) -> Notification {
    let mut owed = owed(&run.org, &run.page, &"alice".parse().unwrap(), at(due));
    let id = NotificationId::from(uuid::Uuid::from_u128(7));
    Notification::owed(id, &run.page, MessageKind::Page, (0, 0), owed.remove(0))
}

/// A page that began and rang while the clock was an hour ahead.
fn ahead() -> Run {
    let policy = snapshot(policy(&[("0s", "user:alice"), ("5m", "user:bob")], 0, "user:carol"));
    let mut run = Run::begin(example(), policy, at(HOUR));
    run.advance(at(HOUR));
    run
}

fn attempted(run: &mut Run, now: i64, n: &Notification) {
    let outcome = AttemptOutcome::FailedTemporary { detail: "busy".to_owned(), retry_at: at(now + 5) };
    let event = PageEvent::Attempted {
        notification: n.id,
        user: n.user.clone(),
        contact: n.contact.clone(),
        medium: n.medium.clone(),
        attempt: n.attempts,
        outcome,
    };
    run.record(at(now), Actor::system("dispatch"), event);
}

/// When a message of that page rings, with the clock set back by an hour.
fn rings(run: &Run, n: &Notification, now: i64) -> Option<Instant> {
    let rearmed = put_right(&run.page, &run.history, std::slice::from_ref(n), at(now), Some(seconds(HOUR)))?;
    rearmed.messages.first().and_then(|(_, after)| after.next_due_at)
}

#[test]
fn inv_13_every_kind_of_wait_of_a_message_is_known_by_what_armed_it() {
    let mut run = ahead();
    let laddered = message(&run, HOUR + 60);
    assert_eq!(rings(&run, &laddered, 10), Some(at(60)), "a later method of the ladder");
    let held = message(&run, HOUR).hold_until(at(HOUR + 45));
    assert_eq!(rings(&run, &held, 10), Some(at(45)), "held back to go along with another");
    let old = Notification { kind: MessageKind::Notice, ..message(&run, 5) }.hold_until(at(HOUR + 45));
    assert_eq!(rings(&run, &old, 10), Some(at(45)), "held back long after it was due");
    let sending = message(&run, HOUR).begin(at(HOUR + 1));
    assert_eq!(
        rings(&run, &sending, 10),
        Some(at(10) + limits::SENDING_LEASE),
        "a whole lease: its sender goes by its own clock"
    );
    attempted(&mut run, HOUR + 2, &sending);
    let again = Notification { status: NotificationStatus::Queued, next_due_at: Some(at(HOUR + 7)), ..sending };
    assert_eq!(rings(&run, &again, 3), Some(at(7)), "a retry");
    let told = Notification { kind: MessageKind::Resolved, ..message(&run, HOUR + 9) };
    assert_eq!(rings(&run, &told, 10), Some(at(10)), "that it is over");
    // Right again, and a wait of two hours that has always been one.
    run.record(at(20), Actor::User("alice".parse().unwrap()), PageEvent::HandedOver { next_due_at: at(20) });
    run.advance(at(20));
    let far = Notification { step: 1, ..message(&run, 2 * HOUR) };
    assert_eq!(rings(&run, &far, 30), None, "armed before now, however far away");
}

#[test]
fn inv_08_13_what_was_held_back_keeps_the_time_it_has_waited() {
    let run = ahead();
    let moved = |n: &Notification, now, by| {
        let rearmed = put_right(&run.page, &run.history, std::slice::from_ref(n), at(now), by).expect("it was ahead");
        let after = rearmed.messages[0].1.clone();
        (after.due_at, after.next_due_at)
    };
    let by = Some(seconds(HOUR));
    let held = message(&run, HOUR).hold_until(at(HOUR + 45));
    assert_eq!(moved(&held, 10, by), (at(0), Some(at(45))), "a minute in all");
    assert_eq!(moved(&held, 10, None), (at(10), Some(at(55))), "nobody saw the step: all of it once more");
    let old = Notification { kind: MessageKind::Notice, ..message(&run, 5) }.hold_until(at(HOUR + 45));
    assert_eq!(moved(&old, 10, by), (at(5), Some(at(45))), "a right clock said when it was due");
    let to_come = Notification { kind: MessageKind::Notice, ..message(&run, 40) }.hold_until(at(HOUR + 45));
    assert_eq!(moved(&to_come, 10, by), (at(40), Some(at(45))), "even if that is yet to come");
    let laddered = message(&run, HOUR + 60);
    assert_eq!(moved(&laddered, 10, by), (at(60), Some(at(60))), "a later method is wanted when its time comes");
}

#[test]
fn inv_13_what_was_armed_anew_is_left_alone_until_the_clock_goes_back_again() {
    let mut run = ahead();
    let n = message(&run, HOUR + 600);
    let look =
        |run: &Run, n: &Notification, now| put_right(&run.page, &run.history, std::slice::from_ref(n), at(now), None);
    let first = look(&run, &n, 0).expect("both were armed an hour ahead");
    let n = first.messages[0].1.clone();
    assert_eq!((n.next_due_at, n.due_at), (Some(at(600)), at(600)));
    run.record(at(0), Actor::system("clock"), first.event);
    assert_eq!(run.page.next_due_at, Some(at(300)));
    run.assert_sound();
    assert_eq!(look(&run, &n, 0), None);
    assert_eq!(look(&run, &n, 100), None);
    let second = look(&run, &n, -HOUR).expect("armed at a time that comes again");
    assert_eq!(second.messages[0].1.next_due_at, Some(at(600 - HOUR)));
    let PageEvent::Rescheduled { next_due_at, .. } = second.event else { panic!("{second:?}") };
    assert_eq!(next_due_at, Some(at(300 - HOUR)));
}

proptest! {
    /// Whatever the clock did: nothing waits longer than it was armed for, nothing comes before now, and a second look finds nothing.
    #[test]
    fn inv_13_no_alarm_lies_further_ahead_than_its_own_wait(
        armed in -100_000_i64..100_000, wait in 0_i64..20_000, now in -100_000_i64..100_000, by in prop::option::of(1_i64..100_000),
    ) {
        let alarm = Armed { at: at(armed), due: at(armed + wait) };
        let due = alarm.anew(at(now), by.map(seconds));
        let left = due.unwrap_or(alarm.due).duration_since(at(now));
        prop_assert!(left <= seconds(wait) + crate::paging::clock_step::TOLERANCE);
        if let Some(due) = due {
            prop_assert!(due >= at(now) && due < alarm.due);
            prop_assert_eq!(Armed { at: at(now), due }.anew(at(now), by.map(seconds)), None);
        }
    }

    #[test]
    fn inv_03_13_a_page_that_was_put_right_folds_and_waits(began in 0_i64..100_000, back in 3_i64..100_000) {
        let policy = snapshot(policy(&[("0s", "user:alice"), ("5m", "user:bob")], 1, "user:carol"));
        let mut run = Run::begin(example(), policy, at(began));
        run.advance(at(began));
        let now = at(began - back);
        let rearmed = put_right(&run.page, &run.history, &[], now, Some(seconds(back))).expect("its alarm is ahead");
        run.record(now, Actor::system("clock"), rearmed.event);
        run.assert_sound();
        prop_assert_eq!(run.page.next_due_at, Some(now + seconds(300)));
        prop_assert!(run.page.version() == 3);
    }
}

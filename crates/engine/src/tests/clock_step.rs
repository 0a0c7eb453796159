//! The wall clock was ahead and is right again (INV-13): what rings goes on within its own delay, once, and by the record of its page.

use super::world::{Answer, ORGANISATION, World, at};
use crate::{
    clock_step::{self, Progress},
    heartbeat, subscription,
};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::PageId,
    limits::{BUNDLE_WITHIN, SENDING_LEASE},
    paging::{AttemptOutcome, NotificationStatus, Page, PageEvent, Report},
    record::{Actor, Aggregate, Instant},
    signal::EventAction,
};
use nightbell_store::{
    Database, Postgres, Sqlite, Stored, heartbeat as beats, journal, subscriber, testing::postgres_database,
};

/// How far the clock is ahead.
const AHEAD: i64 = 6 * 3600;

/// Every slice; how many pages and heartbeats were armed anew.
fn look(world: &mut World, by: Option<i64>) -> usize {
    let by = by.map(SignedDuration::from_secs);
    let (mut progress, mut moved) = (Progress::default(), 0);
    loop {
        let slice = world.act(|unit| clock_step::stepped_back(unit, by, &progress));
        moved += slice.moved;
        match slice.next {
            Some(next) => progress = next,
            None => return moved,
        }
    }
}

/// Why, and to when, as the page's stream says.
fn rescheduled(world: &mut World, page: PageId) -> Vec<(String, Option<Instant>, usize)> {
    let history = world.act(|unit| Ok(journal::stream::<nightbell_domain::paging::Page>(unit.tx, &page.to_string())?));
    let told = history.into_iter().filter_map(|recorded| match recorded.event {
        PageEvent::Rescheduled { next_due_at, messages, why, .. } => Some((why, next_due_at, messages.len())),
        _ => None,
    });
    told.collect()
}

/// The same on both databases.
fn on_both(case: fn(Box<dyn Database>)) {
    case(Box::new(Sqlite::in_memory().expect("a database")));
    let made = postgres_database();
    case(Box::new(Postgres::open(made.url()).expect("a database")));
}

#[test]
fn inv_03_13_what_rang_while_the_clock_was_ahead_goes_on_by_the_delays_it_had_left() {
    on_both(|database| {
        let mut world = World::over(database, ORGANISATION);
        world.now = at(AHEAD);
        let page = world.trigger("db").page.expect("it pages");
        world.tick();
        world.now = at(AHEAD + 20);
        world.tick();
        // Twenty seconds later somebody puts it right.
        world.now = at(20);
        assert_eq!(look(&mut world, Some(AHEAD)), 1);
        assert_eq!(world.page(page).next_due_at, Some(at(300)), "the next step, as if nothing had been");
        assert_eq!(rescheduled(&mut world, page), [("the clock was set back by 6 h".to_owned(), Some(at(300)), 1)]);
        world.run_until(301);
        assert_eq!(world.sent(), ["1:00 page alice/mail", "5:00 page bob/mail", "360:00 page alice/hook"]);
        assert_eq!(look(&mut world, Some(AHEAD)), 0, "again, and nothing is left to do");
    });
}

#[test]
fn inv_13_a_restart_finds_what_was_armed_in_its_future() {
    on_both(|database| {
        let mut world = World::over(database, ORGANISATION);
        let before = world.trigger("before").page.expect("it pages");
        world.tick();
        world.now = at(AHEAD);
        let during = world.trigger("during").page.expect("it pages");
        world.now = at(10);
        let after = world.trigger("after").page.expect("it pages");
        world.tick();
        assert_eq!(look(&mut world, None), 1);
        let next = [before, during, after].map(|page| world.page(page).next_due_at.expect("it rings"));
        assert_eq!(next, [at(300), at(310), at(310)], "its own delay once more at most; the others stay");
        assert_eq!(rescheduled(&mut world, during)[0].0, "the clock had been ahead");
        assert!([before, after].iter().all(|page| rescheduled(&mut world, *page).is_empty()));
        assert_eq!(look(&mut world, None), 0);
        world.run_until(360);
        assert_eq!(
            world.sent().into_iter().filter(|line| line.contains("bob")).collect::<Vec<_>>(),
            ["5:00 page bob/mail", "6:00 page bob/mail +1"]
        );
    });
}

#[test]
fn inv_06_07_13_a_lost_sender_and_a_retry_do_not_wait_for_that_time_to_come_again() {
    let mut world = World::new();
    world.now = at(AHEAD);
    world.script("alice/hook", &[Answer::Lost]);
    let page = world.trigger("lost").page.expect("it pages");
    world.tick();
    let sending = world.notifications(page).into_iter().find(|n| n.status == NotificationStatus::Sending).expect("one");
    world.now = at(10);
    assert_eq!(look(&mut world, None), 1);
    let again = world.notifications(page).into_iter().find(|n| n.id == sending.id).expect("stored");
    assert_eq!(
        again.next_due_at,
        Some(at(10) + SENDING_LEASE),
        "a whole lease from now: its sender may still be there"
    );
    world.run_until(100);
    assert_eq!(
        world.sent(),
        ["0:55 page alice/hook repeat", "1:10 page alice/mail", "360:00 page alice/hook"],
        "sent again as a repeat; the ladder goes on"
    );

    let mut world = World::new();
    world.now = at(AHEAD);
    world.script("alice/hook", &[Answer::Defer]);
    world.trigger("busy");
    world.tick();
    world.now = at(2);
    assert_eq!(look(&mut world, Some(AHEAD)), 1);
    world.run_until(30);
    assert_eq!(
        world.sent(),
        ["0:05 page alice/hook", "0:20 page alice/mail", "360:00 page alice/hook"],
        "the retry after 5 s, the next method after 20 s"
    );
}

#[test]
fn inv_08_13_what_was_held_back_is_told_within_the_minute() {
    let mut world = World::new();
    world.now = at(AHEAD);
    world.trigger("first");
    world.tick();
    world.now = at(AHEAD + 5);
    let second = world.trigger("second").page.expect("it pages");
    world.tick();
    let held = world.notifications(second).into_iter().find(|n| n.medium == "webhook").expect("owed");
    assert_eq!(held.next_due_at, Some(at(AHEAD) + BUNDLE_WITHIN));
    world.now = at(5);
    assert_eq!(look(&mut world, Some(AHEAD)), 2);
    world.run_until(60);
    let told: Vec<_> = world.sent().into_iter().filter(|line| line.contains("hook")).collect();
    assert_eq!(told, ["1:00 page alice/hook", "360:00 page alice/hook"]);
}

#[test]
fn inv_09_13_that_it_is_over_is_told_now() {
    let mut world = World::new();
    let page = world.trigger("db").page.expect("it pages");
    world.tick();
    world.now = at(AHEAD);
    world.event(EventAction::Resolve, "db", &[], None);
    world.now = at(10);
    assert_eq!(look(&mut world, None), 1);
    world.tick();
    assert_eq!(world.sent(), ["0:00 page alice/hook", "0:10 resolved alice/hook"]);
    assert_eq!(world.page(page).next_due_at, None, "what is over has no alarm");
    assert_eq!(rescheduled(&mut world, page).len(), 1);
}

#[test]
fn inv_13_a_wait_that_began_before_now_stays_however_long_it_is() {
    let mut world = World::new();
    let page = world.trigger("db").page.expect("it pages");
    world.tick();
    // An hour forward and back again, while nothing happened.
    world.now = at(100);
    assert_eq!(look(&mut world, Some(3_600)), 0);
    assert_eq!(world.page(page).next_due_at, Some(at(300)));
    world.now = at(-2);
    assert_eq!(look(&mut world, Some(102)), 0, "a clock that is two seconds off is like any other");
    world.now = at(-3);
    assert_eq!(look(&mut world, Some(1)), 1);
    assert_eq!(world.page(page).next_due_at, Some(at(297)), "its own five minutes at most");
    world.sent();
}

#[test]
fn inv_13_a_thousand_alarms_are_looked_at_in_slices_and_a_damaged_page_holds_up_no_other() {
    let mut world = World::new();
    world.now = at(AHEAD);
    let pages: Vec<PageId> = (0..600).map(|n| world.trigger(&format!("db {n}")).page.expect("it pages")).collect();
    super::recovery::damage::<nightbell_domain::paging::Page>(&mut world, &pages[3].to_string());
    world.now = at(0);
    let first = world.act(|unit| clock_step::stepped_back(unit, None, &Progress::default()));
    assert!(first.next.is_some() && first.moved <= 200, "{first:?}");
    assert_eq!(first.moved + look(&mut world, None), 599);
    for page in pages.iter().filter(|page| **page != pages[3]) {
        assert!(world.page(*page).next_due_at.is_some_and(|at_| at_ <= at(300)), "{page}");
    }
    super::recovery::damage_is_found(world);
}

#[test]
fn inv_13_a_heartbeat_and_a_mail_to_a_reader_do_not_wait_either() {
    let backup = "  - { id: backup, kind: heartbeat, service: checkout, every: 5m, key: beat }\n";
    let mut world = World::of(&ORGANISATION.replacen("integrations:\n", &format!("integrations:\n{backup}"), 1));
    world.now = at(AHEAD);
    world.act(|unit| heartbeat::beat(unit, &"backup".parse().expect("a handle")));
    world.act(|unit| subscription::subscribe(unit, "main", "ann@example.com"));
    world.now = at(0);
    assert!(world.act(subscription::broadcast).is_empty(), "its time has not come");
    assert_eq!(look(&mut world, Some(AHEAD)), 1);
    assert_eq!(world.act(subscription::broadcast).len(), 1);
    let heard = world.act(|unit| Ok(beats::all(unit.tx)?));
    assert_eq!((heard[0].seen_at, heard[0].next_due_at), (at(0), Some(at(360))), "as if heard now");
    world.run_until(360);
    assert_eq!(world.sent(), ["6:00 page alice/hook"], "its absence is seen");
    assert_eq!(look(&mut world, Some(AHEAD)), 0);
}

#[test]
fn inv_08_13_what_was_held_back_goes_along_and_is_not_held_back_for_another_minute() {
    let mut world = World::new();
    world.now = at(AHEAD);
    world.trigger("first");
    world.tick();
    world.now = at(AHEAD + 5);
    let second = world.trigger("second").page.expect("it pages");
    world.tick();
    world.now = at(5);
    assert_eq!(look(&mut world, Some(AHEAD)), 2);
    let held = world.notifications(second).into_iter().find(|n| n.medium == "webhook").expect("owed");
    assert_eq!((held.due_at, held.next_due_at), (at(5), Some(at(60))));
    world.now = at(50);
    world.trigger("third");
    world.run_until(120);
    let told: Vec<_> = world.sent().into_iter().filter(|line| line.contains("hook")).collect();
    assert_eq!(told, ["0:50 page alice/hook +1", "360:00 page alice/hook"]);
}

#[test]
fn inv_13_a_row_that_cannot_be_understood_holds_up_no_other() {
    let backup = "  - { id: backup, kind: heartbeat, service: checkout, every: 5m, key: beat }\n";
    let mut world = World::of(&ORGANISATION.replacen("integrations:\n", &format!("integrations:\n{backup}"), 1));
    world.now = at(AHEAD);
    let page = world.trigger("db").page.expect("it pages");
    world.act(|unit| heartbeat::beat(unit, &"backup".parse().expect("a handle")));
    // A page like it, whose id is none.
    world.act(|unit| {
        let mut values = unit.load::<Page>(page)?.expect("stored").values("{}".to_owned());
        values[0] = "nonsense".into();
        Ok(unit.tx.run(Page::INSERT, &values)?)
    });
    world.now = at(0);
    assert_eq!(look(&mut world, Some(AHEAD)), 2, "the sound page and the heartbeat");
    assert_eq!(world.page(page).next_due_at, Some(at(300)));
    super::recovery::damage_is_found(world);
}

#[test]
fn inv_13_a_page_that_was_tried_a_thousand_times_costs_a_slice_of_its_own() {
    let mut world = World::new();
    world.now = at(AHEAD);
    let pages: Vec<PageId> = (0..6).map(|n| world.trigger(&format!("db {n}")).page.expect("it pages")).collect();
    for page in &pages {
        let n = world.notifications(*page).remove(0);
        let tried = PageEvent::Attempted {
            notification: n.id,
            user: n.user,
            contact: n.contact,
            medium: n.medium,
            attempt: 1,
            outcome: AttemptOutcome::Unknown { detail: "nobody knows".to_owned() },
        };
        world.act(|unit| {
            let page = unit.load::<Page>(*page)?.expect("stored");
            unit.commit(page, vec![tried.clone(); 2_500], &Actor::system("dispatch"))
        });
    }
    assert!(world.page(pages[0]).version() > 2_500);
    world.now = at(0);
    let (mut progress, mut slices) = (Some(Progress::default()), Vec::new());
    while let Some(from) = progress {
        let slice = world.act(|unit| clock_step::stepped_back(unit, None, &from));
        slices.push(slice.moved);
        progress = slice.next;
    }
    assert_eq!(slices[..3], [2, 2, 2], "{slices:?}");
    assert_eq!(slices.iter().sum::<usize>(), 6);
    world.sent();
}

#[test]
fn inv_20_13_a_mail_that_was_tried_by_a_right_clock_waits_for_its_next_try() {
    let mut world = World::new();
    world.now = at(AHEAD);
    world.act(|unit| subscription::subscribe(unit, "main", "ann@example.com"));
    // As often as it is looked at while another node's clock is ahead.
    let mut tried_at = Vec::new();
    for second in (0..=240).step_by(2) {
        world.now = at(second);
        look(&mut world, None);
        for work in world.act(subscription::broadcast) {
            tried_at.push(second);
            let busy = Report::Deferred { detail: "busy".to_owned(), retry_after: None };
            world.act(|unit| subscription::settle(unit, work.subscriber, &work.about, work.attempt, &busy));
        }
    }
    assert_eq!(tried_at, [0, 60, 180], "after a minute, then after two");
    let alone = world.act(|unit| Ok(subscriber::next_due(unit.tx)?));
    assert_eq!(alone, Some(at(180 + 240)));
    // And what was tried by a clock that is ahead does not wait for it.
    world.now = at(AHEAD);
    for work in world.act(subscription::broadcast) {
        let busy = Report::Deferred { detail: "busy".to_owned(), retry_after: None };
        world.act(|unit| subscription::settle(unit, work.subscriber, &work.about, work.attempt, &busy));
    }
    world.now = at(200);
    assert!(world.act(subscription::broadcast).is_empty());
    look(&mut world, Some(AHEAD));
    assert_eq!(world.act(subscription::broadcast).len(), 1);
}

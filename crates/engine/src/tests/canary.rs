//! Canaries in the whole engine: through the paging machinery, to the sink, and to no human; seen nowhere; forgotten.

use super::{World, refused, world};
use crate::{
    canary::{arrived, give_up, opens, receive, start, sweep},
    live, paging, retention, views,
};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::PageId,
    paging::{Page, PageStatus, Subject},
    record::Instant,
};
use nightbell_store::{canary as store, journal, paging as pages};
use world::at;

fn kept(world: &mut World) -> usize {
    world.act(|unit| Ok(store::all(unit.tx, 1_000)?)).len()
}

fn holder(world: &mut World, token: &str) -> paging::LinkHolder {
    let token = token.to_owned();
    world.act(move |unit| Ok(paging::LinkHolder::check(unit.settings, &token, unit.now)?))
}

/// Begins one and answers its page and the token its message carries.
fn flown(world: &mut World) -> (PageId, String) {
    let id = world.act(start);
    for _ in 0..3 {
        world.now += SignedDuration::from_millis(20);
        world.act(paging::escalate);
    }
    let work = world.act(paging::dispatch);
    let found: Vec<_> = work.iter().filter(|work| work.message.page == id).collect();
    let [work] = found.as_slice() else { panic!("{} messages", found.len()) };
    let paging::Address::Canary { path, .. } = &work.address else { panic!("to somebody's address") };
    let token = path.strip_prefix("/canary/").expect("the sink").to_owned();
    let accepted = nightbell_domain::paging::Report::Accepted { detail: "204".to_owned(), provider_id: None };
    world.act(|unit| receive(unit, &paging::LinkHolder::check(unit.settings, &token, unit.now)?));
    world.act(|unit| paging::settle(unit, work.notification, work.attempt, accepted.clone()));
    (id, token)
}

#[test]
fn inv_24_a_canary_takes_every_step_of_a_page_and_ends_in_its_receipt() {
    let mut world = World::new();
    let (id, token) = flown(&mut world);
    assert!(world.engine.read(|tx| arrived(tx, id)).expect("readable"));
    let kinds: Vec<_> = world
        .engine
        .read(|tx| Ok(journal::raw_stream(tx, "page", &id.to_string())?))
        .expect("readable")
        .into_iter()
        .map(|line| line.kind)
        .collect();
    assert_eq!(kinds, ["started", "step-rang", "acknowledged", "ended", "attempted"]);
    // A second copy of the message changes nothing; nobody is told that it is over.
    let again = holder(&mut world, &token);
    world.act(|unit| receive(unit, &again));
    world.run_until(3_600);
    assert_eq!(world.sent(), Vec::<String>::new());
}

#[test]
fn inv_24_a_canary_that_does_not_arrive_never_rings_a_human() {
    let mut world = World::new();
    let id = world.act(start);
    // Nobody gives it up, and its sink takes nothing: it goes on to its last resort, which is the sink again.
    for _ in 0..40 {
        world.script("nightbell.canary/sink", &[super::Answer::Reject; 8]);
        let next = world.now + SignedDuration::from_secs(60);
        world.run_until(next.duration_since(at(0)).as_secs());
    }
    assert!(!world.engine.read(|tx| arrived(tx, id)).expect("readable"));
    let sent = world.sent();
    assert!(!sent.is_empty() && sent.iter().all(|line| line.contains("page nightbell.canary/sink")), "{sent:?}");
    // The next one ends it, and what it still owed.
    world.act(start);
    let page = world.page(id);
    assert!(matches!(page.status, PageStatus::Ended { .. }), "{page:?}");
    assert!(!world.engine.read(|tx| arrived(tx, id)).expect("readable"), "given up is not arrived");
    flown(&mut world);
    world.tick();
    world.sent();
}

#[test]
fn inv_24_canaries_are_shown_nowhere() {
    let mut world = World::new();
    let id = world.act(start);
    world.now += SignedDuration::from_millis(1);
    world.act(paging::escalate);
    assert!(world.page(id).is_waiting());
    let now: Instant = world.now;
    let (directory, settings) = (world.engine.directory(), world.engine.settings().clone());
    let seen = world.engine.read(|tx| {
        Ok((
            views::open_pages(tx, 100)?.len(),
            views::home(tx, &directory, now)?.ringing.len(),
            views::page(tx, &directory, &settings, id, now).is_err(),
            live::after(tx, 0, 1_000)?.into_iter().filter(|line| !line.topics.is_empty()).count(),
            crate::watch::acknowledged(tx, Some(0))?.1.len(),
        ))
    });
    assert_eq!(seen.expect("readable"), (0, 0, true, 0, 0), "lists, home, the page itself, live, figures of people");
    flown(&mut world);
    let counted = world.engine.read(|tx| Ok(crate::watch::acknowledged(tx, Some(0))?.1)).expect("readable");
    assert_eq!(counted, [], "nobody acknowledged anything");
    world.act(|unit| give_up(unit, id));
    world.tick();
}

#[test]
fn only_canaries_are_received_given_up_and_begun_by_their_key() {
    let mut world = World::new();
    let alert = world.trigger("db");
    world.tick();
    let page = alert.page.expect("paged");
    let token = world.ledger[0].ack_token.clone();
    let holder = holder(&mut world, &token);
    assert_eq!(refused(world.unit(|unit| receive(unit, &holder))).code, "not-found");
    world.act(|unit| give_up(unit, page));
    assert!(world.page(page).is_waiting(), "somebody's page is not given up");
    let settings = world.engine.settings().clone();
    let key = crate::canary::key(&settings);
    assert!(opens(&settings, &key) && !opens(&settings, "") && !opens(&settings, &key[1..]));
    world.sent();
}

#[test]
fn what_an_earlier_run_left_is_swept_and_nothing_else() {
    let mut world = World::new();
    let left = world.act(start);
    let alert = world.trigger("db");
    world.tick();
    world.act(sweep);
    assert!(world.page(left).is_ended());
    assert!(world.page(alert.page.expect("paged")).is_waiting());
    world.tick();
    world.sent();
}

#[test]
fn canaries_are_forgotten_after_an_hour_and_nothing_else_is() {
    let mut world = World::new();
    for _ in 0..5 {
        flown(&mut world);
        world.now += SignedDuration::from_mins(1);
    }
    assert_eq!(kept(&mut world), 5);
    world.act(retention);
    assert_eq!(kept(&mut world), 5, "kept for whoever looks into a miss");
    world.now += SignedDuration::from_hours(2);
    let head = world.engine.read(|tx| Ok(journal::head(tx)?)).expect("readable");
    world.act(retention);
    // The newest line of the journal stays: it says how far this database has been.
    assert_eq!(kept(&mut world), 1);
    assert_eq!(world.engine.read(|tx| Ok(journal::head(tx)?)).expect("readable"), head);
    let alert = world.trigger("db");
    world.act(retention);
    assert_eq!(kept(&mut world), 0);
    let rest = world.engine.read(|tx| Ok(journal::streams(tx, "page")?)).expect("readable");
    assert_eq!(rest, [alert.page.expect("paged").to_string()], "people's pages are the record");
    let gone: Option<Page> =
        world.act(|unit| Ok(pages::open(unit.tx, 10)?)).into_iter().find(|p| p.subject == Subject::Canary);
    assert!(gone.is_none());
    world.tick();
    world.sent();
}

//! Starting again: on the same file after a crash, late, with work waiting.

use super::{
    World,
    world::{Seeded, at},
};
use crate::{Engine, paging};
use nightbell_domain::{
    ids::PageId,
    org::{Target, Urgency},
    paging::PageStart,
};
use nightbell_store::{Sqlite, journal, paging as store};

#[test]
fn inv_14_opening_sends_and_records_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("nightbell.db");
    let open = |seed| {
        let database = Sqlite::open(&path).expect("a database");
        Engine::open(Box::new(database), Box::new(Seeded::new(seed)), "https://nightbell.test").expect("opens")
    };
    let policy = nightbell_domain::paging::PolicySnapshot::direct(vec![Target::User(super::user("nobody"))]);
    let mut engine = open(1);
    let key = *engine.settings().link_key.bytes();
    let page: PageId = engine
        .execute(at(0), |unit| {
            let begin = PageStart {
                subject: nightbell_domain::paging::Subject::Person,
                title: "hello".to_owned(),
                body: String::new(),
                service: None,
                urgency: Urgency::High,
                policy: policy.clone(),
                why: "a test".to_owned(),
            };
            let actor = nightbell_domain::record::Actor::system("test");
            paging::start(unit, begin, &actor).map(|page| page.id)
        })
        .expect("started");
    let before = engine.read(|tx| Ok((journal::head(tx)?, store::next_due(tx)?))).expect("readable");
    drop(engine);
    let mut engine = open(2);
    let after = engine.read(|tx| Ok((journal::head(tx)?, store::next_due(tx)?))).expect("readable");
    assert_eq!(before, after);
    assert_eq!(&key, engine.settings().link_key.bytes(), "links that were sent still open");
    assert_eq!(
        engine
            .execute(at(60), |unit| unit.load::<nightbell_domain::paging::Page>(page))
            .expect("readable")
            .map(|p| p.id),
        Some(page)
    );
}

#[test]
fn inv_15_after_a_long_silence_the_live_ones_ring_by_age_and_the_closed_ones_not_at_all() {
    let mut world = World::new();
    let old = world.trigger("old").page.expect("it pages");
    world.now = at(60);
    let young = world.trigger("young").page.expect("it pages");
    world.now = at(90);
    world.trigger("closed");
    world.resolve("closed");
    world.now = at(6 * 3600);
    let first = world.hand_out();
    assert_eq!(
        first.iter().map(|(sent, _)| sent.page).collect::<Vec<_>>(),
        [old, old, young, young],
        "by the time each was due: 0:00, 1:00, 1:00, 2:00"
    );
    assert!(world.sent().iter().all(|line| line.starts_with("360:00 page alice/")));
    world.act(paging::escalate);
    for page in [old, young] {
        let page = world.page(page);
        assert_eq!(page.rings.len(), 2, "one step is taken, however late it is");
        assert_eq!(page.next_due_at, Some(at(6 * 3600 + 5 * 60)));
    }
}

#[test]
fn a_clock_that_jumps_a_year_loses_no_alarm() {
    let mut world = World::new();
    let page = world.trigger("db").page.expect("it pages");
    world.run_until(60);
    world.sent();
    world.now = at(365 * 24 * 3600);
    world.tick();
    assert_eq!(world.sent(), ["525600:00 page bob/mail"]);
    assert_eq!(world.page(page).next_due_at, Some(at(365 * 24 * 3600 + 300)));
}

#[test]
fn damage_in_one_page_does_not_silence_the_others() {
    let mut world = World::new();
    let hurt = world.trigger("hurt").page.expect("it pages");
    world.now = at(1);
    let sound = world.trigger("sound").page.expect("it pages");
    let corrupt = |unit: &mut crate::Unit<'_>| {
        let page = unit.load::<nightbell_domain::paging::Page>(hurt)?.expect("stored");
        let mut values = nightbell_store::Stored::values(&page, "{}".to_owned());
        values.push(page.version.into());
        Ok(unit.tx.run(<nightbell_domain::paging::Page as nightbell_store::Stored>::UPDATE, &values)?)
    };
    assert_eq!(world.act(corrupt), 1);
    world.now = at(5 * 60 + 1);
    world.act(paging::escalate);
    let sent: Vec<_> = world.hand_out().into_iter().map(|(sent, _)| sent.page).collect();
    assert!(!sent.is_empty() && sent.iter().all(|page| *page == sound), "{sent:?}");
    world.sent();
    // The damage stays, and is found.
    let proof = world.engine.read(|tx| crate::verify::verify(tx)).expect("readable");
    assert_eq!(proof.findings.len(), 1, "{:?}", proof.findings);
    std::mem::forget(world);
}

//! The key of links made anew: what was sent opens nothing any more, it is written down, and no server goes on with the old one.

use super::{World, world::at};
use crate::{
    Engine, Fault, Others, link_key_renewals,
    nodes::{self, Beaten},
    renew_link_key,
    tests::Seeded,
};
use jiff::SignedDuration;
use nightbell_domain::{
    access::{Administer, Caller, Permit, Via},
    ids::PageId,
    org::AccessRole,
};
use nightbell_store::{Sqlite, StoreError, node::Member};
use nightbell_wire::outbound::links::PageLink;

fn admin() -> Permit<Administer> {
    Caller::new(super::user("ada"), AccessRole::Admin, Via::Terminal).permit().expect("an administrator")
}

#[test]
fn a_renewed_key_ends_the_links_that_were_sent_and_is_written_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = |seed| {
        let database = Sqlite::open(&folder.path().join("nightbell.db")).expect("a database");
        Engine::open(Box::new(database), Box::new(Seeded::new(seed)), "https://nightbell.test").expect("opens")
    };
    let mut engine = open(1);
    let page = engine.execute(at(0), |unit| Ok(unit.ids().make::<PageId>())).expect("an id");
    let link = PageLink { page, user: super::user("bob"), expires_at: at(0) + SignedDuration::from_hours(48) };
    let token = link.encode(engine.settings().link_key.bytes());
    let contact = "hook".parse().expect("a handle");
    let secret = engine.settings().webhook_secret(&super::user("bob"), &contact);
    let phones = *engine.settings().push_key.bytes();
    let opens = |engine: &Engine| PageLink::decode(engine.settings().link_key.bytes(), &token, at(10)).is_ok();
    drop(engine);
    let mut engine = open(2);
    assert!(opens(&engine), "a start alone ends nothing");
    let renewed = engine.execute(at(5), |unit| renew_link_key(unit, &admin(), Others::NoneCan)).expect("renewed");
    drop(engine);
    let mut engine = open(3);
    assert!(!opens(&engine));
    assert_ne!(engine.settings().webhook_secret(&super::user("bob"), &contact).reveal(), secret.reveal());
    assert_eq!(*engine.settings().push_key.bytes(), phones, "phones stay set up");
    assert_ne!(phones, *engine.settings().link_key.bytes());
    assert_eq!((renewed.at, &renewed.by), (at(5), &super::user("ada")));
    assert_eq!(engine.read(link_key_renewals).expect("readable"), [renewed]);
}

fn renew(world: &mut World, seen: &[Member]) -> Result<crate::Renewal, Fault> {
    world.engine.execute(world.now, |unit| renew_link_key(unit, &admin(), Others::Seen(seen)))
}

fn roll(world: &mut World) -> Vec<Member> {
    world.engine.read(nodes::roll).expect("readable")
}

#[test]
fn the_key_is_not_renewed_under_a_node_that_beats_or_came_whatever_its_clock_says() {
    for (name, seconds) in [("ahead", 3_600), ("behind", -3_600), ("sound", 0)] {
        let mut world = World::new();
        let now = world.now;
        world.now = at(seconds);
        let node = world.act(|unit| nodes::join(unit, "east:8080"));
        let before = roll(&mut world);
        let beaten = world.act(|unit| Ok(nodes::beat(unit.tx, unit.settings, node, unit.now)?));
        assert!(matches!(beaten, Beaten::Among(_)));
        world.now = now;
        for seen in [&before[..], &[]] {
            let refused = renew(&mut world, seen).expect_err("it runs").to_string();
            assert!(refused.contains("east:8080") && refused.contains("Nothing was changed"), "{name}: {refused}");
        }
        assert_eq!(world.engine.read(link_key_renewals).expect("readable"), []);
        let before = roll(&mut world);
        renew(&mut world, &before).unwrap_or_else(|e| panic!("{name}: it was killed in this second: {e}"));
    }
}

#[test]
fn a_node_that_slept_while_the_key_was_renewed_gets_nothing_to_send_and_learns_that_it_must_end() {
    let mut world = World::new();
    let node = world.act(|unit| nodes::join(unit, "east:8080"));
    let seen = roll(&mut world);
    renew(&mut world, &seen).expect("it gave no sign of life");
    assert_eq!(roll(&mut world), []);
    // The world's engine was opened with the old key: it is that node, awake again.
    assert!(world.act(|unit| nodes::dispatch(unit, node)).is_none());
    assert_eq!(world.act(|unit| Ok(nodes::beat(unit.tx, unit.settings, node, unit.now)?)), Beaten::KeyRenewed);
    assert_eq!(world.act(|unit| nodes::join_again(unit, "east:8080")), None);
    let joins = world.engine.execute(world.now, |unit| nodes::join(unit, "east:8080"));
    assert!(matches!(joins, Err(Fault::Store(StoreError::Unavailable(_)))), "{joins:?}");
    assert_eq!(roll(&mut world), []);
}

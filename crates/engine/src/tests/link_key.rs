//! The key of links made anew: what was sent opens nothing any more, it is written down, and no server goes on with the old one.

use super::{World, world::at};
use crate::{Engine, Fault, link_key_renewals, nodes, renew_link_key, tests::Seeded};
use jiff::SignedDuration;
use nightbell_domain::{
    access::{Administer, Caller, Permit, Via},
    ids::PageId,
    org::AccessRole,
};
use nightbell_store::{Sqlite, StoreError};
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
    let opens = |engine: &Engine| PageLink::decode(engine.settings().link_key.bytes(), &token, at(10)).is_ok();
    drop(engine);
    let mut engine = open(2);
    assert!(opens(&engine), "a start alone ends nothing");
    let renewed = engine.execute(at(5), |unit| renew_link_key(unit, &admin(), true)).expect("renewed");
    drop(engine);
    let mut engine = open(3);
    assert!(!opens(&engine));
    assert_ne!(engine.settings().webhook_secret(&super::user("bob"), &contact).reveal(), secret.reveal());
    assert_eq!((renewed.at, &renewed.by), (at(5), &super::user("ada")));
    assert_eq!(engine.read(link_key_renewals).expect("readable"), [renewed]);
}

#[test]
fn the_key_is_not_renewed_under_a_running_node_and_none_comes_back_with_the_old_one() {
    let mut world = World::new();
    let node = world.act(|unit| nodes::join(unit, "east:8080"));
    let renew = |world: &mut World| world.engine.execute(world.now, |unit| renew_link_key(unit, &admin(), false));
    world.now = at(59);
    let refused = renew(&mut world).expect_err("it runs").to_string();
    assert!(refused.contains("east:8080") && refused.contains("Nothing was changed"), "{refused}");
    assert_eq!(world.engine.read(link_key_renewals).expect("readable"), []);
    world.act(|unit| nodes::leave(unit, node));
    renew(&mut world).expect("whoever stopped in order is gone at once");
    let joins = world.engine.execute(world.now, |unit| nodes::join(unit, "east:8080"));
    assert!(matches!(joins, Err(Fault::Store(StoreError::Unavailable(_)))), "{joins:?}");
    // A node that was killed stands in the roll until somebody gives it up.
    let mut world = World::new();
    world.act(|unit| nodes::join(unit, "west:8080"));
    world.now = at(60);
    renew(&mut world).expect("it gave no sign of life for a minute");
}

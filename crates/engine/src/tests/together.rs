//! Many items done together, without a savepoint, and what follows when one of them fails.

use super::{
    World,
    recovery::{damage, damage_is_found},
    world::at,
};
use crate::{Fault, Unit, engine::Job, paging};
use nightbell_domain::paging::Page;
use nightbell_store::Verdict;

/// The reconciler, as the pump leaves it at the desk.
struct Escalates;

impl Job for Escalates {
    fn run(&mut self, unit: &mut Unit<'_>) -> Verdict {
        if paging::escalate(unit).is_ok() { Verdict::Keep } else { Verdict::Undo }
    }

    fn finish(self: Box<Self>, durable: Result<(), Fault>) {
        durable.expect("stored");
    }
}

/// Whether the batch had to be done again, each alone.
fn escalate(world: &mut World) -> bool {
    let mut jobs = vec![Box::new(Escalates) as Box<dyn Job>].into_iter();
    let batch = world.engine.execute_batch(world.now, &mut || jobs.next());
    batch.durable.expect("stored");
    batch.apart
}

#[test]
fn damage_does_not_silence_the_others_of_its_batch_and_costs_one_batch_twice() {
    let mut world = World::new();
    let hurt = world.trigger("hurt").page.expect("it pages");
    world.now = at(1);
    let sound = world.trigger("sound").page.expect("it pages");
    damage::<Page>(&mut world, &hurt.to_string());
    world.now = at(5 * 60 + 1);
    assert!(escalate(&mut world), "nobody knew");
    assert_eq!(world.page(sound).rings.len(), 2, "the sound one took its step");
    let later = world.trigger("later").page.expect("it pages");
    world.now = at(10 * 60 + 1);
    assert!(!escalate(&mut world), "what is damaged is still due, and expected");
    assert_eq!(world.page(later).rings.len(), 2);
    damage_is_found(world);
}

#[test]
fn as_long_as_nothing_fails_nothing_is_done_twice() {
    let mut world = World::new();
    let pages = ["one", "other"].map(|key| world.trigger(key).page.expect("it pages"));
    world.now = at(5 * 60);
    assert!(!escalate(&mut world));
    for page in pages {
        assert_eq!(world.page(page).rings.len(), 2);
    }
    world.sent();
}

//! What is over is forgotten; what happened is not.

use super::world::World;
use crate::retention;
use nightbell_domain::limits;

#[test]
fn old_raw_requests_go_and_their_alerts_stay() {
    let mut world = World::new();
    let alert = world.trigger("disk");
    world.resolve("disk");
    world.run_until(1);
    world.sent();
    let kept = |world: &mut World| world.act(|unit| Ok(nightbell_store::signal::raw(unit.tx, "~", 10)?.len()));
    let cases = [(1, 2), (limits::RAW_REQUESTS_KEPT.as_secs() - 1, 2), (limits::RAW_REQUESTS_KEPT.as_secs() + 60, 0)];
    for (seconds, expected) in cases {
        world.run_until(seconds);
        world.act(retention);
        assert_eq!(kept(&mut world), expected, "after {seconds} s");
    }
    assert!(world.act(|unit| unit.load::<nightbell_domain::signal::Alert>(alert.id)).is_some());
}

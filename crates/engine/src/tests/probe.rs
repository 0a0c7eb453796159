//! The readiness probe writes, and not more often than it must.

use super::world::World;
use crate::prove_writable;

#[test]
fn a_proof_is_written_and_holds_for_five_seconds() {
    let mut world = World::new();
    let mut proofs = Vec::new();
    for seconds in [0, 1, 4, 5, 9, 11] {
        world.run_until(seconds);
        world.act(prove_writable);
        proofs.push(world.act(|unit| Ok(nightbell_store::meta::get(unit.tx, "writable_at")?)));
    }
    assert!(proofs[0].is_some());
    assert_eq!([&proofs[1], &proofs[2]], [&proofs[0], &proofs[0]], "a recent proof holds");
    assert_ne!(proofs[3], proofs[0], "after five seconds it is proved again");
    assert_eq!(proofs[4], proofs[3]);
    assert_ne!(proofs[5], proofs[4]);
}

//! Action tests: the whole loop, each failure at an exact point.

mod agents;
mod ahead;
mod backtests;
mod batches;
mod blobs;
mod configuration;
mod happy;
mod inbox;
mod lies;
mod models;
mod preconfirmed;
mod properties;
mod reorgs;
mod restarts;
mod scheduled;
mod schedules;
mod unsafe_blocks;
mod upgrades;
mod window;

use alloy_primitives::Address;
use praxis_derive::attributes_of_block;
use praxis_harness::World;

/// Some address without a key.
const SOMEBODY: Address = Address::repeat_byte(0x5b);

/// derive(encode(blocks)) == attributes(blocks): the verifier's blocks, which came through the encoder and derivation
/// alone, have the attributes of the sequencer's; and they are those blocks.
fn assert_derived_equals_built(world: &World) {
    let (ours, theirs) = (world.sequencer.chain(), world.verifier.chain());
    for number in 1..=world.verifier.follower().safe().number {
        let built = ours.db().block(number).unwrap().unwrap();
        let derived = theirs.db().block(number).unwrap().unwrap();
        let attributes = |block: &praxis_primitives::RecoveredBlock| {
            attributes_of_block(&world.config, block.sealed_block()).unwrap()
        };
        assert_eq!(attributes(&built), attributes(&derived), "attributes of block {number}");
        assert_eq!(built, derived, "block {number}");
        assert_eq!(ours.db().receipts(number).unwrap(), theirs.db().receipts(number).unwrap());
        assert_eq!(ours.db().inferences(number).unwrap(), theirs.db().inferences(number).unwrap());
    }
    world.assert_agreement();
}

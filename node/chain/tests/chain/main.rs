//! The chain: importing, unwinding, faults, and two roles on one chain.

mod divergence;
mod faults;
mod history;
mod import;
mod race;
mod unwind;
mod witness;

use alloy_primitives::Address;
use praxis_chain::Chain;
use praxis_harness::World;
use praxis_primitives::{Block, RecoveredBlock, SealedBlock};

/// Some address without a key.
const SOMEBODY: Address = Address::repeat_byte(0x5b);

/// A sequencer with a few blocks of transfers.
fn busy_world(blocks: u64) -> World {
    let world = World::default();
    let (alice, bob) = (praxis_harness::account(0), praxis_harness::account(1));
    for value in 1..=blocks {
        world.transfer(&alice, SOMEBODY, value);
        world.transfer(&bob, alice.address, 1_000 * value);
        world.sequencer.build(&world.l1);
    }
    world
}

fn block(chain: &Chain, number: u64) -> RecoveredBlock {
    chain.db().block(number).expect("readable").expect("the block is there")
}

/// The same block with another header or body.
fn altered(block: &RecoveredBlock, change: impl FnOnce(&mut Block)) -> RecoveredBlock {
    let mut inner = block.clone_block();
    let senders = block.senders().to_vec();
    change(&mut inner);
    RecoveredBlock::new_sealed(SealedBlock::seal_slow(inner), senders)
}

/// Heads, head's state from nothing, and whether each block is there: all that a failed call must leave alone.
fn everything(chain: &Chain) -> impl PartialEq + std::fmt::Debug + use<> {
    let head = chain.head();
    let state = chain.state_at(head.number).expect("the head's state");
    let root = state.full_state_root().expect("the newest state");
    assert_eq!(root, head.state_root, "the flat tables are what the header commits to");
    let next = chain.db().block(head.number + 1).expect("readable").map(|block| block.hash());
    (head.hash(), root, chain.db().heads().expect("readable"), next)
}

//! The sequencing window passes.

use crate::{SOMEBODY, assert_derived_equals_built};
use alloy_primitives::U256;
use praxis_harness::{World, account};
use praxis_primitives::L1Attributes;

/// No batch comes for `seconds`; everybody else goes on.
fn silence(world: &mut World, seconds: u64) {
    for _ in 0..seconds {
        world.l1.mine();
        world.sequencer.follow(&world.l1).unwrap();
        world.sequencer.catch_up(&world.l1);
        world.verifier.follow(&world.l1).unwrap();
    }
}

#[test]
fn forced_blocks_come_when_the_window_has_passed_and_the_batcher_recovers() {
    let mut world = World::default();
    let alice = account(0);
    world.transfer(&alice, SOMEBODY, 3);
    let window = world.config.sequencing_window;
    silence(&mut world, window - 1);
    assert_eq!(world.verifier.chain().head().number, 0, "the window is open to its last block");
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(3));
    silence(&mut world, 4);

    let chain = world.verifier.chain();
    let head = chain.head().number;
    assert_eq!(head, 20, "forced at L1 block 116 until 4 L1 blocks are left: the last has origin 105");
    for number in 1..=head {
        let block = chain.db().block(number).unwrap().unwrap();
        assert_eq!(block.body().transactions.len(), 1, "block {number} is empty");
        assert!(L1Attributes::from_transaction(&block.body().transactions[0]).unwrap().forced);
        assert_eq!(world.sequencer.chain().db().hash_of(number).unwrap(), Some(block.hash()), "the sequencer follows");
    }
    assert!(world.verifier.dropped().iter().all(|event| event.contains("it is forced")));

    world.ticks(4);
    world.settle(6);
    assert_derived_equals_built(&world);
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(3), "the transaction found its way into a later block");
    let last = world.verifier.follower().safe();
    let block = world.verifier.chain().db().block(last.number).unwrap().unwrap();
    assert!(!L1Attributes::from_transaction(&block.body().transactions[0]).unwrap().forced);
}

#[test]
fn deposits_come_in_without_any_sequencer() {
    let mut world = World::default();
    world.l1.deposit(crate::properties::deposit(1, 5));
    world.l1.mine_empty(world.config.sequencing_window + 3);
    world.verifier.follow(&world.l1).unwrap();
    let chain = world.verifier.chain();
    let state = chain.state_at(chain.head().number).unwrap();
    use praxis_primitives::StateReader;
    assert_eq!(state.account(SOMEBODY).unwrap().unwrap().balance, U256::from(5));
}

#[test]
fn a_batch_that_comes_a_block_too_late_is_dropped() {
    for late in [false, true] {
        let mut world = World::default();
        (0..3).for_each(|_| drop(world.sequencer.build(&world.l1)));
        world.batcher.step(&world.sequencer, &mut world.l1);
        // All three blocks have L1 origin 100: the last L1 block for them is 100 + window.
        world.l1.mine_empty(world.config.sequencing_window - 1 + u64::from(late));
        world.l1.mine();
        let (followed, _) = world.verifier.follow(&world.l1).unwrap();
        let batched = followed.blocks.iter().filter(|block| !block.forced).count();
        assert_eq!(batched, if late { 0 } else { 3 });
    }
}

#[test]
fn a_batcher_does_not_pay_for_batches_that_must_be_dropped() {
    let mut world = World::default();
    (0..3).for_each(|_| drop(world.sequencer.build(&world.l1)));
    world.l1.mine_empty(world.config.sequencing_window);
    // Derivation has not seen these L1 blocks yet; the batcher has.
    world.batcher.step(&world.sequencer, &mut world.l1);
    assert_eq!(world.batcher.posted, 0);
    assert!(world.batcher.core().waiting().is_some());
    world.ticks(4);
    assert!(world.batcher.posted > 0, "after the forced blocks it goes on");
    world.settle(4);
    assert_derived_equals_built(&world);
}

/// L1 does not take a transaction at once: what stands on the forced blocks still has time.
#[test]
fn a_batcher_recovers_though_l1_includes_late() {
    let mut world = World::default();
    world.l1.inclusion_delay = 2;
    let alice = account(0);
    world.transfer(&alice, SOMEBODY, 3);
    let window = world.config.sequencing_window;
    silence(&mut world, window + 2);
    assert!(world.verifier.chain().head().number > 0);
    world.ticks(12);
    let last = world.verifier.follower().safe();
    let block = world.verifier.chain().db().block(last.number).unwrap().unwrap();
    assert!(!L1Attributes::from_transaction(&block.body().transactions[0]).unwrap().forced, "still block {last:?}");
    world.settle(6);
    assert_derived_equals_built(&world);
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(3));
}

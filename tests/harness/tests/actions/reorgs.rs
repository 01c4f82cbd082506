//! L1 takes blocks back.

use crate::{SOMEBODY, assert_derived_equals_built};
use alloy_primitives::U256;
use praxis_builder::Step;
use praxis_harness::{Account, Mine, World, account};

/// A transfer each second, so that every batch carries something.
fn run(world: &mut World, alice: &Account, seconds: usize) {
    for _ in 0..seconds {
        world.transfer(alice, SOMEBODY, 1);
        world.tick();
    }
}

/// L1 loses `depth` blocks with the batches and claims in them, and grows again. All roles find together.
fn reorg_of(depth: usize) {
    let mut world = World::default();
    let alice = account(0);
    run(&mut world, &alice, 12);
    let safe = world.verifier.follower().safe().number;
    let claims = world.l1.claims().count();
    let lost = world.l1.reorg(depth);
    assert!(!lost.is_empty());
    world.l1.mine_empty(depth as u64);
    let (followed, _) = world.verifier.follow(&world.l1).unwrap();
    let to = followed.rewound_to.expect("the verifier goes back");
    assert_eq!(to.l1.number, 112 - depth as u64, "to the newest L1 block that stands");
    assert!(world.verifier.follower().safe().number < safe, "the batches are gone");
    assert!(world.verifier.judge().right() < claims as u64 || claims == 0);

    let restarts = world.batcher.core().restarts();
    run(&mut world, &alice, 6);
    assert!(world.batcher.core().restarts() > restarts, "the lost batches are made again");
    world.ticks(2);
    world.settle(6);
    assert_derived_equals_built(&world);
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(18), "no transaction is lost and none runs twice");
    assert!(world.verifier.judge().right() > 0);
}

#[test]
fn a_reorg_of_depth_1() {
    reorg_of(1);
}

#[test]
fn a_reorg_of_depth_5() {
    reorg_of(5);
}

/// Around the safe head, and down to the finalized one.
#[test]
fn reorgs_of_every_depth() {
    for depth in [2, 3, 4, 6, 7, 8, 9] {
        reorg_of(depth);
    }
}

/// All of L1 that is not final goes; what is final on L2 stays as it is.
#[test]
fn a_reorg_down_to_the_finalized_block() {
    for depth in 1..=4 {
        let mut world = World::default();
        let alice = account(0);
        world.l1.finality_depth = Some(4);
        run(&mut world, &alice, 12);
        let finalized = |world: &World| {
            let number = world.verifier.chain().finalized_head().unwrap().number;
            (number, world.verifier.chain().db().hash_of(number).unwrap())
        };
        let before = finalized(&world);
        assert!(before.0 > 0);
        world.l1.reorg(depth);
        world.l1.mine_empty(depth as u64);
        world.verifier.follow(&world.l1).unwrap();
        assert_eq!(finalized(&world), before, "depth {depth}");
        run(&mut world, &alice, 4);
        world.ticks(2);
        world.settle(8);
        assert_derived_equals_built(&world);
        assert_eq!(world.verifier.chain().db().hash_of(before.0).unwrap(), before.1);
    }
}

#[test]
fn reorgs_in_a_row() {
    let mut world = World::default();
    let alice = account(0);
    run(&mut world, &alice, 8);
    for depth in [1, 2, 1, 4, 3] {
        world.l1.reorg(depth);
        world.l1.mine_empty(depth as u64 - 1);
        run(&mut world, &alice, 2);
    }
    world.ticks(3);
    world.settle(8);
    assert_derived_equals_built(&world);
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(18));
}

/// The builder notices before its own derivation has gone back, or after.
#[test]
fn builder_and_derivation_go_back_in_either_order() {
    for builder_first in [true, false] {
        let mut world = World::default();
        let alice = account(0);
        run(&mut world, &alice, 6);
        let head = world.sequencer.chain().head().number;
        world.l1.reorg(2);
        world.l1.mine_empty(3);
        if builder_first {
            let step = world.sequencer.step(&world.l1).unwrap();
            let Step::TookBack { to } = step else { panic!("{step:?}") };
            assert!(to < head && world.sequencer.chain().safe_head().unwrap().number <= to);
        } else {
            world.sequencer.follow(&world.l1).unwrap();
        }
        run(&mut world, &alice, 3);
        world.ticks(3);
        world.settle(6);
        assert_derived_equals_built(&world);
        assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(9));
    }
}

/// The new chain is longer at once and carries the very same batches: what does not hang on the lost origins stays.
#[test]
fn batches_that_are_mined_again_count_again() {
    let mut world = World::default();
    let alice = account(0);
    world.l1.mine_empty(3);
    run(&mut world, &alice, 1);
    world.tick();
    let safe = world.verifier.follower().safe().number;
    let head = world.l1.head().clone();
    assert!(!head.batcher_transactions.is_empty());
    let restarts = world.batcher.core().restarts();
    for tx in world.l1.reorg(1) {
        world.l1.submit(tx.data);
    }
    world.l1.mine();
    let (followed, _) = world.verifier.follow(&world.l1).unwrap();
    assert!(followed.rewound_to.is_some());
    assert_eq!(world.verifier.follower().safe().number, safe);
    assert!(followed.blocks.iter().all(|block| !block.executed), "they were there already");
    world.sequencer.follow(&world.l1).unwrap();
    assert_eq!(world.batcher.core().restarts(), restarts);
    world.settle(6);
    assert_derived_equals_built(&world);
}

#[test]
fn l1_grows_shorter_for_a_while() {
    let mut world = World::default();
    let alice = account(0);
    run(&mut world, &alice, 8);
    world.l1.reorg(4);
    // Nobody has seen a longer chain, but everybody sees that the old one is gone.
    world.verifier.follow(&world.l1).unwrap();
    world.sequencer.follow(&world.l1).unwrap();
    assert!(world.verifier.follower().safe_chain().consumed().l1.number <= 104);
    let step = world.sequencer.step(&world.l1).unwrap();
    assert!(matches!(step, Step::WaitingForL1 { .. }), "{step:?}");
    // A longer chain by time, though not by number yet: the builder does not wait until it is.
    world.l1.mine_with(Mine { seconds: 7, ..Mine::default() });
    let step = world.sequencer.step(&world.l1).unwrap();
    assert!(matches!(step, Step::TookBack { .. }), "{step:?}");
    run(&mut world, &alice, 3);
    world.ticks(6);
    world.settle(8);
    assert_derived_equals_built(&world);
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(11));
}

/// A wrong claim on L1 blocks that are gone was never made.
#[test]
fn a_claim_that_l1_took_back_accuses_nobody() {
    let mut world = World::default();
    world.ticks(6);
    world.proposer.alter = Some(Box::new(|claim| claim.output_root.0[0] ^= 1));
    while world.verifier.difference().is_none() {
        world.tick();
    }
    world.proposer.alter = None;
    let wrong = world.verifier.difference().unwrap().l1_block;
    let depth = world.l1.head().number - wrong + 1;
    world.l1.reorg(usize::try_from(depth).unwrap());
    world.l1.drop_waiting();
    world.l1.mine_empty(depth + 1);
    world.verifier.follow(&world.l1).unwrap();
    assert_eq!(world.verifier.difference(), None);
    world.ticks(4);
    world.settle(6);
    assert_derived_equals_built(&world);
}

/// A node that was away sees a final block above the fork before it sees the fork.
#[test]
fn what_a_gone_chain_gave_is_not_taken_for_final() {
    let mut world = World::default();
    let alice = account(0);
    run(&mut world, &alice, 8);
    let gone = world.verifier.follower().safe().number;
    world.verifier.restart();
    world.l1.reorg(5);
    world.l1.mine_empty(20);
    world.l1.finality_depth = Some(2);
    let first = world.verifier.follower().safe_chain().next_l1();
    // One L1 block only: the fork is not in sight yet.
    world.verifier.follow_to(&world.l1, first).unwrap();
    assert_eq!(world.verifier.chain().finalized_head().unwrap().number, 0);
    world.verifier.follow(&world.l1).unwrap();
    let block = world.verifier.chain().block_info(gone.min(world.verifier.follower().safe().number)).unwrap();
    assert!(world.l1.is_canonical(block.l1_origin));
}

//! Processes that stop and start again on what is on disk.

use crate::{SOMEBODY, assert_derived_equals_built};
use alloy_primitives::U256;
use praxis_harness::{Mine, TestBatcher, TestVerifier, World, account, chain_options};

#[test]
fn a_sequencer_goes_on_with_the_same_chain_after_a_restart() {
    let mut world = World::default();
    let alice = account(0);
    let agent = world.publish(&alice);
    let hash = world.sequencer.send(alice.decide(world.nonce(&alice), agent, 3)).unwrap();
    world.sequencer.build(&world.l1);
    let before = world.sequencer.receipt(hash).unwrap();
    world.ticks(3);
    for round in 0..3u8 {
        let head = world.sequencer.chain().head();
        let safe = world.sequencer.chain().safe_head().unwrap();
        world.sequencer.restart();
        assert_eq!(world.sequencer.chain().head(), head);
        assert_eq!(world.sequencer.chain().safe_head().unwrap(), safe);
        assert_eq!(world.sequencer.receipt(hash).unwrap(), before);
        // A batcher that starts again knows nothing of what it posted.
        world.batcher = TestBatcher::new(world.config.clone(), 10 + round, |_| {});
        world.sequencer.send(alice.decide(world.nonce(&alice), agent, 5)).unwrap();
        world.ticks(3);
    }
    world.settle(8);
    assert_derived_equals_built(&world);
    assert_eq!(world.sequencer.receipt(hash).unwrap(), before);
}

#[test]
fn a_restarted_batcher_posts_nothing_twice() {
    let mut world = World::default();
    world.ticks(5);
    // All that was posted is derived; the new batcher has only what came since.
    world.l1.mine();
    world.sequencer.follow(&world.l1).unwrap();
    world.verifier.follow(&world.l1).unwrap();
    world.batcher = TestBatcher::new(world.config.clone(), 9, |_| {});
    world.ticks(4);
    world.settle(4);
    assert_eq!(world.verifier.dropped(), Vec::<String>::new(), "a batch that comes twice would be dropped");
    assert_derived_equals_built(&world);
}

#[test]
fn a_verifier_goes_on_in_the_middle() {
    let mut world = World::default();
    let alice = account(0);
    let agent = world.publish(&alice);
    for seed in 0..10 {
        world.sequencer.send(alice.decide(world.nonce(&alice), agent, seed)).unwrap();
        world.tick();
        let (safe, right) = (*world.verifier.follower().safe(), world.verifier.judge().right());
        world.verifier.restart();
        assert_eq!(*world.verifier.follower().safe(), safe);
        world.verifier.follow(&world.l1).unwrap();
        assert_eq!(world.verifier.judge().right(), right, "the claims so far are judged again");
    }
    world.settle(6);
    assert_derived_equals_built(&world);
}

/// Killed between the blocks of one L1 block: the checkpoint stands before them, the chain in their middle.
#[test]
fn a_verifier_that_stopped_in_the_middle_of_an_l1_block_goes_on() {
    let mut world = World::default();
    (0..12).for_each(|_| drop(world.sequencer.build(&world.l1)));
    world.batcher.step(&world.sequencer, &mut world.l1);
    world.l1.mine();
    world.verifier.follow(&world.l1).unwrap();
    let chain = world.verifier.chain().clone();
    assert_eq!(chain.head().number, 12);
    // As if the process had died after block 5, before the L1 block was noted as consumed.
    let first = world.verifier.follower().safe_chain().consumed();
    assert_eq!(first.l1.number, 101);
    let mut other = TestVerifier::new(world.config.clone(), chain_options());
    for number in 1..=5 {
        other.chain().import(&chain.db().block(number).unwrap().unwrap()).unwrap();
    }
    other.restart();
    let (followed, _) = other.follow(&world.l1).unwrap();
    let executed: Vec<_> = followed.blocks.iter().map(|block| block.executed).collect();
    assert_eq!(executed, [vec![false; 5], vec![true; 7]].concat());
    assert_eq!(other.chain().head(), chain.head());
}

#[test]
fn a_verifier_that_comes_late_finds_the_same() {
    let mut world = World::default();
    let alice = account(0);
    for value in 0..10 {
        world.transfer(&alice, SOMEBODY, value);
        world.tick();
    }
    world.settle(4);
    let mut late = TestVerifier::new(world.config.clone(), chain_options());
    let (_, verdicts) = late.follow(&world.l1).unwrap();
    assert_eq!(late.chain().head(), world.verifier.chain().head());
    assert_eq!(verdicts.len() as u64, world.verifier.judge().right());
    assert_eq!(late.difference(), None);
}

#[test]
fn a_restart_while_a_channel_is_half_on_l1() {
    let mut world = World::default();
    world.batcher = TestBatcher::new(world.config.clone(), 2, |config| config.max_submission_bytes = 500);
    let alice = account(0);
    for _ in 0..30 {
        world.transfer(&alice, SOMEBODY, 1);
    }
    (0..8).for_each(|_| drop(world.sequencer.build(&world.l1)));
    world.batcher.step(&world.sequencer, &mut world.l1);
    let frames = world.l1.waiting();
    assert!((3..=6).contains(&frames), "{frames} frames");
    for _ in 0..frames {
        world.l1.mine_with(Mine { transactions: 1, ..Mine::default() });
        world.verifier.follow(&world.l1).unwrap();
        world.verifier.restart();
    }
    world.verifier.follow(&world.l1).unwrap();
    assert_eq!(world.verifier.chain().head().number, 8);
    world.ticks(2);
    world.settle(4);
    assert_derived_equals_built(&world);
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(30));
}

//! How blocks reach L1.

use crate::{SOMEBODY, assert_derived_equals_built};
use alloy_primitives::{Bytes, TxKind, keccak256};
use praxis_derive::frame::decode_calldata;
use praxis_harness::{Mine, TestBatcher, World, account};

/// Bytes that no compressor makes smaller.
fn noise(seed: u64, bytes: usize) -> Bytes {
    let words = (0..bytes.div_ceil(32) as u64).flat_map(|i| keccak256([seed, i].map(u64::to_be_bytes).concat()).0);
    words.take(bytes).collect::<Vec<_>>().into()
}

fn send_noise(world: &World, seed: u64, bytes: usize) {
    let alice = account(0);
    let tx = alice.call(world.nonce(&alice), TxKind::Call(SOMEBODY), 1, 600_000, noise(seed, bytes));
    world.sequencer.send(tx).unwrap();
}

#[test]
fn empty_blocks() {
    let mut world = World::default();
    world.ticks(8);
    world.settle(3);
    assert_derived_equals_built(&world);
    let safe = world.verifier.follower().safe().number;
    assert!(safe >= 28, "eight seconds of four blocks each, but safe is {safe}");
    assert!(world.verifier.judge().right() >= 3);
    for number in 1..=safe {
        let block = world.verifier.chain().db().block(number).unwrap().unwrap();
        assert_eq!(block.body().transactions.len(), 1, "block {number} holds its L1 attributes alone");
    }
}

#[test]
fn an_empty_block_costs_a_batch_at_most_a_bit() {
    let bytes = |blocks: usize| {
        let world = World::new(|config| config.max_sequencer_drift_ms = 10_000_000);
        (0..blocks).for_each(|_| drop(world.sequencer.build(&world.l1)));
        let mut l1 = world.l1;
        let mut batcher = world.batcher;
        batcher.step(&world.sequencer, &mut l1);
        l1.mine();
        l1.head().batcher_transactions[0].data.len()
    };
    assert!(bytes(900) - bytes(100) <= 800 / 8, "{} and {} bytes", bytes(900), bytes(100));
}

#[test]
fn one_batch_over_several_l1_blocks() {
    let mut world = World::default();
    world.batcher = TestBatcher::new(world.config.clone(), 2, |config| config.max_submission_bytes = 600);
    for seed in 0..4 {
        send_noise(&world, seed, 500);
        world.sequencer.build(&world.l1);
    }
    world.batcher.step(&world.sequencer, &mut world.l1);
    let frames = world.l1.waiting();
    assert!((3..=6).contains(&frames), "{frames} frames");
    for left in (0..frames).rev() {
        world.l1.mine_with(Mine { transactions: 1, ..Mine::default() });
        let (followed, _) = world.verifier.follow(&world.l1).unwrap();
        let safe = followed.blocks.len();
        assert_eq!(safe, if left == 0 { 4 } else { 0 }, "with {left} frames to come");
    }
    assert_eq!(world.batcher.core().encoder().unwrap().channels().count(), 1);
    world.ticks(3);
    world.settle(4);
    assert_derived_equals_built(&world);
    assert_eq!(world.verifier.dropped(), Vec::<String>::new());
}

#[test]
fn several_channels_and_several_frames_in_one_l1_block() {
    let mut world = World::default();
    world.batcher = TestBatcher::new(world.config.clone(), 2, |config| {
        config.max_submission_bytes = 700;
        config.target_channel_bytes = 1500;
    });
    for seed in 0..12 {
        send_noise(&world, seed, 900);
        world.sequencer.build(&world.l1);
    }
    world.batcher.step(&world.sequencer, &mut world.l1);
    world.l1.mine();
    let held = &world.l1.head().batcher_transactions;
    let mut channels: Vec<_> = held.iter().map(|tx| decode_calldata(&tx.data).unwrap()[0].channel).collect();
    channels.dedup();
    assert!(channels.len() >= 4 && held.len() > channels.len(), "{} of {}", channels.len(), held.len());
    let (followed, _) = world.verifier.follow(&world.l1).unwrap();
    assert_eq!(followed.blocks.len(), 12);
    world.settle(4);
    assert_derived_equals_built(&world);
}

#[test]
fn a_channel_waits_for_its_time_when_little_comes() {
    let mut world = World::default();
    world.batcher = TestBatcher::new(world.config.clone(), 2, |config| {
        (config.max_channel_l1_blocks, config.max_idle_l1_blocks) = (3, 3);
    });
    world.batcher.eager = false;
    world.ticks(12);
    assert!((3..=5).contains(&world.batcher.posted), "{} submissions in 12 seconds", world.batcher.posted);
    world.batcher.eager = true;
    world.settle(4);
    assert_derived_equals_built(&world);
}

#[test]
fn a_channel_that_times_out_is_posted_again_under_a_new_name() {
    let mut world = World::default();
    world.batcher = TestBatcher::new(world.config.clone(), 2, |config| config.max_submission_bytes = 600);
    for seed in 0..4 {
        send_noise(&world, seed, 500);
        world.sequencer.build(&world.l1);
    }
    world.batcher.step(&world.sequencer, &mut world.l1);
    let frames = world.l1.waiting();
    // The first frame comes in; the others are lost.
    let first = world.l1.mine_with(Mine { transactions: 1, ..Mine::default() });
    world.l1.drop_waiting();
    let channel = |world: &World, l1: u64| {
        let held = &world.l1.at(l1).unwrap().batcher_transactions;
        held.iter().map(|tx| decode_calldata(&tx.data).unwrap()[0].channel).collect::<Vec<_>>()
    };
    world.ticks(usize::try_from(world.config.channel_timeout).unwrap() + 2);
    world.settle(4);
    let again: Vec<_> = (first.number + 1..=world.l1.head().number).flat_map(|l1| channel(&world, l1)).collect();
    assert!(again.len() >= frames && !again.contains(&channel(&world, first.number)[0]));
    assert_derived_equals_built(&world);
}

#[test]
fn deposits_come_in_with_their_origin() {
    let mut world = World::default();
    world.l1.deposit(crate::properties::deposit(1, 777));
    world.l1.mine();
    world.run_sequencer();
    assert_eq!(world.sequencer.balance(SOMEBODY), alloy_primitives::U256::from(777));
    world.settle(4);
    assert_derived_equals_built(&world);
}

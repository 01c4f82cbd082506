//! Batches in blobs.

use crate::{SOMEBODY, assert_derived_equals_built};
use praxis_harness::{World, account};

fn world_with_blobs() -> World {
    let mut world = World::default();
    world.batcher.blobs = true;
    world
}

#[test]
fn blobs_are_derived_as_calldata_is_and_one_chain_may_have_both() {
    let mut world = world_with_blobs();
    let alice = account(0);
    for second in 0..8 {
        world.batcher.blobs = second % 3 != 0;
        world.transfer(&alice, SOMEBODY, 1);
        world.tick();
    }
    world.settle(4);
    assert_derived_equals_built(&world);
    let inbox = |n| world.l1.at(n).unwrap().batcher_transactions.clone();
    let all: Vec<_> = (101..=world.l1.head().number).flat_map(inbox).collect();
    assert!(all.iter().any(|tx| tx.blobs.is_empty()) && all.iter().any(|tx| !tx.blobs.is_empty()));
    assert!(world.verifier.dropped().is_empty(), "{:?}", world.verifier.dropped());
}

#[test]
fn a_missing_blob_is_waited_for_and_never_skipped() {
    let mut world = world_with_blobs();
    world.ticks(3);
    world.settle(4);
    let safe = *world.verifier.follower().safe();
    world.transfer(&account(0), SOMEBODY, 7);
    world.sequencer.catch_up(&world.l1);
    world.batcher.step(&world.sequencer, &mut world.l1);
    let blobs = world.l1.prune_blobs();
    let wanting = world.l1.mine();
    // Long after the sequencing window, nothing is forced: the batch is on L1 in time.
    world.l1.mine_empty(world.config.sequencing_window + 5);
    for _ in 0..2 {
        world.verifier.follow(&world.l1).unwrap();
        assert_eq!(world.verifier.follower().safe(), &safe);
        assert_eq!(world.verifier.follower().safe_chain().current_l1(), Some(wanting));
    }
    world.l1.restore_blobs(blobs);
    world.verifier.follow(&world.l1).unwrap();
    let head = world.sequencer.chain().head().number;
    let (ours, theirs) = (world.sequencer.output(head), world.verifier.chain().output(head).unwrap());
    assert_eq!(ours, theirs);
    assert_eq!(world.verifier.difference(), None);
}

#[test]
fn a_reorg_frees_a_node_that_waits_for_a_blob_which_is_gone_with_its_block() {
    let mut world = world_with_blobs();
    // Without this the lost batch would hold back all later ones until its sequencing window has passed.
    world.batcher.republishes = true;
    world.ticks(3);
    world.settle(4);
    world.sequencer.catch_up(&world.l1);
    // The blobs of L1 blocks that were derived before are wanted again after a reorg: a node has them in its archive.
    let archive = world.l1.prune_blobs();
    world.batcher.step(&world.sequencer, &mut world.l1);
    let lost = world.l1.prune_blobs();
    world.l1.restore_blobs(archive);
    world.l1.mine();
    world.verifier.follow(&world.l1).unwrap();
    world.sequencer.follow(&world.l1).unwrap();
    world.l1.reorg(1);
    world.l1.mine_empty(2);
    world.verifier.follow(&world.l1).unwrap();
    assert_eq!(world.verifier.follower().safe_chain().current_l1(), None, "it does not wait any more");
    // Whoever publishes a blob transaction again sends its blobs along.
    world.l1.restore_blobs(lost);
    world.ticks(2);
    world.settle(4);
    assert_derived_equals_built(&world);
}

#[test]
fn a_restart_between_the_blobs_of_a_channel_reads_the_first_ones_again() {
    let mut world = World::default();
    world.batcher = praxis_harness::TestBatcher::new(world.config.clone(), 2, |config| {
        config.max_submission_bytes = 120;
    });
    world.batcher.blobs = true;
    world.ticks(2);
    world.verifier.restart();
    world.ticks(3);
    world.verifier.restart();
    world.settle(5);
    assert_derived_equals_built(&world);
}

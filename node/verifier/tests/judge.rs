//! The judge: claims against a replayed chain, in any order, through reorgs of L1.

use alloy_eips::BlockNumHash;
use alloy_primitives::B256;
use praxis_derive::Checkpoint;
use praxis_harness::World;
use praxis_l1::Claim;
use praxis_verifier::{Judge, Verdict};

/// A sequencer with eight blocks; its chain is taken as the replayed one.
fn world() -> World {
    let world = World::default();
    (0..8).for_each(|_| drop(world.sequencer.build(&world.l1)));
    world
}

fn right(world: &World, index: u64, number: u64, l1: u64) -> Claim {
    let output_root = world.sequencer.output(number).root();
    Claim { index, l2_block_number: number, output_root, l1: BlockNumHash::new(l1, B256::with_last_byte(l1 as u8)) }
}

fn wrong(world: &World, index: u64, number: u64, l1: u64) -> Claim {
    Claim { output_root: B256::repeat_byte(0xee), ..right(world, index, number, l1) }
}

fn checkpoint(world: &World, l1: u64, safe: u64) -> Checkpoint {
    Checkpoint {
        l1: BlockNumHash::new(l1, B256::with_last_byte(l1 as u8)),
        safe: world.sequencer.chain().block_info(safe).unwrap(),
    }
}

fn judged(judge: &mut Judge, world: &World, safe: u64) -> Vec<(u64, bool)> {
    let verdicts = judge.judge(world.sequencer.chain(), safe).unwrap();
    let of = |verdict: &Verdict| match verdict {
        Verdict::Right(claim) => (claim.l2_block_number, true),
        Verdict::Wrong(difference) => (difference.l2_block, false),
    };
    verdicts.iter().map(of).collect()
}

#[test]
fn claims_wait_for_their_blocks_and_are_judged_in_the_blocks_order() {
    let world = world();
    let mut judge = Judge::default();
    judge.add([right(&world, 0, 6, 101), right(&world, 1, 2, 101), wrong(&world, 2, 4, 102)]);
    assert_eq!(judged(&mut judge, &world, 3), [(2, true)]);
    assert_eq!(judge.pending().map(|claim| claim.l2_block_number).collect::<Vec<_>>(), [4, 6]);
    assert_eq!(judged(&mut judge, &world, 8), [(4, false), (6, true)]);
    assert_eq!((judge.right(), judge.last_right()), (2, Some(6)));

    let difference = judge.first_difference().unwrap();
    assert_eq!((difference.l2_block, difference.last_right, difference.claim_index), (4, Some(2), 2));
    assert_eq!(difference.replayed, world.sequencer.output(4).root());
    let message = difference.to_string();
    assert!(message.contains("block 4") && message.contains("the chains part in blocks 3 to 4"), "{message}");
    assert!(!difference.forced);
}

#[test]
fn the_first_difference_is_the_one_about_the_lowest_block() {
    let world = world();
    let mut judge = Judge::default();
    judge.add([wrong(&world, 0, 6, 101)]);
    judged(&mut judge, &world, 8);
    judge.add([wrong(&world, 1, 3, 102), right(&world, 2, 2, 103)]);
    judged(&mut judge, &world, 8);
    let difference = judge.first_difference().unwrap();
    assert_eq!((difference.l2_block, difference.last_right), (3, Some(2)));
}

#[test]
fn two_claims_about_one_block_are_both_judged() {
    let world = world();
    let mut judge = Judge::default();
    judge.add([right(&world, 0, 4, 101), wrong(&world, 1, 4, 101)]);
    assert_eq!(judged(&mut judge, &world, 8), [(4, true), (4, false)]);
}

#[test]
fn a_wrong_claim_that_l1_took_back_was_never_made() {
    let world = world();
    let mut judge = Judge::default();
    judge.add([
        right(&world, 0, 2, 101),
        wrong(&world, 1, 4, 105),
        Claim { l2_block_number: 50, ..wrong(&world, 2, 8, 105) },
    ]);
    judged(&mut judge, &world, 8);
    assert!(judge.first_difference().is_some());
    judge.rewind(&checkpoint(&world, 104, 8));
    assert_eq!(judge.first_difference(), None);
    assert_eq!((judge.right(), judge.pending().count()), (1, 0));
}

#[test]
fn a_claim_that_stands_is_judged_again_when_its_block_is_replaced() {
    let world = world();
    let mut judge = Judge::default();
    // Claimed in L1 block 101, before the batch came in 103; then L1 took the batch back.
    judge.add([right(&world, 0, 2, 101), right(&world, 1, 5, 101)]);
    assert_eq!(judged(&mut judge, &world, 8), [(2, true), (5, true)]);
    judge.rewind(&checkpoint(&world, 102, 3));
    assert_eq!((judge.right(), judge.pending().count()), (1, 1));
    assert_eq!(judged(&mut judge, &world, 4), []);

    world.sequencer.chain().unwind_to(3).unwrap();
    world.transfer(&praxis_harness::account(0), alloy_primitives::Address::ZERO, 1);
    (0..5).for_each(|_| drop(world.sequencer.build(&world.l1)));
    assert_eq!(judged(&mut judge, &world, 8), [(5, false)]);
    assert_eq!(judge.first_difference().unwrap().last_right, Some(2));
}

#[test]
fn what_is_long_judged_still_counts() {
    let world = world();
    let mut judge = Judge::default();
    let claims = 10_000 + 5;
    for index in 0..claims {
        judge.add([right(&world, index, 1 + index % 8, 101)]);
    }
    judge.add([wrong(&world, claims, 1, 101)]);
    judged(&mut judge, &world, 8);
    assert_eq!((judge.right(), judge.last_right()), (claims, Some(8)));
    assert_eq!(judge.first_difference().unwrap().l2_block, 1);
}

//! The judge: claims against a replayed chain, through reorgs of L1.

use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256};
use praxis_derive::Checkpoint;
use praxis_harness::World;
use praxis_l1::Claim;
use praxis_verifier::{Judge, SafeHistory, Verdict};

/// A sequencer with eight blocks; its chain is taken as the replayed one.
fn world() -> World {
    let world = World::default();
    (0..8).for_each(|_| drop(world.sequencer.build(&world.l1)));
    world
}

/// A claim in L1 block `l1` that names the block before as its head.
fn right(world: &World, index: u64, number: u64, l1: u64) -> Claim {
    let id = |number: u64| BlockNumHash::new(number, B256::with_last_byte(number as u8));
    Claim {
        game: Address::with_last_byte(index as u8),
        proposer: Address::ZERO,
        index,
        l2_block_number: number,
        output_root: world.sequencer.output(number.min(8)).root(),
        l1_head: id(l1 - 1),
        l1: id(l1),
    }
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

/// L1 block 100 gives three L2 blocks, 102 the rest.
fn history(world: &World) -> SafeHistory {
    SafeHistory::new(&[(100, 3), (101, 3), (102, 8), (103, 8)].map(|(l1, safe)| checkpoint(world, l1, safe)))
}

fn judged(judge: &mut Judge, world: &World, claims: &[Claim]) -> Vec<(u64, bool)> {
    let verdicts = judge.judge(world.sequencer.chain(), &history(world), claims.iter().copied()).unwrap();
    verdicts.iter().map(|verdict| (verdict.signed().0.l2_block_number, matches!(verdict, Verdict::Right(_)))).collect()
}

#[test]
fn a_claim_follows_from_the_head_that_it_names_or_it_is_wrong() {
    let world = world();
    let mut judge = Judge::default();
    // The head of a claim in L1 block 102 is 101, which gives three blocks.
    assert_eq!(
        judged(&mut judge, &world, &[right(&world, 0, 3, 102), right(&world, 1, 4, 102)]),
        [(3, true), (4, false)]
    );
    let difference = judge.first_difference().unwrap();
    assert_eq!((difference.replayed, difference.preimage), (B256::ZERO, None));
    let message = difference.to_string();
    assert!(message.contains("L1 up to block 101") && message.contains("does not give block 4"), "{message}");
    assert_eq!(
        judged(&mut judge, &world, &[right(&world, 0, 4, 103), right(&world, 1, 99, 103)]),
        [(4, true), (99, false)]
    );
}

#[test]
fn a_wrong_root_is_named_with_where_the_chains_part() {
    let world = world();
    let mut judge = Judge::default();
    let claims = [right(&world, 0, 6, 103), right(&world, 1, 2, 103), wrong(&world, 2, 4, 103)];
    assert_eq!(judged(&mut judge, &world, &claims), [(6, true), (2, true), (4, false)]);
    assert_eq!((judge.right(), judge.last_right()), (2, Some(6)));
    let difference = judge.first_difference().unwrap();
    assert_eq!((difference.l2_block, difference.last_right, difference.game), (4, Some(2), claims[2].game));
    assert_eq!(difference.replayed, world.sequencer.output(4).root());
    let message = difference.to_string();
    assert!(message.contains("block 4") && message.contains("the chains part in blocks 3 to 4"), "{message}");
    assert!(!difference.forced);
}

#[test]
fn the_first_difference_is_the_one_about_the_lowest_block() {
    let world = world();
    let mut judge = Judge::default();
    judged(&mut judge, &world, &[wrong(&world, 0, 6, 103)]);
    judged(&mut judge, &world, &[right(&world, 1, 2, 103), wrong(&world, 2, 3, 103)]);
    let difference = judge.first_difference().unwrap();
    assert_eq!((difference.l2_block, difference.last_right), (3, Some(2)));
}

#[test]
fn two_claims_about_one_block_are_both_judged() {
    let world = world();
    let mut judge = Judge::default();
    let claims = [right(&world, 0, 4, 103), wrong(&world, 1, 4, 103)];
    assert_eq!(judged(&mut judge, &world, &claims), [(4, true), (4, false)]);
}

#[test]
fn a_claim_that_l1_took_back_was_never_made() {
    let world = world();
    let mut judge = Judge::default();
    judged(&mut judge, &world, &[right(&world, 0, 2, 101), right(&world, 0, 2, 103), wrong(&world, 1, 3, 103)]);
    assert!(judge.first_difference().is_some());
    judge.rewind(&checkpoint(&world, 102, 8));
    assert_eq!((judge.first_difference(), judge.right()), (None, 1));
}

#[test]
fn what_is_long_judged_still_counts() {
    let world = world();
    let mut judge = Judge::default();
    let claims = 10_000 + 5;
    judged(&mut judge, &world, &[wrong(&world, claims, 1, 101)]);
    let many: Vec<_> = (0..claims).map(|index| right(&world, index, 1 + index % 8, 103)).collect();
    judged(&mut judge, &world, &many);
    assert_eq!((judge.right(), judge.last_right()), (claims, Some(8)));
    assert_eq!(judge.first_difference().unwrap().l2_block, 1);
}

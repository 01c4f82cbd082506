//! Somebody lies, and the verifier says where.

use crate::SOMEBODY;
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{B256, Bytes, U256};
use praxis_chain::ChainOptions;
use praxis_harness::{TestVerifier, World, account, chain_options, rewrite_batch};
use praxis_primitives::StateDiff;
use praxis_proposer::ClaimRequest;
use praxis_verifier::Verdict;
use std::sync::Arc;

/// Claims about every block from `first` to the sequencer's head, as the sequencer has them.
fn claim_all(world: &mut World, first: u64) {
    let l1 = world.l1.head().id();
    for l2_block_number in first..=world.sequencer.chain().head().number {
        let output_root = world.sequencer.output(l2_block_number).root();
        world.l1.submit_claim(ClaimRequest { l2_block_number, output_root, l1 });
    }
}

#[test]
fn a_changed_claim_is_named() {
    let mut world = World::default();
    let mut count = 0;
    world.proposer.alter = Some(Box::new(move |claim| {
        count += 1;
        if count >= 3 {
            claim.output_root.0[31] ^= 1;
        }
    }));
    let mut claims = Vec::new();
    while world.verifier.difference().is_none() {
        world.tick();
        claims = world.l1.claims().copied().collect();
        assert!(claims.len() < 8, "it should have been noticed");
    }
    let difference = world.verifier.difference().unwrap();
    assert_eq!(difference.l2_block, claims[2].l2_block_number);
    assert_eq!(difference.last_right, Some(claims[1].l2_block_number));
    assert_eq!(difference.replayed, world.sequencer.output(difference.l2_block).root());
    assert_eq!((difference.claimed, difference.game), (claims[2].output_root, claims[2].game));
    assert!(!difference.forced);
}

#[test]
fn a_differently_signed_transaction_under_the_honest_claim_is_named() {
    let mut world = World::default();
    let alice = account(0);
    // Blocks 1 to 3 honest; in block 4 the sequencer has 5 wei, the batcher posts 6 wei, as validly signed.
    (0..3).for_each(|_| drop(world.sequencer.build(&world.l1)));
    world.transfer(&alice, SOMEBODY, 5);
    (0..3).for_each(|_| drop(world.sequencer.build(&world.l1)));
    let honest = Bytes::from(alice.transfer(0, SOMEBODY, 5).inner().encoded_2718());
    let other = Bytes::from(alice.transfer(0, SOMEBODY, 6).inner().encoded_2718());
    world.batcher.alter = Some(Box::new(move |data| {
        Some(rewrite_batch(&data, |batch| {
            assert_eq!(batch.blocks[3].transactions, std::slice::from_ref(&honest));
            batch.blocks[3].transactions[0] = other.clone();
        }))
    }));
    world.batcher.step(&world.sequencer, &mut world.l1);
    world.l1.mine();
    claim_all(&mut world, 1);
    world.l1.mine();
    world.verifier.follow(&world.l1).unwrap();
    assert_eq!(world.verifier.chain().head().number, 6, "the batch is valid in itself");
    let difference = world.verifier.difference().expect("the lie is found");
    assert_eq!((difference.l2_block, difference.last_right), (4, Some(3)));
    assert_eq!(difference.claimed, world.sequencer.output(4).root());
    assert!(!difference.forced);
}

/// The sequencer's state transition gives somebody 1 wei in block 5, and believes itself.
#[test]
fn one_wei_out_of_nothing_is_named() {
    let hook = |number: u64, diff: &mut StateDiff| {
        if number == 5 {
            let somebody = diff.accounts.entry(SOMEBODY).or_default();
            somebody.account.get_or_insert_default().balance += U256::from(1);
        }
    };
    let options = ChainOptions { diff_hook: Some(Arc::new(hook)), ..chain_options() };
    let mut world = World::with_sequencer_options(|_| {}, options);
    (0..8).for_each(|_| drop(world.sequencer.build(&world.l1)));
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(1));
    world.batcher.step(&world.sequencer, &mut world.l1);
    world.l1.mine();
    claim_all(&mut world, 1);
    world.l1.mine();
    world.verifier.follow(&world.l1).unwrap();
    let difference = world.verifier.difference().expect("the wei is found").clone();
    assert_eq!((difference.l2_block, difference.last_right), (5, Some(4)));
    assert_eq!(world.verifier.judge().right(), 4);

    // With sparse claims the message says between which blocks to look.
    let message = difference.to_string();
    assert!(message.contains("block 5") && message.contains(&difference.replayed.to_string()), "{message}");

    // The next batch stands on a block that nobody else has.
    world.ticks(3);
    assert!(world.verifier.dropped().iter().any(|event| event.contains("its parent is not the safe head")));
}

type Corruption = (&'static str, fn(&mut Vec<u8>));

const CORRUPTIONS: &[Corruption] = &[
    ("the version of the calldata", |data| data[0] = 9),
    ("the number of the frame", |data| data[18] ^= 1),
    ("the length of the frame", |data| data[22] ^= 1),
    ("the version of the channel", |data| data[23] = 9),
    ("the head of the compressed bytes", |data| data[24] ^= 0xff),
    // Compression has no checksum: this may decode to another batch, with a transaction that execution refuses.
    ("the middle of the compressed bytes", |data| {
        let middle = 24 + (data.len() - 25) / 2;
        data[middle] ^= 0xff;
    }),
    ("the last flag", |data| *data.last_mut().unwrap() = 0),
    ("the end", |data| data.truncate(data.len() - 2)),
];

/// The batch never arrives whole: what is claimed about its blocks follows from nothing on L1, which a verifier says at once. When
/// the window has passed, forced blocks stand there, and later claims contradict those.
#[test]
fn a_corrupt_frame_leaves_claims_that_nothing_backs() {
    for (what, corrupt) in CORRUPTIONS {
        let mut world = World::default();
        let alice = account(0);
        world.transfer(&alice, SOMEBODY, 5);
        (0..4).for_each(|_| drop(world.sequencer.build(&world.l1)));
        world.batcher.alter = Some(Box::new(|data| {
            let mut data = data.to_vec();
            corrupt(&mut data);
            Some(data.into())
        }));
        world.batcher.step(&world.sequencer, &mut world.l1);
        world.l1.mine();
        claim_all(&mut world, 4);
        world.l1.mine();
        world.verifier.follow(&world.l1).unwrap();
        assert!(world.verifier.chain().head().number < 4, "{what}");
        let difference = world.verifier.difference().expect(what).clone();
        assert_eq!((difference.l2_block, difference.replayed, difference.preimage), (4, B256::ZERO, None), "{what}");
        assert!(difference.to_string().contains("nothing on L1 backs this claim"), "{what}: {difference}");

        world.l1.mine_empty(world.config.sequencing_window + 2);
        claim_all(&mut world, 4);
        world.l1.mine();
        let (_, verdicts) = world.verifier.follow(&world.l1).unwrap();
        let [Verdict::Wrong(_, difference)] = &verdicts[..] else { panic!("{what}: {verdicts:?}") };
        assert!(difference.forced && difference.preimage.is_some(), "{what}");
        assert!(difference.to_string().contains("its window has passed"), "{what}: {difference}");
    }
}

/// A true root, claimed before L1 holds what it follows from, is a false claim: its head does not give the block. When L1 holds
/// the batch later, that changes nothing, so verifiers who look at different times agree.
#[test]
fn a_claim_that_comes_before_its_batch_is_wrong_for_good() {
    let mut world = World::default();
    (0..4).for_each(|_| drop(world.sequencer.build(&world.l1)));
    claim_all(&mut world, 4);
    world.l1.mine();
    world.batcher.step(&world.sequencer, &mut world.l1);
    world.l1.mine();
    let mut late = TestVerifier::new(world.config.clone(), chain_options());
    for verifier in [&mut world.verifier, &mut late] {
        let (_, verdicts) = verifier.follow(&world.l1).unwrap();
        assert!(verifier.chain().head().number >= 4, "the batch is there");
        let [Verdict::Wrong(claim, difference)] = &verdicts[..] else { panic!("{verdicts:?}") };
        assert_eq!((claim.l2_block_number, difference.replayed), (4, B256::ZERO));
    }
    claim_all(&mut world, 4);
    world.l1.mine();
    let (_, verdicts) = world.verifier.follow(&world.l1).unwrap();
    assert!(matches!(verdicts[..], [Verdict::Right(_)]), "{verdicts:?}");
}

/// A batcher that goes on after a corrupt frame makes it good: the honest claims are right in the end.
#[test]
fn a_frame_that_was_corrupted_once_is_made_good() {
    let mut world = World::default();
    world.ticks(2);
    let mut once = true;
    world.batcher.alter = Some(Box::new(move |data| {
        let mut data = data.to_vec();
        if std::mem::take(&mut once) {
            *data.last_mut().unwrap() = 7;
        }
        Some(data.into())
    }));
    world.ticks(6);
    world.settle(4);
    crate::assert_derived_equals_built(&world);
    assert!(world.batcher.core().restarts() > 0);
}

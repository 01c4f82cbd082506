//! Anything can be written to the inbox.

use crate::{SOMEBODY, assert_derived_equals_built};
use alloy_primitives::{Address, Bytes, U256};
use praxis_derive::{ChannelId, Frame, frame::encode_calldata};
use praxis_harness::{World, account, rewrite_batch};

#[test]
fn garbage_of_the_batcher_is_dropped_and_what_comes_after_it_counts() {
    let mut world = World::default();
    world.ticks(2);
    let garbage: [&[u8]; 5] = [&[], &[0], &[9; 40], &[0, 1, 2, 3], &[0xff; 3]];
    for data in garbage {
        world.l1.submit(Bytes::copy_from_slice(data));
        world.tick();
    }
    let dropped = world.verifier.dropped();
    assert_eq!(dropped.len(), garbage.len(), "{dropped:#?}");
    assert!(dropped.iter().all(|event| event.contains("to the inbox was dropped")), "{dropped:#?}");
    world.settle(4);
    assert_derived_equals_built(&world);
}

#[test]
fn well_formed_frames_of_nothing_are_dropped() {
    let mut world = World::default();
    world.ticks(2);
    let frame = |number, data: &[u8], is_last| Frame {
        channel: ChannelId([7; 16].into()),
        number,
        data: data.to_vec(),
        is_last,
    };
    for frames in [
        vec![frame(0, &[1, 2, 3], true)],
        vec![frame(3, &[1], false)],
        vec![frame(0, &[], true)],
        vec![frame(0, &[1], false), frame(2, &[1], true)],
    ] {
        world.l1.submit(encode_calldata(&frames).into());
        world.tick();
    }
    assert!(world.verifier.dropped().len() >= 4, "{:#?}", world.verifier.dropped());
    world.settle(4);
    assert_derived_equals_built(&world);
}

#[test]
fn only_the_batcher_counts() {
    let mut world = World::default();
    // The very bytes of the batcher, from somebody else, a block earlier.
    let stranger = Address::repeat_byte(0x66);
    (0..4).for_each(|_| drop(world.sequencer.build(&world.l1)));
    world.batcher.step(&world.sequencer, &mut world.l1);
    world.l1.mine();
    let data = world.l1.head().batcher_transactions[0].data.clone();
    world.l1.reorg(1);
    world.l1.submit_from(stranger, data.clone());
    world.l1.mine();
    world.verifier.follow(&world.l1).unwrap();
    assert_eq!(world.verifier.chain().head().number, 0);
    assert!(world.verifier.dropped()[0].contains("who is not the batcher"), "{:?}", world.verifier.dropped());
    world.l1.submit(data);
    world.l1.mine();
    world.verifier.follow(&world.l1).unwrap();
    assert_eq!(world.verifier.chain().head().number, 4);
}

#[test]
fn a_batch_that_comes_twice_counts_once() {
    let mut world = World::default();
    let alice = account(0);
    world.batcher.alter = Some(Box::new(Some));
    world.transfer(&alice, SOMEBODY, 1);
    world.ticks(3);
    let data: Vec<_> = (101..=world.l1.head().number)
        .flat_map(|n| world.l1.at(n).unwrap().batcher_transactions.clone())
        .map(|tx| tx.data)
        .collect();
    for data in data {
        world.l1.submit(data);
    }
    world.ticks(2);
    assert!(world.verifier.dropped().iter().any(|event| event.contains("at or below the safe head")));
    world.settle(4);
    assert_derived_equals_built(&world);
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(1));
}

/// The block keeps its deposits, the rest of the batch goes, and everybody goes on from there.
#[test]
fn an_invalid_transaction_in_a_batch_voids_its_block_and_what_follows() {
    let mut world = World::default();
    let (alice, bob) = (account(0), account(1));
    let stale = bob.transfer(900, SOMEBODY, 1);
    let bytes = Bytes::from(alloy_eips::eip2718::Encodable2718::encoded_2718(stale.inner()));
    world.transfer(&alice, SOMEBODY, 1);
    (0..6).for_each(|_| drop(world.sequencer.build(&world.l1)));
    let mut bytes = Some(bytes);
    world.batcher.alter = Some(Box::new(move |data| match bytes.take() {
        // Block 3 of the batch gets a transaction whose nonce is far ahead.
        Some(bytes) => Some(rewrite_batch(&data, |batch| batch.blocks[2].transactions.push(bytes))),
        None => Some(data),
    }));
    world.batcher.step(&world.sequencer, &mut world.l1);
    let third = world.sequencer.chain().db().hash_of(3).unwrap().unwrap();
    world.l1.mine();
    world.verifier.follow(&world.l1).unwrap();
    let chain = world.verifier.chain().clone();
    assert_eq!(chain.head().number, 3);
    let block = chain.db().block(3).unwrap().unwrap();
    assert_ne!(block.hash(), third);
    assert_eq!(block.body().transactions.len(), 1);
    let dropped = world.verifier.dropped();
    assert!(dropped.iter().any(|event| event.contains("execution rejected L2 block 3")), "{dropped:#?}");

    world.ticks(3);
    world.settle(6);
    assert_derived_equals_built(&world);
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::from(1));
}

#[test]
fn a_batch_with_a_deposit_in_it_is_dropped_whole() {
    let mut world = World::default();
    (0..4).for_each(|_| drop(world.sequencer.build(&world.l1)));
    let deposit = praxis_primitives::Transaction::deposit(crate::properties::deposit(1, 1_000_000));
    let forged = Bytes::from(alloy_eips::eip2718::Encodable2718::encoded_2718(&deposit));
    world.batcher.alter = Some(Box::new(move |data| {
        Some(rewrite_batch(&data, |batch| batch.blocks[0].transactions.push(forged.clone())))
    }));
    world.batcher.step(&world.sequencer, &mut world.l1);
    world.batcher.alter = None;
    world.l1.mine();
    world.verifier.follow(&world.l1).unwrap();
    assert_eq!(world.verifier.chain().head().number, 0);
    assert!(world.verifier.dropped()[0].contains("is a deposit"), "{:?}", world.verifier.dropped());
    world.ticks(3);
    world.settle(4);
    assert_derived_equals_built(&world);
    assert_eq!(world.sequencer.balance(SOMEBODY), U256::ZERO);
}

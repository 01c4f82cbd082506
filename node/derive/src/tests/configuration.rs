//! Updates of the configuration on their way through the pipeline.

use super::{
    pipeline::{batch_of, frames_of, six_blocks},
    world::{BATCHER, Derived, World},
};
use crate::{DerivationPipeline, EventKind, Frame, attributes, frame::encode_calldata};
use alloy_consensus::BlockHeader;
use alloy_primitives::{Address, B256, Bytes};
use praxis_primitives::{
    ConfigUpdate, Eip1559Params, L1_ATTRIBUTES_GAS_LIMIT, L1Attributes, L1BlockInfo, LoggedUpdate,
};
use std::sync::Arc;

const SECOND: Address = Address::repeat_byte(0xBB);

/// Mines an L1 block with these frames, one transaction each, from `from`, and these updates.
fn mine(world: &mut World, from: Address, frames: &[Frame], updates: &[ConfigUpdate]) {
    world.mine(1, vec![]);
    let mut block = Arc::unwrap_or_clone(world.l1.pop().unwrap());
    for frame in frames {
        let data = Bytes::from(encode_calldata(std::slice::from_ref(frame)));
        block.batcher_transactions.push(world.batcher_tx(from, data));
    }
    set_updates(&mut block, updates);
    world.push_l1(block);
}

fn set_updates(block: &mut L1BlockInfo, updates: &[ConfigUpdate]) {
    let logged = (0..).zip(updates).map(|(log_index, update)| LoggedUpdate { log_index, update: *update });
    block.config_updates = logged.collect();
}

fn batcher_is(address: Address) -> ConfigUpdate {
    ConfigUpdate::Batcher(address.into_word())
}

fn derive(world: &World) -> (Derived, Vec<EventKind>) {
    let mut pipeline = world.pipeline();
    let derived = world.derive_with(&mut pipeline);
    (derived, pipeline.events().iter().map(|event| event.kind.clone()).collect())
}

/// Resuming at each checkpoint gives what the whole run gave after it.
fn assert_resumable(world: &World, whole: &Derived) {
    for (place, checkpoint) in whole.checkpoints.iter().enumerate() {
        let mut resumed = DerivationPipeline::new(world.config.clone(), *checkpoint).unwrap();
        let rest = world.derive_with(&mut resumed);
        assert_eq!(rest.checkpoints, whole.checkpoints[place + 1..], "from L1 block {}", checkpoint.l1.number);
        let done = checkpoint.safe.number as usize;
        assert_eq!(rest.attributes, whole.attributes[done..], "from L1 block {}", checkpoint.l1.number);
    }
}

#[test]
fn another_batcher_counts_from_the_next_l1_block_on() {
    let mut world = six_blocks();
    let (first, rest) = (batch_of(&world, 1, 3), batch_of(&world, 4, 6));
    mine(&mut world, BATCHER, &frames_of(&first, 1, 10_000), &[batcher_is(SECOND)]);
    mine(&mut world, BATCHER, &frames_of(&rest, 2, 10_000), &[]);
    mine(&mut world, SECOND, &frames_of(&rest, 3, 10_000), &[]);
    let (derived, events) = derive(&world);
    assert_eq!(derived.attributes, world.expected(1));
    let safe_after: Vec<_> = derived.checkpoints.iter().map(|checkpoint| checkpoint.safe.number).collect();
    assert_eq!(safe_after, [0, 0, 0, 3, 3, 6]);
    assert!(events.iter().any(|event| matches!(event, EventKind::WrongSender { from: BATCHER, .. })), "{events:?}");
    assert_resumable(&world, &derived);
}

#[test]
fn the_last_of_several_updates_holds_and_a_word_that_is_no_address_is_nobody() {
    let mut world = six_blocks();
    let batch = batch_of(&world, 1, 6);
    mine(&mut world, BATCHER, &[], &[batcher_is(SECOND), ConfigUpdate::Batcher(B256::repeat_byte(0xBA))]);
    mine(&mut world, BATCHER, &frames_of(&batch, 1, 10_000), &[]);
    mine(&mut world, SECOND, &frames_of(&batch, 2, 10_000), &[batcher_is(SECOND), batcher_is(BATCHER)]);
    mine(&mut world, BATCHER, &frames_of(&batch, 3, 10_000), &[]);
    let (derived, _) = derive(&world);
    let safe_after: Vec<_> = derived.checkpoints.iter().map(|checkpoint| checkpoint.safe.number).collect();
    assert_eq!(safe_after[3..], [0, 0, 0, 6]);
    assert_resumable(&world, &derived);
}

/// Otherwise what a resumed node takes for the open channel would depend on batchers that it doesn't know.
#[test]
fn a_change_of_the_batcher_drops_the_open_channel() {
    for same in [false, true] {
        let mut world = six_blocks();
        let batch = batch_of(&world, 1, 6);
        let frames = frames_of(&batch, 1, 200);
        assert!(frames.len() > 2, "{} frames", frames.len());
        let next = if same { BATCHER } else { SECOND };
        mine(&mut world, BATCHER, &frames[..1], &[]);
        mine(&mut world, BATCHER, &frames[1..2], &[batcher_is(next)]);
        mine(&mut world, next, &frames[2..], &[]);
        mine(&mut world, next, &frames_of(&batch, 2, 10_000), &[]);
        let (derived, events) = derive(&world);
        let dropped = |event: &&EventKind| matches!(event, EventKind::ChannelDropped { .. });
        assert_eq!(events.iter().filter(dropped).count(), 1, "{events:?}");
        let safe_after: Vec<_> = derived.checkpoints.iter().map(|checkpoint| checkpoint.safe.number).collect();
        assert_eq!(safe_after[3..], [0, 0, 0, 6]);
        assert_resumable(&world, &derived);
    }
}

#[test]
fn a_block_carries_the_configuration_of_its_origin() {
    let mut world = World::new(7, |_| {});
    let genesis = world.config.system_config();
    let eip1559 = Eip1559Params { denominator: 7, elasticity: 3 };
    world.mine(1, vec![]);
    let mut block = Arc::unwrap_or_clone(world.l1.pop().unwrap());
    block.deposits.clear();
    set_updates(&mut block, &[ConfigUpdate::GasLimit(9_000_000), ConfigUpdate::Eip1559(eip1559)]);
    world.push_l1(block);
    world.build_many(6, 1, 10);
    let carried: Vec<_> = world
        .blocks
        .iter()
        .map(|block| {
            let l1 = L1Attributes::from_transaction(&block.body().transactions[0]).unwrap();
            (l1.config, block.gas_limit(), block.extra_data().clone())
        })
        .collect();
    let origins: Vec<_> = (1..=6).map(|number| world.info(number).l1_origin.number).collect();
    assert_eq!(origins, [100, 100, 100, 101, 101, 101]);
    for (config, gas_limit, extra_data) in &carried[..3] {
        assert_eq!((*config, *gas_limit), (genesis, genesis.gas_limit));
        assert_eq!(*extra_data, genesis.eip1559.extra_data());
    }
    for (config, gas_limit, extra_data) in &carried[3..] {
        assert_eq!((config.gas_limit, *gas_limit, config.eip1559), (9_000_000, 9_000_000, eip1559));
        assert_eq!(*extra_data, eip1559.extra_data());
    }
}

/// The portal sold this gas under another limit; the deposits are in, whatever the limit is now, and leave the scheduled calls
/// their quarter.
#[test]
fn deposits_fit_their_block_though_the_gas_limit_was_lowered() {
    let world = World::new(8, |_| {});
    let mut origin = (**world.l1_head()).clone();
    (origin.number, origin.parent_hash, origin.hash) = (101, origin.hash, B256::repeat_byte(9));
    origin.timestamp = world.config.genesis.l2_time_ms / 1000;
    set_updates(&mut origin, &[ConfigUpdate::GasLimit(5), ConfigUpdate::InferencePause { until_ms: 1 }]);
    let gas =
        |origin: &L1BlockInfo| attributes::build(&world.config, &world.head, origin, false, vec![]).unwrap().gas_limit;
    let deposits = L1_ATTRIBUTES_GAS_LIMIT + 200_000;
    assert_eq!(gas(&origin), deposits + deposits.div_ceil(3));
    set_updates(&mut origin, &[ConfigUpdate::GasLimit(30_000_000)]);
    assert_eq!(gas(&origin), 30_000_000);
}

use super::world::{World, execute, next_attributes};
use crate::{
    Batch, BatchBlock, ChannelId, Checkpoint, CriticalError, DerivationPipeline, DropReason, EventKind, Frame,
    HashCheck, PipelineError, ResetError, Sections, Step, TemporaryError, batch::hash_check, channel::compress, origin,
};
use alloy_primitives::{Address, B256, Bytes};
use praxis_primitives::{L1BlockInfo, L2BlockInfo};
use std::sync::Arc;

/// The whole of a batch in frames of `size` bytes.
pub(super) fn frames_of(batch: &Batch, id: u8, size: usize) -> Vec<Frame> {
    let payload = compress(&batch.encode(), 5);
    let count = payload.len().div_ceil(size);
    let frame = |(i, data): (usize, &[u8])| Frame {
        channel: ChannelId([id; 16].into()),
        number: i as u16,
        data: data.to_vec(),
        is_last: i + 1 == count,
    };
    payload.chunks(size).enumerate().map(frame).collect()
}

/// The batch of the sequencer's blocks `first` to `last`.
pub(super) fn batch_of(world: &World, first: u64, last: u64) -> Batch {
    let infos: Vec<L2BlockInfo> = (first..=last).map(|n| world.info(n)).collect();
    let blocks = infos.iter().zip(&world.blocks[first as usize - 1..]).map(|(info, block)| {
        let transactions = &block.body().transactions;
        let batched = transactions.iter().filter(|tx| !tx.is_deposit());
        BatchBlock {
            advances_origin: info.sequence_number == 0,
            transactions: batched.map(|tx| alloy_eips::Encodable2718::encoded_2718(tx).into()).collect(),
        }
    });
    Batch {
        first_number: first,
        parent_check: hash_check(world.info(first - 1).hash),
        first_origin: infos[0].l1_origin.number,
        origin_check: hash_check(infos.last().unwrap().l1_origin.hash),
        blocks: blocks.collect(),
    }
}

/// Six blocks over two origins, L1 at 103, nothing posted.
pub(super) fn six_blocks() -> World {
    let mut world = World::new(1, |_| {});
    world.mine(1, vec![]);
    world.mine(1, vec![]);
    world.build_many(6, 2, 30);
    assert_eq!(world.head.l1_origin.number, 101);
    world.mine(1, vec![]);
    world
}

fn kinds(pipeline: &DerivationPipeline) -> Vec<EventKind> {
    pipeline.events().iter().map(|event| event.kind.clone()).collect()
}

/// Posts `batch` in one L1 block and says why it was dropped.
fn dropped(mut world: World, batch: &Batch) -> DropReason {
    world.mine_frames(1, &frames_of(batch, 1, 10_000));
    let mut pipeline = world.pipeline();
    assert!(world.derive_with(&mut pipeline).attributes.is_empty());
    match kinds(&pipeline).pop() {
        Some(EventKind::BatchDropped { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_batch_gives_its_blocks() {
    let mut world = six_blocks();
    let batch = batch_of(&world, 1, 6);
    let l1 = world.mine_frames(1, &frames_of(&batch, 1, 50));
    let mut pipeline = world.pipeline();
    let derived = world.derive_with(&mut pipeline);
    assert_eq!(derived.attributes, world.expected(1));
    assert_eq!(derived.checkpoints.last(), Some(&Checkpoint { l1, safe: world.info(6) }));
    let channel = ChannelId([1; 16].into());
    assert_eq!(kinds(&pipeline), [EventKind::BatchAccepted { channel, first: 1, last: 6 }]);
}

#[test]
fn a_batch_that_may_not_stand_is_dropped_whole_with_its_reason() {
    let world = six_blocks();
    let good = batch_of(&world, 1, 6);
    let with = |change: &dyn Fn(&mut Batch)| {
        let mut batch = good.clone();
        change(&mut batch);
        dropped(world.clone(), &batch)
    };
    assert_eq!(with(&|b| b.first_number = 0), DropReason::Past { safe: 0 });
    assert_eq!(with(&|b| b.first_number = 2), DropReason::Future { next: 1 });
    let safe = world.info(0).hash;
    assert_eq!(with(&|b| b.parent_check = HashCheck::ZERO), DropReason::Parent { safe });
    assert_eq!(with(&|b| b.first_origin = 101), DropReason::FirstOrigin { given: 101, parent: 100 });
    assert_eq!(with(&|b| b.origin_check = HashCheck::ZERO), DropReason::OriginHash { origin: 101 });
    let transaction = |byte: Vec<u8>| {
        let byte = Bytes::from(byte);
        with(&move |b| b.blocks[4].transactions[1] = byte.clone())
    };
    let reason = |what| DropReason::Transaction { number: 5, index: 1, what };
    assert_eq!(transaction(vec![0x7E, 0xC0]), reason("is a deposit"));
    assert_eq!(transaction(vec![3, 1]), reason("is a blob transaction"));
    assert_eq!(transaction(vec![2, 1]), reason("does not decode"));
    let mut trailing = good.blocks[4].transactions[1].to_vec();
    trailing.push(0);
    assert_eq!(transaction(trailing), reason("does not decode"));
}

#[test]
fn a_block_may_not_be_older_than_its_origin_nor_take_one_that_is_not_known() {
    let world = six_blocks();
    let block = |advances_origin| BatchBlock { advances_origin, transactions: vec![] };
    let batch = |origin: u64, blocks: Vec<BatchBlock>| Batch {
        first_number: 1,
        parent_check: hash_check(world.info(0).hash),
        first_origin: 101,
        origin_check: hash_check(world.l1_at(origin).map_or(B256::ZERO, |l1| l1.hash)),
        blocks,
    };
    let early = batch(101, vec![block(true)]);
    assert_eq!(dropped(world.clone(), &early), DropReason::BeforeOrigin { number: 1, origin: 101 });
    let ahead = batch(104, vec![block(true); 4]);
    assert_eq!(dropped(world.clone(), &ahead), DropReason::OriginAhead { origin: 104 });
}

#[test]
fn a_late_batch_is_dropped_after_its_blocks_were_forced() {
    let mut world = six_blocks();
    let batch = batch_of(&world, 1, 6);
    let window = world.config.sequencing_window;
    while world.l1_head().number < 100 + window - 1 {
        world.mine(1, vec![]);
    }
    let mut in_time = world.clone();
    in_time.mine_frames(1, &frames_of(&batch, 1, 10_000));
    assert_eq!(in_time.derive().attributes[..6], in_time.expected(1));

    world.mine(1, vec![]);
    world.mine_frames(1, &frames_of(&batch, 1, 10_000));
    let mut pipeline = world.pipeline();
    let derived = world.derive_with(&mut pipeline);
    assert!(derived.attributes.iter().all(|a| a.forced && a.transactions.len() <= 3));
    assert!(kinds(&pipeline).contains(&EventKind::BatchDropped {
        channel: ChannelId([1; 16].into()),
        first: 1,
        last: 6,
        reason: DropReason::Past { safe: 16 },
    }));
}

#[test]
fn forced_blocks_take_each_origin_when_it_is_old_enough_with_its_deposits() {
    let mut world = World::new(3, |_| {});
    for seconds in [1, 3, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] {
        world.mine(seconds, vec![]);
    }
    let derived = world.derive();
    let last_forced_origin = world.l1_head().number - world.config.sequencing_window;
    assert_eq!(derived.attributes.last().unwrap().l1_origin.number, last_forced_origin + 1);
    for (previous, next) in derived.attributes.iter().zip(&derived.attributes[1..]) {
        assert!(next.l1_origin.number - previous.l1_origin.number <= 1);
    }
    for attributes in &derived.attributes {
        assert!(attributes.forced);
        let origin = world.l1_at(attributes.l1_origin.number).unwrap();
        let after = world.l1_at(attributes.l1_origin.number + 1).unwrap();
        assert!(origin.timestamp * 1000 <= attributes.timestamp_ms && attributes.timestamp_ms < after.timestamp * 1000);
        let deposits = if attributes.sequence_number == 0 { origin.all_deposits().count() } else { 0 };
        assert_eq!(attributes.transactions.len(), 1 + deposits);
    }
}

#[test]
fn the_sequencer_goes_on_after_forced_blocks() {
    let mut world = World::new(4, |_| {});
    world.mine_empty(13);
    let mut pipeline = world.pipeline();
    let derived = world.derive_with(&mut pipeline);
    assert!(!derived.attributes.is_empty());
    world.blocks = derived.attributes.iter().map(execute).collect();
    world.head = *pipeline.safe();
    let first = world.head.number + 1;
    world.build_many(8, 1, 10);
    let batch = batch_of(&world, first, first + 7);
    world.mine_frames(1, &frames_of(&batch, 1, 100));
    let derived = world.derive_with(&mut pipeline);
    assert_eq!(derived.attributes, world.expected(first));
}

#[test]
fn beyond_the_drift_blocks_are_empty() {
    let mut world = World::new(5, |_| {});
    world.build_many(14, 1, 10);
    let drift = world.config.max_sequencer_drift_ms;
    for number in 1..=14 {
        let beyond = world.info(number).timestamp_ms > 1_000_000 + drift;
        let transactions = world.blocks[number as usize - 1].body().transactions.len();
        assert_eq!(transactions, if beyond { 1 } else { 2 });
    }
    world.mine(1, vec![]);
    let good = batch_of(&world, 1, 14);
    let mut filled = good.clone();
    filled.blocks[12].transactions = filled.blocks[0].transactions.clone();
    assert_eq!(dropped(world.clone(), &filled), DropReason::DriftTransactions { number: 13, origin: 100 });
    // L1 block 101 came at 1 s, but the sequencer need not have known it: its empty blocks stand.
    world.mine_frames(1, &frames_of(&good, 1, 10_000));
    assert_eq!(world.derive().attributes, world.expected(1));
}

#[test]
fn a_rejected_block_keeps_its_deposits_and_the_rest_of_its_batch_goes() {
    let mut world = six_blocks();
    let batch = batch_of(&world, 1, 6);
    world.mine_frames(1, &frames_of(&batch, 1, 10_000));
    let mut pipeline = world.pipeline();
    for number in 1..=3 {
        let attributes = next_attributes(&world, &mut pipeline, &world.info(number - 1)).unwrap().unwrap();
        assert_eq!(attributes.number, number);
    }
    pipeline.reject("nonce too high").unwrap();
    let replaced = next_attributes(&world, &mut pipeline, &world.info(2)).unwrap().unwrap();
    let original = &world.expected(3)[0];
    assert!(replaced.forced && replaced.l1_origin == original.l1_origin && replaced.number == 3);
    assert_eq!(replaced.transactions.len(), 1);
    let number = 3;
    assert_eq!(pipeline.reject("again"), Err(CriticalError::DepositsRejected { number }.into()));
    let safe = L2BlockInfo::of(&execute(&replaced), &world.config).unwrap();
    assert_eq!(next_attributes(&world, &mut pipeline, &safe), Ok(None));
    assert!(kinds(&pipeline).contains(&EventKind::BlockRejected { number, reason: "nonce too high".into() }));
    assert_eq!(pipeline.reject("nothing"), Err(CriticalError::NothingToReject.into()));
}

#[test]
fn rubbish_in_the_inbox_leaves_events_and_nothing_else() {
    let mut world = six_blocks();
    let batch = batch_of(&world, 1, 6);
    let frames = frames_of(&batch, 7, 200);
    assert!(frames.len() >= 3);
    let stranger = Address::repeat_byte(1);
    let other = |number| Frame { channel: ChannelId([8; 16].into()), number, data: vec![1], is_last: false };
    world.mine_frames(1, &[other(3)]);
    world.mine_frames(1, &[other(0), frames[0].clone(), other(1)]);
    world.mine(1, vec![Bytes::from_static(&[9, 9, 9]), Bytes::new()]);
    world.mine_frames(1, &[frames[2].clone(), frames[0].clone(), frames[1].clone(), frames[1].clone()]);
    let mut block = (*world.l1.pop().unwrap()).clone();
    let data = crate::frame::encode_calldata(&frames[2..]);
    let tx = world.batcher_tx(stranger, data.into());
    block.batcher_transactions.push(tx);
    world.push_l1(block);
    world.mine_frames(1, &frames[2..]);
    let mut pipeline = world.pipeline();
    assert_eq!(world.derive_with(&mut pipeline).attributes, world.expected(1));
    let texts: Vec<String> = kinds(&pipeline).iter().map(ToString::to_string).collect();
    for part in [
        "no channel is open",
        "another channel began",
        "another channel is open",
        "its version is 9",
        "it is empty",
        "a frame before it is missing",
        "the channel already has it",
        "who is not the batcher",
    ] {
        assert!(texts.iter().any(|text| text.contains(part)), "{part}: {texts:#?}");
    }
}

#[test]
fn a_channel_must_be_complete_within_its_timeout() {
    for (extra, complete) in [(0, true), (1, false)] {
        let mut world = six_blocks();
        let batch = batch_of(&world, 1, 6);
        let frames = frames_of(&batch, 1, 300);
        let opened = world.mine_frames(1, &frames[..1]).number;
        while world.l1_head().number + 1 < opened + world.config.channel_timeout + extra {
            world.mine(1, vec![]);
        }
        world.mine_frames(1, &frames[1..]);
        assert_eq!(world.derive().attributes.len(), if complete { 6 } else { 0 });
    }
}

#[test]
fn a_frame_0_opens_its_channel_anew_even_if_it_was_open() {
    let mut world = six_blocks();
    let batch = batch_of(&world, 1, 6);
    let frames = frames_of(&batch, 1, 300);
    world.mine_frames(1, &frames[..1]);
    world.mine_empty(world.config.channel_timeout as usize - 1);
    world.mine_frames(1, &frames[..1]);
    world.mine_frames(1, &frames[1..]);
    assert_eq!(world.derive().attributes, world.expected(1), "its time counts from the newer frame 0");
}

/// A channel may be older than the safe head's L1 origin: its first frame need not say anything about its blocks yet.
#[test]
fn a_resumed_node_has_a_channel_that_is_older_than_its_safe_head() {
    let mut world = World::new(6, |config| {
        config.sequencing_window = 3;
        config.channel_timeout = 10;
    });
    let id = ChannelId([1; 16].into());
    let mut payload = vec![];
    let frame = |number, data, is_last| Frame { channel: id, number, data, is_last };
    let opened = world.mine_frames(1, &[frame(0, payload.clone(), false)]).number;
    world.mine_empty(7);
    let mut pipeline = world.pipeline();
    let derived = world.derive_with(&mut pipeline);
    let checkpoint = *derived.checkpoints.last().unwrap();
    assert!(checkpoint.safe.l1_origin.number > opened, "{checkpoint:?}");
    world.blocks = derived.attributes.iter().map(execute).collect();
    world.head = checkpoint.safe;
    let first = world.head.number + 1;
    world.build_many(2, 1, 10);
    payload = compress(&batch_of(&world, first, first + 1).encode(), 5);
    world.mine_frames(1, &[frame(1, payload, true)]);
    let went_on = world.derive_with(&mut pipeline);
    assert_eq!(went_on.attributes[..2], world.expected(first));
    let mut resumed = DerivationPipeline::new(world.config.clone(), checkpoint).unwrap();
    assert_eq!(world.derive_with(&mut resumed), went_on);
}

#[test]
fn what_does_not_decode_is_dropped_with_its_channel() {
    let mut world = six_blocks();
    let frame = |id: u8, data: Vec<u8>| Frame { channel: ChannelId([id; 16].into()), number: 0, data, is_last: true };
    world.mine_frames(1, &[frame(1, vec![1, 2, 3]), frame(2, compress(&Sections::default(), 5)), frame(3, vec![])]);
    let batch = batch_of(&world, 1, 6);
    world.mine_frames(1, &frames_of(&batch, 4, 100_000));
    let mut pipeline = world.pipeline();
    assert_eq!(world.derive_with(&mut pipeline).attributes, world.expected(1));
    let events = kinds(&pipeline);
    assert!(matches!(events[0], EventKind::BadChannel { .. }) && matches!(events[2], EventKind::BadChannel { .. }));
    assert!(matches!(events[1], EventKind::BadBatch { .. }));
}

#[test]
fn an_endless_channel_is_dropped_at_its_limit() {
    let mut world = World::new(9, |_| {});
    let frame = |number| Frame { channel: ChannelId([1; 16].into()), number, data: vec![0; 1 << 20], is_last: false };
    let frames: Vec<_> = (0..17).map(frame).collect();
    world.mine_frames(1, &frames);
    let mut pipeline = world.pipeline();
    world.derive_with(&mut pipeline);
    assert!(matches!(
        kinds(&pipeline)[..],
        [EventKind::ChannelDropped { reason: "it is larger than a channel may be", .. }]
    ));
}

#[test]
fn an_l1_block_must_build_on_the_one_before() {
    let world = six_blocks();
    let mut pipeline = world.pipeline();
    world.derive_with(&mut pipeline);
    let safe = *pipeline.safe();
    let next = L1BlockInfo { number: 104, parent_hash: B256::repeat_byte(1), ..(**world.l1_head()).clone() };
    let error = pipeline.push_l1(Arc::new(next.clone())).unwrap_err();
    assert!(matches!(error, PipelineError::Reset(ResetError::L1Reorg { number: 104, .. })), "{error}");
    let error = pipeline.push_l1(Arc::new(L1BlockInfo { number: 106, ..next.clone() })).unwrap_err();
    assert_eq!(error, TemporaryError::OutOfOrder { given: 106, wanted: 104 }.into());
    assert_eq!(pipeline.step(&safe), Ok(Step::NeedL1(104)), "a refused block changes nothing");

    let checkpoint = Checkpoint { l1: world.l1_at(102).unwrap().id(), safe };
    pipeline.reset(checkpoint).unwrap();
    assert_eq!(pipeline.step(&safe), Ok(Step::NeedL1(100)));
    let other = L1BlockInfo { hash: B256::repeat_byte(1), ..(*world.l1[0]).clone() };
    assert!(matches!(
        pipeline.push_l1(Arc::new(other)),
        Err(PipelineError::Reset(ResetError::L1Mismatch { expected, .. })) if expected.number == 100
    ));
}

#[test]
fn the_safe_head_must_be_where_the_attributes_led() {
    let mut world = six_blocks();
    let batch = batch_of(&world, 1, 6);
    world.mine_frames(1, &frames_of(&batch, 1, 10_000));
    let mut pipeline = world.pipeline();
    let first = next_attributes(&world, &mut pipeline, &world.info(0)).unwrap();
    assert_eq!(
        next_attributes(&world, &mut pipeline, &world.info(0)).unwrap(),
        first,
        "until executed, the same again"
    );
    let error = pipeline.step(&world.info(2)).unwrap_err();
    assert!(matches!(error, PipelineError::Reset(ResetError::SafeHead { .. })), "{error}");
    assert!(pipeline.step(&world.info(1)).is_ok());
}

#[test]
fn impossible_configurations_and_checkpoints_are_refused() {
    let world = World::new(1, |config| config.sequencing_window = 1 << 40);
    let checkpoint = Checkpoint::genesis(&world.config);
    assert!(matches!(DerivationPipeline::new(world.config.clone(), checkpoint), Err(CriticalError::Windows { .. })));
    let world = six_blocks();
    let checkpoint = Checkpoint { l1: world.l1_at(100).unwrap().id(), safe: world.info(6) };
    assert!(matches!(
        DerivationPipeline::new(world.config.clone(), checkpoint),
        Err(CriticalError::Checkpoint { l1: 100, origin: 101, genesis: 100 })
    ));
}

#[test]
fn the_origin_rule_advances_by_time_and_sees_a_reorg() {
    let world = six_blocks();
    let (parent, current) = (world.info(2), world.l1_at(100).unwrap());
    let next = world.l1_at(101).unwrap();
    let choose = |parent: &L2BlockInfo, next| origin::next_origin(&world.config, parent, current, next).unwrap();
    assert!(!choose(&parent, Some(next)).advance, "block 3 comes before 1 s");
    assert!(choose(&world.info(3), Some(next)).advance, "block 4 comes at 1 s");
    assert!(!choose(&world.info(3), None).advance);
    let fork = L1BlockInfo { parent_hash: B256::ZERO, ..(**next).clone() };
    assert!(origin::next_origin(&world.config, &parent, current, Some(&fork)).is_err());
    assert!(origin::next_origin(&world.config, &parent, next, None).is_err());
}

/// The forced blocks reach so far that a batch on them has the margin's L1 blocks to come in.
#[test]
fn forced_blocks_leave_the_batcher_time_to_come_back() {
    let mut world = World::new(4, |_| {});
    let window = world.config.sequencing_window;
    let margin = crate::limits::recovery_margin(window);
    assert_eq!((window, margin), (12, 3));
    world.mine_empty(window as usize);
    let mut pipeline = world.pipeline();
    let derived = world.derive_with(&mut pipeline);
    world.blocks = derived.attributes.iter().map(execute).collect();
    world.head = *pipeline.safe();
    let first = world.head.number + 1;
    world.build_many(8, 1, 10);
    let batch = batch_of(&world, first, first + 7);
    for late in 0..=margin {
        let mut world = world.clone();
        let mut pipeline = pipeline.clone();
        world.mine_empty(late as usize);
        world.mine_frames(1, &frames_of(&batch, 1, 100));
        let derived = world.derive_with(&mut pipeline);
        assert!(derived.attributes.iter().take(8).all(|a| !a.forced), "{late} L1 blocks late");
        assert_eq!(derived.attributes[..8], world.expected(first), "{late} L1 blocks late");
    }
    let mut world = world;
    world.mine_empty(margin as usize + 1);
    world.mine_frames(1, &frames_of(&batch, 1, 100));
    assert!(world.derive_with(&mut pipeline).attributes[0].forced);
}

use super::world::World;
use crate::{DerivationPipeline, Encoder, EncoderConfig, SafeUpdate, frame::encode_calldata};
use alloy_primitives::{Address, Bytes};
use proptest::prelude::*;

/// What happens next in a random run.
#[derive(Debug, Clone)]
enum Op {
    /// The sequencer builds blocks with so many transactions of so many bytes.
    Build { blocks: usize, transactions: usize, calldata: usize },
    /// An L1 block comes, with at most so many submissions in it.
    Mine { seconds: u64, submissions: usize },
    /// An L1 block comes with someone's rubbish before the submissions.
    Garbage { bytes: Vec<u8>, version: Option<u8>, from_batcher: bool },
    /// The batcher closes its channel.
    Close,
}

fn op() -> impl Strategy<Value = Op> {
    let garbage = (prop::collection::vec(any::<u8>(), 0..80), prop::option::of(Just(0)), any::<bool>());
    prop_oneof![
        6 => (1usize..9, 0usize..4, 0usize..600)
            .prop_map(|(blocks, transactions, calldata)| Op::Build { blocks, transactions, calldata }),
        2 => (1usize..30).prop_map(|blocks| Op::Build { blocks, transactions: 0, calldata: 0 }),
        6 => (1u64..4, 0usize..4).prop_map(|(seconds, submissions)| Op::Mine { seconds, submissions }),
        2 => garbage.prop_map(|(bytes, version, from_batcher)| Op::Garbage { bytes, version, from_batcher }),
        1 => Just(Op::Close),
    ]
}

fn encoder_config() -> impl Strategy<Value = EncoderConfig> {
    (300usize..4000, 500usize..10_000, 1u64..5, 0u32..10).prop_map(|(submission, target, duration, quality)| {
        EncoderConfig {
            max_submission_bytes: submission,
            target_channel_bytes: target,
            max_channel_l1_blocks: duration,
            max_idle_l1_blocks: 2 * duration,
            compression_quality: quality,
            ..EncoderConfig::default()
        }
    })
}

fn roomy(seed: u64) -> World {
    World::new(seed, |config| {
        config.sequencing_window = 5_000;
        config.channel_timeout = 400;
    })
}

fn submissions(world: &mut World, encoder: &mut Encoder, most: usize) -> Vec<Bytes> {
    let l1 = world.l1_head().number + 1;
    let mut calldata = Vec::new();
    while calldata.len() < most
        && let Some(submission) = encoder.next_submission()
    {
        assert!(encoder.confirm(submission.id, l1));
        calldata.push(submission.calldata);
    }
    calldata
}

fn feed(world: &World, encoder: &mut Encoder) {
    while let Some(block) = world.blocks.get(encoder.next_block() as usize - 1) {
        encoder.add_block(block).unwrap();
    }
}

/// Plays a run and ends it with everything on L1.
fn play(mut world: World, config: EncoderConfig, ops: Vec<Op>) -> World {
    let mut encoder = Encoder::new(world.config.clone(), config, &world.head, world.l1_head().number);
    for op in ops {
        match op {
            Op::Build { blocks, transactions, calldata } => {
                world.build_many(blocks, transactions, calldata);
                feed(&world, &mut encoder);
            }
            Op::Mine { seconds, submissions: most } => {
                let calldata = submissions(&mut world, &mut encoder, most);
                world.mine(seconds, calldata);
                encoder.advance_l1(world.l1_head().number).unwrap();
            }
            Op::Garbage { mut bytes, version, from_batcher } => {
                bytes.splice(..0, version);
                let from = if from_batcher { world.config.batcher } else { Address::repeat_byte(1) };
                let rubbish = world.batcher_tx(from, bytes.into());
                world.mine(1, vec![]);
                let mut block = world.l1.pop().map(|block| (*block).clone()).unwrap();
                block.batcher_transactions.push(rubbish);
                world.push_l1(block);
            }
            Op::Close => encoder.close().unwrap(),
        }
    }
    encoder.close().unwrap();
    loop {
        let calldata = submissions(&mut world, &mut encoder, usize::MAX);
        if calldata.is_empty() {
            break;
        }
        world.mine(1, calldata);
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// The invariant of the crate, and that derivation resumed at any checkpoint goes on with the same chain.
    #[test]
    fn deriving_what_was_encoded_gives_the_attributes_of_the_blocks(
        seed in any::<u64>(),
        config in encoder_config(),
        ops in prop::collection::vec(op(), 1..40),
        resume in any::<prop::sample::Index>(),
    ) {
        let world = play(roomy(seed), config, ops);
        let derived = world.derive();
        let expected = if world.blocks.is_empty() { vec![] } else { world.expected(1) };
        prop_assert_eq!(derived.attributes.len(), expected.len());
        prop_assert_eq!(&derived.attributes, &expected);

        if !derived.checkpoints.is_empty() {
            let at = resume.index(derived.checkpoints.len());
            let checkpoint = derived.checkpoints[at];
            let mut pipeline = DerivationPipeline::new(world.config.clone(), checkpoint).unwrap();
            let rest = world.derive_with(&mut pipeline);
            prop_assert_eq!(&rest.attributes[..], &expected[checkpoint.safe.number as usize..]);
            prop_assert_eq!(&rest.checkpoints[..], &derived.checkpoints[at + 1..]);
        }
    }

    /// The same with windows that really pass, submissions that never come, and channels that time out: whatever is
    /// derived, a node that resumes anywhere derives the same.
    #[test]
    fn a_resumed_node_derives_what_the_others_derive(
        seed in any::<u64>(),
        config in encoder_config(),
        ops in prop::collection::vec((op(), 0u8..4), 1..50),
        resume in any::<prop::sample::Index>(),
    ) {
        let mut world = World::new(seed, |_| {});
        let mut encoder = Encoder::new(world.config.clone(), config, &world.head, world.l1_head().number);
        let mut pipeline = world.pipeline();
        for (op, fate) in ops {
            match op {
                Op::Build { blocks, transactions, calldata } => {
                    for _ in 0..blocks {
                        world.build(transactions, calldata);
                        let block = world.blocks.last().unwrap();
                        let _ = encoder.add_block(block);
                    }
                }
                Op::Mine { seconds, submissions: most } => {
                    let mut calldata = submissions(&mut world, &mut encoder, most);
                    match fate {
                        0 => calldata.truncate(calldata.len() / 2),
                        1 => calldata.reverse(),
                        2 => calldata.extend(calldata.clone()),
                        _ => {}
                    }
                    world.mine(seconds, calldata);
                    encoder.advance_l1(world.l1_head().number).unwrap();
                }
                Op::Garbage { bytes, .. } => {
                    world.mine(1, vec![bytes.into()]);
                }
                Op::Close => encoder.close().unwrap(),
            }
            // The sequencer follows what L1 says, as its chain does after a reorganisation of its own.
            let derived = world.derive_with(&mut pipeline);
            for attributes in &derived.attributes {
                let at = attributes.number as usize;
                if world.blocks.get(at - 1).map(|b| b.hash()) != Some(super::world::execute(attributes).hash()) {
                    world.blocks.truncate(at - 1);
                    world.blocks.push(super::world::execute(attributes));
                    world.head = world.info(attributes.number);
                }
            }
            let safe = *pipeline.safe();
            if encoder.update_safe(&safe, world.l1_head().number) == SafeUpdate::Restarted {
                let encoded_again = world.blocks.get(safe.number as usize..).unwrap_or_default().to_vec();
                encoded_again.iter().for_each(|block| {
                    let _ = encoder.add_block(block);
                });
            }
        }
        let all = world.derive();
        prop_assert_eq!(world.info(all.attributes.len() as u64), *pipeline.safe());
        if !all.checkpoints.is_empty() {
            let at = resume.index(all.checkpoints.len());
            let checkpoint = all.checkpoints[at];
            let mut pipeline = DerivationPipeline::new(world.config.clone(), checkpoint).unwrap();
            let rest = world.derive_with(&mut pipeline);
            prop_assert_eq!(&rest.attributes[..], &all.attributes[checkpoint.safe.number as usize..]);
            prop_assert_eq!(&rest.checkpoints[..], &all.checkpoints[at + 1..]);
        }
    }
}

#[test]
fn a_large_transaction_crosses_several_l1_transactions_and_blocks() {
    let mut world = roomy(7);
    world.build(1, 300_000);
    let config = EncoderConfig::default();
    let most = config.max_submission_bytes;
    let mut encoder = Encoder::new(world.config.clone(), config, &world.info(0), 100);
    feed(&world, &mut encoder);
    encoder.close().unwrap();
    let mut count = 0;
    while let Some(submission) = encoder.next_submission() {
        assert!(submission.calldata.len() <= most, "{}", submission.calldata.len());
        assert!(encoder.confirm(submission.id, world.l1_head().number + 1));
        world.mine(1, vec![submission.calldata]);
        count += 1;
    }
    assert_eq!(count, 4);
    assert_eq!(world.derive().attributes, world.expected(1));
}

#[test]
fn frames_of_one_transaction_may_belong_to_several_channels() {
    let mut world = roomy(8);
    world.build_many(3, 1, 10);
    let config = EncoderConfig { target_channel_bytes: 1, ..EncoderConfig::default() };
    let mut encoder = Encoder::new(world.config.clone(), config, &world.info(0), 100);
    feed(&world, &mut encoder);
    let mut frames = Vec::new();
    while let Some(submission) = encoder.next_submission() {
        frames.extend(crate::frame::decode_calldata(&submission.calldata).unwrap());
    }
    assert_eq!(frames.len(), 3);
    world.mine(1, vec![encode_calldata(&frames).into()]);
    assert_eq!(world.derive().attributes, world.expected(1));
}

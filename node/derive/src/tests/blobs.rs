//! Frames in blobs.

use super::world::{BATCHER, World};
use crate::{EventKind, Frame, PipelineError, Step, TemporaryError, frame::encode_calldata};
use alloy_primitives::{Address, Bytes};
use praxis_primitives::{BatcherTransaction, L1BlockInfo};
use std::slice::from_ref;

fn mine_with(world: &mut World, transactions: Vec<BatcherTransaction>) -> L1BlockInfo {
    world.mine(1, vec![]);
    let mut block = (*world.l1.pop().unwrap()).clone();
    block.batcher_transactions = transactions;
    world.push_l1(block.clone());
    block
}

/// A world with six blocks and the frames of a channel with them.
fn six_blocks() -> (World, Vec<Frame>) {
    let world = super::pipeline::six_blocks();
    let batch = super::pipeline::batch_of(&world, 1, 6);
    let frames = super::pipeline::frames_of(&batch, 7, 120);
    assert!(frames.len() >= 3);
    (world, frames)
}

#[test]
fn blobs_and_calldata_carry_a_channel_in_the_order_of_transactions_and_blobs() {
    let (mut world, frames) = six_blocks();
    let data: Vec<Vec<u8>> = frames.iter().map(|frame| encode_calldata(from_ref(frame))).collect();
    let last = frames.len() - 1;
    let middle: Vec<&[u8]> = data[1..last].iter().map(Vec::as_slice).collect();
    let transactions = vec![
        world.batcher_tx(BATCHER, data[0].clone().into()),
        world.blob_tx(BATCHER, &middle),
        world.batcher_tx(BATCHER, data[last].clone().into()),
    ];
    mine_with(&mut world, transactions);
    assert_eq!(world.derive().attributes, world.expected(1));
}

#[test]
fn a_void_blob_takes_no_other_with_it_and_is_named() {
    let (mut world, frames) = six_blocks();
    let data = encode_calldata(&frames);
    let mut tx = world.blob_tx(BATCHER, &[b"", &[9], &data]);
    let broken = world.blob_tx(BATCHER, &[b"x"]).blobs[0];
    world.blobs.insert(broken, vec![0xFF; crate::blob::BLOB_BYTES].into());
    tx.blobs.insert(1, broken);
    let hash = tx.hash;
    mine_with(&mut world, vec![tx]);
    let mut pipeline = world.pipeline();
    assert_eq!(world.derive_with(&mut pipeline).attributes, world.expected(1));
    let kinds: Vec<_> = pipeline.events().iter().map(|event| &event.kind).collect();
    assert!(matches!(kinds[0], EventKind::BadBlobFrames { tx, index: 0, .. } if *tx == hash), "{kinds:?}");
    assert!(matches!(kinds[1], EventKind::BadBlob { index: 1, .. }), "{kinds:?}");
    assert!(matches!(kinds[2], EventKind::BadBlobFrames { index: 2, .. }), "{kinds:?}");
}

#[test]
fn only_the_batchers_blobs_are_wanted_and_nothing_goes_on_without_them() {
    let (mut world, frames) = six_blocks();
    let stranger = world.blob_tx(Address::repeat_byte(1), &[b"not ours"]);
    let ours = world.blob_tx(BATCHER, &[&encode_calldata(&frames)]);
    let block = mine_with(&mut world, vec![stranger, ours.clone()]);
    let mut pipeline = world.pipeline();
    let safe = *pipeline.safe();
    let wanted = loop {
        match pipeline.step(&safe).unwrap() {
            Step::NeedL1(number) => pipeline.push_l1(world.l1_at(number).unwrap().clone()).unwrap(),
            Step::Consumed(_) => {}
            Step::NeedBlobs(wanted) => break wanted,
            Step::Attributes(attributes) => panic!("{attributes:?}"),
        }
    };
    assert_eq!(pipeline.current_l1(), Some(block.id()));
    assert_eq!(wanted.len(), 1);
    assert_eq!((wanted[0].transaction, &wanted[0].hashes), (ours.hash, &ours.blobs));
    assert_eq!(pipeline.step(&safe), Ok(Step::NeedBlobs(wanted.clone())), "again, until they come");
    let few = pipeline.push_blobs(vec![]);
    assert_eq!(few, Err(PipelineError::Temporary(TemporaryError::Blobs { given: 0, wanted: 1 })));
    pipeline.push_blobs(world.blobs_of(&wanted)).unwrap();
    assert!(matches!(pipeline.step(&safe), Ok(Step::Attributes(_))));
    let again = pipeline.push_blobs(vec![Bytes::new()]);
    assert_eq!(again, Err(PipelineError::Temporary(TemporaryError::Blobs { given: 1, wanted: 0 })));
}

#[test]
fn a_node_that_resumes_reads_the_blobs_of_the_open_channel_again() {
    let (mut world, frames) = six_blocks();
    let first = world.blob_tx(BATCHER, &[&encode_calldata(&frames[..1])]);
    mine_with(&mut world, vec![first]);
    let checkpoint = *world.derive().checkpoints.last().unwrap();
    let rest = world.blob_tx(BATCHER, &[&encode_calldata(&frames[1..])]);
    mine_with(&mut world, vec![rest]);
    let mut resumed = crate::DerivationPipeline::new(world.config.clone(), checkpoint).unwrap();
    assert_eq!(world.derive_with(&mut resumed).attributes, world.expected(1));
}

use super::world::Rng;
use crate::{
    Batch, BatchBlock, ChannelId, Frame, HashCheck,
    channel::{compress, decompress},
    frame::encode_calldata,
};
use alloy_primitives::{B256, Bytes, b256, keccak256};

/// Changing a format changes one of these lines; then `SPEC.md` has to change too, and every chain is another one.
const BATCHES: (usize, B256) = (500, b256!("0x3e39d64289533723dc5885a02271aa1c862496a5b640c99939f08b5bade07206"));
const FRAMES: (usize, B256) = (500, b256!("0x3e876aa6ff4b24cac1f45d09d847a6564c9cae96f369073dc7199fa0610e44b8"));

fn batch(rng: &mut Rng) -> Batch {
    let blocks = (0..1 + rng.below(40)).map(|_| BatchBlock {
        advances_origin: rng.below(4) == 0,
        transactions: (0..rng.below(4).saturating_sub(1))
            .map(|_| {
                let len = 1 + rng.below(300) as usize;
                Bytes::from(rng.bytes(len))
            })
            .collect(),
    });
    let blocks = blocks.collect();
    Batch {
        first_number: rng.next() >> (1 + rng.below(60)),
        parent_check: HashCheck::from_slice(&rng.bytes(20)),
        first_origin: rng.next() >> (1 + rng.below(60)),
        origin_check: HashCheck::from_slice(&rng.bytes(20)),
        blocks,
    }
}

#[test]
fn the_encoding_of_batches_is_pinned() {
    let mut rng = Rng(0xBA7C);
    let all: Vec<u8> = (0..BATCHES.0).flat_map(|_| batch(&mut rng).encode()).collect();
    assert_eq!(keccak256(all), BATCHES.1);
}

#[test]
fn the_encoding_of_frames_is_pinned() {
    let mut rng = Rng(0xF4A3E);
    let all = (0..FRAMES.0).flat_map(|_| {
        let len = rng.below(100) as usize;
        let frame = Frame {
            channel: ChannelId::derive(B256::from_slice(&rng.bytes(32)), rng.next(), &rng.bytes(9)),
            number: rng.next() as u16,
            data: rng.bytes(len),
            is_last: rng.below(2) == 1,
        };
        encode_calldata(&[frame])
    });
    assert_eq!(keccak256(all.collect::<Vec<_>>()), FRAMES.1);
}

#[test]
fn the_example_of_the_specification_reads_as_it_says() {
    let bytes = [
        &[0x2A][..],
        &[0xAA; 20],
        &[0xE8, 0x07],
        &[0xBB; 20],
        &[0x03, 0b010, 0x01, 0x01, 0x02, 0x02, 0x01],
        &[0xC0, 0xC1, 0xC2],
    ]
    .concat();
    let transactions = vec![Bytes::from_static(&[0xC0, 0xC1]), Bytes::from_static(&[0xC2])];
    let batch = Batch {
        first_number: 42,
        parent_check: HashCheck::repeat_byte(0xAA),
        first_origin: 1000,
        origin_check: HashCheck::repeat_byte(0xBB),
        blocks: vec![BatchBlock::default(), BatchBlock { advances_origin: true, transactions }, BatchBlock::default()],
    };
    assert_eq!(batch.encode(), bytes);
    assert_eq!(Batch::decode(&bytes), Ok(batch.clone()));
    assert_eq!((batch.last_number(), batch.last_origin()), (44, 1001));
    assert_eq!(decompress(&compress(&bytes, 11)), Ok(bytes));
}

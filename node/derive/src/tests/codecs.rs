use super::world::Rng;
use crate::{
    Batch, BatchBlock, BatchDecodeError, ChannelId, Frame, HashCheck,
    channel::{ChannelError, compress, decompress},
    frame::{FrameError, decode_calldata, encode_calldata},
    limits::{MAX_BATCH_BLOCKS, MAX_BATCH_BYTES},
};
use alloy_primitives::{B256, Bytes};
use proptest::prelude::*;

fn batch() -> impl Strategy<Value = Batch> {
    let tx = prop::collection::vec(any::<u8>(), 1..40).prop_map(Bytes::from);
    let transactions = prop_oneof![3 => Just(vec![]), 1 => prop::collection::vec(tx, 1..4)];
    let block = (any::<bool>(), transactions)
        .prop_map(|(advances_origin, transactions)| BatchBlock { advances_origin, transactions });
    let hash = || any::<[u8; 20]>().prop_map(HashCheck::from);
    let number = || (any::<u64>(), 1u32..64).prop_map(|(n, shift)| n >> shift);
    (number(), hash(), number(), hash(), prop::collection::vec(block, 1..300)).prop_map(
        |(first_number, parent_check, first_origin, origin_check, blocks)| Batch {
            first_number,
            parent_check,
            first_origin,
            origin_check,
            blocks,
        },
    )
}

fn frame() -> impl Strategy<Value = Frame> {
    (any::<[u8; 16]>(), any::<u16>(), prop::collection::vec(any::<u8>(), 0..200), any::<bool>()).prop_map(
        |(channel, number, data, is_last)| Frame { channel: ChannelId(channel.into()), number, data, is_last },
    )
}

proptest! {
    #[test]
    fn a_batch_reads_back(batch in batch()) {
        let bytes = batch.encode();
        prop_assert_eq!(Batch::decode(&bytes), Ok(batch.clone()));
        prop_assert_eq!(decompress(&compress(&bytes, 5)), Ok(bytes));
    }

    #[test]
    fn a_cut_batch_does_not_read(batch in batch(), cut in 1usize..60) {
        let bytes = batch.encode();
        prop_assert!(Batch::decode(&bytes[..bytes.len().saturating_sub(cut)]).is_err());
    }

    #[test]
    fn a_batch_has_one_encoding_only(batch in batch(), at in any::<prop::sample::Index>(), flip in 1u8..) {
        let mut bytes = batch.encode();
        let index = at.index(bytes.len());
        bytes[index] ^= flip;
        if let Ok(other) = Batch::decode(&bytes) {
            prop_assert_ne!(&other, &batch);
            prop_assert_eq!(other.encode(), bytes);
        }
    }

    #[test]
    fn frames_read_back(frames in prop::collection::vec(frame(), 1..5)) {
        prop_assert_eq!(decode_calldata(&encode_calldata(&frames)), Ok(frames));
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Batch::decode(&bytes);
        let _ = decode_calldata(&bytes);
        let _ = decompress(&bytes);
        let _ = decompress(&[&[1], &bytes[..]].concat());
        let _ = decode_calldata(&[&[0], &bytes[..]].concat());
    }

    #[test]
    fn a_damaged_stream_never_panics(batch in batch(), at in any::<prop::sample::Index>(), flip in 1u8..) {
        let mut channel = compress(&batch.encode(), 5);
        let index = at.index(channel.len());
        channel[index] ^= flip;
        let _ = decompress(&channel).map(|bytes| Batch::decode(&bytes));
    }
}

#[test]
fn a_bomb_is_stopped_at_the_limit() {
    let bomb = compress(&vec![0; MAX_BATCH_BYTES + 1], 9);
    assert!(bomb.len() < 1000, "it is a bomb: {} bytes", bomb.len());
    assert_eq!(decompress(&bomb), Err(ChannelError::TooLarge));
    assert_eq!(decompress(&compress(&vec![0; MAX_BATCH_BYTES], 9)).map(|b| b.len()), Ok(MAX_BATCH_BYTES));
}

#[test]
fn a_channel_is_one_stream_and_nothing_else() {
    let channel = compress(b"hello", 5);
    assert_eq!(decompress(&channel).as_deref(), Ok(&b"hello"[..]));
    assert_eq!(decompress(&channel[..channel.len() - 1]), Err(ChannelError::Brotli));
    assert_eq!(decompress(&[&channel[..], &[0, 0]].concat()), Err(ChannelError::Trailing(2)));
    assert_eq!(decompress(&[&[2], &channel[1..]].concat()), Err(ChannelError::Version(2)));
    assert_eq!(decompress(&[]), Err(ChannelError::Empty));
}

#[test]
fn the_large_window_extension_is_refused() {
    // 0x11 is the escape of RFC 7932 that the extension gives a meaning: a window of 2^30 bytes.
    for bits in [0x11u8, 0x91] {
        for second in 0..=255 {
            assert_eq!(decompress(&[1, bits, second, 0, 0, 0]), Err(ChannelError::Brotli), "{bits} {second}");
        }
    }
}

#[test]
fn counts_are_checked_before_anything_is_allocated_for_them() {
    let mut bytes = vec![1];
    bytes.extend([0; 20]);
    bytes.push(1);
    bytes.extend([0; 20]);
    let with = |tail: &[u8]| Batch::decode(&[&bytes[..], tail].concat());
    assert_eq!(with(&[0]), Err(BatchDecodeError::BlockCount(0)));
    assert_eq!(with(&[0x81, 0x80, 1]), Err(BatchDecodeError::BlockCount(MAX_BATCH_BLOCKS as u64 + 1)));
    assert_eq!(with(&[1, 2]), Err(BatchDecodeError::Padding));
    assert_eq!(with(&[1, 1, 2]), Err(BatchDecodeError::BlockIndex));
    assert_eq!(with(&[1, 1, 1, 1, 1]), Err(BatchDecodeError::BlockIndex));
    assert_eq!(with(&[1, 1, 1, 0, 0]), Err(BatchDecodeError::Zero("a block")));
    assert_eq!(with(&[1, 1, 1, 0, 0xFF, 0xFF, 0xFF, 0x7F]), Err(BatchDecodeError::TransactionCount(0xFFF_FFFF)));
    assert_eq!(with(&[1, 1, 1, 0, 1, 0]), Err(BatchDecodeError::Zero("a transaction")));
    assert_eq!(with(&[1, 1, 0, 7]), Err(BatchDecodeError::Trailing(1)));
    assert!(with(&[1, 1, 0]).is_ok());
}

#[test]
fn one_bad_frame_voids_the_calldata() {
    let frame = Frame { channel: ChannelId([7; 16].into()), number: 3, data: vec![1, 2, 3], is_last: false };
    let good = encode_calldata(&[frame.clone(), frame]);
    assert!(decode_calldata(&good).is_ok());
    assert_eq!(decode_calldata(&good[..good.len() - 1]), Err(FrameError::Cut { index: 1 }));
    let mut flag = good.clone();
    *flag.last_mut().unwrap() = 2;
    assert_eq!(decode_calldata(&flag), Err(FrameError::Flag { index: 1, flag: 2 }));
    let mut large = good;
    large[1 + 18] = 0xFF;
    assert_eq!(decode_calldata(&large), Err(FrameError::TooLarge { index: 0, len: 0xFF00_0003 }));
    assert_eq!(decode_calldata(&[0]), Err(FrameError::NoFrame));
    assert_eq!(decode_calldata(&[1, 2]), Err(FrameError::Version(1)));
    assert_eq!(decode_calldata(&[]), Err(FrameError::Empty));
}

#[test]
fn an_empty_block_costs_at_most_one_bit() {
    let size = |blocks: usize| {
        let mut rng = Rng(1);
        let advances = |i: usize, rng: &mut Rng| i.is_multiple_of(4) ^ (rng.below(16) == 0);
        let blocks: Vec<_> =
            (0..blocks).map(|i| BatchBlock { advances_origin: advances(i, &mut rng), transactions: vec![] }).collect();
        let check = HashCheck::repeat_byte(5);
        let batch =
            Batch { first_number: 1 << 30, parent_check: check, first_origin: 1 << 24, origin_check: check, blocks };
        (batch.encode().len(), compress(&batch.encode(), 7).len())
    };
    let (few, many) = (size(1_000), size(16_000));
    assert!(many.0 - few.0 <= 15_000 / 8, "{few:?} {many:?}");
    assert!(many.1 - few.1 <= 15_000 / 8, "{few:?} {many:?}");
}

#[test]
fn channel_ids_differ_by_salt_counter_and_content() {
    let id = |salt: u8, counter, content: &[u8]| ChannelId::derive(B256::repeat_byte(salt), counter, content);
    let all = [id(0, 0, b"a"), id(1, 0, b"a"), id(0, 1, b"a"), id(0, 0, b"b")];
    for (i, a) in all.iter().enumerate() {
        assert!(all[i + 1..].iter().all(|b| a != b));
    }
    assert_eq!(id(0, 0, b"a"), all[0]);
}

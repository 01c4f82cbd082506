use crate::{
    Batch, BatchBlock, BatchDecodeError, ChannelId, Frame, HashCheck, Section, Sections,
    channel::{ChannelError, compress, decompress},
    frame::{FrameError, decode_calldata, encode_calldata},
    limits::{MAX_BATCH_BLOCKS, MAX_BATCH_BYTES, MAX_SECTION_BYTES},
    samples::{self, Rng},
};
use alloy_primitives::{B256, Bytes};
use proptest::prelude::*;

fn batch() -> impl Strategy<Value = Batch> {
    any::<u64>().prop_map(|seed| samples::batch(&mut Rng(seed), 60, 20))
}

fn frame() -> impl Strategy<Value = Frame> {
    (any::<[u8; 16]>(), any::<u16>(), prop::collection::vec(any::<u8>(), 0..200), any::<bool>()).prop_map(
        |(channel, number, data, is_last)| Frame { channel: ChannelId(channel.into()), number, data, is_last },
    )
}

/// A batch of one block.
fn one_block(transactions: Vec<Bytes>) -> Batch {
    let block = BatchBlock { advances_origin: true, transactions };
    let check = HashCheck::repeat_byte(5);
    Batch { first_number: 1, parent_check: check, first_origin: 1, origin_check: check, blocks: vec![block] }
}

proptest! {
    #[test]
    fn a_batch_reads_back(batch in batch()) {
        let sections = batch.encode();
        prop_assert_eq!(Batch::decode(&sections), Ok(batch));
        prop_assert_eq!(decompress(&compress(&sections, 5)), Ok(sections));
    }

    #[test]
    fn what_is_cut_or_added_is_refused(batch in batch(), pick in any::<prop::sample::Index>(), add in any::<bool>()) {
        let mut sections = batch.encode();
        let filled: Vec<_> = (0..sections.0.len()).filter(|index| !sections.0[*index].is_empty()).collect();
        let section = &mut sections.0[filled[pick.index(filled.len())]];
        if add {
            // Two bytes: one zero could be an empty list.
            section.extend([0, 0]);
        } else {
            section.pop();
        }
        // A block fewer or more is another batch; nothing else is one.
        if let Ok(other) = Batch::decode(&sections) {
            prop_assert_ne!(other, batch);
        }
    }

    #[test]
    fn whatever_decodes_is_encoded_again(
        batch in batch(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 1u8..), 1..4),
    ) {
        let mut sections = batch.encode();
        for (section, at, flip) in damage {
            let filled: Vec<_> = (0..sections.0.len()).filter(|index| !sections.0[*index].is_empty()).collect();
            let section = &mut sections.0[filled[section.index(filled.len())]];
            let at = at.index(section.len());
            section[at] ^= flip;
        }
        if let Ok(other) = Batch::decode(&sections) {
            prop_assert_eq!(Batch::decode(&other.encode()), Ok(other));
        }
    }

    #[test]
    fn a_word_reads_back_wherever_it_stands(seed in any::<u64>()) {
        let mut rng = Rng(seed);
        let mut calldata = || {
            let words = [samples::word(&mut rng), samples::word(&mut rng)];
            [&[1, 2, 3, 4][..], &words[0].to_be_bytes::<32>(), &words[1].to_be_bytes::<32>()].concat()
        };
        let transactions = (0..30).map(|_| {
            let input = calldata().into();
            samples::call(input)
        });
        let batch = one_block(transactions.collect());
        prop_assert!(batch.encode().section(Section::Verbatim).is_empty());
        prop_assert_eq!(Batch::decode(&batch.encode()), Ok(batch));
    }

    #[test]
    fn frames_read_back(frames in prop::collection::vec(frame(), 1..5)) {
        prop_assert_eq!(decode_calldata(&encode_calldata(&frames)), Ok(frames));
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode_calldata(&bytes);
        let _ = decompress(&bytes);
        let _ = decompress(&[&[2], &bytes[..]].concat()).map(|sections| Batch::decode(&sections));
        let _ = decode_calldata(&[&[0], &bytes[..]].concat());
    }

    #[test]
    fn a_damaged_channel_never_panics(batch in batch(), at in any::<prop::sample::Index>(), flip in 1u8..) {
        let mut channel = compress(&batch.encode(), 5);
        let index = at.index(channel.len());
        channel[index] ^= flip;
        let _ = decompress(&channel).map(|sections| Batch::decode(&sections));
    }
}

#[test]
fn every_kind_of_transaction_has_columns() {
    let mut rng = Rng(4);
    let mut columns = std::collections::BTreeMap::<u8, usize>::new();
    for _ in 0..300 {
        let tx = samples::transaction(&mut rng);
        let batch = one_block(vec![tx.clone()]);
        if batch.encode().section(Section::Verbatim).is_empty() {
            *columns.entry(tx[0].min(0xC0)).or_default() += 1;
        }
        assert_eq!(Batch::decode(&batch.encode()), Ok(batch));
    }
    assert!(columns.len() == 4 && columns.values().all(|count| *count > 20), "{columns:?}");
}

fn sections_of(section: Section, bytes: Vec<u8>) -> Sections {
    let mut sections = Sections::default();
    *sections.section_mut(section) = bytes;
    sections
}

#[test]
fn a_bomb_is_stopped_at_the_limit() {
    let zeros = |count| compress(&sections_of(Section::Tags, vec![0; count]), 9);
    let bomb = zeros(MAX_SECTION_BYTES + 1);
    assert!(bomb.len() < 1000, "it is a bomb: {} bytes", bomb.len());
    assert_eq!(decompress(&bomb), Err(ChannelError::TooLarge));
    assert_eq!(decompress(&zeros(MAX_SECTION_BYTES)).map(|b| b.len()), Ok(MAX_SECTION_BYTES));
    // The limit is that of all sections together.
    let mut two = sections_of(Section::Tags, vec![0; MAX_SECTION_BYTES]);
    two.section_mut(Section::Bytes).push(0);
    assert_eq!(decompress(&compress(&two, 9)), Err(ChannelError::TooLarge));
}

/// A tag of one byte repeats 32 bytes: what comes of tags is bounded before it is made.
#[test]
fn a_bomb_of_repeated_words_is_stopped_at_the_limit() {
    let calldata = [&[1, 2, 3, 4][..], &[0; 32 * 3_000]].concat();
    let bytes = calldata.len();
    let count = MAX_BATCH_BYTES / bytes;
    let transactions = |count| one_block((0..count).map(|_| samples::call(calldata.clone().into())).collect());
    let most = transactions(count).encode();
    assert!(compress(&most, 9).len() < count * 70 + 1_000);
    assert!(Batch::decode(&most).is_ok());
    assert_eq!(Batch::decode(&transactions(count + 1).encode()), Err(BatchDecodeError::TooLarge));
}

#[test]
fn a_channel_is_its_sections_and_nothing_else() {
    let sections = sections_of(Section::Head, b"a section of a batch, a section of a batch".to_vec());
    let channel = compress(&sections, 5);
    assert_eq!(channel[1] & 1, 1, "it is compressed");
    assert_eq!(decompress(&channel), Ok(sections));
    let section = "head";
    assert_eq!(decompress(&channel[..channel.len() - 1]), Err(ChannelError::Length { section }));
    let with_length =
        |change: i8, rest: &[u8]| [&[2, channel[1].wrapping_add_signed(2 * change)], &channel[2..], rest].concat();
    assert_eq!(decompress(&with_length(-1, &[])[..channel.len() - 1]), Err(ChannelError::Brotli { section }));
    assert_eq!(decompress(&with_length(2, &[0, 0])), Err(ChannelError::Trailing { section, bytes: 2 }));
    assert_eq!(decompress(&[1, 0]), Err(ChannelError::Version(1)));
    assert_eq!(decompress(&[]), Err(ChannelError::Empty));
    assert_eq!(decompress(&[2]), Ok(Sections::default()));
    let all = [&[2][..], &[0; 24]].concat();
    assert_eq!(decompress(&all), Ok(Sections::default()));
    assert_eq!(decompress(&[&all[..], &[0]].concat()), Err(ChannelError::Sections(1)));
    assert_eq!(decompress(&[2, 0x80, 0x00]), Err(ChannelError::Length { section }));
}

#[test]
fn the_large_window_extension_is_refused() {
    // 0x11 is the escape of RFC 7932 that the extension gives a meaning: a window of 2^30 bytes.
    for bits in [0x11u8, 0x91] {
        for second in 0..=255 {
            let stream = [2, 5 << 1 | 1, bits, second, 0, 0, 0];
            assert_eq!(decompress(&stream), Err(ChannelError::Brotli { section: "head" }), "{bits} {second}");
        }
    }
}

fn head(count: &[u8]) -> Sections {
    sections_of(Section::Head, [&[1][..], &[0; 20], &[1], &[0; 20], count, &[0]].concat())
}

#[test]
fn counts_are_checked_before_anything_is_allocated_for_them() {
    let with = |parts: &[(Section, &[u8])]| {
        let mut sections = head(&[1]);
        *sections.section_mut(Section::Origins) = vec![1];
        for (section, bytes) in parts {
            *sections.section_mut(*section) = bytes.to_vec();
        }
        Batch::decode(&sections)
    };
    assert!(with(&[]).is_ok());
    assert_eq!(Batch::decode(&head(&[0])), Err(BatchDecodeError::BlockCount(0)));
    let many = MAX_BATCH_BLOCKS as u64 + 1;
    assert_eq!(Batch::decode(&head(&[0x81, 0x80, 1])), Err(BatchDecodeError::BlockCount(many)));
    assert_eq!(with(&[(Section::Origins, &[2])]), Err(BatchDecodeError::Padding));
    assert_eq!(with(&[(Section::Gaps, &[1])]), Err(BatchDecodeError::Index("a block")));
    assert_eq!(with(&[(Section::Gaps, &[0]), (Section::Counts, &[0])]), Err(BatchDecodeError::Zero("a block")));
    let counts: (Section, &[u8]) = (Section::Counts, &[0xFF, 0xFF, 0xFF, 0x7F]);
    assert_eq!(with(&[(Section::Gaps, &[0]), counts]), Err(BatchDecodeError::TransactionCount(0xFFF_FFFF)));
    let two = [(Section::Gaps, &[0][..]), (Section::Counts, &[2])];
    assert_eq!(with(&two), Err(BatchDecodeError::TransactionCount(2)));
    let verbatim = |bytes: &'static [u8]| with(&[two[0], two[1], (Section::Verbatim, bytes), (Section::Bytes, b"abc")]);
    assert!(verbatim(&[0, 1, 0, 2]).is_ok());
    assert_eq!(verbatim(&[0, 0, 0, 3]), Err(BatchDecodeError::Zero("a transaction")));
    assert_eq!(verbatim(&[0, 1, 0, 1, 0, 1]), Err(BatchDecodeError::Index("a transaction")));
    assert_eq!(verbatim(&[2, 3]), Err(BatchDecodeError::Index("a transaction")));
    assert_eq!(verbatim(&[0, 1, 0, 1]), Err(BatchDecodeError::Trailing { section: "bytes", bytes: 1 }));
    assert_eq!(verbatim(&[0, 0xFF, 0xFF, 0xFF, 0x7F]), Err(BatchDecodeError::TooLarge));
    let early = "the bytes end too early";
    assert_eq!(verbatim(&[0, 1, 0, 3]), Err(BatchDecodeError::Read { section: "bytes", error: early }));
    assert_eq!(with(&[(Section::Words, &[7])]), Err(BatchDecodeError::Trailing { section: "words", bytes: 1 }));
}

/// Of a transaction in columns, everything that may be wrong is refused by its name.
#[test]
fn columns_refuse_what_they_do_not_know() {
    let good = one_block(vec![samples::call([&[1, 2, 3, 4][..], &[9; 32]].concat().into())]).encode();
    assert!(Batch::decode(&good).is_ok());
    let with = |section: Section, bytes: &[u8]| {
        let mut sections = good.clone();
        *sections.section_mut(section) = bytes.to_vec();
        Batch::decode(&sections).unwrap_err()
    };
    // Kind, fees, call, gas limit, value, word.
    assert_eq!(good.section(Section::Tags), [0, 2, 1, 3, 0, 7]);
    let tag = |column, tag| BatchDecodeError::Tag { column, tag };
    assert_eq!(with(Section::Tags, &[1 + 5]), tag("a transaction's kind", 6));
    assert_eq!(with(Section::Tags, &[1 + 4 + 8]), tag("a transaction's kind", 13));
    assert_eq!(with(Section::Tags, &[1 + 16]), tag("a transaction's kind", 17));
    assert_eq!(with(Section::Tags, &[255]), tag("a transaction's kind", 255));
    assert_eq!(with(Section::Tags, &[0, 7]), tag("a transaction's fees", 7));
    assert_eq!(with(Section::Tags, &[0, 6]), BatchDecodeError::Number("a fee"));
    assert_eq!(with(Section::Tags, &[0, 2, 0]), tag("a call", 0));
    let unknown = |what, index, known| BatchDecodeError::Reference { what, index, known };
    assert_eq!(with(Section::Tags, &[0, 2, 2]), unknown("call", 0, 0));
    assert_eq!(with(Section::Tags, &[0, 2, 1, 4]), tag("a gas limit", 4));
    assert_eq!(with(Section::Tags, &[0, 2, 1, 3, 8]), tag("a word", 8));
    assert_eq!(with(Section::Tags, &[0, 2, 1, 3, 6, 33]), tag("the length of a word", 33));
    assert_eq!(
        with(Section::SenderPages, &[1]),
        BatchDecodeError::Read { section: "sender first", error: "the bytes end too early" }
    );
    assert_eq!(with(Section::Calls, &[35, 1, 1, 2, 3, 4]), BatchDecodeError::Columns { length: 35, columns: 1 });
    assert_eq!(with(Section::Calls, &[0xFF, 0xFF, 0xFF, 0x7F, 1, 1, 2, 3, 4]), BatchDecodeError::TooLarge);
    assert_eq!(with(Section::Shapes, &[225]), tag("a number's shape", 225));
    assert_eq!(with(Section::Shapes, &[255, 78, 1]), tag("a number's shape", 255));
    assert_eq!(with(Section::Shapes, &[255, 0, 33]), tag("a number's shape", 255));
    assert_eq!(with(Section::Shapes, &[255, 77, 1]), BatchDecodeError::Number("a number"));
    assert_eq!(with(Section::Shapes, &[28]), BatchDecodeError::Number("a nonce"));
}

/// Wallets that offer twice the base fee and their own priority fee say little when the base fee moves.
#[test]
fn fees_that_follow_the_base_fee_take_little() {
    let transactions = (0..300u64).map(|index| {
        let base = 1_000_000_000 + 300_000 * u128::from(index / 10 * 7 % 11);
        samples::offer(index % 20, index / 20, 2 * base, [0, 1_000_000, 1_500_000_000][index as usize % 20 % 3])
    });
    let batch = one_block(transactions.collect());
    let sections = batch.encode();
    // The fees of 20 senders' first transactions, and a change in one transaction of ten.
    assert!(sections.section(Section::Shapes).len() <= 20 + 2 * 20 + 30, "{:?}", sections.section(Section::Shapes));
    assert_eq!(Batch::decode(&sections), Ok(batch));
}

/// A chunk of a model's weights costs hardly more than it would by itself.
#[test]
fn chunks_of_models_do_not_grow() {
    let mut rng = Rng(8);
    let mut chunk = || {
        let mut input = [&[9, 8, 7, 6][..], &[5; 32], &[0; 28], &[0, 0, 0, 3]].concat();
        let weights = (0..8_192).map(|_| (rng.below(2_000) as f32 - 1_000.0) / 4_096.0);
        input.extend(weights.flat_map(f32::to_le_bytes));
        input
    };
    let chunks: Vec<_> = (0..6).map(|_| chunk()).collect();
    let batch = one_block(chunks.iter().map(|chunk| samples::call(chunk.clone().into())).collect());
    let channel = compress(&batch.encode(), 9).len();
    let alone = crate::channel::compressed_len(&chunks.concat(), 9);
    assert!(channel < alone + alone / 100 + 6 * 80, "{channel} against {alone}");
    assert!(channel < chunks.concat().len() * 3 / 4, "{channel}");
    assert_eq!(decompress(&compress(&batch.encode(), 9)).map(|s| Batch::decode(&s)), Ok(Ok(batch)));
}

#[test]
fn a_difference_that_leaves_its_word_is_refused() {
    let mut down = one_block(vec![samples::call([&[1, 2, 3, 4][..], &[9; 32]].concat().into())]).encode();
    *down.section_mut(Section::Tags) = vec![0, 2, 1, 3, 5];
    down.section_mut(Section::Shapes).push(1);
    down.section_mut(Section::Top1).push(1);
    assert_eq!(Batch::decode(&down), Err(BatchDecodeError::Number("a difference")));
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
fn the_largest_batch_of_empty_blocks_and_a_channel_of_two_thousand_decode() {
    let mut rng = Rng(3);
    let mut transaction = || samples::transaction(&mut rng);
    let mut batch = one_block(vec![]);
    batch.blocks = (0..2_000)
        .map(|_| BatchBlock { advances_origin: false, transactions: vec![transaction(), transaction()] })
        .collect();
    let channel = compress(&batch.encode(), 5);
    assert_eq!(Batch::decode(&decompress(&channel).unwrap()), Ok(batch));
    let mut empty = one_block(vec![]);
    empty.blocks = vec![BatchBlock::default(); MAX_BATCH_BLOCKS];
    let channel = compress(&empty.encode(), 5);
    assert!(channel.len() < 100, "{}", channel.len());
    assert_eq!(Batch::decode(&decompress(&channel).unwrap()), Ok(empty));
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

//! Bytes, signatures and the buffer. What a follower does stands among the harness's action tests.

use crate::{
    Answer, Question, SignedBlock, Status, WireError,
    budget::Budget,
    buffer::{Added, Buffer, Waiting},
    limits::{MAX_AHEAD, MAX_BLOCKS_PER_ANSWER, MAX_BUFFERED_BYTES},
    signer_of, signing_hash,
};
use alloy_consensus::{BlockBody, SignableTransaction, TxLegacy};
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, b256};
use praxis_link::PeerName;
use praxis_primitives::{Block, Header, SealedBlock, Transaction, TxDeposit};
use proptest::prelude::*;

fn block(number: u64, transactions: usize) -> SealedBlock {
    let legacy = |nonce| {
        let tx =
            TxLegacy { nonce, to: TxKind::Call(Address::ZERO), input: Bytes::from(vec![7; 9]), ..Default::default() };
        let signed = tx.into_signed(Signature::new(U256::ONE, U256::from(6), false));
        Transaction::Ethereum(signed.into())
    };
    let mut all = vec![Transaction::deposit(TxDeposit::default())];
    all.extend((0..transactions as u64).map(legacy));
    let header = Header { number, ..Header::default() };
    SealedBlock::seal_slow(Block::new(header, BlockBody { transactions: all, ..Default::default() }))
}

fn signed(number: u64, transactions: usize) -> SignedBlock {
    SignedBlock { signature: [number as u8; 65], block: block(number, transactions) }
}

fn answers() -> Vec<Answer> {
    let head = BlockNumHash::new(9, B256::repeat_byte(2));
    vec![
        Answer::Status(Status { genesis: B256::repeat_byte(1), head, safe: 7 }),
        Answer::Blocks(vec![]),
        Answer::Blocks(vec![signed(1, 0), signed(2, 3)]),
    ]
}

#[test]
fn messages_are_read_as_they_are_written() {
    for question in [Question::Status, Question::Blocks { first: 5, count: 64 }] {
        assert_eq!(Question::decode(&question.encode()), Ok(question));
    }
    for answer in answers() {
        assert_eq!(Answer::decode(&answer.encode()), Ok(answer));
    }
    let block = signed(4, 20);
    assert_eq!(SignedBlock::decode(&block.encode()), Ok(block));
}

#[test]
fn cut_and_extended_messages_are_errors() {
    for bytes in answers().iter().map(Answer::encode) {
        (0..bytes.len()).for_each(|end| assert!(Answer::decode(&bytes[..end]).is_err(), "{end}"));
        assert!(Answer::decode(&[&bytes[..], &[0]].concat()).is_err());
    }
    let bytes = signed(1, 1).encode();
    (0..bytes.len()).for_each(|end| assert!(SignedBlock::decode(&bytes[..end]).is_err(), "{end}"));
}

#[test]
fn what_is_too_much_is_refused_before_it_is_read() {
    let count = MAX_BLOCKS_PER_ANSWER + 1;
    let question = Question::Blocks { first: 0, count };
    assert!(matches!(Question::decode(&question.encode()), Err(WireError::TooMany { .. })));
    assert!(matches!(Answer::decode(&[&[1][..], &count.to_be_bytes()].concat()), Err(WireError::TooMany { .. })));
    assert_eq!(SignedBlock::decode(&vec![0; 65 + crate::MAX_BLOCK_BYTES + 1]).map(|_| ()), {
        Err(WireError::TooMany { given: crate::MAX_BLOCK_BYTES + 1, limit: crate::MAX_BLOCK_BYTES })
    });
    // 100,000 items of one byte: as decoded transactions they would take fifty times their bytes.
    let many = alloy_rlp::encode(vec![1u8; 100_000].into_iter().map(u64::from).collect::<Vec<_>>());
    let header = alloy_rlp::encode(Header::default());
    let mut block = Vec::new();
    alloy_rlp::Header { list: true, payload_length: header.len() + many.len() + 1 }.encode(&mut block);
    block.extend_from_slice(&[&header[..], &many, &[0xC0]].concat());
    let bytes = [&[0; 65][..], &block].concat();
    assert!(matches!(SignedBlock::decode(&bytes), Err(WireError::TooMany { limit: 65_536, .. })));
}

/// Pinned: a change of what is signed parts nodes of two versions.
#[test]
fn what_is_signed_is_domain_chain_and_hash() {
    let hash = b256!("0x1111111111111111111111111111111111111111111111111111111111111111");
    let mut preimage = b"praxis unsafe block 1\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    preimage.extend_from_slice(&U256::from(77_001).to_be_bytes::<32>());
    preimage.extend_from_slice(hash.as_slice());
    assert_eq!(alloy_primitives::keccak256(preimage), signing_hash(77_001, hash));
    assert_ne!(signing_hash(77_001, hash), signing_hash(77_002, hash));
}

#[test]
fn a_signature_with_a_large_s_or_another_recovery_byte_has_no_signer() {
    let signature = Signature::new(U256::ONE, U256::from(6), false).as_bytes();
    let hash = B256::repeat_byte(4);
    let signer = signer_of(1, hash, &signature);
    assert!(signer.is_some());
    assert_ne!(signer_of(2, hash, &signature), signer, "of another chain, somebody else's");
    let mut other = signature;
    other[64] = 0;
    assert_eq!(signer_of(1, hash, &other), None);
    let order =
        U256::from_be_slice(b256!("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").as_slice());
    let twin = Signature::new(U256::ONE, order - U256::from(6), true).as_bytes();
    assert_eq!(signer_of(1, hash, &twin), None);
}

fn waiting(number: u64, extra: u64, likely: bool) -> Waiting {
    let mut signed = signed(number, 0);
    let mut block = signed.block.clone_block();
    block.header.gas_used = extra;
    signed.block = SealedBlock::seal_slow(block);
    let peer = PeerName::new(&[extra as u8]).unwrap();
    Waiting { signed, signer: Address::ZERO, likely, peer, message: None, bytes: 1000, since_ms: number }
}

#[test]
fn the_first_block_of_a_number_stays_unless_it_is_unlikely() {
    let mut buffer = Buffer::default();
    assert_eq!(buffer.add(waiting(5, 1, false), 3), Added::Waits);
    assert_eq!(buffer.add(waiting(5, 1, false), 3), Added::Known);
    assert_eq!(buffer.add(waiting(5, 2, true), 3), Added::Waits);
    assert!(matches!(buffer.add(waiting(5, 3, true), 3), Added::Second(_)));
    assert_eq!(buffer.add(waiting(3, 0, true), 3), Added::Full, "the head is no place to wait for");
    assert_eq!(buffer.add(waiting(4 + MAX_AHEAD, 0, true), 3), Added::Full);
    assert_eq!(buffer.size(), (1, 1000));
    buffer.forget(&PeerName::new(&[2]).unwrap());
    assert_eq!(buffer.size(), (0, 0));
}

#[test]
fn what_is_needed_last_gives_way_and_what_is_old_goes() {
    let mut buffer = Buffer::default();
    let large = |number| Waiting { bytes: MAX_BUFFERED_BYTES / 3, ..waiting(number, 0, true) };
    assert!([7, 8, 9].map(|number| buffer.add(large(number), 3)).iter().all(|added| *added == Added::Waits));
    assert_eq!(buffer.add(large(10), 3), Added::Full);
    assert_eq!(buffer.add(large(4), 3), Added::Waits);
    assert_eq!((buffer.highest(), buffer.size().0), (Some(8), 3));
    buffer.tidy(4, 100);
    assert_eq!(buffer.size().0, 2);
    buffer.tidy(4, 60_008);
    assert_eq!((buffer.highest(), buffer.size().0), (Some(8), 1));
}

#[test]
fn a_budget_is_used_up_and_comes_back() {
    let mut budget = Budget::new((10, 2), 0);
    assert_eq!([7, 7, 7].map(|wanted| budget.take(wanted, 0)), [7, 3, 0]);
    assert_eq!(budget.take(9, 1500), 3);
    assert_eq!(budget.take(99, 1_000_000), 10);
}

proptest! {
    #[test]
    fn any_bytes_are_a_message_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(question) = Question::decode(&bytes) {
            prop_assert_eq!(question.encode(), bytes.clone());
        }
        if let Ok(answer) = Answer::decode(&bytes) {
            prop_assert_eq!(Answer::decode(&answer.encode()), Ok(answer));
        }
        if let Ok(block) = SignedBlock::decode(&bytes) {
            prop_assert_eq!(SignedBlock::decode(&block.encode()), Ok(block));
        }
    }

    #[test]
    fn a_changed_byte_gives_an_error_or_another_block(at in 0usize..900, to in any::<u8>()) {
        let good = signed(3, 4);
        let mut bytes = good.encode();
        let at = at % bytes.len();
        bytes[at] = to;
        if let Ok(read) = SignedBlock::decode(&bytes) {
            // Some fields of a transaction can be written in two ways; the hash is that of the one that is right.
            prop_assert_eq!(SignedBlock::decode(&read.encode()), Ok(read.clone()));
            prop_assert!(bytes == good.encode() || read != good || read.encode() != bytes);
        }
    }
}

use super::*;
use alloy_consensus::TxEip1559;
use alloy_primitives::{Address, Bytes, Signature, TxKind};
use proptest::prelude::*;

/// A decoder's view: the length of what a compressor with an unlimited, exact memory of the same rules writes.
fn slow_len(data: &[u8]) -> u32 {
    let mut places = std::collections::BTreeMap::<u32, usize>::new();
    let three = |at: usize| u32::from(data[at]) | u32::from(data[at + 1]) << 8 | u32::from(data[at + 2]) << 16;
    let hash = |v: u32| (v.wrapping_mul(2_654_435_769) >> 19) & 0x1fff;
    let run = |n: usize| n + n.div_ceil(32);
    let (mut out, mut from, mut at) = (0, 0, 2);
    let limit = data.len().saturating_sub(13);
    'search: while at < limit {
        let found = loop {
            let before = places.insert(hash(three(at)), at).unwrap_or(0);
            let near = at - before <= 8191;
            let same = near && data[before..before + 3] == data[at..at + 3];
            at += 1;
            match (at >= limit, same) {
                (true, _) => break 'search,
                (false, true) => break before,
                (false, false) => {}
            }
        };
        at -= 1;
        out += run(at - from);
        let most = data.len() - 4 - (at + 3);
        let equal = (0..most).position(|i| data[found + 3 + i] != data[at + 3 + i]);
        let length = equal.map_or(most - 1, |i| i);
        out += 3 * (length / 262) + if length % 262 >= 6 { 3 } else { 2 };
        at += length + 3;
        places.insert(hash(three(at - 2)), at - 2);
        places.insert(hash(three(at - 1)), at - 1);
        from = at;
    }
    (out + run(data.len() - from)) as u32
}

#[test]
fn fastlz_lengths_that_are_known() {
    // Two literals, a match of 993 bytes in four instructions, five literals.
    assert_eq!(fastlz_len(&[1; 1000]), 21);
    assert_eq!(fastlz_len(&[0; 1000]), 21);
    assert_eq!(fastlz_len(&[]), 0);
    // Too short for a match: literals.
    assert_eq!(fastlz_len(&[7; 13]), 14);
    assert_eq!(fastlz_len(&[7; 33]), 3 + 3 + 6);
}

fn repetitive() -> impl Strategy<Value = Vec<u8>> {
    let piece = (any::<u8>(), 1usize..300, 1usize..12, any::<u64>());
    prop::collection::vec(piece, 0..12).prop_map(|pieces| {
        let mut out = Vec::new();
        for (byte, length, period, seed) in pieces {
            let at = |i: usize| byte ^ (seed >> (8 * (i % period % 8))) as u8;
            out.extend((0..length).map(at));
        }
        out
    })
}

proptest! {
    /// The table keeps the places of earlier calls, and none of them is ever seen.
    #[test]
    fn fastlz_forgets_what_it_saw_before(list in prop::collection::vec(repetitive(), 1..6)) {
        for data in list {
            prop_assert_eq!(fastlz_len(&data), slow_len(&data));
        }
    }

    #[test]
    fn nothing_grows_by_more_than_its_runs(data in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(fastlz_len(&data) as usize <= data.len() + data.len().div_ceil(32));
    }
}

fn transfer(signature: Signature) -> Transaction {
    let tx = TxEip1559 {
        chain_id: 77_001,
        nonce: 3,
        gas_limit: 21_000,
        max_fee_per_gas: 2_000_000_000,
        max_priority_fee_per_gas: 1_000_000,
        to: TxKind::Call(Address::repeat_byte(9)),
        value: U256::from(1_234_567),
        access_list: Default::default(),
        input: Bytes::new(),
    };
    Transaction::Ethereum(EthereumTxEnvelope::Eip1559(tx.into_signed(signature)))
}

#[test]
fn the_signature_does_not_count() {
    let other = Signature::new(U256::from(1), U256::from(2), true);
    assert_eq!(DataSize::of(&transfer(Signature::test_signature())), DataSize::of(&transfer(other)));
}

#[test]
fn a_deposit_has_no_share_of_a_batch() {
    assert_eq!(DataSize::of(&Transaction::deposit(Default::default())), None);
}

#[test]
fn fees_by_hand() {
    let fees = DataFees {
        l1_base_fee: 30_000_000_000,
        blob_base_fee: 7,
        base_fee_scalar: 5_000,
        blob_base_fee_scalar: 1_000_000,
        operator_fee_scalar: 3,
        operator_fee_constant: 11,
    };
    // 100 bytes; 30 gwei * 16 * 0.005 = 2.4 gwei a byte, and 7 wei.
    let size = DataSize(100 * BYTE);
    assert_eq!(fees.l1_fee(size), U256::from(100u64 * 2_400_000_007));
    assert_eq!(size.calldata_gas(), 1_600);
    assert_eq!(fees.operator_fee(21_000), U256::from(21_000 * 300 + 11));
    assert_eq!(fees.most(size, 21_000), fees.l1_fee(size) + fees.operator_fee(21_000));
}

#[test]
fn nothing_overflows() {
    let fees = DataFees {
        l1_base_fee: u128::MAX,
        blob_base_fee: u128::MAX,
        base_fee_scalar: u32::MAX,
        blob_base_fee_scalar: u32::MAX,
        operator_fee_scalar: u32::MAX,
        operator_fee_constant: u64::MAX,
    };
    assert!(fees.most(DataSize(u64::MAX), u64::MAX) > U256::from(u128::MAX));
}

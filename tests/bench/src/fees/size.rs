//! What a transaction takes of a batch, beside what is estimated of it alone.

use crate::batch::{
    load::{What, load},
    random::Rng,
};
use alloy_consensus::{EthereumTxEnvelope, SignableTransaction, TxEip1559, TxEip4844};
use alloy_eips::{Decodable2718, Encodable2718};
use alloy_primitives::{Address, Bytes, Signature, TxKind, U256};
use anyhow::Result;
use praxis_derive::{Batch, BatchBlock, EncoderConfig, channel::compress};
use praxis_primitives::{DataSize, Transaction, fastlz_len};
use serde::Serialize;

/// Bytes of signature that are added to FastLZ's length.
const SIGNATURE: f64 = 68.0;

/// A kind of transaction.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Point {
    pub(super) what: &'static str,
    /// Mean of FastLZ's length without signature, and 68.
    pub(super) fastlz: f64,
    /// Bytes of the channel per transaction.
    pub(super) bytes: f64,
    /// Mean of the estimates.
    pub(super) estimated: f64,
}

/// A transaction's encoding read back.
pub(super) fn decode(bytes: &Bytes) -> Result<Transaction> {
    Ok(Transaction::decode_2718(&mut bytes.as_ref())?)
}

/// What a wallet signs of it.
fn unsigned(tx: &Transaction) -> Vec<u8> {
    match tx {
        Transaction::Ethereum(EthereumTxEnvelope::Legacy(tx)) => tx.tx().encoded_for_signing(),
        Transaction::Ethereum(EthereumTxEnvelope::Eip1559(tx)) => tx.tx().encoded_for_signing(),
        _ => Vec::new(),
    }
}

/// The kinds of the stated load, and data that does not compress.
pub(super) fn points(seed: u64) -> Result<Vec<Point>> {
    let mut points = Vec::new();
    for what in [What::Ether, What::Token, What::Decision] {
        points.push(point(what.name(), &load(what, seed).batch)?);
    }
    for (what, bytes, count) in [("1 KiB of data", 1_024, 200), ("32 KiB of data", 32_768, 12)] {
        points.push(point(what, &data(bytes, count, seed))?);
    }
    Ok(points)
}

fn point(what: &'static str, batch: &Batch) -> Result<Point> {
    let channel = compress(&batch.encode(), EncoderConfig::DEFAULT_QUALITY).len() as f64;
    let (mut fastlz, mut estimated, mut count) = (0.0, 0.0, 0.0);
    for bytes in batch.blocks.iter().flat_map(|block| &block.transactions) {
        let tx = decode(bytes)?;
        fastlz += f64::from(fastlz_len(&unsigned(&tx))) + SIGNATURE;
        estimated += DataSize::of(&tx).map_or(0.0, |size| size.millionths() as f64 / 1e6);
        count += 1.0;
    }
    Ok(Point { what, fastlz: fastlz / count, bytes: channel / count, estimated: estimated / count })
}

/// Transactions with random calldata.
fn data(bytes: usize, count: u64, seed: u64) -> Batch {
    let mut rng = Rng(seed);
    let mut transaction = |nonce: u64| {
        let input: Vec<u8> = (0..bytes).map(|_| rng.next() as u8).collect();
        let mut signature: [u8; 64] = rng.array();
        signature[32] &= 0x7F;
        let tx = TxEip1559 {
            chain_id: 7_777,
            nonce,
            gas_limit: 2_000_000,
            max_fee_per_gas: 2_000_000,
            max_priority_fee_per_gas: 0,
            to: TxKind::Call(Address::repeat_byte(0x50)),
            value: U256::ZERO,
            access_list: Default::default(),
            input: input.into(),
        };
        let signed = tx.into_signed(Signature::from_bytes_and_parity(&signature, rng.below(2) == 1));
        EthereumTxEnvelope::<TxEip4844>::from(signed).encoded_2718().into()
    };
    let block = |nonce| BatchBlock { advances_origin: false, transactions: vec![transaction(nonce)] };
    Batch { blocks: (0..count).map(block).collect(), ..load_frame() }
}

fn load_frame() -> Batch {
    Batch {
        first_number: 300_000_000,
        parent_check: Default::default(),
        first_origin: 24_000_000,
        origin_check: Default::default(),
        blocks: vec![],
    }
}

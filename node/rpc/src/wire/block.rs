//! Headers and blocks.

use super::{Position, RpcTransaction};
use alloy_eips::eip4895::Withdrawals;
use alloy_primitives::{B256, U64};
use praxis_primitives::{Header, RecoveredBlock, SealedHeader};
use serde::Serialize;

/// A header with its hash. On the rollup also T_ms, as `timestampMs`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcHeader {
    hash: Option<B256>,
    #[serde(flatten)]
    header: Header,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp_ms: Option<U64>,
}

impl RpcHeader {
    pub(crate) fn new(header: &SealedHeader, timestamp_ms: Option<u64>) -> Self {
        let timestamp_ms = timestamp_ms.map(U64::from);
        Self { hash: Some(header.hash()), header: header.header().clone(), timestamp_ms }
    }
}

impl RpcHeader {
    /// Takes the hash away: the block is still open.
    pub(crate) const fn unseal(&mut self) {
        self.hash = None;
    }
}

/// A block's transactions, whole or by hash.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum Transactions {
    Hashes(Vec<B256>),
    Full(Vec<RpcTransaction>),
}

/// A block.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RpcBlock {
    #[serde(flatten)]
    header: RpcHeader,
    size: U64,
    transactions: Transactions,
    uncles: Vec<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawals: Option<Withdrawals>,
}

impl RpcBlock {
    pub(crate) fn new(block: &RecoveredBlock, timestamp_ms: Option<u64>, full: bool) -> Self {
        let body = block.body();
        let transactions = if full {
            let all = block.clone_transactions_recovered().enumerate();
            let full =
                all.map(|(index, tx)| RpcTransaction::mined(tx, Position::new(block.header(), block.hash(), index)));
            Transactions::Full(full.collect())
        } else {
            Transactions::Hashes(body.transactions.iter().map(|tx| tx.hash()).collect())
        };
        Self {
            header: RpcHeader::new(&block.clone_sealed_header(), timestamp_ms),
            size: U64::from(block.rlp_length()),
            transactions,
            uncles: body.ommers.iter().map(Header::hash_slow).collect(),
            withdrawals: body.withdrawals.clone(),
        }
    }

    /// Takes the hash away: this block is still open.
    pub(crate) fn unseal(&mut self) {
        self.header.unseal();
        if let Transactions::Full(full) = &mut self.transactions {
            full.iter_mut().for_each(RpcTransaction::unseal);
        }
    }

    /// Says which nonces the block's deposits used.
    pub(crate) fn set_deposit_nonces(&mut self, nonces: &[Option<u64>]) {
        if let Transactions::Full(full) = &mut self.transactions {
            for (tx, nonce) in full.iter_mut().zip(nonces) {
                if let Some(nonce) = nonce {
                    tx.set_deposit_nonce(*nonce);
                }
            }
        }
    }
}

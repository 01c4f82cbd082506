//! Receipts, complete: with what can be computed from block and receipts, and the L1 fee fields that OP clients read.

use super::log_at;
use alloy_consensus::{Transaction as _, TxReceipt, Typed2718};
use alloy_primitives::{Address, B256, Bloom, U64, U128, U256};
use alloy_rpc_types_eth::Log;
use alloy_sol_types::SolEvent;
use praxis_contracts::{addresses::SCHEDULER, scheduler::IScheduler};
use praxis_primitives::{DataFees, DataSize, L1Attributes, Receipt, RecoveredBlock, Transaction};
use serde::Serialize;

/// What a transaction paid for its share of the batch, and by which prices; of the operator's fee, the prices. The names are
/// those of the OP Stack's nodes.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct L1Fees {
    l1_fee: U256,
    l1_gas_used: U64,
    l1_gas_price: U128,
    l1_blob_base_fee: U128,
    l1_base_fee_scalar: U64,
    l1_blob_base_fee_scalar: U64,
    /// Left out where there is no operator fee.
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_fee_scalar: Option<U64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_fee_constant: Option<U64>,
}

impl L1Fees {
    /// A deposit, which has no share of a batch, paid nothing.
    fn new(prices: &DataFees, tx: &Transaction) -> Self {
        let size = DataSize::of(tx);
        let operator = (prices.operator_fee_scalar, prices.operator_fee_constant) != (0, 0);
        Self {
            l1_fee: size.map_or(U256::ZERO, |size| prices.l1_fee(size)),
            l1_gas_used: U64::from(size.map_or(0, DataSize::calldata_gas)),
            l1_gas_price: U128::from(prices.l1_base_fee),
            l1_blob_base_fee: U128::from(prices.blob_base_fee),
            l1_base_fee_scalar: U64::from(prices.base_fee_scalar),
            l1_blob_base_fee_scalar: U64::from(prices.blob_base_fee_scalar),
            operator_fee_scalar: operator.then(|| U64::from(prices.operator_fee_scalar)),
            operator_fee_constant: operator.then(|| U64::from(prices.operator_fee_constant)),
        }
    }
}

/// The prices that hold in a block. They stand in its first transaction; zeros in a block that has none (genesis).
pub(crate) fn prices_of(block: &RecoveredBlock) -> DataFees {
    prices_of_first(block.body().transactions.first())
}

/// The same, given that transaction.
pub(crate) fn prices_of_first(first: Option<&Transaction>) -> DataFees {
    let first = first.and_then(|tx| L1Attributes::from_transaction(tx).ok());
    first.map_or_else(DataFees::default, |attributes| DataFees::of_attributes(&attributes))
}

/// A receipt.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcReceipt {
    #[serde(rename = "type")]
    kind: U64,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<U64>,
    /// Before Byzantium, the state root after the transaction stood in the place of the status.
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<B256>,
    transaction_hash: B256,
    transaction_index: U64,
    block_hash: Option<B256>,
    block_number: U64,
    from: Address,
    to: Option<Address>,
    cumulative_gas_used: U64,
    gas_used: U64,
    effective_gas_price: U128,
    contract_address: Option<Address>,
    logs: Vec<Log>,
    logs_bloom: Bloom,
    #[serde(skip_serializing_if = "Option::is_none")]
    blob_gas_used: Option<U64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blob_gas_price: Option<U128>,
    #[serde(flatten)]
    l1: Option<L1Fees>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deposit_nonce: Option<U64>,
    /// Only where it is true: the block is still open, and may never be sealed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    preconfirmed: bool,
}

impl RpcReceipt {
    /// Takes the block's hash away: it is still open.
    pub(crate) fn unseal(&mut self) {
        self.block_hash = None;
        self.preconfirmed = true;
        self.logs.iter_mut().for_each(|log| log.block_hash = None);
    }
}

/// What stands in a block before its transactions that are looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Before {
    pub(crate) index: usize,
    pub(crate) gas: u64,
    pub(crate) logs: usize,
}

impl RpcReceipt {
    /// Puts a state root in the place of the status, as in receipts from before Byzantium.
    pub(crate) const fn set_root(&mut self, root: B256) {
        (self.status, self.root) = (None, Some(root));
    }

    /// Says what a blob gas cost in the block.
    pub(crate) fn set_blob_gas_price(&mut self, wei: u128) {
        self.blob_gas_price = self.blob_gas_used.map(|_| U128::from(wei));
    }
}

/// The receipts of the block's transactions in `wanted`, in order. `deposit_nonce` says which nonce the deposit at an
/// index used, where that is known.
pub(crate) fn receipts_of(
    block: &RecoveredBlock,
    receipts: &[Receipt],
    wanted: std::ops::Range<usize>,
    l1: Option<DataFees>,
    deposit_nonce: impl Fn(usize) -> Option<u64>,
) -> Vec<RpcReceipt> {
    receipts_from(block, receipts, wanted, Before::default(), l1, deposit_nonce)
}

/// The same for a piece of a block, after what stands before it.
pub(crate) fn receipts_from(
    block: &RecoveredBlock,
    receipts: &[Receipt],
    wanted: std::ops::Range<usize>,
    mut before: Before,
    l1: Option<DataFees>,
    deposit_nonce: impl Fn(usize) -> Option<u64>,
) -> Vec<RpcReceipt> {
    let mut out = Vec::with_capacity(wanted.len());
    for (index, (tx, receipt)) in block.body().transactions.iter().zip(receipts).enumerate().take(wanted.end) {
        if wanted.contains(&index) {
            let nonce = if tx.is_deposit() { deposit_nonce(index) } else { Some(tx.nonce()) };
            out.push(one(block, index, tx, receipt, before, l1, nonce));
        }
        before = Before {
            index: before.index + 1,
            gas: receipt.cumulative_gas_used,
            logs: before.logs + receipt.logs.len(),
        };
    }
    out
}

/// What a transaction paid for a gas, in wei. A scheduled call's price is the share's, which the Scheduler's log in its receipt names.
fn gas_price(tx: &Transaction, receipt: &Receipt, base_fee: Option<u64>) -> u128 {
    let mut settled = receipt.logs.iter().rev().filter(|log| tx.is_scheduled() && log.address == SCHEDULER);
    let ran = settled.find_map(|log| IScheduler::Ran::decode_log(log).ok());
    ran.map_or_else(|| tx.effective_gas_price(base_fee), |ran| ran.price.saturating_to())
}

fn one(
    block: &RecoveredBlock,
    index: usize,
    tx: &Transaction,
    receipt: &Receipt,
    before: Before,
    l1: Option<DataFees>,
    nonce: Option<u64>,
) -> RpcReceipt {
    let from = block.senders()[index];
    let hash = tx.hash();
    let numbered = receipt.logs.iter().enumerate();
    let logs = numbered.map(|(i, log)| log_at(block, before.index, hash, log, before.logs + i, false)).collect();
    RpcReceipt {
        kind: U64::from(tx.ty()),
        status: Some(U64::from(u8::from(receipt.success))),
        root: None,
        transaction_hash: hash,
        transaction_index: U64::from(before.index),
        block_hash: Some(block.hash()),
        block_number: U64::from(block.number),
        from,
        to: tx.to(),
        cumulative_gas_used: U64::from(receipt.cumulative_gas_used),
        gas_used: U64::from(receipt.cumulative_gas_used.saturating_sub(before.gas)),
        effective_gas_price: U128::from(gas_price(tx, receipt, block.base_fee_per_gas)),
        contract_address: nonce.filter(|_| tx.kind().is_create()).map(|nonce| from.create(nonce)),
        logs,
        logs_bloom: receipt.bloom(),
        blob_gas_used: tx.blob_gas_used().map(U64::from),
        blob_gas_price: tx.blob_gas_used().map(|_| U128::from(praxis_primitives::blob_base_fee(block.excess_blob_gas))),
        l1: l1.map(|prices| L1Fees::new(&prices, tx)),
        deposit_nonce: nonce.filter(|_| tx.is_deposit()).map(U64::from),
        preconfirmed: false,
    }
}

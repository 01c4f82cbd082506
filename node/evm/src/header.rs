//! The header that execution determines, and the comparison of two.

use crate::{BlockContext, ExecutionOutput};
use alloy_consensus::{
    Eip658Value, ReceiptEnvelope, TxReceipt,
    proofs::{calculate_ommers_root, calculate_receipt_root, calculate_transaction_root, calculate_withdrawals_root},
};
use alloy_primitives::{B256, Bloom};
use praxis_primitives::{ChainSpec, Fork, Header, L1Attributes, Receipt, Rules, Transaction};
use std::fmt::Debug;

/// A field of a header is not what it must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the header's {field} is {got}, it should be {expected}")]
pub struct HeaderMismatch {
    /// The field, as JSON-RPC names it.
    pub field: &'static str,
    /// What it must be.
    pub expected: String,
    /// What it is.
    pub got: String,
}

impl HeaderMismatch {
    pub(crate) fn new(field: &'static str, expected: impl ToString, got: impl ToString) -> Self {
        Self { field, expected: expected.to_string(), got: got.to_string() }
    }
}

/// That the two are equal.
pub(crate) fn mismatch<T: PartialEq + Debug>(field: &'static str, expected: T, got: T) -> Result<(), HeaderMismatch> {
    if expected == got {
        return Ok(());
    }
    Err(HeaderMismatch::new(field, format!("{expected:?}"), format!("{got:?}")))
}

/// Root over a block's transactions.
pub fn transactions_root(transactions: &[Transaction]) -> B256 {
    calculate_transaction_root(transactions)
}

/// Root over a block's receipts, and the bloom filter of all their logs. A receipt's own filter, which both need, is made once.
pub fn receipts_root(receipts: &[Receipt]) -> (B256, Bloom) {
    let with_bloom: Vec<_> = receipts.iter().map(TxReceipt::with_bloom_ref).collect();
    let bloom = with_bloom.iter().fold(Bloom::ZERO, |all, receipt| all | receipt.logs_bloom);
    (calculate_receipt_root(&with_bloom), bloom)
}

/// The same of receipts from before Byzantium: each holds a state root and no status (EIP-658).
fn receipts_root_with_states(receipts: &[Receipt], state_roots: &[B256]) -> (B256, Bloom) {
    let receipts: Vec<_> = receipts.iter().zip(state_roots).map(|(r, root)| receipt_with_state(r, *root)).collect();
    let bloom = receipts.iter().fold(Bloom::ZERO, |all, receipt| all | *receipt.logs_bloom());
    (calculate_receipt_root(&receipts), bloom)
}

/// A receipt as it was before Byzantium: with the state root after its transaction in the place of the status.
pub fn receipt_with_state(receipt: &Receipt, state_root: B256) -> ReceiptEnvelope {
    let status = Eip658Value::PostState(state_root);
    let (cumulative_gas_used, logs) = (receipt.cumulative_gas_used, receipt.logs.clone());
    ReceiptEnvelope::Legacy(alloy_consensus::Receipt { status, cumulative_gas_used, logs }.into_with_bloom())
}

/// The header of a block whose transactions have been executed. `state_root` is that of the state afterwards;
/// `withdrawals_root` is the message passer's storage root then, and is ignored on Ethereum, where the context has the
/// withdrawals.
pub fn assemble_header(
    spec: &ChainSpec,
    context: &BlockContext,
    transactions: &[Transaction],
    output: &ExecutionOutput,
    state_root: B256,
    withdrawals_root: B256,
) -> Header {
    let (fork, parts) = (context.fork, &context.ethereum);
    let withdrawals_root = match spec.rules {
        Rules::Rollup(_) => withdrawals_root,
        Rules::Ethereum(_) => calculate_withdrawals_root(&parts.withdrawals),
    };
    let (receipts_root, logs_bloom) = match fork < Fork::Byzantium {
        true => receipts_root_with_states(&output.receipts, &output.state_roots),
        false => receipts_root(&output.receipts),
    };
    Header {
        parent_hash: context.parent_hash,
        ommers_hash: calculate_ommers_root(&parts.ommers),
        beneficiary: context.beneficiary,
        state_root,
        transactions_root: transactions_root(transactions),
        receipts_root,
        logs_bloom,
        difficulty: parts.difficulty,
        number: context.number,
        gas_limit: context.gas_limit,
        gas_used: output.gas_used,
        timestamp: context.timestamp,
        extra_data: context.extra_data.clone(),
        mix_hash: context.prev_randao,
        nonce: parts.nonce,
        base_fee_per_gas: (fork >= Fork::London).then_some(context.base_fee),
        withdrawals_root: (fork >= Fork::Shanghai).then_some(withdrawals_root),
        blob_gas_used: (fork >= Fork::Cancun).then_some(output.blob_gas_used),
        excess_blob_gas: (fork >= Fork::Cancun).then_some(context.excess_blob_gas),
        parent_beacon_block_root: (fork >= Fork::Cancun).then_some(context.parent_beacon_block_root),
        requests_hash: (fork >= Fork::Prague).then(|| output.requests.requests_hash()),
        ..Header::default()
    }
}

/// That a rollup block's gas limit and extra data are what its deposits say.
///
/// # Errors
/// The first field that differs; the extra data where the block does not begin with L1 attributes, which leaves nothing to
/// say what either is.
pub fn check_terms(transactions: &[Transaction], header: &Header) -> Result<(), HeaderMismatch> {
    let (gas_limit, extra_data) = L1Attributes::header_terms(transactions)
        .map_err(|error| HeaderMismatch::new("extraData", format!("unknown, as {error}"), &header.extra_data))?;
    mismatch("gasLimit", gas_limit, header.gas_limit)?;
    mismatch("extraData", &extra_data, &header.extra_data)
}

/// Compares a header with the one that execution gives, causes before consequences, so that the first difference says
/// most.
///
/// # Errors
/// The first field that differs.
pub fn check_header(expected: &Header, got: &Header) -> Result<(), HeaderMismatch> {
    mismatch("number", expected.number, got.number)?;
    mismatch("parentHash", expected.parent_hash, got.parent_hash)?;
    mismatch("timestamp", expected.timestamp, got.timestamp)?;
    mismatch("beneficiary", expected.beneficiary, got.beneficiary)?;
    mismatch("mixHash", expected.mix_hash, got.mix_hash)?;
    mismatch("gasLimit", expected.gas_limit, got.gas_limit)?;
    mismatch("baseFeePerGas", expected.base_fee_per_gas, got.base_fee_per_gas)?;
    mismatch("parentBeaconBlockRoot", expected.parent_beacon_block_root, got.parent_beacon_block_root)?;
    mismatch("extraData", &expected.extra_data, &got.extra_data)?;
    mismatch("transactionsRoot", expected.transactions_root, got.transactions_root)?;
    mismatch("gasUsed", expected.gas_used, got.gas_used)?;
    mismatch("requestsHash", expected.requests_hash, got.requests_hash)?;
    mismatch("receiptsRoot", expected.receipts_root, got.receipts_root)?;
    mismatch("logsBloom", expected.logs_bloom, got.logs_bloom)?;
    mismatch("stateRoot", expected.state_root, got.state_root)?;
    mismatch("withdrawalsRoot", expected.withdrawals_root, got.withdrawals_root)?;
    mismatch("sha3Uncles", expected.ommers_hash, got.ommers_hash)?;
    mismatch("difficulty", expected.difficulty, got.difficulty)?;
    mismatch("nonce", expected.nonce, got.nonce)?;
    mismatch("blobGasUsed", expected.blob_gas_used, got.blob_gas_used)?;
    mismatch("excessBlobGas", expected.excess_blob_gas, got.excess_blob_gas)?;
    // Whatever field a later version of the header type adds.
    mismatch("rest", expected, got)
}

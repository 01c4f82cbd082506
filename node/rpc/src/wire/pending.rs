//! The open block. Nothing of it has a block hash: it may never be sealed.

use super::{RpcBlock, RpcReceipt, prices_of_first, receipt::Before, receipts_from};
use alloy_consensus::BlockBody;
use alloy_primitives::{Address, B256};
use praxis_chain::{Opening, PendingBlock, PendingPart, Preconfirmed};
use praxis_evm::{receipts_root, transactions_root};
use praxis_primitives::{Block, Header, Receipt, RecoveredBlock, SealedBlock, Transaction};

/// The open block as if it ended here. What only sealing gives (the roots of state and of the message passer, the
/// commitment to inferences) is zero in its header, so its hash means nothing.
pub(crate) fn open_block(open: &PendingBlock) -> (RecoveredBlock, Vec<Receipt>) {
    let part = open.entries().fold(PendingPart::default(), |mut all, (tx, receipt)| {
        all.transactions.push(tx.clone());
        all.receipts.push(receipt.clone());
        all
    });
    let (transactions, senders): (Vec<_>, Vec<_>) = part.transactions.into_iter().map(|tx| tx.into_parts()).unzip();
    let (receipts_root, logs_bloom) = receipts_root(&part.receipts);
    let header = Header {
        transactions_root: transactions_root(&transactions),
        receipts_root,
        logs_bloom,
        gas_used: open.gas_used(),
        ..header(open.opening())
    };
    (assemble(header, transactions, senders), part.receipts)
}

/// What is known of the header when the block is opened.
fn header(opening: &Opening) -> Header {
    let context = &opening.context;
    Header {
        parent_hash: context.parent_hash,
        beneficiary: context.beneficiary,
        number: context.number,
        gas_limit: context.gas_limit,
        timestamp: context.timestamp,
        mix_hash: context.prev_randao,
        base_fee_per_gas: Some(context.base_fee),
        withdrawals_root: Some(B256::ZERO),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(context.parent_beacon_block_root),
        requests_hash: Some(B256::ZERO),
        ..Header::default()
    }
}

fn assemble(header: Header, transactions: Vec<Transaction>, senders: Vec<Address>) -> RecoveredBlock {
    let body = BlockBody { transactions, ommers: vec![], withdrawals: Some(Default::default()) };
    RecoveredBlock::new_sealed(SealedBlock::seal_slow(Block { header, body }), senders)
}

impl RpcBlock {
    /// The open block.
    pub(crate) fn open(block: &RecoveredBlock, timestamp_ms: Option<u64>, full: bool) -> Self {
        let mut rpc = Self::new(block, timestamp_ms, full);
        rpc.unseal();
        rpc
    }
}

/// Receipts of transactions that have just been preconfirmed: all, or that of `wanted`.
pub(crate) fn preconfirmed_receipts(
    preconfirmed: &Preconfirmed,
    is_rollup: bool,
    wanted: Option<B256>,
) -> Vec<RpcReceipt> {
    let Preconfirmed { opening, part, index, gas_before, logs_before } = preconfirmed;
    let place = wanted.map(|hash| part.transactions.iter().position(|tx| tx.hash() == hash));
    let range = match place {
        None => 0..part.transactions.len(),
        Some(Some(at)) => at..at + 1,
        Some(None) => return Vec::new(),
    };
    let (transactions, senders) = part.transactions.iter().cloned().map(|tx| tx.into_parts()).unzip();
    let block = assemble(header(opening), transactions, senders);
    let l1 = is_rollup.then(|| prices_of_first(opening.first.as_ref().map(|tx| tx.inner())));
    let before = Before { index: *index, gas: *gas_before, logs: *logs_before };
    let mut receipts = receipts_from(&block, &part.receipts, range, before, l1, |_| None);
    receipts.iter_mut().for_each(RpcReceipt::unseal);
    receipts
}

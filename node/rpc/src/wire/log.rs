//! Logs.

use alloy_primitives::B256;
use alloy_rpc_types_eth::Log;
use praxis_primitives::{Receipt, RecoveredBlock};

/// Log `in_receipt` of transaction `index`, given how many logs of the block stand before that transaction's.
pub(crate) fn log_at(
    block: &RecoveredBlock,
    index: usize,
    hash: B256,
    log: &alloy_primitives::Log,
    log_index: usize,
    removed: bool,
) -> Log {
    Log {
        inner: log.clone(),
        block_hash: Some(block.hash()),
        block_number: Some(block.number),
        block_timestamp: Some(block.timestamp),
        transaction_hash: Some(hash),
        transaction_index: Some(index as u64),
        log_index: Some(log_index as u64),
        removed,
    }
}

/// The block's logs that `keep` wants, in order.
pub(crate) fn block_logs<'a>(
    block: &'a RecoveredBlock,
    receipts: &'a [Receipt],
    removed: bool,
    keep: impl Fn(&alloy_primitives::Log) -> bool + 'a,
) -> impl Iterator<Item = Log> + 'a {
    let all = block.body().transactions.iter().zip(receipts).enumerate();
    let flat = all.flat_map(|(index, (tx, receipt))| receipt.logs.iter().map(move |log| (index, tx.hash(), log)));
    flat.enumerate()
        .filter(move |(_, (_, _, log))| keep(log))
        .map(move |(log_index, (index, hash, log))| log_at(block, index, hash, log, log_index, removed))
}

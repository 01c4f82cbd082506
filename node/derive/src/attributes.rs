//! The attributes of a block: built alike by the sequencer and by derivation, and read back from a sealed block.

use alloy_consensus::BlockHeader;
use alloy_eips::{BlockNumHash, Encodable2718};
use alloy_primitives::{B256, Bytes};
use praxis_primitives::{
    L1Attributes, L1AttributesError, L1BlockInfo, L2BlockInfo, PayloadAttributes, RollupConfig, SealedBlock,
    Transaction,
};

/// Attributes that cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttributesError {
    /// The L1 origin neither is the parent's nor follows it.
    #[error(
        "L1 block {} ({}) cannot be the origin after {} ({})",
        origin.number, origin.hash, parent_origin.number, parent_origin.hash
    )]
    Origin {
        /// The origin that was asked for.
        origin: BlockNumHash,
        /// The parent's.
        parent_origin: BlockNumHash,
    },
    /// The L2 block would be older than its L1 origin.
    #[error("L2 block {number} at {timestamp_ms} ms is older than its L1 origin at {origin_timestamp} s")]
    BeforeOrigin {
        /// Number of the L2 block.
        number: u64,
        /// Its T_ms.
        timestamp_ms: u64,
        /// The origin's timestamp in seconds.
        origin_timestamp: u64,
    },
}

/// The attributes of the block after `parent` with L1 origin `origin`, which is the parent's origin or its child.
///
/// `transactions` are those of the batch or the pool, in EIP-2718 encoding. Before them come the L1 attributes deposit and,
/// in the first block of an origin, that origin's updates of the configuration and deposits.
///
/// # Errors
/// When the origin does not follow from the parent's, or is younger than the block.
pub fn build(
    config: &RollupConfig,
    parent: &L2BlockInfo,
    origin: &L1BlockInfo,
    forced: bool,
    transactions: Vec<Bytes>,
) -> Result<PayloadAttributes, AttributesError> {
    let number = parent.number.saturating_add(1);
    let timestamp_ms = config.timestamp_ms(number);
    let sequence_number = if origin.id() == parent.l1_origin {
        parent.sequence_number.saturating_add(1)
    } else if follows(origin, &parent.l1_origin) {
        0
    } else {
        return Err(AttributesError::Origin { origin: origin.id(), parent_origin: parent.l1_origin });
    };
    if timestamp_ms < origin.timestamp.saturating_mul(1000) {
        return Err(AttributesError::BeforeOrigin { number, timestamp_ms, origin_timestamp: origin.timestamp });
    }
    let first = sequence_number == 0;
    let system = if first { origin.config_after(parent.config) } else { parent.config };
    let l1 = L1Attributes::new(origin, sequence_number, system, timestamp_ms, forced);
    let mut all = vec![Bytes::from(l1.transaction().encoded_2718())];
    let mut deposit_gas = 0u64;
    for deposit in origin.all_deposits().filter(|_| first) {
        deposit_gas = deposit_gas.saturating_add(deposit.gas_limit);
        all.push(Transaction::deposit(deposit).encoded_2718().into());
    }
    all.extend(transactions);
    Ok(PayloadAttributes {
        number,
        parent_hash: parent.hash,
        timestamp_ms,
        prev_randao: origin.prev_randao,
        parent_beacon_block_root: origin.parent_beacon_block_root,
        l1_origin: origin.id(),
        sequence_number,
        forced,
        gas_limit: l1.header_gas_limit(deposit_gas),
        extra_data: system.eip1559.extra_data(),
        transactions: all,
    })
}

/// Whether `origin` is the child of `parent`.
pub(crate) fn follows(origin: &L1BlockInfo, parent: &BlockNumHash) -> bool {
    origin.parent_hash == parent.hash && origin.number.checked_sub(1) == Some(parent.number)
}

/// The attributes that give this block when they are executed on its parent: what derivation must yield for it.
///
/// # Errors
/// When the block does not begin with a well-formed L1 attributes deposit.
pub fn attributes_of_block(config: &RollupConfig, block: &SealedBlock) -> Result<PayloadAttributes, L1AttributesError> {
    let transactions = &block.body().transactions;
    let l1 = L1Attributes::from_transaction(transactions.first().ok_or(L1AttributesError::Missing)?)?;
    Ok(PayloadAttributes {
        number: block.number(),
        parent_hash: block.parent_hash(),
        timestamp_ms: config.timestamp_ms(block.number()),
        prev_randao: block.mix_hash().unwrap_or(B256::ZERO),
        parent_beacon_block_root: block.parent_beacon_block_root().unwrap_or(B256::ZERO),
        l1_origin: BlockNumHash::new(l1.number, l1.hash),
        sequence_number: l1.sequence_number,
        forced: l1.forced,
        gas_limit: block.gas_limit(),
        extra_data: block.extra_data().clone(),
        transactions: transactions.iter().filter(|tx| !tx.is_scheduled()).map(|tx| tx.encoded_2718().into()).collect(),
    })
}

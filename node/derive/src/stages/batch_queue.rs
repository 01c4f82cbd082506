//! Batches: whether one may stand on the safe head, and then its blocks one by one.

use super::L1Traversal;
use crate::{
    Batch, BatchBlock, DropReason,
    batch::hash_check,
    origin::{beyond_drift, old_enough},
};
use alloy_eips::Decodable2718;
use praxis_primitives::{DEPOSIT_TX_TYPE, L1BlockInfo, L2BlockInfo, RollupConfig, Transaction};
use std::collections::VecDeque;

/// The blocks that are left of the accepted batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct BatchQueue(VecDeque<BatchBlock>);

impl BatchQueue {
    pub(crate) fn next(&mut self) -> Option<BatchBlock> {
        self.0.pop_front()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes a batch whole or not at all. `current` is the L1 block that completes its channel.
    pub(crate) fn accept(
        &mut self,
        config: &RollupConfig,
        batch: Batch,
        safe: &L2BlockInfo,
        current: &L1BlockInfo,
        l1: &L1Traversal,
    ) -> Result<(), DropReason> {
        check_place(&batch, safe)?;
        check_origins(config, &batch, safe, current, l1)?;
        let mut origin = safe.l1_origin.number;
        for (number, block) in (batch.first_number..).zip(&batch.blocks) {
            origin += u64::from(block.advances_origin);
            check_time(config, number, block, origin, l1)?;
            check_transactions(number, block)?;
        }
        self.0 = batch.blocks.into();
        Ok(())
    }
}

fn check_place(batch: &Batch, safe: &L2BlockInfo) -> Result<(), DropReason> {
    let next = safe.number.saturating_add(1);
    if batch.first_number < next {
        return Err(DropReason::Past { safe: safe.number });
    }
    if batch.first_number > next {
        return Err(DropReason::Future { next });
    }
    if batch.parent_check != hash_check(safe.hash) {
        return Err(DropReason::Parent { safe: safe.hash });
    }
    Ok(())
}

fn check_origins(
    config: &RollupConfig,
    batch: &Batch,
    safe: &L2BlockInfo,
    current: &L1BlockInfo,
    l1: &L1Traversal,
) -> Result<(), DropReason> {
    let parent = safe.l1_origin.number;
    let advances = batch.blocks.first().is_some_and(|block| block.advances_origin);
    if batch.first_origin != parent + u64::from(advances) {
        return Err(DropReason::FirstOrigin { given: batch.first_origin, parent });
    }
    let deadline = batch.first_origin.saturating_add(config.sequencing_window);
    if current.number > deadline {
        return Err(DropReason::Window { origin: batch.first_origin, deadline });
    }
    let origin = batch.last_origin();
    if origin >= current.number {
        return Err(DropReason::OriginAhead { origin });
    }
    // The hash of one origin commits to those before it.
    match l1.block(origin) {
        Some(block) if hash_check(block.hash) == batch.origin_check => Ok(()),
        _ => Err(DropReason::OriginHash { origin }),
    }
}

fn check_time(
    config: &RollupConfig,
    number: u64,
    block: &BatchBlock,
    origin: u64,
    l1: &L1Traversal,
) -> Result<(), DropReason> {
    let timestamp_ms = config.timestamp_ms(number);
    let info = l1.block(origin).ok_or(DropReason::OriginHash { origin })?;
    if !old_enough(info, timestamp_ms) {
        return Err(DropReason::BeforeOrigin { number, origin });
    }
    if beyond_drift(config, timestamp_ms, info.timestamp) && !block.transactions.is_empty() {
        return Err(DropReason::DriftTransactions { number, origin });
    }
    Ok(())
}

fn check_transactions(number: u64, block: &BatchBlock) -> Result<(), DropReason> {
    for (index, tx) in block.transactions.iter().enumerate() {
        let what = match tx.first() {
            Some(&DEPOSIT_TX_TYPE) => "is a deposit",
            Some(3) => "is a blob transaction",
            _ if Transaction::decode_2718_exact(tx).is_err() => "does not decode",
            _ => continue,
        };
        return Err(DropReason::Transaction { number, index, what });
    }
    Ok(())
}

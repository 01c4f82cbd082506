//! Whether a block is one that derivation could give: its attributes against L1.

use alloy_consensus::{BlockHeader, Typed2718};
use alloy_eips::Encodable2718;
use praxis_derive::{
    attributes::{attributes_of_block, build},
    origin::beyond_drift,
};
use praxis_primitives::{L1BlockInfo, L2BlockInfo, RollupConfig, SealedBlock};
use std::sync::Arc;

/// Why a block is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// Its L1 origin is not known here yet, or no longer.
    #[error("its L1 origin, block {0}, is not known here")]
    UnknownOrigin(u64),
    /// L1 has another block where its origin is. Its maker and this node don't see the same L1 at the moment.
    #[error("its L1 origin, block {0}, is another one here")]
    OtherOrigin(u64),
    /// It is no block that derivation could give.
    #[error("{0}")]
    Wrong(&'static str),
}

/// Compares the block's attributes and deposits with what `l1` gives for them on `parent`. What follows from execution is not
/// looked at.
///
/// # Errors
/// When they differ, or L1 is not known far enough to say.
pub fn check_block(
    config: &RollupConfig,
    parent: &L2BlockInfo,
    block: &SealedBlock,
    l1: impl Fn(u64) -> Option<Arc<L1BlockInfo>>,
) -> Result<(), CheckError> {
    let wrong = CheckError::Wrong;
    if block.parent_hash() != parent.hash || block.number() != parent.number + 1 {
        return Err(wrong("it does not follow its parent"));
    }
    let given = attributes_of_block(config, block).map_err(|_| wrong("it does not begin with L1 attributes"))?;
    let number = given.l1_origin.number;
    if number != parent.l1_origin.number && Some(number) != parent.l1_origin.number.checked_add(1) {
        return Err(wrong("its L1 origin is neither its parent's nor the next one"));
    }
    let origin = l1(number).ok_or(CheckError::UnknownOrigin(number))?;
    if origin.hash != given.l1_origin.hash {
        return Err(CheckError::OtherOrigin(number));
    }
    let signed = block.body().transactions.iter().filter(|tx| !tx.is_deposit());
    if signed.clone().any(|tx| tx.is_eip4844()) {
        return Err(wrong("it holds a blob transaction"));
    }
    let signed: Vec<_> = signed.map(|tx| tx.encoded_2718().into()).collect();
    let late = beyond_drift(config, given.timestamp_ms, origin.timestamp);
    if late && !signed.is_empty() {
        return Err(wrong("it holds transactions so far ahead of its L1 origin that there may be none"));
    }
    // Not the parent's origin but one of the same number: L1 reorganised below it.
    let expected = build(config, parent, &origin, false, signed).map_err(|_| CheckError::OtherOrigin(number))?;
    if given != expected {
        return Err(wrong("its attributes or deposits are not those that L1 gives"));
    }
    Ok(())
}

//! Which L1 block a new L2 block takes as its origin.
//!
//! Time decides: a block takes the next origin as soon as it is not older than it. So sequencer and forced blocks choose
//! alike, no origin is skipped, and each origin has at least one block.

use crate::attributes::follows;
use alloy_eips::BlockNumHash;
use alloy_primitives::B256;
use praxis_primitives::{L1BlockInfo, L2BlockInfo, RollupConfig};

/// The sequencer's choice for the next block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OriginChoice {
    /// Take the next L1 block rather than the parent's origin.
    pub advance: bool,
    /// The block would be beyond the sequencer drift, so it takes no transactions besides deposits.
    pub deposits_only: bool,
}

/// L1 is no longer the chain that the parent was built on: the sequencer has to go back below this block.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "L1 reorganised: block {next_number} builds on {next_parent}, but the L2 head's L1 origin is block {} ({})",
    origin.number, origin.hash
)]
pub struct OriginReorged {
    /// The L2 head's origin.
    pub origin: BlockNumHash,
    /// Number of the L1 block that should follow it.
    pub next_number: u64,
    /// The parent that it names.
    pub next_parent: B256,
}

/// Chooses the L1 origin of the block after `parent`.
///
/// `current` is the parent's origin; `next` is the L1 block after it, as far as the sequencer wants to know it (a sequencer
/// that waits for confirmations passes `None` until it has them).
///
/// # Errors
/// When `current` or `next` shows that the parent's origin is no longer on L1.
pub fn next_origin(
    config: &RollupConfig,
    parent: &L2BlockInfo,
    current: &L1BlockInfo,
    next: Option<&L1BlockInfo>,
) -> Result<OriginChoice, OriginReorged> {
    let origin = parent.l1_origin;
    if current.id() != origin {
        return Err(OriginReorged { origin, next_number: current.number, next_parent: current.parent_hash });
    }
    if let Some(next) = next
        && !follows(next, &origin)
    {
        return Err(OriginReorged { origin, next_number: next.number, next_parent: next.parent_hash });
    }
    let timestamp_ms = config.timestamp_ms(parent.number.saturating_add(1));
    let adopted = next.filter(|next| old_enough(next, timestamp_ms));
    let chosen = adopted.unwrap_or(current);
    Ok(OriginChoice { advance: adopted.is_some(), deposits_only: beyond_drift(config, timestamp_ms, chosen.timestamp) })
}

/// Whether an L2 block at `timestamp_ms` may take this L1 block as its origin.
pub(crate) const fn old_enough(origin: &L1BlockInfo, timestamp_ms: u64) -> bool {
    origin.timestamp.saturating_mul(1000) <= timestamp_ms
}

/// Whether an L2 block at `timestamp_ms` runs too far ahead of an L1 origin of `origin_timestamp` seconds.
pub const fn beyond_drift(config: &RollupConfig, timestamp_ms: u64, origin_timestamp: u64) -> bool {
    timestamp_ms > origin_timestamp.saturating_mul(1000).saturating_add(config.max_sequencer_drift_ms)
}

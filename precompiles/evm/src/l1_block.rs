//! What L1 decides about inference, as state of L1Block.
//!
//! Only deposits that open a block change it, so the state before a transaction is what holds during it: it is read past
//! the journal, and neither costs gas nor warms a slot.

use crate::outcome::Stop;
use alloy_primitives::U256;
use praxis_contracts::{
    IInference,
    addresses::L1_BLOCK,
    layout::{L1_BLOCK_INFERENCE_PAUSE_SLOT, engine_slot},
};
use revm::{Database, context::ContextTr};

fn word<CTX: ContextTr>(context: &mut CTX, slot: U256) -> Result<U256, Stop> {
    context.db_mut().storage(L1_BLOCK, slot).map_err(Stop::fault)
}

/// Reverts where the guardian on L1 has paused inference beyond `timestamp_ms`, the block's time.
pub(crate) fn check_pause<CTX: ContextTr>(context: &mut CTX, timestamp_ms: u64) -> Result<(), Stop> {
    let until_ms: u64 = word(context, L1_BLOCK_INFERENCE_PAUSE_SLOT)?.saturating_to();
    if timestamp_ms < until_ms {
        return Err(Stop::error(&IInference::InferencePaused { untilMs: until_ms }));
    }
    Ok(())
}

/// Whether L1 has made an engine version live by `timestamp_ms`, the block's time.
pub(crate) fn engine_is_live<CTX: ContextTr>(context: &mut CTX, version: u32, timestamp_ms: u64) -> Result<bool, Stop> {
    let from_ms: u64 = word(context, engine_slot(version))?.saturating_to();
    Ok(from_ms != 0 && from_ms <= timestamp_ms)
}

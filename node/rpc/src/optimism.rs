//! The `optimism` namespace, as op-node has it. Only on the rollup.

use crate::{
    Args, Context, Failure,
    reader::View,
    register::Registrar,
    wire::{L2BlockRef, OutputAtBlock, RpcRollupConfig, SyncStatus},
};
use alloy_eips::BlockNumberOrTag;
use jsonrpsee::server::RegisterMethodError;
use praxis_primitives::OutputPreimage;

pub(crate) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.read("optimism_outputAtBlock", output_at_block)?;
    r.read("optimism_syncStatus", |c, _| sync_status(c, &c.view()?))?;
    r.quick("optimism_rollupConfig", |c, _| {
        let config = c.chain.rollup().ok_or_else(Failure::unknown_block)?;
        Ok(RpcRollupConfig::new(config))
    })?;
    r.quick("optimism_version", |c, _| Ok(c.client_version.clone()))
}

fn output_at_block(c: &Context, mut args: Args<'_>) -> Result<OutputAtBlock, Failure> {
    let tag: BlockNumberOrTag = args.required()?;
    let view = c.view()?;
    let header = view.header(tag.into())?.ok_or_else(Failure::unknown_block)?;
    let output = OutputPreimage::of(header.header(), header.hash()).ok_or_else(Failure::unknown_block)?;
    Ok(OutputAtBlock::new(&output, view.l2_block(header.number)?.into(), sync_status(c, &view)?))
}

fn sync_status(c: &Context, view: &View) -> Result<SyncStatus, Failure> {
    let l1 = c.l1.as_ref().map(|l1| *l1.borrow()).unwrap_or_default();
    let head: L2BlockRef = view.l2_block(view.heads.head.number)?.into();
    let safe = view.l2_block(view.heads.safe.number)?.into();
    let finalized = view.l2_block(view.heads.finalized.number)?.into();
    Ok(SyncStatus {
        current_l1: l1.current.unwrap_or_default(),
        current_l1_finalized: l1.finalized.unwrap_or_default(),
        head_l1: l1.head.unwrap_or_default(),
        safe_l1: l1.safe.unwrap_or_default(),
        finalized_l1: l1.finalized.unwrap_or_default(),
        unsafe_l2: head,
        safe_l2: safe,
        finalized_l2: finalized,
        pending_safe_l2: safe,
        cross_unsafe_l2: head,
        local_safe_l2: safe,
    })
}

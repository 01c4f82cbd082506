//! The `debug` namespace: consensus encodings, and traces.

mod trace;

use crate::{Args, Context, Failure, register::Registrar};
use alloy_consensus::TxReceipt;
use alloy_eips::{BlockId, eip2718::Encodable2718};
use alloy_primitives::{B256, Bytes};
use jsonrpsee::server::RegisterMethodError;
use praxis_chain::ExecutionWitness;
use praxis_evm::receipt_with_state;

pub(crate) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.read("debug_getRawHeader", raw_header)?;
    r.read("debug_getRawBlock", raw_block)?;
    r.read("debug_getRawReceipts", raw_receipts)?;
    // A block that fails a check is refused and not kept.
    r.quick("debug_getBadBlocks", |_, _| Ok(Vec::<Bytes>::new()))?;
    r.heavy("debug_executionWitness", |c, mut args, _| execution_witness(c, args.required()?))?;
    r.heavy("debug_executionWitnessByBlockHash", |c, mut args, _| {
        execution_witness(c, args.required::<B256>()?.into())
    })?;
    trace::register(r)
}

fn execution_witness(c: &Context, id: BlockId) -> Result<ExecutionWitness, Failure> {
    let number = c.view()?.number_of(id)?.ok_or_else(Failure::unknown_block)?;
    if number == 0 {
        return Err(Failure::Rejected("genesis is executed by nobody: it has no witness".into()));
    }
    Ok(c.chain.execution_witness(number)?)
}

fn raw_header(c: &Context, mut args: Args<'_>) -> Result<Bytes, Failure> {
    let header = c.view()?.header(args.required::<BlockId>()?)?.ok_or_else(Failure::unknown_block)?;
    Ok(alloy_rlp::encode(header.header()).into())
}

fn raw_block(c: &Context, mut args: Args<'_>) -> Result<Bytes, Failure> {
    let block = c.view()?.block(args.required::<BlockId>()?)?.ok_or_else(Failure::unknown_block)?;
    Ok(alloy_rlp::encode(block.into_block()).into())
}

fn raw_receipts(c: &Context, mut args: Args<'_>) -> Result<Vec<Bytes>, Failure> {
    let (block, receipts) =
        c.view()?.block_and_receipts(args.required::<BlockId>()?)?.ok_or_else(Failure::unknown_block)?;
    let roots = c.chain.receipt_state_roots(&block)?;
    if !roots.is_empty() {
        let receipts = receipts.iter().zip(roots);
        return Ok(receipts.map(|(receipt, root)| receipt_with_state(receipt, root).encoded_2718().into()).collect());
    }
    Ok(receipts.into_iter().map(|receipt| receipt.into_with_bloom().encoded_2718().into()).collect())
}

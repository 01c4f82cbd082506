//! The `debug` namespace: consensus encodings.

use crate::{Args, Context, Failure, register::Registrar};
use alloy_consensus::TxReceipt;
use alloy_eips::{BlockId, eip2718::Encodable2718};
use alloy_primitives::Bytes;
use jsonrpsee::server::RegisterMethodError;

pub(crate) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.read("debug_getRawHeader", raw_header)?;
    r.read("debug_getRawBlock", raw_block)?;
    r.read("debug_getRawReceipts", raw_receipts)
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
    let (_, receipts) =
        c.view()?.block_and_receipts(args.required::<BlockId>()?)?.ok_or_else(Failure::unknown_block)?;
    Ok(receipts.into_iter().map(|receipt| receipt.into_with_bloom().encoded_2718().into()).collect())
}

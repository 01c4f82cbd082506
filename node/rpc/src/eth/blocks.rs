//! Blocks and headers.

use crate::{
    Args, Context, Failure,
    register::Registrar,
    wire::{RpcBlock, RpcHeader, RpcReceipt, open_block, prices_of, receipts_of},
};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{B256, U64};
use alloy_rpc_types_eth::Index;
use jsonrpsee::server::RegisterMethodError;
use praxis_primitives::RecoveredBlock;

pub(super) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.quick("eth_chainId", |c, _| Ok(U64::from(c.chain.spec().chain_id)))?;
    r.quick("eth_blockNumber", |c, _| Ok(U64::from(c.chain.head().number)))?;
    r.quick("eth_coinbase", |c, _| Ok(c.chain.head().beneficiary))?;
    // Derivation and building both leave a block complete before it becomes the head: there is no state in between.
    r.quick("eth_syncing", |_, _| Ok(false))?;
    r.read("eth_getBlockByNumber", |c, mut args| get_block(c, by_number(&mut args)?, args))?;
    r.read("eth_getBlockByHash", |c, mut args| get_block(c, by_hash(&mut args)?, args))?;
    r.read("eth_getHeaderByNumber", |c, mut args| get_header(c, by_number(&mut args)?))?;
    r.read("eth_getHeaderByHash", |c, mut args| get_header(c, by_hash(&mut args)?))?;
    r.read("eth_getBlockTransactionCountByNumber", |c, mut args| count(c, by_number(&mut args)?, transactions))?;
    r.read("eth_getBlockTransactionCountByHash", |c, mut args| count(c, by_hash(&mut args)?, transactions))?;
    r.read("eth_getUncleCountByBlockNumber", |c, mut args| count(c, by_number(&mut args)?, uncles))?;
    r.read("eth_getUncleCountByBlockHash", |c, mut args| count(c, by_hash(&mut args)?, uncles))?;
    r.read("eth_getUncleByBlockNumberAndIndex", |c, mut args| uncle(c, by_number(&mut args)?, args))?;
    r.read("eth_getUncleByBlockHashAndIndex", |c, mut args| uncle(c, by_hash(&mut args)?, args))?;
    r.read("eth_getBlockReceipts", get_receipts)
}

/// The parameter of `...ByNumber`.
pub(super) fn by_number(args: &mut Args<'_>) -> Result<BlockId, Failure> {
    Ok(args.required::<BlockNumberOrTag>()?.into())
}

/// The parameter of `...ByHash`.
pub(super) fn by_hash(args: &mut Args<'_>) -> Result<BlockId, Failure> {
    Ok(args.required::<B256>()?.into())
}

fn get_block(c: &Context, id: BlockId, mut args: Args<'_>) -> Result<Option<RpcBlock>, Failure> {
    let full = args.optional()?.unwrap_or(false);
    let view = c.view()?;
    let (block, mut rpc) = match view.open(id) {
        Some(open) => {
            let (block, _) = open_block(open);
            let rpc = RpcBlock::open(&block, view.timestamp_ms(block.number), full);
            (block, rpc)
        }
        None => {
            let Some(block) = view.block(id)? else { return Ok(None) };
            let rpc = RpcBlock::new(&block, view.timestamp_ms(block.number), full);
            (block, rpc)
        }
    };
    if full {
        rpc.set_deposit_nonces(&view.deposit_nonces(&block)?);
    }
    Ok(Some(rpc))
}

fn get_header(c: &Context, id: BlockId) -> Result<Option<RpcHeader>, Failure> {
    let view = c.view()?;
    if let Some(open) = view.open(id) {
        let header = open_block(open).0.clone_sealed_header();
        let mut rpc = RpcHeader::new(&header, view.timestamp_ms(header.number));
        rpc.unseal();
        return Ok(Some(rpc));
    }
    Ok(view.header(id)?.map(|header| RpcHeader::new(&header, view.timestamp_ms(header.number))))
}

fn transactions(block: &RecoveredBlock) -> usize {
    block.body().transactions.len()
}

fn uncles(block: &RecoveredBlock) -> usize {
    block.body().ommers.len()
}

fn count(c: &Context, id: BlockId, of: fn(&RecoveredBlock) -> usize) -> Result<Option<U64>, Failure> {
    let view = c.view()?;
    match view.open(id) {
        Some(open) => Ok(Some(U64::from(of(&open_block(open).0)))),
        None => Ok(view.block(id)?.map(|block| U64::from(of(&block)))),
    }
}

fn uncle(c: &Context, id: BlockId, mut args: Args<'_>) -> Result<Option<RpcHeader>, Failure> {
    let index: Index = args.required()?;
    let Some(block) = c.view()?.block(id)? else { return Ok(None) };
    let uncle = block.body().ommers.get(usize::from(index)).cloned();
    Ok(uncle.map(|header| RpcHeader::new(&praxis_primitives::SealedHeader::seal_slow(header), None)))
}

fn get_receipts(c: &Context, mut args: Args<'_>) -> Result<Option<Vec<RpcReceipt>>, Failure> {
    let view = c.view()?;
    let id = args.required()?;
    let open = view.open(id);
    let found = match open {
        Some(open) => Some(open_block(open)),
        None => view.block_and_receipts(id)?,
    };
    let Some((block, receipts)) = found else { return Ok(None) };
    let l1 = view.is_rollup().then(|| prices_of(&block));
    let nonces = view.deposit_nonces(&block)?;
    let nonce = |index: usize| nonces.get(index).copied().flatten();
    let mut all = receipts_of(&block, &receipts, 0..receipts.len(), l1, nonce);
    complete_receipts(c, &block, 0, &mut all)?;
    if open.is_some() {
        all.iter_mut().for_each(RpcReceipt::unseal);
    }
    Ok(Some(all))
}

/// Adds to receipts of the block, from the transaction at `first` on, what follows from the chain's forks.
pub(super) fn complete_receipts(
    c: &Context,
    block: &RecoveredBlock,
    first: usize,
    receipts: &mut [RpcReceipt],
) -> Result<(), Failure> {
    let blob_price = c.chain.spec().blob_base_fee(block.header());
    receipts.iter_mut().for_each(|receipt| receipt.set_blob_gas_price(blob_price));
    let roots = c.chain.receipt_state_roots(block)?;
    for (receipt, root) in receipts.iter_mut().zip(roots.iter().skip(first)) {
        receipt.set_root(*root);
    }
    Ok(())
}

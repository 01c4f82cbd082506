//! Transactions, receipts, and sending.

use super::blocks::{by_hash, by_number, complete_receipts};
use crate::{
    Args, Context, Failure,
    reader::View,
    register::Registrar,
    wire::{Position, RpcReceipt, RpcTransaction, open_block, prices_of, receipts_of},
};
use alloy_consensus::transaction::SignerRecoverable;
use alloy_eips::{
    BlockId,
    eip2718::{Decodable2718, Encodable2718},
};
use alloy_primitives::{Address, B256, Bytes};
use alloy_rpc_types_eth::Index;
use jsonrpsee::{server::RegisterMethodError, types::Params};
use praxis_primitives::{RecoveredBlock, RecoveredTransaction, Transaction};
use std::sync::Arc;

/// EIP-2718 type of a blob transaction, whose network form is another than its block form.
const BLOB_TYPE: u8 = 3;

pub(super) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.read("eth_getTransactionByHash", get_transaction)?;
    r.read("eth_getTransactionByBlockNumberAndIndex", |c, mut args| at_index(c, by_number(&mut args)?, args))?;
    r.read("eth_getTransactionByBlockHashAndIndex", |c, mut args| at_index(c, by_hash(&mut args)?, args))?;
    r.read("eth_getRawTransactionByHash", |c, mut args| raw_transaction(c, args.required()?))?;
    r.read("debug_getRawTransaction", |c, mut args| raw_transaction(c, args.required()?))?;
    r.read("eth_getTransactionReceipt", |c, mut args| receipt(c, args.required()?))?;
    r.waiting("eth_sendRawTransaction", |c, params: Params<'static>| async move {
        let bytes = Args::new(&params)?.required::<Bytes>()?;
        send(&c, bytes).await
    })?;
    // Keys never live in a node: the list is empty, as every wallet library expects of one.
    r.quick("eth_accounts", |_, _| Ok(Vec::<Address>::new()))
}

fn get_transaction(c: &Context, mut args: Args<'_>) -> Result<Option<RpcTransaction>, Failure> {
    let hash: B256 = args.required()?;
    let view = c.view()?;
    if let Some((block, index)) = view.find_transaction(hash)? {
        return transaction_at(&view, &block, index);
    }
    let waiting = c.pool.as_ref().and_then(|pool| pool.get(hash));
    Ok(waiting.map(|pooled| RpcTransaction::waiting(pooled.tx.clone())))
}

fn at_index(c: &Context, id: BlockId, mut args: Args<'_>) -> Result<Option<RpcTransaction>, Failure> {
    let index: Index = args.required()?;
    let view = c.view()?;
    if let Some(open) = view.open(id) {
        let mut rpc = transaction_at(&view, &open_block(open).0, index.into())?;
        rpc.iter_mut().for_each(RpcTransaction::unseal);
        return Ok(rpc);
    }
    match view.block(id)? {
        Some(block) => transaction_at(&view, &block, index.into()),
        None => Ok(None),
    }
}

fn transaction_at(view: &View, block: &RecoveredBlock, index: usize) -> Result<Option<RpcTransaction>, Failure> {
    let Some(tx) = block.recovered_transaction(index) else { return Ok(None) };
    let mut rpc = RpcTransaction::mined(tx.cloned(), Position::new(block.header(), block.hash(), index));
    if let Some(nonce) = view.deposit_nonce(block, index)? {
        rpc.set_deposit_nonce(nonce);
    }
    Ok(Some(rpc))
}

fn raw_transaction(c: &Context, hash: B256) -> Result<Option<Bytes>, Failure> {
    if let Some((block, index)) = c.view()?.find_transaction(hash)? {
        return Ok(block.body().transactions.get(index).map(|tx| tx.encoded_2718().into()));
    }
    Ok(c.pool.as_ref().and_then(|pool| pool.get(hash)).map(|pooled| pooled.tx.encoded_2718().into()))
}

/// The receipt of a mined transaction.
pub(super) fn receipt(c: &Context, hash: B256) -> Result<Option<RpcReceipt>, Failure> {
    let view = c.view()?;
    let Some((block, index)) = view.find_transaction(hash)? else { return Ok(None) };
    let Some(receipts) = view.reader.receipts(block.number)? else { return Ok(None) };
    let l1 = view.is_rollup().then(|| prices_of(&block));
    let nonce = view.deposit_nonce(&block, index)?;
    let mut out = receipts_of(&block, &receipts, index..index + 1, l1, |_| nonce);
    complete_receipts(c, &block, index, &mut out)?;
    Ok(out.pop())
}

/// Reads a signed transaction and finds who signed it.
pub(super) fn decode_transaction(bytes: &[u8]) -> Result<RecoveredTransaction, Failure> {
    if bytes.first() == Some(&BLOB_TYPE) {
        let reason = "transaction type not supported: this chain takes no blob transactions (type 3)";
        return Err(Failure::Rejected(reason.into()));
    }
    let tx = Transaction::decode_2718_exact(bytes)
        .map_err(|error| Failure::Rejected(format!("the transaction does not decode: {error}")))?;
    let signer =
        tx.recover_signer().map_err(|_| Failure::Rejected("invalid sender: the signature has no signer".into()))?;
    Ok(RecoveredTransaction::new_unchecked(tx, signer))
}

/// Takes a transaction into the pool, and sends it on where blocks are built elsewhere; gives its hash.
pub(super) async fn send(c: &Arc<Context>, bytes: Bytes) -> Result<B256, Failure> {
    let (inner, raw) = (c.clone(), bytes.clone());
    let hash = c.reads.run(move |_| take(&inner, &raw)).await?;
    let Some(forward) = &c.forward else { return Ok(hash) };
    match forward.send(bytes).await {
        Ok(_) => Ok(hash),
        Err(error) => {
            // Here it would wait for a block that never has it.
            if let Some(pool) = &c.pool {
                pool.remove(hash);
            }
            Err(Failure::Rejected(error.to_string()))
        }
    }
}

fn take(c: &Context, bytes: &[u8]) -> Result<B256, Failure> {
    let pool = c.pool.as_ref().ok_or_else(|| {
        Failure::Rejected("this node takes no transactions: send them to the sequencer's RPC address".into())
    })?;
    Ok(pool.add(decode_transaction(bytes)?)?)
}

//! Accounts, code, storage.

use crate::{Args, Context, Failure, args::storage_key, register::Registrar};
use alloy_consensus::constants::KECCAK_EMPTY;
use alloy_eips::BlockId;
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use jsonrpsee::server::RegisterMethodError;
use praxis_primitives::StateReader;
use std::collections::BTreeMap;

pub(super) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.read("eth_getBalance", balance)?;
    r.read("eth_getCode", code)?;
    r.read("eth_getStorageAt", storage)?;
    r.heavy("eth_getStorageValues", |c, args, _| storage_values(c, args))?;
    r.read("eth_getTransactionCount", transaction_count)
}

fn balance(c: &Context, mut args: Args<'_>) -> Result<U256, Failure> {
    let address: Address = args.required()?;
    let (_, state) = c.chain_state(args.optional()?)?;
    Ok(state.account(address)?.unwrap_or_default().balance)
}

fn code(c: &Context, mut args: Args<'_>) -> Result<Bytes, Failure> {
    let address: Address = args.required()?;
    let (_, state) = c.chain_state(args.optional()?)?;
    match state.account(address)? {
        Some(account) if account.code_hash != KECCAK_EMPTY => Ok(state.code(account.code_hash)?),
        _ => Ok(Bytes::new()),
    }
}

fn storage(c: &Context, mut args: Args<'_>) -> Result<B256, Failure> {
    let address: Address = args.required()?;
    let key = storage_key(&args.required::<String>()?)?;
    let (_, state) = c.chain_state(args.optional()?)?;
    Ok(state.storage(address, key.into())?.into())
}

/// Slots of several accounts at once, as many as a proof may have.
fn storage_values(c: &Context, mut args: Args<'_>) -> Result<BTreeMap<Address, Vec<B256>>, Failure> {
    let wanted: BTreeMap<Address, Vec<String>> = args.required()?;
    let (count, limit) = (wanted.values().map(Vec::len).sum::<usize>(), c.limits.proof_slots);
    if count == 0 {
        return Err(Failure::Params("empty request".into()));
    }
    if count > limit {
        return Err(Failure::Limit(format!("too many slots (max {limit})")));
    }
    let (_, state) = c.chain_state(args.optional()?)?;
    let one = |address: Address, key: &String| Ok(state.storage(address, storage_key(key)?.into())?.into());
    let of = |(address, keys): (Address, Vec<String>)| {
        let values: Result<Vec<B256>, Failure> = keys.iter().map(|key| one(address, key)).collect();
        Ok((address, values?))
    };
    wanted.into_iter().map(of).collect()
}

fn transaction_count(c: &Context, mut args: Args<'_>) -> Result<U64, Failure> {
    let address: Address = args.required()?;
    let id: Option<BlockId> = args.optional()?;
    let (_, state) = c.chain_state(id)?;
    let nonce = state.account(address)?.unwrap_or_default().nonce;
    let next = match &c.pool {
        Some(pool) if id.is_some_and(|id| id.is_pending()) => pool.next_nonce(address, nonce),
        _ => nonce,
    };
    Ok(U64::from(next))
}

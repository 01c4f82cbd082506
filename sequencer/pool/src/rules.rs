//! What can be said of a transaction without looking at any account.

use crate::{
    PoolConfig, PoolError,
    intrinsic::{floor_gas, intrinsic_gas},
    limits::MAX_INITCODE_BYTES,
};
use alloy_consensus::{
    Transaction as _, Typed2718,
    constants::{EIP4844_TX_TYPE_ID, EIP7702_TX_TYPE_ID},
};
use praxis_primitives::RecoveredTransaction;

/// Refuses what can never be valid on this chain, under blocks with this gas limit.
pub(crate) fn check_form(
    config: &PoolConfig,
    tx: &RecoveredTransaction,
    encoded_len: usize,
    block_gas_limit: u64,
) -> Result<(), PoolError> {
    if tx.is_deposit() {
        return Err(PoolError::Type("deposits come from L1 or from the state, never from a wallet"));
    }
    if tx.ty() == EIP4844_TX_TYPE_ID {
        return Err(PoolError::Type("this chain takes no blob transactions (type 3)"));
    }
    let limit = config.limits.transaction_bytes;
    if encoded_len > limit {
        return Err(PoolError::Oversized { given: encoded_len, limit });
    }
    // Legacy transactions may leave the chain id out (before EIP-155); deployment proxies are made so.
    let expected = config.chain_id;
    if let Some(given) = tx.chain_id().filter(|id| *id != expected) {
        return Err(PoolError::ChainId { given, expected });
    }
    let code = tx.input().len();
    if tx.is_create() && code > MAX_INITCODE_BYTES {
        return Err(PoolError::InitcodeSize { given: code, limit: MAX_INITCODE_BYTES });
    }
    if tx.ty() == EIP7702_TX_TYPE_ID && tx.authorization_list().is_none_or(<[_]>::is_empty) {
        return Err(PoolError::NoAuthorizations);
    }
    check_gas(config, tx, block_gas_limit)?;
    check_fees(config, tx)
}

fn check_gas(config: &PoolConfig, tx: &RecoveredTransaction, block_gas_limit: u64) -> Result<(), PoolError> {
    let given = tx.gas_limit();
    if given > block_gas_limit {
        return Err(PoolError::GasLimit { given, limit: block_gas_limit });
    }
    if given > config.tx_gas_cap {
        return Err(PoolError::GasLimitAboveCap { given, cap: config.tx_gas_cap });
    }
    let needed = intrinsic_gas(tx.inner());
    if given < needed {
        return Err(PoolError::IntrinsicGas { given, needed });
    }
    let needed = floor_gas(tx.inner());
    if given < needed {
        return Err(PoolError::FloorGas { given, needed });
    }
    Ok(())
}

fn check_fees(config: &PoolConfig, tx: &RecoveredTransaction) -> Result<(), PoolError> {
    let fee_cap = tx.max_fee_per_gas();
    if fee_cap < u128::from(config.min_base_fee) {
        return Err(PoolError::FeeTooLow { given: fee_cap, floor: config.min_base_fee });
    }
    match tx.max_priority_fee_per_gas() {
        Some(tip) if tip > fee_cap => Err(PoolError::TipAboveFeeCap { tip, fee_cap }),
        _ => Ok(()),
    }
}

//! revm's view of the chain, the block and a transaction.

use crate::{BlockContext, CallRequest, InvalidTransaction};
use alloy_consensus::{EthereumTxEnvelope, TxEip4844};
use alloy_eips::eip7840::BlobParams;
use alloy_evm::FromRecoveredTx;
use alloy_primitives::{Address, U256};
use praxis_primitives::{ChainSpec, DEPOSIT_TX_TYPE, RecoveredTransaction, Transaction, TxDeposit};
use revm::{
    context::{BlockEnv, CfgEnv, TxEnv, either::Either},
    context_interface::block::BlobExcessGasAndPrice,
    primitives::hardfork::SpecId,
};

pub(crate) fn config(spec: &ChainSpec) -> CfgEnv {
    CfgEnv::new().with_spec_and_mainnet_gas_params(SpecId::OSAKA).with_chain_id(spec.chain_id)
}

pub(crate) fn block(context: &BlockContext) -> BlockEnv {
    let fraction = u64::try_from(BlobParams::osaka().update_fraction).unwrap_or(u64::MAX);
    BlockEnv {
        number: U256::from(context.number),
        beneficiary: context.beneficiary,
        timestamp: U256::from(context.timestamp),
        gas_limit: context.gas_limit,
        basefee: context.base_fee,
        difficulty: U256::ZERO,
        prevrandao: Some(context.prev_randao),
        blob_excess_gas_and_price: Some(BlobExcessGasAndPrice::new(context.excess_blob_gas, fraction)),
        ..BlockEnv::default()
    }
}

/// A transaction as revm takes it, and what a deposit mints.
pub(crate) fn transaction(
    spec: &ChainSpec,
    tx: &RecoveredTransaction,
) -> Result<(TxEnv, Option<u128>), InvalidTransaction> {
    match tx.inner() {
        Transaction::Ethereum(EthereumTxEnvelope::Eip4844(_)) => Err(InvalidTransaction::BlobTransaction),
        Transaction::Ethereum(inner) => Ok((signed(inner, tx.signer()), None)),
        Transaction::Deposit(_) if spec.rollup().is_none() => Err(InvalidTransaction::DepositOnEthereum),
        Transaction::Deposit(inner) if inner.is_system_transaction => Err(InvalidTransaction::SystemDeposit),
        Transaction::Deposit(inner) => Ok((deposit(inner), Some(inner.mint))),
    }
}

fn signed(tx: &EthereumTxEnvelope<TxEip4844>, sender: Address) -> TxEnv {
    TxEnv::from_recovered_tx(tx, sender)
}

fn deposit(tx: &TxDeposit) -> TxEnv {
    TxEnv {
        tx_type: DEPOSIT_TX_TYPE,
        caller: tx.from,
        gas_limit: tx.gas_limit,
        gas_price: 0,
        kind: tx.to,
        value: tx.value,
        data: tx.input.clone(),
        ..TxEnv::default()
    }
}

/// A call of `eth_call` with this gas limit.
pub(crate) fn call(spec: &ChainSpec, request: &CallRequest, gas_limit: u64) -> TxEnv {
    let authorization_list: Vec<_> = request.authorization_list.iter().cloned().map(Either::Left).collect();
    let tx_type = match (&authorization_list[..], request.max_priority_fee_per_gas, &request.access_list[..]) {
        ([_, ..], _, _) => 4,
        (_, Some(_), _) => 2,
        (_, _, [_, ..]) => 1,
        _ => 0,
    };
    TxEnv {
        tx_type,
        caller: request.from,
        gas_limit,
        gas_price: request.gas_price,
        kind: request.to,
        value: request.value,
        data: request.data.clone(),
        nonce: 0,
        chain_id: Some(spec.chain_id),
        access_list: request.access_list.clone(),
        gas_priority_fee: request.max_priority_fee_per_gas,
        authorization_list,
        ..TxEnv::default()
    }
}

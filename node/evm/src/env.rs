//! revm's view of the chain, the block and a transaction.

use crate::{BlockContext, CallRequest, InvalidTransaction, terms::Terms};
use alloy_consensus::{EthereumTxEnvelope, Transaction as _, TxEip4844, transaction::Recovered};
use alloy_eips::eip7840::BlobParams;
use alloy_evm::FromRecoveredTx;
use alloy_primitives::{Address, U256};
use praxis_primitives::{ChainSpec, DEPOSIT_TX_TYPE, DataSize, Fork, Transaction, TxDeposit};
use revm::{
    context::{BlockEnv, CfgEnv, TxEnv, either::Either},
    context_interface::block::BlobExcessGasAndPrice,
    primitives::hardfork::SpecId,
};

/// revm's rules for a block.
pub(crate) fn config(spec: &ChainSpec, context: &BlockContext) -> CfgEnv {
    let blobs = spec.blob_params(context.fork, context.timestamp);
    let mut config = CfgEnv::new().with_spec_and_mainnet_gas_params(spec_id(context.fork)).with_chain_id(spec.chain_id);
    config.tx_gas_limit_cap = Some(spec.tx_gas_cap(context.fork).unwrap_or(u64::MAX));
    config.max_blobs_per_tx = Some(blobs.max_blobs_per_tx);
    config.blob_base_fee_update_fraction = Some(update_fraction(&blobs));
    config
}

/// A fork as revm names it.
pub(crate) const fn spec_id(fork: Fork) -> SpecId {
    match fork {
        Fork::Frontier => SpecId::FRONTIER,
        Fork::Homestead => SpecId::HOMESTEAD,
        Fork::TangerineWhistle => SpecId::TANGERINE,
        Fork::SpuriousDragon => SpecId::SPURIOUS_DRAGON,
        Fork::Byzantium => SpecId::BYZANTIUM,
        // revm has no rules for Constantinople: no public chain ran it without Petersburg for long. What differs is the
        // price of a storage write (EIP-1283).
        Fork::Constantinople | Fork::Petersburg => SpecId::PETERSBURG,
        Fork::Istanbul => SpecId::ISTANBUL,
        Fork::Berlin => SpecId::BERLIN,
        Fork::London => SpecId::LONDON,
        Fork::Paris => SpecId::MERGE,
        Fork::Shanghai => SpecId::SHANGHAI,
        Fork::Cancun => SpecId::CANCUN,
        Fork::Prague => SpecId::PRAGUE,
        Fork::Osaka => SpecId::OSAKA,
    }
}

fn update_fraction(blobs: &BlobParams) -> u64 {
    u64::try_from(blobs.update_fraction).unwrap_or(u64::MAX)
}

/// revm's view of a block.
pub(crate) fn block(spec: &ChainSpec, context: &BlockContext) -> BlockEnv {
    let fork = context.fork;
    let blob_price = || {
        let fraction = update_fraction(&spec.blob_params(fork, context.timestamp));
        BlobExcessGasAndPrice::new(context.excess_blob_gas, fraction)
    };
    BlockEnv {
        number: U256::from(context.number),
        beneficiary: context.beneficiary,
        timestamp: U256::from(context.timestamp),
        gas_limit: context.gas_limit,
        basefee: context.base_fee,
        difficulty: context.ethereum.difficulty,
        prevrandao: (fork >= Fork::Paris).then_some(context.prev_randao),
        blob_excess_gas_and_price: (fork >= Fork::Cancun).then(blob_price),
        ..BlockEnv::default()
    }
}

/// A transaction as revm takes it, and on which terms.
pub(crate) fn transaction(
    spec: &ChainSpec,
    context: &BlockContext,
    tx: Recovered<&Transaction>,
) -> Result<(TxEnv, Terms), InvalidTransaction> {
    match tx.inner() {
        Transaction::Ethereum(EthereumTxEnvelope::Eip4844(_)) if spec.rollup().is_some() => {
            Err(InvalidTransaction::BlobTransaction)
        }
        // EIP-155 holds since Spurious Dragon; before, a signature could not name a chain.
        Transaction::Ethereum(inner) if context.fork < Fork::SpuriousDragon && inner.chain_id().is_some() => {
            Err(InvalidTransaction::ChainId { expected: spec.chain_id })
        }
        Transaction::Ethereum(inner) => {
            let size = spec.rollup().and_then(|_| DataSize::of(tx.inner()));
            Ok((signed(inner, tx.signer()), size.map_or(Terms::Gas, Terms::Rollup)))
        }
        Transaction::Deposit(_) if spec.rollup().is_none() => Err(InvalidTransaction::DepositOnEthereum),
        Transaction::Deposit(inner) if inner.is_system_transaction => Err(InvalidTransaction::SystemDeposit),
        Transaction::Deposit(inner) => Ok((deposit(inner), Terms::Deposit(inner.mint))),
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
pub(crate) fn call(spec: &ChainSpec, context: &BlockContext, request: &CallRequest, gas_limit: u64) -> TxEnv {
    let authorization_list: Vec<_> = request.authorization_list.iter().cloned().map(Either::Left).collect();
    let tx_type = match (&authorization_list[..], request.max_priority_fee_per_gas, &request.access_list[..]) {
        ([_, ..], _, _) => 4,
        _ if !request.blob_hashes.is_empty() => 3,
        (_, Some(_), _) => 2,
        (_, _, [_, ..]) => 1,
        _ => 0,
    };
    let blob_fee = match (request.blob_hashes.is_empty(), request.max_fee_per_blob_gas) {
        (true, _) => 0,
        (false, Some(given)) => given,
        (false, None) => spec.blob_params(context.fork, context.timestamp).calc_blob_fee(context.excess_blob_gas),
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
        max_fee_per_blob_gas: blob_fee,
        blob_hashes: request.blob_hashes.clone(),
    }
}
